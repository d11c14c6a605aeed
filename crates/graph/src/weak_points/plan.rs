//! Dismantling plans: which targets, within a budget, leave the least capability.

use entente_model::VertexNo;

use super::capability::{Capability, Curve, Meter};
use super::network::Network;
use super::reinsertion::{Merit, reinserted};
use super::rivals::{Rival, order};
use super::search::{Search, compare};

/// What a plan is to achieve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    /// What is to be left as little of as can be.
    pub capability: Capability,
    /// What all targets together may cost, in the network's unit; infinite for an order of all possible targets that keeps the
    /// area under the curve small.
    pub budget: f64,
    /// How hard to search: link ends to look at while improving on the best known methods. 10^8 takes about a second.
    pub effort: u64,
}

impl Aim {
    /// As little of a capability as a budget allows, in about a second.
    pub fn new(capability: Capability, budget: f64) -> Aim {
        Aim { capability, budget, effort: 100_000_000 }
    }
}

/// Targets in the order to take them. It says what the network would lose, and nothing of what the targets did.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The targets, first to last.
    pub targets: Vec<Target>,
    /// How capability falls.
    pub curve: Curve,
    /// Area under the curve, a share of (whole capability, cost of all possible targets).
    pub area: f64,
    /// What known methods reach within the same budget.
    pub rivals: Vec<Compared>,
}

/// One target of a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The vertex.
    pub vertex: VertexNo,
    /// What it costs.
    pub cost: f64,
    /// Share of the capability that is left once it is taken too.
    pub left: f64,
}

/// What another method reaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// The method.
    pub rival: Rival,
    /// Share of the capability left at the end of the budget.
    pub left: f64,
    /// Area under the curve.
    pub area: f64,
    /// The same once its first targets were put back in a better order, as the methods' authors advise: of the shares tried,
    /// the least.
    pub reinserted: f64,
}

impl Network {
    /// Seeks the targets that leave least. It begins from the best of the [rivals](Rival) and of orders made backwards by
    /// reinsertion, and improves it by trial; so it is never worse than a rival. The same network gives the same plan.
    pub fn plan(&self, aim: Aim) -> Plan {
        let mut search = Search::new(self, aim);
        let best = search.run();
        let taken = search.affordable(&best);
        let (_, area) = search.worth(&best);
        let curve = Meter::new(self, aim.capability).curve(&taken);
        let target = |(place, left): (&u32, &f64)| Target {
            vertex: self.vertices()[*place as usize],
            cost: self.cost(*place),
            left: *left,
        };
        let targets = taken.iter().zip(&curve.left[1..]).map(target).collect();
        Plan { targets, curve, area, rivals: self.compared(&mut search) }
    }

    /// How capability falls when these are taken in this order. Vertices that are not in the network are passed over.
    pub fn curve(&self, taken: &[VertexNo], capability: Capability) -> Curve {
        let place = |vertex: &VertexNo| self.vertices().binary_search(vertex).ok();
        let places: Vec<u32> = taken.iter().filter_map(place).map(|place| place as u32).collect();
        Meter::new(self, capability).curve(&places)
    }

    /// All possible targets as a rival takes them.
    pub fn rival(&self, rival: Rival) -> Vec<VertexNo> {
        order(self, rival).into_iter().map(|place| self.vertices()[place as usize]).collect()
    }

    fn compared(&self, search: &mut Search<'_>) -> Vec<Compared> {
        let compared = |rival: &Rival| {
            let order = order(self, *rival);
            let taken = search.affordable(&order);
            let (_, area) = search.worth(&order);
            let again = reinserted(self, &order, Merit::Smallest).map(|order| search.worth(&order).1);
            let reinserted = again.fold(area, f64::min);
            Compared { rival: *rival, left: search.end(&taken), area, reinserted }
        };
        let mut rivals: Vec<Compared> = Rival::ALL.iter().map(compared).collect();
        rivals.sort_by(|a, b| compare((a.left, a.area), (b.left, b.area)));
        rivals
    }
}
