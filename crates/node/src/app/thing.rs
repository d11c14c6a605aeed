//! A thing's page: who says what about it, when, under which handling; what it is linked to; what happened.

use entente_graph::Direction;
use entente_model::{ClaimNo, Object, Selector, VertexNo};
use entente_store::{AsOf, ClaimRecord};
use serde::Deserialize;
use utoipa::IntoParams;

use super::lens::Lens;
use super::view::{
    ClaimView, LinkCount, LinkView, LinksPage, LinksSummary, ObjectPage, SelectorView, TimelineEntry,
};
use super::{App, AppError, Viewer};

/// The moment a question is about.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOfRequest {
    /// A claim number or a time (RFC 3339); the present when absent.
    pub(crate) as_of: Option<String>,
}

impl AsOfRequest {
    /// The moment in the store's terms.
    pub(crate) fn moment(&self) -> Result<AsOf, AppError> {
        moment(self.as_of.as_deref())
    }
}

/// A claim number, a time, or the present.
pub(super) fn moment(text: Option<&str>) -> Result<AsOf, AppError> {
    let Some(text) = text else { return Ok(AsOf::Now) };
    if let Ok(claim) = text.parse() {
        return Ok(AsOf::Claim(ClaimNo(claim)));
    }
    entente_model::parse_timestamp(text).map(AsOf::Time).map_err(AppError::invalid)
}

/// Which links to show.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LinksRequest {
    /// Only links of this kind.
    kind: Option<String>,
    /// A claim number or a time (RFC 3339); the present when absent.
    as_of: Option<String>,
    /// Cursor of the page.
    cursor: Option<usize>,
    /// At most this many, 500 at most.
    limit: Option<usize>,
}

impl App {
    /// Everything about one thing.
    pub(crate) fn thing(
        &self,
        viewer: &Viewer,
        id: &str,
        request: &AsOfRequest,
    ) -> Result<ObjectPage, AppError> {
        let lens = self.lens(viewer, request.moment()?)?;
        let vertex = lens.vertex(id)?;
        let summary = lens.summaries(&[vertex])?.pop().ok_or(AppError::NotFound("thing"))?;
        let mut records = lens.view.claims_of(vertex)?;
        records.reverse();
        let claims = records.iter().map(|record| lens.claim_view(record)).collect::<Result<Vec<_>, _>>()?;
        Ok(ObjectPage {
            selectors: lens.selectors(vertex)?,
            timeline: timeline(&records, &claims),
            links: lens.links_summary(vertex),
            summary,
            claims,
        })
    }

    /// One claim, with the object as its source gave it.
    pub(crate) fn claim(&self, viewer: &Viewer, no: u32) -> Result<ClaimView, AppError> {
        let lens = self.lens(viewer, AsOf::Now)?;
        let record = lens.view.claim(ClaimNo(no))?.ok_or(AppError::NotFound("claim"))?;
        lens.claim_view(&record)
    }

    /// A page of a thing's links.
    pub(crate) fn links(
        &self,
        viewer: &Viewer,
        id: &str,
        request: &LinksRequest,
    ) -> Result<LinksPage, AppError> {
        let lens = self.lens(viewer, moment(request.as_of.as_deref())?)?;
        let vertex = lens.vertex(id)?;
        let only = super::view::FilterRequest {
            link_kinds: request.kind.clone().map(|kind| vec![kind]),
            hubs: Some("expand".to_owned()),
            ..Default::default()
        };
        let sieve = lens.sieve(&only)?;
        let (skip, limit) = (request.cursor.unwrap_or(0), request.limit.unwrap_or(50).clamp(1, 500));
        let (links, total) = lens.graph.links(vertex, &sieve.filter(), skip, limit);
        let far = |source, target| if source == vertex { target } else { source };
        let others: Vec<_> = links.iter().map(|link| far(link.source, link.target)).collect();
        let mut ids = lens.ids(&others)?;
        ids.extend(lens.ids(&[vertex])?);
        let mut views = Vec::with_capacity(links.len());
        for (link, other) in links.iter().zip(&others) {
            let (edge, other) = (lens.edge(link, &ids), lens.summaries(&[*other])?.pop());
            views.extend(edge.zip(other).map(|(edge, other)| LinkView { edge, other }));
        }
        let next = skip + links.len();
        Ok(LinksPage { links: views, next: (next < total).then(|| next.to_string()) })
    }
}

