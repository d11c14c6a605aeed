//! A set of kinds, of links or of vertices, as a bitmap over kind numbers.

/// Words that cover every 16-bit number.
pub(crate) const WORDS: usize = 1 << 10;

/// Kind numbers, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindSet {
    words: Vec<u64>,
}

impl KindSet {
    /// No kind.
    pub fn empty() -> KindSet {
        KindSet::default()
    }

    /// Adds a kind.
    pub fn insert(&mut self, kind: u16) {
        let word = usize::from(kind >> 6);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (kind & 63);
    }

    /// Whether a kind is in the set.
    pub fn contains(&self, kind: u16) -> bool {
        self.words.get(usize::from(kind >> 6)).is_some_and(|word| word >> (kind & 63) & 1 != 0)
    }

    /// The whole bitmap at its full width, in which no lookup can be out of bounds.
    pub(crate) fn full_width(&self) -> Box<[u64; WORDS]> {
        let mut words = Box::new([0; WORDS]);
        words.iter_mut().zip(&self.words).for_each(|(to, from)| *to = *from);
        words
    }
}

impl FromIterator<u16> for KindSet {
    fn from_iter<I: IntoIterator<Item = u16>>(kinds: I) -> KindSet {
        let mut set = KindSet::empty();
        kinds.into_iter().for_each(|kind| set.insert(kind));
        set
    }
}
