//! "Who is behind this?": the organisation behind things, each member with how sure that is and why.
//!
//! ```text
//! things ─► ties around them that the viewer may see ─► members, ranked ─► reasons, each with its claims
//!                      people's decisions ──────────────────┘
//! ```

mod belief;
mod case;
mod dismantle;
mod judgement;
mod reason;
mod seeking;

use std::collections::{BTreeSet, HashMap};

use entente_graph::Filter;
use entente_graph::organisation::{Answer, Caller, Choice, Judgements, Sort, Ties, Traced};
use entente_model::{ClaimNo, CompartmentNo, Kind, Selector, VertexNo};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lens::Lens;
use super::view::{FilterRequest, GraphView, ObjectSummary};
use super::{App, AppError, Viewer};
pub(crate) use case::{Case, CaseRequest, CaseView};
pub(crate) use dismantle::{DismantlingRequest, DismantlingView};
use judgement::Judged;
pub(crate) use judgement::{JudgementRequest, JudgementView, JudgementsRequest};
pub(crate) use reason::EvidenceView;
use reason::Reasons;
pub(crate) use seeking::{AgreedCaseView, SoughtView};

/// Members in an answer unless asked otherwise, and at most.
const MEMBERS: (usize, usize) = (50, 500);
/// Seeds at most.
const SEEDS: usize = 100;
/// As probable as not.
const PROBABLE: f64 = 0.5;

/// Things, and what is to be looked at.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WhoRequest {
    /// What one begins from: up to 100 ids.
    pub(crate) ids: Vec<String>,
    /// What is followed; of hubs, those only that say nothing by themselves are left out.
    pub(crate) filter: FilterRequest,
    /// As all stood at this time (RFC 3339); now when absent.
    pub(crate) as_of: Option<String>,
    /// What it would be without what these sources say: "what cooperation added".
    pub(crate) without: Option<Vec<String>>,
    /// Members at most, 50 unless given, 500 at most.
    pub(crate) limit: Option<usize>,
}

/// An answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WhoView {
    /// What one began from.
    pub(crate) seeds: Vec<ObjectSummary>,
    /// The members, the most probable first.
    pub(crate) members: Vec<MemberView>,
    /// Members beyond these.
    pub(crate) more: u64,
    /// What people said is not of it, which is why it is no member.
    pub(crate) rejected: Vec<RejectedView>,
    /// The links the reasons stand on, among the seeds, the members shown and the records that tie them.
    pub(crate) graph: GraphView,
    /// Who says any of it.
    pub(crate) sources: Vec<String>,
}

/// A member.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MemberView {
    /// What it is.
    pub(crate) thing: ObjectSummary,
    /// How probable it is that it is of the organisation, 0 to 1.
    pub(crate) probability: f64,
    /// How probable it would be without the sources left out; absent when none were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) without: Option<f64>,
    /// Why, the strongest first.
    pub(crate) reasons: Vec<EvidenceView>,
    /// The surest way to it from what one began from, or what people confirmed: the smallest part of the picture that explains it. Empty for
    /// what one began from.
    pub(crate) way: Vec<StepView>,
    /// How many others that are at least as probable as not hang together with what one began from by this one alone.
    pub(crate) holds: u64,
    /// What people decided about it and what one began from.
    pub(crate) judgements: Vec<JudgementView>,
}

/// A step of a way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StepView {
    /// What it leads to.
    pub(crate) thing: ObjectSummary,
    /// The tie by which it does, from the step before; absent at the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<EvidenceView>,
}

/// What people said is not of the organisation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RejectedView {
    /// What it is.
    pub(crate) thing: ObjectSummary,
    /// What people decided about it and what one began from.
    pub(crate) judgements: Vec<JudgementView>,
}

impl App {
    /// Who is behind things, as far as this viewer may see.
    pub(crate) fn who(&self, viewer: &Viewer, request: &WhoRequest) -> Result<WhoView, AppError> {
        let lens = self.lens(viewer, super::thing::moment(request.as_of.as_deref())?)?;
        if request.ids.is_empty() || request.ids.len() > SEEDS {
            return Err(AppError::invalid(format!("Name 1 to {SEEDS} things in `ids`.")));
        }
        let seeds = lens.vertices(&request.ids)?;
        let sieve = lens.sieve(&followed(&request.filter))?;
        let asking = Asking::new(&lens);
        let judged = self.judged(&lens, &seeds)?;
        let traced = asking.trace(&judged.begun(&seeds), &sieve.filter());
        let answer = traced.answer(&judged.counting);
        let ways = traced.ways(&answer, &judged.counting, reason::LEAST);
        let probable = answer.members.iter().filter(|member| member.probability >= PROBABLE);
        let probable: Vec<VertexNo> = probable.map(|member| member.vertex).collect();
        let members: Vec<(VertexNo, f64)> = pairs(answer);
        let without = self.without(&asking, request, &seeds, &judged)?;
        let limit = request.limit.unwrap_or(MEMBERS.0).clamp(1, MEMBERS.1);
        let reasons = Reasons::new(&asking, &traced, &seeds, &members);
        let mut view = WhoView {
            seeds: lens.summaries(&seeds)?,
            members: Vec::new(),
            more: members.len().saturating_sub(limit) as u64,
            rejected: self.rejected(&lens, &judged)?,
            graph: GraphView::default(),
            sources: Vec::new(),
        };
        let mut shown = reasons.shown();
        for (vertex, probability) in members.iter().take(limit) {
            let Some(thing) = lens.summaries(&[*vertex])?.pop() else { continue };
            view.members.push(MemberView {
                thing,
                probability: *probability,
                without: without.as_ref().map(|without| without.get(vertex).copied().unwrap_or(0.0)),
                reasons: reasons.of(*vertex, &mut shown)?,
                way: reasons.along(&ways.to(*vertex), &mut shown)?,
                holds: ways.hanging_by(*vertex, &probable) as u64,
                judgements: self.about(&lens, judged.of(*vertex))?,
            });
        }
        view.sources = sources(&view.members);
        view.graph = shown.graph(&lens)?;
        Ok(view)
    }

