//! The receiver: what partners tell becomes claims, once, and their notices are done and answered.
//!
//! The cursor of a partner's wire moves in the transaction that writes the claims. A notice is kept first, then done, then
//! answered, and only then does the cursor go past it: whatever is interrupted is begun again, and each step done twice is done once.

use anyhow::{Context as _, bail};
use entente_agreement::{Flow, PartyId, Standing};
use entente_intake::{Drafter, Limits, Settings};
use entente_model::{Draft, Handling};
use entente_store::exchange::ItemKind;
use entente_store::{Batch, PreparedBatch, Received, ReceivedItem, StoreError, Telling};
use jiff::Timestamp;
use serde_json::Value;

use super::frame::{Frame, FrameItem, Told};
use super::held::strictest;
use super::obligations::keep_until;
use super::parse_flow_name;
use crate::app::App;
use crate::app::agreement::{Agreements, Held};
use crate::entropy;

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
        frame.verify(&us).with_context(|| format!("what `{partner}` sent does not hold"))?;
        let mut receiving = Receiving {
            app: self,
            partner,
            us: &us,
            agreements: &agreements,
            now,
            run: None,
            answered: Vec::new(),
        };
        let before = self.received_up_to(partner)?;
        for item in frame.items.into_iter().filter(|item| item.seq > before) {
            receiving.item(item)?;
        }
        receiving.flush()?;
        let answered = receiving.answered;
        Ok(Applied { up_to: self.received_up_to(partner)?, answered })
    }
}

struct Receiving<'r> {
    app: &'r App,
    partner: &'r PartyId,
    us: &'r PartyId,
    agreements: &'r Agreements,
    now: Timestamp,
    run: Option<Run>,
    answered: Vec<u64>,
}

impl Receiving<'_> {
    fn item(&mut self, item: FrameItem) -> anyhow::Result<()> {
        let Some(told) = item.told else {
            self.run_of(None, item.seq)?.last = item.seq;
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
        self.flush()?;
        self.app.take_notice(self.partner, seq, told, self.agreements, self.now)?;
        self.answered.push(seq);
        self.run_of(None, seq)?.last = seq;
        self.flush()
    }

    fn release(&mut self, seq: u64, told: &Told) -> anyhow::Result<()> {
        let (held, flow) = self.grounds(told)?;
        if let Standing::Suspended { by, .. } = &held.standing {
            bail!("the agreement is suspended by `{by}`: nothing is taken in under it until it is resumed");
        }
        let ended = matches!(held.standing, Standing::Terminated { .. });
        let until = keep_until(held, flow, self.now);
        let draft = if ended { None } else { self.draft(seq, told, flow) };
        let name = told.flow.clone();
        let run = self.run_of(name, seq)?;
        run.last = seq;
        if let Some(draft) = draft {
            run.records.push(Telling::from(vec![draft]));
            run.items.push(ReceivedItem { seq, until });
        }
        Ok(())
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

    fn draft(&self, seq: u64, told: &Told, flow: &Flow) -> Option<Draft> {
        let ceiling = Handling::unmarked(flow.max_tlp).at_least_pap(flow.permissible_actions_ceiling);
        let handling = strictest(told.handling.clone().unwrap_or(ceiling), &flow.handling);
        let settings = Settings { handling, format: None, now: self.now, limits: Limits::default() };
        let drafter = Drafter::new(&settings, self.app.atlas());
        let json = serde_json::from_str::<Value>(&told.body).map_err(|error| error.to_string());
        let draft = json.and_then(|json| drafter.draft(json).map_err(|error| error.to_string()));
        draft
            .inspect_err(
                |error| tracing::error!(partner = %self.partner, seq, %error, "an item is no object"),
            )
            .ok()
    }

    /// The run that an item belongs to. What tells nothing belongs to any.
    fn run_of(&mut self, flow: Option<String>, seq: u64) -> anyhow::Result<&mut Run> {
        let fits = |run: &Run| flow.is_none() || run.flow.is_none() || run.flow == flow;
        if !self.run.as_ref().is_none_or(fits) {
            self.flush()?;
        }
        let run = self.run.get_or_insert_with(|| Run {
            flow: None,
            first: seq,
            last: seq,
            records: Vec::new(),
            items: Vec::new(),
        });
        run.flow = run.flow.take().or(flow);
        Ok(run)
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let Some(run) = self.run.take() else { return Ok(()) };
        let batch = Batch {
            source: self.partner.to_string(),
            agreement: run.flow,
            case: None,
            records: run.records,
            received_at: self.now,
            salt: entropy::bytes(),
            received: Some(Received {
                partner: self.partner.to_string(),
                first: run.first,
                last: run.last,
                items: run.items,
            }),
        };
        match self.app.commit(&PreparedBatch::from(batch)) {
            Ok(_) => Ok(()),
            Err(error) => match error.downcast_ref::<StoreError>() {
                Some(StoreError::Gap { expected, found, .. }) => {
                    bail!("it begins with item {found}, but {expected} comes next")
                }
                _ => Err(error),
            },
        }
    }
}
