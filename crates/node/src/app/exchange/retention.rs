//! What partners told is kept for as long as was agreed. When that is over, or the agreement is and nothing lets what came under it
//! outlive it, it is deleted or made anonymous, and so is what was told onward of it. The logs stay as they are.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use entente_agreement::{Agreement, OnEnd, RecallReason, Standing};
use entente_intake::{Drafter, Limits, Settings};
use entente_model::{ClaimNo, CompartmentSet, Draft, Handling};
use entente_store::exchange::{PartyId, Seq};
use entente_store::{AsOf, Batch, PreparedBatch, RemovalAct, Retained, StoreError, Telling};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::anonymous::{Anonymous, anonymous};
use super::parse_flow_name;
use crate::app::agreement::{Agreements, Held};
use crate::app::{App, AppError, Role, Viewer};
use crate::clock;

/// Runs of claims looked at, and claims removed, at once.
const RUNS: usize = 1_000;
const AT_ONCE: usize = 1_000;
/// How often a node that serves looks for what is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How often erased bytes are wiped from the files at most.
const WIPE_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// The heading of the clause by which retention outlives an agreement.
const SURVIVES: &str = "Retention";

/// Claims that may be kept no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Due {
    /// Who told them.
    pub(crate) partner: String,
    /// Under which agreement and by which flow.
    pub(crate) flow: String,
    /// The first of them, and how many.
    pub(crate) first: u32,
    pub(crate) claims: u32,
    /// The item of the partner's wire that the first of them came by; the others follow it. 0 for what came past the wire.
    #[serde(skip)]
    pub(super) first_item: u64,
    /// What is done: `delete`, `return` or `anonymise`.
    pub(crate) what: OnEnd,
    /// Since when it is due.
    pub(crate) since: Timestamp,
    /// Why: `retention` is over, or the `agreement` is.
    pub(crate) why: &'static str,
}

/// What a node that serves remembers of wiping.
#[derive(Default)]
struct Wiping {
    /// Something was erased that is not wiped yet.
    left: bool,
    /// When it was last tried.
    at: Option<Timestamp>,
}

impl App {
    /// Deals with what is due on a thread of its own until the node is dropped.
    pub(crate) fn keep_to_retention(self: &Arc<App>) -> anyhow::Result<()> {
        let app = Arc::downgrade(self);
        let keep = move || {
            let (_never, pause) = std::sync::mpsc::channel::<()>();
            let mut wiping = Wiping::default();
            while let Some(app) = app.upgrade() {
                if let Err(error) = app.keep_up(&mut wiping, clock::now()) {
                    tracing::error!(error = %format!("{error:#}"), "what may be kept no longer is still here");
                }
                drop(app);
                // Nothing is ever sent: this is a wait with a limit.
                let _ = pause.recv_timeout(LOOK_EVERY);
            }
        };
        std::thread::Builder::new().name("retention".to_owned()).spawn(keep).context("no thread")?;
        Ok(())
    }

    /// What may be kept no longer; the first of it when it is much.
    pub(crate) fn due(&self, viewer: &Viewer, now: Timestamp) -> Result<Vec<Due>, AppError> {
        viewer.require(Role::Administrator)?;
        Ok(self.all_due(now)?)
    }

    /// Deals with all that may be kept no longer, and answers what it was.
    pub(crate) fn retire_due(&self, viewer: &Viewer, now: Timestamp) -> Result<Vec<Due>, AppError> {
        viewer.require(Role::Administrator)?;
        let retired = self.retire_all(now)?;
        if !retired.is_empty() {
            self.wipe()?;
        }
        Ok(retired)
    }

    /// Deals with what is due. Wiping rewrites the files, so what is erased in a day is wiped together.
    fn keep_up(&self, wiping: &mut Wiping, now: Timestamp) -> anyhow::Result<()> {
        wiping.left |= !self.retire_all(now)?.is_empty();
        if wiping.left && wiping.at.is_none_or(|at| now.duration_since(at) >= WIPE_EVERY) {
            wiping.left = !self.wipe()?;
            wiping.at = Some(now);
        }
        Ok(())
    }

    fn retire_all(&self, now: Timestamp) -> anyhow::Result<Vec<Due>> {
        let mut retired = Vec::new();
        loop {
            let due = self.all_due(now)?;
            if due.is_empty() {
                return Ok(retired);
            }
            for one in due {
                self.retire(&one, now)?;
                retired.push(one);
            }
        }
    }

    /// Wipes what was erased from the files. False when whoever read in them meanwhile kept it from ending: until it is done again erased
    /// bytes lie where only somebody who reads the disk finds them.
    fn wipe(&self) -> anyhow::Result<bool> {
        self.settle()?;
        let mut all = true;
        for wiped in [self.store.scrub(), self.exchange.scrub(), self.text.scrub()] {
            match wiped {
                Err(StoreError::Busy { .. }) => {
                    tracing::warn!("what was erased is not wiped from the disk yet: the files are in use");
                    all = false;
                }
                wiped => wiped?,
            }
        }
        Ok(all)
    }

