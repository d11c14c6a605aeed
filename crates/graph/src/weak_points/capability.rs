//! What a network can still do: three measures, and how they fall as targets are taken.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::network::Network;

/// What counts as being able to act together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Vertices in the largest connected component.
    LargestComponent,
    /// Sum of the squares of component sizes: ordered pairs that can still reach each other, and each vertex itself.
    Pairs,
    /// Efficiency (Latora, Marchiori 2001): sum over ordered pairs of one over the length of their shortest path, a link of weight
    /// w being 1/w long. Costs vertices times links at each step: for networks of hundreds.
    Efficiency,
}

/// How capability falls; shape: one entry before anything is taken, then one after each target.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Cost so far, in the network's unit.
    pub spent: Vec<f64>,
    /// What is left, as a share of what there was.
    pub left: Vec<f64>,
}

impl Curve {
    /// The area under it: what is left after each target, weighted by the target's share of `total` cost. With all vertices taken
    /// at cost 1 it is Schneider's R (Schneider, Moreira, Andrade, Havlin, Herrmann 2011) over the first capability.
    pub fn area(&self, total: f64) -> f64 {
        let steps = self.spent.windows(2).zip(&self.left[1..]);
        steps.map(|(spent, left)| (spent[1] - spent[0]) * left).sum::<f64>() / total
    }

    /// What is left at the end.
    pub fn last(&self) -> f64 {
        self.left.last().copied().unwrap_or(1.0)
    }
}

/// Measures orders of removal; keeps its memory, since a search measures thousands.
pub(super) struct Meter<'a> {
    network: &'a Network,
    capability: Capability,
    whole: f64,
    gone: Vec<bool>,
    parents: Vec<u32>,
    sizes: Vec<u32>,
    left: Vec<f64>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(network: &'a Network, capability: Capability) -> Meter<'a> {
        let count = network.len();
        let (gone, parents, sizes) = (vec![false; count], vec![0; count], vec![0; count]);
        let mut meter = Meter { network, capability, whole: 1.0, gone, parents, sizes, left: Vec::new() };
        meter.whole = meter.left(&[])[0].max(f64::MIN_POSITIVE);
        meter
    }

    /// What is left before, and after each of these places is taken, as shares of what there was.
    pub(super) fn left(&mut self, taken: &[u32]) -> &[f64] {
        match self.capability {
            Capability::Efficiency => self.forward(taken),
            Capability::LargestComponent | Capability::Pairs => self.backward(taken),
        }
        let whole = self.whole;
        self.left.iter_mut().for_each(|left| *left /= whole);
        &self.left
    }

    pub(super) fn curve(&mut self, taken: &[u32]) -> Curve {
        let mut spent = vec![0.0];
        spent.extend(taken.iter().scan(0.0, |sum, place| {
            *sum += self.network.cost(*place);
            Some(*sum)
        }));
        Curve { spent, left: self.left(taken).to_vec() }
    }

    fn forward(&mut self, taken: &[u32]) {
        self.gone.fill(false);
        self.left.clear();
        self.left.push(efficiency(self.network, &self.gone));
        for place in taken {
            self.gone[*place as usize] = true;
            self.left.push(efficiency(self.network, &self.gone));
        }
    }

    /// Puts the places back in reverse: components only join then, so that a whole curve costs about as much as one look at the
    /// network (Newman, Ziff 2000).
    fn backward(&mut self, taken: &[u32]) {
        self.gone.fill(false);
        taken.iter().for_each(|place| self.gone[*place as usize] = true);
        self.parents.iter_mut().zip(0..).for_each(|(parent, place)| *parent = place);
        self.sizes.fill(0);
        let (mut largest, mut squares) = (0, 0);
        for place in 0..self.network.len() as u32 {
            if !self.gone[place as usize] {
                self.put(place, &mut largest, &mut squares);
            }
        }
        self.left.clear();
        self.left.push(self.value(largest, squares));
        for place in taken.iter().rev() {
            self.gone[*place as usize] = false;
            self.put(*place, &mut largest, &mut squares);
            self.left.push(self.value(largest, squares));
        }
        self.left.reverse();
    }

    fn value(&self, largest: u32, squares: u64) -> f64 {
        if self.capability == Capability::Pairs { squares as f64 } else { f64::from(largest) }
    }

    fn put(&mut self, place: u32, largest: &mut u32, squares: &mut u64) {
        self.sizes[place as usize] = 1;
        *squares += 1;
        let network = self.network;
        let mut own = place;
        for to in network.neighbours(place) {
            // Of size 0 is what is not back yet.
            if self.gone[to as usize] || self.sizes[to as usize] == 0 {
                continue;
            }
            let other = self.root(to);
            if other != own {
                own = self.join(own, other, squares);
            }
        }
        *largest = (*largest).max(self.sizes[own as usize]);
    }

    fn join(&mut self, a: u32, b: u32, squares: &mut u64) -> u32 {
        let (a, b) = if self.sizes[a as usize] >= self.sizes[b as usize] { (a, b) } else { (b, a) };
        let (large, small) = (self.sizes[a as usize], self.sizes[b as usize]);
        *squares += 2 * u64::from(large) * u64::from(small);
        self.parents[b as usize] = a;
        self.sizes[a as usize] = large + small;
        a
    }

    fn root(&mut self, mut place: u32) -> u32 {
        while self.parents[place as usize] != place {
            let above = self.parents[self.parents[place as usize] as usize];
            self.parents[place as usize] = above;
            place = above;
        }
        place
    }
}

fn efficiency(network: &Network, gone: &[bool]) -> f64 {
    let here = (0..network.len() as u32).filter(|place| !gone[*place as usize]);
    here.map(|place| closeness(network, gone, place)).sum()
}

/// Sum over all that can be reached of one over the distance (Dijkstra 1959).
fn closeness(network: &Network, gone: &[bool], from: u32) -> f64 {
    let mut nearest = vec![f64::INFINITY; network.len()];
    nearest[from as usize] = 0.0;
    // Distances are not negative, and such numbers sort as their bits do.
    let mut queue = BinaryHeap::from([Reverse((0_u64, from))]);
    let mut sum = 0.0;
    while let Some(Reverse((bits, place))) = queue.pop() {
        let distance = f64::from_bits(bits);
        if distance > nearest[place as usize] {
            continue;
        }
        sum += if place == from { 0.0 } else { 1.0 / distance };
        for (to, weight) in network.links(place).iter().filter(|(to, _)| !gone[*to as usize]) {
            let there = distance + 1.0 / weight;
            if there < nearest[*to as usize] {
                nearest[*to as usize] = there;
                queue.push(Reverse((there.to_bits(), *to)));
            }
        }
    }
    sum
}
