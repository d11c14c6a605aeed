//! Generalised network dismantling (Ren, Gleinig, Helbing, Antulov-Fantulin 2019, PNAS 116:14).

use super::super::betweenness::scatter;
use super::standing::Standing;

/// Rounds of the power method.
const ROUNDS: usize = 400;

/// Cuts the largest component in two along the second eigenvector of the node-weighted Laplacian, takes a cheap cover of the
/// links that were cut, and again.
pub(super) fn run(standing: &mut Standing<'_>) {
    loop {
        let members = standing.largest();
        if members.len() < 2 {
            return;
        }
        let sides = halves(standing, &members);
        let cover = cover(standing, &members, &sides);
        if cover.is_empty() {
            return;
        }
        cover.into_iter().for_each(|place| standing.take(place));
    }
}

/// On which side of the cut each place is; shape: one entry per place, false outside the component.
///
/// The Laplacian is that of B = AW + WA - A, so that a link weighs the costs of its ends less one. The eigenvector of its second
/// smallest value is the second largest of (c - L), which the power method finds.
fn halves(standing: &Standing<'_>, members: &[u32]) -> Vec<bool> {
    let weight = |a: u32, b: u32| (cost(standing, a) + cost(standing, b) - 1.0).max(0.0);
    let total = |place: u32| standing.neighbours(place).map(|to| weight(place, to)).sum::<f64>();
    let totals: Vec<f64> = members.iter().map(|place| total(*place)).collect();
    let shift = 2.0 * totals.iter().copied().fold(0.0, f64::max) + 1.0;
    let mut vector = vec![0.0; standing.here.len()];
    for place in members {
        vector[*place as usize] = (scatter(u64::from(*place), 1) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
    }
    for _ in 0..ROUNDS {
        let next = |(place, total): (&u32, &f64)| {
            let drawn: f64 =
                standing.neighbours(*place).map(|to| weight(*place, to) * vector[to as usize]).sum();
            (shift - total) * vector[*place as usize] + drawn
        };
        let next: Vec<f64> = members.iter().zip(&totals).map(next).collect();
        settle(members, next, &mut vector);
    }
    vector.into_iter().map(|value| value > 0.0).collect()
}

/// The next vector, without its part along the constant one, of length 1.
fn settle(members: &[u32], next: Vec<f64>, vector: &mut [f64]) {
    let mean = next.iter().sum::<f64>() / next.len() as f64;
    let length = next.iter().map(|value| (value - mean).powi(2)).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    members.iter().zip(next).for_each(|(place, value)| vector[*place as usize] = (value - mean) / length);
}

/// Whoever cannot be taken costs more than everybody who can.
fn cost(standing: &Standing<'_>, place: u32) -> f64 {
    if standing.can_take(place) { standing.network.cost(place) } else { 1e6 }
}

/// Places whose removal leaves no link across: the one that covers most links per cost first, which is Clarkson's greedy cover
/// (Clarkson 1983) of cost at most twice the least.
fn cover(standing: &Standing<'_>, members: &[u32], sides: &[bool]) -> Vec<u32> {
    let across = |a: u32, b: u32| sides[a as usize] != sides[b as usize];
    let mut open = vec![0_u32; sides.len()];
    for place in members {
        open[*place as usize] = standing.neighbours(*place).filter(|to| across(*place, *to)).count() as u32;
    }
    let mut chosen = Vec::new();
    let mut covered = vec![false; sides.len()];
    loop {
        let candidates = members.iter().copied();
        let candidates = candidates.filter(|place| open[*place as usize] > 0 && standing.can_take(*place));
        let worth = |place: u32| f64::from(open[place as usize]) / cost(standing, place);
        let best = candidates.max_by(|a, b| worth(*a).total_cmp(&worth(*b)).then(b.cmp(a)));
        let Some(best) = best else { return chosen };
        covered[best as usize] = true;
        open[best as usize] = 0;
        let others = standing.neighbours(best).filter(|to| across(best, *to) && !covered[*to as usize]);
        others.for_each(|to| open[to as usize] = open[to as usize].saturating_sub(1));
        chosen.push(best);
    }
}
