//! What became of groups between two moments.

use super::Groups;

/// When groups of two moments are the same, and when one went into another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matching {
    /// Least Jaccard similarity of members (those in both, over those in either) for groups to be the same: .3 by custom (Greene,
    /// Doyle, Cunningham 2010).
    pub similarity: f64,
    /// Least share of a group's members found in another to say that it, or that part, went there.
    pub containment: f64,
    /// Groups with fewer members than this in both moments are not looked at.
    pub least: u32,
    /// By which share of its members a group must have changed to have grown or shrunk.
    pub margin: f64,
}

impl Default for Matching {
    fn default() -> Self {
        Matching { similarity: 0.3, containment: 0.5, least: 3, margin: 0.1 }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    /// It is like no group before.
    Born,
    /// The same group, larger.
    Grown,
    /// The same group, about as large.
    Kept,
    /// The same group, smaller.
    Shrunk,
    /// Most of two or more groups before are in it.
    Merged,
    /// Most of two or more groups now come from it.
    Split,
    /// No group now is like it.
    Gone,
}

/// One change, in group numbers of the two moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What happened.
    pub fate: Fate,
    /// Groups before: one, but none for a birth and several for a merger.
    pub before: Vec<u32>,
    /// Groups now: one, but none for what is gone and several for a split.
    pub after: Vec<u32>,
    /// Jaccard similarity of the members before and now, of all groups named; 0 when there is nothing to compare.
    pub similarity: f64,
}

impl Groups {
    /// What became of the groups of `before` in these. Vertex numbers do not change, so both may be asked of one snapshot with
    /// different [`Filter::until`](crate::Filter::until). A merger or a split is told once, and of its groups nothing else is.
    pub fn changes_since(&self, before: &Groups, matching: Matching) -> Vec<Change> {
        let mut meeting = Meeting::new(before, self, matching);
        let mut changes = meeting.mergers();
        changes.extend(meeting.splits());
        changes.extend(meeting.same());
        changes.extend(meeting.left_over());
        changes
    }
}

/// How much of each group before is in each group now.
struct Meeting<'a> {
    before: &'a [u32],
    after: &'a [u32],
    matching: Matching,
    /// (before, after, members in both), by before and after.
    shared: Vec<(u32, u32, u32)>,
    /// Which groups have been spoken of.
    told_before: Vec<bool>,
    told_after: Vec<bool>,
}

