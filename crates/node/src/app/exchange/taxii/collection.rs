//! The collections of a partner: one a flow, of each agreement that is in force at this moment.

use entente_agreement::{Agreement, AgreementHash, Flow, PartyId};
use entente_model::ENTENTE_NAMESPACE;
use entente_store::exchange::FlowId;
use jiff::Timestamp;
use uuid::Uuid;

use crate::app::agreement::{Agreements, Held};
use crate::app::exchange::flow_name;
use crate::app::{App, AppError};

/// Proof that a flow of an agreement in force runs between this node and a partner, at the moment it was made. Only
/// [`App::collections`] makes one.
pub(crate) struct Collection {
    held: Held,
    flow: Flow,
    partner: PartyId,
    way: Way,
    /// The versions of the agreement under which the flow lets through the same in the same form: this one, and those right before it.
    same: Vec<AgreementHash>,
}

/// Which way a flow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// This node tells the partner, who reads.
    Told,
    /// The partner tells this node, and writes.
    Telling,
}

impl App {
    /// What a partner may read and write at this moment.
    pub(crate) fn collections(&self, partner: &PartyId, now: Timestamp) -> Result<Vec<Collection>, AppError> {
        let agreements = self.agreements(now)?;
        Ok(all(&agreements, partner).collect())
    }

    /// One of them, by its id or alias. One that is of others, or of no agreement that is in force, is not there.
    pub(crate) fn collection(
        &self,
        partner: &PartyId,
        name: &str,
        now: Timestamp,
    ) -> Result<Collection, AppError> {
        let agreements = self.agreements(now)?;
        let id = Uuid::parse_str(name).ok();
        let mut found = all(&agreements, partner)
            .filter(|one| if let Some(id) = id { one.id() == id } else { one.alias() == name });
        found.next().ok_or(AppError::NotFound("collection"))
    }
}

pub(super) fn all<'a>(
    agreements: &'a Agreements,
    partner: &'a PartyId,
) -> impl Iterator<Item = Collection> + 'a {
    let in_force = agreements.with(partner).filter(|held| held.in_force().is_some());
    in_force.flat_map(move |held| {
        let way = |flow: &Flow| match (flow.runs(&held.us, partner), flow.runs(partner, &held.us)) {
            (true, _) => Some(Way::Told),
            (false, true) => Some(Way::Telling),
            (false, false) => None,
        };
        let flows = held.agreement().flows.iter();
        flows.filter_map(move |flow| {
            let (way, same) = (way(flow)?, same(agreements, held, flow));
            Some(Collection { held: held.clone(), flow: flow.clone(), partner: partner.clone(), way, same })
        })
    })
}

/// The versions back from this one whose parties and flow say what this one's do. Keys may change.
fn same(agreements: &Agreements, held: &Held, flow: &Flow) -> Vec<AgreementHash> {
    let parties = |held: &Held| {
        let mut parties = held.agreement().parties.clone();
        parties.iter_mut().for_each(|party| party.keys.clear());
        parties
    };
    let (mut same, mut version) = (vec![held.hash()], held);
    while let Some(before) = agreements.before(version)
        && before.agreement().flow(&flow.id) == Some(flow)
        && parties(before) == parties(held)
    {
        same.push(before.hash());
        version = before;
    }
    same
}

impl Collection {
    /// Its id: the same as long as the agreement has the flow, through all versions.
    pub(crate) fn id(&self) -> Uuid {
        let name = format!("taxii\u{1f}{}", self.flow_name());
        Uuid::new_v5(&ENTENTE_NAMESPACE, name.as_bytes())
    }

    /// Another name, for people.
    pub(crate) fn alias(&self) -> String {
        format!("{}.{}", self.agreement().id, self.flow.id)
    }

    /// What people call it.
    pub(crate) fn title(&self) -> &str {
        &self.flow.title
    }

    /// What it is, in a sentence.
    pub(crate) fn description(&self) -> String {
        let (title, version) = (&self.agreement().title, self.agreement().version);
        let (from, to) = match self.way {
            Way::Told => (&self.held.us, &self.partner),
            Way::Telling => (&self.partner, &self.held.us),
        };
        format!("What {from} tells {to} under version {version} of the agreement \"{title}\".")
    }

    /// Which way it runs.
    pub(crate) fn way(&self) -> Way {
        self.way
    }

    /// The most objects in one answer, where the flow names a number.
    pub(crate) fn most(&self) -> Option<u64> {
        self.flow.limits.max_set_size
    }

    pub(super) fn agreement(&self) -> &Agreement {
        self.held.agreement()
    }

    pub(super) fn same(&self) -> &[AgreementHash] {
        &self.same
    }

    pub(super) fn held(&self) -> &Held {
        &self.held
    }

    pub(super) fn flow(&self) -> &Flow {
        &self.flow
    }

    /// Who is told, or tells.
    pub(crate) fn partner(&self) -> &PartyId {
        &self.partner
    }

    /// The flow as the exchange keeps it.
    pub(crate) fn flow_name(&self) -> FlowId {
        flow_name(&self.agreement().id, &self.flow.id)
    }
}
