//! A flow: what one party may tell others. Always one way.

use std::collections::BTreeSet;

use entente_model::{GradeScheme, PermissibleActions, Tlp};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ApprovalMode, Category, FlowId, FreeText, LegalInstrument, MayMust, OnEnd, OnwardAllowed, PartyId,
    Period, PurposeCode, RetentionStart, SpecialCategories, SubjectClass, ThirdCountry, Transform, Trigger,
    UseRule,
};

/// What one party may tell others, in which form, and what they owe for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Its name within the agreement.
    pub id: FlowId,
    /// What people call it.
    pub title: String,
    /// Who tells.
    pub from: PartyId,
    /// Who is told.
    pub to: Vec<PartyId>,
    /// What sets a disclosure off.
    pub trigger: Trigger,
    /// For what. Each is one of the agreement's purposes.
    pub purposes: BTreeSet<PurposeCode>,
    /// What stands behind it, for each side.
    pub legal_basis: LegalBases,
    /// Who has to relay it: a national unit, an FIU, a central authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route_via: Option<PartyId>,
    /// What is told.
    pub data_categories: BTreeSet<Category>,
    /// What is not, even where a wider word covers it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub excluded_categories: BTreeSet<Category>,
    /// Whom personal data may be about.
    pub data_subjects: BTreeSet<SubjectClass>,
    /// Whether special categories of personal data may be told, and minors' data.
    pub special_categories: SpecialCategories,
    /// How good information has to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_quality: Option<MinQuality>,
    /// Whether facts have to be told apart from assessments.
    #[serde(default)]
    pub distinguish_facts: bool,
    /// Whether free text leaves.
    pub free_text: FreeText,
    /// In which form things leave that do not leave as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transforms: Vec<Transform>,
    /// The most restricted audience that may leave.
    #[schemars(with = "TlpWord")]
    pub max_tlp: Tlp,
    /// The most restricted permitted action (PAP) that may leave.
    #[schemars(with = "PapWord")]
    pub permissible_actions_ceiling: PermissibleActions,
    /// Conditions on the receiver.
    pub handling: HandlingCodes,
    /// Whether the receiver may, must or must not name the provider.
    pub provider_attribution: MayMust,
    /// Whether the receiver may, must or must not tell those affected.
    pub affected_party_notification: MayMust,
    /// Whether the receiver may pass it on.
    pub onward: Onward,
    /// What else the receiver may use it for.
    pub use_rule: UseRule,
    /// How long the receiver keeps it.
    pub retention: Retention,
    /// On which footing it crosses a border, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
    /// How much may leave.
    #[serde(default)]
    pub limits: Limits,
    /// Who has to agree before anything leaves.
    pub approvals: Approvals,
    /// What the sender owes when something was wrong.
    pub quality_duty: QualityDuty,
    /// What the receiver reports back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Feedback>,
    /// How fast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla: Option<Sla>,
}

/// The legal bases of both sides. Neither stands in for the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalBases {
    /// For disclosing.
    pub sender: LegalBasis,
    /// For collecting.
    pub recipient: LegalBasis,
}

/// What stands behind one side's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// The law or order.
    pub instrument: LegalInstrument,
    /// The article, or what else names the place in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// The national law that carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_law_ref: Option<String>,
    /// The order, where the instrument is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_ref: Option<String>,
    /// Good until, this moment not included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The office that assessed it.
    pub assessed_by: String,
    /// When.
    pub assessed_at: Timestamp,
    /// The data protection impact assessment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpia_ref: Option<String>,
}

/// How good information has to be, in one scheme. What is graded in another scheme is referred, never converted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MinQuality {
    /// The scheme.
    #[schemars(with = "SchemeWord")]
    pub scheme: GradeScheme,
    /// The worst source letter that is good enough.
    #[schemars(length(min = 1, max = 1))]
    pub source: char,
    /// The worst information digit that is good enough.
    pub information: u8,
}

/// Europol handling codes for the receiver. H0 always applies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandlingCodes {
    /// H1: not in court without the provider's consent.
    #[serde(default)]
    pub no_court_use: bool,
    /// H2: not passed on without the provider's consent.
    #[serde(default)]
    pub no_onward: bool,
    /// H3: any other limit, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// Whether the receiver may pass it on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Onward {
    /// The rule.
    pub allowed: OnwardAllowed,
    /// To whom, where the rule lists them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub listed: BTreeSet<PartyId>,
    /// From when, where the rule makes it public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_after: Option<Timestamp>,
    /// On which footing to another country than the receiver's.
    pub third_country: ThirdCountry,
}

/// On which footing a disclosure crosses a border.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// The footing.
    pub footing: ThirdCountry,
    /// The decision, clauses or instrument it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// How long the receiver keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The longest.
    pub max: Period,
    /// Counted from.
    pub start: RetentionStart,
    /// How often the receiver asks whether it still needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_every: Option<Period>,
    /// What happens at the end.
    pub on_end: OnEnd,
}

/// How much may leave. What is not set is not limited.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Items released in one day (UTC), not counting markings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items_per_day: Option<u64>,
    /// Queries answered in one day (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_queries_per_day: Option<u64>,
    /// Items in one answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_set_size: Option<u64>,
    /// The smallest group a count may be about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_group_size_k: Option<u64>,
}

/// Who has to agree before anything leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approvals {
    /// Who.
    pub mode: ApprovalMode,
    /// Before what.
    #[serde(default)]
    pub when: ApprovalWhen,
}

/// What needs approval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ApprovalWhen {
    /// Everything.
    #[default]
    Always,
    /// What may be personal data.
    PersonalData,
    /// What is at least this restricted.
    TlpAtLeast(#[schemars(with = "TlpWord")] Tlp),
}

/// What the sender owes when something was wrong (Articles 7(3) and 16 LED).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QualityDuty {
    /// Days within which it is corrected.
    pub correct_within_days: u16,
    /// Whether the receivers are told.
    pub notify_recipients_of_error: bool,
}

/// What the receiver reports back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// Days within which it reports what came of it.
    pub outcome_report_due_days: u16,
}

/// How fast.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sla {
    /// The 95th percentile from knowing to telling, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_p95_ms: Option<u32>,
    /// Hours until a request is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_hours: Option<u16>,
    /// Hours until a request in an emergency is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_hours: Option<u16>,
}

impl Flow {
    /// True when the flow names the category and does not take it out again.
    pub fn covers(&self, category: Category) -> bool {
        self.data_categories.contains(&category) && !self.excluded_categories.contains(&category)
    }

    /// True when the flow carries things from one to the other directly. Where it names a relay, nothing goes past it.
    pub fn runs(&self, from: &PartyId, to: &PartyId) -> bool {
        match &self.route_via {
            None => self.from == *from && self.to.contains(to),
            Some(relay) => (self.from == *from && relay == to) || (relay == from && self.to.contains(to)),
        }
    }
}

/// How the model's words are spelled, for the JSON Schema only.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", rename = "Tlp")]
#[expect(dead_code, reason = "its schema is all that is used of it")]
enum TlpWord {
    Clear,
    Green,
    Amber,
    #[schemars(rename = "amber+strict")]
    AmberStrict,
    Red,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", rename = "PermissibleActions")]
#[expect(dead_code, reason = "its schema is all that is used of it")]
enum PapWord {
    Clear,
    Green,
    Amber,
    Red,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", rename = "GradeScheme")]
#[expect(dead_code, reason = "its schema is all that is used of it")]
enum SchemeWord {
    Europol,
    Admiralty,
}
