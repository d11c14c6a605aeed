//! Collective influence (Morone, Makse 2015, "Influence maximization in complex networks through optimal percolation").

use super::standing::Standing;

/// Takes the vertex of highest influence per cost, counting anew around it after each, until no influence is left.
pub(super) fn run(standing: &mut Standing<'_>, radius: u32) {
    let count = standing.network.len() as u32;
    let mut scores: Vec<f64> = (0..count).map(|place| influence(standing, place, radius)).collect();
    loop {
        let worth = |place: u32| scores[place as usize] / standing.network.cost(place);
        match standing.best(worth) {
            Some(place) if scores[place as usize] > 0.0 => {
                let around = ball(standing, place, radius + 1);
                standing.take(place);
                for (near, _) in around.into_iter().filter(|(near, _)| *near != place) {
                    scores[near as usize] = influence(standing, near, radius);
                }
            }
            _ => return,
        }
    }
}

/// (degree - 1) times the sum of (degree - 1) over the vertices at exactly `radius` hops.
fn influence(standing: &Standing<'_>, place: u32, radius: u32) -> f64 {
    let beyond = |place: u32| f64::from(standing.degrees[place as usize]) - 1.0;
    if standing.degrees[place as usize] < 2 {
        return 0.0;
    }
    let around = ball(standing, place, radius);
    let edge: f64 = around.iter().filter(|(_, hops)| *hops == radius).map(|(near, _)| beyond(*near)).sum();
    beyond(place) * edge
}

/// What stands within so many hops, with the hops.
fn ball(standing: &Standing<'_>, centre: u32, radius: u32) -> Vec<(u32, u32)> {
    let mut met = vec![false; standing.here.len()];
    met[centre as usize] = true;
    let mut members = vec![(centre, 0)];
    let mut next = 0;
    while let Some((place, hops)) = members.get(next).copied() {
        next += 1;
        if hops == radius {
            break;
        }
        for to in standing.neighbours(place) {
            if !std::mem::replace(&mut met[to as usize], true) {
                members.push((to, hops + 1));
            }
        }
    }
    members
}
