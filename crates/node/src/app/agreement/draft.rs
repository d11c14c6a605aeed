//! Drafts: agreements that nobody has signed, which people change. A change names the version of the draft it is based on, so
//! that two people who edit the same draft do not overwrite each other.

use entente_agreement::{Agreement, AgreementId, Party, PartyId, PartyKey};
use entente_store::exchange::{AgreementDraft, DraftSave};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::view::{PartyLine, ReviewView, document, party_line, read_document, review};
use super::{Agreements, Named};
use crate::app::{App, AppError, Role, Viewer};

/// What to begin a draft with: exactly one of the three.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct NewDraft {
    /// Name of a template.
    pub(crate) template: Option<String>,
    /// With a template: the party of it that this node is. Its keys are filled in.
    pub(crate) us: Option<String>,
    /// Id of an agreement of which this is to be the next version.
    pub(crate) amends: Option<String>,
    /// A document, as from a file.
    #[schema(value_type = Option<Object>)]
    pub(crate) document: Option<Value>,
}

/// What is saved of a draft.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DraftContent {
    /// The document as it stands.
    #[schema(value_type = Object)]
    pub(crate) document: Value,
}

/// A draft in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DraftLine {
    /// The agreement's id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) title: String,
    /// Which version of the agreement it is to be.
    pub(crate) agreement_version: u32,
    /// Its parties.
    pub(crate) parties: Vec<PartyLine>,
    /// Counts the draft's changes; `If-Match` of the next one.
    pub(crate) version: u64,
    /// When it was last changed (RFC 3339).
    pub(crate) updated_at: String,
}

/// A draft.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DraftView {
    #[serde(flatten)]
    pub(crate) line: DraftLine,
    /// How it reads, and what is wrong with it.
    pub(crate) review: ReviewView,
    /// The party whose keys are this node's; absent while none has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) us: Option<String>,
    /// The document.
    #[schema(value_type = Object)]
    pub(crate) document: Value,
}

const CHANGED: &str = "Somebody saved this draft after you opened it. Open it again and repeat your change.";

impl App {
    /// Drafts, those changed last first.
    pub(crate) fn drafts(&self, viewer: &Viewer) -> Result<Vec<DraftLine>, AppError> {
        viewer.require(Role::Analyst)?;
        let mut drafts = self.exchange.agreement_drafts()?;
        drafts.sort_by_key(|draft| std::cmp::Reverse(draft.updated_at));
        drafts.iter().map(|draft| Ok(line(draft, &kept(draft)?))).collect()
    }

    /// One draft.
    pub(crate) fn draft(&self, viewer: &Viewer, id: &str) -> Result<DraftView, AppError> {
        viewer.require(Role::Analyst)?;
        self.draft_view(&self.kept_draft(id)?)
    }

    /// Begins a draft.
    pub(crate) fn create_draft(
        &self,
        viewer: &Viewer,
        new: NewDraft,
        now: Timestamp,
    ) -> Result<DraftView, AppError> {
        viewer.require(Role::Analyst)?;
        let agreements = self.agreements(now)?;
        let agreement = match (new.template, new.amends, new.document) {
            (Some(template), None, None) => self.of_template(&template, new.us, &agreements, now)?,
            (None, Some(id), None) => self.amended(&id, now)?,
            (None, None, Some(document)) => read_document(document)?,
            _ => return Err(AppError::invalid("Say one of `template`, `amends` and `document`.")),
        };
        match self.exchange.save_agreement_draft(
            agreement.id.as_str(),
            agreement.canonical().as_bytes(),
            0,
            now,
        )? {
            DraftSave::Saved(_) => self.draft(viewer, agreement.id.as_str()),
            DraftSave::Stale(_) => {
                Err(AppError::Conflict("There is a draft of this agreement already: open that."))
            }
        }
    }

    /// Saves a draft over its version `version`, and only over that.
    pub(crate) fn save_draft(
        &self,
        viewer: &Viewer,
        id: &str,
        version: u64,
        content: DraftContent,
        now: Timestamp,
    ) -> Result<DraftView, AppError> {
        viewer.require(Role::Analyst)?;
        let agreement = read_document(content.document)?;
        if agreement.id.as_str() != id {
            return Err(AppError::invalid(
                "The id of the document is not that of the draft: leave it as it was.",
            ));
        }
        // Version 0 would make a draft anew that somebody removed.
        if version == 0 {
            return Err(AppError::NotFound("draft"));
        }
        match self.exchange.save_agreement_draft(id, agreement.canonical().as_bytes(), version, now)? {
            DraftSave::Saved(_) => self.draft(viewer, id),
            DraftSave::Stale(0) => Err(AppError::NotFound("draft")),
            DraftSave::Stale(_) => Err(AppError::Conflict(CHANGED)),
        }
    }

