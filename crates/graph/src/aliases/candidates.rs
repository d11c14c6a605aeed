//! Which pairs are compared: those that have something in common that few have (blocking).

use std::collections::BTreeMap;

use super::Proposer;

impl Proposer {
    /// Pairs to compare, the smaller place first, in order. How many there may be is bounded for each entry, name, word and source.
    pub fn candidates(&self) -> Vec<(usize, usize)> {
        let mut pairs = self.by_what_they_share();
        pairs.extend(self.by_likeness());
        pairs.extend(self.by_mention());
        let ordered = |(one, other): (u32, u32)| (one.min(other) as usize, one.max(other) as usize);
        let mut pairs: Vec<(usize, usize)> = pairs.into_iter().map(ordered).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs.retain(|(one, other)| one != other);
        pairs
    }

    /// The same name, core, word, initials or source.
    fn by_what_they_share(&self) -> Vec<(u32, u32)> {
        let mut sharing: BTreeMap<(u8, &str), Vec<u32>> = BTreeMap::new();
        for (no, entry) in (0_u32..).zip(&self.entries) {
            for name in &entry.names {
                let initials = name.initials.iter().map(|initials| (0, initials.as_str()));
                let spelled = [(0, name.folded.as_str()), (1, name.core.as_str())];
                let keys = spelled.into_iter().chain(initials).chain(name.words().map(|word| (2, word)));
                keys.for_each(|key| sharing.entry(key).or_default().push(no));
            }
            entry.references.iter().for_each(|url| sharing.entry((3, url)).or_default().push(no));
        }
        let few = sharing.into_values().map(|mut all| {
            all.dedup();
            all
        });
        few.filter(|all| all.len() <= self.choice.common).flat_map(|all| pairs_of(&all)).collect()
    }

    /// The nearest in spelling, and in what is written.
    fn by_likeness(&self) -> Vec<(u32, u32)> {
        let spelled = (0..self.spelling.len()).flat_map(|row| {
            let near = self.spelling.nearest(row, self.choice.nearest);
            near.into_iter().map(move |other| (self.owners[row], self.owners[other as usize]))
        });
        let written = (0..self.writing.len()).flat_map(|row| {
            self.writing.nearest(row, self.choice.nearest).into_iter().map(move |other| (row as u32, other))
        });
        spelled.chain(written).collect()
    }

    /// One or its namesake mentions the other, or a third mentions both.
    fn by_mention(&self) -> Vec<(u32, u32)> {
        let told = self.mentions.told();
        told.flat_map(|(telling, named)| {
            let few = |named: &u32| self.mentions.count(*named) <= self.choice.common;
            let mut all: Vec<u32> = named.iter().copied().filter(few).take(self.choice.common).collect();
            all.extend(self.namesakes(telling).chain([telling]).take(self.choice.common));
            pairs_of(&all)
        })
        .collect()
    }
}

fn pairs_of(all: &[u32]) -> Vec<(u32, u32)> {
    let after = |place: usize| all[place + 1..].iter().map(move |other| (all[place], *other));
    (0..all.len()).flat_map(after).collect()
}
