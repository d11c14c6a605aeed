//! From a tie to evidence in bits, and from bits to a probability.
//!
//! A tie multiplies the odds that two things are of one organisation by m/u, how many times likelier it is between two of one
//! than between two others (Fellegi and Sunter 1969). The more share the value, the larger u (Winkler's frequency correction):
//! `bits - per_sharer * log2(sharers)`. What was long ago says less: half after the family's half-life. No family says more
//! than its cap. The posterior is `reliability / (1 + 2^(prior - bits))`: a claim that is wrong is no evidence.

use entente_model::ClaimNo;

use super::around::{Link, Survey};
use super::ties::Rule;
use crate::Edge;

/// How many claims of one tie are kept to be shown, and add to how far it is believed.
const CLAIMS: usize = 6;

/// One tie from a thing to another, of all its claims together.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) to: u32,
    pub(crate) family: u16,
    /// Evidence in bits if what is claimed is right: decayed and capped.
    pub(crate) bits: f64,
    /// Probability that the far thing is of the organisation when the near one is.
    pub(crate) probability: f64,
    /// What it was weighed by.
    pub(crate) measure: Measure,
    /// When it held: first and last second, 0 when unknown.
    pub(crate) held: (u32, u32),
    /// Some of the edges it stands on.
    pub(crate) edges: Vec<Edge>,
    /// Some of the claims it stands on.
    pub(crate) said: Vec<Said>,
}

/// One who says a tie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Said {
    /// Which claim names the near end.
    pub(crate) near: ClaimNo,
    /// Which claim names the far end; the same, but for a record that several tell of.
    pub(crate) far: ClaimNo,
    /// How far each is believed.
    pub(crate) belief: (f64, f64),
}

/// What makes a tie, before it is weighed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    /// How many sources share the target, this one included; of a record, how many others name the far thing.
    pub(crate) sources: u32,
    /// How many such targets the source has; of a record, how many others name the near thing.
    pub(crate) targets: u32,
    /// How many of each one organisation may well have.
    pub(crate) usual: (f64, f64),
    /// What else a record names.
    pub(crate) size: u32,
    /// Days between when the near thing was seen to belong and when the tie held.
    pub(crate) gap: f64,
    /// How far the claims are believed, 0 to 1.
    pub(crate) reliability: f64,
}

impl Survey<'_> {
    /// Evidence in bits and the posterior.
    pub(crate) fn weigh(&self, rule: &Rule, measure: &Measure) -> (f64, f64) {
        let family = self.ties.families.get(usize::from(rule.family));
        let (cap, half_life) = family.map_or((f64::MAX, f64::MAX), |family| (family.cap, family.half_life));
        let (sources, targets) = measure.usual;
        let common = beyond(measure.sources, sources) + beyond(measure.targets, targets);
        let rare = rule.bits - rule.slope * common - beyond(measure.size, 4.0);
        let bits = (rare.max(0.0) * (-measure.gap / half_life).exp2()).min(cap);
        (bits, measure.reliability * posterior(bits, self.choice.prior_bits))
    }

    /// Who says a direct tie.
    pub(crate) fn said(&self, links: &[Link]) -> Vec<Said> {
        links.iter().take(CLAIMS).map(|link| self.say(link, link)).collect()
    }

    /// Who says a tie through a record: pairs of links, to the record and from it.
    pub(crate) fn said_through(&self, links: &[Link]) -> Vec<Said> {
        let (pairs, _) = links.as_chunks();
        pairs.iter().take(CLAIMS).map(|[near, far]| self.say(near, far)).collect()
    }

    fn say(&self, near: &Link, far: &Link) -> Said {
        let believed =
            |link: &Link| (self.caller.belief)(link.edge.compartment, link.edge.claim).clamp(0.0, 1.0);
        Said { near: near.edge.claim, far: far.edge.claim, belief: (believed(near), believed(far)) }
    }

    /// How far links are believed together: they are wrong only if every claim is.
    pub(crate) fn reliability(&self, links: &[Link]) -> f64 {
        let believed =
            |link: &Link| (self.caller.belief)(link.edge.compartment, link.edge.claim).clamp(0.0, 1.0);
        together(links.iter().map(believed))
    }
}

/// The chance that at least one of independent claims is right.
pub(crate) fn together(believed: impl Iterator<Item = f64>) -> f64 {
    1.0 - believed.take(CLAIMS).fold(1.0, |wrong, believed| wrong * (1.0 - believed))
}

/// Posterior probability of evidence against a prior of one in 2^`prior_bits`.
pub(crate) fn posterior(bits: f64, prior_bits: f64) -> f64 {
    1.0 / (1.0 + (prior_bits - bits).exp2())
}

/// How many doublings beyond what is usual: 0 when there is but one.
fn beyond(count: u32, usual: f64) -> f64 {
    (1.0 + f64::from(count.saturating_sub(1)) / usual).log2()
}

/// Days between two spans of seconds; 0 when they meet or one is unknown.
pub(crate) fn gap((from, to): (u32, u32), (first, last): (u32, u32)) -> f64 {
    if from == 0 || first == 0 {
        return 0.0;
    }
    let apart = first.saturating_sub(to).max(from.saturating_sub(last));
    f64::from(apart) / 86_400.0
}

/// The span of the dated edges; (0, 0) of none.
pub(crate) fn span(times: impl Iterator<Item = u32>) -> (u32, u32) {
    times
        .filter(|at| *at > 0)
        .fold((0, 0), |(first, last), at| (if first == 0 { at } else { first.min(at) }, last.max(at)))
}

/// Keeps as many edges as are shown.
pub(crate) fn kept(links: &[Link]) -> Vec<Edge> {
    links.iter().take(CLAIMS).map(|link| link.edge).collect()
}
