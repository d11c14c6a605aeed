//! The search box: a value in any spelling, a name, an id, words.

use entente_model::{Atlas, Kind, ObjectId, Selector, VertexNo};
use entente_store::TextCursor;
use serde::Deserialize;
use utoipa::IntoParams;

use super::lens::Lens;
use super::thing::moment;
use super::view::ObjectsPage;
use super::{App, AppError, Viewer};

/// Longest query, in bytes: longer than any URL a person pastes.
const LONGEST: usize = 8_192;
/// Things in a page unless asked otherwise, and at most.
const PAGE: (usize, usize) = (25, 500);

/// What is looked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchRequest {
    /// A value in any spelling (defanged too), a name, a STIX id, or words.
    pub(crate) q: String,
    /// Only these STIX types, separated by commas.
    pub(crate) kind: Option<String>,
    /// Cursor of the page.
    pub(crate) cursor: Option<String>,
    /// At most this many, 500 at most.
    pub(crate) limit: Option<usize>,
    /// As it stood at this claim number or time (RFC 3339).
    pub(crate) as_of: Option<String>,
}

impl App {
    /// Finds things: those the query names exactly first, then those whose text has its words.
    pub(crate) fn search(&self, viewer: &Viewer, request: &SearchRequest) -> Result<ObjectsPage, AppError> {
        let query = request.q.trim();
        if query.is_empty() || query.len() > LONGEST {
            let detail = "Give a value, a name or words to look for (`q`), no longer than 8,192 bytes.";
            return Err(AppError::invalid(detail));
        }
        let lens = self.lens(viewer, moment(request.as_of.as_deref())?)?;
        let kinds: Vec<Kind> =
            request.kind.iter().flat_map(|kinds| kinds.split(',')).map(Kind::from_name).collect();
        let limit = request.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
        let exact = lens.exactly(query)?;
        let mut vertices = if request.cursor.is_none() { exact.clone() } else { Vec::new() };
        let room = limit.saturating_sub(vertices.len()).max(1);
        let cursor = request.cursor.as_deref().map(cursor).transpose()?;
        let hits = self.text.search(&lens.view, query, &kinds, cursor, room)?;
        vertices.extend(hits.vertices.into_iter().filter(|vertex| !exact.contains(vertex)));
        let next = hits.next.map(|next| format!("{}.{}", next.step, next.row));
        vertices.truncate(limit);
        let mut objects = lens.summaries(&vertices)?;
        objects.retain(|object| kinds.is_empty() || kinds.iter().any(|kind| kind.as_str() == object.kind));
        Ok(ObjectsPage { objects, next, refanged: refanged(query) })
    }

    /// The id of the thing a person means by an id or a value.
    pub(crate) fn resolve(&self, viewer: &Viewer, text: &str) -> Result<String, AppError> {
        let lens = self.lens(viewer, entente_store::AsOf::Now)?;
        let found = lens.exactly(text.trim())?;
        let unknown =
            || AppError::invalid(format!("nothing here goes by `{text}`: try `entente find {text}`"));
        let vertex = found.first().ok_or_else(unknown)?;
        Ok(lens.view.id(*vertex)?.ok_or(AppError::NotFound("thing"))?.to_string())
    }
}

impl Lens<'_> {
    /// What a text names exactly: by id, by value in any spelling, by name or alias. Most linked first among
    /// those of one name.
    fn exactly(&self, text: &str) -> Result<Vec<VertexNo>, AppError> {
        if let Ok(id) = text.parse::<ObjectId>() {
            return Ok(self.view.vertex(&id)?.into_iter().collect());
        }
        let mut found = match Selector::recognise(text) {
            Some(selector) => self.value_or_host(&selector)?,
            None => Vec::new(),
        };
        let mut named = self.view.named(text)?;
        let degrees = self.graph.degrees(&named, &self.everything());
        let mut ranked: Vec<_> =
            degrees.into_iter().map(|degree| degree.links).zip(named.drain(..)).collect();
        ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, vertex) in ranked {
            if !found.contains(&vertex) {
                found.push(vertex);
            }
        }
        Ok(found)
    }
}

impl Lens<'_> {
    /// What a value names; for an address on the web that nobody told, its host.
    fn value_or_host(&self, selector: &Selector) -> Result<Vec<VertexNo>, AppError> {
        let found = self.view.find(selector)?;
        if !found.is_empty() || !matches!(selector, Selector::Url(_)) {
            return Ok(found);
        }
        let hosts = selector.implied(&Atlas::empty()).into_iter().filter(|(kind, _)| kind == "host");
        let mut found = Vec::new();
        for (_, host) in hosts {
            found.extend(self.view.find(&host)?);
        }
        Ok(found)
    }
}

/// A cursor this node gave out.
fn cursor(text: &str) -> Result<TextCursor, AppError> {
    let read = || {
        let (step, row) = text.split_once('.')?;
        Some(TextCursor { step: step.parse().ok()?, row: row.parse().ok()? })
    };
    read().ok_or_else(|| AppError::invalid("This `cursor` is not one this node gave out."))
}

/// The value a query was understood as, when that is not what was typed.
fn refanged(query: &str) -> Option<String> {
    Selector::recognise(query).map(|selector| selector.label()).filter(|label| label != query)
}