impl Lens<'_> {
    fn selectors(&self, vertex: VertexNo) -> Result<Vec<SelectorView>, AppError> {
        let Some(object) = self.view.object(vertex)? else { return Ok(Vec::new()) };
        let view = |selector: Selector| SelectorView { name: name(&selector), value: selector.label() };
        Ok(Selector::of_object(&object).into_iter().map(view).collect())
    }

    fn links_summary(&self, vertex: VertexNo) -> LinksSummary {
        let counts = self.graph.link_counts(vertex, &self.everything());
        let by_kind = counts.iter().map(|((kind, direction), count)| LinkCount {
            kind: self.link_kind(*kind),
            direction: if *direction == Direction::Out { "out" } else { "in" },
            count: *count as u64,
        });
        LinksSummary { total: counts.values().map(|count| *count as u64).sum(), by_kind: by_kind.collect() }
    }

    fn claim_view(&self, record: &ClaimRecord) -> Result<ClaimView, AppError> {
        let object = self.view.claimed(record.no)?;
        let handling = &record.compartment.handling;
        Ok(ClaimView {
            no: record.no.0,
            object: object.as_ref().map(|object| object.id().to_string()).unwrap_or_default(),
            source: record.compartment.source.clone(),
            agreement: record.compartment.agreement.clone(),
            tlp: handling.tlp.as_str().to_owned(),
            pap: handling.pap.as_str().to_owned(),
            conditions: conditions(&handling.conditions),
            grade: handling.grade.to_string(),
            category: category(record.compartment.category),
            received_at: record.received_at.to_string(),
            created: object.as_ref().and_then(Object::created).map(|at| at.to_string()),
            modified: record.modified.map(|at| at.to_string()),
            revoked: record.revoked,
            current: record.current,
            stix: object.map(|object| serde_json::Value::Object(object.json().clone())),
        })
    }
}

/// Use and onward conditions as the Europol handling codes.
fn conditions(conditions: &entente_model::Conditions) -> Vec<String> {
    let mut codes = vec!["H0".to_owned()];
    codes.extend(conditions.no_court_use.then(|| "H1".to_owned()));
    codes.extend(conditions.no_onward.then(|| "H2".to_owned()));
    codes.extend(conditions.other.as_ref().map(|text| format!("H3: {text}")));
    codes
}

fn category(category: entente_model::DataCategory) -> String {
    match serde_json::to_value(category) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// What sort of value a selector is, in a word or two.
fn name(selector: &Selector) -> String {
    match selector {
        Selector::FileHash(algorithm, _) | Selector::CertificateHash(algorithm, _) => {
            algorithm.as_str().to_owned()
        }
        Selector::FileName(_) => "file name".to_owned(),
        Selector::Wallet(currency, _) => format!("{currency} wallet"),
        other => other.kind().as_str().replace('-', " "),
    }
}

/// What happened to a thing, newest first: what the sources say of its times, and when they told us.
fn timeline(records: &[ClaimRecord], claims: &[ClaimView]) -> Vec<TimelineEntry> {
    let mut entries = Vec::new();
    for (record, claim) in records.iter().zip(claims) {
        let told = if claim.revoked { "withdrawn by" } else { "told by" };
        let mut add = |at: Option<String>, what: String| {
            entries.extend(at.map(|at| TimelineEntry { at, what, claim: claim.no }));
        };
        add(Some(record.received_at.to_string()), format!("{told} {}", claim.source));
        let stix = |property: &str| {
            claim
                .stix
                .as_ref()
                .and_then(|stix| stix.get(property))
                .and_then(|at| at.as_str())
                .map(str::to_owned)
        };
        for (property, what) in TIMES {
            add(stix(property), format!("{what} ({})", claim.source));
        }
    }
    entries.sort_by(|a, b| b.at.cmp(&a.at));
    entries.dedup_by(|a, b| a.at == b.at && a.what == b.what);
    entries
}

/// STIX properties that say when something happened, and what.
const TIMES: [(&str, &str); 9] = [
    ("created", "created"),
    ("modified", "modified"),
    ("first_seen", "first seen"),
    ("last_seen", "last seen"),
    ("first_observed", "first observed"),
    ("last_observed", "last observed"),
    ("valid_from", "valid from"),
    ("valid_until", "valid until"),
    ("published", "published"),
];
