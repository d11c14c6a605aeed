//! The right edge of a tree: all it takes to grow it and to know its root.

use crate::{
    error::LedgerError,
    hash::Hash,
    storage::Storage,
    tile::{Tile, WIDTH, count},
};

/// The last, partial tile of each level.
///
/// `rows[l]` holds the hashes of level `l` that are in no full tile yet: `floor(size / 256^l) mod 256` of them.
#[derive(Clone, Debug, Default)]
pub struct Frontier {
    size: u64,
    rows: Vec<Vec<Hash>>,
}

impl Frontier {
    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The right edge of the first `size` leaves, read from the tiles of a tree of `stored` leaves, which has at least
    /// as many. Its root is not checked here.
    pub(crate) fn load(storage: &impl Storage, size: u64, stored: u64) -> Result<Self, LedgerError> {
        let mut rows = Vec::new();
        for level in (0..8).take_while(|level| count(*level, size) > 0) {
            let width = count(level, size) % WIDTH;
            let tile = Tile::holding(level, count(level, size) - width, stored).filter(|_| width > 0);
            let mut row = tile.map_or(Ok(Vec::new()), |tile| tile.read(storage))?;
            row.truncate(width as usize);
            rows.push(row);
        }
        Ok(Self { size, rows })
    }

    /// Grows the tree by a leaf and gives the tiles that this filled, lowest level first.
    pub fn push(&mut self, leaf: Hash) -> Vec<(Tile, Vec<Hash>)> {
        self.size += 1;
        let mut filled = Vec::new();
        let mut hash = leaf;
        for level in 0.. {
            if self.rows.len() <= level {
                self.rows.push(Vec::new());
            }
            self.rows[level].push(hash);
            if (self.rows[level].len() as u64) < WIDTH {
                break;
            }
            let row = std::mem::take(&mut self.rows[level]);
            hash = Hash::root_of(&row);
            let level = level as u32;
            filled.push((Tile::new(level, count(level, self.size) / WIDTH - 1, WIDTH), row));
        }
        filled
    }

    /// The partial tiles of this size, lowest level first.
    pub(crate) fn partial(&self) -> impl Iterator<Item = (Tile, &[Hash])> {
        self.rows.iter().enumerate().filter(|(_, row)| !row.is_empty()).map(|(level, row)| {
            let index = count(level as u32, self.size) / WIDTH;
            (Tile::new(level as u32, index, row.len() as u64), row.as_slice())
        })
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        // What is to the right of a row is smaller than each of its subtrees, so it is the row's last, smaller one.
        let mut right = None;
        for row in &self.rows {
            let whole: Vec<Hash> = row.iter().copied().chain(right).collect();
            right = (!whole.is_empty()).then(|| Hash::root_of(&whole));
        }
        right.unwrap_or_else(Hash::empty)
    }
}
