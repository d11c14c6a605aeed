//! Taking up into a case what ties an organisation together, so that agreements about that case cover it and nothing else leaves.
//!
//! What this node said is said again, word for word and under the same handling, as belonging to the case. Only the claims that the
//! answer stands on are: a bank that suspects three accounts takes up these and the payments between them, not its ledger.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Context as _;
use entente_graph::organisation::Traced;
use entente_intake::{Drafter, Limits, Settings};
use entente_model::{ClaimNo, Handling, Object, VertexNo};
use entente_store::{AsOf, Batch, PreparedBatch, Telling};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asking, SEEDS, found};
use crate::app::lens::Lens;
use crate::app::{App, AppError, Role, Viewer};

/// Letters of a case's name at most.
const NAME: usize = 100;
/// What is at least so probable belongs to the case unless asked otherwise.
const PROBABLE: f64 = 0.5;
/// What a member is tied to is taken up with the tie from this probability on: with what partners know it may become more.
const OTHER_END: f64 = 0.02;

/// What is to be taken up.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseRequest {
    /// The case, by the name agreements list it under.
    pub(crate) case: String,
    /// What one begins from: up to 100 ids of things of one organisation.
    pub(crate) ids: Vec<String>,
    /// Members that are at least so probable are taken up, 0.5 unless given.
    #[serde(default)]
    pub(crate) least: Option<f64>,
}

/// What was taken up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CaseView {
    /// The case.
    pub(crate) case: String,
    /// Members found.
    pub(crate) members: u64,
    /// Things and records that tie them which this node itself has word of.
    pub(crate) objects: u64,
    /// Claims this made: what was in the case already is not said again.
    pub(crate) claims: u64,
}

impl App {
    /// Takes up what ties the organisation behind things. Analysts only, and of what they may see.
    pub(crate) fn take_up(
        &self,
        viewer: &Viewer,
        request: &CaseRequest,
        now: Timestamp,
    ) -> Result<CaseView, AppError> {
        viewer.require(Role::Analyst)?;
        let case = Case::new(request, PROBABLE)?;
        let lens = self.lens(viewer, AsOf::Now)?;
        let seeds = lens.vertices(&request.ids)?;
        self.take_up_from(&lens, &case, &seeds, now)
    }

    /// As [`App::take_up`], from what partners seek in the case too, however much that is. Where they seek nothing and nothing is
    /// named, nothing is taken up.
    pub(crate) fn take_up_sought(
        &self,
        viewer: &Viewer,
        request: &CaseRequest,
        now: Timestamp,
    ) -> Result<CaseView, AppError> {
        viewer.require(Role::Analyst)?;
        let case = Case::named(request, PROBABLE)?;
        let lens = self.lens(viewer, AsOf::Now)?;
        let mut seeds = lens.vertices(&request.ids)?;
        seeds.extend(self.sought(viewer, case.name, now)?);
        seeds.sort_unstable();
        seeds.dedup();
        self.take_up_from(&lens, &case, &seeds, now)
    }

    /// As [`App::take_up`], from any number of things.
    pub(in crate::app) fn take_up_from(
        &self,
        lens: &Lens<'_>,
        case: &Case<'_>,
        seeds: &[VertexNo],
        now: Timestamp,
    ) -> Result<CaseView, AppError> {
        let found = self.members(lens, seeds)?;
        let members = found.known.values().filter(|probability| **probability >= case.least).count() as u64;
        let objects = found.standing(lens, case.least)?;
        let mut claims = 0;
        for ((source, handling), said) in own_words(lens, &objects)? {
            claims += self.say(case.name, source, handling, said, now)?;
        }
        Ok(CaseView { case: case.name.to_owned(), members, objects: objects.len() as u64, claims })
    }

    /// Who is behind things, with what people decided, and why.
    pub(super) fn members(&self, lens: &Lens<'_>, seeds: &[VertexNo]) -> Result<Found, AppError> {
        let judged = self.judged(lens, seeds)?;
        let begun = judged.begun(seeds);
        let traced = Asking::new(lens).trace(&begun, &lens.everything());
        let mut known: HashMap<VertexNo, f64> = found(&traced, &judged.counting).into_iter().collect();
        known.extend(begun.iter().map(|seed| (*seed, 1.0)));
        Ok(Found { traced, known })
    }

