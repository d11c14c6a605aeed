//! One viewer's look at the node: a view of the store, a snapshot of the graph, and the names of things.
//! Everything shown to anybody is made here, from what this viewer may see.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use entente_graph as graph;
use entente_graph::{Filter, HubPolicy, KindSet, Snapshot, Window};
use entente_model::{
    ClaimNo, Compartment, CompartmentNo, CompartmentSet, Kind, KindFamily, LinkKind, ObjectId, Selector, Tlp,
    VertexNo,
};
use entente_store::{AsOf, Summary, View};
use jiff::Timestamp;

use super::view::{Edge, FilterRequest, ObjectSummary};
use super::world::SHARED;
use super::{App, AppError, Viewer};

/// More distinct neighbours than this make a hub: what meets there means little.
pub(super) const HUB: u32 = 200;

/// Link from a thing to who wrote it down.
pub(super) const AUTHORSHIP: &str = "created-by";

/// Links that say where something is.
const WHERE: [&str; 3] = ["located-at", "originates-from", "country"];

/// One viewer's look.
pub(super) struct Lens<'a> {
    app: &'a App,
    compartments: &'a CompartmentSet,
    /// What the store shows.
    pub(super) view: View<'a>,
    /// What the graph shows.
    pub(super) graph: Snapshot,
    /// The claim after which nothing is looked at; `None` at present.
    until: Option<ClaimNo>,
    kinds: Vec<Kind>,
    link_kinds: Vec<LinkKind>,
    known: Vec<Arc<Compartment>>,
}

/// A [`FilterRequest`] in the graph's terms; owns the compartments the filter borrows.
pub(super) struct Sieve {
    compartments: CompartmentSet,
    marks: CompartmentSet,
    link_kinds: Option<KindSet>,
    vertex_kinds: Option<KindSet>,
    window: Option<Window>,
    until: Option<ClaimNo>,
    hubs: HubPolicy,
}

impl Sieve {
    /// The graph's filter.
    pub(super) fn filter(&self) -> Filter<'_> {
        Filter {
            compartments: &self.compartments,
            marks: &self.marks,
            link_kinds: self.link_kinds.clone(),
            vertex_kinds: self.vertex_kinds.clone(),
            window: self.window,
            until: self.until,
            hubs: self.hubs,
        }
    }
}

impl App {
    /// This viewer's look at the present, or at an earlier state of the log.
    pub(super) fn lens<'a>(&'a self, viewer: &'a Viewer, as_of: AsOf) -> Result<Lens<'a>, AppError> {
        self.lens_of(&viewer.compartments, as_of)
    }

    /// As [`App::lens`], of whoever may see these compartments.
    pub(super) fn lens_of<'a>(
        &'a self,
        compartments: &'a CompartmentSet,
        as_of: AsOf,
    ) -> Result<Lens<'a>, AppError> {
        let view = self.store.view(compartments, as_of)?;
        Ok(Lens {
            app: self,
            compartments,
            until: (as_of != AsOf::Now).then(|| view.last_claim()),
            view,
            graph: self.world()?.snapshot(),
            kinds: self.store.kinds()?,
            link_kinds: self.store.link_kinds()?,
            known: self.store.compartments()?,
        })
    }
}

