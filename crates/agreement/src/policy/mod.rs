//! The agreement compiled, for one sender and one recipient.

mod decision;
mod rule;
mod rules;
mod table;

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use cedar_policy::{
    Authorizer, Entities, Entity, EntityUid, PolicyId, PolicySet, Request, RestrictedExpression, Schema,
    ValidationMode, Validator,
};
use entente_model::{Compartment, Conditions, DataCategory, Grade, Handling};
use jiff::Timestamp;

use crate::form::Sieve;
use crate::{
    Agreement, AgreementHash, ApprovalMode, Flow, FlowId, FreeText, InForce, Obligations, Party, PartyId,
    SpecialCategories,
};
use decision::Granted;
pub use decision::{
    Approval, ClauseId, Consent, Context, Decision, Office, Originator, Outward, PassOnAnswer, Reason,
    Referral, Refusal, Terms, assertion_of, subjects_of,
};
use rule::{Effect, Rule};
pub(crate) use rules::classes_of;
use rules::{class_name, is_personal, milliseconds, rules_of, scheme_name, source_rank};
pub use table::Decisions;

/// The Cedar schema all policies are validated against.
pub const CEDAR_SCHEMA: &str = include_str!("../../schema/disclosure.cedarschema");

static SCHEMA: LazyLock<Result<Schema, String>> = LazyLock::new(|| {
    Schema::from_cedarschema_str(CEDAR_SCHEMA).map(|(schema, _)| schema).map_err(|e| e.to_string())
});

/// What an agreement lets one party tell another, ready to decide.
#[derive(Debug)]
pub struct Policy {
    agreement: Arc<Agreement>,
    hash: AgreementHash,
    me: PartyId,
    partner: PartyId,
    until: Timestamp,
    flows: Vec<Compiled>,
    recipient: Entity,
}

/// One flow, compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) flow: Flow,
    uid: EntityUid,
    rules: Vec<Rule>,
    set: PolicySet,
    numbers: HashMap<PolicyId, usize>,
    pub(crate) sieve: Sieve,
    obligations: Arc<Obligations>,
    text: String,
}

/// Why an agreement cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// Not a party.
    #[error("`{0}` is not a party to this agreement")]
    NotAParty(PartyId),
    /// The sender and the recipient are one.
    #[error("`{0}` cannot disclose anything to itself")]
    OneParty(PartyId),
    /// A clause does not become a valid policy.
    #[error("the clause `{clause}` does not become a policy: {why}")]
    Clause {
        /// The clause.
        clause: ClauseId,
        /// What Cedar says.
        why: String,
    },
    /// The flow's policies do not hold against the schema.
    #[error("the policies of the flow `{flow}` are not valid: {why}")]
    Invalid {
        /// The flow.
        flow: FlowId,
        /// What Cedar says.
        why: String,
    },
}

impl Policy {
    /// Compiles what `me` may tell `partner`. An agreement without a flow between them gives a policy that denies
    /// everything.
    pub fn compile(in_force: &InForce, me: &PartyId, partner: &PartyId) -> Result<Policy, CompileError> {
        Policy::compile_shared(in_force, &[], me, partner)
    }

    /// Compiles what `me` may tell `partner` by this version and might by each of these earlier ones as well: for what was learned
    /// before this version began and could not be told then. A version that covers more than those before it covers what is
    /// learned from its beginning on, so nothing older leaves by what it adds.
    pub fn compile_shared(
        in_force: &InForce,
        earlier: &[&Agreement],
        me: &PartyId,
        partner: &PartyId,
    ) -> Result<Policy, CompileError> {
        let agreement = in_force.agreement();
        let party = |id: &PartyId| agreement.party(id).ok_or_else(|| CompileError::NotAParty(id.clone()));
        let (sender, recipient) = (party(me)?, party(partner)?);
        if me == partner {
            return Err(CompileError::OneParty(me.clone()));
        }
        let between = agreement.flows.iter().filter(|flow| flow.runs(me, partner));
        let shared = between.filter_map(|flow| shared(flow, earlier, me, partner));
        let compile = |flow: Flow| Compiled::new(in_force, &flow, sender, recipient);
        let flows = shared.map(compile).collect::<Result<Vec<_>, _>>()?;
        Ok(Policy {
            agreement: agreement.clone(),
            hash: in_force.hash(),
            me: me.clone(),
            partner: partner.clone(),
            until: in_force.until(),
            flows,
            recipient: recipient_entity(recipient),
        })
    }

