//! Invitations: one-time secrets by which a partner's node first reaches ours.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{AgreementHash, Exchange, PartyId, time};
use crate::batch::micros;
use crate::error::Doing;
use crate::{SecretDigest, StoreError};

/// What a one-time secret invites to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The agreement to be signed, when there is one yet.
    pub agreement: Option<AgreementHash>,
    /// The party invited, when it is known.
    pub party: Option<PartyId>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Exchange {
    /// Keeps an invitation under the digest of its secret.
    pub fn invite(&self, invitation: &Invitation, secret: &SecretDigest) -> Result<(), StoreError> {
        let doing = "keeping an invitation";
        self.change(doing, |tx| {
            let Invitation { agreement, party, made_at, expires_at } = invitation;
            let columns = params![secret, agreement, party, micros(*made_at), micros(*expires_at)];
            tx.execute("INSERT INTO invitations VALUES (?1, ?2, ?3, ?4, ?5, NULL)", columns)
                .map(drop)
                .doing(doing)
        })
    }

    /// Uses an invitation, once; `None` when it is unknown, used or expired.
    pub fn use_invitation(
        &self,
        secret: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<Invitation>, StoreError> {
        let doing = "using an invitation";
        self.change(doing, |tx| {
            let sql = "UPDATE invitations SET used_at = ?2 WHERE secret = ?1 AND used_at IS NULL AND expires_at > ?2
                RETURNING agreement, party, made_at, expires_at";
            let found = tx.query_row(sql, params![secret, micros(now)], |row| {
                Ok(Invitation {
                    agreement: row.get("agreement")?,
                    party: row.get("party")?,
                    made_at: time(row, "made_at")?,
                    expires_at: time(row, "expires_at")?,
                })
            });
            found.optional().doing(doing)
        })
    }
}