    /// Removes a draft.
    pub(crate) fn remove_draft(&self, viewer: &Viewer, id: &str) -> Result<(), AppError> {
        viewer.require(Role::Analyst)?;
        if self.exchange.remove_agreement_draft(id)? { Ok(()) } else { Err(AppError::NotFound("draft")) }
    }

    /// Signs a draft as the party that this node is: from then on it is an agreement, which nobody can change any more. Whoever
    /// signs has seen this version of the draft.
    pub(crate) fn sign_draft(
        &self,
        viewer: &Viewer,
        id: &str,
        version: u64,
        now: Timestamp,
    ) -> Result<(), AppError> {
        viewer.require(Role::Administrator)?;
        let draft = self.kept_draft(id)?;
        if draft.version != version {
            return Err(AppError::Conflict(CHANGED));
        }
        let agreement = kept(&draft)?;
        let us = self.our_side(&agreement)?;
        let named = Named { agreement, signatures: Vec::new(), acts: Vec::new() };
        self.sign_agreement(viewer, &named, &us, now)?;
        // A crash before this leaves a draft of what is signed; to sign that again changes nothing.
        self.exchange.remove_agreement_draft(id)?;
        Ok(())
    }

    /// Signs the newest version that is kept here as the party that this node is.
    pub(crate) fn sign_kept(
        &self,
        viewer: &Viewer,
        id: &str,
        hash: &str,
        now: Timestamp,
    ) -> Result<(), AppError> {
        viewer.require(Role::Administrator)?;
        let held = self.newest(id, now)?;
        if held.hash().to_string() != hash {
            return Err(AppError::Conflict(
                "There is a newer version of this agreement: read that before you sign.",
            ));
        }
        self.sign_agreement(viewer, &Named::from(&held), &held.us, now)?;
        Ok(())
    }

    fn our_side(&self, agreement: &Agreement) -> Result<PartyId, AppError> {
        let ours = |party: &&Party| self.identity.as_party(party).is_some();
        let us = agreement.parties.iter().find(ours).map(|party| party.id.clone());
        us.ok_or_else(|| {
            AppError::invalid(
                "No party has this node's keys: say which party this node is, and save the draft.",
            )
        })
    }

    fn of_template(
        &self,
        template: &str,
        us: Option<String>,
        known: &Agreements,
        now: Timestamp,
    ) -> Result<Agreement, AppError> {
        let us: Option<PartyId> = us.map(|us| us.parse().map_err(AppError::invalid)).transpose()?;
        let mut draft = self.new_agreement(template, us.as_ref(), &[], now)?;
        for party in draft.parties.iter_mut().filter(|party| Some(&party.id) != us.as_ref()) {
            party.keys = known_keys(known, &party.id);
        }
        Ok(draft)
    }

    /// The next version: only one that all have signed can be followed by another.
    fn amended(&self, id: &str, now: Timestamp) -> Result<Agreement, AppError> {
        let held = self.newest(id, now)?;
        if !held.is_made() {
            return Err(AppError::Conflict(
                "The newest version was not signed by every party: it has to be before another can follow it.",
            ));
        }
        let mut next = held.agreement().clone();
        next.version += 1;
        next.supersedes = Some(held.hash());
        Ok(next)
    }

    fn kept_draft(&self, id: &str) -> Result<AgreementDraft, AppError> {
        let id: AgreementId = id.parse().map_err(|_| AppError::NotFound("draft"))?;
        let drafts = self.exchange.agreement_drafts()?;
        drafts.into_iter().find(|draft| draft.id == id.as_str()).ok_or(AppError::NotFound("draft"))
    }

    fn draft_view(&self, draft: &AgreementDraft) -> Result<DraftView, AppError> {
        let agreement = kept(draft)?;
        let ours = |party: &&Party| self.identity.as_party(party).is_some();
        Ok(DraftView {
            line: line(draft, &agreement),
            review: review(&agreement),
            us: agreement.parties.iter().find(ours).map(|party| party.id.to_string()),
            document: document(&agreement)?,
        })
    }
}

/// The keys a party has in what was made with it before.
fn known_keys(known: &Agreements, party: &PartyId) -> Vec<PartyKey> {
    let made = known.with(party).filter(|held| held.is_made());
    let keys = made.filter_map(|held| held.agreement().party(party)).map(|party| party.keys.clone());
    keys.last().unwrap_or_default()
}

fn kept(draft: &AgreementDraft) -> Result<Agreement, AppError> {
    Ok(serde_json::from_slice(&draft.document).map_err(anyhow::Error::from)?)
}

fn line(draft: &AgreementDraft, agreement: &Agreement) -> DraftLine {
    DraftLine {
        id: draft.id.clone(),
        title: agreement.title.clone(),
        agreement_version: agreement.version,
        parties: agreement.parties.iter().map(party_line).collect(),
        version: draft.version,
        updated_at: draft.updated_at.to_string(),
    }
}
