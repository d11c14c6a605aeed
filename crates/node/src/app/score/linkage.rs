//! Record linkage as Splink does it: the model of Fellegi and Sunter (1969), its probabilities estimated by expectation maximisation,
//! frequent values counting less, and whatever a chain of probable pairs reaches in one cluster (Linacre et al. 2022).
//!
//! A record is a thing; its columns are the kinds of its links in each direction, its values what stands at their other ends. Two
//! records agree in a column when they share a value there, and are not compared where one of them has none.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use entente_graph::Direction;
use entente_model::VertexNo;

use crate::app::lens::Lens;

/// Blocking: only pairs that share a value which no more records share are compared.
const BLOCK: usize = 50;
/// Rounds of estimation.
const ROUNDS: usize = 15;
/// Of so many pairs one is a match, before anything is compared.
const PRIOR: f64 = 1e-4;

/// A kind of link and its direction.
type Column = (u16, Direction);

/// Each reached thing with the least probability on its best chain of pairs.
pub(super) fn linkage(lens: &Lens<'_>, seeds: &[VertexNo]) -> Vec<(VertexNo, f64)> {
    let records = Records::read(lens);
    let pairs = records.pairs();
    let weights = Weights::estimate(&records, &pairs);
    let mut near: HashMap<VertexNo, Vec<(VertexNo, f64)>> = HashMap::new();
    for pair in &pairs {
        let probability = weights.probability(pair);
        near.entry(pair.one).or_default().push((pair.other, probability));
        near.entry(pair.other).or_default().push((pair.one, probability));
    }
    reached(&near, seeds)
}

struct Records {
    columns: HashMap<VertexNo, BTreeMap<Column, BTreeSet<VertexNo>>>,
    /// Who has a value.
    values: BTreeMap<(Column, VertexNo), Vec<VertexNo>>,
    /// How many have anything in a column.
    filled: BTreeMap<Column, f64>,
}

/// Two records that share a value few have.
struct Pair {
    one: VertexNo,
    other: VertexNo,
    /// For each column both have: the share of records that have the rarest value they share, if they share one.
    compared: Vec<(Column, Option<f64>)>,
}

impl Records {
    fn read(lens: &Lens<'_>) -> Records {
        let filter = lens.everything();
        let mut records =
            Records { columns: HashMap::new(), values: BTreeMap::new(), filled: BTreeMap::new() };
        for vertex in (0..lens.graph.vertices()).map(VertexNo) {
            let (links, _) = lens.graph.links(vertex, &filter, 0, usize::MAX);
            let columns = records.columns.entry(vertex).or_default();
            for link in links.iter().filter(|link| link.source != link.target) {
                let (direction, value) = match link.source == vertex {
                    true => (Direction::Out, link.target),
                    false => (Direction::In, link.source),
                };
                columns.entry((link.kind, direction)).or_default().insert(value);
            }
            for (column, values) in columns {
                *records.filled.entry(*column).or_default() += 1.0;
                for value in values.iter() {
                    records.values.entry((*column, *value)).or_default().push(vertex);
                }
            }
        }
        records
    }

    fn pairs(&self) -> Vec<Pair> {
        let mut met: BTreeSet<(VertexNo, VertexNo)> = BTreeSet::new();
        for sharing in self.values.values().filter(|sharing| (2..=BLOCK).contains(&sharing.len())) {
            for (place, one) in sharing.iter().enumerate() {
                met.extend(sharing[place + 1..].iter().map(|other| (*one, *other)));
            }
        }
        met.into_iter().map(|(one, other)| Pair { one, other, compared: self.compare(one, other) }).collect()
    }

    fn compare(&self, one: VertexNo, other: VertexNo) -> Vec<(Column, Option<f64>)> {
        let (Some(one), Some(other)) = (self.columns.get(&one), self.columns.get(&other)) else {
            return Vec::new();
        };
        let both = one.iter().filter_map(|(column, values)| Some((*column, values, other.get(column)?)));
        both.map(|(column, values, others)| {
            let shared = values.intersection(others).map(|value| self.share(column, *value));
            (column, shared.min_by(f64::total_cmp))
        })
        .collect()
    }

    /// The share of records with anything in a column that have this value there.
    fn share(&self, column: Column, value: VertexNo) -> f64 {
        let having = self.values.get(&(column, value)).map_or(0, Vec::len) as f64;
        having / self.filled.get(&column).copied().unwrap_or(1.0)
    }

    /// How probably two records agree in each column by chance.
    fn by_chance(&self) -> HashMap<Column, f64> {
        let mut chance: HashMap<Column, f64> = HashMap::new();
        for (column, value) in self.values.keys() {
            *chance.entry(*column).or_default() += self.share(*column, *value).powi(2);
        }
        chance
    }
}

