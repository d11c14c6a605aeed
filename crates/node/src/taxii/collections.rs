//! The collections of whoever asks (TAXII 2.1 sections 5.1 and 5.2).

use axum::extract::State;
use serde::Serialize;

use super::asker::Asker;
use super::filter::Name;
use super::media::{Resource, STIX};
use super::refusal::Refusal;
use super::server::{Taxii, blocking};
use crate::app::exchange::taxii::collection::{Collection, Way};
use crate::clock;

/// The collections; the list is left out when there is none.
#[derive(Serialize)]
pub(super) struct Listed {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    collections: Vec<Described>,
}

/// A collection.
#[derive(Serialize)]
pub(super) struct Described {
    id: String,
    title: String,
    description: String,
    alias: String,
    can_read: bool,
    can_write: bool,
    media_types: [&'static str; 1],
}

/// All of them.
pub(super) async fn list(
    State(taxii): State<Taxii>,
    Asker(guest): Asker,
) -> Result<Resource<Listed>, Refusal> {
    let found = blocking(&taxii, move |app| app.collections(&guest.party, clock::now())).await?;
    Ok(Resource(Listed { collections: found.iter().map(Described::from).collect() }))
}

/// One of them.
pub(super) async fn show(
    State(taxii): State<Taxii>,
    Asker(guest): Asker,
    Name(name): Name<String>,
) -> Result<Resource<Described>, Refusal> {
    let found = blocking(&taxii, move |app| app.collection(&guest.party, &name, clock::now())).await?;
    Ok(Resource(Described::from(&found)))
}

impl From<&Collection> for Described {
    fn from(collection: &Collection) -> Described {
        Described {
            id: collection.id().to_string(),
            title: collection.title().to_owned(),
            description: collection.description(),
            alias: collection.alias(),
            can_read: collection.way() == Way::Told,
            can_write: collection.way() == Way::Telling,
            media_types: [STIX],
        }
    }
}
