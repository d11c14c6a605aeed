//! Checking a whole log offline, against the records it was made of.

use std::fmt;

use crate::{
    checkpoint::Checkpoint,
    error::LedgerError,
    frontier::Frontier,
    hash::Hash,
    log::{CHECKPOINT, read_checkpoint},
    note::Verifier,
    storage::Storage,
    tile::{Tile, WIDTH, count},
};

/// The first thing in a log that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstBad {
    /// The first leaf that does not hold; `None` when no leaf can be named, as with a spoilt checkpoint.
    pub index: Option<u64>,
    /// What is wrong.
    pub what: Fault,
}

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The checkpoint is absent, unreadable or not signed by the key.
    #[error("{0}")]
    Checkpoint(String),
    /// There are fewer records than were signed.
    #[error("the record is gone")]
    RecordGone,
    /// The record is not the one that was signed; the log's files hold.
    #[error("the record is not the one that was signed")]
    Record,
    /// A tile was changed or lost; the records hold.
    #[error("`{path}` {reason}; the records hold")]
    Tile {
        /// The file, relative to the log.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Neither the records nor the tiles make the root that was signed.
    #[error("neither the records nor the log's tiles make the signed root")]
    Both,
}

impl fmt::Display for FirstBad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "leaf {index} does not hold: {}", self.what),
            None => write!(f, "the log does not hold: {}", self.what),
        }
    }
}

impl std::error::Error for FirstBad {}

/// Checks the whole log against its records: `leaves` are the leaf hashes recomputed from them, from 0 on.
///
/// The checkpoint must be signed by the key, the records must make the signed root, and every tile must hold what the
/// records make. Leaves after the signed size are not asked for: records that are not published yet are no fault, and
/// whoever keeps them can count them. Memory is bounded by a tile a level.
pub fn verify(
    storage: &impl Storage,
    verifier: &Verifier,
    leaves: impl IntoIterator<Item = Hash>,
) -> Result<Checkpoint, FirstBad> {
    let checkpoint = signed(storage, verifier)?;
    let mut walk = Walk::new(storage, checkpoint.size());
    let mut leaves = leaves.into_iter();
    for index in 0..checkpoint.size() {
        let gone = FirstBad { index: Some(index), what: Fault::RecordGone };
        walk.step(leaves.next().ok_or(gone)?);
    }
    walk.finish(&checkpoint)?;
    Ok(checkpoint)
}

fn signed(storage: &impl Storage, verifier: &Verifier) -> Result<Checkpoint, FirstBad> {
    let reason = match read_checkpoint(storage, verifier) {
        Ok(Some(checkpoint)) => return Ok(checkpoint),
        Ok(None) => format!("`{CHECKPOINT}` is not there"),
        Err(error) => error.to_string(),
    };
    Err(FirstBad { index: None, what: Fault::Checkpoint(reason) })
}

/// A walk along the leaves that builds the tree of the records and that of the stored leaf hashes side by side.
struct Walk<'s, S> {
    storage: &'s S,
    size: u64,
    records: Frontier,
    stored: Frontier,
    /// The level-0 tile that the walk is in; empty when it could not be read.
    row: Vec<Hash>,
    /// The first leaf whose stored hash is not the record's.
    difference: Option<u64>,
    /// The first leaf beneath a tile that is not what the records make, and what is wrong with the tile.
    tile: Option<(u64, Fault)>,
}

impl<'s, S: Storage> Walk<'s, S> {
    fn new(storage: &'s S, size: u64) -> Self {
        let (records, stored) = (Frontier::default(), Frontier::default());
        Self { storage, size, records, stored, row: Vec::new(), difference: None, tile: None }
    }

    fn step(&mut self, record: Hash) {
        let index = self.records.size();
        if index.is_multiple_of(WIDTH) {
            self.row = Tile::holding(0, index, self.size)
                .and_then(|tile| tile.read(self.storage).ok())
                .unwrap_or_default();
        }
        if let Some(stored) = self.row.get((index % WIDTH) as usize) {
            self.stored.push(*stored);
            if *stored != record {
                self.difference.get_or_insert(index);
            }
        }
        for (tile, row) in self.records.push(record) {
            self.compare(tile, &row);
        }
    }

    /// Compares a stored tile with what the records make.
    fn compare(&mut self, tile: Tile, expected: &[Hash]) {
        match tile.read(self.storage) {
            Ok(row) => self.compare_row(tile, &row, expected),
            Err(error) => self.blame(tile, 0, reason(error)),
        }
    }

    fn compare_row(&mut self, tile: Tile, row: &[Hash], expected: &[Hash]) {
        if let Some(place) = row.iter().zip(expected).position(|(stored, made)| stored != made) {
            self.blame(tile, place, "is not what the records make".to_owned());
        }
    }

    fn blame(&mut self, tile: Tile, place: usize, reason: String) {
        let index = tile.first_leaf(place);
        if self.tile.as_ref().is_none_or(|(first, _)| index < *first) {
            self.tile = Some((index, Fault::Tile { path: tile.path(), reason }));
        }
    }

    /// The partial tiles: those of the signed size, which must be there, and those of earlier sizes, which may be.
    fn compare_partials(&mut self) {
        let partials: Vec<_> = self.records.partial().map(|(tile, row)| (tile, row.to_vec())).collect();
        for (tile, row) in partials {
            self.compare(tile, &row);
            for width in 1..tile.width() {
                let earlier = Tile::new(tile.level(), tile.index(), width as u64);
                match earlier.read_exactly(self.storage) {
                    Ok(Some(stored)) => self.compare_row(earlier, &stored, &row),
                    Ok(None) => {}
                    Err(error) => self.blame(earlier, 0, reason(error)),
                }
            }
        }
    }

    /// Judges which of the two sides the signed root bears out.
    fn finish(mut self, checkpoint: &Checkpoint) -> Result<(), FirstBad> {
        self.compare_partials();
        debug_assert_eq!(count(0, self.size), self.records.size());
        let first_tile = self.tile.as_ref().map(|(index, _)| *index);
        if self.records.root() == *checkpoint.root() {
            return match self.tile {
                Some((index, what)) => Err(FirstBad { index: Some(index), what }),
                None => Ok(()),
            };
        }
        let stored_holds = self.stored.size() == self.size && self.stored.root() == *checkpoint.root();
        let what = if stored_holds { Fault::Record } else { Fault::Both };
        // When the leaves of both sides agree, both were changed alike, and a tile of a higher level may tell where.
        Err(FirstBad { index: self.difference.or(first_tile), what })
    }
}

fn reason(error: LedgerError) -> String {
    match error {
        LedgerError::Tile { reason, .. } => reason.to_owned(),
        LedgerError::Storage { source, .. } => format!("could not be read: {source}"),
        other => other.to_string(),
    }
}
