//! Agreements as they were signed, and drafts as they change.

use entente_model::ClaimNo;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{AgreementHash, Exchange, PartyId, time};
use crate::StoreError;
use crate::batch::micros;
use crate::error::Doing;

/// One version of an agreement: the bytes that parties sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Which agreement; its versions share it.
    pub id: String,
    /// Which version.
    pub version: u32,
    /// SHA-256 of the document.
    pub hash: AgreementHash,
    /// Its canonical bytes (RFC 8785).
    pub document: Vec<u8>,
    /// The party this node is in it.
    pub us: PartyId,
    /// When it was kept.
    pub kept_at: Timestamp,
}

/// A party's signature under one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// What was signed.
    pub agreement: AgreementHash,
    /// Who signed.
    pub party: PartyId,
    /// With which of its keys.
    pub key: String,
    /// The signature.
    pub signature: Vec<u8>,
    /// When it reached this node.
    pub kept_at: Timestamp,
    /// The last claim when it did; unknown where it was not noted.
    pub claims: Option<ClaimNo>,
}

/// A signed act on an agreement: suspended, resumed, terminated, superseded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingAct {
    /// The agreement.
    pub agreement: AgreementHash,
    /// Who acted.
    pub party: PartyId,
    /// The signed bytes.
    pub act: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// When it reached this node.
    pub kept_at: Timestamp,
}

/// An agreement that nobody has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementDraft {
    /// Which agreement it is to be.
    pub id: String,
    /// The document as it stands.
    pub document: Vec<u8>,
    /// Counts its changes, from 1.
    pub version: u64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What became of a draft to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftSave {
    /// It was saved under this version.
    Saved(u64),
    /// Somebody else changed it to this version since it was read; 0 when it is gone or never was.
    Stale(u64),
}

const KEEPING: &str = "keeping an agreement";
const READING: &str = "reading agreements";

fn agreement(row: &Row<'_>) -> rusqlite::Result<Agreement> {
    Ok(Agreement {
        id: row.get("id")?,
        version: row.get("version")?,
        hash: row.get("hash")?,
        document: row.get("document")?,
        us: row.get("us")?,
        kept_at: time(row, "kept_at")?,
    })
}

impl Exchange {
    /// Keeps a version of an agreement. To keep the same again changes nothing; another document under the same id and version is
    /// refused.
    pub fn keep_agreement(&self, new: &Agreement) -> Result<(), StoreError> {
        self.change(KEEPING, |tx| {
            let Agreement { id, version, hash, document, us, kept_at } = new;
            let sql = "SELECT hash FROM agreements WHERE id = ?1 AND version = ?2";
            let known: Option<AgreementHash> =
                tx.query_row(sql, params![id, version], |row| row.get(0)).optional().doing(KEEPING)?;
            match known {
                Some(known) if known == *hash => return Ok(()),
                Some(_) => {
                    let name = format!("{id} version {version}");
                    return Err(StoreError::Taken { what: "agreement", name });
                }
                None => {}
            }
            let columns = params![id, version, hash, document, us, micros(*kept_at)];
            tx.execute("INSERT INTO agreements VALUES (?1, ?2, ?3, ?4, ?5, ?6)", columns)
                .map(drop)
                .doing(KEEPING)
        })
    }

    /// Every version of every agreement, in the order of id and version.
    pub fn agreements(&self) -> Result<Vec<Agreement>, StoreError> {
        self.read(|conn| {
            let mut statement =
                conn.prepare_cached("SELECT * FROM agreements ORDER BY id, version").doing(READING)?;
            statement.query_map([], agreement).doing(READING)?.collect::<Result<_, _>>().doing(READING)
        })
    }

    /// How many versions, signatures and acts are kept. None of them is ever changed or removed, so whoever has read as many has
    /// read all there is.
    pub fn agreements_kept(&self) -> Result<[u64; 3], StoreError> {
        self.read(|conn| {
            let sql = "SELECT (SELECT count(*) FROM agreements), (SELECT count(*) FROM signatures),
                (SELECT count(*) FROM standing)";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let kept = statement.query_row([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]));
            kept.map(|kept: [i64; 3]| kept.map(i64::unsigned_abs)).doing(READING)
        })
    }

    /// The version with this hash.
    pub fn agreement(&self, hash: &AgreementHash) -> Result<Option<Agreement>, StoreError> {
        self.read(|conn| {
            let mut statement =
                conn.prepare_cached("SELECT * FROM agreements WHERE hash = ?1").doing(READING)?;
            statement.query_row([hash], agreement).optional().doing(READING)
        })
    }

