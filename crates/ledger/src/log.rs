//! A log that grows.

use crate::{
    checkpoint::Checkpoint,
    error::LedgerError,
    frontier::Frontier,
    hash::Hash,
    note::{Signer, Verifier},
    storage::Storage,
    tile::{Tile, WIDTH, count},
    tree::Tree,
};

/// Where the checkpoint is kept.
pub const CHECKPOINT: &str = "checkpoint";

/// A log in a storage, with the key that signs it.
///
/// Several processes may write to one storage when they take turns: each holds a lock of its own choosing around
/// [`Log::publish`] and around finding out which leaves to give it.
#[derive(Debug)]
pub struct Log<S> {
    storage: S,
    signer: Signer,
    /// The latest checkpoint known to be stored.
    latest: Option<Checkpoint>,
    /// Whether the stored checkpoint counts; it does not while a log is rebuilt.
    believing: bool,
    /// The right edge of what was published last. Never further than what is stored.
    edge: Frontier,
}

impl<S: Storage> Log<S> {
    /// Opens the log that is in the storage, or a new, empty one. Only the checkpoint is read.
    pub fn open(storage: S, signer: Signer) -> Result<Self, LedgerError> {
        let latest = read_checkpoint(&storage, signer.verifier())?;
        Ok(Self { storage, signer, latest, believing: true, edge: Frontier::default() })
    }

    /// Opens the log without believing its checkpoint, for when that file was lost or spoilt. The next
    /// [`Log::publish`] must bring all leaves from 0, and what it signs is whatever these say: only a checkpoint kept
    /// elsewhere, by a partner say, can tell whether it continues the old log.
    pub fn rebuild(storage: S, signer: Signer) -> Self {
        Self { storage, signer, latest: None, believing: false, edge: Frontier::default() }
    }

    /// How many leaves are signed, as far as this process knows.
    pub fn size(&self) -> u64 {
        self.latest.as_ref().map_or(0, Checkpoint::size)
    }

