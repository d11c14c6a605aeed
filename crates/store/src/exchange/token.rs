//! API tokens of partners who come by TAXII.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{Exchange, PartyId, maybe_time, time};
use crate::batch::micros;
use crate::error::Doing;
use crate::{SecretDigest, StoreError};

/// A partner's way in that is not a node's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Id; not the secret.
    pub id: String,
    /// The party it speaks for.
    pub party: PartyId,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends; `None` is when it is removed.
    pub expires_at: Option<Timestamp>,
}

fn token(row: &Row<'_>) -> rusqlite::Result<ApiToken> {
    Ok(ApiToken {
        id: row.get("id")?,
        party: row.get("party")?,
        name: row.get("name")?,
        made_at: time(row, "made_at")?,
        expires_at: maybe_time(row, "expires_at")?,
    })
}

impl Exchange {
    /// Keeps a new token under the digest of its secret.
    pub fn add_api_token(&self, token: &ApiToken, secret: &SecretDigest) -> Result<(), StoreError> {
        let doing = "keeping a token";
        self.change(doing, |tx| {
            let ApiToken { id, party, name, made_at, expires_at } = token;
            let columns = params![id, secret, party, name, micros(*made_at), expires_at.map(micros)];
            tx.execute("INSERT INTO api_tokens VALUES (?1, ?2, ?3, ?4, ?5, ?6)", columns)
                .map(drop)
                .doing(doing)
        })
    }

    /// All tokens, oldest first.
    pub fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let doing = "listing tokens";
        self.read(|conn| {
            let mut statement =
                conn.prepare_cached("SELECT * FROM api_tokens ORDER BY made_at, id").doing(doing)?;
            statement.query_map([], token).doing(doing)?.collect::<Result<_, _>>().doing(doing)
        })
    }

    /// The token with this secret, unless it has expired.
    pub fn api_token(&self, secret: &SecretDigest, now: Timestamp) -> Result<Option<ApiToken>, StoreError> {
        let doing = "looking up a token";
        self.read(|conn| {
            let sql =
                "SELECT * FROM api_tokens WHERE secret = ?1 AND (expires_at IS NULL OR expires_at > ?2)";
            let mut statement = conn.prepare_cached(sql).doing(doing)?;
            statement.query_row(params![secret, micros(now)], token).optional().doing(doing)
        })
    }

    /// Removes a token; false when there is none of that id.
    pub fn remove_api_token(&self, id: &str) -> Result<bool, StoreError> {
        let doing = "removing a token";
        self.change(doing, |tx| {
            Ok(tx.execute("DELETE FROM api_tokens WHERE id = ?1", [id]).doing(doing)? == 1)
        })
    }
}