    /// Says objects in a case; answers how many claims that made.
    pub(super) fn say(
        &self,
        case: &str,
        source: String,
        handling: Handling,
        objects: Vec<Object>,
        now: Timestamp,
    ) -> anyhow::Result<u64> {
        let settings = Settings { handling, format: None, now, limits: Limits::default() };
        let drafter = Drafter::new(&settings, self.atlas());
        let draft = |object: Object| {
            drafter.draft(object.json().clone().into()).map(|draft| Telling::from(vec![draft]))
        };
        let records = objects.into_iter().map(draft).collect::<Result<Vec<Telling>, _>>();
        let batch = Batch {
            source,
            agreement: None,
            case: Some(case.to_owned()),
            records: records.context("what was kept could not be said again")?,
            received_at: now,
            salt: self.chance.bytes(),
            received: None,
        };
        let counted = self.commit(&PreparedBatch::from(batch))?;
        Ok(counted.new + counted.updated)
    }
}

/// A case, and from what probability on things belong to it.
pub(crate) struct Case<'a> {
    pub(crate) name: &'a str,
    pub(crate) least: f64,
}

impl Case<'_> {
    /// What a request asks for, if it can be.
    pub(super) fn new(request: &CaseRequest, usual: f64) -> Result<Case<'_>, AppError> {
        if request.ids.is_empty() || request.ids.len() > SEEDS {
            return Err(AppError::invalid(format!("Name 1 to {SEEDS} things in `ids`.")));
        }
        Case::named(request, usual)
    }

    /// The same, of things that are named elsewhere.
    pub(super) fn named(request: &CaseRequest, usual: f64) -> Result<Case<'_>, AppError> {
        let name = request.case.trim();
        if name.is_empty() || name.chars().count() > NAME || name.contains(char::is_control) {
            return Err(AppError::invalid(format!(
                "`case` is the name by which agreements list the case, 1 to {NAME} letters."
            )));
        }
        let least = request.least.unwrap_or(usual);
        if !(0.1..=1.0).contains(&least) {
            return Err(AppError::invalid("`least` is a probability from 0.1 to 1."));
        }
        Ok(Case { name, least })
    }
}

/// An answer, and what it stands on.
pub(super) struct Found {
    traced: Traced,
    /// Members with their probabilities; 1 for what one began from.
    pub(super) known: HashMap<VertexNo, f64>,
}

impl Found {
    /// The objects that the ties of members stand on: both ends, what names them together, and who says so.
    fn standing(&self, lens: &Lens<'_>, least: f64) -> Result<BTreeSet<VertexNo>, AppError> {
        let probable = |vertex: &VertexNo| self.known.get(vertex).copied().unwrap_or(0.0);
        let members = self.known.iter().filter(|(_, probability)| **probability >= least);
        let mut objects: BTreeSet<VertexNo> = members.map(|(vertex, _)| *vertex).collect();
        let mut claims: BTreeSet<ClaimNo> = BTreeSet::new();
        for (vertex, ties) in self.traced.evidence() {
            for tie in ties {
                let (one, other) = (probable(&vertex), probable(&tie.from));
                if one.max(other) >= least && one.min(other) >= OTHER_END {
                    claims.extend(tie.edges.iter().map(|edge| edge.claim));
                    objects.extend(tie.edges.iter().flat_map(|edge| [edge.source, edge.target]));
                }
            }
        }
        for claim in claims {
            objects.extend(lens.view.vertex_of_claim(claim)?);
        }
        Ok(objects)
    }
}

/// What was said, by who said it and under which handling.
type Words = BTreeMap<(String, Handling), Vec<Object>>;

/// What this node itself says of objects now, outside of cases. What partners said is theirs to tell.
fn own_words(lens: &Lens<'_>, objects: &BTreeSet<VertexNo>) -> Result<Words, AppError> {
    let mut words = Words::new();
    for vertex in objects {
        for head in lens.view.heads(*vertex)? {
            let own = head.compartment.agreement.is_none() && head.compartment.case.is_none();
            if own && head.current && !head.revoked {
                let key = (head.compartment.source.clone(), head.compartment.handling.clone());
                words.entry(key).or_default().extend(lens.view.claimed(head.no)?);
            }
        }
    }
    Ok(words)
}
