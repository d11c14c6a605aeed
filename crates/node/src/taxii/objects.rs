//! What was told: objects, the manifest and versions (TAXII 2.1 sections 5.3, 5.4, 5.6 and 5.8).

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use entente_agreement::PartyId;
use entente_model::ObjectId;
use entente_store::exchange::{CollectionBodies, CollectionPage};
use jiff::Timestamp;
use serde::Serialize;

use super::asker::Asker;
use super::filter::{Filter, Name, Pairs, Scope};
use super::media::{Resource, STIX, answer, date, dated, version};
use super::refusal::Refusal;
use super::server::{Taxii, blocking};
use crate::app::exchange::taxii::collection::Collection;
use crate::app::exchange::taxii::page::Wanted;
use crate::app::{App, AppError};
use crate::clock;

/// What is in a collection. Lists are left out when they are empty.
#[derive(Serialize)]
struct Manifest {
    more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objects: Vec<Record>,
}

#[derive(Serialize)]
struct Record {
    id: String,
    date_added: String,
    version: String,
    media_type: &'static str,
}

#[derive(Serialize)]
struct Versions {
    more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    versions: Vec<String>,
}

/// The objects of a collection.
pub(super) async fn list(
    State(taxii): State<Taxii>,
    Asker(guest): Asker,
    Name(name): Name<String>,
    Pairs(asked): Pairs<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let filter = Filter::read(asked, Scope::Collection, &[&name, "objects"])?;
    let (notes, now) = (taxii.deliveries(), clock::now());
    let wanted = filter.wanted.clone();
    let page = blocking(&taxii, move |app| {
        let collection = asked_of(app, &guest.party, &name)?;
        let page = bodies(app, &collection, wanted.as_ref())?;
        notes.note(&guest, &collection, &page, now);
        Ok(page)
    });
    Ok(envelope(page.await?, &filter))
}

/// One object of a collection.
pub(super) async fn show(
    State(taxii): State<Taxii>,
    Asker(guest): Asker,
    Name((name, object)): Name<(String, String)>,
    Pairs(asked): Pairs<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let filter = Filter::read(asked, Scope::Object, &[&name, "object", &object])?;
    let id: ObjectId = object.parse().map_err(|_| Refusal::not_found("object"))?;
    let (notes, now) = (taxii.deliveries(), clock::now());
    let wanted = filter.wanted.clone();
    let page = blocking(&taxii, move |app| {
        let collection = asked_of(app, &guest.party, &name)?;
        let wanted = wanted.map(|wanted| Wanted { ids: vec![id.clone()], ..wanted });
        let page = bodies(app, &collection, wanted.as_ref())?;
        there(app, &collection, &id, page.items)?;
        notes.note(&guest, &collection, &page, now);
        Ok(page)
    });
    Ok(envelope(page.await?, &filter))
}

/// What is in a collection.
pub(super) async fn manifest(
    State(taxii): State<Taxii>,
    Asker(guest): Asker,
    Name(name): Name<String>,
    Pairs(asked): Pairs<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let filter = Filter::read(asked, Scope::Collection, &[&name, "manifest"])?;
    let wanted = filter.wanted.clone();
    let page = blocking(&taxii, move |app| {
        let collection = asked_of(app, &guest.party, &name)?;
        items(app, &collection, wanted.as_ref())
    });
    let page = page.await?;
    let objects = page.items.iter().map(|item| Record {
        id: item.id.to_string(),
        date_added: date(item.added),
        version: version(item.version),
        media_type: STIX,
    });
    let resource = Manifest { more: page.more, next: next(&page, &filter), objects: objects.collect() };
    Ok(dated(Resource(resource).into_response(), added(&page)))
}

