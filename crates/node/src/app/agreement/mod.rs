//! Agreements of this node: their documents, who signed, where they stand.
//!
//! What is kept was checked: no signature and no act is kept that does not hold. So everything read back can be believed, and
//! whoever wants to know whether something may be told asks for the [`Standing`] at that moment, never for one remembered.

mod act;
mod document;
pub(crate) mod draft;
pub(crate) mod invitation;
mod keep;
pub(crate) mod partners;
pub(crate) mod view;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use entente_agreement::{
    Acted, Agreement, AgreementHash, AgreementId, FlowId, InForce, Party, PartyId, Signature,
    SignedAgreement, Spki, Standing, StandingAct, StandingMove,
};
use entente_model::ClaimNo;
use entente_store::exchange;
use jiff::{SignedDuration, Timestamp};

pub(crate) use document::Named;

use super::App;

/// One version of an agreement, with all that is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Its hash.
    pub(crate) hash: AgreementHash,
    /// The document and its signatures.
    pub(crate) signed: Arc<SignedAgreement>,
    /// The party that this node is.
    pub(crate) us: PartyId,
    /// What parties did to it since.
    pub(crate) acts: Vec<StandingAct>,
    /// What they did to the versions it goes on from, oldest first: a suspension lasts.
    pub(crate) acts_before: Vec<StandingAct>,
    /// When the last signature reached this node.
    pub(crate) signed_at: Timestamp,
    /// The last claim then; unknown where it was not noted.
    pub(crate) signed_after: Option<ClaimNo>,
    /// Where it stands.
    pub(crate) standing: Standing,
}

/// Every version of every agreement, as it stands at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agreements(Arc<[Held]>);

/// What was read of one version, before anything was checked.
#[derive(Clone)]
struct Read {
    hash: AgreementHash,
    signed: Arc<SignedAgreement>,
    us: PartyId,
    acts: Vec<StandingAct>,
    signed_at: Timestamp,
    signed_after: Option<ClaimNo>,
}

/// What was read and checked, so that it is not checked again while nothing was added and no moment has come at which time alone
/// changes where an agreement stands.
#[derive(Default)]
pub(crate) struct Memory(Mutex<Checked>);

#[derive(Default)]
struct Checked {
    /// Versions, signatures and acts that were read.
    kept: [u64; 3],
    read: Vec<Read>,
    agreements: Agreements,
    /// From when until when they stand like this; this moment not included.
    holds: Option<(Timestamp, Timestamp)>,
}

impl Held {
    /// The document.
    pub(crate) fn agreement(&self) -> &Agreement {
        &self.signed.agreement
    }

    /// Its hash.
    pub(crate) fn hash(&self) -> AgreementHash {
        self.hash
    }

    /// The proof that it is in force, when it is.
    pub(crate) fn in_force(&self) -> Option<&InForce> {
        match &self.standing {
            Standing::InForce(in_force) => Some(in_force),
            _ => None,
        }
    }

    /// True from the moment all have signed until another version takes its place: then its parties are partners, and their
    /// keys are known. What may be told is another question, see [`Held::in_force`].
    pub(crate) fn is_made(&self) -> bool {
        use Standing::{Draft, PartlySigned, Superseded};
        !matches!(self.standing, Draft | PartlySigned { .. } | Superseded { .. })
    }

    /// True when this node has signed and another party has not.
    fn is_offered(&self) -> bool {
        let signed = self.signed.signatures.iter().any(|one| one.party == self.us);
        signed && matches!(self.standing, Standing::PartlySigned { .. })
    }

    /// The other parties.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Party> {
        self.agreement().parties.iter().filter(|party| party.id != self.us)
    }

    /// The last claim it does not cover: it covers what this node learns from its beginning on, and only once all have signed. What was
    /// learned by then is known by its number, whatever a clock said; the beginning the agreement names is a time. `until` answers the
    /// last claim of a time.
    pub(crate) fn floor(
        &self,
        until: impl Fn(Timestamp) -> anyhow::Result<ClaimNo>,
    ) -> anyhow::Result<ClaimNo> {
        let begins = self.agreement().valid_from;
        match self.signed_after {
            Some(signed) if begins <= self.signed_at => Ok(signed),
            Some(signed) => Ok(until(begins)?.max(signed)),
            None => until(begins.max(self.signed_at)),
        }
    }

    /// When it was over, or will be, had no version followed it. A notice counts from the moment it was given.
    pub(crate) fn over(&self) -> Timestamp {
        let ended = self.acts.iter().filter(|act| act.step == StandingMove::Terminate).map(|act| act.at);
        ended.fold(self.agreement().valid_until, Timestamp::min)
    }

    /// Until when it stands like this, if nothing is added. A suspension may end at a time that a party named, or with a notice that
    /// runs: then it is asked about anew each time.
    fn stands_until(&self, now: Timestamp) -> Timestamp {
        match &self.standing {
            Standing::InForce(in_force) => in_force.until(),
            Standing::NotYetValid { from } => *from,
            Standing::Suspended { .. } => {
                let notice =
                    SignedDuration::from_hours(24 * i64::from(self.agreement().termination.notice_days));
                let end = |act: &StandingAct| match act.step {
                    StandingMove::Terminate => act.at.saturating_add(notice).unwrap_or(Timestamp::MAX),
                    StandingMove::Suspend | StandingMove::Resume => act.at,
                };
                let moments = self.acts.iter().chain(&self.acts_before).map(end).filter(|at| *at > now);
                moments.fold(self.agreement().valid_until, Timestamp::min)
            }
            _ => Timestamp::MAX,
        }
    }

    /// Where it stands, in one word.
    pub(crate) fn word(&self) -> &'static str {
        match self.standing {
            Standing::Draft => "draft",
            Standing::PartlySigned { .. } => "partly_signed",
            Standing::NotYetValid { .. } => "not_yet_valid",
            Standing::InForce(_) => "in_force",
            Standing::Suspended { .. } => "suspended",
            Standing::Expired { .. } => "expired",
            Standing::Terminated { .. } => "terminated",
            Standing::Superseded { .. } => "superseded",
        }
    }
}