    /// The latest checkpoint, if there is one.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.latest.as_ref()
    }

    /// The key that others check this log with.
    pub fn verifier(&self) -> &Verifier {
        self.signer.verifier()
    }

    /// Adds leaves at the end.
    pub fn append(&mut self, leaves: &[Hash]) -> Result<Checkpoint, LedgerError> {
        self.publish(self.size(), leaves)
    }

    /// Makes the log hold `leaves` from index `from` on, and nothing after them.
    ///
    /// The one way to write the log, so that mending it is what happens every day: leaves that are already there are
    /// written again with the same bytes, those that are not are added, and a checkpoint of the whole is signed last. Call
    /// it after a crash with all leaves from [`Log::size`] on, or from 0 to write every tile anew. Calling it
    /// twice changes nothing. Nothing is written when the leaves contradict what was signed.
    ///
    /// After an error the storage holds the old checkpoint or the new one, and every tile of either; call it again.
    pub fn publish(&mut self, from: u64, leaves: &[Hash]) -> Result<Checkpoint, LedgerError> {
        // Another process may have published since, and a write reported lost may have been saved.
        if self.believing {
            self.latest = read_checkpoint(&self.storage, self.signer.verifier())?;
        }
        let signed = self.size();
        let size = from + leaves.len() as u64;
        if from > signed {
            return Err(LedgerError::Gap { from, size: signed });
        }
        if size < signed {
            return Err(LedgerError::Shorter { given: size, size: signed });
        }
        let start = self.edge_at(from)?;
        let known = (signed - from) as usize;
        self.check_continues(start.clone(), &leaves[..known])?;
        let edge = self.write_tiles(start, leaves)?;
        // A crash before this line leaves tiles that no checkpoint speaks of: nobody reads them, and the next call
        // writes them again. Every tile of the new size is durable here, so the checkpoint never promises too much.
        let checkpoint = self.write_checkpoint(&edge)?;
        // A crash from here on costs nothing but a few partial tiles that are no longer needed.
        self.edge = edge;
        self.latest = Some(checkpoint.clone());
        self.believing = true;
        self.drop_partials(from, size)?;
        Ok(checkpoint)
    }

    /// The proof that leaf `index` is in the signed tree, to be checked with [`crate::verify_inclusion`].
    pub fn inclusion_proof(&self, index: u64) -> Result<Vec<Hash>, LedgerError> {
        self.inclusion_proof_at(index, self.size())
    }

    /// The proof that leaf `index` is in the tree of the first `size` leaves, as for a checkpoint that was signed earlier.
    pub fn inclusion_proof_at(&self, index: u64, size: u64) -> Result<Vec<Hash>, LedgerError> {
        let signed = self.size();
        match index {
            _ if size > signed => Err(LedgerError::Beyond { asked: size, size: signed }),
            _ if index >= size => Err(LedgerError::Beyond { asked: index, size }),
            _ => Tree { storage: &self.storage, size: signed }.inclusion(index, size),
        }
    }

    /// The proof that the signed tree continues the one of `old` leaves, to be checked with
    /// [`crate::verify_consistency`].
    pub fn consistency_proof(&self, old: u64) -> Result<Vec<Hash>, LedgerError> {
        let size = self.size();
        match old {
            _ if old > size => Err(LedgerError::Beyond { asked: old, size }),
            0 => Ok(Vec::new()),
            _ => Tree { storage: &self.storage, size }.consistency(old),
        }
    }

    fn edge_at(&self, size: u64) -> Result<Frontier, LedgerError> {
        if self.edge.size() == size {
            return Ok(self.edge.clone());
        }
        Frontier::load(&self.storage, size, self.size())
    }

    /// A log must not sign what contradicts what it signed before (tlog-checkpoint, "Signatures"): the leaves up to
    /// the signed size must make the signed root.
    fn check_continues(&self, mut edge: Frontier, known: &[Hash]) -> Result<(), LedgerError> {
        let Some(latest) = &self.latest else { return Ok(()) };
        for leaf in known {
            edge.push(*leaf);
        }
        if edge.root() == *latest.root() {
            return Ok(());
        }
        let size = latest.size();
        // Without given leaves only the tiles can be wrong.
        Err(if known.is_empty() { LedgerError::Damaged { size } } else { LedgerError::Fork { size } })
    }

    fn write_tiles(&self, mut edge: Frontier, leaves: &[Hash]) -> Result<Frontier, LedgerError> {
        let from = edge.size();
        for leaf in leaves {
            for (tile, row) in edge.push(*leaf) {
                tile.write(&self.storage, &row)?;
            }
        }
        for (tile, row) in edge.partial() {
            if count(tile.level(), from) != count(tile.level(), edge.size()) {
                tile.write(&self.storage, row)?;
            }
        }
        Ok(edge)
    }

    fn write_checkpoint(&self, edge: &Frontier) -> Result<Checkpoint, LedgerError> {
        let checkpoint = Checkpoint::new(self.signer.verifier().name(), edge.size(), edge.root());
        if self.latest.as_ref() != Some(&checkpoint) {
            let note = checkpoint.sign(&self.signer);
            self.storage.write(CHECKPOINT, note.as_bytes()).map_err(LedgerError::storage(CHECKPOINT))?;
        }
        Ok(checkpoint)
    }

    /// Partial tiles may go once the full one is there (tlog-tiles, "Partial Tiles").
    fn drop_partials(&self, from: u64, size: u64) -> Result<(), LedgerError> {
        for level in (0..8).take_while(|level| count(*level, size) > 0) {
            for index in count(level, from) / WIDTH..count(level, size) / WIDTH {
                for width in 1..WIDTH {
                    let path = Tile::new(level, index, width).path();
                    self.storage.remove(&path).map_err(LedgerError::storage(&path))?;
                }
            }
        }
        Ok(())
    }
}

/// The checkpoint in the storage, when there is one; an error when it is not signed by this key.
pub(crate) fn read_checkpoint(
    storage: &impl Storage,
    verifier: &Verifier,
) -> Result<Option<Checkpoint>, LedgerError> {
    let note = storage.read(CHECKPOINT).map_err(LedgerError::storage(CHECKPOINT))?;
    Ok(note.map(|note| Checkpoint::open(&note, verifier)).transpose()?)
}
