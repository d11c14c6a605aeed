//! What was decided, and by which clauses.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use entente_model::{DataCategory, Handling};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AgreementHash, ApprovalMode, Assertion, FlowId, Obligations, PurposeCode, Sensitivity, SubjectClass,
    Trigger,
};

/// The place of a clause: `agreement/validity`, `flow:botnet-hits/max_tlp`, `law/csam_content`. The same in a decision, in the
/// Cedar policy and in [`crate::Agreement::clauses`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClauseId(Arc<str>);

impl ClauseId {
    pub(crate) fn new(text: &str) -> ClauseId {
        ClauseId(text.into())
    }

    /// A clause of a flow.
    pub(crate) fn of_flow(flow: &FlowId, part: &str) -> ClauseId {
        ClauseId(format!("flow:{flow}/{part}").into())
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a requester outside is told. The precise reason could betray that something exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outward {
    /// The agreement does not cover it.
    NotCovered,
    /// Not at this time.
    NotNow,
    /// No answer, which says nothing about what there is.
    CannotSay,
}

/// One ground of a refusal or referral.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reason {
    /// Which check of the order of checks found it, 1 to 12.
    pub check: u8,
    /// The clause it stands on.
    pub clause: ClauseId,
    /// The ground in words, for the sender's own record only.
    pub text: Arc<str>,
    /// What the requester is told.
    pub outward: Outward,
}

/// The answer for one compartment, one flow and one moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// It leaves as it is.
    Permit(Terms),
    /// It leaves in another form: some of its fields are transformed or withheld.
    PermitTransformed(Terms),
    /// A person has to decide.
    Refer(Referral),
    /// It does not leave.
    Deny(Refusal),
}

/// On which terms things of one compartment leave by one flow. Only [`crate::Policy::terms`] makes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms(pub(crate) Arc<Granted>);

#[derive(Debug, PartialEq)]
pub(crate) struct Granted {
    pub(crate) agreement: AgreementHash,
    pub(crate) flow: FlowId,
    /// Which of the policy's flows.
    pub(crate) place: usize,
    pub(crate) class: DataCategory,
    pub(crate) handling: Handling,
    pub(crate) clauses: Arc<[ClauseId]>,
    pub(crate) obligations: Arc<Obligations>,
    pub(crate) expires_at: Timestamp,
    /// Whom it is about was said and decided on, so the fields' own guesses do not count.
    pub(crate) subjects_said: bool,
    /// People approved it.
    pub(crate) approved: bool,
}

/// Why a person has to decide, and who.
#[derive(Clone, Debug, PartialEq)]
pub struct Referral {
    /// By which flow it would leave.
    pub flow: FlowId,
    /// What is missing, in the order of checks.
    pub reasons: Vec<Reason>,
    /// The clauses that decided.
    pub clauses: Vec<ClauseId>,
    /// Who has to agree, where approval is what is missing.
    pub approvals: Option<ApprovalMode>,
    /// Until when this answer holds.
    pub expires_at: Timestamp,
}

/// Why it does not leave.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The flow that came closest; none when there is no flow at all.
    pub flow: Option<FlowId>,
    /// The grounds, in the order of checks. Never for outside: see [`Decision::outward`].
    pub reasons: Vec<Reason>,
    /// The clauses that decided.
    pub clauses: Vec<ClauseId>,
    /// Until when this answer holds.
    pub expires_at: Timestamp,
}

impl Decision {
    /// The terms, when it leaves.
    pub fn terms(&self) -> Option<&Terms> {
        match self {
            Decision::Permit(terms) | Decision::PermitTransformed(terms) => Some(terms),
            Decision::Refer(_) | Decision::Deny(_) => None,
        }
    }

    /// The clauses that decided.
    pub fn clauses(&self) -> &[ClauseId] {
        match self {
            Decision::Permit(terms) | Decision::PermitTransformed(terms) => terms.clauses(),
            Decision::Refer(referral) => &referral.clauses,
            Decision::Deny(refusal) => &refusal.clauses,
        }
    }

