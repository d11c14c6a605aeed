//! Pages of what a flow told: items of the partner's wire, and nothing else.

use entente_model::{Kind, ObjectId};
use entente_store::exchange::{CollectionBodies, CollectionPage, CollectionQuery, VersionMatch};
use jiff::Timestamp;

use super::collection::{Collection, Way};
use crate::app::agreement::{wire_hash, wire_party};
use crate::app::{App, AppError};

/// Objects and bytes of one page, however many are asked for.
const OBJECTS: usize = 1_000;
const BYTES: usize = 16 << 20;

const ASKED: &str = "The agreement lets this many questions a day be answered, and they were asked: ask again tomorrow (UTC).";

/// What is asked of a collection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Added after this time; that time itself not.
    pub(crate) added_after: Option<Timestamp>,
    /// Only these objects.
    pub(crate) ids: Vec<ObjectId>,
    /// Only these types.
    pub(crate) types: Vec<Kind>,
    /// Which of an object's versions.
    pub(crate) versions: Vec<VersionMatch>,
    /// The most to be answered.
    pub(crate) limit: Option<usize>,
    /// The most bytes, where they are fewer than anybody gets.
    pub(crate) bytes: Option<usize>,
}

impl App {
    /// The objects of a page, as the partner gets them.
    pub(crate) fn told_bodies(
        &self,
        collection: &Collection,
        wanted: &Wanted,
    ) -> Result<CollectionBodies, AppError> {
        let query = query(collection, wanted)?;
        let partner = wire_party(collection.partner());
        let most = wanted.bytes.unwrap_or(BYTES).min(BYTES);
        Ok(self.exchange.bodies(&partner, &collection.flow_name(), &query, most)?)
    }

    /// What is in a page, without the objects.
    pub(crate) fn told_items(
        &self,
        collection: &Collection,
        wanted: &Wanted,
    ) -> Result<CollectionPage, AppError> {
        let query = query(collection, wanted)?;
        Ok(self.exchange.collection(&wire_party(collection.partner()), &collection.flow_name(), &query)?)
    }

    /// Counts a question, where the flow says how many it answers in a day.
    pub(crate) fn count_question(&self, collection: &Collection, now: Timestamp) -> Result<(), AppError> {
        let Some(most) = collection.flow().limits.max_queries_per_day else { return Ok(()) };
        let partner = wire_party(collection.partner());
        match self.exchange.ask(&partner, &collection.flow_name(), most, now)? {
            true => Ok(()),
            false => Err(AppError::TooMany(ASKED)),
        }
    }

    /// Whether an object was told at all and was not taken back.
    pub(crate) fn was_told(&self, collection: &Collection, id: &ObjectId) -> Result<bool, AppError> {
        let ids = vec![id.clone()];
        let any = Wanted { ids, versions: vec![VersionMatch::All], limit: Some(1), ..Wanted::default() };
        Ok(!self.told_items(collection, &any)?.items.is_empty())
    }
}

/// The last check of what is told: only what was told under the version that is in force, or under one before it whose flow says the
/// very same, and what no notice has taken back since, which the exchange leaves out.
fn query(collection: &Collection, wanted: &Wanted) -> Result<CollectionQuery, AppError> {
    if collection.way() != Way::Told {
        return Err(AppError::Forbidden("This collection is written to, and not read."));
    }
    let most = collection.most().and_then(|most| usize::try_from(most).ok()).unwrap_or(OBJECTS);
    Ok(CollectionQuery {
        added_after: wanted.added_after,
        ids: wanted.ids.clone(),
        types: wanted.types.clone(),
        versions: wanted.versions.clone(),
        agreements: collection.same().iter().map(wire_hash).collect(),
        limit: wanted.limit.unwrap_or(OBJECTS).min(OBJECTS).min(most),
    })
}