impl Lens<'_> {
    /// Everything this viewer may see at the moment looked at, hubs too.
    pub(super) fn everything(&self) -> Filter<'_> {
        Filter { until: self.until, ..Filter::seeing(self.compartments) }
    }

    /// The vertices these ids or values name; the first unknown one is an error that does not say whether it is
    /// unknown or hidden.
    pub(super) fn vertices(&self, ids: &[String]) -> Result<Vec<VertexNo>, AppError> {
        ids.iter().map(|id| self.vertex(id)).collect()
    }

    /// The vertices these ids name, without those that are unknown or hidden.
    pub(super) fn known(&self, ids: &[String]) -> Result<Vec<VertexNo>, AppError> {
        let found = ids.iter().map(|id| self.vertex(id));
        found.filter(|vertex| !matches!(vertex, Err(AppError::NotFound(_)))).collect()
    }

    /// The vertex an id names.
    pub(super) fn vertex(&self, id: &str) -> Result<VertexNo, AppError> {
        let id: ObjectId = id.parse().map_err(AppError::invalid)?;
        self.view.vertex(&id)?.ok_or(AppError::NotFound("thing"))
    }

    /// What a request asks to see, never more than the viewer may.
    pub(super) fn sieve(&self, request: &FilterRequest) -> Result<Sieve, AppError> {
        let hubs = match request.hubs.as_deref() {
            None | Some("skip" | "collapse") => HubPolicy::Skip { above: HUB },
            Some("expand") => HubPolicy::Expand,
            Some(other) => {
                return Err(AppError::invalid(format!(
                    "`{other}` is no way to treat hubs: use skip or expand"
                )));
            }
        };
        // What is known to be shared is so whoever's word one chose to look at.
        let whoever = FilterRequest { sources: None, ..request.clone() };
        Ok(Sieve {
            compartments: self.chosen(request)?,
            marks: self.chosen(&whoever)?,
            link_kinds: Some(self.followed(request.link_kinds.as_deref())),
            vertex_kinds: request
                .vertex_kinds
                .as_ref()
                .map(|names| numbers(names, &self.kinds, Kind::as_str)),
            window: window(request)?,
            until: self.until,
            hubs,
        })
    }

    /// The link kinds asked for; otherwise all but who wrote something down, which every claim says anyway, and
    /// which would be the shortest way between any two things of one author.
    pub(super) fn followed(&self, asked: Option<&[String]>) -> KindSet {
        match asked {
            Some(names) => numbers(names, &self.link_kinds, AsRef::as_ref),
            None => {
                let telling = self.link_kinds.iter().filter(|name| *name != AUTHORSHIP);
                numbers(
                    &telling.map(ToString::to_string).collect::<Vec<_>>(),
                    &self.link_kinds,
                    AsRef::as_ref,
                )
            }
        }
    }

    fn chosen(&self, request: &FilterRequest) -> Result<CompartmentSet, AppError> {
        let tlp_max =
            request.tlp_max.as_deref().map(str::parse::<Tlp>).transpose().map_err(AppError::invalid)?;
        let wanted = |one: &Compartment| {
            request.sources.as_ref().is_none_or(|sources| sources.contains(&one.source))
                && tlp_max.is_none_or(|most| one.handling.tlp <= most)
        };
        let visible = self.compartments.iter();
        Ok(visible.filter(|no| self.compartment(*no).is_some_and(&wanted)).collect())
    }

    pub(super) fn compartment(&self, no: CompartmentNo) -> Option<&Compartment> {
        self.known.get(usize::from(no.0)).map(AsRef::as_ref)
    }

    /// Who says anything that this viewer may see.
    pub(super) fn every_source(&self) -> BTreeSet<String> {
        let visible = self.compartments.iter().filter_map(|no| self.compartment(no));
        visible.map(|compartment| compartment.source.clone()).collect()
    }

    /// Who says these links.
    pub(super) fn sources_of(&self, edges: &[graph::Edge]) -> Vec<String> {
        let known = edges.iter().filter_map(|edge| self.compartment(edge.compartment));
        let sources: BTreeSet<&String> = known.map(|compartment| &compartment.source).collect();
        sources.into_iter().cloned().collect()
    }

    /// Every vertex kind by its number.
    pub(super) fn kind_names(&self) -> impl Iterator<Item = (u16, &str)> {
        (0..).zip(self.kinds.iter().map(Kind::as_str))
    }

    /// Every link kind by its number.
    pub(super) fn link_kind_names(&self) -> impl Iterator<Item = (u16, &str)> {
        (0..).zip(self.link_kinds.iter().map(AsRef::as_ref))
    }

    /// Name of a link kind.
    pub(super) fn link_kind(&self, no: u16) -> String {
        self.link_kinds.get(usize::from(no)).map_or_else(|| format!("kind {no}"), |name| name.to_string())
    }

    /// Name of a vertex kind.
    pub(super) fn kind(&self, no: u16) -> String {
        self.kinds.get(usize::from(no)).map_or_else(|| format!("kind {no}"), |kind| kind.to_string())
    }

    /// Vertices in one line each; those the viewer may not see are not among them.
    pub(super) fn summaries(&self, vertices: &[VertexNo]) -> Result<Vec<ObjectSummary>, AppError> {
        let everything = self.everything();
        let degrees = self.graph.degrees(vertices, &everything);
        let summaries = self.view.summaries(vertices)?.into_iter().zip(degrees);
        summaries
            .filter_map(|(summary, degree)| Some((summary?, degree)))
            .map(|(summary, degree)| self.summary(summary, degree))
            .collect()
    }

    fn summary(&self, summary: Summary, degree: graph::Degree) -> Result<ObjectSummary, AppError> {
        let label = summary.label.clone().unwrap_or_else(|| summary.id.to_string());
        let place = self.place(&summary)?;
        let reason = self.known_shared(summary.vertex);
        let crowded = degree.neighbours > HUB as usize;
        let crowd = || format!("{} neighbours", degree.neighbours);
        Ok(ObjectSummary {
            id: summary.id.to_string(),
            kind: summary.id.kind().to_string(),
            label,
            revoked: summary.revoked,
            mentioned_only: summary.claims == 0,
            first_seen: summary.first_seen.map(|at| at.to_string()),
            last_seen: summary.last_seen.map(|at| at.to_string()),
            sources: summary.sources,
            tlp: summary.tlp.as_str().to_owned(),
            claims: u64::from(summary.claims),
            degree: degree.links as u64,
            hub: reason.or_else(|| crowded.then(crowd)),
            country: place.country,
            asn: place.asn,
            point: place.point,
        })
    }

    /// Why a thing is known to be shared. In the past, when a link told by then says so: what a network or a name on a list
    /// stood for then is not looked up.
    fn known_shared(&self, vertex: VertexNo) -> Option<String> {
        let reason = self.graph.hub_reason(vertex, &self.everything())?;
        if self.until.is_some() {
            let kinds = SHARED.map(|(kind, _)| kind.to_owned());
            let kinds = numbers(&kinds, &self.link_kinds, AsRef::as_ref);
            let told = Filter { link_kinds: Some(kinds), ..self.everything() };
            self.graph.links(vertex, &told, 0, 1).0.first()?;
        }
        Some(reason.as_str().to_owned())
    }

    fn place(&self, summary: &Summary) -> Result<Place, AppError> {
        match summary.id.kind() {
            Kind::Ipv4Addr | Kind::Ipv6Addr => Ok(self.address(summary.label.as_deref())),
            Kind::Location => self.location(summary.vertex),
            Kind::AutonomousSystem => {
                let number = summary.label.as_deref().and_then(|label| label.strip_prefix("AS"));
                Ok(Place { asn: number.and_then(|number| number.parse().ok()), ..Place::default() })
            }
            Kind::Indicator | Kind::Report | Kind::ObservedData | Kind::Note => Ok(Place::default()),
            kind if kind.family() == KindFamily::Domain => self.linked_place(summary.vertex),
            _ => Ok(Place::default()),
        }
    }

    fn address(&self, label: Option<&str>) -> Place {
        let address =
            label.and_then(|label| label.split('/').next()).and_then(|text| text.parse::<IpAddr>().ok());
        let found = address.map(|address| self.app.atlas.locate(address));
        let country = found.as_ref().and_then(|found| found.country);
        Place {
            country: country.map(|code| code.iter().map(|byte| char::from(*byte)).collect()),
            asn: found.and_then(|found| found.asn),
            point: None,
        }
    }

    fn location(&self, vertex: VertexNo) -> Result<Place, AppError> {
        let Some(object) = self.view.object(vertex)? else { return Ok(Place::default()) };
        let number = |name: &str| object.json().get(name).and_then(serde_json::Value::as_f64);
        let point =
            number("longitude").zip(number("latitude")).map(|(longitude, latitude)| [longitude, latitude]);
        let country = object.text("country").and_then(|country| Selector::country(country).ok());
        Ok(Place { country: country.map(|country| country.label()), asn: None, point })
    }

    /// Where a thing is said to be: the first place it is linked to.
    fn linked_place(&self, vertex: VertexNo) -> Result<Place, AppError> {
        let mut filter = self.everything();
        filter.link_kinds = Some(numbers(&WHERE.map(str::to_owned), &self.link_kinds, AsRef::as_ref));
        let (links, _) = self.graph.links(vertex, &filter, 0, 8);
        let out = links.iter().filter(|link| link.source == vertex).map(|link| link.target);
        for target in out {
            let place = self.location(target)?;
            if place.country.is_some() || place.point.is_some() {
                return Ok(place);
            }
        }
        Ok(Place::default())
    }

    /// Edges as shown; `ids` must hold both ends of each.
    pub(super) fn edges(&self, edges: &[graph::Edge], ids: &HashMap<VertexNo, String>) -> Vec<Edge> {
        edges.iter().filter_map(|edge| self.edge(edge, ids)).collect()
    }

    /// One edge as shown; `None` when an end is not among `ids`.
    pub(super) fn edge(&self, edge: &graph::Edge, ids: &HashMap<VertexNo, String>) -> Option<Edge> {
        let compartment = self.compartment(edge.compartment)?;
        Some(Edge {
            source: ids.get(&edge.source)?.clone(),
            target: ids.get(&edge.target)?.clone(),
            kind: self.link_kind(edge.kind),
            at: at(edge.at),
            source_name: compartment.source.clone(),
            tlp: compartment.handling.tlp.as_str().to_owned(),
            claim: edge.claim.0,
        })
    }

    /// Ids of vertices, for [`Lens::edges`].
    pub(super) fn ids(&self, vertices: &[VertexNo]) -> Result<HashMap<VertexNo, String>, AppError> {
        let mut ids = HashMap::with_capacity(vertices.len());
        for vertex in vertices {
            if let Some(id) = self.view.id(*vertex)? {
                ids.insert(*vertex, id.to_string());
            }
        }
        Ok(ids)
    }
}

