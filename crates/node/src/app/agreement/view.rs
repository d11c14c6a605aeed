//! Agreements as people are shown them: where they stand, their clauses, who has signed and who has not.

use std::collections::HashMap;

use entente_agreement::{
    Agreement, AgreementId, Category, Clause, ClauseChange, Finding, Party, PartyKey, Standing, StandingAct,
    StandingMove, Template, Word, vocabularies,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::{Held, Named, wire_hash};
use crate::app::{App, AppError, Role, Viewer};

/// Where an agreement stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StandingView {
    /// draft, partly_signed, not_yet_valid, in_force, suspended, expired, terminated or superseded.
    pub(crate) word: &'static str,
    /// Since when, where it was suspended or has ended (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<String>,
    /// Until when it is known to be in force, or from when it will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// The party that suspended or terminated it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// The parties that have not signed.
    pub(crate) missing: Vec<String>,
}

/// A party in one line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PartyLine {
    /// Its id.
    pub(crate) id: String,
    /// The organisation's name.
    pub(crate) name: String,
}

/// One version of an agreement in one line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AgreementLine {
    /// The same through all versions.
    pub(crate) id: String,
    /// Version.
    pub(crate) version: u32,
    /// What people call it.
    pub(crate) title: String,
    /// The party that this node is.
    pub(crate) us: String,
    /// All parties.
    pub(crate) parties: Vec<PartyLine>,
    /// Where it stands.
    pub(crate) standing: StandingView,
    /// In force from (RFC 3339).
    pub(crate) valid_from: String,
    /// In force until, this moment not included (RFC 3339).
    pub(crate) valid_until: String,
}

/// A clause as a sentence.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ClauseView {
    /// What decisions cite it by.
    pub(crate) id: String,
    /// Its number in the printed agreement: 4.2.
    pub(crate) number: String,
    /// Its heading.
    pub(crate) heading: String,
    /// What it says.
    pub(crate) text: String,
}

/// Something that is wrong with a document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FindingView {
    /// error: it cannot be signed. warning: it may not say what was meant.
    pub(crate) severity: &'static str,
    /// Where, as a path into the document: `flows[0].legal_basis.sender`.
    pub(crate) at: String,
    /// What is wrong.
    pub(crate) what: String,
    /// How to mend it.
    pub(crate) mend: String,
}

/// How a document reads, and what is wrong with it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReviewView {
    /// SHA-256 of the bytes that would be signed.
    pub(crate) hash: String,
    /// Every clause, in the order in which it is printed.
    pub(crate) clauses: Vec<ClauseView>,
    /// What is wrong, in the order of the document.
    pub(crate) findings: Vec<FindingView>,
}

/// A key of a party.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct KeyView {
    /// Its name among the party's keys.
    pub(crate) id: String,
    /// sign or tls.
    pub(crate) purpose: &'static str,
    /// SHA-256 of the signing key, or the pin of the certificate, in hexadecimal.
    pub(crate) fingerprint: String,
}

/// A party and whether it has signed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SignatoryView {
    /// Its id.
    pub(crate) id: String,
    /// The organisation's name.
    pub(crate) name: String,
    /// True for the party that this node is.
    pub(crate) us: bool,
    /// Its keys.
    pub(crate) keys: Vec<KeyView>,
    /// The name of the key it signed with; absent while it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_with: Option<String>,
    /// The signature, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signature: Option<String>,
    /// When the signature reached this node (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_at: Option<String>,
}

/// What a party did to a version after signing it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ActView {
    /// The party.
    pub(crate) by: String,
    /// suspend, resume or terminate.
    #[serde(rename = "move")]
    pub(crate) step: &'static str,
    /// When, by the party's clock (RFC 3339).
    pub(crate) at: String,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// A version of an agreement, by number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct VersionView {
    /// Its number.
    pub(crate) version: u32,
    /// Its hash.
    pub(crate) hash: String,
    /// Where it stands.
    pub(crate) standing: StandingView,
}

