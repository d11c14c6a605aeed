//! The agreement as a whole.

use entente_model::canonical_json;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Admissibility, AgreementHash, AgreementId, Confidentiality, Costs, Country, Flow, FlowId, InstrumentType,
    LegalEffect, Party, PartyId, Publicity, PurposeCode, RenewalKind, Version,
};

/// An agreement between parties: what each may tell the other, and on which terms. Every party signs the same
/// canonical bytes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("$id" = "https://entente.example/schemas/agreement.json"))]
pub struct Agreement {
    /// The same through all versions.
    pub id: AgreementId,
    /// 1 for the first, one more for each that follows.
    pub version: Version,
    /// The hash of the version this one replaces; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<AgreementHash>,
    /// What people call it.
    pub title: String,
    /// What sort of paper it is.
    pub instrument_type: InstrumentType,
    /// Whether it binds.
    pub legal_effect: LegalEffect,
    /// The language whose wording counts (BCP 47).
    pub language_of_authority: String,
    /// Languages it was translated into (BCP 47).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<String>,
    /// Who makes it. Each of them signs.
    pub parties: Vec<Party>,
    /// What it is for.
    pub purposes: Vec<Purpose>,
    /// Where it applies; everywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub territorial_scope: Vec<Country>,
    /// Which cases it is about.
    pub case_scope: CaseScope,
    /// In force from.
    pub valid_from: Timestamp,
    /// In force until, this moment not included.
    pub valid_until: Timestamp,
    /// How it goes on after that.
    pub renewal: RenewalKind,
    /// When the parties look at it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_due: Option<Timestamp>,
    /// How a party ends it early.
    pub termination: Termination,
    /// Who may tell whom what. Each flow goes one way.
    pub flows: Vec<Flow>,
    /// What material is good for in court.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// What may be said in public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_policy: Option<MediaPolicy>,
    /// Who pays.
    pub costs: Costs,
    /// Who answers for damage, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liability: Option<String>,
    /// How disputes are settled, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<String>,
    /// Who may know of the agreement.
    pub confidentiality_of_agreement: Confidentiality,
    /// Who checks what was disclosed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<Audit>,
    /// What happens after a breach of security.
    pub breach: Breach,
}

/// One purpose, and what offences it is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// The purpose.
    pub code: PurposeCode,
    /// Offences by code (ICCS, Europol list or national).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offence_codes: Vec<String>,
    /// The purpose in the parties' own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Which cases an agreement is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CaseScope {
    /// Not about cases. What belongs to a case is referred to a person.
    General,
    /// About these cases only; what belongs to no case or another is not covered.
    Listed(Vec<String>),
    /// About one joint operation, named as its case.
    Operation(String),
}

/// How a party ends the agreement early.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Termination {
    /// Days from notice to end; 0 ends it at once.
    pub notice_days: u16,
    /// Headings of clauses that go on applying to what was received.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survival_clauses: Vec<String>,
}

/// What material is good for in court.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Intelligence or evidence.
    pub admissibility: Admissibility,
    /// What the defence is told, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosure_to_defence: Option<String>,
    /// The standard that custody follows, for example ISO/IEC 27037.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_of_custody_standard: Option<String>,
    /// Who keeps originals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originals_held_by: Option<PartyId>,
}

/// What may be said in public.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaPolicy {
    /// Whether at all.
    pub publicity: Publicity,
    /// Not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo_until: Option<Timestamp>,
    /// Who speaks, by office.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spokespersons: Vec<String>,
}

/// Who checks what was disclosed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// Names of the ledgers that hold the disclosures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_ids: Vec<String>,
    /// Offices that may inspect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inspection_by: Vec<String>,
    /// How often, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    /// What is published about disclosures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics_published: Vec<String>,
}

/// What happens after a breach of security.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// Hours within which the other parties are told.
    pub notify_within_hours: u16,
    /// Offices that are told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
}

impl Agreement {
    /// The bytes every party signs: canonical JSON (RFC 8785).
    pub fn canonical(&self) -> String {
        let json = serde_json::to_value(self).expect("a document of strings, numbers and lists is JSON");
        canonical_json(&json)
    }

    /// The hash of these bytes, which names this version for good.
    pub fn hash(&self) -> AgreementHash {
        AgreementHash::of(&self.canonical())
    }

    /// A party by its id.
    pub fn party(&self, id: &PartyId) -> Option<&Party> {
        self.parties.iter().find(|party| party.id == *id)
    }

    /// A flow by its id.
    pub fn flow(&self, id: &FlowId) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.id == *id)
    }
}
