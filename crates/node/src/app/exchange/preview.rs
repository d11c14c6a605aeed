//! What a partner would be told of some objects, and why: before an agreement is signed, and afterwards.

use std::collections::HashMap;
use std::sync::Arc;

use entente_agreement::{
    Agreement, Altered, Change, Clause, Decision, PartyId, PartyKey, SecretKey, SignedAgreement, Standing,
};
use entente_model::{ClaimNo, Object, ObjectId, VertexNo};
use entente_store::{AsOf, ClaimRecord, View, exchange};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::clearance::{Clearance, Our, Rules};
use super::neighbours::{Answers, Bench, Stays};
use crate::app::agreement::view::read_document;
use crate::app::agreement::{Agreements, Held, wire_party};
use crate::app::{App, AppError, Role, Viewer};
use crate::entropy;

/// Objects shown when none are named: the newest.
const NEWEST: usize = 50;

/// What would become of one claim.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Outlook {
    /// The object.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) label: Option<String>,
    /// The claim.
    pub(crate) claim: u32,
    /// Who told this node.
    pub(crate) source: String,
    /// `permit`, `permit_transformed`, `refer`, `deny`, or `withheld` where it may leave and nothing is left of it.
    pub(crate) outcome: &'static str,
    /// The flow.
    pub(crate) flow: Option<String>,
    /// The clauses that decided, with their numbers and words.
    pub(crate) clauses: Vec<Ground>,
    /// Why, where it is not sent.
    pub(crate) reasons: Vec<String>,
    /// What would be sent.
    #[schema(value_type = Option<Object>)]
    pub(crate) sent: Option<Value>,
    /// What would not be as it is.
    pub(crate) changes: Vec<Changed>,
    /// When this claim was put on the party's wire, and under which form; absent when it never was.
    pub(crate) told: Option<ToldBefore>,
}

/// What the party was told of a claim.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ToldBefore {
    /// When (RFC 3339); also the item's name on the wire.
    pub(crate) at: String,
    /// The id under which it went.
    pub(crate) object: Option<String>,
}

/// What would become of what, under which document.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PreviewRequest {
    /// The agreement, signed or not.
    #[schema(value_type = Object)]
    pub(crate) document: Value,
    /// The party that would be told.
    pub(crate) to: String,
    /// Ids or values of things; the newest when there are none.
    #[serde(default)]
    pub(crate) objects: Vec<String>,
}

/// A clause as a person reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Ground {
    /// Its place.
    pub(crate) id: String,
    /// Its number.
    pub(crate) number: Option<String>,
    /// Its words.
    pub(crate) text: Option<String>,
}

/// A field that would leave otherwise.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Changed {
    /// The property.
    pub(crate) property: String,
    /// `withheld`, `transformed` or `rewritten`.
    #[schema(value_type = String)]
    pub(crate) what: Altered,
    /// The clause.
    pub(crate) clause: String,
}

impl App {
    /// As [`App::preview_agreement`], from words: things by id or by value.
    pub(crate) fn preview_request(
        &self,
        viewer: &Viewer,
        request: PreviewRequest,
        now: Timestamp,
    ) -> Result<Vec<Outlook>, AppError> {
        viewer.require(Role::Analyst)?;
        let agreement = read_document(request.document)?;
        let to = request.to.parse().map_err(AppError::invalid)?;
        let named = request.objects.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        let ids = named.map(|text| self.resolve(viewer, text)?.parse().map_err(AppError::invalid));
        let ids: Vec<ObjectId> = ids.collect::<Result<_, _>>()?;
        self.preview_agreement(viewer, &agreement, &to, &ids, now)
    }