impl Agreements {
    /// These alone.
    pub(crate) fn of(held: Vec<Held>) -> Agreements {
        Agreements(held.into())
    }

    /// All of them, in the order of id and version.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Held> {
        self.0.iter()
    }

    /// The version with this hash.
    pub(crate) fn version(&self, hash: &AgreementHash) -> Option<&Held> {
        self.0.iter().find(|held| held.hash() == *hash)
    }

    /// The version whose place this one took, where all had signed it and nobody had ended it. What somebody ended nothing goes on
    /// with: what comes after that begins anew, however much of it was told.
    pub(crate) fn before(&self, held: &Held) -> Option<&Held> {
        let before = self.version(held.agreement().supersedes.as_ref()?)?;
        let ended = before.acts.iter().any(|act| act.step == StandingMove::Terminate);
        (matches!(before.standing, Standing::Superseded { .. }) && !ended).then_some(before)
    }

    /// The newest version of an agreement that has a flow, of those that all have signed and whose time has come: what is only proposed,
    /// or for later, says nothing yet of what came under it.
    pub(crate) fn with_flow(&self, id: &AgreementId, flow: &FlowId) -> Option<&Held> {
        use Standing::{Draft, NotYetValid, PartlySigned};
        let applies =
            |held: &&Held| !matches!(held.standing, Draft | PartlySigned { .. } | NotYetValid { .. });
        let versions = self.0.iter().filter(|held| held.agreement().id == *id).filter(applies);
        versions.rev().find(|held| held.agreement().flow(flow).is_some())
    }

    /// Those that a party takes part in.
    pub(crate) fn with<'a>(&'a self, party: &'a PartyId) -> impl Iterator<Item = &'a Held> {
        self.0.iter().filter(|held| held.others().any(|other| other.id == *party))
    }

    /// Everybody with whom an agreement was made, each once.
    pub(crate) fn partners(&self) -> Vec<PartyId> {
        let made = self.0.iter().filter(|held| held.is_made());
        let mut all: Vec<PartyId> =
            made.flat_map(|held| held.others().map(|party| party.id.clone())).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The party whose node may show this key. A key that two parties have names neither.
    pub(crate) fn party_of_key(&self, pin: &Spki) -> Option<PartyId> {
        let made = self.0.iter().filter(|held| held.is_made());
        let parties = made.flat_map(Held::others).filter(|party| party.tls_pins().any(|own| own == pin));
        let mut ids: Vec<&PartyId> = parties.map(|party| &party.id).collect();
        ids.dedup();
        match ids.as_slice() {
            [id] => Some((*id).clone()),
            _ => None,
        }
    }

    /// The keys that a party's node may show.
    pub(crate) fn pins_of(&self, party: &PartyId) -> Vec<Spki> {
        let made = self.with(party).filter(|held| held.is_made());
        let pins = made.filter_map(|held| held.agreement().party(party)).flat_map(Party::tls_pins);
        let mut pins: Vec<Spki> = pins.copied().collect();
        pins.sort_unstable();
        pins.dedup();
        pins
    }

    /// The keys with which a party signs.
    pub(crate) fn signing_keys(&self, party: &PartyId) -> Vec<[u8; 32]> {
        let made = self.with(party).filter(|held| held.is_made());
        let keys = made.filter_map(|held| held.agreement().party(party)).flat_map(Party::signing_keys);
        let mut keys: Vec<[u8; 32]> = keys.map(|key| *key.as_bytes()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

impl App {
    /// Every agreement as it stands now.
    pub(crate) fn agreements(&self, now: Timestamp) -> anyhow::Result<Agreements> {
        let mut checked = self.treaties.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.exchange.agreements_kept()?;
        let grown = kept != checked.kept && self.read_agreements(&mut checked.read)?;
        checked.kept = kept;
        let holds = checked.holds.is_some_and(|(from, until)| from <= now && now < until);
        if grown || !holds {
            checked.holds = None;
            checked.agreements = stand(&checked.read, now)?;
            let until = checked.agreements.iter().map(|held| held.stands_until(now)).min();
            checked.holds = Some((now, until.unwrap_or(Timestamp::MAX)));
        }
        Ok(checked.agreements.clone())
    }

    /// Reads what is kept; true when anything was added. Documents, signatures and acts are never changed, so a version with as many
    /// as before is the same.
    fn read_agreements(&self, known: &mut Vec<Read>) -> anyhow::Result<bool> {
        let mut grown = false;
        for kept in self.exchange.agreements()? {
            let hash = AgreementHash::from_bytes(kept.hash.0);
            let signatures = self.exchange.signatures(&kept.hash)?;
            let acts = self.exchange.standing_acts(&kept.hash)?;
            let place = known.iter().position(|read| read.hash == hash);
            let before = place.map(|place| &known[place]);
            let as_before = |read: &Read| {
                read.signed.signatures.len() == signatures.len() && read.acts.len() == acts.len()
            };
            if before.is_some_and(as_before) {
                continue;
            }
            let read = read(&kept, &signatures, &acts)?;
            match place {
                Some(place) => known[place] = read,
                None => known.push(read),
            }
            grown = true;
        }
        if grown {
            known.sort_by(|one, other| {
                let order = |read: &Read| (read.signed.agreement.id.clone(), read.signed.agreement.version);
                order(one).cmp(&order(other))
            });
        }
        Ok(grown)
    }
}

fn read(
    kept: &exchange::Agreement,
    signatures: &[exchange::Signature],
    acts: &[exchange::StandingAct],
) -> anyhow::Result<Read> {
    let damaged = || format!("version {} of the agreement `{}` was damaged", kept.version, kept.id);
    let agreement: Agreement = serde_json::from_slice(&kept.document).with_context(damaged)?;
    let hash = agreement.hash();
    anyhow::ensure!(hash.as_bytes() == &kept.hash.0, damaged());
    let acts = acts.iter().map(|act| serde_json::from_slice(&act.act).with_context(damaged));
    Ok(Read {
        hash,
        us: kept.us.0.parse()?,
        acts: acts.collect::<Result<_, _>>()?,
        signed_at: signatures.iter().map(|one| one.kept_at).max().unwrap_or(kept.kept_at),
        signed_after: signatures
            .iter()
            .map(|one| one.claims)
            .collect::<Option<Vec<_>>>()
            .and_then(|all| all.into_iter().max()),
        signed: Arc::new(SignedAgreement {
            agreement,
            signatures: signatures.iter().map(signature).collect::<anyhow::Result<_>>()?,
        }),
    })
}

fn stand(read: &[Read], now: Timestamp) -> anyhow::Result<Agreements> {
    let one = |one: &Read| {
        let successor = read.iter().find(|next| follows(&next.signed, &one.signed));
        let successor = successor.map(|next| next.signed.as_ref());
        let before = before(read, one);
        let acted: Vec<Acted<'_>> =
            before.iter().map(|earlier| Acted { version: &earlier.signed, acts: &earlier.acts }).collect();
        let standing = one.signed.standing(&one.acts, &acted, successor, now)?;
        let acts_before = before.iter().rev().flat_map(|earlier| earlier.acts.clone()).collect();
        let Read { hash, signed, us, acts, signed_at, signed_after } = one.clone();
        Ok::<_, anyhow::Error>(Held {
            hash,
            signed,
            us,
            acts,
            acts_before,
            signed_at,
            signed_after,
            standing,
        })
    };
    Ok(Agreements(read.iter().map(one).collect::<Result<_, _>>()?))
}

/// The versions that one goes on from, newest first.
fn before<'r>(read: &'r [Read], one: &'r Read) -> Vec<&'r Read> {
    let earlier = |next: &&'r Read| read.iter().find(|before| follows(&next.signed, &before.signed));
    std::iter::successors(Some(one), earlier).skip(1).collect()
}

/// True when one version takes the other's place once its time has come.
fn follows(next: &SignedAgreement, before: &SignedAgreement) -> bool {
    let (new, old) = (&next.agreement, &before.agreement);
    new.id == old.id && Some(new.version) == old.version.checked_add(1) && next.continues(before)
}

fn signature(kept: &exchange::Signature) -> anyhow::Result<Signature> {
    let signature = String::from_utf8(kept.signature.clone()).context("a signature was damaged")?;
    Ok(Signature { party: kept.party.0.parse()?, key: kept.key.parse()?, signature })
}

/// The party as the exchange calls it.
pub(crate) fn wire_party(party: &PartyId) -> exchange::PartyId {
    party.as_str().into()
}

/// The hash as the exchange keeps it.
pub(crate) fn wire_hash(hash: &AgreementHash) -> exchange::AgreementHash {
    exchange::AgreementHash(*hash.as_bytes())
}