impl<'a> Meeting<'a> {
    fn new(before: &'a Groups, after: &'a Groups, matching: Matching) -> Meeting<'a> {
        let both = before.of.iter().copied().zip(after.of.iter().copied());
        let mut pairs: Vec<(u32, u32)> =
            both.filter(|(before, after)| *before != Groups::NONE && *after != Groups::NONE).collect();
        pairs.sort_unstable();
        let runs = pairs.chunk_by(|a, b| a == b);
        let shared = runs.map(|run| (run[0].0, run[0].1, run.len() as u32)).collect();
        let small = |sizes: &[u32]| sizes.iter().map(|size| *size < matching.least).collect::<Vec<bool>>();
        let (told_before, told_after) = (small(&before.sizes), small(&after.sizes));
        Meeting { before: &before.sizes, after: &after.sizes, matching, shared, told_before, told_after }
    }

    fn mergers(&mut self) -> Vec<Change> {
        let sources = self.shared.iter().filter(|(before, after, both)| {
            self.is_new_to_tell(*before, *after) && self.holds(*both, self.before[*before as usize])
        });
        let mut into: Vec<(u32, u32)> = sources.map(|(before, after, _)| (*after, *before)).collect();
        into.sort_unstable();
        let mut mergers = Vec::new();
        for run in into.chunk_by(|a, b| a.0 == b.0) {
            // Half of a group may be here and half there, but it is told of once.
            let untold =
                run.iter().map(|(_, before)| *before).filter(|before| !self.told_before[*before as usize]);
            let sources: Vec<u32> = untold.collect();
            if sources.len() > 1 {
                mergers.push(self.tell(Fate::Merged, sources, vec![run[0].0]));
            }
        }
        mergers
    }

    fn splits(&mut self) -> Vec<Change> {
        let parts = self.shared.iter().filter(|(before, after, both)| {
            self.is_new_to_tell(*before, *after) && self.holds(*both, self.after[*after as usize])
        });
        let from: Vec<(u32, u32)> = parts.map(|(before, after, _)| (*before, *after)).collect();
        let mut splits = Vec::new();
        for run in from.chunk_by(|a, b| a.0 == b.0) {
            let untold =
                run.iter().map(|(_, after)| *after).filter(|after| !self.told_after[*after as usize]);
            let parts: Vec<u32> = untold.collect();
            if parts.len() > 1 {
                splits.push(self.tell(Fate::Split, vec![run[0].0], parts));
            }
        }
        splits
    }

    /// Pairs the most similar first.
    fn same(&mut self) -> Vec<Change> {
        let similar = |(before, after, both): &(u32, u32, u32)| {
            let either = self.before[*before as usize] + self.after[*after as usize] - both;
            (f64::from(*both) / f64::from(either), *before, *after)
        };
        let mut pairs: Vec<(f64, u32, u32)> = self.shared.iter().map(similar).collect();
        pairs.retain(|(similarity, ..)| *similarity >= self.matching.similarity);
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut changes = Vec::new();
        for (_, before, after) in pairs {
            if self.is_new_to_tell(before, after) {
                changes.push(self.tell(self.growth(before, after), vec![before], vec![after]));
            }
        }
        changes
    }

    fn left_over(&mut self) -> Vec<Change> {
        let untold =
            |told: &[bool]| (0..told.len() as u32).filter(|group| !told[*group as usize]).collect::<Vec<_>>();
        let (gone, born) = (untold(&self.told_before), untold(&self.told_after));
        let gone: Vec<Change> =
            gone.into_iter().map(|group| self.tell(Fate::Gone, vec![group], Vec::new())).collect();
        let born = born.into_iter().map(|group| self.tell(Fate::Born, Vec::new(), vec![group]));
        born.chain(gone).collect()
    }

    fn growth(&self, before: u32, after: u32) -> Fate {
        let (then, now) = (f64::from(self.before[before as usize]), f64::from(self.after[after as usize]));
        if now > then * (1.0 + self.matching.margin) {
            Fate::Grown
        } else if now < then * (1.0 - self.matching.margin) {
            Fate::Shrunk
        } else {
            Fate::Kept
        }
    }

    fn holds(&self, both: u32, of: u32) -> bool {
        f64::from(both) >= self.matching.containment * f64::from(of)
    }

    fn is_new_to_tell(&self, before: u32, after: u32) -> bool {
        !self.told_before[before as usize] && !self.told_after[after as usize]
    }

    fn tell(&mut self, fate: Fate, before: Vec<u32>, after: Vec<u32>) -> Change {
        before.iter().for_each(|group| self.told_before[*group as usize] = true);
        after.iter().for_each(|group| self.told_after[*group as usize] = true);
        let similarity = self.similarity(&before, &after);
        Change { fate, before, after, similarity }
    }

    fn similarity(&self, before: &[u32], after: &[u32]) -> f64 {
        let of = |old: &u32| {
            let from = self.shared.partition_point(|(before, ..)| before < old);
            let own = self.shared[from..].iter().take_while(|(before, ..)| before == old);
            own.filter(|(_, new, _)| after.contains(new)).map(|(.., both)| both).sum::<u32>()
        };
        let both: u32 = before.iter().map(of).sum();
        let sum =
            |groups: &[u32], sizes: &[u32]| groups.iter().map(|group| sizes[*group as usize]).sum::<u32>();
        let either = sum(before, self.before) + sum(after, self.after) - both;
        if before.is_empty() || after.is_empty() { 0.0 } else { f64::from(both) / f64::from(either) }
    }
}