/// How probably two records agree in a column when they match, and when they do not.
struct Weights {
    matching: HashMap<Column, f64>,
    chance: HashMap<Column, f64>,
}

impl Weights {
    fn estimate(records: &Records, pairs: &[Pair]) -> Weights {
        let chance = records.by_chance();
        let matching = chance.keys().map(|column| (*column, 0.9)).collect();
        let mut weights = Weights { matching, chance };
        for _ in 0..ROUNDS {
            let mut agreed: HashMap<Column, (f64, f64)> = HashMap::new();
            for pair in pairs {
                let probability = weights.probability(pair);
                for (column, shared) in &pair.compared {
                    let sums = agreed.entry(*column).or_default();
                    sums.0 += if shared.is_some() { probability } else { 0.0 };
                    sums.1 += probability;
                }
            }
            for (column, (agreeing, all)) in agreed {
                if all > 0.0 {
                    weights.matching.insert(column, (agreeing / all).clamp(0.001, 0.999));
                }
            }
        }
        weights
    }

    fn probability(&self, pair: &Pair) -> f64 {
        let bits: f64 = pair.compared.iter().map(|compared| self.bits(*compared)).sum();
        let odds = PRIOR / (1.0 - PRIOR) * bits.exp2();
        odds / (1.0 + odds)
    }

    fn bits(&self, (column, shared): (Column, Option<f64>)) -> f64 {
        let of = |table: &HashMap<Column, f64>| table.get(&column).copied().unwrap_or(0.5).clamp(1e-9, 0.999);
        let (matching, chance) = (of(&self.matching), of(&self.chance));
        match shared {
            Some(share) => (matching / share.clamp(1e-9, 1.0)).log2(),
            None => ((1.0 - matching) / (1.0 - chance)).log2(),
        }
    }
}

/// Best first; what one begins from is sure.
fn reached(near: &HashMap<VertexNo, Vec<(VertexNo, f64)>>, seeds: &[VertexNo]) -> Vec<(VertexNo, f64)> {
    /// Ordered by probability; bits of a positive number are in its order.
    type Open = (u64, VertexNo);
    let mut best: HashMap<VertexNo, f64> = HashMap::new();
    let mut open: BinaryHeap<Open> = seeds.iter().map(|seed| (1.0_f64.to_bits(), *seed)).collect();
    while let Some((bits, vertex)) = open.pop() {
        if best.contains_key(&vertex) {
            continue;
        }
        let probability = f64::from_bits(bits);
        best.insert(vertex, probability);
        for (other, on) in near.get(&vertex).map_or(&[][..], Vec::as_slice) {
            if !best.contains_key(other) {
                open.push((probability.min(*on).to_bits(), *other));
            }
        }
    }
    best.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARED: Column = (1, Direction::Out);

    fn records(of: &[(u32, &[u32])]) -> Records {
        let mut records =
            Records { columns: HashMap::new(), values: BTreeMap::new(), filled: BTreeMap::new() };
        for (record, values) in of {
            let values: BTreeSet<VertexNo> = values.iter().map(|value| VertexNo(*value)).collect();
            for value in &values {
                records.values.entry((SHARED, *value)).or_default().push(VertexNo(*record));
            }
            records.columns.insert(VertexNo(*record), BTreeMap::from([(SHARED, values)]));
            *records.filled.entry(SHARED).or_default() += 1.0;
        }
        records
    }

    #[test]
    fn a_rare_value_says_more_than_a_frequent_one() {
        let many: Vec<(u32, &[u32])> = (10..30).map(|record| (record, &[101_u32][..])).collect();
        let records = records(&[&[(1, &[100_u32][..]), (2, &[100])], &many[..]].concat());
        let pairs = records.pairs();
        let weights = Weights::estimate(&records, &pairs);
        let of = |one: u32| {
            let pair = pairs.iter().find(|pair| pair.one == VertexNo(one)).expect("a pair");
            weights.probability(pair)
        };
        assert!(of(1) > of(10), "{} {}", of(1), of(10));
    }

    #[test]
    fn a_chain_is_as_probable_as_its_weakest_pair() {
        let at = VertexNo;
        let near = HashMap::from([
            (at(1), vec![(at(2), 0.9), (at(3), 0.2)]),
            (at(2), vec![(at(1), 0.9), (at(3), 0.7)]),
        ]);
        let found: BTreeMap<VertexNo, f64> = reached(&near, &[at(1)]).into_iter().collect();
        assert_eq!(found, BTreeMap::from([(at(1), 1.0), (at(2), 0.9), (at(3), 0.7)]));
    }
}
