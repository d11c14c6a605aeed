//! The proof file: one disclosure, self-contained.

use entente_ledger::{
    CosignerKey, Hash, NoteError, ProofError, TlogProof, TlogProofError, Verifier, root_from,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{ItemRecord, batch_leaf};
use crate::batch::micros;
use crate::exchange::{AgreementHash, ClauseId, FlowId, ItemKind, PartyId, Seq};

const FORMAT: &str = "entente/disclosure-proof/v1";

/// What the file holds. Every member is bound by the log, or by the signatures in `proof`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureProof {
    pub(crate) format: String,
    pub(crate) to: PartyId,
    pub(crate) seq: Seq,
    pub(crate) kind: ItemKind,
    pub(crate) flow: Option<FlowId>,
    pub(crate) object: Option<String>,
    pub(crate) version: Option<Timestamp>,
    pub(crate) added: Timestamp,
    pub(crate) agreement: String,
    pub(crate) clauses: Vec<ClauseId>,
    pub(crate) released: String,
    pub(crate) salt: String,
    pub(crate) batch: BatchPart,
    pub(crate) proof: String,
}

/// Where the item is in its batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchPart {
    pub(crate) first: Seq,
    pub(crate) items: u64,
    pub(crate) path: Vec<String>,
}

/// What was disclosed, as far as it was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosed {
    /// The log, named by the key of whoever told.
    pub log: String,
    /// Who was told.
    pub to: PartyId,
    /// The item's place on the wire to them.
    pub seq: Seq,
    /// What it is.
    pub kind: ItemKind,
    /// The flow it went by.
    pub flow: Option<FlowId>,
    /// The object's released id.
    pub object: Option<String>,
    /// The object's version.
    pub version: Option<Timestamp>,
    /// When it was put on the wire, by the sender's clock.
    pub added: Timestamp,
    /// The agreement it was told under.
    pub agreement: AgreementHash,
    /// The clauses that decided.
    pub clauses: Vec<ClauseId>,
    /// Exactly what was told.
    pub released: String,
    /// The leaf of the log it is under.
    pub leaf: u64,
    /// How many leaves the log had when it was signed.
    pub size: u64,
    /// Whether the recipient has seen that the log says so.
    pub receipt: Receipt,
}

/// The recipient's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// No key was given to look for it with; if the file bears one, it was not checked.
    NotAsked,
    /// The key given has cosigned the checkpoint, at this time in seconds since 1970.
    Cosigned(u64),
}

/// Why a file proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// It is not such a file, or was changed where only one spelling is allowed.
    #[error("it is not a proof of a disclosure: {0}")]
    Form(String),
    /// The sender's key is not that of the log.
    #[error("the log `{log}` is not one of the key `{key}`")]
    OtherLog {
        /// The log.
        log: String,
        /// The key's name.
        key: String,
    },
    /// The log is not that of what this party was told.
    #[error("the log `{log}` is not that of what `{to}` was told")]
    OtherParty {
        /// The log.
        log: String,
        /// The party named in the file.
        to: String,
    },
    /// What it says is not what the batch committed to.
    #[error("what it says is not what was put on the wire: {0}")]
    Item(ProofError),
    /// The batch is not in the log, or the sender's signature does not hold.
    #[error("the log does not bear it out: {0}")]
    Log(#[from] TlogProofError),
    /// The recipient's cosignature does not hold.
    #[error("the recipient's receipt does not hold: {0}")]
    Receipt(NoteError),
    /// The recipient's key has cosigned nothing.
    #[error("it bears no receipt by `{0}`")]
    NoReceipt(String),
}

impl DisclosureProof {
    /// Reads a file. Only the spelling that [`DisclosureProof::to_text`] writes is one.
    pub fn parse(file: &[u8]) -> Result<DisclosureProof, ProofFault> {
        let wrong = |why: String| ProofFault::Form(why);
        let proof: DisclosureProof =
            serde_json::from_slice(file).map_err(|error| wrong(error.to_string()))?;
        if proof.format != FORMAT {
            return Err(wrong(format!("its format is `{}`, and only `{FORMAT}` is known", proof.format)));
        }
        // The log binds microseconds; nothing finer may be said.
        let exact = |time: &Timestamp| time.subsec_nanosecond() % 1_000 == 0;
        let exact = exact(&proof.added) && proof.version.as_ref().is_none_or(exact);
        if !exact || proof.to_text().as_bytes() != file {
            return Err(wrong("it is not spelt as it was written".to_owned()));
        }
        Ok(proof)
    }

