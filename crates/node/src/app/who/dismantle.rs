//! What would take an organisation apart: which few targets leave the least of it that hangs together.
//!
//! ```text
//! members ─► ties between them ─► plan ─► targets, what is left after each, what remains
//!                                  └────► the same with some ties wrong and some unknown: how far it stands
//! ```
//!
//! It is a proposal for people to judge. People are never targets, nor is what nobody can take: a fingerprint, a file, a report.

use std::collections::HashSet;

use entente_graph::organisation::Traced;
use entente_graph::{Aim, Capability, Doubt, Network};
use entente_model::{Kind, VertexNo};
use entente_store::AsOf;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asking, SEEDS, found, leaving_out};
use crate::app::lens::Lens;
use crate::app::view::{FilterRequest, ObjectSummary};
use crate::app::{App, AppError, Viewer};

/// Targets unless asked otherwise, and at most.
const TARGETS: (u32, u32) = (5, 25);
/// What is at least so probable is taken for a member unless asked otherwise.
const LEAST: f64 = 0.5;
/// Members looked at, at most: the most probable.
const MEMBERS: usize = 500;
/// Parts of what remains that are shown, and things of each.
const SHOWN: (usize, usize) = (5, 5);
/// Others that might be targets as well, at most.
const INSTEAD: usize = 5;
/// How hard to search, in link ends looked at: about a tenth of a second, and about as much for all trials.
const EFFORT: (u64, u64) = (20_000_000, 2_000_000);
/// A tenth of the ties may be wrong, and a tenth as many more unknown.
const DOUBT: Doubt = Doubt { false_links: 0.1, missing_links: 0.1, trials: 20, seed: 1 };

/// What somebody can seize, block, suspend or freeze. Nobody is in it.
const TAKEABLE: [Kind; 9] = [
    Kind::DomainName,
    Kind::Ipv4Addr,
    Kind::Ipv6Addr,
    Kind::Url,
    Kind::Infrastructure,
    Kind::EmailAddr,
    Kind::PhoneNumber,
    Kind::BankAccount,
    Kind::CryptocurrencyWallet,
];

/// An organisation, and how much may be taken.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DismantlingRequest {
    /// What one begins from: up to 100 ids.
    pub(crate) ids: Vec<String>,
    /// What is followed, as in `/who`.
    pub(crate) filter: FilterRequest,
    /// Without what these sources say.
    pub(crate) without: Vec<String>,
    /// Things that are at least so probable are members, 0 to 1; 0.5 when absent.
    pub(crate) least: Option<f64>,
    /// Targets at most, 5 unless given, 25 at most.
    pub(crate) targets: Option<u32>,
    /// What may be no target: up to 100 ids.
    pub(crate) spared: Vec<String>,
}

/// A plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DismantlingView {
    /// Members looked at: the 500 most probable.
    pub(crate) members: u64,
    /// Members beyond these, which take no part.
    pub(crate) more: u64,
    /// The targets, in the order to take them.
    pub(crate) targets: Vec<TargetView>,
    /// Share of the pairs of members that could still reach each other once all targets are taken, 0 to 1.
    pub(crate) left: f64,
    /// The same in the worst of the trials in which some ties are wrong and some unknown.
    pub(crate) left_at_worst: f64,
    /// What the trials had among their targets instead, the most frequent first.
    pub(crate) instead: Vec<InsteadView>,
    /// The largest parts that remain.
    pub(crate) remaining: Vec<RemainingView>,
    /// How many parts remain.
    pub(crate) parts: u64,
}

/// A target.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TargetView {
    /// What it is.
    pub(crate) thing: ObjectSummary,
    /// Share of the pairs that could still reach each other once it and those before it are taken.
    pub(crate) left: f64,
    /// In what share of the trials it is a target too.
    pub(crate) stands: f64,
}

/// What might be a target as well.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct InsteadView {
    /// What it is.
    pub(crate) thing: ObjectSummary,
    /// In what share of the trials it is a target.
    pub(crate) share: f64,
}

/// A part that hangs together when the targets are gone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RemainingView {
    /// How many members.
    pub(crate) size: u64,
    /// Some of them.
    pub(crate) things: Vec<ObjectSummary>,
}

