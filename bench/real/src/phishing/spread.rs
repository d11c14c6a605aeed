//! What spreads from accounts that are known to those around them.

use super::network::Network;

/// Share of a walk that goes on at each step, and how many steps are taken: what is left after these is below a thousandth.
const GO_ON: f64 = 0.85;
const STEPS: usize = 50;

/// Who votes.
#[derive(Clone, Copy)]
pub enum Votes {
    /// Known accounts it had to do with.
    Neighbours,
    /// Known accounts that had to do with the same ones; the more a shared one had to do with, the less its votes count.
    Sharing,
}

/// Per account the votes of known accounts for phishing less those against. No account votes for itself.
pub fn vote(network: &Network, known: &[(u32, bool)], votes: Votes) -> Vec<f64> {
    let mut scores = vec![0.0; network.len()];
    for (account, phishes) in known {
        let vote = if *phishes { 1.0 } else { -1.0 };
        for neighbour in &network.links[*account as usize] {
            match votes {
                Votes::Neighbours => scores[*neighbour as usize] += vote,
                Votes::Sharing => {
                    let shared = &network.links[*neighbour as usize];
                    let others = shared.iter().filter(|other| *other != account);
                    others.for_each(|other| scores[*other as usize] += vote / shared.len() as f64);
                }
            }
        }
    }
    scores
}

/// Personalised PageRank: where a walk is that begins anew at one of these accounts, and otherwise goes along any payment, either way.
pub fn rank_from(network: &Network, seeds: &[u32]) -> Vec<f64> {
    let mut restart = vec![0.0; network.len()];
    seeds.iter().for_each(|seed| restart[*seed as usize] = 1.0 / seeds.len() as f64);
    let mut rank = restart.clone();
    for _ in 0..STEPS {
        let mut next: Vec<f64> = restart.iter().map(|share| share * (1.0 - GO_ON)).collect();
        for (links, rank) in network.links.iter().zip(&rank) {
            let each = GO_ON * rank / links.len().max(1) as f64;
            links.iter().for_each(|to| next[*to as usize] += each);
        }
        rank = next;
    }
    rank
}
