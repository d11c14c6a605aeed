//! The parties together, under signed agreements: five partners and the police in one operation.
//!
//! ```text
//! partner: traces from its seeds and what is sought ─► takes up what ties it into the case ─► its agreement tells the police
//! police:  traces from what it holds and was told   ─► seeks what is probable enough       ─► its agreements tell the partners
//! ```
//!
//! until nobody learns anything new. What nobody takes up never leaves: neither a ledger nor a register of customers does.

use anyhow::Context as _;
use entente_agreement::{CaseScope, OnwardAllowed, PartyId};
use entente_range::score::{Answer, By};
use entente_store::AsOf;
use jiff::Timestamp;

use super::{Exam, POLICE};
use crate::app::agreement::Named;
use crate::app::exchange::discloser::Desk;
use crate::app::exchange::parse_flow_name;
use crate::app::who::Case;
use crate::app::{App, Viewer};

/// From this probability on a partner takes up what it finds: more often wrong than what is sought, and told to the police only.
const TAKEN_UP: f64 = 0.25;
/// From this probability on the police tell partners what they seek.
const SOUGHT: f64 = 0.6;

/// One operation against one enterprise.
pub(super) struct Operation<'a> {
    case: String,
    enterprise: &'a str,
    police: Member<'a>,
    partners: Vec<Member<'a>>,
    now: Timestamp,
}

/// A node that takes part.
struct Member<'a> {
    name: PartyId,
    app: &'a App,
    desk: Desk,
    /// Agreements about this operation.
    agreements: Vec<String>,
}

impl<'a> Operation<'a> {
    /// Signs what is not signed yet: the template, about this operation, between the police and each partner.
    pub(super) fn begin(
        nodes: &'a [(&'static str, App)],
        enterprise: &'a str,
        now: Timestamp,
    ) -> anyhow::Result<Operation<'a>> {
        let mut members = Vec::new();
        for (name, app) in nodes {
            members.push(Member { name: name.parse()?, app, desk: Desk::default(), agreements: Vec::new() });
        }
        let at = members.iter().position(|member| member.name.as_str() == POLICE).context("no police")?;
        let mut police = members.remove(at);
        let case = format!("operation {enterprise}");
        let names: Vec<PartyId> = members.iter().map(|partner| partner.name.clone()).collect();
        for partner in &mut members {
            let id = match signed(&police, partner, &case, now)? {
                Some(id) => id,
                None => sign(&police, partner, &case, &names, now)?,
            };
            partner.agreements.push(id.clone());
            police.agreements.push(id);
        }
        Ok(Operation { case, enterprise, police, partners: members, now })
    }

    /// Goes on until nobody learns anything new.
    pub(super) fn run(&mut self, exam: &Exam) -> anyhow::Result<()> {
        while self.round(exam)? > 0 {}
        Ok(())
    }

    /// What the police find in the end.
    pub(super) fn answer(&self, exam: &Exam) -> anyhow::Result<Answer> {
        exam.answer(self.police.app, &self.police.viewer()?, self.enterprise, By::Together, None)
    }

    /// Everybody looks once, and tells; answers how many claims that made.
    fn round(&mut self, exam: &Exam) -> anyhow::Result<u64> {
        let mut claims = 0;
        for partner in &mut self.partners {
            let viewer = partner.viewer()?;
            let lens = partner.app.lens(&viewer, AsOf::Now)?;
            let mut seeds = lens.known(&exam.seeds(self.enterprise, Some(partner.name.as_str())))?;
            seeds.extend(partner.app.sought(&viewer, &self.case, self.now)?);
            let case = Case { name: &self.case, least: TAKEN_UP };
            claims += partner.app.take_up_from(&lens, &case, &seeds, self.now)?.claims;
            partner.tell(&self.police, self.now)?;
        }
        let viewer = self.police.viewer()?;
        let lens = self.police.app.lens(&viewer, AsOf::Now)?;
        let seeds = lens.known(&exam.seeds(self.enterprise, None))?;
        let case = Case { name: &self.case, least: SOUGHT };
        claims += self.police.app.seek_from(&viewer, &lens, &case, &seeds, self.now)?.claims;
        for partner in &self.partners {
            self.police.tell(partner, self.now)?;
        }
        Ok(claims)
    }
}

impl Member<'_> {
    /// Sees what the node itself holds and what it was told in this operation: operations are kept apart.
    fn viewer(&self) -> anyhow::Result<Viewer> {
        let compartments =
            self.app.compartments(|one| match one.agreement.as_deref().and_then(parse_flow_name) {
                Some((id, _)) => self.agreements.iter().any(|agreement| *agreement == id.to_string()),
                None => one.agreement.is_none() && one.case.is_none(),
            })?;
        Ok(Viewer { compartments, ..self.app.owner()? })
    }

    /// Tells another what agreements let it be told, and waits until it has that.
    fn tell(&mut self, to: &Member<'_>, now: Timestamp) -> anyhow::Result<()> {
        self.app.disclose(&mut self.desk, &|| now)?;
        loop {
            let after = to.app.received_up_to(&self.name)?;
            let Some(frame) = self.app.frame_after(&to.name, after, now)? else { return Ok(()) };
            to.app.receive(&self.name, frame, now)?;
        }
    }
}

/// The agreement about a case that two have made.
fn signed(
    police: &Member<'_>,
    partner: &Member<'_>,
    case: &str,
    now: Timestamp,
) -> anyhow::Result<Option<String>> {
    let agreements = police.app.agreements(now)?;
    let scope = CaseScope::Operation(case.to_owned());
    let mut about = agreements.with(&partner.name).filter(|held| held.agreement().case_scope == scope);
    Ok(about.find(|held| held.in_force().is_some()).map(|held| held.agreement().id.to_string()))
}

/// The template, with what it leaves to the parties: their names, the operation, and that the police may tell each partner what another's
/// records led to.
fn sign(
    police: &Member<'_>,
    partner: &Member<'_>,
    case: &str,
    partners: &[PartyId],
    now: Timestamp,
) -> anyhow::Result<String> {
    let placeholder: PartyId = "partner".parse()?;
    let keys = [(police.name.clone(), police.app.identity().party_keys())];
    let mut agreement = partner.app.new_agreement("operation", Some(&placeholder), &keys, now)?;
    agreement.case_scope = CaseScope::Operation(case.to_owned());
    for party in &mut agreement.parties {
        if party.id == placeholder {
            party.id = partner.name.clone();
            party.name = format!("The {}", partner.name);
        } else {
            party.clients = partners.to_vec();
        }
    }
    for flow in &mut agreement.flows {
        if flow.from == placeholder {
            flow.from = partner.name.clone();
            flow.onward.allowed = OnwardAllowed::Listed;
            flow.onward.listed = partners.iter().cloned().collect();
        } else {
            flow.to = [partner.name.clone()].into();
        }
    }
    let id = agreement.id.to_string();
    let owner = partner.app.owner()?;
    let draft = Named { agreement, signatures: Vec::new(), acts: Vec::new() };
    let half = partner.app.sign_agreement(&owner, &draft, &partner.name, now)?;
    let whole = police.app.sign_agreement(&owner, &half, &police.name, now)?;
    partner.app.accept_agreement(&owner, &whole, now)?;
    Ok(id)
}
