//! Why something is a member: its ties to other members, each with the claims it stands on.

use std::collections::{BTreeSet, HashMap};

use entente_graph::Edge;
use entente_graph::organisation::{Tie, Traced};
use entente_model::VertexNo;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Asking, StepView};
use crate::app::AppError;
use crate::app::lens::Lens;
use crate::app::view::GraphView;

/// Reasons of a member at most.
const REASONS: usize = 6;
/// A tie to what is less probable than this says nothing.
pub(super) const LEAST: f64 = 0.05;

/// One piece of evidence.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    /// The other member, or what one began from.
    pub(crate) to: String,
    /// What people call it.
    pub(crate) label: String,
    /// The sort of evidence: certificate, hosting, payment… Pieces of one sort are not independent of each other.
    pub(crate) family: String,
    /// The links that say so, from one end to the other: `has-fingerprint`, or `debtor-account` and `creditor-account`.
    pub(crate) links: Vec<String>,
    /// The record that names both, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) through: Option<String>,
    /// True when the first link goes out from the member.
    pub(crate) outward: bool,
    /// How many things share what the two share.
    pub(crate) shared_by: u32,
    /// How strong, in bits: 1 doubles the odds.
    pub(crate) bits: f64,
    /// How probable the other end is.
    pub(crate) of: f64,
    /// The claims it stands on.
    pub(crate) claims: Vec<u32>,
    /// Who says so.
    pub(crate) sources: Vec<String>,
}

/// Gives reasons for members of one answer.
pub(super) struct Reasons<'a> {
    asking: &'a Asking<'a>,
    /// What leads to each thing.
    evidence: HashMap<VertexNo, Vec<Tie>>,
    /// What is a member, and how probably; what one began from is, surely.
    known: HashMap<VertexNo, f64>,
}

/// What reasons stand on, gathered for the chart.
pub(super) struct Shown {
    vertices: BTreeSet<VertexNo>,
    edges: Vec<Edge>,
}

impl<'a> Reasons<'a> {
    pub(super) fn new(
        asking: &'a Asking<'a>,
        traced: &Traced,
        seeds: &[VertexNo],
        members: &[(VertexNo, f64)],
    ) -> Reasons<'a> {
        let mut known: HashMap<VertexNo, f64> = members.iter().copied().collect();
        known.extend(seeds.iter().map(|seed| (*seed, 1.0)));
        Reasons { asking, evidence: traced.evidence(), known }
    }

    pub(super) fn shown(&self) -> Shown {
        let sure = self.known.iter().filter(|(_, probability)| **probability >= 1.0);
        Shown { vertices: sure.map(|(vertex, _)| *vertex).collect(), edges: Vec::new() }
    }

    /// Why something is a member, the strongest first.
    pub(super) fn of(&self, vertex: VertexNo, shown: &mut Shown) -> Result<Vec<EvidenceView>, AppError> {
        let ties = self.evidence.get(&vertex).map_or(&[][..], Vec::as_slice);
        let mut telling: Vec<(f64, &Tie)> = ties.iter().filter_map(|tie| self.weight(tie)).collect();
        telling.sort_by(|(one, a), (other, b)| other.total_cmp(one).then(a.from.cmp(&b.from)));
        telling.truncate(REASONS);
        shown.vertices.insert(vertex);
        telling.iter().map(|(_, tie)| self.reason(vertex, tie, shown)).collect()
    }

    /// A way, step by step; nothing for what is only where it begins.
    pub(super) fn along(&self, way: &[VertexNo], shown: &mut Shown) -> Result<Vec<StepView>, AppError> {
        if way.len() < 2 {
            return Ok(Vec::new());
        }
        let mut steps = Vec::with_capacity(way.len());
        for (place, vertex) in way.iter().enumerate() {
            let Some(thing) = self.asking.lens.summaries(&[*vertex])?.pop() else { continue };
            let from = place.checked_sub(1).map(|before| way[before]);
            let by = from.and_then(|from| self.surest(from, *vertex));
            let by = by.map(|tie| self.reason(*vertex, tie, shown)).transpose()?;
            shown.vertices.insert(*vertex);
            steps.push(StepView { thing, by });
        }
        Ok(steps)
    }

    fn surest(&self, from: VertexNo, to: VertexNo) -> Option<&Tie> {
        let ties = self.evidence.get(&to)?.iter().filter(|tie| tie.from == from);
        ties.max_by(|one, other| one.probability.total_cmp(&other.probability))
    }

    /// A tie counts by what it says and by how probable its other end is.
    fn weight<'t>(&self, tie: &'t Tie) -> Option<(f64, &'t Tie)> {
        let of = self.known.get(&tie.from).copied().filter(|of| *of >= LEAST)?;
        Some((of * tie.probability, tie))
    }

    fn reason(&self, member: VertexNo, tie: &Tie, shown: &mut Shown) -> Result<EvidenceView, AppError> {
        let lens = self.asking.lens;
        shown.edges.extend(&tie.edges);
        shown.vertices.extend(tie.edges.iter().flat_map(|edge| [edge.source, edge.target]));
        let between = tie.edges.iter().flat_map(|edge| [edge.source, edge.target]);
        let through = between.into_iter().find(|end| *end != member && *end != tie.from);
        let first = tie.edges.iter().find(|edge| edge.source == member || edge.target == member);
        let id = |vertex| Ok::<_, AppError>(lens.view.id(vertex)?.map(|id| id.to_string()));
        let other = lens.summaries(&[tie.from])?.pop();
        Ok(EvidenceView {
            to: other.as_ref().map(|other| other.id.clone()).unwrap_or_default(),
            label: other.map(|other| other.label).unwrap_or_default(),
            family: self.asking.ties.family_name(tie.family).to_owned(),
            links: self.links(member, tie),
            through: through.map(id).transpose()?.flatten(),
            outward: first.is_some_and(|edge| edge.source == member),
            shared_by: tie.sources,
            bits: tie.bits,
            of: self.known.get(&tie.from).copied().unwrap_or_default(),
            claims: claims(tie),
            sources: lens.sources_of(&tie.edges),
        })
    }

    /// Names of the links from one end to the other, each once.
    fn links(&self, member: VertexNo, tie: &Tie) -> Vec<String> {
        let near = |edge: &&Edge| edge.source == member || edge.target == member;
        let (near, far): (Vec<&Edge>, Vec<&Edge>) = tie.edges.iter().partition(near);
        let mut names: Vec<String> = Vec::new();
        for edge in near.into_iter().chain(far) {
            let name = self.asking.lens.link_kind(edge.kind);
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
        names.truncate(2);
        names
    }
}

fn claims(tie: &Tie) -> Vec<u32> {
    let claims: BTreeSet<u32> = tie.edges.iter().map(|edge| edge.claim.0).collect();
    claims.into_iter().collect()
}

impl Shown {
    /// All of it, as a chart shows it.
    pub(super) fn graph(mut self, lens: &Lens<'_>) -> Result<GraphView, AppError> {
        self.edges.sort_unstable_by_key(|edge| (edge.source, edge.target, edge.kind, edge.claim));
        self.edges.dedup();
        let vertices: Vec<VertexNo> = self.vertices.into_iter().collect();
        let ids = lens.ids(&vertices)?;
        Ok(GraphView {
            vertices: lens.summaries(&vertices)?,
            edges: lens.edges(&self.edges, &ids),
            truncated: None,
        })
    }
}
