//! Aliases: which actors, campaigns and malware that a viewer may see are told of twice under different names, proposed for review.
//!
//! ```text
//! Asks ─► app/answers ─► look.rs ─► entries.rs: what tellers call each thing, and say of it
//!                           │
//!                           └─► entente_graph::aliases, once for actors and once for malware
//! AliasesView: the pairs, each with what people decided on it by now
//! ```
//!
//! Nothing is merged (docs/decisions/0009): people say that two are the same or are not, as on "Who is behind this?", and that is what
//! counts there.

mod entries;
mod look;

use std::sync::Arc;

use entente_model::{CompartmentSet, VertexNo};
use entente_store::AsOf;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answers::{Answers, Inquiry};
use super::lens::Lens;
use super::view::{Count, ObjectSummary};
use super::who::JudgementView;
use super::{App, AppError, Viewer};

/// What a request calls actors and malware.
pub(crate) const SORTS: [&str; 2] = ["actor", "malware"];
/// Pairs kept of each sort: an answer is kept, and nobody reads on to the end of thousands.
const OF_EACH: usize = 500;
/// Pairs told unless asked otherwise.
const FEW: usize = 50;
/// What is less probable than this is not kept.
const LEAST: f64 = 0.05;
/// What is told unless asked otherwise is at least as probable.
const USUAL: f64 = 0.3;

/// Which pairs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct AliasesRequest {
    /// Only `actor` (threat actors, intrusion sets, campaigns) or only `malware` (malware, tools).
    pub(crate) sort: Option<String>,
    /// At least this probable, from 0.05 to 1; 0.3 when absent.
    pub(crate) least: Option<f64>,
    /// True for pairs on which people have decided; otherwise those that wait.
    pub(crate) decided: bool,
    /// So many at most; 50 when absent, and never more than 500 of one sort.
    pub(crate) limit: Option<usize>,
}

/// What is proposed, as far as it is known at this moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AliasesView {
    /// The last answer; absent while the first is being made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<ProposedAliasesView>,
    /// Claims told since that the answer does not know.
    pub(crate) claims_since: u64,
    /// A newer answer is being made: ask again in a moment.
    pub(crate) making: bool,
}

/// Pairs that may be one, and in what was looked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ProposedAliasesView {
    /// When this was looked for (RFC 3339).
    pub(crate) made_at: String,
    /// The pairs, the most probable first.
    pub(crate) pairs: Vec<AliasView>,
    /// Pairs beyond these.
    pub(crate) more: u64,
    /// On how many pairs people have decided.
    pub(crate) decided: u64,
    /// How many things were compared, by type.
    pub(crate) compared: Vec<Count>,
    /// Things that were not compared because there are too many; those told last were.
    pub(crate) not_read: u64,
}

/// Two things that may be one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AliasView {
    /// `actor` or `malware`.
    pub(crate) sort: &'static str,
    /// How probable it is that they are one, from 0 to 1.
    pub(crate) probability: f64,
    /// The one.
    pub(crate) one: NamedView,
    /// The other.
    pub(crate) other: NamedView,
    /// What speaks for it and what against, the weightiest first.
    pub(crate) reasons: Vec<AliasReasonView>,
    /// What people decided on the pair, the last word last; withdrawn ones too.
    pub(crate) judgements: Vec<JudgementView>,
}

/// A thing and what it is called.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct NamedView {
    /// The thing.
    pub(crate) thing: ObjectSummary,
    /// Every name anybody gives it, each once.
    pub(crate) names: Vec<String>,
}

/// Why two may be one, or not.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AliasReasonView {
    /// In words.
    pub(crate) text: String,
    /// Bits for it; below zero against it.
    pub(crate) bits: f64,
}

/// What is looked for: all there is, of which each request takes its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asks;

/// What was found, before it is asked what people decided.
#[derive(Debug, Clone)]
pub(crate) struct Proposed {
    made_at: Timestamp,
    pairs: Vec<Pair>,
    compared: Vec<Count>,
    not_read: u64,
}

#[derive(Debug, Clone)]
struct Pair {
    vertices: [VertexNo; 2],
    view: AliasView,
}

