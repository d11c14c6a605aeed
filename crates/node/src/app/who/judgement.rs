//! What people decide: that two things are of one organisation, or are not. It counts at once, for everybody who may see both, and
//! can be withdrawn; who decided, when and why stays.

use std::collections::{BTreeMap, BTreeSet};

use entente_graph::organisation::Judgements;
use entente_model::VertexNo;
use entente_store::{AsOf, Judgement};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::lens::Lens;
use crate::app::{App, AppError, Role, Viewer};

/// A decision to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgementRequest {
    /// Two ids.
    pub(crate) ids: [String; 2],
    /// Whether they are of one organisation.
    pub(crate) same: bool,
    /// Why, for those who come after.
    #[serde(default)]
    pub(crate) note: Option<String>,
}

/// Decisions about a thing.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct JudgementsRequest {
    /// The thing.
    pub(crate) id: String,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct JudgementView {
    /// Its number.
    pub(crate) no: u64,
    /// The two things.
    pub(crate) ids: [String; 2],
    /// Whether they are of one organisation.
    pub(crate) same: bool,
    /// Who decided.
    pub(crate) person: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// When (RFC 3339).
    pub(crate) at: String,
    /// Who withdrew it; absent while it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) withdrawn_by: Option<String>,
    /// When it was withdrawn (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) withdrawn_at: Option<String>,
}

/// What was decided about what one begins from.
pub(super) struct Judged {
    /// What counts.
    pub(super) counting: Judgements,
    /// All that was, by the other thing.
    all: BTreeMap<VertexNo, Vec<Judgement>>,
}

impl Judged {
    pub(super) fn of(&self, vertex: VertexNo) -> &[Judgement] {
        self.all.get(&vertex).map_or(&[], Vec::as_slice)
    }

    /// What one begins from, with what was confirmed: that may be tied to the rest by nothing that is known.
    pub(super) fn begun(&self, seeds: &[VertexNo]) -> Vec<VertexNo> {
        let confirmed = self.counting.confirmed.iter().filter(|vertex| !seeds.contains(vertex));
        seeds.iter().chain(confirmed).copied().collect()
    }

    /// Where people decided both, the later counts.
    fn settle(&mut self) {
        for (vertex, all) in &mut self.all {
            all.sort_by_key(|one| one.no);
            let Some(last) = all.iter().rev().find(|one| one.withdrawn.is_none()) else { continue };
            match last.same {
                true => drop(self.counting.rejected.remove(vertex)),
                false => drop(self.counting.confirmed.remove(vertex)),
            }
        }
    }

    /// What was confirmed only through what was rejected later is confirmed no longer.
    fn let_go(&mut self, seeds: &[VertexNo]) {
        let mut held: BTreeSet<VertexNo> = seeds.iter().copied().collect();
        loop {
            let open = self.counting.confirmed.difference(&held);
            let next: Vec<VertexNo> = open.filter(|vertex| self.is_held(**vertex, &held)).copied().collect();
            if next.is_empty() {
                break;
            }
            held.extend(next);
        }
        self.counting.confirmed.retain(|vertex| held.contains(vertex));
    }

    fn is_held(&self, vertex: VertexNo, by: &BTreeSet<VertexNo>) -> bool {
        // Of each pair the last that was said, since they come in order.
        let counting = self.of(vertex).iter().filter(|one| one.withdrawn.is_none());
        let last: BTreeMap<[VertexNo; 2], bool> = counting
            .map(|one| ([one.things[0].min(one.things[1]), one.things[0].max(one.things[1])], one.same))
            .collect();
        last.iter().any(|(pair, same)| *same && pair.iter().any(|end| *end != vertex && by.contains(end)))
    }
}

