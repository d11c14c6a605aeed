//! API tokens.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{Desk, SecretDigest, User, time};
use crate::StoreError;
use crate::error::Doing;

/// A program's way in, with the rights of the user who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Id; not the secret.
    pub id: String,
    /// Whose rights it has.
    pub user: String,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None` is when it is removed.
    pub expires_at: Option<Timestamp>,
}

fn token(row: &Row<'_>) -> rusqlite::Result<Token> {
    let expires: Option<i64> = row.get("expires_at")?;
    Ok(Token {
        id: row.get("id")?,
        user: row.get("user")?,
        name: row.get("name")?,
        created_at: time(row, "created_at")?,
        expires_at: expires.map(|_| time(row, "expires_at")).transpose()?,
    })
}

impl Desk {
    /// Keeps a new token under the digest of its secret.
    pub fn add_token(&self, token: &Token, secret: &SecretDigest) -> Result<(), StoreError> {
        let sql = "INSERT INTO tokens (id, secret, user, name, created_at, expires_at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let Token { id, user, name, created_at, expires_at } = token;
        let expires = expires_at.map(|at| at.as_microsecond());
        let values = params![id, secret, user, name, created_at.as_microsecond(), expires];
        self.conn().execute(sql, values).doing("keeping a token")?;
        Ok(())
    }

    /// A user's tokens, oldest first.
    pub fn tokens(&self, user: &str) -> Result<Vec<Token>, StoreError> {
        let doing = "listing tokens";
        let conn = self.conn();
        let sql = "SELECT id, user, name, created_at, expires_at FROM tokens WHERE user = ?1 ORDER BY created_at, id";
        let mut query = conn.prepare_cached(sql).doing(doing)?;
        query.query_map([user], token).doing(doing)?.collect::<Result<_, _>>().doing(doing)
    }

    /// Whose token a secret is, unless it has expired.
    pub fn token_user(&self, secret: &SecretDigest, now: Timestamp) -> Result<Option<User>, StoreError> {
        let sql = "SELECT user FROM tokens WHERE secret = ?1 AND (expires_at IS NULL OR expires_at > ?2)";
        let values = params![secret, now.as_microsecond()];
        let name: Option<String> =
            self.conn().query_row(sql, values, |row| row.get(0)).optional().doing("looking up a token")?;
        name.map_or(Ok(None), |name| self.user(&name))
    }

    /// Removes a user's token; false when they have none of that id.
    pub fn remove_token(&self, user: &str, id: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM tokens WHERE user = ?1 AND id = ?2";
        Ok(self.conn().execute(sql, [user, id]).doing("removing a token")? == 1)
    }
}
