//! CoreHD (Zdeborová, Zhang, Zhou 2016, "Fast and simple decycling and dismantling of networks").

use super::standing::Standing;

/// Takes the vertex with most links within the 2-core until there is none, then breaks the trees that remain, each at the vertex
/// whose largest branch is smallest.
pub(super) fn run(standing: &mut Standing<'_>) {
    loop {
        let core = core_degrees(standing);
        let worth = |place: u32| f64::from(core[place as usize]) / standing.network.cost(place);
        match standing.best(worth) {
            Some(place) if core[place as usize] > 0 => standing.take(place),
            _ => break,
        }
    }
    while let Some(place) = breaker(standing) {
        standing.take(place);
    }
}

/// Links within the 2-core; 0 outside.
fn core_degrees(standing: &Standing<'_>) -> Vec<u32> {
    let mut degrees = standing.degrees.clone();
    let here = |place: &u32| standing.here[*place as usize];
    let mut leaves: Vec<u32> =
        (0..degrees.len() as u32).filter(here).filter(|place| degrees[*place as usize] < 2).collect();
    let mut peeled: Vec<bool> = standing.here.iter().map(|here| !here).collect();
    leaves.iter().for_each(|place| peeled[*place as usize] = true);
    while let Some(leaf) = leaves.pop() {
        for to in standing.neighbours(leaf) {
            degrees[to as usize] = degrees[to as usize].saturating_sub(1);
            if degrees[to as usize] < 2 && !peeled[to as usize] {
                peeled[to as usize] = true;
                leaves.push(to);
            }
        }
    }
    degrees.iter().zip(peeled).map(|(degree, peeled)| if peeled { 0 } else { *degree }).collect()
}

/// The vertex of the largest tree that leaves the smallest largest piece; none when nothing is linked any more, or the largest
/// component has nobody who can be taken.
fn breaker(standing: &Standing<'_>) -> Option<u32> {
    let members = standing.largest();
    if members.len() < 2 {
        return None;
    }
    let (below, before) = branches(standing, &members);
    let largest_piece = |place: u32| {
        let children = standing.neighbours(place).filter(|to| before[*to as usize] == place);
        let above = members.len() as u32 - below[place as usize];
        children.map(|to| below[to as usize]).max().unwrap_or(0).max(above)
    };
    let possible = members.iter().copied().filter(|place| standing.can_take(*place));
    possible.min_by_key(|place| (largest_piece(*place), *place))
}

/// Per member how many are in the branch that begins there, itself counted, and which member it hangs from.
fn branches(standing: &Standing<'_>, members: &[u32]) -> (Vec<u32>, Vec<u32>) {
    // Members come in the order of a search from the first, so whoever was met first is the one to hang from.
    let (mut below, mut before) = (vec![0; standing.here.len()], vec![u32::MAX; standing.here.len()]);
    before[members[0] as usize] = members[0];
    for place in members {
        below[*place as usize] = 1;
        for to in standing.neighbours(*place) {
            if before[to as usize] == u32::MAX {
                before[to as usize] = *place;
            }
        }
    }
    for place in members[1..].iter().rev() {
        below[before[*place as usize] as usize] += below[*place as usize];
    }
    (below, before)
}
