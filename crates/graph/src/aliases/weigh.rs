//! From evidence to a probability that means what it says.

use super::Kind;
use super::evidence::Evidence;

/// How many terms there are.
pub(crate) const TERMS: usize = 33;

/// Logistic regressions with a quadratic penalty on [`Evidence::terms`], fitted by `real aliases` (bench/real) on the training half of
/// MISP's galaxies, where each pair of that half that is not the same counts three times, as in all of them it has three times as many.
/// The last is the constant.
#[rustfmt::skip]
const ACTOR: [f64; TERMS + 1] = [
    2.307, -1.198, -0.262, 1.276, -0.518, 2.707, -0.368, 2.215, 0.979, -2.859, 3.033,
    -0.537, 0.982, 0.910, 1.347, -1.210, 0.624, -0.135, 2.061, 0.153, 2.243, 0.911,
    0.018, 5.113, 2.712, -2.343, 0.383, 0.625, 1.581, 3.196, 2.941, 2.051, 1.026,
    -5.198,
];
#[rustfmt::skip]
const MALWARE: [f64; TERMS + 1] = [
    3.330, -2.190, 0.967, 1.777, 0.866, 1.969, 0.754, 1.452, 2.426, -1.493, -0.183,
    0.572, 1.240, -0.305, 0.000, 0.000, -0.828, -1.078, 0.689, 1.965, 1.973, 0.730,
    0.709, 1.176, 0.000, -1.822, 2.173, 2.468, 0.975, 1.831, 0.853, 2.264, 0.533,
    -7.433,
];

pub(crate) fn weights(kind: Kind) -> &'static [f64; TERMS + 1] {
    match kind {
        Kind::Actor => &ACTOR,
        Kind::Malware => &MALWARE,
    }
}

impl Evidence {
    /// What is weighed, each on a scale of about one, so that one penalty is fair to all.
    pub fn terms(&self) -> [f64; TERMS] {
        let yes = |is_so: bool| f64::from(u8::from(is_so));
        let high = |value: f64, from: f64| ((value - from) / (1.0 - from)).max(0.0);
        // Ten bits is one entry in a thousand.
        let rare = |bits: f64| (bits / 10.0).min(2.0);
        let core = self.equal_core && !self.equal;
        let bare = |value: f64| if self.is_bare { value } else { 0.0 };
        [
            yes(self.equal),
            yes(core),
            high(self.winkler, 0.7),
            high(self.winkler, 0.9),
            self.grams,
            high(self.grams, 0.5),
            rare(self.word),
            yes(self.within) * rare(self.word),
            yes(self.initials),
            yes(self.other_number),
            yes(self.same_number),
            yes(self.added_number) * self.grams,
            rare(self.sources),
            yes(self.sources > 0.0),
            yes(self.same_country),
            yes(self.other_country),
            self.text,
            high(self.text, 0.3),
            rare(self.mentioned),
            rare(self.as_name),
            rare(self.in_address),
            self.only,
            self.only * yes(self.as_name > 0.0),
            self.together,
            f64::from(self.listed.min(3)),
            yes(self.same_catalogue),
            yes(self.is_bare),
            bare(rare(self.mentioned)),
            bare(rare(self.as_name)),
            bare(rare(self.in_address)),
            bare(self.together),
            rare(self.namesake),
            bare(rare(self.namesake)),
        ]
    }

    /// How probable it is that the two are the same.
    pub fn probability(&self, kind: Kind) -> f64 {
        let weights = weights(kind);
        let sum: f64 = self.terms().iter().zip(weights).map(|(term, weight)| term * weight).sum();
        1.0 / (1.0 + f64::exp(-sum - weights[TERMS]))
    }
}