impl App {
    /// Keeps a decision.
    pub(crate) fn judge(
        &self,
        viewer: &Viewer,
        request: &JudgementRequest,
        now: Timestamp,
    ) -> Result<JudgementView, AppError> {
        viewer.require(Role::Analyst)?;
        let lens = self.lens(viewer, AsOf::Now)?;
        let [one, other] = [lens.vertex(&request.ids[0])?, lens.vertex(&request.ids[1])?];
        if one == other {
            return Err(AppError::invalid("Name two things: of one, nothing is to be decided."));
        }
        let note = request.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
        let mut judgement = Judgement {
            no: 0,
            things: [one, other],
            same: request.same,
            person: viewer.name.clone(),
            note: note.map(str::to_owned),
            at: now,
            withdrawn: None,
        };
        judgement.no = self.desk.judge(&judgement)?;
        view(&lens, &judgement)?.ok_or(AppError::NotFound("thing"))
    }

    /// Withdraws a decision, one's own or another's.
    pub(crate) fn withdraw_judgement(
        &self,
        viewer: &Viewer,
        no: u64,
        now: Timestamp,
    ) -> Result<JudgementView, AppError> {
        let lens = self.lens(viewer, AsOf::Now)?;
        let unknown = || AppError::NotFound("decision");
        let known = |no| {
            Ok::<_, AppError>(self.desk.judgement(no)?.map(|one| view(&lens, &one)).transpose()?.flatten())
        };
        known(no)?.ok_or_else(unknown)?;
        viewer.require(Role::Analyst)?;
        if !self.desk.withdraw_judgement(no, &viewer.name, now)? {
            return Err(AppError::Conflict("It was withdrawn before."));
        }
        known(no)?.ok_or_else(unknown)
    }

    /// Every decision about a thing, withdrawn ones too, as far as the viewer may see what it is about.
    pub(crate) fn judgements(
        &self,
        viewer: &Viewer,
        request: &JudgementsRequest,
    ) -> Result<Vec<JudgementView>, AppError> {
        let lens = self.lens(viewer, AsOf::Now)?;
        let about = self.desk.judgements_of(lens.vertex(&request.id)?)?;
        self.about(&lens, &about)
    }

    pub(in crate::app) fn about(
        &self,
        lens: &Lens<'_>,
        all: &[Judgement],
    ) -> Result<Vec<JudgementView>, AppError> {
        let seen = all.iter().map(|one| view(lens, one));
        Ok(seen.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// What was decided about these things, and about what was confirmed to belong to them. Of two decisions about one pair the
    /// later counts. What the viewer may not see decides nothing for them.
    pub(super) fn judged(&self, lens: &Lens<'_>, seeds: &[VertexNo]) -> Result<Judged, AppError> {
        let mut judged = Judged { counting: Judgements::default(), all: BTreeMap::new() };
        let mut open: Vec<VertexNo> = seeds.to_vec();
        while let Some(near) = open.pop() {
            for judgement in self.desk.judgements_of(near)? {
                let [one, other] = judgement.things;
                let far = if one == near { other } else { one };
                if seeds.contains(&far) || lens.view.id(far)?.is_none() {
                    continue;
                }
                let before = judged.all.entry(far).or_default();
                if before.iter().any(|known| known.no == judgement.no) {
                    continue;
                }
                before.push(judgement.clone());
                if judgement.withdrawn.is_some() {
                    continue;
                }
                let counting = &mut judged.counting;
                match judgement.same {
                    true if counting.confirmed.insert(far) => open.push(far),
                    true => {}
                    false => drop(counting.rejected.insert(far)),
                }
            }
        }
        judged.settle();
        judged.let_go(seeds);
        Ok(judged)
    }
}

/// A decision as the viewer is shown it; `None` when one of the things does not exist for them.
fn view(lens: &Lens<'_>, judgement: &Judgement) -> Result<Option<JudgementView>, AppError> {
    let [one, other] = judgement.things;
    let (Some(one), Some(other)) = (lens.view.id(one)?, lens.view.id(other)?) else { return Ok(None) };
    let Judgement { no, same, person, note, at, withdrawn, .. } = judgement.clone();
    let (withdrawn_by, withdrawn_at) = withdrawn.unzip();
    Ok(Some(JudgementView {
        no,
        ids: [one.to_string(), other.to_string()],
        same,
        person,
        note,
        at: at.to_string(),
        withdrawn_by,
        withdrawn_at: withdrawn_at.map(|at| at.to_string()),
    }))
}
