//! The discloser: reads the claims in order and puts on each partner's wire what that partner may be told.
//!
//! A round goes from where each partner's cursor stands to where the log ends when the round begins. Partners whose cursors stand at
//! one place share the reading. The cursor moves in the transaction that puts the items on the wire, so a crash neither loses nor
//! repeats. Only what this loop has decided and released is ever on a wire; the wire is all that a partner can read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use entente_agreement::PartyId;
use entente_model::{ClaimNo, CompartmentSet, VertexNo};
use entente_store::exchange::{Advance, Append};
use entente_store::{AsOf, Stretch};
use jiff::{SignedDuration, Timestamp};

use super::clearance::{Clearance, Our};
use super::deciding::Deciding;
use super::outgoing::Outgoing;
use crate::app::App;
use crate::app::agreement::{Agreements, wire_party};
use crate::app::source::Originators;
use crate::clock;

/// Claims, and bytes of them, read at once. What is told of them is written in one transaction; the wire's indexes are not in the order
/// of its items, so many of their pages are written with each.
pub(super) const CLAIMS: usize = 8_000;
pub(super) const BYTES: usize = 16 << 20;
/// How often the discloser looks for what other processes committed or signed.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often it looks for what waits for a time or for people rather than for claims.
const TEND_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// What the discloser keeps from round to round: the policies, compiled.
#[derive(Default)]
pub(crate) struct Desk {
    clearances: HashMap<PartyId, Clearance>,
    /// Up to where it was looked for what is to be taken back, of what was learned when nothing could be told.
    withdrawn: HashMap<PartyId, ClaimNo>,
    /// How far each wire had come.
    told: HashMap<PartyId, u64>,
    tended: Option<Timestamp>,
}

/// A partner in a round.
struct Telling<'d> {
    clearance: &'d mut Clearance,
    /// The last claim decided on, as the wire has it.
    from: ClaimNo,
    outgoing: Outgoing,
    /// Another process discloses too: the next round reads where it stands.
    overtaken: bool,
}

impl App {
    /// Discloses on a thread of its own until the node is dropped.
    pub(crate) fn disclose_as_it_comes(self: &Arc<App>) -> anyhow::Result<()> {
        let (app, news) = (Arc::downgrade(self), self.news.clone());
        let disclose = move || {
            let (mut desk, mut heard) = (Desk::default(), 0);
            while let Some(app) = app.upgrade() {
                if let Err(error) = app.disclose(&mut desk, &clock::now) {
                    tracing::error!(error = %format!("{error:#}"), "what partners may know could not be told");
                }
                drop(app);
                heard = news.wait(heard, LOOK_EVERY);
            }
        };
        std::thread::Builder::new().name("disclose".to_owned()).spawn(disclose).context("no thread")?;
        Ok(())
    }

    /// One round: afterwards every partner was told what it may know of all that was learned before.
    pub(crate) fn disclose(&self, desk: &mut Desk, clock: &dyn Fn() -> Timestamp) -> anyhow::Result<()> {
        let now = clock();
        let agreements = self.agreements(now)?;
        let partners = agreements.partners();
        if desk.tended.is_none_or(|at| now < at || now.duration_since(at) >= TEND_EVERY) {
            self.tend_wires(&agreements, &partners, now)?;
            desk.tended = Some(now);
        }
        let originators = Arc::new(self.originators()?);
        for partner in &partners {
            self.clear(desk, &agreements, &originators, partner, now)?;
        }
        for (partner, clearance) in &mut desk.clearances {
            let floor = clearance.floor();
            let cursor = self.exchange.cursor(&wire_party(partner))?;
            if floor.is_none_or(|floor| cursor < floor) {
                let seen = desk.withdrawn.get(partner).copied();
                let seen = self.withdraw(clearance, seen, &agreements, now)?;
                desk.withdrawn.insert(partner.clone(), seen);
            }
            if floor.is_some() {
                self.retell(clearance, &agreements, now)?;
            }
        }
        desk.clearances.retain(|partner, _| partners.contains(partner));
        self.round(desk, clock)?;
        partners.iter().try_for_each(|partner| self.notice_growth(desk, partner))
    }

    /// Compiles what may be told to a partner, when agreements or sources stand otherwise than before.
    fn clear(
        &self,
        desk: &mut Desk,
        agreements: &Agreements,
        originators: &Arc<Originators>,
        partner: &PartyId,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let fits = |one: &Clearance| one.is_for(agreements) && one.knows(originators);
        if desk.clearances.get(partner).is_some_and(fits) {
            return Ok(());
        }
        self.hold_back_unfetched(agreements, partner)?;
        let mut clearance = self.cleared(agreements, partner, originators.clone())?;
        self.ask_again(&mut clearance, agreements, now)?;
        desk.clearances.insert(partner.clone(), clearance);
        Ok(())
    }

    /// What may be told to a partner as agreements stand.
    pub(super) fn clearance(&self, agreements: &Agreements, partner: &PartyId) -> anyhow::Result<Clearance> {
        self.cleared(agreements, partner, Arc::new(self.originators()?))
    }

