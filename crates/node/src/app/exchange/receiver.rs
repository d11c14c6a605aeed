//! The receiver: what partners tell becomes claims, once, and their notices are done and answered.
//!
//! The cursor of a partner's wire moves in the transaction that writes the claims, one for everything up to the next notice. A notice
//! is kept first, then done, then answered, and only then does the cursor go past it: whatever is interrupted is begun again, and each
//! step done twice is done once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, anyhow, bail};
use entente_agreement::{AgreementHash, Bounds, Flow, FlowId, Party, PartyId, Standing};
use entente_intake::{Drafter, Limits, Settings};
use entente_model::{Draft, Handling};
use entente_store::exchange::ItemKind;
use entente_store::{Batch, PreparedBatch, Received, ReceivedBatch, ReceivedItem, StoreError, Telling};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::frame::{Frame, FrameItem, Told};
use super::held::strictest;
use super::obligations::keep_until;
use super::parse_flow_name;
use crate::app::App;
use crate::app::agreement::{Agreements, Held};

/// How long after an agreement's end what was told before it may still come in: clocks differ, and networks were cut.
const LATE: SignedDuration = SignedDuration::from_hours(24);

/// What came of a frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    /// The last item that came in.
    pub(crate) up_to: u64,
    /// Notices that were answered.
    pub(crate) answered: Vec<u64>,
}

/// Items that become one batch: they came by one flow of one agreement.
struct Run {
    flow: Option<String>,
    first: u64,
    last: u64,
    records: Vec<Telling>,
    items: Vec<ReceivedItem>,
}

impl App {
    /// The last item of a partner's wire that came in.
    pub(crate) fn received_up_to(&self, partner: &PartyId) -> anyhow::Result<u64> {
        Ok(self.store.received_up_to(partner.as_str())?)
    }

    /// Takes in a frame of a partner's wire. It is durable when this returns.
    pub(crate) fn receive(&self, partner: &PartyId, frame: Frame, now: Timestamp) -> anyhow::Result<Applied> {
        let agreements = self.agreements(now)?;
        let us = agreements.with(partner).map(|held| held.us.clone()).next();
        let us = us.with_context(|| format!("there is no agreement with `{partner}`"))?;
        let batches = frame.verify(&us).with_context(|| format!("what `{partner}` sent does not hold"))?;
        let mut receiving = Receiving {
            app: self,
            partner,
            us: &us,
            agreements,
            now,
            ways: HashMap::new(),
            batches: batches.into(),
            run: None,
            ready: Vec::new(),
            answered: Vec::new(),
        };
        let before = self.received_up_to(partner)?;
        // Before anything is done: a notice after a gap is not done either.
        if let Some(first) = frame.items.first().filter(|first| first.seq > before + 1) {
            bail!("it begins with item {}, but {} comes next", first.seq, before + 1);
        }
        for item in frame.items.into_iter().filter(|item| item.seq > before) {
            receiving.item(item)?;
        }
        receiving.commit()?;
        let answered = receiving.answered;
        Ok(Applied { up_to: self.received_up_to(partner)?, answered })
    }
}

/// What may come by each flow of each version of an agreement, made once: it takes longer than to take something in.
#[derive(Default)]
pub(crate) struct KnownBounds(Mutex<HashMap<(AgreementHash, FlowId), Arc<Bounds>>>);

impl KnownBounds {
    fn of(&self, held: &Held, flow: &Flow, us: &Party) -> Arc<Bounds> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bounds = known.entry((held.hash(), flow.id.clone()));
        bounds.or_insert_with(|| Arc::new(Bounds::of(flow, us))).clone()
    }
}

/// How to take in what came by a flow under a handling.
struct Way {
    /// None when the agreement has ended: what still comes by it is passed over.
    drafter: Option<Drafter>,
    /// How what comes is said to be handled.
    handling: Handling,
    /// What may come by the flow at all.
    bounds: Arc<Bounds>,
    /// When the agreement ran out, if it did: what was told after that is passed over.
    over: Option<Timestamp>,
    /// Until when it may be kept.
    until: Option<Timestamp>,
}

