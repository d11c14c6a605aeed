//! Orders of removal made backwards: from nothing left, put back first what brings least together.

use super::network::Network;

/// One in so many targets of an order are put back, but no more than [`MOST`].
const SHARES: [usize; 3] = [2, 4, 8];
const MOST: usize = 3000;

/// What decides who comes back first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merit {
    /// The component it would make, as small as possible; among equals fewer links to what is gone.
    Smallest,
    /// Links to what is gone, and the square roots of the components it would join: explosive immunisation (Clusella,
    /// Grassberger, Pérez-Reche, Politi 2016).
    Explosive,
    /// The growth of the sum of squares of component sizes.
    Pairs,
}

impl Merit {
    pub(super) const ALL: [Merit; 3] = [Merit::Smallest, Merit::Explosive, Merit::Pairs];
}

/// Reorders the first `count` of an order: all of them are gone to begin with, and come back one after the other, the one with
/// least demerit per cost first. The last to come back is the first to be taken.
pub(super) fn reinsert(network: &Network, order: &[u32], count: usize, merit: Merit) -> Vec<u32> {
    let (gone, rest) = order.split_at(count.min(order.len()));
    let mut returning = Returning::new(network, gone);
    let mut back = Vec::with_capacity(gone.len());
    let mut waiting = gone.to_vec();
    while !waiting.is_empty() {
        let demerit = |place: u32| returning.demerit(place, merit);
        let ranked = waiting.iter().enumerate().map(|(at, place)| (demerit(*place), *place, at));
        let best =
            ranked.min_by(|a, b| a.0.0.total_cmp(&b.0.0).then(a.0.1.total_cmp(&b.0.1)).then(a.1.cmp(&b.1)));
        let Some((_, place, at)) = best else { break };
        waiting.swap_remove(at);
        returning.put(place);
        back.push(place);
    }
    back.into_iter().rev().chain(rest.iter().copied()).collect()
}

/// An order with several shares of its first targets put back.
pub(super) fn reinserted<'a>(
    network: &'a Network,
    order: &'a [u32],
    merit: Merit,
) -> impl Iterator<Item = Vec<u32>> + 'a {
    let counts = SHARES.iter().map(|share| (order.len() / share).min(MOST));
    counts.map(move |count| reinsert(network, order, count, merit))
}

struct Returning<'a> {
    network: &'a Network,
    here: Vec<bool>,
    /// Per place that is here the number of its component, which is relabelled as components join: networks are small.
    components: Vec<u32>,
    members: Vec<Vec<u32>>,
}

impl<'a> Returning<'a> {
    fn new(network: &'a Network, gone: &[u32]) -> Returning<'a> {
        let count = network.len();
        let mut returning = Returning {
            network,
            here: vec![false; count],
            components: (0..count as u32).collect(),
            members: vec![Vec::new(); count],
        };
        let mut absent = vec![false; count];
        gone.iter().for_each(|place| absent[*place as usize] = true);
        (0..count as u32).filter(|place| !absent[*place as usize]).for_each(|place| returning.put(place));
        returning
    }

    /// The distinct components around a place.
    fn around(&self, place: u32) -> Vec<u32> {
        let here = self.network.neighbours(place).filter(|to| self.here[*to as usize]);
        let mut around: Vec<u32> = here.map(|to| self.components[to as usize]).collect();
        around.sort_unstable();
        around.dedup();
        around
    }

    /// Why not to put a place back yet; two numbers, compared in order.
    fn demerit(&self, place: u32, merit: Merit) -> (f64, f64) {
        let sizes =
            self.around(place).into_iter().map(|component| self.members[component as usize].len() as f64);
        let sizes: Vec<f64> = sizes.collect();
        let together = 1.0 + sizes.iter().sum::<f64>();
        let apart = self.network.neighbours(place).filter(|to| !self.here[*to as usize]).count() as f64;
        let cost = self.network.cost(place);
        match merit {
            Merit::Smallest => (together / cost, apart / cost),
            Merit::Explosive => {
                let joined = sizes.iter().map(|size| size.sqrt() - 1.0).sum::<f64>();
                ((joined + apart) / cost, together / cost)
            }
            Merit::Pairs => {
                let squares = sizes.iter().map(|size| size * size).sum::<f64>();
                ((together * together - squares) / cost, apart / cost)
            }
        }
    }

    fn put(&mut self, place: u32) {
        self.here[place as usize] = true;
        let around = self.around(place);
        let largest = around.iter().copied().max_by_key(|component| self.members[*component as usize].len());
        let own = largest.unwrap_or(place);
        self.components[place as usize] = own;
        self.members[own as usize].push(place);
        for component in around.into_iter().filter(|component| *component != own) {
            let moved = std::mem::take(&mut self.members[component as usize]);
            moved.iter().for_each(|place| self.components[*place as usize] = own);
            self.members[own as usize].extend(moved);
        }
    }
}