impl App {
    /// What is proposed in what this viewer may see: the last answer, while a newer one is made where that is due.
    pub(crate) fn aliases(
        self: &Arc<App>,
        viewer: &Viewer,
        request: &AliasesRequest,
        now: Timestamp,
    ) -> Result<AliasesView, AppError> {
        let chosen = Chosen::of(request)?;
        let told = self.ask(viewer, Asks, now)?;
        let answer = told.answer.map(|answer| self.chosen(viewer, &answer.view, &chosen)).transpose()?;
        Ok(AliasesView { claims_since: told.claims_since, making: told.making, answer })
    }

    /// What is proposed in what this viewer may see, looked for now.
    pub(crate) fn aliases_now(
        &self,
        viewer: &Viewer,
        request: &AliasesRequest,
    ) -> Result<ProposedAliasesView, AppError> {
        let chosen = Chosen::of(request)?;
        self.chosen(viewer, &self.ask_now(viewer, Asks)?, &chosen)
    }

    /// The pairs that were asked for, with what people decided by now.
    fn chosen(
        &self,
        viewer: &Viewer,
        proposed: &Proposed,
        chosen: &Chosen,
    ) -> Result<ProposedAliasesView, AppError> {
        let lens = self.lens(viewer, AsOf::Now)?;
        let (mut pairs, mut fitting, mut decided) = (Vec::new(), 0, 0);
        for pair in proposed.pairs.iter().filter(|pair| chosen.takes(&pair.view)) {
            let judgements = self.decisions(&lens, pair.vertices)?;
            let is_decided = judgements.iter().any(|one| one.withdrawn_by.is_none());
            decided += u64::from(is_decided);
            if is_decided == chosen.decided {
                fitting += 1;
                if pairs.len() < chosen.limit {
                    pairs.push(AliasView { judgements, ..pair.view.clone() });
                }
            }
        }
        let more = fitting - pairs.len() as u64;
        let (made_at, compared) = (proposed.made_at.to_string(), proposed.compared.clone());
        Ok(ProposedAliasesView { made_at, pairs, more, decided, compared, not_read: proposed.not_read })
    }

    /// What people decided on a pair, as far as the viewer may see both.
    fn decisions(
        &self,
        lens: &Lens<'_>,
        [one, other]: [VertexNo; 2],
    ) -> Result<Vec<JudgementView>, AppError> {
        let mut about = self.desk.judgements_of(one)?;
        about.retain(|judgement| judgement.things.contains(&other));
        self.about(lens, &about)
    }
}

impl Inquiry for Asks {
    type View = Proposed;
    const NAME: &'static str = "aliases";

    fn moves(&self) -> bool {
        false
    }

    fn answers(app: &App) -> &Answers<Asks> {
        &app.namesakes
    }

    fn look(&self, app: &App, compartments: &CompartmentSet, now: Timestamp) -> Result<Proposed, AppError> {
        app.aliases_in(compartments, now)
    }
}

/// A request that makes sense.
struct Chosen {
    sort: Option<&'static str>,
    least: f64,
    decided: bool,
    limit: usize,
}

impl Chosen {
    fn of(request: &AliasesRequest) -> Result<Chosen, AppError> {
        let sort = request.sort.as_deref().map(sort).transpose()?;
        let least = request.least.unwrap_or(USUAL);
        if !(LEAST..=1.0).contains(&least) {
            return Err(AppError::invalid(format!("`least` is a probability from {LEAST} to 1.")));
        }
        Ok(Chosen { sort, least, decided: request.decided, limit: request.limit.unwrap_or(FEW) })
    }

    fn takes(&self, pair: &AliasView) -> bool {
        self.sort.is_none_or(|sort| sort == pair.sort) && pair.probability >= self.least
    }
}

fn sort(asked: &str) -> Result<&'static str, AppError> {
    let known = SORTS.into_iter().find(|sort| *sort == asked);
    known.ok_or_else(|| AppError::invalid(format!("`{asked}` is no sort: say {}", SORTS.join(" or "))))
}