/// One version of an agreement, with all that is known of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AgreementView {
    #[serde(flatten)]
    pub(crate) line: AgreementLine,
    /// How it reads.
    pub(crate) review: ReviewView,
    /// Every party, and whether it has signed.
    pub(crate) signatories: Vec<SignatoryView>,
    /// What parties did since, in the order in which it reached this node.
    pub(crate) acts: Vec<ActView>,
    /// All versions kept here, the oldest first.
    pub(crate) versions: Vec<VersionView>,
    /// True when there is a draft of a further version.
    pub(crate) drafted: bool,
    /// Where partners' nodes reach this one, as host:port: what the agreement says of it, or where it listens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reached_at: Option<String>,
    /// The document.
    #[schema(value_type = Object)]
    pub(crate) document: Value,
}

/// Which version.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VersionRequest {
    /// The version; the newest when absent.
    pub(crate) version: Option<u32>,
}

/// A document to look at.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DocumentRequest {
    /// The agreement, as docs/schemas/agreement.json describes it.
    #[schema(value_type = Object)]
    pub(crate) document: Value,
}

/// Two documents to compare.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CompareRequest {
    /// The earlier.
    #[schema(value_type = Object)]
    pub(crate) before: Value,
    /// The later.
    #[schema(value_type = Object)]
    pub(crate) after: Value,
}

/// A clause that is not the same in two documents.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DifferenceView {
    /// Which clause.
    pub(crate) id: String,
    /// Its heading.
    pub(crate) heading: String,
    /// As it read; absent when it was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) was: Option<String>,
    /// As it reads; absent when it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) now: Option<String>,
}

/// An agreement to begin with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TemplateView {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) title: &'static str,
    /// Its parties, one of which this node is to be.
    pub(crate) parties: Vec<PartyLine>,
    /// The document.
    #[schema(value_type = Object)]
    pub(crate) document: Value,
}

/// A word as it stands in a document, and its phrase in a sentence.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WordView {
    word: &'static str,
    phrase: &'static str,
    /// For categories of data: the class of things it is found in.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    /// For categories of data: true when no agreement can let it through.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    never: bool,
}

/// The words of which documents are made, and this node's keys.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct VocabularyView {
    /// Words by the member of the document that holds them.
    words: HashMap<&'static str, Vec<WordView>>,
    /// This node's keys, as a party of a document has them.
    #[schema(value_type = Vec<Object>)]
    keys: Value,
}

impl App {
    /// Every version of every agreement that was not replaced, by id and version.
    pub(crate) fn agreement_lines(
        &self,
        viewer: &Viewer,
        now: Timestamp,
    ) -> Result<Vec<AgreementLine>, AppError> {
        viewer.require(Role::Analyst)?;
        let agreements = self.agreements(now)?;
        let shown = agreements.iter().filter(|held| !matches!(held.standing, Standing::Superseded { .. }));
        Ok(shown.map(line).collect())
    }

    /// A version of an agreement; the newest when none is named.
    pub(crate) fn agreement_view(
        &self,
        viewer: &Viewer,
        id: &str,
        version: Option<u32>,
        now: Timestamp,
    ) -> Result<AgreementView, AppError> {
        viewer.require(Role::Analyst)?;
        let unknown = AppError::NotFound("agreement");
        let Ok(id) = id.parse::<AgreementId>() else { return Err(unknown) };
        let agreements = self.agreements(now)?;
        let versions: Vec<&Held> = agreements.iter().filter(|held| held.agreement().id == id).collect();
        let wanted = |held: &&&Held| version.is_none_or(|version| held.agreement().version == version);
        let held = versions.iter().rfind(wanted).copied().ok_or(unknown)?;
        let drafts = self.exchange.agreement_drafts()?;
        Ok(AgreementView {
            line: line(held),
            review: review(held.agreement()),
            signatories: self.signatories(held)?,
            acts: held.acts_before.iter().chain(&held.acts).map(act).collect(),
            versions: versions.iter().map(|held| version_view(held)).collect(),
            drafted: drafts.iter().any(|draft| draft.id == id.as_str()),
            reached_at: self.reached_at(held),
            document: document(held.agreement())?,
        })
    }