    /// The grounds of a referral or refusal.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Decision::Permit(_) | Decision::PermitTransformed(_) => &[],
            Decision::Refer(referral) => &referral.reasons,
            Decision::Deny(refusal) => &refusal.reasons,
        }
    }

    /// What a requester outside is told; nothing when it leaves. A referral is told like a refusal, because that there
    /// is something to refer is an answer too.
    pub fn outward(&self) -> Option<Outward> {
        match self {
            Decision::Permit(_) | Decision::PermitTransformed(_) => None,
            Decision::Refer(_) => Some(Outward::NotNow),
            Decision::Deny(refusal) => {
                Some(refusal.reasons.first().map_or(Outward::NotCovered, |reason| reason.outward))
            }
        }
    }

    /// Until when this answer holds, this moment not included.
    pub fn expires_at(&self) -> Timestamp {
        match self {
            Decision::Permit(terms) | Decision::PermitTransformed(terms) => terms.expires_at(),
            Decision::Refer(referral) => referral.expires_at,
            Decision::Deny(refusal) => refusal.expires_at,
        }
    }

    /// `permit`, `permit_transformed`, `refer` or `deny`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Decision::Permit(_) => "permit",
            Decision::PermitTransformed(_) => "permit_transformed",
            Decision::Refer(_) => "refer",
            Decision::Deny(_) => "deny",
        }
    }

    /// How good an answer is, to choose among flows: a permission before a referral before a refusal.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Decision::Permit(_) => 0,
            Decision::PermitTransformed(_) => 1,
            Decision::Refer(_) => 2,
            Decision::Deny(_) => 3,
        }
    }
}

impl Terms {
    /// The agreement.
    pub fn agreement(&self) -> AgreementHash {
        self.0.agreement
    }

    /// The flow.
    pub fn flow(&self) -> &FlowId {
        &self.0.flow
    }

    /// The class of data of the compartment.
    pub fn class(&self) -> DataCategory {
        self.0.class
    }

    /// How it may be handled once it left: what it was handled under, and what the flow adds.
    pub fn handling(&self) -> &Handling {
        &self.0.handling
    }

    /// The clauses that permit it.
    pub fn clauses(&self) -> &[ClauseId] {
        &self.0.clauses
    }

    /// What the receiver owes.
    pub fn obligations(&self) -> &Arc<Obligations> {
        &self.0.obligations
    }

    /// Until when they hold, this moment not included.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }
}

/// What is known beyond the claim itself when a decision is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Context {
    /// The present.
    pub now: Timestamp,
    /// What sets the disclosure off.
    pub trigger: Trigger,
    /// For what it is asked; needed where somebody asks.
    pub purpose: Option<PurposeCode>,
    /// Whom the item is about, when somebody said so. Otherwise its class decides ([`subjects_of`]).
    pub subjects: Option<BTreeSet<SubjectClass>>,
    /// Fact or assessment, when somebody said so. Otherwise its class decides ([`assertion_of`]).
    pub assertion: Option<Assertion>,
    /// What makes the item more than its category says.
    pub sensitivities: BTreeSet<Sensitivity>,
    /// For what was received under an agreement: whether that lets it be passed on to this partner
    /// ([`crate::may_pass_on`]).
    pub onward: Option<PassOnAnswer>,
    /// For what came under no agreement: whose it is, when somebody said so. What names the sender as its source is its own.
    pub originator: Option<Originator>,
    /// Whoever agreed to this disclosure.
    pub approvals: BTreeSet<Approval>,
    /// Whoever asked for it inside; nobody approves their own request.
    pub requested_by: Option<String>,
    /// That the originator, or the provider, lets it be passed on, as whoever approves has seen it.
    pub consent: Option<Consent>,
}