#[derive(Default)]
struct Place {
    country: Option<String>,
    asn: Option<u32>,
    point: Option<[f64; 2]>,
}

/// Time of an edge; 0 is unknown.
fn at(seconds: u32) -> Option<String> {
    let at = Timestamp::from_second(i64::from(seconds)).ok().filter(|_| seconds != 0);
    at.map(|at| at.to_string())
}

/// Numbers of names. A name nobody has used matches nothing, which is what it asks for.
fn numbers<T>(names: &[String], table: &[T], name_of: impl Fn(&T) -> &str) -> KindSet {
    let mut set = KindSet::empty();
    for (number, one) in (0..).zip(table) {
        if names.iter().any(|name| name == name_of(one)) {
            set.insert(number);
        }
    }
    set
}

fn window(request: &FilterRequest) -> Result<Option<Window>, AppError> {
    if request.from.is_none() && request.to.is_none() {
        return Ok(None);
    }
    let (from, to) = (second(request.from.as_deref(), 0)?, second(request.to.as_deref(), u32::MAX)?);
    Ok(Some(Window { from, to, undated: true }))
}

/// A time in the graph's seconds; what lies outside them is their first or last.
fn second(text: Option<&str>, open: u32) -> Result<u32, AppError> {
    let Some(text) = text else { return Ok(open) };
    let second = entente_model::parse_timestamp(text).map_err(AppError::invalid)?.as_second();
    Ok(u32::try_from(second.clamp(0, i64::from(u32::MAX))).unwrap_or(open))
}
