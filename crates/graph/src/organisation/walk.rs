//! How much of a walk that keeps coming back to the seeds passes a thing, for each way on that the thing has.
//!
//! Where an organisation ends, walks leak: somebody who merely shares one value with it has ways to a life of his own, and
//! whatever comes there is spread over all of that. This is the personalised PageRank of Andersen, Chung and Lang (2006),
//! divided by degree; it is the evidence against.

/// The part of the walk that begins anew at each step.
const ANEW: f64 = 0.15;
const ROUNDS: usize = 40;

/// A way on: from, to, and how strong.
pub(crate) type Way = (u32, u32, f64);

/// For each place, the mass of the walk divided by the strength of all its ways on, those out of what was looked at
/// (`beyond`) included.
pub(crate) fn density(places: usize, ways: &[Way], beyond: &[f64], sources: &[u32]) -> Vec<f64> {
    let mut strength = beyond.to_vec();
    ways.iter().for_each(|(from, _, weight)| strength[*from as usize] += weight);
    let anew = 1.0 / sources.len().max(1) as f64;
    let mut mass = vec![0.0; places];
    sources.iter().for_each(|source| mass[*source as usize] = anew);
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; places];
        sources.iter().for_each(|source| next[*source as usize] = ANEW * anew);
        for (from, to, weight) in ways {
            let from = *from as usize;
            next[*to as usize] += (1.0 - ANEW) * mass[from] * weight / strength[from];
        }
        mass = next;
    }
    mass.iter().zip(&strength).map(|(mass, strength)| mass / strength.max(1e-6)).collect()
}
