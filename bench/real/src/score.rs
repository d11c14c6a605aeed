//! How good a ranking or a grouping is.

use std::collections::HashMap;
use std::io::Write;

use anyhow::Result;

/// Average precision: the mean, over all that are sought, of the precision where each is found. What is ranked alike is found at
/// once, so that no order among equals helps.
pub fn average_precision(ranked: impl IntoIterator<Item = (f64, bool)>) -> f64 {
    let mut ranked: Vec<(f64, bool)> = ranked.into_iter().collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut seen, mut found, mut sum) = (0.0, 0.0, 0.0);
    for equals in ranked.chunk_by(|one, other| one.0 == other.0) {
        let right = equals.iter().filter(|(_, right)| *right).count() as f64;
        seen += equals.len() as f64;
        found += right;
        sum += right * found / seen;
    }
    if found > 0.0 { sum / found } else { 0.0 }
}

/// How many are right among the first so many; equals are taken in the order given.
pub fn right_among(ranked: impl IntoIterator<Item = (f64, bool)>, first: usize) -> usize {
    let mut ranked: Vec<(f64, bool)> = ranked.into_iter().collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    ranked.iter().take(first).filter(|(_, right)| *right).count()
}

/// Between which average precisions 95 in 100 lie when the ranked things are drawn anew from themselves (Efron 1979).
pub fn interval(ranked: &[(f64, bool)]) -> (f64, f64) {
    let mut state = 1_u64;
    let mut draw = || {
        // Knuth's multiplier; chance that is the same in every run.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ranked[(state >> 33) as usize % ranked.len()]
    };
    let mut drawn: Vec<f64> =
        (0..1000).map(|_| average_precision((0..ranked.len()).map(|_| draw()).collect::<Vec<_>>())).collect();
    drawn.sort_by(f64::total_cmp);
    (drawn[25], drawn[974])
}

/// One line of a table: name, average precision, right among the first hundred.
pub fn line(name: &str, ranked: &[(f64, bool)], out: &mut dyn Write) -> Result<()> {
    let ranked = || ranked.iter().copied();
    let (precision, right) = (average_precision(ranked()), right_among(ranked(), 100));
    writeln!(out, "{name:60} {precision:.3}  {right:3} of the first 100")?;
    Ok(())
}

/// Two ways to part the same things, one found and one true, compared by pairs of things.
pub struct Partition {
    things: f64,
    /// Pairs put together rightly, put together, and that belong together.
    right: f64,
    found: f64,
    sought: f64,
    /// Sums over things: the share of its group that is of its own, and the share of its own that is in its group.
    purity: f64,
    completeness: f64,
}

impl Partition {
    /// Of each thing the group found and the true one.
    pub fn new(things: impl IntoIterator<Item = (u32, u32)>) -> Partition {
        let (mut both, mut found, mut sought) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (group, label) in things {
            *both.entry((group, label)).or_insert(0.0) += 1.0;
            *found.entry(group).or_insert(0.0) += 1.0;
            *sought.entry(label).or_insert(0.0) += 1.0;
        }
        let things = found.values().sum();
        let share = |(cell, count): (&(u32, u32), &f64)| {
            (count * count / found[&cell.0], count * count / sought[&cell.1])
        };
        let shares = || both.iter().map(share);
        Partition {
            purity: shares().map(|(pure, _)| pure).sum(),
            completeness: shares().map(|(_, complete)| complete).sum(),
            things,
            right: both.values().copied().map(pairs).sum(),
            found: found.values().copied().map(pairs).sum(),
            sought: sought.values().copied().map(pairs).sum(),
        }
    }

    /// Of pairs put together, the share that belong together.
    pub fn precision(&self) -> f64 {
        self.right / self.found.max(1.0)
    }

    /// Of pairs that belong together, the share that is put together.
    pub fn recall(&self) -> f64 {
        self.right / self.sought.max(1.0)
    }

    /// B-cubed (Bagga and Baldwin 1998): precision and recall of the group of a thing, in the mean over things, so that one large group
    /// does not outweigh all others.
    pub fn b_cubed(&self) -> (f64, f64) {
        (self.purity / self.things.max(1.0), self.completeness / self.things.max(1.0))
    }

    /// Pairs put together.
    pub fn pairs(&self) -> f64 {
        self.found
    }

    /// Hubert and Arabie 1985: 1 is the truth, 0 what chance reaches.
    pub fn adjusted_rand(&self) -> f64 {
        let chance = self.found * self.sought / pairs(self.things).max(1.0);
        let most = (self.found + self.sought) / 2.0;
        if most == chance { 0.0 } else { (self.right - chance) / (most - chance) }
    }
}

fn pairs(count: f64) -> f64 {
    count * (count - 1.0) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_are_found_at_once() {
        assert_eq!(average_precision([(2.0, true), (1.0, false)]), 1.0);
        assert_eq!(average_precision([(1.0, true), (1.0, false)]), 0.5);
        assert_eq!(average_precision([(2.0, false), (1.0, true)]), 0.5);
    }

    #[test]
    fn the_true_partition_has_a_rand_of_one() {
        let same = Partition::new([(1, 5), (1, 5), (2, 6), (2, 6)]);
        assert_eq!((same.adjusted_rand(), same.precision(), same.recall()), (1.0, 1.0, 1.0));
        let crossed = Partition::new([(1, 5), (2, 5), (1, 6), (2, 6)]);
        assert!((crossed.adjusted_rand() + 0.5).abs() < 1e-9);
        assert_eq!((crossed.precision(), crossed.b_cubed()), (0.0, (0.5, 0.5)));
    }
}
