//! Making proofs of what was told, and keeping the recipients' receipts for them.

use entente_ledger::{
    CHECKPOINT, Checkpoint, CosignerKey, Hash, LedgerError, Storage, TlogProof, inclusion_in,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::place::PartnerNo;
use super::{Exchange, PartyId, Seq, WireBatch, WireItem, partner_no, verify};
use crate::StoreError;
use crate::batch::micros;
use crate::disclosure::{BatchPart, DisclosureProof, proof_format, to_hex};
use crate::error::Doing;
use crate::ledger::Publisher;

const PROVING: &str = "making a proof of what was told";

impl Exchange {
    /// Keeps a checkpoint of our log to a partner that the partner has cosigned: its receipt for all that was told until then.
    /// One of a smaller tree than was kept changes nothing. Answers when it was cosigned, in seconds since 1970.
    pub fn keep_cosigned(
        &self,
        partner: &PartyId,
        key: &CosignerKey,
        note: &[u8],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let doing = "keeping a receipt";
        let checkpoint = Checkpoint::open(note, &self.log_key(partner)?)?;
        let lacking = || StoreError::Unfit {
            what: "receipt",
            why: format!("it bears no cosignature by `{}`", key.name()),
        };
        let cosigned = key.cosigned(note)?.ok_or_else(lacking)?;
        self.change(doing, |tx| {
            let sql = "INSERT INTO cosigned VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE
                SET size = excluded.size, note = excluded.note, kept_at = excluded.kept_at WHERE size < excluded.size";
            let columns = params![partner_no(tx, partner)?, checkpoint.size() as i64, note, micros(now)];
            tx.execute(sql, columns).doing(doing)?;
            Ok(cosigned)
        })
    }

    /// The newest checkpoint of our log to a partner that it has cosigned.
    pub fn cosigned(&self, partner: &PartyId) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|conn| Ok(cosigned(conn, partner_no(conn, partner)?)?.map(|(_, note)| note)))
    }

    /// The file that proves what one item told, to be checked with [`crate::disclosure::verify`]. It bears the partner's receipt
    /// when that covers the item. `None` when there is no such item, or nothing is left of it to prove.
    pub fn proof(&self, partner: &PartyId, seq: Seq) -> Result<Option<DisclosureProof>, StoreError> {
        self.settle();
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let Some(item) = super::read::item(conn, no, seq)? else { return Ok(None) };
            let Some(salt) = item.salt else { return Ok(None) };
            let batches = super::read::batches(conn, no, seq..=seq)?;
            let batch =
                batches.first().ok_or_else(|| StoreError::damaged("wire", "an item is in no batch"))?;
            let publisher = self.logs.publisher(no, partner)?;
            let (path, proof) = paths(conn, &publisher, (no, partner), batch, seq)?;
            part(partner, item, &salt, batch, &path, proof).map(Some)
        })
    }
}

fn cosigned(conn: &Connection, no: PartnerNo) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT size, note FROM cosigned WHERE partner = ?1").doing(PROVING)?;
    let found = statement.query_row([no], |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?)));
    found.optional().doing(PROVING)
}

/// The way from the item to its batch's root, and from the batch to the log's.
fn paths(
    conn: &Connection,
    publisher: &Publisher,
    (no, party): (PartnerNo, &PartyId),
    batch: &WireBatch,
    seq: Seq,
) -> Result<(Vec<Hash>, TlogProof), StoreError> {
    let leaves = verify::leaves(conn, no, party, batch)?
        .map_err(|why| StoreError::damaged("wire", format!("batch {}: {why}", batch.no)))?;
    let path = inclusion_in(&leaves, (seq.0 - batch.first.0) as usize);
    let log = publisher.log()?;
    let index = batch.no - 1;
    let (size, note) = match cosigned(conn, no)?.filter(|(size, _)| *size > index) {
        Some(receipt) => receipt,
        None => {
            let read = publisher.files().read(CHECKPOINT);
            let source = |source| LedgerError::Storage { path: CHECKPOINT.to_owned(), source };
            (log.size(), read.map_err(source)?.unwrap_or_default())
        }
    };
    let checkpoint =
        String::from_utf8(note).map_err(|_| StoreError::damaged("cosigned", "a note is no text"))?;
    let proof = TlogProof { index, path: log.inclusion_proof_at(index, size)?, checkpoint };
    Ok((path, proof))
}

fn part(
    partner: &PartyId,
    item: WireItem,
    salt: &[u8; 16],
    batch: &WireBatch,
    path: &[Hash],
    proof: TlogProof,
) -> Result<DisclosureProof, StoreError> {
    let released = String::from_utf8(item.body);
    let why = "it was told in bytes that are no text, which a proof cannot show".to_owned();
    Ok(DisclosureProof {
        format: proof_format(),
        to: partner.clone(),
        seq: item.seq,
        kind: item.kind,
        flow: item.flow,
        version: item.object.as_ref().and_then(|object| object.version),
        object: item.object.map(|object| object.id.to_string()),
        added: item.added,
        agreement: item.agreement.to_string(),
        clauses: item.clauses,
        released: released.map_err(|_| StoreError::Unfit { what: "proof", why })?,
        salt: to_hex(salt),
        batch: BatchPart {
            first: batch.first,
            items: batch.items.into(),
            path: path.iter().map(Hash::to_base64).collect(),
        },
        proof: proof.to_text(),
    })
}