    /// A version with its signatures and acts, as a file for the other parties.
    pub(crate) fn agreement_file(
        &self,
        viewer: &Viewer,
        id: &str,
        now: Timestamp,
    ) -> Result<Named, AppError> {
        viewer.require(Role::Analyst)?;
        Ok(Named::from(&self.newest(id, now)?))
    }

    fn signatories(&self, held: &Held) -> Result<Vec<SignatoryView>, AppError> {
        let kept = self.exchange.signatures(&wire_hash(&held.hash()))?;
        let signatory = |party: &Party| {
            let signed = held.signed.signatures.iter().find(|signature| signature.party == party.id);
            let came = kept.iter().find(|one| one.party.0 == party.id.as_str()).map(|one| one.kept_at);
            SignatoryView {
                id: party.id.to_string(),
                name: party.name.clone(),
                us: party.id == held.us,
                keys: party.keys.iter().map(key).collect(),
                signed_with: signed.map(|signature| signature.key.to_string()),
                signature: signed.map(|signature| signature.signature.clone()),
                signed_at: came.map(|at| at.to_string()),
            }
        };
        Ok(held.agreement().parties.iter().map(signatory).collect())
    }

    /// How a document reads, and what is wrong with it.
    pub(crate) fn review_document(
        &self,
        viewer: &Viewer,
        request: DocumentRequest,
    ) -> Result<ReviewView, AppError> {
        viewer.require(Role::Analyst)?;
        Ok(review(&read_document(request.document)?))
    }

    /// What is different in the later of two documents, clause by clause.
    pub(crate) fn compare_documents(
        &self,
        viewer: &Viewer,
        request: CompareRequest,
    ) -> Result<Vec<DifferenceView>, AppError> {
        viewer.require(Role::Analyst)?;
        let (before, after) = (read_document(request.before)?, read_document(request.after)?);
        let changes = before.compare(&after).into_iter().map(|change| {
            let (was, now) = match change.altered {
                ClauseChange::Added { now } => (None, Some(now)),
                ClauseChange::Removed { was } => (Some(was), None),
                ClauseChange::Reworded { was, now } => (Some(was), Some(now)),
            };
            DifferenceView { id: change.id.to_string(), heading: change.heading, was, now }
        });
        Ok(changes.collect())
    }

    /// The agreements to begin with.
    pub(crate) fn templates(&self, viewer: &Viewer) -> Result<Vec<TemplateView>, AppError> {
        viewer.require(Role::Analyst)?;
        let template = |template: &Template| {
            let draft = template.agreement();
            let parties = draft.parties.iter().map(party_line).collect();
            let document = document(&draft)?;
            Ok(TemplateView { name: template.name, title: template.title, parties, document })
        };
        Template::ALL.iter().map(template).collect()
    }

    /// The words of which documents are made.
    pub(crate) fn vocabulary(&self, viewer: &Viewer) -> Result<VocabularyView, AppError> {
        viewer.require(Role::Analyst)?;
        let words = vocabularies().into_iter().map(|(name, words)| match name {
            "data_category" => (name, Category::ALL.iter().map(|one| category(*one)).collect()),
            _ => (name, words.iter().map(word).collect()),
        });
        let keys = serde_json::to_value(self.identity.party_keys()).map_err(anyhow::Error::from)?;
        Ok(VocabularyView { words: words.collect(), keys })
    }
}

/// Reads a document that came from outside.
pub(in crate::app) fn read_document(document: Value) -> Result<Agreement, AppError> {
    serde_path_to_error::deserialize(document).map_err(|error| {
        let at = error.path().to_string();
        let what = error.into_inner().to_string();
        let what = what.split_once(", expected struct ").map_or(what.as_str(), |(told, _)| told);
        let at = if at == "." { String::new() } else { format!("`{at}`: ") };
        AppError::invalid(format!("The agreement cannot be read: {at}{what}."))
    })
}

