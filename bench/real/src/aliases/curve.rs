//! How many of the pairs that are the same are found, and how many of those found are the same.

use std::collections::BTreeMap;

/// One compared pair, and the thing to which it is counted when things are drawn anew.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    pub score: f64,
    pub same: bool,
    pub thing: u32,
    /// For how many pairs like it it stands.
    pub weight: f64,
}

pub struct Curve {
    /// The highest score first.
    ranked: Vec<Scored>,
    /// Pairs that are sought and were not compared, by thing.
    missed: Vec<u32>,
}

/// Of what is found at one cut.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cut {
    pub named: f64,
    pub precision: f64,
    pub recall: f64,
}

impl Curve {
    pub fn new(mut scored: Vec<Scored>, missed: Vec<u32>) -> Curve {
        scored.sort_by(|one, other| other.score.total_cmp(&one.score));
        Curve { ranked: scored, missed }
    }

    pub fn sought(&self) -> usize {
        self.ranked.iter().filter(|pair| pair.same).count() + self.missed.len()
    }

    /// The most that is found while this share of what is named is right; equals are named at once.
    pub fn recall_at(&self, precision: f64) -> f64 {
        self.weighed_recall_at(precision, |_| 1.0)
    }

    /// What is named at this score or above.
    pub fn cut(&self, least: f64) -> Cut {
        let named = self.ranked.iter().take_while(|pair| pair.score >= least);
        let (named, right) =
            named.fold((0.0, 0.0), |(named, right), pair| (named + pair.weight, right + one(pair.same)));
        Cut {
            named,
            precision: right / f64::max(named, 1.0),
            recall: right / (self.sought() as f64).max(1.0),
        }
    }

    /// Between which recalls 95 in 100 lie when things are drawn anew from themselves, with all their pairs (Efron 1979).
    pub fn interval(&self, precision: f64) -> (f64, f64) {
        let things: Vec<u32> = {
            let all = self.ranked.iter().map(|pair| pair.thing).chain(self.missed.iter().copied());
            all.map(|thing| (thing, ())).collect::<BTreeMap<u32, ()>>().into_keys().collect()
        };
        let mut state = 1_u64;
        let mut draw = || {
            // Knuth's multiplier; chance that is the same in every run.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            things[(state >> 33) as usize % things.len()]
        };
        let mut times = vec![0.0; things.last().map_or(0, |last| *last as usize + 1)];
        let mut recalls: Vec<f64> = (0..1000)
            .map(|_| {
                times.fill(0.0);
                (0..things.len()).for_each(|_| times[draw() as usize] += 1.0);
                self.weighed_recall_at(precision, |thing| times[thing as usize])
            })
            .collect();
        recalls.sort_by(f64::total_cmp);
        (recalls[25], recalls[974])
    }

    fn weighed_recall_at(&self, precision: f64, weight: impl Fn(u32) -> f64) -> f64 {
        let all = self.ranked.iter().filter(|pair| pair.same).map(|pair| pair.thing);
        let sought: f64 = all.chain(self.missed.iter().copied()).map(&weight).sum();
        let (mut named, mut right, mut best) = (0.0, 0.0, 0.0);
        for equals in self.ranked.chunk_by(|one, other| one.score == other.score) {
            for pair in equals {
                named += weight(pair.thing) * pair.weight;
                right += weight(pair.thing) * one(pair.same);
            }
            if right >= precision * named {
                best = right;
            }
        }
        if sought > 0.0 { best / sought } else { 0.0 }
    }
}

fn one(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_compared_is_not_found() {
        let pair = |score, same| Scored { score, same, thing: 0, weight: 1.0 };
        let curve = Curve::new(vec![pair(0.9, true), pair(0.5, false), pair(0.8, true)], vec![0]);
        assert_eq!((curve.sought(), curve.recall_at(0.95)), (3, 2.0 / 3.0));
        assert_eq!(curve.cut(0.5).precision, 2.0 / 3.0);
    }

    #[test]
    fn equals_are_named_at_once() {
        let pair = |same| Scored { score: 1.0, same, thing: 0, weight: 1.0 };
        assert_eq!(Curve::new(vec![pair(true), pair(false)], Vec::new()).recall_at(0.95), 0.0);
    }
}
