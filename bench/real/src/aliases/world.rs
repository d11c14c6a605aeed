//! Entries without their synonyms and links, names without entries, and which of them are the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anyhow::Result;
use entente_graph::aliases::{Entry, Kind};

use super::galaxy::{self, Told};

/// A thing of more entries is left out: only CryptoMix, whose 27 entries are variants, linked each with each, and would make up most of
/// the pairs that are sought.
const MOST_ENTRIES: usize = 25;

/// Which synonyms are hidden.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    All,
    /// Half of them, wherever they stand; the others are known, as in practice.
    Half,
}

pub struct World {
    /// Entries of catalogues, then names of which nothing else is told.
    pub entries: Vec<Entry>,
    /// How many of them are of catalogues.
    pub told: usize,
    /// Of which thing each is, and the half into which that fell.
    pub things: Vec<u32>,
    tested: Vec<bool>,
    large: BTreeSet<u32>,
    /// Pairs that somebody says are the same, the smaller first.
    pub same: BTreeSet<(usize, usize)>,
}

impl World {
    pub fn read(data: &Path, kind: Kind, hidden: Hidden) -> Result<World> {
        Ok(World::new(&galaxy::read(data, kind)?, hidden))
    }

    fn new(told: &[Told], hidden: Hidden) -> World {
        let mut same = linked(told);
        same.extend(named_alike(told));
        let mut entries: Vec<Entry> = told.iter().map(|told| entry(told, hidden)).collect();
        for (name, by) in bare(told, hidden) {
            same.extend(by.into_iter().map(|no| (no, entries.len())));
            entries.push(Entry { names: vec![name], ..Entry::default() });
        }
        let things = things(entries.len(), &same);
        let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
        things.iter().take(told.len()).for_each(|thing| *sizes.entry(*thing).or_default() += 1);
        let large: BTreeSet<u32> =
            sizes.into_iter().filter(|(_, size)| *size > MOST_ENTRIES).map(|(thing, _)| thing).collect();
        same.retain(|(one, _)| !large.contains(&things[*one]));
        let tested = halves(&things, &same, |thing| &entries[thing].names[0]);
        World { told: told.len(), things, tested, large, same, entries }
    }

    /// Whether the thing is of the half that is looked at in the end.
    pub fn is_tested(&self, entry: usize) -> bool {
        self.tested[entry]
    }

    /// Whether two are the same. Nothing where nobody says so and both are the same as a third, or are names alone.
    pub fn label(&self, (one, other): (usize, usize)) -> Option<bool> {
        let same_thing = self.things[one] == self.things[other];
        let is_scored = one < self.told && (!same_thing || self.same.contains(&(one, other)));
        is_scored.then_some(same_thing)
    }

    /// Whether one of a pair is a name alone.
    pub fn is_bare(&self, (_, other): (usize, usize)) -> bool {
        other >= self.told
    }

    /// Things of which several entries tell, or one and another name.
    pub fn thing_count(&self) -> usize {
        self.same.iter().map(|(one, _)| self.things[*one]).collect::<BTreeSet<u32>>().len()
    }

    pub fn left_out(&self) -> usize {
        self.things.iter().filter(|thing| self.large.contains(thing)).count()
    }
}

impl Hidden {
    fn holds(self, synonym: &str) -> bool {
        self == Hidden::All || hash(synonym) & 1 == 1
    }
}

fn entry(told: &Told, hidden: Hidden) -> Entry {
    let known = told.synonyms.iter().filter(|name| !hidden.holds(name));
    Entry {
        names: [&told.name].into_iter().chain(known).cloned().collect(),
        source: Some(told.galaxy.clone()),
        country: told.country.clone(),
        references: told.references.clone(),
        text: told.text.clone(),
    }
}

/// Entries that are said to be similar, or both similar to the same that is not here.
fn linked(told: &[Told]) -> BTreeSet<(usize, usize)> {
    let numbers: HashMap<&str, usize> = told.iter().map(|told| told.uuid.as_str()).zip(0..).collect();
    let (mut pairs, mut elsewhere) = (BTreeSet::new(), BTreeMap::<&str, BTreeSet<usize>>::new());
    for (no, told) in told.iter().enumerate() {
        for to in &told.similar {
            match numbers.get(to.as_str()) {
                Some(other) if *other != no => _ = pairs.insert((no.min(*other), no.max(*other))),
                Some(_) => {}
                None => _ = elsewhere.entry(to).or_default().insert(no),
            }
        }
    }
    pairs.extend(elsewhere.values().flat_map(pairs_of));
    pairs
}

/// Entries with a name or synonym in common.
fn named_alike(told: &[Told]) -> BTreeSet<(usize, usize)> {
    let mut named: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (no, told) in told.iter().enumerate() {
        let names = told.synonyms.iter().chain([&told.name]).map(|name| folded(name));
        names.filter(|name| name.len() >= 3).for_each(|name| _ = named.entry(name).or_default().insert(no));
    }
    named.values().flat_map(pairs_of).collect()
}

/// Hidden synonyms under which no entry goes, with the entries that have them.
fn bare(told: &[Told], hidden: Hidden) -> Vec<(String, BTreeSet<usize>)> {
    let entries: BTreeSet<String> = told.iter().map(|told| folded(&told.name)).collect();
    let mut names: BTreeMap<String, (String, BTreeSet<usize>)> = BTreeMap::new();
    for (no, told) in told.iter().enumerate() {
        for name in &told.synonyms {
            let key = folded(name);
            if key.len() >= 3 && !entries.contains(&key) && hidden.holds(name) {
                names.entry(key).or_insert_with(|| (name.clone(), BTreeSet::new())).1.insert(no);
            }
        }
    }
    names.into_values().collect()
}

fn pairs_of(all: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    all.iter().flat_map(|one| all.range(one + 1..).map(move |other| (*one, *other))).collect()
}

/// Of which thing each is: the smallest number of what is linked with it, directly or not.
fn things(count: usize, same: &BTreeSet<(usize, usize)>) -> Vec<u32> {
    let mut things: Vec<u32> = (0..count as u32).collect();
    let root = |things: &[u32], mut no: usize| {
        while things[no] as usize != no {
            no = things[no] as usize;
        }
        no
    };
    for (one, other) in same {
        let (one, other) = (root(&things, *one), root(&things, *other));
        things[one.max(other)] = one.min(other) as u32;
    }
    (0..count).map(|no| root(&things, no) as u32).collect()
}

/// The truth's own folding, which owes nothing to what is measured: letters and figures of any script.
fn folded(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether each is of the tested half. Things go by how much is sought of them, then by a hash of the name of their first entry, into one half and
/// the other in turn, so that both have large and small ones.
fn halves<'a>(
    things: &[u32],
    same: &BTreeSet<(usize, usize)>,
    name: impl Fn(usize) -> &'a String,
) -> Vec<bool> {
    let mut sought: BTreeMap<u32, usize> = things.iter().map(|thing| (*thing, 0)).collect();
    same.iter().for_each(|(one, _)| *sought.entry(things[*one]).or_default() += 1);
    let mut order: Vec<(usize, u64, u32)> =
        sought.into_iter().map(|(thing, sought)| (sought, hash(name(thing as usize)), thing)).collect();
    order.sort_unstable();
    let tested: BTreeSet<u32> = order.chunks(2).filter_map(|two| Some(two.get(1)?.2)).collect();
    things.iter().map(|thing| tested.contains(thing)).collect()
}

/// FNV-1a, its bits spread.
fn hash(name: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    folded(name).bytes().fold(0xcbf2_9ce4_8422_2325, step).rotate_left(32)
}