struct Receiving<'r> {
    app: &'r App,
    partner: &'r PartyId,
    us: &'r PartyId,
    agreements: Agreements,
    now: Timestamp,
    /// How to take things in, by agreement, flow and handling.
    ways: HashMap<(AgreementHash, Option<String>, Option<Handling>), Way>,
    /// Batches of the partner's log that did not come in yet.
    batches: VecDeque<ReceivedBatch>,
    run: Option<Run>,
    /// What is committed with the next transaction.
    ready: Vec<PreparedBatch>,
    answered: Vec<u64>,
}

impl Receiving<'_> {
    fn item(&mut self, item: FrameItem) -> anyhow::Result<()> {
        let Some(told) = item.told else {
            self.run_of(None, item.seq).last = item.seq;
            return Ok(());
        };
        if told.kind == ItemKind::Release {
            self.release(item.seq, &told)
        } else {
            self.notice(item.seq, &told)
        }
    }

    /// A notice is done after everything before it and before everything after it.
    fn notice(&mut self, seq: u64, told: &Told) -> anyhow::Result<()> {
        self.commit()?;
        self.app.take_notice(self.partner, seq, told, &self.agreements, self.now)?;
        // It may have been that an agreement stands otherwise.
        self.agreements = self.app.agreements(self.now)?;
        self.ways.clear();
        self.answered.push(seq);
        self.run_of(None, seq).last = seq;
        self.commit()
    }

    fn release(&mut self, seq: u64, told: &Told) -> anyhow::Result<()> {
        let name = (told.agreement, told.flow.clone(), told.handling.clone());
        if !self.ways.contains_key(&name) {
            let way = self.way(told)?;
            self.ways.insert(name.clone(), way);
        }
        let Some(way) = self.ways.get(&name) else { return Ok(()) };
        let (draft, until) = (self.draft(way, seq, told), way.until);
        let run = self.run_of(told.flow.clone(), seq);
        run.last = seq;
        if let Some(draft) = draft {
            run.records.push(Telling::from(vec![draft]));
            run.items.push(ReceivedItem { seq, until });
        }
        Ok(())
    }

    /// What is taken in of an item. What should not have been told is passed over, and the log says which item it was and why.
    fn draft(&self, way: &Way, seq: u64, told: &Told) -> Option<Draft> {
        let drafter = way.drafter.as_ref()?;
        let partner = self.partner;
        if way.over.is_some_and(|over| told.added > over.saturating_add(LATE).unwrap_or(Timestamp::MAX)) {
            tracing::error!(%partner, seq, "an item was told after its agreement had run out");
            return None;
        }
        let Some(draft) =
            draft(drafter, &told.body).and_then(|draft| match way.bounds.without_undeclared(&draft.object) {
                None => Some(draft),
                Some(known) => drafter.draft(known).ok(),
            })
        else {
            tracing::error!(%partner, seq, "an item is no object");
            return None;
        };
        match way.bounds.overstepped(&draft.object, &way.handling) {
            None => Some(draft),
            Some(over) => {
                tracing::error!(%partner, seq, clause = %over.clause, "an item goes beyond its flow");
                None
            }
        }
    }

    /// How to take in what is told like this.
    fn way(&self, told: &Told) -> anyhow::Result<Way> {
        let (held, flow) = self.grounds(told)?;
        if let Standing::Suspended { by, .. } = &held.standing {
            bail!("the agreement is suspended by `{by}`: nothing is taken in under it until it is resumed");
        }
        let settings = settings(told.handling.clone(), flow, self.now);
        let ended = matches!(held.standing, Standing::Terminated { .. });
        let drafter = (!ended).then(|| Drafter::new(&settings, self.app.atlas()));
        let us = held.agreement().party(self.us).context("this node is no party to it")?;
        let over = match held.standing {
            Standing::Expired { since } => Some(since),
            _ => None,
        };
        let (bounds, until) = (self.app.bounds.of(held, flow, us), keep_until(held, flow, self.now));
        let handling = told.handling.clone().unwrap_or_else(|| ceiling(flow));
        Ok(Way { drafter, handling, bounds, over, until })
    }

    /// The version and the flow it says that it came by. A partner that tells under something this node has not signed, or that is
    /// no flow from it to us, is not listened to.
    fn grounds(&self, told: &Told) -> anyhow::Result<(&Held, &Flow)> {
        let held = self
            .agreements
            .version(&told.agreement)
            .context("it was told under an agreement that is not known here")?;
        let (id, flow) = told.flow.as_deref().and_then(parse_flow_name).context("it was told by no flow")?;
        let flow = held.agreement().flow(&flow).filter(|_| held.agreement().id == id);
        let flow = flow.context("the agreement has no such flow")?;
        let relay = flow.route_via.as_ref();
        let from = flow.from == *self.partner || relay == Some(self.partner);
        let to = flow.to.contains(self.us) || relay == Some(self.us);
        if !(from && to && held.us == *self.us)
            || matches!(held.standing, Standing::Draft | Standing::PartlySigned { .. })
        {
            bail!("the flow does not go from `{}` to this node", self.partner);
        }
        Ok((held, flow))
    }

    /// The run that an item belongs to. What tells nothing belongs to any.
    fn run_of(&mut self, flow: Option<String>, seq: u64) -> &mut Run {
        let fits = |run: &Run| flow.is_none() || run.flow.is_none() || run.flow == flow;
        if !self.run.as_ref().is_none_or(fits) {
            self.end_run();
        }
        let run = self.run.get_or_insert_with(|| Run {
            flow: None,
            first: seq,
            last: seq,
            records: Vec::new(),
            items: Vec::new(),
        });
        run.flow = run.flow.take().or(flow);
        run
    }

    fn end_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        let ended = self.batches.iter().take_while(|batch| batch.end() <= run.last + 1).count();
        self.ready.push(PreparedBatch::from(Batch {
            source: self.partner.to_string(),
            agreement: run.flow,
            case: None,
            records: run.records,
            received_at: self.now,
            salt: self.app.chance.bytes(),
            received: Some(Received {
                partner: self.partner.to_string(),
                first: run.first,
                last: run.last,
                items: run.items,
                batches: self.batches.drain(..ended).collect(),
            }),
        }));
    }

    /// Makes durable what came in so far.
    fn commit(&mut self) -> anyhow::Result<()> {
        self.end_run();
        let ready = std::mem::take(&mut self.ready);
        if ready.is_empty() {
            return Ok(());
        }
        let committed = self.app.commit_together(&ready);
        committed.map_err(|error| match error.downcast_ref::<StoreError>() {
            Some(StoreError::Gap { expected, found, .. }) => {
                anyhow!("it begins with item {found}, but {expected} comes next")
            }
            _ => error,
        })
    }
}

/// How what came by a flow is handled; the sender's word, and what the flow adds.
fn settings(told: Option<Handling>, flow: &Flow, now: Timestamp) -> Settings {
    let handling = strictest(told.unwrap_or_else(|| ceiling(flow)), &flow.handling);
    Settings { handling, format: None, now, limits: Limits::default() }
}

/// What says nothing of itself may be seen by as few as anything that comes by the flow.
fn ceiling(flow: &Flow) -> Handling {
    Handling::unmarked(flow.max_tlp).at_least_pap(flow.permissible_actions_ceiling)
}

fn draft(drafter: &Drafter, body: &str) -> Option<Draft> {
    drafter.draft(serde_json::from_str::<Value>(body).ok()?).ok()
}
