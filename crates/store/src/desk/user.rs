//! Users.

use entente_model::Tlp;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{Desk, time};
use crate::StoreError;
use crate::error::Doing;

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Name to sign in with.
    pub name: String,
    /// Hash of the password, PHC string.
    pub password: String,
    /// Name of the role; the node says what it means.
    pub role: String,
    /// Most restrictive audience they may see.
    pub tlp_max: Tlp,
    /// In which offices they may speak on what is disclosed; the node says what they mean.
    pub offices: Vec<String>,
    /// When they were added.
    pub created_at: Timestamp,
}

/// What to change about a user; what is `None` stays as it is by then, whoever changed it last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserEdit {
    /// Hash of the new password, PHC string.
    pub password: Option<String>,
    /// Name of the new role.
    pub role: Option<String>,
    /// The new most restrictive audience they may see.
    pub tlp_max: Option<Tlp>,
    /// The offices they may speak in from now on.
    pub offices: Option<Vec<String>>,
}

/// What became of a change to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSave {
    /// Done.
    Saved,
    /// There is somebody of that name already.
    NameTaken,
    /// There is nobody of that name.
    Unknown,
    /// It would leave no user of the role that must not die out.
    LastOfRole,
}

const COLUMNS: &str = "name, password, role, tlp_max, offices, created_at";

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    let tlp: String = row.get("tlp_max")?;
    let tlp_max = tlp.parse().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error))
    })?;
    let offices = row.get_ref("offices")?.as_str()?;
    let offices = serde_json::from_str(offices).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, Box::new(error))
    })?;
    Ok(User {
        name: row.get("name")?,
        password: row.get("password")?,
        role: row.get("role")?,
        tlp_max,
        offices,
        created_at: time(row, "created_at")?,
    })
}

impl Desk {
    /// Everybody, by name.
    pub fn users(&self) -> Result<Vec<User>, StoreError> {
        let conn = self.conn();
        let doing = "listing users";
        let mut query =
            conn.prepare_cached(&format!("SELECT {COLUMNS} FROM users ORDER BY name")).doing(doing)?;
        query.query_map([], user).doing(doing)?.collect::<Result<_, _>>().doing(doing)
    }

    /// One user.
    pub fn user(&self, name: &str) -> Result<Option<User>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM users WHERE name = ?1");
        self.conn().query_row(&sql, [name], user).optional().doing("looking up a user")
    }

    /// Whether anybody has this role.
    pub fn has_role(&self, role: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM users WHERE role = ?1)";
        self.conn().query_row(sql, [role], |row| row.get(0)).doing("looking up a role")
    }

    /// Adds a user.
    pub fn add_user(&self, user: &User) -> Result<UserSave, StoreError> {
        let sql = "INSERT INTO users (name, password, role, tlp_max, offices, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (name) DO NOTHING";
        let User { name, password, role, tlp_max, offices, created_at } = user;
        let (offices, at) = (listed(offices), created_at.as_microsecond());
        let values = params![name, password, role, tlp_max.as_str(), offices, at];
        let added = self.conn().execute(sql, values).doing("adding a user")?;
        Ok(if added == 1 { UserSave::Saved } else { UserSave::NameTaken })
    }

    /// Changes a user and ends their sessions. Refuses to leave nobody of the role `keep`.
    pub fn change_user(&self, name: &str, edit: &UserEdit, keep: &str) -> Result<UserSave, StoreError> {
        let doing = "changing a user";
        let mut conn = self.conn();
        let change = conn.transaction().doing(doing)?;
        let sql = "UPDATE users SET password = coalesce(?2, password), role = coalesce(?3, role),
                   tlp_max = coalesce(?4, tlp_max), offices = coalesce(?5, offices) WHERE name = ?1";
        let offices = edit.offices.as_deref().map(listed);
        let values = params![name, edit.password, edit.role, edit.tlp_max.map(|tlp| tlp.as_str()), offices];
        if change.execute(sql, values).doing(doing)? == 0 {
            return Ok(UserSave::Unknown);
        }
        change.execute("DELETE FROM sessions WHERE user = ?1", [name]).doing(doing)?;
        finish(change, keep, doing)
    }

    /// Removes a user, their sessions and tokens. Refuses to leave nobody of the role `keep`.
    pub fn remove_user(&self, name: &str, keep: &str) -> Result<UserSave, StoreError> {
        let doing = "removing a user";
        let mut conn = self.conn();
        let change = conn.transaction().doing(doing)?;
        if change.execute("DELETE FROM users WHERE name = ?1", [name]).doing(doing)? == 0 {
            return Ok(UserSave::Unknown);
        }
        finish(change, keep, doing)
    }
}

/// The offices as they are kept.
fn listed(offices: &[String]) -> String {
    serde_json::to_string(offices).expect("a list of strings always serialises")
}

fn finish(
    change: rusqlite::Transaction<'_>,
    keep: &str,
    doing: &'static str,
) -> Result<UserSave, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM users WHERE role = ?1)";
    if !change.query_row(sql, [keep], |row| row.get(0)).doing(doing)? {
        return Ok(UserSave::LastOfRole);
    }
    change.commit().doing(doing)?;
    Ok(UserSave::Saved)
}