    /// What the partner would be told of these objects under this document; of the newest when none are named.
    pub(crate) fn preview_agreement(
        &self,
        viewer: &Viewer,
        agreement: &Agreement,
        to: &PartyId,
        ids: &[ObjectId],
        now: Timestamp,
    ) -> Result<Vec<Outlook>, AppError> {
        viewer.require(Role::Analyst)?;
        let held = self.as_if_in_force(agreement, to, now)?;
        let mut known: Vec<Held> = self.agreements(now)?.iter().cloned().collect();
        known.push(held.clone());
        let alone = Agreements::of(vec![held]);
        let originators = Arc::new(self.originators()?);
        let our = Our { secret: self.identity.secret(), originators };
        let mut clearance = Clearance::new(&alone, to, &our, |_| Ok(ClaimNo(0)))?;
        let known = Agreements::of(known);
        let view = self.store.view(&viewer.compartments, AsOf::Now)?;
        let clauses = clauses(agreement);
        let partner = wire_party(to);
        let partner = self.exchange.partner(&partner)?.map(|_| partner);
        let mut looking = Looking { app: self, view: &view, known: &known, clauses, partner, now };
        let mut outlooks = Vec::new();
        for claim in looking.claims(ids)? {
            outlooks.extend(looking.look(&mut clearance, &claim)?);
        }
        Ok(outlooks)
    }

    /// The document as if everybody had signed it and its time had come, with keys that nobody keeps: good for looking, never for
    /// telling, because no other node knows them.
    fn as_if_in_force(&self, agreement: &Agreement, to: &PartyId, now: Timestamp) -> Result<Held, AppError> {
        let ours = |party: &&entente_agreement::Party| self.identity.as_party(party).is_some();
        let us = agreement
            .parties
            .iter()
            .find(ours)
            .or_else(|| agreement.parties.iter().find(|one| one.id != *to));
        let us = us.map(|party| party.id.clone());
        let us = us.ok_or_else(|| AppError::invalid("the agreement has no other party"))?;
        if agreement.party(to).is_none() {
            return Err(AppError::invalid(format!("`{to}` is not a party of this agreement")));
        }
        let mut rehearsed = agreement.clone();
        let mut keys = HashMap::new();
        for party in &mut rehearsed.parties {
            let id: entente_agreement::KeyId = "rehearsal".parse().map_err(AppError::invalid)?;
            let key = SecretKey::new(id.clone(), &entropy::bytes());
            party.keys = vec![PartyKey::Sign { id, ed25519: key.verifying_key() }];
            keys.insert(party.id.clone(), key);
        }
        let mut signed = SignedAgreement::draft(rehearsed);
        for (party, key) in &keys {
            signed.sign(party, key).map_err(AppError::invalid)?;
        }
        let then = now.max(agreement.valid_from);
        let standing = signed.standing(&[], &[], None, then).map_err(AppError::invalid)?;
        if !matches!(standing, Standing::InForce(_)) {
            return Err(AppError::invalid("the agreement's time is over: nothing would be told under it"));
        }
        Ok(Held {
            hash: signed.hash(),
            signed: signed.into(),
            us,
            acts: Vec::new(),
            acts_before: Vec::new(),
            signed_at: now,
            signed_after: None,
            standing,
        })
    }
}

struct Looking<'l> {
    app: &'l App,
    view: &'l View<'l>,
    known: &'l Agreements,
    clauses: HashMap<String, Clause>,
    /// The party, when anything was ever drafted with it.
    partner: Option<exchange::PartyId>,
    now: Timestamp,
}