/// A document as the page has it.
pub(in crate::app) fn document(agreement: &Agreement) -> Result<Value, AppError> {
    Ok(serde_json::to_value(agreement).map_err(anyhow::Error::from)?)
}

/// How a document reads, and what is wrong with it.
pub(in crate::app) fn review(agreement: &Agreement) -> ReviewView {
    ReviewView {
        hash: agreement.hash().to_string(),
        clauses: agreement.clauses().into_iter().map(clause).collect(),
        findings: agreement.check().into_iter().map(finding).collect(),
    }
}

fn clause(clause: Clause) -> ClauseView {
    let Clause { id, number, heading, text } = clause;
    ClauseView { id: id.to_string(), number, heading, text }
}

fn finding(finding: Finding) -> FindingView {
    let severity = if finding.is_error() { "error" } else { "warning" };
    FindingView { severity, at: finding.at, what: finding.what, mend: finding.mend }
}

fn line(held: &Held) -> AgreementLine {
    let agreement = held.agreement();
    AgreementLine {
        id: agreement.id.to_string(),
        version: agreement.version,
        title: agreement.title.clone(),
        us: held.us.to_string(),
        parties: agreement.parties.iter().map(party_line).collect(),
        standing: standing(held),
        valid_from: agreement.valid_from.to_string(),
        valid_until: agreement.valid_until.to_string(),
    }
}

pub(in crate::app) fn party_line(party: &Party) -> PartyLine {
    PartyLine { id: party.id.to_string(), name: party.name.clone() }
}

fn version_view(held: &Held) -> VersionView {
    let (version, hash) = (held.agreement().version, held.hash().to_string());
    VersionView { version, hash, standing: standing(held) }
}

fn standing(held: &Held) -> StandingView {
    let mut view =
        StandingView { word: held.word(), since: None, until: None, by: None, missing: Vec::new() };
    match &held.standing {
        Standing::Draft => {
            view.missing = held.agreement().parties.iter().map(|one| one.id.to_string()).collect()
        }
        Standing::PartlySigned { missing } => {
            view.missing = missing.iter().map(ToString::to_string).collect()
        }
        Standing::NotYetValid { from } => view.until = Some(from.to_string()),
        Standing::InForce(in_force) => view.until = Some(in_force.until().to_string()),
        Standing::Suspended { by, since } | Standing::Terminated { by, since } => {
            (view.by, view.since) = (Some(by.to_string()), Some(since.to_string()));
        }
        Standing::Expired { since } => view.since = Some(since.to_string()),
        Standing::Superseded { by } => view.by = Some(by.to_string()),
    }
    view
}

fn act(act: &StandingAct) -> ActView {
    let step = match act.step {
        StandingMove::Suspend => "suspend",
        StandingMove::Resume => "resume",
        StandingMove::Terminate => "terminate",
    };
    let (by, at) = (act.signature.party.to_string(), act.at.to_string());
    ActView { by, step, at, reason: act.reason.clone() }
}

fn key(key: &PartyKey) -> KeyView {
    let (purpose, fingerprint) = match key {
        PartyKey::Sign { ed25519, .. } => ("sign", hex(&Sha256::digest(ed25519.as_bytes()))),
        PartyKey::Tls { spki_sha256, .. } => ("tls", spki_sha256.to_string()),
    };
    KeyView { id: key.id().to_string(), purpose, fingerprint }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn word(word: &Word) -> WordView {
    WordView { word: word.word, phrase: word.phrase, class: None, never: false }
}

fn category(category: Category) -> WordView {
    let class = serde_json::to_value(category.class()).ok();
    WordView {
        word: category.as_str(),
        phrase: category.phrase(),
        class: class.and_then(|class| class.as_str().map(str::to_owned)),
        never: category.is_never_disclosed(),
    }
}
