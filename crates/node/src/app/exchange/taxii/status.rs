//! What became of objects that were pushed (TAXII 2.1 section 4.3.1).

use entente_agreement::PartyId;
use entente_store::exchange::TaxiiStatus;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::app::agreement::wire_party;
use crate::app::{App, AppError};

/// How long a status can be asked for; the standard asks for a day.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What became of objects.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Status {
    /// Its id.
    pub(crate) id: String,
    /// Whether anything is still to be done.
    pub(crate) status: Progress,
    /// When they were pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_timestamp: Option<String>,
    /// How many there were.
    pub(crate) total_count: u64,
    /// How many were taken in.
    pub(crate) success_count: u64,
    /// Which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) successes: Vec<Detail>,
    /// How many were not.
    pub(crate) failure_count: u64,
    /// Which, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) failures: Vec<Detail>,
    /// How many are still to be decided on.
    pub(crate) pending_count: u64,
}

/// Whether anything is still to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Progress {
    /// Nothing.
    Complete,
    /// Something.
    Pending,
}

/// What became of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Detail {
    /// Its id, as it was pushed.
    pub(crate) id: String,
    /// Its version.
    pub(crate) version: String,
    /// What is to be said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

impl Status {
    /// Everything was decided on.
    pub(super) fn complete(
        id: String,
        now: Timestamp,
        successes: Vec<Detail>,
        failures: Vec<Detail>,
    ) -> Status {
        Status {
            id,
            status: Progress::Complete,
            request_timestamp: Some(format!("{now:.6}")),
            total_count: (successes.len() + failures.len()) as u64,
            success_count: successes.len() as u64,
            successes,
            failure_count: failures.len() as u64,
            failures,
            pending_count: 0,
        }
    }

    /// What is said of one object that the other side refuses for its size.
    pub(crate) fn too_large(said: String, now: Timestamp) -> Status {
        let version = format!("{now:.6}");
        let detail = Detail { id: "(an object that is too large)".to_owned(), version, message: Some(said) };
        Status::complete(String::new(), now, Vec::new(), vec![detail])
    }
}

impl App {
    /// A party's own status, as JSON.
    pub(crate) fn pushed(&self, party: &PartyId, id: &str) -> Result<String, AppError> {
        let kept = self.exchange.taxii_status(&wire_party(party), id)?;
        kept.map(|status| status.document).ok_or(AppError::NotFound("status"))
    }

    /// Keeps a status, and forgets those that nobody can want to know any more.
    pub(super) fn keep_status(
        &self,
        party: &PartyId,
        status: &Status,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let document = serde_json::to_string(status).map_err(anyhow::Error::from)?;
        self.exchange.put_taxii_status(&TaxiiStatus {
            id: status.id.clone(),
            party: wire_party(party),
            requested_at: now,
            document: document.clone(),
        })?;
        let before = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        self.exchange.remove_taxii_statuses(before)?;
        Ok(document)
    }
}