impl Looking<'_> {
    fn claims(&self, ids: &[ObjectId]) -> Result<Vec<ClaimRecord>, AppError> {
        let vertices = match ids.is_empty() {
            true => self.newest()?,
            false => {
                let found = |id: &ObjectId| self.view.vertex(id)?.ok_or(AppError::NotFound("object"));
                ids.iter().map(found).collect::<Result<_, _>>()?
            }
        };
        let mut claims = Vec::new();
        for vertex in vertices {
            claims.extend(self.view.claims_of(vertex)?.into_iter().filter(|claim| claim.current));
        }
        Ok(claims)
    }

    fn newest(&self) -> Result<Vec<VertexNo>, AppError> {
        let last = self.view.last_claim().0.saturating_sub(NEWEST as u32);
        let changes = self.view.changes_since(ClaimNo(last), NEWEST)?;
        let mut vertices: Vec<VertexNo> = changes.into_iter().map(|change| change.vertex).collect();
        vertices.sort_unstable();
        vertices.dedup();
        Ok(vertices)
    }

    fn look(&mut self, clearance: &mut Clearance, claim: &ClaimRecord) -> Result<Option<Outlook>, AppError> {
        let Some(object) = self.view.claimed(claim.no)? else { return Ok(None) };
        let mut outlook = Outlook {
            id: object.id().to_string(),
            label: claim.label.clone(),
            claim: claim.no.0,
            source: claim.compartment.source.clone(),
            outcome: "deny",
            flow: None,
            clauses: Vec::new(),
            reasons: Vec::new(),
            sent: None,
            changes: Vec::new(),
            told: self.told(claim)?,
        };
        let (known, compartment) = (self.known, &claim.compartment);
        let answers = clearance.each(|_| true, known, claim.compartment_no, compartment, self.now);
        if answers.is_empty() {
            outlook.reasons.push("the agreement has no flow from this node to this party".to_owned());
        }
        // A flow that covers the class and not the thing says why it stays only when no other lets it leave.
        let mut stays = None;
        for (place, decision) in answers {
            let by = self.by_one(&mut clearance.rules()[place], &decision, &object, outlook.clone());
            if by.outcome != "withheld" && by.outcome != "deny" {
                return Ok(Some(by));
            }
            stays.get_or_insert(by);
        }
        Ok(Some(stays.unwrap_or(outlook)))
    }

    /// The outlook by one flow.
    fn by_one(
        &self,
        rules: &mut Rules,
        decision: &Decision,
        object: &Object,
        mut outlook: Outlook,
    ) -> Outlook {
        outlook.outcome = decision.as_str();
        outlook.reasons = decision.reasons().iter().map(|reason| reason.text.to_string()).collect();
        outlook.flow = match decision {
            Decision::Refer(referral) => Some(referral.flow.to_string()),
            Decision::Deny(refusal) => refusal.flow.as_ref().map(ToString::to_string),
            Decision::Permit(terms) | Decision::PermitTransformed(terms) => Some(terms.flow().to_string()),
        };
        let mut clauses: Vec<String> = decision.clauses().iter().map(ToString::to_string).collect();
        if let Some(terms) = decision.terms() {
            let atlas = self.app.atlas();
            let bench =
                Bench { view: self.view, known: self.known, atlas: &atlas, now: self.now, holder: None };
            match bench.release(rules, &mut Answers::default(), object, terms) {
                Ok(released) => {
                    clauses = released.clauses().iter().map(ToString::to_string).collect();
                    outlook.sent = serde_json::from_slice(released.bytes()).ok();
                    outlook.changes = released.changes().iter().map(changed).collect();
                }
                Err(Stays { withheld, .. }) => {
                    outlook.outcome = "withheld";
                    outlook.reasons = vec![withheld.why];
                    clauses = vec![withheld.clause.to_string()];
                    outlook.changes = withheld.changes.iter().map(changed).collect();
                }
            }
        }
        outlook.clauses = clauses.into_iter().map(|id| self.ground(id)).collect();
        outlook
    }

    fn told(&self, claim: &ClaimRecord) -> Result<Option<ToldBefore>, AppError> {
        let Some(partner) = &self.partner else { return Ok(None) };
        let held = self.app.exchange.holdings(partner, &[claim.vertex])?;
        let own = held.into_iter().find(|item| item.claim == Some(claim.no));
        Ok(own.map(|item| ToldBefore { at: item.added.to_string(), object: Some(item.object.to_string()) }))
    }

    fn ground(&self, id: String) -> Ground {
        let clause = self.clauses.get(&id);
        let (number, text) =
            (clause.map(|clause| clause.number.clone()), clause.map(|clause| clause.text.clone()));
        Ground { id, number, text }
    }
}

fn changed(change: &Change) -> Changed {
    Changed { property: change.property.clone(), what: change.what, clause: change.clause.to_string() }
}

fn clauses(agreement: &Agreement) -> HashMap<String, Clause> {
    agreement.clauses().into_iter().map(|clause| (clause.id.to_string(), clause)).collect()
}