    fn all_due(&self, now: Timestamp) -> anyhow::Result<Vec<Due>> {
        let agreements = self.agreements(now)?;
        let mut due: BTreeMap<u32, Due> = BTreeMap::new();
        for run in self.store.overdue(now, RUNS)? {
            let since = run.until.unwrap_or(now);
            due.extend(due_run(&agreements, &run, since, "retention").map(|one| (one.first, one)));
        }
        for held in agreements.iter() {
            let Some(since) = ended(held).filter(|_| !survives(held.agreement())) else { continue };
            for flow in &held.agreement().flows {
                let name = super::flow_name(&held.agreement().id, &flow.id).0;
                for run in self.store.received_under(&name)?.into_iter().take(RUNS) {
                    let one = due_run(&agreements, &run, since, "agreement");
                    due.extend(one.map(|one| (one.first, one)));
                }
            }
        }
        Ok(due.into_values().collect())
    }

    fn retire(&self, due: &Due, now: Timestamp) -> anyhow::Result<()> {
        let claims: Vec<ClaimNo> = (due.first..due.first + due.claims).map(ClaimNo).collect();
        let reason = match due.why {
            "retention" => format!("retention of {} is over", due.flow),
            _ => format!("the agreement of {} has ended", due.flow),
        };
        for claims in claims.chunks(AT_ONCE) {
            let told = self.told_of(claims)?;
            let gone = match due.what {
                OnEnd::Anonymise => self.anonymise(due, claims, now)?,
                OnEnd::Delete | OnEnd::Return => claims.to_vec(),
            };
            self.take_back(&gone, RemovalAct::Erased, RecallReason::RetentionEnded, &reason, now)?;
            // What was told onward is recalled by now; its bytes need not stay for that.
            for (partner, items) in &told {
                self.exchange.erase_items(partner, items, &reason, now)?;
            }
        }
        if due.what == OnEnd::Return {
            self.give_back(due, now)?;
        }
        // Whatever of it stays is personal no more, and has no deadline.
        let run = Retained {
            claims: Range { start: due.first, end: due.first + due.claims },
            partner: due.partner.clone(),
            agreement: None,
            first_seq: 0,
            until: None,
        };
        self.store.release_retained(&run)?;
        Ok(())
    }

    /// What partners were told of claims.
    fn told_of(&self, claims: &[ClaimNo]) -> anyhow::Result<BTreeMap<PartyId, Vec<Seq>>> {
        let mut told: BTreeMap<PartyId, Vec<Seq>> = BTreeMap::new();
        for vertex in self.vertices_of(claims)? {
            for partner in self.exchange.holders(vertex)? {
                let held = self.exchange.holdings(&partner, &[vertex])?.into_iter();
                let of_these = held.filter(|held| held.claim.is_some_and(|claim| claims.contains(&claim)));
                told.entry(partner).or_default().extend(of_these.map(|held| held.seq));
            }
        }
        Ok(told)
    }

    /// Puts anonymous forms in the place of claims, where there are any; answers which claims have to go.
    fn anonymise(&self, due: &Due, claims: &[ClaimNo], now: Timestamp) -> anyhow::Result<Vec<ClaimNo>> {
        let all = CompartmentSet::all();
        let view = self.store.view(&all, AsOf::Now)?;
        let (mut gone, mut records) = (Vec::new(), Vec::new());
        for claim in claims {
            let Some(spoken) = view.spoken_of(*claim)? else {
                // It was withdrawn: nothing of it shows, and nothing of it need stay.
                gone.push(*claim);
                continue;
            };
            let handling = &spoken.head().compartment.handling;
            match anonymous(spoken.object()?, self.identity.secret()) {
                Anonymous::AsItIs => {}
                Anonymous::Nothing => gone.push(*claim),
                Anonymous::Form(json) => {
                    gone.push(*claim);
                    records.extend(self.redraft(json, handling, now).map(|draft| Telling::from(vec![draft])));
                }
            }
        }
        drop(view);
        if !records.is_empty() {
            self.commit(&PreparedBatch::from(Batch {
                source: due.partner.clone(),
                agreement: Some(due.flow.clone()),
                case: None,
                records,
                received_at: now,
                salt: self.chance.bytes(),
                received: None,
            }))?;
        }
        Ok(gone)
    }

    fn redraft(&self, json: serde_json::Value, handling: &Handling, now: Timestamp) -> Option<Draft> {
        let settings = Settings { handling: handling.clone(), format: None, now, limits: Limits::default() };
        Drafter::new(&settings, self.atlas()).draft(json).ok()
    }
}

/// A run and what was agreed to do with it; what came under an agreement that is not known any more is deleted.
fn due_run(agreements: &Agreements, run: &Retained, since: Timestamp, why: &'static str) -> Option<Due> {
    let flow = run.agreement.clone().unwrap_or_default();
    let what = parse_flow_name(&flow).and_then(|(id, flow)| {
        Some(agreements.with_flow(&id, &flow)?.agreement().flow(&flow)?.retention.on_end)
    });
    let what = what.unwrap_or(OnEnd::Delete);
    let (first, claims) = (run.claims.start, run.claims.end.saturating_sub(run.claims.start));
    let (partner, first_item) = (run.partner.clone(), run.first_seq);
    (claims > 0).then_some(Due { partner, flow, first, claims, first_item, what, since, why })
}

/// Since when an agreement has ended. One that another version took the place of goes on in that.
fn ended(held: &Held) -> Option<Timestamp> {
    match &held.standing {
        Standing::Terminated { since, .. } | Standing::Expired { since } => Some(*since),
        _ => None,
    }
}

/// Whether what was agreed on retention goes on applying when the agreement has ended.
fn survives(agreement: &Agreement) -> bool {
    agreement.termination.survival_clauses.iter().any(|heading| heading.eq_ignore_ascii_case(SURVIVES))
}