    /// The agreement.
    pub fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// Its hash.
    pub fn hash(&self) -> AgreementHash {
        self.hash
    }

    /// Who tells.
    pub fn sender(&self) -> &PartyId {
        &self.me
    }

    /// Who is told.
    pub fn recipient(&self) -> &PartyId {
        &self.partner
    }

    /// Every flow between the two, in the order of the agreement.
    pub fn flows(&self) -> impl Iterator<Item = &Flow> {
        self.flows.iter().map(|compiled| &compiled.flow)
    }

    pub(crate) fn compiled(&self, terms: &Terms) -> Option<&Compiled> {
        let own = terms.0.agreement == self.hash;
        self.flows.get(terms.0.place).filter(|compiled| own && compiled.flow.id == terms.0.flow)
    }

    /// Every policy in Cedar, each with the clause it stands on, for a person to read.
    pub fn text(&self) -> String {
        self.flows.iter().map(|compiled| compiled.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// Decides about everything in a compartment: the best answer any flow gives, the first in the agreement's order
    /// among equals. No flow is a refusal.
    pub fn terms(&self, compartment: &Compartment, context: &Context) -> Decision {
        let each = (0..self.flows.len()).map(|place| self.decide(place, compartment, context));
        each.min_by_key(Decision::rank).unwrap_or_else(|| self.no_flow())
    }

    /// Decides about everything in a compartment by one flow.
    pub fn terms_by(&self, flow: &FlowId, compartment: &Compartment, context: &Context) -> Decision {
        match self.flows.iter().position(|compiled| compiled.flow.id == *flow) {
            Some(place) => self.decide(place, compartment, context),
            None => self.no_flow(),
        }
    }

    fn no_flow(&self) -> Decision {
        let clause = ClauseId::new("agreement/flows");
        let text = "the agreement has no such flow between these parties".into();
        let reason = Reason { check: 2, clause: clause.clone(), text, outward: Outward::NotCovered };
        Decision::Deny(Refusal {
            flow: None,
            reasons: vec![reason],
            clauses: vec![clause],
            expires_at: self.until,
        })
    }

    fn decide(&self, place: usize, compartment: &Compartment, context: &Context) -> Decision {
        let compiled = &self.flows[place];
        let expires_at = self.boundary(&compiled.flow, context.now);
        match compiled.ask(&self.recipient, &self.me, compartment, context) {
            Asked::Permitted => self.grant(place, compartment, context, expires_at),
            Asked::Refused(reasons) => {
                let flow = Some(compiled.flow.id.clone());
                Decision::Deny(Refusal { flow, clauses: clauses(&reasons), reasons, expires_at })
            }
            Asked::Referred(reasons, approvals) => {
                let flow = compiled.flow.id.clone();
                Decision::Refer(Referral { flow, clauses: clauses(&reasons), reasons, approvals, expires_at })
            }
        }
    }

    fn grant(
        &self,
        place: usize,
        compartment: &Compartment,
        context: &Context,
        expires_at: Timestamp,
    ) -> Decision {
        let compiled = &self.flows[place];
        let class = compartment.category;
        let granted = Granted {
            agreement: self.hash,
            flow: compiled.flow.id.clone(),
            place,
            class,
            handling: handling_of(&compiled.flow, &compartment.handling),
            clauses: compiled.granting(class),
            obligations: compiled.obligations.clone(),
            expires_at,
            subjects_said: context.subjects.is_some(),
            approved: context.approvers() > 0,
        };
        let terms = Terms(Arc::new(granted));
        match compiled.sieve.changes(class) {
            true => Decision::PermitTransformed(terms),
            false => Decision::Permit(terms),
        }
    }

    /// The next moment at which time alone can change the answer.
    fn boundary(&self, flow: &Flow, now: Timestamp) -> Timestamp {
        let bases = [&flow.legal_basis.sender, &flow.legal_basis.recipient];
        let ends = bases.iter().filter_map(|basis| basis.expires_at);
        let times = ends.chain([self.agreement.valid_from, self.until]);
        times.filter(|time| *time > now).min().unwrap_or(Timestamp::MAX)
    }
}

/// What a flow covers that the flow of the same id covered in each earlier version, in a form that each let it leave in; `None` when one
/// had no such flow, changed something that this one leaves as it is, or wanted an approval or a quality that this one does not.
fn shared(flow: &Flow, earlier: &[&Agreement], me: &PartyId, partner: &PartyId) -> Option<Flow> {
    let mut shared = flow.clone();
    for version in earlier {
        let before = version.flow(&flow.id).filter(|before| before.runs(me, partner))?;
        shared.data_categories.retain(|category| before.data_categories.contains(category));
        shared.excluded_categories.extend(before.excluded_categories.iter().copied());
        shared.data_subjects.retain(|subject| before.data_subjects.contains(subject));
        shared.max_tlp = shared.max_tlp.min(before.max_tlp);
        shared.permissible_actions_ceiling =
            shared.permissible_actions_ceiling.min(before.permissible_actions_ceiling);
        if before.free_text == FreeText::Withheld {
            shared.free_text = FreeText::Withheld;
        }
        if before.special_categories == SpecialCategories::Forbidden {
            shared.special_categories = SpecialCategories::Forbidden;
        }
        if !asks_as_much(flow, before) {
            return None;
        }
    }
    Some(shared)
}

/// Whether a flow asks for all that it asked for in an earlier version.
fn asks_as_much(flow: &Flow, before: &Flow) -> bool {
    let transforms = before.transforms.iter().all(|rule| flow.transforms.contains(rule));
    let approvals = before.approvals.mode == ApprovalMode::Auto || before.approvals == flow.approvals;
    let quality = before.min_quality.is_none() || before.min_quality == flow.min_quality;
    transforms && approvals && quality
}

fn clauses(reasons: &[Reason]) -> Vec<ClauseId> {
    let mut clauses: Vec<ClauseId> = Vec::new();
    for reason in reasons {
        if !clauses.contains(&reason.clause) {
            clauses.push(reason.clause.clone());
        }
    }
    clauses
}

/// How it may be handled once it left: each axis at least as restricted as it was.
fn handling_of(flow: &Flow, given: &Handling) -> Handling {
    let codes = &flow.handling;
    let others: Vec<&str> =
        [&given.conditions.other, &codes.other].into_iter().flatten().map(String::as_str).collect();
    let conditions = Conditions {
        no_court_use: given.conditions.no_court_use || codes.no_court_use,
        no_onward: given.conditions.no_onward || codes.no_onward,
        other: (!others.is_empty()).then(|| others.join("; ")),
    };
    Handling { conditions, ..given.clone() }
}

enum Asked {
    Permitted,
    Referred(Vec<Reason>, Option<ApprovalMode>),
    Refused(Vec<Reason>),
}

impl Compiled {
    fn new(
        in_force: &InForce,
        flow: &Flow,
        sender: &Party,
        recipient: &Party,
    ) -> Result<Compiled, CompileError> {
        let rules = rules_of(in_force, flow, sender, recipient);
        let mut set = PolicySet::new();
        let mut numbers = HashMap::new();
        let mut text = format!("// {}: {} to {}\n", flow.id, sender.id, recipient.id);
        for (number, rule) in rules.iter().enumerate() {
            let cedar = rule.cedar(recipient.id.as_str(), &flow.id);
            let id = PolicyId::new(format!("{}#{number}", flow.id));
            let wrong = |why: String| CompileError::Clause { clause: rule.clause.clone(), why };
            let policy = cedar_policy::Policy::parse(Some(id.clone()), &cedar)
                .map_err(|error| wrong(error.to_string()))?;
            set.add(policy).map_err(|error| wrong(error.to_string()))?;
            numbers.insert(id, number);
            text.push('\n');
            text.push_str(&cedar);
        }
        validate(&set).map_err(|why| CompileError::Invalid { flow: flow.id.clone(), why })?;
        Ok(Compiled {
            uid: uid("Flow", flow.id.as_str()),
            sieve: Sieve::new(flow, recipient),
            obligations: Arc::new(Obligations::of(in_force, flow)),
            flow: flow.clone(),
            rules,
            set,
            numbers,
            text,
        })
    }

    /// The clauses that carry a permission.
    fn granting(&self, class: DataCategory) -> Arc<[ClauseId]> {
        let mut clauses = vec![
            ClauseId::of_flow(&self.flow.id, "parties"),
            ClauseId::of_flow(&self.flow.id, "data_categories"),
            ClauseId::of_flow(&self.flow.id, "max_tlp"),
        ];
        if is_personal(&self.flow, class) {
            clauses.push(ClauseId::of_flow(&self.flow.id, "legal_basis/sender"));
            clauses.push(ClauseId::of_flow(&self.flow.id, "legal_basis/recipient"));
        }
        clauses.into()
    }

    fn ask(&self, recipient: &Entity, me: &PartyId, compartment: &Compartment, context: &Context) -> Asked {
        let unknown = |why: String| {
            let clause = ClauseId::of_flow(&self.flow.id, "parties");
            let reason = Reason { check: 0, clause, text: why.into(), outward: Outward::NotNow };
            Asked::Referred(vec![reason], None)
        };
        let (request, entities) = match self.request(recipient, me, compartment, context) {
            Ok(asked) => asked,
            Err(why) => return unknown(why),
        };
        let response = Authorizer::new().is_authorized(&request, &self.set, &entities);
        // A policy that could not be evaluated forbade nothing, so its silence is no permission.
        if let Some(error) = response.diagnostics().errors().next() {
            return unknown(error.to_string());
        }
        let struck = response.diagnostics().reason().filter_map(|id| self.numbers.get(id));
        let mut struck: Vec<usize> = struck.copied().collect();
        struck.sort_unstable_by_key(|number| (self.rules[*number].check, *number));
        self.conclude(&struck)
    }

    /// Deny overrides; of what is left a referral overrides; otherwise the flow permits.
    fn conclude(&self, struck: &[usize]) -> Asked {
        let rules = || struck.iter().map(|number| &self.rules[*number]);
        let denied: Vec<Reason> =
            rules().filter(|rule| matches!(rule.effect, Effect::Deny(_))).map(Rule::reason).collect();
        if !denied.is_empty() {
            return Asked::Refused(denied);
        }
        let referring = || rules().filter(|rule| matches!(rule.effect, Effect::Refer { .. }));
        let referred: Vec<Reason> = referring().map(Rule::reason).collect();
        if !referred.is_empty() {
            let approvable = |rule: &&Rule| rule.effect == Effect::Refer { approvable: true };
            let asks = referring().filter(approvable).map(|rule| match rule.check {
                12 => self.flow.approvals.mode,
                _ => ApprovalMode::OnePerson,
            });
            return Asked::Referred(referred, asks.max());
        }
        match struck.is_empty() {
            true => Asked::Refused(Vec::new()),
            false => Asked::Permitted,
        }
    }

    fn request(
        &self,
        recipient: &Entity,
        me: &PartyId,
        compartment: &Compartment,
        context: &Context,
    ) -> Result<(Request, Entities), String> {
        let resource = compartment_entity(&self.flow, compartment)?;
        let asked = self.context(me, compartment, context)?;
        let action = ACTION.clone();
        let request = Request::new(recipient.uid(), action, resource.uid(), asked, None);
        let entities = Entities::from_entities([recipient.clone(), resource], None);
        Ok((request.map_err(|error| error.to_string())?, entities.map_err(|error| error.to_string())?))
    }

    fn context(
        &self,
        me: &PartyId,
        compartment: &Compartment,
        given: &Context,
    ) -> Result<cedar_policy::Context, String> {
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let words = |words: Vec<&'static str>| {
            RestrictedExpression::new_set(
                words.into_iter().map(|word| RestrictedExpression::new_string(word.to_owned())),
            )
        };
        let offices = [(Office::Prosecutor, "prosecutor"), (Office::Judge, "judge"), (Office::Dpo, "dpo")];
        let offices = offices.iter().filter(|(office, _)| given.approved_by(*office)).map(|(_, name)| *name);
        let approvers = i64::try_from(given.approvers()).unwrap_or(i64::MAX);
        let mut pairs = vec![
            ("flow", RestrictedExpression::new_entity_uid(self.uid.clone())),
            ("now", RestrictedExpression::new_datetime(milliseconds(given.now))),
            ("trigger", text(given.trigger.as_str())),
            ("sensitivities", words(given.sensitivities.iter().map(|sort| sort.as_str()).collect())),
            ("approvers", RestrictedExpression::new_long(approvers)),
            ("offices", words(offices.collect())),
            ("consented", RestrictedExpression::new_bool(given.consent.is_some())),
        ];
        pairs.extend(given.purpose.map(|purpose| ("purpose", text(purpose.as_str()))));
        let subjects = given.subjects.clone().or_else(|| subjects_of(compartment.category));
        pairs.extend(
            subjects.map(|all| ("subjects", words(all.iter().map(|subject| subject.as_str()).collect()))),
        );
        let assertion = given.assertion.or_else(|| assertion_of(compartment.category));
        pairs.extend(assertion.map(|assertion| ("assertion", text(assertion.as_str()))));
        pairs.extend(given.onward.map(|answer| ("onward", text(answer.as_str()))));
        let named = (compartment.source == me.as_str()).then_some(Originator::Own);
        pairs.extend(given.originator.or(named).map(|whose| ("originator", text(whose.as_str()))));
        let pairs = pairs.into_iter().map(|(name, value)| (name.to_owned(), value));
        cedar_policy::Context::from_pairs(pairs).map_err(|error| error.to_string())
    }
}

fn validate(set: &PolicySet) -> Result<(), String> {
    let schema = SCHEMA.as_ref().map_err(Clone::clone)?;
    let result = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    match result.validation_errors().next() {
        Some(error) => Err(error.to_string()),
        None => Ok(()),
    }
}

static ACTION: LazyLock<EntityUid> = LazyLock::new(|| uid("Action", "disclose"));
/// What is decided about; a request has one, so it needs no other name. Cedar parses a name of a type each time one is made.
static RESOURCE: LazyLock<EntityUid> = LazyLock::new(|| uid("Compartment", "this"));

fn uid(kind: &'static str, name: &str) -> EntityUid {
    let kind = cedar_policy::EntityTypeName::from_str(kind).expect("a word is the name of an entity type");
    EntityUid::from_type_name_and_id(kind, cedar_policy::EntityId::new(name))
}

fn recipient_entity(party: &Party) -> Entity {
    let attributes = HashMap::from([
        ("sector".to_owned(), RestrictedExpression::new_string(party.sector.as_str().to_owned())),
        (
            "may_know_of_reports".to_owned(),
            RestrictedExpression::new_bool(party.sector.may_know_of_reports()),
        ),
    ]);
    let uid = uid("Party", party.id.as_str());
    Entity::new(uid, attributes, Default::default()).expect("strings and booleans evaluate to themselves")
}

fn compartment_entity(flow: &Flow, compartment: &Compartment) -> Result<Entity, String> {
    let handling = &compartment.handling;
    let grade = handling.grade;
    let number = RestrictedExpression::new_long;
    let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
    let flag = RestrictedExpression::new_bool;
    let mut attributes = vec![
        ("class", text(class_name(compartment.category))),
        ("personal", flag(is_personal(flow, compartment.category))),
        ("tlp", number(handling.tlp as i64)),
        ("pap", number(handling.pap as i64)),
        ("no_onward", flag(handling.conditions.no_onward)),
        ("received", flag(compartment.agreement.is_some())),
        ("graded", flag(grade != Grade::UNGRADED)),
        ("grade_scheme", text(scheme_name(grade.scheme))),
        ("grade_source", number(source_rank(grade.scheme, grade.source).into())),
        ("grade_information", number(grade.information.into())),
    ];
    attributes.extend(compartment.case.as_deref().map(|case| ("case", text(case))));
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Entity::new(RESOURCE.clone(), attributes, Default::default()).map_err(|error| error.to_string())
}
