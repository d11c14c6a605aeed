//! Giving back: what was received is erased when its retention ends, and whoever told it gets the signed word of that.
//!
//! ```text
//! retention ends ──erase──► noted here ──receipts──► kept by the sender: its items are held nowhere any more ──204──► heard here
//! ```
//! A crash in between erases, notes or tells again what was before, which changes nothing.

use anyhow::Context as _;
use entente_agreement::{AgreementHash, PartyId, Return, SignedReturn};
use entente_store::StoreError;
use entente_store::exchange::{GivenBack, Seq};
use jiff::Timestamp;

use super::parse_flow_name;
use super::receipts::Receipts;
use super::retention::Due;
use crate::app::App;
use crate::app::agreement::{Agreements, Held, wire_hash, wire_party};

/// Returns told at once.
const AT_ONCE: usize = 100;

impl App {
    /// Notes that what came in was given back. What came past a partner's wire, over TAXII, has nobody who would hear it.
    pub(super) fn give_back(&self, due: &Due, now: Timestamp) -> anyhow::Result<()> {
        let Some((first, last)) = due.items() else { return Ok(()) };
        let agreements = self.agreements(now)?;
        let held = parse_flow_name(&due.flow).and_then(|(id, flow)| agreements.with_flow(&id, &flow));
        let held = held.context("what is to be returned came under no agreement that is known here")?;
        let given = GivenBack { first, last, agreement: wire_hash(&held.hash()), at: now };
        Ok(self.exchange.give_back(&wire_party(&due.partner.parse()?), &given)?)
    }

    /// What a partner is to hear of what was given back, signed; the first of it when it is much.
    pub(super) fn returns_to(&self, partner: &PartyId) -> anyhow::Result<Vec<SignedReturn>> {
        let given = self.exchange.given_back(&wire_party(partner), AT_ONCE)?;
        if given.is_empty() {
            return Ok(Vec::new());
        }
        let agreements = self.agreements(given[0].at)?;
        let signed = |given: &GivenBack| match self.signed_return(partner, given, &agreements) {
            Ok(signed) => Some(signed),
            // Other answers must not wait for a version that names this node's present key.
            Err(error) => {
                tracing::error!(%partner, first = %given.first, error = %format!("{error:#}"), "a return cannot be signed");
                None
            }
        };
        Ok(given.iter().filter_map(signed).collect())
    }

    fn signed_return(
        &self,
        partner: &PartyId,
        given: &GivenBack,
        agreements: &Agreements,
    ) -> anyhow::Result<SignedReturn> {
        let hash = AgreementHash::from_bytes(given.agreement.0);
        let held = agreements.version(&hash).context("what was returned came under an unknown version")?;
        let returned = Return {
            agreement: hash,
            from: held.us.clone(),
            to: partner.clone(),
            first: given.first.0,
            last: given.last.0,
            at: given.at,
        };
        Ok(returned.sign(&self.key_in(held)?))
    }

    /// True when a partner has not heard yet of something that was given back.
    pub(crate) fn owes_returns(&self, partner: &PartyId) -> anyhow::Result<bool> {
        Ok(!self.exchange.given_back(&wire_party(partner), 1)?.is_empty())
    }

    /// A partner has taken in these receipts.
    pub(crate) fn receipts_heard(&self, partner: &PartyId, receipts: &Receipts) -> anyhow::Result<()> {
        receipts.returns.iter().try_for_each(|signed| {
            let Return { agreement, first, last, at, .. } = &signed.returned;
            let (first, last, agreement) = (Seq(*first), Seq(*last), wire_hash(agreement));
            let given = GivenBack { first, last, agreement, at: *at };
            Ok(self.exchange.heard_given_back(&wire_party(partner), &given)?)
        })
    }

    /// Keeps a partner's word that it gave back what it was told.
    pub(super) fn take_return(
        &self,
        partner: &PartyId,
        signed: &SignedReturn,
        agreements: &Agreements,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let returned = &signed.returned;
        let held = agreements.version(&returned.agreement).context("a return under an unknown version")?;
        anyhow::ensure!(
            returned.from == *partner && returned.to == held.us,
            "a return is not from `{partner}` to this node"
        );
        signed.verify(held.agreement())?;
        let of = |other: &&Held| other.agreement().id == held.agreement().id;
        let versions: Vec<_> = agreements.iter().filter(of).map(|held| wire_hash(&held.hash())).collect();
        let (items, document) = ((Seq(returned.first), Seq(returned.last)), serde_json::to_vec(signed)?);
        match self.exchange.take_returned(&wire_party(partner), items, &versions, &document, now) {
            // This node's folder was put back, which raised an alarm: it does not know any more what it told.
            Err(error @ StoreError::Unfit { .. }) => {
                tracing::error!(%partner, %error, "a partner gives back what it was not told");
                Ok(())
            }
            taken => Ok(taken?),
        }
    }
}

impl Due {
    /// The items of the partner's wire that became what is due.
    fn items(&self) -> Option<(Seq, Seq)> {
        let last = self.first_item + u64::from(self.claims) - 1;
        (self.first_item > 0).then_some((Seq(self.first_item), Seq(last)))
    }
}
