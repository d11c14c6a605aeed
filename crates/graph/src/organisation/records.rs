//! What the records say that name a thing.
//!
//! A record is right or wrong in what it names, so all ties that stand on one mention stand and fall together. And what a wrong record
//! names by mistake mostly has a life of its own elsewhere, with other records that lead nowhere near the organisation.

use std::collections::HashMap;

use entente_model::ClaimNo;

use super::reach::{LANES, Worlds, mix, worlds};
use super::weight::Found;

/// The worlds in which somebody tells of a tie who is right about both ends; each end by a number that is its own.
pub(crate) fn holds(found: &Found, (near, far): (u64, u64)) -> Worlds {
    let mut holds = [0; LANES];
    for said in &found.said {
        let (near, far) = (mention(said.near, near, said.belief.0), mention(said.far, far, said.belief.1));
        holds.iter_mut().zip(near.iter().zip(&far)).for_each(|(holds, (near, far))| *holds |= near & far);
    }
    holds
}

/// The worlds in which a claim is right to name a thing. Of a tie it names both ends: together they are right as often as it is believed.
fn mention(claim: ClaimNo, key: u64, belief: f64) -> Worlds {
    worlds(mix(key ^ mix(u64::from(claim.0))), belief.sqrt())
}

/// Where the records that name a place lead.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Leads {
    /// How many name it together with what belongs, by how surely that does.
    pub(crate) inside: f64,
    /// How many do not.
    pub(crate) outside: f64,
    /// Of those who tell of something like it in its place, so large a share tell of it.
    pub(crate) support: f64,
    /// How sure the surest tie to it is.
    pub(crate) best: f64,
    /// How sure the surest that another record tells of.
    pub(crate) second: f64,
    /// How usual it is that one record only tells of a thing of its sort that belongs.
    pub(crate) single: f64,
}

/// The ties out of each place, to a place or beyond what was looked at.
pub(crate) type Out = Vec<Vec<(Option<u32>, Found)>>;

/// Where records lead, from the share of worlds in which each place belongs and its sort.
pub(crate) fn leads(ties: &Out, share: &[f64], sorts: &[u16]) -> Vec<Leads> {
    let mut leads: Vec<Leads> = claims(ties, share).into_iter().map(counted).collect();
    let single = single(&leads, share, sorts);
    let support = support(ties, share, sorts);
    let surest = surest(ties, share);
    for (place, one) in leads.iter_mut().enumerate() {
        one.single = single[&sorts[place]];
        one.support = support[place];
        (one.best, one.second) = surest[place];
    }
    leads
}

/// The claims that tie each place to anything, each with the share of worlds of what it leads to.
fn claims(ties: &Out, share: &[f64]) -> Vec<Vec<(ClaimNo, f64)>> {
    let mut claims = vec![Vec::new(); ties.len()];
    for (from, ties) in ties.iter().enumerate() {
        for (to, found) in ties {
            let there = to.map_or(0.0, |to| share[to as usize]);
            claims[from].extend(found.said.iter().map(|said| (said.near, there)));
            if let Some(to) = to {
                claims[*to as usize].extend(found.said.iter().map(|said| (said.far, share[from])));
            }
        }
    }
    claims
}

/// Each claim once, by the surest of what it leads to.
fn counted(mut claims: Vec<(ClaimNo, f64)>) -> Leads {
    claims.sort_unstable_by(|one, other| one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)));
    claims.dedup_by_key(|(claim, _)| *claim);
    let inside: f64 = claims.iter().map(|(_, share)| share).sum();
    Leads { inside, outside: claims.len() as f64 - inside, ..Leads::default() }
}

/// By sort, the share of what belongs that hardly more than one record names; a half when nothing is known.
fn single(leads: &[Leads], share: &[f64], sorts: &[u16]) -> HashMap<u16, f64> {
    let mut sums: HashMap<u16, (f64, f64)> = HashMap::new();
    for (place, sort) in sorts.iter().enumerate() {
        let sum = sums.entry(*sort).or_insert((0.5, 1.0));
        sum.0 += share[place] * (1.0 - leads[place].inside).min(0.0).exp();
        sum.1 += share[place];
    }
    sums.into_iter().map(|(sort, (one, all))| (sort, one / all)).collect()
}

/// By how many claims each place is tied, beside the one of its sort that is tied to the same thing by most of the same family.
fn support(ties: &Out, share: &[f64], sorts: &[u16]) -> Vec<f64> {
    let mut sums = vec![(0.0, 1e-9); ties.len()];
    for (from, ties) in ties.iter().enumerate() {
        let mut most: HashMap<(u16, u16), usize> = HashMap::new();
        let inward = || ties.iter().filter_map(|(to, found)| Some(((*to)? as usize, found)));
        for (to, found) in inward() {
            let most = most.entry((found.family, sorts[to])).or_default();
            *most = found.said.len().max(*most);
        }
        for (to, found) in inward() {
            let weight = found.probability * share[from];
            let most = most[&(found.family, sorts[to])].max(1);
            sums[to].0 += weight * found.said.len() as f64 / most as f64;
            sums[to].1 += weight;
        }
    }
    sums.into_iter().map(|(sum, weight)| sum / weight).collect()
}

/// How sure the surest tie to each place is, and the surest that does not stand on the record of that one.
fn surest(ties: &Out, share: &[f64]) -> Vec<(f64, f64)> {
    let inward = || {
        ties.iter().enumerate().flat_map(|(from, ties)| {
            ties.iter().filter_map(move |(to, found)| {
                Some(((*to)? as usize, found, found.probability * share[from]))
            })
        })
    };
    let mut best: Vec<(f64, Option<ClaimNo>)> = vec![(0.0, None); ties.len()];
    for (to, found, sure) in inward() {
        if sure > best[to].0 {
            best[to] = (sure, found.said.first().map(|said| said.far));
        }
    }
    let mut surest: Vec<(f64, f64)> = best.iter().map(|(sure, _)| (*sure, 0.0)).collect();
    for (to, found, sure) in inward() {
        if found.said.iter().any(|said| Some(said.far) != best[to].1) {
            surest[to].1 = sure.max(surest[to].1);
        }
    }
    surest
}