    /// Keeps a signature as it arrives. The same again changes nothing; another by the same key is refused.
    pub fn keep_signature(&self, new: &Signature) -> Result<(), StoreError> {
        self.change(KEEPING, |tx| {
            let Signature { agreement, party, key, signature, kept_at, claims } = new;
            let sql = "SELECT signature FROM signatures WHERE agreement = ?1 AND party = ?2 AND key = ?3";
            let known: Option<Vec<u8>> = tx
                .query_row(sql, params![agreement, party, key], |row| row.get(0))
                .optional()
                .doing(KEEPING)?;
            match known {
                Some(known) if known == *signature => return Ok(()),
                Some(_) => return Err(StoreError::Taken { what: "signature", name: key.clone() }),
                None => {}
            }
            let sql = "INSERT INTO signatures (agreement, party, key, signature, kept_at, claims)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let claims = claims.map(|claim| claim.0);
            let columns = params![agreement, party, key, signature, micros(*kept_at), claims];
            tx.execute(sql, columns).map(drop).doing(KEEPING)
        })
    }

    /// The signatures under a version, in the order in which they arrived.
    pub fn signatures(&self, agreement: &AgreementHash) -> Result<Vec<Signature>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT * FROM signatures WHERE agreement = ?1 ORDER BY no";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let rows = statement.query_map([agreement], |row| {
                Ok(Signature {
                    agreement: row.get("agreement")?,
                    party: row.get("party")?,
                    key: row.get("key")?,
                    signature: row.get("signature")?,
                    kept_at: time(row, "kept_at")?,
                    claims: row.get::<_, Option<u32>>("claims")?.map(ClaimNo),
                })
            });
            rows.doing(READING)?.collect::<Result<_, _>>().doing(READING)
        })
    }

    /// Keeps a signed act; the same again changes nothing.
    pub fn keep_standing_act(&self, new: &StandingAct) -> Result<(), StoreError> {
        self.change(KEEPING, |tx| {
            let StandingAct { agreement, party, act, signature, kept_at } = new;
            let sql =
                "INSERT INTO standing (agreement, party, act, signature, kept_at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (act) DO NOTHING";
            let columns = params![agreement, party, act, signature, micros(*kept_at)];
            tx.execute(sql, columns).map(drop).doing(KEEPING)
        })
    }

    /// The acts on a version, in the order in which they reached this node.
    pub fn standing_acts(&self, agreement: &AgreementHash) -> Result<Vec<StandingAct>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT * FROM standing WHERE agreement = ?1 ORDER BY no";
            let mut statement = conn.prepare_cached(sql).doing(READING)?;
            let rows = statement.query_map([agreement], |row| {
                Ok(StandingAct {
                    agreement: row.get("agreement")?,
                    party: row.get("party")?,
                    act: row.get("act")?,
                    signature: row.get("signature")?,
                    kept_at: time(row, "kept_at")?,
                })
            });
            rows.doing(READING)?.collect::<Result<_, _>>().doing(READING)
        })
    }

    /// Saves a draft that was read at `version`; 0 is a new one.
    pub fn save_agreement_draft(
        &self,
        id: &str,
        document: &[u8],
        version: u64,
        now: Timestamp,
    ) -> Result<DraftSave, StoreError> {
        let doing = "saving a draft of an agreement";
        self.change(doing, |tx| {
            let found =
                tx.query_row("SELECT version FROM drafts WHERE id = ?1", [id], |row| row.get::<_, i64>(0));
            let found = found.optional().doing(doing)?.unwrap_or(0) as u64;
            if found != version {
                return Ok(DraftSave::Stale(found));
            }
            let columns = params![id, document, version as i64 + 1, micros(now)];
            tx.execute("INSERT OR REPLACE INTO drafts VALUES (?1, ?2, ?3, ?4)", columns).doing(doing)?;
            Ok(DraftSave::Saved(version + 1))
        })
    }

    /// The drafts, by id.
    pub fn agreement_drafts(&self) -> Result<Vec<AgreementDraft>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT * FROM drafts ORDER BY id").doing(READING)?;
            let rows = statement.query_map([], |row| {
                Ok(AgreementDraft {
                    id: row.get("id")?,
                    document: row.get("document")?,
                    version: row.get::<_, i64>("version")? as u64,
                    updated_at: time(row, "updated_at")?,
                })
            });
            rows.doing(READING)?.collect::<Result<_, _>>().doing(READING)
        })
    }

    /// Removes a draft, as when it was signed; false when there is none.
    pub fn remove_agreement_draft(&self, id: &str) -> Result<bool, StoreError> {
        let doing = "removing a draft of an agreement";
        self.change(doing, |tx| Ok(tx.execute("DELETE FROM drafts WHERE id = ?1", [id]).doing(doing)? == 1))
    }
}