/// The versions of an object, in the order in which they were told.
pub(super) async fn versions(
    State(taxii): State<Taxii>,
    Asker(guest): Asker,
    Name((name, object)): Name<(String, String)>,
    Pairs(asked): Pairs<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let filter = Filter::read(asked, Scope::Versions, &[&name, "versions", &object])?;
    let id: ObjectId = object.parse().map_err(|_| Refusal::not_found("object"))?;
    let wanted = filter.wanted.clone();
    let page = blocking(&taxii, move |app| {
        let collection = asked_of(app, &guest.party, &name)?;
        let wanted = wanted.map(|wanted| Wanted { ids: vec![id.clone()], ..wanted });
        let page = items(app, &collection, wanted.as_ref())?;
        there(app, &collection, &id, page.items.len())?;
        Ok(page)
    });
    let page = page.await?;
    // One that was told twice is one version.
    let mut seen = BTreeSet::new();
    let versions = page.items.iter().filter(|item| seen.insert(item.version));
    let versions = versions.map(|item| version(item.version)).collect();
    let resource = Versions { more: page.more, next: next(&page, &filter), versions };
    Ok(dated(Resource(resource).into_response(), added(&page)))
}

/// Nothing is deleted by those who were told it.
pub(super) async fn remove(
    State(taxii): State<Taxii>,
    Asker(guest): Asker,
    Name((name, _)): Name<(String, String)>,
) -> Result<Response, Refusal> {
    blocking(&taxii, move |app| app.collection(&guest.party, &name, clock::now()).map(drop)).await?;
    let why = "What was told cannot be deleted by TAXII: delete your copy. What is taken back goes from the collection by itself.";
    Err(Refusal::forbidden(why))
}

/// A collection of which something is asked; the question counts.
fn asked_of(app: &App, partner: &PartyId, name: &str) -> Result<Collection, AppError> {
    let now = clock::now();
    let collection = app.collection(partner, name, now)?;
    app.count_question(&collection, now)?;
    Ok(collection)
}

fn bodies(app: &App, collection: &Collection, wanted: Option<&Wanted>) -> Result<CollectionBodies, AppError> {
    match wanted {
        Some(wanted) => app.told_bodies(collection, wanted),
        // Whether there is anything to read here is answered all the same.
        None => app.told_bodies(collection, &nothing()).map(|_| CollectionBodies::default()),
    }
}

fn items(app: &App, collection: &Collection, wanted: Option<&Wanted>) -> Result<CollectionPage, AppError> {
    match wanted {
        Some(wanted) => app.told_items(collection, wanted),
        None => app.told_items(collection, &nothing()).map(|_| CollectionPage::default()),
    }
}

fn nothing() -> Wanted {
    Wanted { limit: Some(0), ..Wanted::default() }
}

/// An object that is there, and has nothing to show for these filters, is not one that is not there.
fn there(app: &App, collection: &Collection, id: &ObjectId, found: usize) -> Result<(), AppError> {
    if found > 0 || app.was_told(collection, id)? { Ok(()) } else { Err(AppError::NotFound("object")) }
}

/// The envelope (section 3.7), with the released bytes as they are: nothing is read and written anew.
fn envelope(page: CollectionBodies, filter: &Filter) -> Response {
    let last = page.added.filter(|_| page.more).map(|(_, last)| filter.question.after(last));
    let next = last.map_or(String::new(), |next| format!(",\"next\":\"{next}\""));
    let head = format!("{{\"more\":{}{next}", page.more);
    let mut body = Vec::with_capacity(head.len() + page.joined.len() + 16);
    body.extend_from_slice(head.as_bytes());
    if page.items > 0 {
        body.extend_from_slice(b",\"objects\":[");
        body.extend_from_slice(&page.joined);
        body.push(b']');
    }
    body.push(b'}');
    dated(answer(StatusCode::OK, body), page.added)
}

fn next(page: &CollectionPage, filter: &Filter) -> Option<String> {
    let last = page.items.last().filter(|_| page.more)?;
    Some(filter.question.after(last.added))
}

fn added(page: &CollectionPage) -> Option<(Timestamp, Timestamp)> {
    Some((page.items.first()?.added, page.items.last()?.added))
}
