//! TAXII servers of others, and how far this node has come with each.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{Exchange, maybe_time, time};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

/// A collection on a server of others, and what is done there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxiiRemote {
    /// What people call it.
    pub name: String,
    /// The URL of the collection.
    pub collection: String,
    /// The name to sign in with; without one the secret is a bearer token.
    pub user: Option<String>,
    /// The file with the secret. It stays where its owner put it.
    pub secret_file: Option<String>,
    /// The file with the certificates that are trusted, instead of those of public authorities.
    pub authority_file: Option<String>,
    /// What is done there, as JSON.
    pub errand: String,
    /// How often, in seconds; `None` is when somebody says so.
    pub every: Option<u32>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// How far this node has come with a collection. Times are as the server wrote them, because they are only ever given back to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemotePlace {
    /// Everything added up to this time is done.
    pub after: Option<String>,
    /// Where the next page begins, when not all pages of a question were done.
    pub next: Option<String>,
    /// When the last object that was met was added.
    pub newest: Option<String>,
}

/// How it went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteState {
    /// How far.
    pub place: RemotePlace,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// Why that did not come to its end.
    pub failure: Option<String>,
}

const READING: &str = "reading the TAXII servers of others";
const CHANGING: &str = "keeping a TAXII server of others";

impl Exchange {
    /// Adds a collection; the name must be new.
    pub fn add_remote(&self, remote: &TaxiiRemote) -> Result<(), StoreError> {
        self.change(CHANGING, |tx| {
            let TaxiiRemote { name, collection, user, secret_file, authority_file, errand, every, added_at } =
                remote;
            let sql = "INSERT INTO taxii_remotes
                (name, collection, user, secret_file, authority_file, errand, every, added_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
            let added = micros(*added_at);
            let columns = params![name, collection, user, secret_file, authority_file, errand, every, added];
            match tx.execute(sql, columns).doing(CHANGING)? {
                0 => Err(StoreError::Taken { what: "TAXII collection", name: name.clone() }),
                _ => Ok(()),
            }
        })
    }

    /// All of them, by name, with how far each has come.
    pub fn remotes(&self) -> Result<Vec<(TaxiiRemote, RemoteState)>, StoreError> {
        self.read(|conn| {
            let mut statement =
                conn.prepare_cached("SELECT * FROM taxii_remotes ORDER BY name").doing(READING)?;
            statement.query_map([], remote).doing(READING)?.collect::<Result<_, _>>().doing(READING)
        })
    }

    /// One of them.
    pub fn remote(&self, name: &str) -> Result<Option<(TaxiiRemote, RemoteState)>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT * FROM taxii_remotes WHERE name = ?1";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            statement.query_row([name], remote).optional().doing(READING)
        })
    }

    /// Notes how far it has come. What was done up to there must be on disk.
    pub fn move_remote(&self, name: &str, place: &RemotePlace) -> Result<(), StoreError> {
        self.change(CHANGING, |tx| {
            let RemotePlace { after, next, newest } = place;
            let sql = "UPDATE taxii_remotes SET after = ?2, next = ?3, newest = ?4 WHERE name = ?1";
            tx.execute(sql, params![name, after, next, newest]).map(drop).doing(CHANGING)
        })
    }

    /// Notes that it was tried, and why it did not come to its end.
    pub fn tried_remote(&self, name: &str, failure: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
        self.change(CHANGING, |tx| {
            let sql = "UPDATE taxii_remotes SET tried_at = ?2, failure = ?3 WHERE name = ?1";
            tx.execute(sql, params![name, micros(now), failure]).map(drop).doing(CHANGING)
        })
    }

    /// Removes one; false when there is none of that name. What came from there stays.
    pub fn remove_remote(&self, name: &str) -> Result<bool, StoreError> {
        self.change(CHANGING, |tx| {
            Ok(tx.execute("DELETE FROM taxii_remotes WHERE name = ?1", [name]).doing(CHANGING)? == 1)
        })
    }
}

fn remote(row: &Row<'_>) -> rusqlite::Result<(TaxiiRemote, RemoteState)> {
    let remote = TaxiiRemote {
        name: row.get("name")?,
        collection: row.get("collection")?,
        user: row.get("user")?,
        secret_file: row.get("secret_file")?,
        authority_file: row.get("authority_file")?,
        errand: row.get("errand")?,
        every: row.get("every")?,
        added_at: time(row, "added_at")?,
    };
    let place = RemotePlace { after: row.get("after")?, next: row.get("next")?, newest: row.get("newest")? };
    let state = RemoteState { place, tried_at: maybe_time(row, "tried_at")?, failure: row.get("failure")? };
    Ok((remote, state))
}
