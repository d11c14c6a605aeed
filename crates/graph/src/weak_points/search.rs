//! The search for an order: begin from the best known, change a little, keep what is not worse.

use super::betweenness::scatter;
use super::capability::{Capability, Meter};
use super::network::Network;
use super::plan::Aim;
use super::reinsertion::{Merit, reinsert, reinserted};
use super::rivals::{Rival, order};

/// Up to how many possible targets orders are made from nothing left: that takes targets squared times links.
const FROM_NOTHING: usize = 3000;
/// How good an order is: what the budget leaves, then the area under the curve. Less is better.
pub(super) type Worth = (f64, f64);

/// Orders of all possible targets, measured within a budget.
pub(super) struct Search<'a> {
    network: &'a Network,
    aim: Aim,
    meter: Meter<'a>,
    total: f64,
}

impl<'a> Search<'a> {
    pub(super) fn new(network: &'a Network, aim: Aim) -> Search<'a> {
        let total: f64 = network.possible().map(|place| network.cost(place)).sum();
        let total = total.max(f64::MIN_POSITIVE);
        Search { network, aim, meter: Meter::new(network, aim.capability), total }
    }

    /// The first of an order that the budget pays for; what is too dear is passed over.
    pub(super) fn affordable(&self, order: &[u32]) -> Vec<u32> {
        let mut left = self.aim.budget;
        let pays = |place: &u32| {
            let cost = self.network.cost(*place);
            let pays = cost <= left;
            left -= if pays { cost } else { 0.0 };
            pays
        };
        order.iter().copied().filter(pays).collect()
    }

    /// Costs are counted as shares of what taking everything would cost.
    pub(super) fn worth(&mut self, order: &[u32]) -> Worth {
        let taken = self.affordable(order);
        let left = self.meter.left(&taken);
        let end = left.last().copied().unwrap_or(1.0);
        let costs = taken.iter().map(|place| self.network.cost(*place));
        let area = costs.zip(&left[1..]).map(|(cost, left)| cost * left).sum::<f64>() / self.total;
        // Without a bound on the budget nothing possible remains in the end, whatever the order.
        (if self.aim.budget.is_finite() { end } else { 0.0 }, area)
    }

    /// What is left once these are taken.
    pub(super) fn end(&mut self, taken: &[u32]) -> f64 {
        self.meter.left(taken).last().copied().unwrap_or(1.0)
    }

    /// The best order found.
    pub(super) fn run(&mut self) -> Vec<u32> {
        let candidates = candidates(self.network);
        let ranked = candidates.into_iter().map(|order| (self.worth(&order), order));
        let best = ranked.min_by(|a, b| compare(a.0, b.0));
        let Some((worth, order)) = best else { return Vec::new() };
        self.improve(order, worth)
    }

    /// Moves one target at a time to another turn. Efficiency is too dear to measure for that.
    fn improve(&mut self, mut order: Vec<u32>, mut worth: Worth) -> Vec<u32> {
        let once = (self.network.len() + 2 * self.network.link_count()).max(1) as u64;
        let tries = if self.aim.capability == Capability::Efficiency { 0 } else { self.aim.effort / once };
        let reach = self.reach(&order);
        for turn in 0..tries {
            let (from, to) = draw(turn, reach, order.len());
            change(&mut order, from, to, turn);
            let changed = self.worth(&order);
            if compare(changed, worth).is_le() {
                worth = changed;
            } else {
                undo(&mut order, from, to, turn);
            }
        }
        order
    }

    /// How many of the first targets matter: up to where next to nothing is left, or the budget ends.
    fn reach(&mut self, order: &[u32]) -> usize {
        let taken = self.affordable(order);
        let left = self.meter.left(&taken);
        let floor = left.last().copied().unwrap_or(0.0) + 1.0 / self.network.len().max(1) as f64;
        left.iter().position(|left| *left <= floor).unwrap_or(taken.len()).max(1)
    }
}

pub(super) fn compare(a: Worth, b: Worth) -> std::cmp::Ordering {
    // Sums of the same numbers in another order differ in the last bits.
    if (a.0 - b.0).abs() > 1e-12 { a.0.total_cmp(&b.0) } else { a.1.total_cmp(&b.1) }
}

/// Orders to begin from: the rivals', each of them with its first targets put back in a better order, and those made from nothing.
fn candidates(network: &Network) -> Vec<Vec<u32>> {
    let mut orders: Vec<Vec<u32>> = Rival::ALL.iter().map(|rival| order(network, *rival)).collect();
    let count = orders.first().map_or(0, Vec::len);
    let mut more = Vec::new();
    for merit in Merit::ALL {
        more.extend(orders.iter().flat_map(|order| reinserted(network, order, merit)));
        if count <= FROM_NOTHING {
            more.push(reinsert(network, &orders[0], count, merit));
        }
    }
    orders.extend(more);
    orders
}

/// Two turns to change: one that matters, and any other, mostly near.
fn draw(turn: u64, reach: usize, count: usize) -> (usize, usize) {
    let from = scatter(turn, 2) as usize % reach.min(count).max(1);
    let near = (reach + reach / 2 + 2).min(count).max(1);
    let bound = if turn.is_multiple_of(8) { count.max(1) } else { near };
    (from, scatter(turn, 3) as usize % bound)
}

/// Swaps two turns, or moves the first to the second.
fn change(order: &mut [u32], from: usize, to: usize, turn: u64) {
    match turn % 2 {
        0 => order.swap(from, to),
        _ if from <= to => order[from..=to].rotate_left(1),
        _ => order[to..=from].rotate_right(1),
    }
}

fn undo(order: &mut [u32], from: usize, to: usize, turn: u64) {
    match turn % 2 {
        0 => order.swap(from, to),
        _ if from <= to => order[from..=to].rotate_right(1),
        _ => order[to..=from].rotate_left(1),
    }
}
