//! Tiles: rows of up to 256 hashes, and where they are kept (C2SP tlog-tiles).

use crate::{error::LedgerError, hash::Hash, storage::Storage};

/// How many hashes a full tile has.
pub(crate) const WIDTH: u64 = 256;

/// Which tile: its level, its index in the level, and how many hashes it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    level: u32,
    index: u64,
    width: u16,
}

impl Tile {
    /// The tile at `level` that has place for that level's hash `nth`, as it is in a tree of `size` leaves;
    /// `None` when such a tree has no such hash.
    pub fn holding(level: u32, nth: u64, size: u64) -> Option<Self> {
        let hashes = count(level, size);
        let index = nth / WIDTH;
        (nth < hashes).then(|| Self::new(level, index, WIDTH.min(hashes - index * WIDTH)))
    }

    pub(crate) fn new(level: u32, index: u64, width: u64) -> Self {
        debug_assert!((1..=WIDTH).contains(&width));
        Self { level, index, width: width as u16 }
    }

    /// The same tile, full.
    pub(crate) fn full(self) -> Self {
        Self { width: WIDTH as u16, ..self }
    }

    pub(crate) fn is_full(self) -> bool {
        u64::from(self.width) == WIDTH
    }

    pub(crate) fn width(self) -> usize {
        usize::from(self.width)
    }

    pub(crate) fn level(self) -> u32 {
        self.level
    }

    pub(crate) fn index(self) -> u64 {
        self.index
    }

    /// The first leaf under the tile's hash number `place`.
    pub(crate) fn first_leaf(self, place: usize) -> u64 {
        (self.index * WIDTH + place as u64) << (8 * self.level)
    }

    /// Where the tile is kept: `tile/<L>/<N>`, with `.p/<W>` when it is partial.
    pub fn path(self) -> String {
        let mut index = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            index = format!("x{:03}/{index}", rest % 1000);
            rest /= 1000;
        }
        let partial = if self.is_full() { String::new() } else { format!(".p/{}", self.width) };
        format!("tile/{}/{index}{partial}", self.level)
    }

    pub(crate) fn write(self, storage: &impl Storage, row: &[Hash]) -> Result<(), LedgerError> {
        debug_assert_eq!(row.len(), self.width());
        let content: Vec<u8> = row.iter().flat_map(Hash::as_bytes).copied().collect();
        let path = self.path();
        storage.write(&path, &content).map_err(LedgerError::storage(&path))
    }

    /// The tile's hashes. A partial tile that was taken away when it became full is read from the full one.
    pub(crate) fn read(self, storage: &impl Storage) -> Result<Vec<Hash>, LedgerError> {
        if let Some(row) = self.read_exactly(storage)? {
            return Ok(row);
        }
        let absent = || LedgerError::Tile { path: self.path(), reason: "is not there" };
        let mut row = self.full().read_exactly(storage)?.ok_or_else(absent)?;
        row.truncate(self.width());
        Ok(row)
    }

    /// The hashes in the file of this very width, or `None` when it is not there.
    pub(crate) fn read_exactly(self, storage: &impl Storage) -> Result<Option<Vec<Hash>>, LedgerError> {
        let path = self.path();
        let Some(content) = storage.read(&path).map_err(LedgerError::storage(&path))? else {
            return Ok(None);
        };
        let (row, rest) = content.as_chunks::<{ Hash::LEN }>();
        if row.len() != self.width() || !rest.is_empty() {
            return Err(LedgerError::Tile { path, reason: "has the wrong length" });
        }
        Ok(Some(row.iter().copied().map(Hash::from_bytes).collect()))
    }
}

/// How many hashes a level of tiles has in a tree of `size` leaves.
pub(crate) fn count(level: u32, size: u64) -> u64 {
    size.checked_shr(8 * level).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_tlog_tiles() {
        assert_eq!(Tile::new(0, 0, 256).path(), "tile/0/000");
        assert_eq!(Tile::new(1, 1_234_067, 256).path(), "tile/1/x001/x234/067");
        assert_eq!(Tile::new(0, 273, 112).path(), "tile/0/273.p/112");
        assert_eq!(Tile::new(2, 1_000, 1).path(), "tile/2/x001/000.p/1");
    }

    /// The example of tlog-tiles, "Partial Tiles".
    #[test]
    fn a_tree_of_70_000_leaves_has_the_tiles_of_the_example() {
        let last = |level| Tile::holding(level, count(level, 70_000) - 1, 70_000).map(Tile::path);
        assert_eq!(last(0).as_deref(), Some("tile/0/273.p/112"));
        assert_eq!(last(1).as_deref(), Some("tile/1/001.p/17"));
        assert_eq!(last(2).as_deref(), Some("tile/2/000.p/1"));
        assert_eq!(count(3, 70_000), 0);
        assert_eq!(Tile::holding(0, 256, 256), None);
        assert_eq!(Tile::holding(1, 0, 256).map(Tile::path).as_deref(), Some("tile/1/000.p/1"));
    }
}