impl App {
    /// Which few targets would leave the least of the organisation behind things.
    pub(crate) fn dismantling(
        &self,
        viewer: &Viewer,
        request: &DismantlingRequest,
    ) -> Result<DismantlingView, AppError> {
        if request.ids.is_empty() || request.ids.len() > SEEDS || request.spared.len() > SEEDS {
            return Err(AppError::invalid(format!(
                "Name 1 to {SEEDS} things in `ids`, and so many in `spared`."
            )));
        }
        let (least, targets) = (request.least.unwrap_or(LEAST), request.targets.unwrap_or(TARGETS.0));
        if !(0.0..=1.0).contains(&least) || !(1..=TARGETS.1).contains(&targets) {
            return Err(AppError::invalid(format!("`least` is 0 to 1, `targets` 1 to {}.", TARGETS.1)));
        }
        let lens = self.lens(viewer, AsOf::Now)?;
        let (seeds, spared) = (lens.vertices(&request.ids)?, lens.vertices(&request.spared)?);
        let sieve = lens.sieve(&leaving_out(&lens, &request.filter, &request.without))?;
        let judged = self.judged(&lens, &seeds)?;
        let traced = Asking::new(&lens).trace(&judged.begun(&seeds), &sieve.filter());
        let mut members = found(&traced, &judged.counting);
        members.retain(|(_, probability)| *probability >= least);
        let more = members.len().saturating_sub(MEMBERS) as u64;
        members.truncate(MEMBERS);
        let members: Vec<VertexNo> = members.into_iter().map(|(vertex, _)| vertex).collect();
        let takeable = takeable(&lens);
        let cost = |vertex| {
            let may = lens.graph.kind_of(vertex).is_some_and(|kind| takeable.contains(&kind));
            if may && !spared.contains(&vertex) { 1.0 } else { f64::INFINITY }
        };
        let network = tied(&traced, &members).with_costs(cost);
        plan(&lens, &network, targets, more)
    }
}

fn takeable(lens: &Lens<'_>) -> HashSet<u16> {
    let named = |name: &str| TAKEABLE.iter().any(|kind| kind.as_str() == name);
    lens.kind_names().filter(|(_, name)| named(name)).map(|(no, _)| no).collect()
}

/// The members and what ties them to each other; through a record that names both they are tied as well.
fn tied(traced: &Traced, members: &[VertexNo]) -> Network {
    let evidence = traced.evidence();
    let of = |member: &VertexNo| evidence.get(member).map_or(&[][..], Vec::as_slice);
    let ties =
        members.iter().flat_map(|member| of(member).iter().map(|tie| (*member, tie.from, tie.probability)));
    Network::new(members, &ties.collect::<Vec<_>>())
}

fn plan(lens: &Lens<'_>, network: &Network, targets: u32, more: u64) -> Result<DismantlingView, AppError> {
    let aim = Aim { effort: EFFORT.0, ..Aim::new(Capability::Pairs, f64::from(targets)) };
    let plan = network.plan(aim);
    let doubted = network.sensitivity(&plan, Aim { effort: EFFORT.1, ..aim }, DOUBT);
    let taken: Vec<VertexNo> = plan.targets.iter().map(|target| target.vertex).collect();
    let parts = network.parts_without(&taken);
    let mut view = DismantlingView {
        members: network.vertices().len() as u64,
        more,
        targets: Vec::new(),
        left: plan.curve.last(),
        left_at_worst: doubted.left.last().copied().unwrap_or(1.0),
        instead: Vec::new(),
        remaining: Vec::new(),
        parts: parts.len() as u64,
    };
    for (target, (_, stands)) in plan.targets.iter().zip(&doubted.targets) {
        let things = lens.summaries(&[target.vertex])?.into_iter();
        view.targets.extend(things.map(|thing| TargetView { thing, left: target.left, stands: *stands }));
    }
    for (vertex, share) in doubted.instead.iter().take(INSTEAD) {
        let things = lens.summaries(&[*vertex])?.into_iter();
        view.instead.extend(things.map(|thing| InsteadView { thing, share: *share }));
    }
    for part in parts.iter().take(SHOWN.0) {
        let things = lens.summaries(&part[..part.len().min(SHOWN.1)])?;
        view.remaining.push(RemainingView { size: part.len() as u64, things });
    }
    Ok(view)
}
