//! Hashes of parts of the tree, read from its tiles.

use crate::{
    error::LedgerError,
    hash::{Hash, split},
    storage::Storage,
    tile::{Tile, WIDTH},
};

/// A tree of a given size in a storage.
pub(crate) struct Tree<'s, S> {
    pub(crate) storage: &'s S,
    pub(crate) size: u64,
}

impl<S: Storage> Tree<'_, S> {
    /// The root over the leaves from `from` up to `to`, where RFC 6962 has a subtree; `from < to <= size`.
    pub(crate) fn root(&self, from: u64, to: u64) -> Result<Hash, LedgerError> {
        let n = to - from;
        if n.is_power_of_two() {
            return self.complete(n.ilog2(), from >> n.ilog2());
        }
        let middle = from + split(n);
        Ok(Hash::node(&self.root(from, middle)?, &self.root(middle, to)?))
    }

    /// The root of the complete subtree number `nth` of 2^`height` leaves.
    fn complete(&self, height: u32, nth: u64) -> Result<Hash, LedgerError> {
        // A tile's hashes stand eight levels apart; those between are made from 2^(height mod 8) of its hashes.
        let (level, run) = (height / 8, 1 << (height % 8));
        let first = nth * run;
        let beyond = || LedgerError::Beyond { asked: (nth + 1) << height, size: self.size };
        let row = Tile::holding(level, first, self.size).ok_or_else(beyond)?.read(self.storage)?;
        let place = (first % WIDTH) as usize;
        row.get(place..place + run as usize).map(Hash::root_of).ok_or_else(beyond)
    }

    /// The audit path of a leaf in the tree of the first `size` leaves, RFC 6962 section 2.1.1; `index < size`, and `size` is
    /// at most that of this tree.
    pub(crate) fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, LedgerError> {
        let (mut from, mut to) = (0, size);
        let mut path = Vec::new();
        while to - from > 1 {
            let middle = from + split(to - from);
            if index < middle {
                path.push(self.root(middle, to)?);
                to = middle;
            } else {
                path.push(self.root(from, middle)?);
                from = middle;
            }
        }
        path.reverse();
        Ok(path)
    }

    /// The proof that the first `old` leaves are still there, RFC 6962 section 2.1.2; `0 < old <= size`.
    pub(crate) fn consistency(&self, old: u64) -> Result<Vec<Hash>, LedgerError> {
        let (mut from, mut to) = (0, self.size);
        let mut path = Vec::new();
        while old != to {
            let middle = from + split(to - from);
            if old <= middle {
                path.push(self.root(middle, to)?);
                to = middle;
            } else {
                path.push(self.root(from, middle)?);
                from = middle;
            }
        }
        // A subtree that began at the first leaf is the old tree itself, whose root the other side has.
        if from > 0 {
            path.push(self.root(from, to)?);
        }
        path.reverse();
        Ok(path)
    }
}
