//! Sparse vectors of what stands in each of many rows, the rare counting more (tf-idf), and how alike two rows are (cosine).

use std::collections::HashMap;

/// What stands in more rows than this finds no row: there are too many of them, and it says little.
const MOST_ROWS: usize = 400;

/// A row of so many different entries is half full.
const HALF_FULL: f64 = 20.0;

pub(crate) struct Vectors {
    /// Per row its entries by ascending number, of length one.
    rows: Vec<Vec<(u32, f32)>>,
    /// Per entry the rows in which it stands.
    standing: Vec<Vec<u32>>,
}

impl Vectors {
    pub(crate) fn new(rows: impl Iterator<Item = Vec<String>>) -> Vectors {
        let mut numbers = HashMap::new();
        let mut numbered = |word: String| {
            let next = numbers.len() as u32;
            *numbers.entry(word).or_insert(next)
        };
        let counted: Vec<Vec<(u32, f32)>> =
            rows.map(|row| counts(row.into_iter().map(&mut numbered).collect())).collect();
        let mut standing = vec![Vec::new(); numbers.len()];
        for (row, entries) in (0_u32..).zip(&counted) {
            entries.iter().for_each(|(word, _)| standing[*word as usize].push(row));
        }
        let all = counted.len() as f32;
        let weigh = |(word, count): (u32, f32)| {
            (word, (1.0 + count.ln()) * (1.0 + all / standing[word as usize].len() as f32).ln())
        };
        let rows = counted.into_iter().map(|row| unit(row.into_iter().map(weigh).collect())).collect();
        Vectors { rows, standing }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// From 0, nothing in common, to 1, the same.
    pub(crate) fn cosine(&self, one: usize, other: usize) -> f64 {
        let (one, other) = (&self.rows[one], &self.rows[other]);
        let (mut left, mut right, mut sum) = (0, 0, 0.0);
        while let (Some((word, weight)), Some((also, by))) = (one.get(left), other.get(right)) {
            if word == also {
                sum += f64::from(weight * by);
            }
            left += usize::from(word <= also);
            right += usize::from(also <= word);
        }
        sum.min(1.0)
    }

    /// How much the shorter of two rows has in it, from 0 to nearly 1: what two rows of a few words have in common says little.
    pub(crate) fn fullness(&self, one: usize, other: usize) -> f64 {
        let least = self.rows[one].len().min(self.rows[other].len()) as f64;
        least / (least + HALF_FULL)
    }

    /// The rows most alike to this one, by what is not in too many, the most alike first.
    pub(crate) fn nearest(&self, row: usize, most: usize) -> Vec<u32> {
        let mut sums: HashMap<u32, f32> = HashMap::new();
        for (word, weight) in &self.rows[row] {
            let standing = &self.standing[*word as usize];
            for other in standing.iter().filter(|_| standing.len() <= MOST_ROWS) {
                *sums.entry(*other).or_default() += weight * self.weight(*other, *word);
            }
        }
        sums.remove(&(row as u32));
        let mut nearest: Vec<(u32, f32)> = sums.into_iter().collect();
        nearest.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        nearest.into_iter().take(most).map(|(row, _)| row).collect()
    }

    fn weight(&self, row: u32, word: u32) -> f32 {
        let row = &self.rows[row as usize];
        row.binary_search_by_key(&word, |(word, _)| *word).map_or(0.0, |place| row[place].1)
    }
}

fn counts(mut row: Vec<u32>) -> Vec<(u32, f32)> {
    row.sort_unstable();
    row.chunk_by(|one, other| one == other).map(|same| (same[0], same.len() as f32)).collect()
}

fn unit(row: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    let length = row.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    row.into_iter().map(|(word, weight)| (word, weight / length)).collect()
}
