//! From what speaks for and against a thing to a probability that means what it says.
//!
//! Logistic regression (Platt 1999) on what the worlds, the walk and the records say, fitted on ranges of 10^4 (seeds 1 to 60, with three
//! and with ten records in a hundred wrong) and of 10^6 records (1 to 8, three wrong), from all seeds of an enterprise, from one, and from
//! what one party alone holds: 601,047 things (`bench/who/fit.py`). How it does on worlds it was not fitted on stands in docs/quality.md.

use super::records::Leads;
use super::standing::Standing;

/// How often everything is judged.
pub(crate) const ROUNDS: usize = WEIGHTS.len();

/// What is weighed.
pub(crate) type Terms = [f64; 19];

/// The weights of a round, in the order of [`terms`].
struct Weights {
    /// Of any thing.
    all: Terms,
    /// Added to them for what hangs on one record: there the same says something else.
    alone: Terms,
    /// Added for each e-fold of sources: the more one begins from, the more there should be that speaks for a thing.
    sources: Terms,
}

#[rustfmt::skip]
const WEIGHTS: [Weights; 2] = [
    Weights {
        all: [
            -13.279, 1.678, -0.542, 0.325, 1.665, -2.886, 2.698, -1.128, 1.206, -1.697,
            -1.005, 1.941, -1.372, 16.039, 2.427, -1.723, -0.044, -0.426, -0.046,
        ],
        alone: [
            4.419, 0.368, 0.205, -0.086, -6.009, 0.738, -0.980, 0.735, -0.554, 5.130,
            0.932, -1.984, 3.226, -6.615, -0.389, 0.831, 0.077, 0.243, 1.709,
        ],
        sources: [
            3.222, -0.123, -0.001, 0.316, -0.050, 0.947, -0.154, -0.019, 0.317, 0.207,
            0.071, 0.054, -0.104, -3.833, 0.489, 0.037, -0.533, -0.122, -0.037,
        ],
    },
    Weights {
        all: [
            -2.396, 0.517, -0.142, 0.084, 0.560, -0.120, 1.325, -0.589, 1.100, -0.555,
            -0.145, 0.090, -0.055, 3.413, 1.484, -0.492, 0.047, -0.154, -0.020,
        ],
        alone: [
            -0.037, -0.004, 0.164, -0.036, -2.387, -0.564, -0.056, 0.624, -0.562, 3.138,
            0.237, -0.289, 1.794, 3.324, 1.028, 0.167, -0.273, 0.008, 0.497,
        ],
        sources: [
            0.078, 0.024, -0.061, 0.039, -0.052, 0.105, 0.063, -0.020, -0.022, 0.102,
            0.035, 0.132, 0.011, -1.559, 0.345, 0.015, -0.117, 0.014, 0.009,
        ],
    },
];

/// What the weights weigh, on scales on which a step says about as much everywhere.
pub(crate) fn terms(of: &Standing) -> Terms {
    let Leads { inside, outside, support, second, .. } = of.leads;
    let single = of.first.single.ln();
    [
        1.0,
        odds(of.before),
        odds(of.doubted),
        of.density.max(1e-9).ln(),
        (of.back + 0.01).ln(),
        (of.looked_at / 1000.0).max(1e-3).ln(),
        (inside + 0.1).ln(),
        (outside + 0.1).ln(),
        (support + 0.1).ln(),
        (of.first.best + 0.02).ln(),
        (second + 0.02).ln(),
        single,
        single * inside.min(2.0),
        of.astray,
        of.told,
        (of.strength + 0.1).ln(),
        (of.beyond.max(0.0) + 0.1).ln(),
        of.families,
        of.near,
    ]
}

fn odds(share: f64) -> f64 {
    let share = share.clamp(0.0005, 0.9995);
    (share / (1.0 - share)).ln()
}

/// One record that surely leads to what belongs, and hardly anything beside it.
const ALONE: f64 = 1.05;
/// As many sources as there were where the weights were fitted.
const MOST_SOURCES: f64 = 34.0;

/// Whether a thing hangs on one record, and e-folds of sources: what the terms say differs with both.
pub(crate) fn regime(of: &Standing) -> [f64; 2] {
    [f64::from(of.first.inside < ALONE), of.sources.clamp(1.0, MOST_SOURCES).ln()]
}

/// The probability that it is of the organisation, as a round judges.
pub(crate) fn probability(of: &Standing, round: usize) -> f64 {
    let Weights { all, alone, sources } = &WEIGHTS[round];
    let [is_alone, begun] = regime(of);
    let weight = |at: usize| all[at] + is_alone * alone[at] + begun * sources[at];
    let logit: f64 = terms(of).iter().enumerate().map(|(at, term)| term * weight(at)).sum();
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_worlds_make_it_more_probable_and_it_stays_a_probability() {
        let leads = Leads { inside: 1.0, support: 1.0, best: 0.9, single: 0.5, ..Leads::default() };
        let mut before = 0.0;
        for share in 0..=10 {
            let of = Standing {
                share: f64::from(share) / 10.0,
                doubted: f64::from(share) / 10.0,
                before: f64::from(share) / 10.0,
                back: 1.0,
                looked_at: 500.0,
                first: leads,
                leads,
                ..Standing::default()
            };
            let now = probability(&of, ROUNDS - 1);
            assert!((0.0..=1.0).contains(&now) && now >= before, "{share}: {now}");
            before = now;
        }
    }
}
