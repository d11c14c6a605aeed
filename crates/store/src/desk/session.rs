//! Sessions and the one-time links that begin the first.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Desk, SecretDigest, User};
use crate::StoreError;
use crate::error::Doing;

/// Somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user: User,
    /// The value that requests which change something must repeat.
    pub csrf: String,
}

impl Desk {
    /// Begins a session. Expired ones are removed on the way.
    pub fn begin_session(
        &self,
        secret: &SecretDigest,
        user: &str,
        csrf: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "beginning a session";
        let conn = self.conn();
        conn.execute("DELETE FROM sessions WHERE expires_at <= ?1", [now.as_microsecond()]).doing(doing)?;
        let sql = "INSERT INTO sessions (secret, user, csrf, expires_at) VALUES (?1, ?2, ?3, ?4)";
        conn.execute(sql, params![secret, user, csrf, expires_at.as_microsecond()]).doing(doing)?;
        Ok(())
    }

    /// The session a secret opens, unless it has expired.
    pub fn session(&self, secret: &SecretDigest, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let sql = "SELECT user, csrf FROM sessions WHERE secret = ?1 AND expires_at > ?2";
        let values = params![secret, now.as_microsecond()];
        let found = self
            .conn()
            .query_row(sql, values, |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))
            .optional()
            .doing("looking up a session")?;
        let Some((name, csrf)) = found else { return Ok(None) };
        Ok(self.user(&name)?.map(|user| Session { user, csrf }))
    }

    /// Ends a session.
    pub fn end_session(&self, secret: &SecretDigest) -> Result<(), StoreError> {
        self.conn().execute("DELETE FROM sessions WHERE secret = ?1", [secret]).doing("ending a session")?;
        Ok(())
    }

    /// Keeps a one-time link; those given out before no longer work.
    pub fn put_setup_link(&self, secret: &SecretDigest, expires_at: Timestamp) -> Result<(), StoreError> {
        let doing = "keeping a set-up link";
        let mut conn = self.conn();
        let change = conn.transaction().doing(doing)?;
        change.execute("DELETE FROM setup_links", []).doing(doing)?;
        let sql = "INSERT INTO setup_links (secret, expires_at) VALUES (?1, ?2)";
        change.execute(sql, params![secret, expires_at.as_microsecond()]).doing(doing)?;
        change.commit().doing(doing)
    }

    /// Uses a one-time link to add `user`, both or neither: `None` when the link is unknown, used or expired.
    /// A user of that name is replaced: the link lets an administrator back in who lost the password. Whoever found
    /// it may have made tokens with it, so these end too, as sessions and offices do.
    pub fn use_setup_link(
        &self,
        secret: &SecretDigest,
        user: &User,
        now: Timestamp,
    ) -> Result<Option<()>, StoreError> {
        let doing = "using a set-up link";
        let mut conn = self.conn();
        let change = conn.transaction().doing(doing)?;
        let sql = "DELETE FROM setup_links WHERE secret = ?1 AND expires_at > ?2";
        if change.execute(sql, params![secret, now.as_microsecond()]).doing(doing)? == 0 {
            return Ok(None);
        }
        change.execute("DELETE FROM sessions WHERE user = ?1", [&user.name]).doing(doing)?;
        change.execute("DELETE FROM tokens WHERE user = ?1", [&user.name]).doing(doing)?;
        let sql = "INSERT INTO users (name, password, role, tlp_max, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (name) DO UPDATE
                   SET password = excluded.password, role = excluded.role, tlp_max = excluded.tlp_max, offices = '[]'";
        let User { name, password, role, tlp_max, created_at, .. } = user;
        let values = params![name, password, role, tlp_max.as_str(), created_at.as_microsecond()];
        change.execute(sql, values).doing(doing)?;
        change.commit().doing(doing)?;
        Ok(Some(()))
    }
}