    fn cleared(
        &self,
        agreements: &Agreements,
        partner: &PartyId,
        originators: Arc<Originators>,
    ) -> anyhow::Result<Clearance> {
        let all = CompartmentSet::all();
        let until = |time| Ok(self.store.view(&all, AsOf::Time(time))?.last_claim());
        let our = Our { secret: self.identity.secret(), originators };
        Clearance::new(agreements, partner, &our, until)
    }

    /// Rings for what another process put on a wire, such as a notice from the command line.
    fn notice_growth(&self, desk: &mut Desk, partner: &PartyId) -> anyhow::Result<()> {
        let told = self.told_up_to(partner)?;
        if desk.told.insert(partner.clone(), told) != Some(told) {
            self.wires.ring();
        }
        Ok(())
    }

    fn round(&self, desk: &mut Desk, clock: &dyn Fn() -> Timestamp) -> anyhow::Result<()> {
        let all = CompartmentSet::all();
        let _telling = self.telling();
        let end = self.store.view(&all, AsOf::Now)?.last_claim();
        let mut together: BTreeMap<ClaimNo, Vec<Telling<'_>>> = BTreeMap::new();
        for clearance in desk.clearances.values_mut().filter(|clearance| !clearance.is_empty()) {
            let from = self.exchange.cursor(&wire_party(clearance.partner()))?;
            let start = clearance.floor().unwrap_or(from).max(from);
            if start < end {
                let telling = Telling { clearance, from, outgoing: Outgoing::default(), overtaken: false };
                together.entry(start).or_default().push(telling);
            }
        }
        for (mut start, mut tellings) in together {
            while start < end {
                let now = clock();
                let agreements = self.agreements(now)?;
                // What was decided under agreements that stand otherwise by now is decided again, in the next round.
                tellings.retain(|telling| telling.clearance.is_for(&agreements));
                // A view for each stretch: whoever reads for long keeps the log from being folded.
                let view = self.store.view(&all, AsOf::Claim(end))?;
                let stretch = view.stretch(start, CLAIMS, BYTES)?;
                let last = stretch.as_ref().map_or(end, |stretch| stretch.last);
                let mut appends = Vec::new();
                for (place, telling) in tellings.iter_mut().enumerate() {
                    if let Some(stretch) = &stretch {
                        let batches = self.decide_stretch(telling, stretch, &view, &agreements, now)?;
                        appends.extend(batches.into_iter().map(|batch| (place, batch)));
                    }
                    if last >= end {
                        appends.push((place, (end, telling.outgoing.cut())));
                    }
                }
                drop(view);
                self.append_together(&mut tellings, appends, now)?;
                tellings.retain(|telling| !telling.overtaken);
                start = if tellings.is_empty() { end } else { last };
            }
        }
        Ok(())
    }

    /// Decides on a stretch; gives the batches that are full, each with the last claim it holds something of.
    fn decide_stretch(
        &self,
        telling: &mut Telling<'_>,
        stretch: &Stretch,
        view: &entente_store::View<'_>,
        agreements: &Agreements,
        now: Timestamp,
    ) -> anyhow::Result<Vec<(ClaimNo, Outgoing)>> {
        let about: Vec<VertexNo> = stretch.claims.iter().map(|spoken| spoken.vertex).collect();
        let mut deciding = Deciding::new(self, view, agreements, telling.clearance, &about, now)?;
        let mut batches = Vec::new();
        for spoken in &stretch.claims {
            deciding.consider(spoken, &mut telling.outgoing)?;
            if telling.outgoing.is_full() {
                batches.push((spoken.head().no, telling.outgoing.cut()));
            }
        }
        Ok(batches)
    }

    /// Puts batches on the wires of several partners, forced to the disk once.
    fn append_together(
        &self,
        tellings: &mut [Telling<'_>],
        batches: Vec<(usize, (ClaimNo, Outgoing))>,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let (mut appends, mut stated): (Vec<Append>, Vec<_>) = (Vec::new(), Vec::new());
        for (place, (to, mut outgoing)) in batches {
            let telling = &mut tellings[place];
            self.exchange.refer(&std::mem::take(&mut outgoing.referrals))?;
            let told = (std::mem::take(&mut outgoing.stated), std::mem::take(&mut outgoing.marked));
            stated.push((place, told));
            let advance = Some(Advance { from: telling.from, to });
            telling.from = to;
            appends.push(self.append(telling.clearance.partner(), advance, outgoing, now));
        }
        let answers = self.exchange.append_all(appends);
        let mut failed = None;
        for ((place, (statements, markings)), answer) in stated.into_iter().zip(answers) {
            let telling = &mut tellings[place];
            match self.appended(answer) {
                Ok(Some(_)) => telling.clearance.now_told(statements, markings),
                Ok(None) => telling.overtaken = true,
                // What one partner cannot be told must not keep it from the others.
                Err(error) => {
                    telling.overtaken = true;
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