/// That somebody outside lets something be passed on that may not be without them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whose it is.
    pub by: String,
    /// Where it can be found: a letter, a message, a file number.
    pub reference: String,
}

/// What the agreement something was received under says to passing it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassOnAnswer {
    /// It may be passed on.
    Allowed,
    /// The originator has to consent first.
    NeedsConsent,
    /// It may not.
    Forbidden,
}

impl PassOnAnswer {
    /// `allowed`, `needs_consent`, `forbidden`.
    pub fn as_str(self) -> &'static str {
        match self {
            PassOnAnswer::Allowed => "allowed",
            PassOnAnswer::NeedsConsent => "needs_consent",
            PassOnAnswer::Forbidden => "forbidden",
        }
    }
}

/// Whose something is that came under no agreement. TLP:AMBER and stricter are for the recipient's organisation and at most its clients
/// (TLP 2.0, section 3), so that whoever was told by somebody else has to ask them first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Originator {
    /// The sender's: it may tell whom it likes.
    Own,
    /// Somebody else's who lets the sender pass it on under its agreements.
    Consenting,
    /// Somebody else's who has not said so.
    Other,
}

impl Originator {
    /// All three.
    pub const ALL: [Originator; 3] = [Originator::Own, Originator::Consenting, Originator::Other];

    /// `own`, `consenting`, `other`.
    pub fn as_str(self) -> &'static str {
        match self {
            Originator::Own => "own",
            Originator::Consenting => "consenting",
            Originator::Other => "other",
        }
    }
}

/// Somebody of the sender agreed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Approval {
    /// Who, by the node's own name of the person.
    pub by: String,
    /// In which office.
    pub office: Office,
}

/// An office in which somebody approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Office {
    /// Anybody the sender lets approve.
    Officer,
    /// A prosecutor.
    Prosecutor,
    /// A judge.
    Judge,
    /// The data protection officer.
    Dpo,
}

impl Context {
    /// The context of the live stream: pushed as soon as it is known, nothing said beyond the claim.
    pub fn live(now: Timestamp) -> Context {
        Context {
            now,
            trigger: Trigger::RealTimePush,
            purpose: None,
            subjects: None,
            assertion: None,
            sensitivities: BTreeSet::new(),
            onward: None,
            originator: None,
            approvals: BTreeSet::new(),
            requested_by: None,
            consent: None,
        }
    }

    /// How many different persons agreed, not counting whoever asked.
    pub(crate) fn approvers(&self) -> usize {
        let own = |approval: &&Approval| Some(&approval.by) != self.requested_by.as_ref();
        self.approvals.iter().filter(own).map(|approval| &approval.by).collect::<BTreeSet<_>>().len()
    }

    /// True when somebody in this office agreed who is not whoever asked.
    pub(crate) fn approved_by(&self, office: Office) -> bool {
        self.approvals
            .iter()
            .any(|given| given.office == office && Some(&given.by) != self.requested_by.as_ref())
    }
}

/// Whom things of a class are about when nobody said: `None` when that has to be asked.
pub fn subjects_of(class: DataCategory) -> Option<BTreeSet<SubjectClass>> {
    match class {
        DataCategory::ThreatIntelligence | DataCategory::MalwareArtefact => Some(BTreeSet::new()),
        DataCategory::Infrastructure => Some(BTreeSet::from([SubjectClass::InfrastructureOwner])),
        DataCategory::AccountIdentifier | DataCategory::Financial => {
            Some(BTreeSet::from([SubjectClass::AccountHolder]))
        }
        DataCategory::Identity => None,
    }
}

/// Whether things of a class are facts or assessments when nobody said: `None` when that has to be asked.
pub fn assertion_of(class: DataCategory) -> Option<Assertion> {
    match class {
        DataCategory::ThreatIntelligence => Some(Assertion::Assessment),
        DataCategory::Identity => None,
        _ => Some(Assertion::Fact),
    }
}
