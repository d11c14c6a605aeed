//! From what speaks for and against a thing to a probability that means what it says.
//!
//! Logistic regression (Platt 1999) on what the worlds and the walk say, fitted on ranges of 10^4 (seeds 1 to 16, the last four with
//! one record in ten wrong), 10^5 (1 to 3) and 10^6 records (1, 2), from all seeds of an enterprise, from one, and from what one party
//! alone holds: 102,231 things (`bench/who`). How it does on worlds it was not fitted on stands in docs/quality.md.

/// What is known of a thing that may be a member.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Standing {
    /// Share of the worlds in which it belongs.
    pub(crate) share: f64,
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
}

impl Standing {
    /// What is fitted: share, density, strength, beyond, back, families, near, sources, looked at.
    pub(crate) fn features(&self) -> [f64; 9] {
        let Standing { share, density, strength, beyond, back, families, near, sources, looked_at } = *self;
        [share, density, strength, beyond, back, families, near, sources, looked_at]
    }
}

const CONSTANT: f64 = -1.318;
const SHARE: f64 = 1.230;
const DENSITY: f64 = 0.193;
const STRENGTH: f64 = -0.390;
const BEYOND: f64 = -0.503;
const BACK: f64 = 0.701;
const FAMILIES: f64 = -0.294;
const NEAR: f64 = 0.068;
const SOURCES: f64 = 0.151;
const LOOKED_AT: f64 = -1.545;
const SHARE_BY_SOURCES: f64 = 0.112;
const DENSITY_BY_SOURCES: f64 = 0.094;

/// The probability that it is of the organisation.
pub(crate) fn probability(of: &Standing) -> f64 {
    let share = of.share.clamp(0.0005, 0.9995);
    let (share, density) = ((share / (1.0 - share)).ln(), of.density.max(1e-9).ln());
    let sources = of.sources.max(1.0).ln();
    let logit = CONSTANT
        + (SHARE + SHARE_BY_SOURCES * sources) * share
        + (DENSITY + DENSITY_BY_SOURCES * sources) * density
        + STRENGTH * (of.strength + 0.1).ln()
        + BEYOND * (of.beyond + 0.1).ln()
        + BACK * (of.back + 0.01).ln()
        + FAMILIES * of.families
        + NEAR * of.near
        + SOURCES * sources
        + LOOKED_AT * (of.looked_at / 1000.0).max(1e-3).ln();
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
                ..Standing::default()
            };
            let now = probability(&of);
            assert!((0.0..=1.0).contains(&now) && now >= before, "{share}: {now}");
            before = now;
        }
    }
}