    fn rejected(&self, lens: &Lens<'_>, judged: &Judged) -> Result<Vec<RejectedView>, AppError> {
        let rejected: Vec<VertexNo> = judged.counting.rejected.iter().copied().collect();
        let mut views = Vec::new();
        for vertex in rejected {
            let Some(thing) = lens.summaries(&[vertex])?.pop() else { continue };
            views.push(RejectedView { thing, judgements: self.about(lens, judged.of(vertex))? });
        }
        Ok(views)
    }

    fn without(
        &self,
        asking: &Asking<'_>,
        request: &WhoRequest,
        seeds: &[VertexNo],
        judged: &Judged,
    ) -> Result<Option<HashMap<VertexNo, f64>>, AppError> {
        let Some(left_out) = &request.without else { return Ok(None) };
        let filter = leaving_out(asking.lens, &request.filter, left_out);
        let sieve = asking.lens.sieve(&filter)?;
        Ok(Some(
            found(&asking.trace(&judged.begun(seeds), &sieve.filter()), &judged.counting)
                .into_iter()
                .collect(),
        ))
    }
}

/// Everything that may be of the organisation behind seeds, by id, whatever people decided.
pub(super) fn ranked(lens: &Lens<'_>, seeds: &[VertexNo]) -> Result<Vec<(String, f64)>, AppError> {
    let traced = Asking::new(lens).trace(seeds, &lens.everything());
    let mut ranked = Vec::new();
    for (vertex, probability) in found(&traced, &Judgements::default()) {
        ranked.extend(lens.view.id(vertex)?.map(|id| (id.to_string(), probability)));
    }
    Ok(ranked)
}

/// Hubs are for the ties themselves to judge: what many share says little, and how many is too many depends on what it is.
fn followed(filter: &FilterRequest) -> FilterRequest {
    FilterRequest { hubs: Some("expand".to_owned()), ..filter.clone() }
}

/// What is followed without what these sources say.
fn leaving_out(lens: &Lens<'_>, filter: &FilterRequest, left_out: &[String]) -> FilterRequest {
    if left_out.is_empty() {
        return followed(filter);
    }
    let all = || lens.every_source().into_iter().collect();
    let kept: Vec<String> = filter.sources.clone().unwrap_or_else(all);
    let kept = kept.into_iter().filter(|source| !left_out.contains(source)).collect();
    FilterRequest { sources: Some(kept), ..followed(filter) }
}

fn found(traced: &Traced, judged: &Judgements) -> Vec<(VertexNo, f64)> {
    pairs(traced.answer(judged))
}

fn pairs(answer: Answer) -> Vec<(VertexNo, f64)> {
    answer.members.into_iter().map(|member| (member.vertex, member.probability)).collect()
}

fn sources(members: &[MemberView]) -> Vec<String> {
    let reasons = members.iter().flat_map(|member| &member.reasons);
    let sources: BTreeSet<&String> = reasons.flat_map(|reason| &reason.sources).collect();
    sources.into_iter().cloned().collect()
}

/// One viewer's question, with what the graph does not know of its vertices and claims.
struct Asking<'a> {
    lens: &'a Lens<'a>,
    ties: Ties,
    fingerprints: Option<u16>,
}

impl<'a> Asking<'a> {
    fn new(lens: &'a Lens<'a>) -> Asking<'a> {
        let fingerprint = Kind::DigitalFingerprint.as_str();
        let fingerprints = lens.kind_names().find(|(_, name)| *name == fingerprint).map(|(no, _)| no);
        Asking { lens, ties: Ties::named(lens.link_kind_names(), lens.kind_names()), fingerprints }
    }

    fn trace(&self, seeds: &[VertexNo], filter: &Filter<'_>) -> Traced {
        let (sort, belief) =
            (|vertex| self.sort(vertex), |compartment, claim| self.belief(compartment, claim));
        let caller = Caller { sort: &sort, belief: &belief };
        self.lens.graph.trace(seeds, filter, &self.ties, &caller, Choice::default())
    }

    /// Fingerprints are told apart by their family; of everything else the kind says enough.
    fn sort(&self, vertex: VertexNo) -> Option<Sort> {
        if self.lens.graph.kind_of(vertex) != self.fingerprints {
            return None;
        }
        // What cannot be read now is a fingerprint of no known family, which says least.
        match self.lens.view.selector(vertex) {
            Ok(Some(Selector::Fingerprint(family, _))) => self.ties.sort_named(family.as_str()),
            _ => None,
        }
    }

    /// What this node says in a case it says outside of it too ([`case`]), and one word does not count twice.
    fn belief(&self, compartment: CompartmentNo, _claim: ClaimNo) -> f64 {
        let known = self.lens.compartment(compartment);
        let counting = known.filter(|known| known.case.is_none() || known.agreement.is_some());
        counting.map_or(0.0, |known| belief::of(&known.handling.grade))
    }
}