    /// The file.
    pub fn to_text(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("strings, numbers and times always serialise") + "\n"
    }

    /// Checks the file with nothing but keys: the sender's, which signs the log, and the recipient's, when its receipt is asked
    /// for.
    pub fn verify(
        &self,
        sender: &Verifier,
        recipient: Option<&CosignerKey>,
    ) -> Result<Disclosed, ProofFault> {
        let tlog = TlogProof::parse(&self.proof)?;
        let log = self.log(sender, &tlog)?;
        let leaf = batch_leaf(self.batch.first, self.batch.items, &self.batch_root()?);
        let checkpoint = tlog.verify(&leaf, &log)?;
        let receipt = match recipient {
            None => Receipt::NotAsked,
            Some(key) => {
                let cosigned = key.cosigned(tlog.checkpoint.as_bytes()).map_err(ProofFault::Receipt)?;
                Receipt::Cosigned(cosigned.ok_or_else(|| ProofFault::NoReceipt(key.name().to_owned()))?)
            }
        };
        Ok(Disclosed {
            log: log.name().to_owned(),
            to: self.to.clone(),
            seq: self.seq,
            kind: self.kind,
            flow: self.flow.clone(),
            object: self.object.clone(),
            version: self.version,
            added: self.added,
            agreement: self.agreement()?,
            clauses: self.clauses.clone(),
            released: self.released.clone(),
            leaf: tlog.index,
            size: checkpoint.size(),
            receipt,
        })
    }

    /// The sender's key under the name of the log that the checkpoint is of, which is that of what the party was told.
    fn log(&self, sender: &Verifier, tlog: &TlogProof) -> Result<Verifier, ProofFault> {
        let origin = tlog.checkpoint.lines().next().unwrap_or_default();
        let other = || ProofFault::OtherLog { log: origin.to_owned(), key: sender.name().to_owned() };
        let log = sender.of_log(origin).ok_or_else(other)?;
        if !origin.ends_with(&crate::exchange::log_name("", &self.to)) {
            return Err(ProofFault::OtherParty { log: origin.to_owned(), to: self.to.0.clone() });
        }
        Ok(log)
    }

    /// The root that the item and its path make; that it is the batch's is shown by the log.
    fn batch_root(&self) -> Result<Hash, ProofFault> {
        let form = |why: &str| ProofFault::Form(why.to_owned());
        let record = ItemRecord {
            to: &self.to,
            seq: self.seq,
            kind: self.kind,
            flow: self.flow.as_ref(),
            object: self.object.clone(),
            version: self.version.map(micros),
            added: micros(self.added),
            agreement: self.agreement()?,
            clauses: &self.clauses,
            body_hash: Sha256::digest(&self.released).into(),
        };
        let salt =
            from_hex::<16>(&self.salt).ok_or_else(|| form("its salt is not 16 bytes in hexadecimal"))?;
        let path: Option<Vec<Hash>> = self.batch.path.iter().map(|hash| Hash::from_base64(hash)).collect();
        let path = path.ok_or_else(|| form("the path in its batch has a line that is no hash"))?;
        let index =
            self.seq.0.checked_sub(self.batch.first.0).ok_or_else(|| form("it comes before its batch"))?;
        let leaf = record.leaf(&salt);
        root_from(&leaf, index, self.batch.items, &path).map_err(ProofFault::Item)
    }

    fn agreement(&self) -> Result<AgreementHash, ProofFault> {
        let wrong = || ProofFault::Form("its agreement is not 32 bytes in hexadecimal".to_owned());
        from_hex(&self.agreement).map(AgreementHash).ok_or_else(wrong)
    }
}

/// Reads and checks a file.
pub fn verify(
    file: &[u8],
    sender: &Verifier,
    recipient: Option<&CosignerKey>,
) -> Result<Disclosed, ProofFault> {
    DisclosureProof::parse(file)?.verify(sender, recipient)
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lower case only, so that there is one spelling.
fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect();
    bytes?.try_into().ok()
}

pub(crate) fn format() -> String {
    FORMAT.to_owned()
}
