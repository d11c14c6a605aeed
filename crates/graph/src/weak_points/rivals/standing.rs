//! What of a network still stands while targets are taken.

use super::super::network::Network;

/// A network, and what has been taken from it.
pub(super) struct Standing<'a> {
    pub(super) network: &'a Network,
    pub(super) here: Vec<bool>,
    /// Links to what still stands.
    pub(super) degrees: Vec<u32>,
    pub(super) taken: Vec<u32>,
    possible: Vec<bool>,
}

impl<'a> Standing<'a> {
    pub(super) fn new(network: &'a Network) -> Standing<'a> {
        let count = network.len();
        let mut possible = vec![false; count];
        network.possible().for_each(|place| possible[place as usize] = true);
        let degrees = (0..count as u32).map(|place| network.links(place).len() as u32).collect();
        Standing { network, here: vec![true; count], degrees, taken: Vec::new(), possible }
    }

    pub(super) fn take(&mut self, place: u32) {
        self.here[place as usize] = false;
        self.taken.push(place);
        let network = self.network;
        network.neighbours(place).for_each(|to| self.degrees[to as usize] -= 1);
    }

    /// Whether it stands and may be taken.
    pub(super) fn can_take(&self, place: u32) -> bool {
        self.here[place as usize] && self.possible[place as usize]
    }

    /// Neighbours that stand.
    pub(super) fn neighbours(&self, place: u32) -> impl Iterator<Item = u32> + '_ {
        self.network.neighbours(place).filter(|to| self.here[*to as usize])
    }

    /// The possible target with most links per cost; among equals the first.
    pub(super) fn most_linked(&self) -> Option<u32> {
        let worth = |place: u32| f64::from(self.degrees[place as usize]) / self.network.cost(place);
        self.best(worth)
    }

    /// The possible target of highest worth; among equals the first.
    pub(super) fn best(&self, worth: impl Fn(u32) -> f64) -> Option<u32> {
        let places = (0..self.network.len() as u32).filter(|place| self.can_take(*place));
        let ranked = places.map(|place| (worth(place), place));
        ranked.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).map(|(_, place)| place)
    }

    /// The members of the largest component that stands.
    pub(super) fn largest(&self) -> Vec<u32> {
        let mut met = vec![false; self.network.len()];
        let mut largest = Vec::new();
        for start in 0..self.network.len() as u32 {
            if self.here[start as usize] && !met[start as usize] {
                let component = self.component(start, &mut met);
                if component.len() > largest.len() {
                    largest = component;
                }
            }
        }
        largest
    }

    fn component(&self, start: u32, met: &mut [bool]) -> Vec<u32> {
        met[start as usize] = true;
        let mut members = vec![start];
        let mut next = 0;
        while let Some(place) = members.get(next).copied() {
            next += 1;
            for to in self.neighbours(place) {
                if !std::mem::replace(&mut met[to as usize], true) {
                    members.push(to);
                }
            }
        }
        members
    }
}
