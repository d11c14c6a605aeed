//! Precision, recall and calibration.

use serde_json::{Value, json};

/// The precision at which recall is compared.
const PRECISION: f64 = 0.95;

/// How good a ranking is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// The largest share of the enterprise among the first of the ranking that are right in 95 of 100 cases.
    pub recall_at_95: f64,
    /// The share that is right of what was said to belong; 1 when nothing was said.
    pub precision: f64,
    /// The share of the enterprise that was said to belong.
    pub recall: f64,
}

impl Figures {
    pub(super) fn of(judged: &[(f64, bool)], size: usize, cut: f64) -> Figures {
        let mut ranked = judged.to_vec();
        ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
        let size = size.max(1) as f64;
        let said = ranked.iter().filter(|(probability, _)| *probability >= cut);
        let (said, right) = said.fold((0, 0), |(said, right), one| (said + 1, right + usize::from(one.1)));
        Figures {
            recall_at_95: best_prefix(&ranked) as f64 / size,
            precision: if said == 0 { 1.0 } else { right as f64 / f64::from(said) },
            recall: right as f64 / size,
        }
    }

    /// The mean of each figure; `None` of none.
    pub(super) fn mean(of: &[Figures]) -> Option<Figures> {
        let mean = |figure: fn(&Figures) -> f64| of.iter().map(figure).sum::<f64>() / of.len() as f64;
        (!of.is_empty()).then(|| Figures {
            recall_at_95: mean(|figures| figures.recall_at_95),
            precision: mean(|figures| figures.precision),
            recall: mean(|figures| figures.recall),
        })
    }

    pub(super) fn json(&self) -> Value {
        json!({"recall_at_95": self.recall_at_95, "precision": self.precision, "recall": self.recall})
    }
}

/// How many are right in the longest prefix that is precise enough and ends between different probabilities.
fn best_prefix(ranked: &[(f64, bool)]) -> usize {
    let (mut right, mut best) = (0, 0);
    for (place, (probability, is_right)) in ranked.iter().enumerate() {
        right += usize::from(*is_right);
        let ends = ranked.get(place + 1).is_none_or(|next| next.0 < *probability);
        if ends && right as f64 >= PRECISION * (place + 1) as f64 {
            best = right;
        }
    }
    best
}

/// What was called about so probable, and how often it was right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// From this probability.
    pub from: f64,
    /// To this, which belongs to the next but for 1.
    pub to: f64,
    /// How many things.
    pub n: u64,
    /// How many of them are the enterprise's.
    pub right: u64,
}

impl Bin {
    pub(super) fn json(&self) -> Value {
        json!({"from": self.from, "to": self.to, "n": self.n, "right": self.right})
    }
}

/// By tenths, those with something in them.
pub(super) fn bins(judged: impl Iterator<Item = (f64, bool)>) -> Vec<Bin> {
    let tenth =
        |place: u8| Bin { from: f64::from(place) / 10.0, to: f64::from(place + 1) / 10.0, n: 0, right: 0 };
    let mut bins: Vec<Bin> = (0..10).map(tenth).collect();
    for (probability, right) in judged {
        let place = ((probability * 10.0).floor().clamp(0.0, 9.0)) as usize;
        bins[place].n += 1;
        bins[place].right += u64::from(right);
    }
    bins.retain(|bin| bin.n > 0);
    bins
}
