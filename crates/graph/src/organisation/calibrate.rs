//! From what speaks for and against a thing to a probability that means what it says.
//!
//! Logistic regression (Platt 1999) on what the worlds, the walk and the records say, fitted on ranges of 10^4 (seeds 1 to 20 with three
//! and with ten records in a hundred wrong) and 10^6 records (1 to 3; 5 and 6 with ten wrong), from all seeds of an enterprise, from one,
//! and from what one party alone holds: 297,598 things (`bench/who/fit.py`). How it does on worlds it was not fitted on stands in
//! docs/quality.md.

use super::records::Leads;

/// What is known of a thing that may be a member.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Standing {
    /// Share of the worlds in which it belongs.
    pub(crate) share: f64,
    /// The same, if every tie stood on records of its own: how much more this is says how much hangs on one record.
    pub(crate) apart: f64,
    /// Mass of the walk for each way on.
    pub(crate) density: f64,
    /// Strength of all its ties.
    pub(crate) strength: f64,
    /// Of those, to what was not looked at.
    pub(crate) beyond: f64,
    /// Strength of the ties to it, by how surely their other ends belong.
    pub(crate) back: f64,
    /// How many families of ties lead to it.
    pub(crate) families: f64,
    /// How many things are strongly tied to it.
    pub(crate) near: f64,
    /// How many seeds and confirmed things there are.
    pub(crate) sources: f64,
    /// How many things were looked at.
    pub(crate) looked_at: f64,
    /// Where the records that name it lead.
    pub(crate) leads: Leads,
}

impl Standing {
    /// What is fitted, in the order of the fields.
    pub(crate) fn features(&self) -> [f64; 16] {
        let Standing {
            share,
            apart,
            density,
            strength,
            beyond,
            back,
            families,
            near,
            sources,
            looked_at,
            leads,
        } = *self;
        let Leads { inside, outside, support, best, second, single } = leads;
        [
            share, apart, density, strength, beyond, back, families, near, sources, looked_at, inside,
            outside, support, best, second, single,
        ]
    }
}

/// In the order of [`terms`].
#[rustfmt::skip]
const WEIGHTS: [f64; 20] = [
    -1.587, 0.935, -2.622, 0.148, 0.003, -0.370, -0.702, -0.269, 0.137, -0.024,
    -1.393, 0.32, 0.113, 1.319, -0.402, 0.972, 0.907, -0.408, 3.174, -1.704,
];

/// What the weights weigh, on scales on which a step says about as much everywhere.
fn terms(of: &Standing) -> [f64; 20] {
    let Leads { inside, outside, support, best, second, single } = of.leads;
    let (share, density) = (odds(of.share), of.density.max(1e-9).ln());
    let (sources, single) = (of.sources.max(1.0).ln(), single.ln());
    [
        1.0,
        share,
        odds(of.apart) - share,
        density,
        (of.strength + 0.1).ln(),
        (of.beyond + 0.1).ln(),
        (of.back + 0.01).ln(),
        of.families,
        of.near,
        sources,
        (of.looked_at / 1000.0).max(1e-3).ln(),
        share * sources,
        density * sources,
        (inside + 0.1).ln(),
        (outside + 0.1).ln(),
        (support + 0.1).ln(),
        (best + 0.02).ln(),
        (second + 0.02).ln(),
        single,
        single * inside.min(2.0),
    ]
}

fn odds(share: f64) -> f64 {
    let share = share.clamp(0.0005, 0.9995);
    (share / (1.0 - share)).ln()
}

/// The probability that it is of the organisation.
pub(crate) fn probability(of: &Standing) -> f64 {
    let logit: f64 = terms(of).iter().zip(WEIGHTS).map(|(term, weight)| term * weight).sum();
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_worlds_make_it_more_probable_and_it_stays_a_probability() {
        let mut before = 0.0;
        for share in 0..=10 {
            let of = Standing {
                share: f64::from(share) / 10.0,
                back: 1.0,
                strength: 1.0,
                looked_at: 500.0,
                apart: f64::from(share) / 10.0,
                leads: Leads { inside: 1.0, support: 1.0, best: 0.9, single: 0.5, ..Leads::default() },
                ..Standing::default()
            };
            let now = probability(&of);
            assert!((0.0..=1.0).contains(&now) && now >= before, "{share}: {now}");
            before = now;
        }
    }
}
