//! A range must be hard alone and possible together; these are the laws, and what holds them.

use std::collections::{HashMap, HashSet};

use crate::background::{Background, hubs};
use crate::book::Book;
use crate::enterprise::{Enterprise, Planned, Ties};
use crate::record::Record;
use crate::thing::{Sort, Thing};
use crate::{Range, Settings};

const PARTIES: [&str; 6] = ["company", "csirt", "registrar", "bank", "exchange", "police"];

fn range(seed: u64, size: u64, wrong_permille: u32) -> Range {
    Range::new(Settings { wrong_permille, ..Settings::new(seed, size) }).expect("good settings")
}

/// How many of a thousand entities the records tie to one part.
fn tied<'a>(enterprise: &Enterprise, records: impl Iterator<Item = &'a Planned>) -> usize {
    Ties::of(enterprise, records).parts()[0].len() * 1000 / enterprise.entities.len()
}

#[test]
fn together_nearly_everything_is_tied() {
    for (size, wrong) in [(1_000, 30), (10_000, 30), (10_000, 100), (1_000_000, 30)] {
        for seed in 0..20 {
            for enterprise in &range(seed, size, wrong).enterprises {
                let together = tied(enterprise, enterprise.planned.iter());
                assert!(together >= 950, "seed {seed}, size {size}: {together}");
            }
        }
    }
}

#[test]
fn no_party_alone_has_half_and_most_have_little() {
    for size in [1_000, 10_000, 1_000_000] {
        for party in PARTIES {
            let mut alone: Vec<usize> =
                (0..20).flat_map(|seed| alone(&range(seed, size, 30), party)).collect();
            alone.sort_unstable();
            let (median, most) = (alone[alone.len() / 2], alone[alone.len() - 1]);
            assert!(median < 300 && most < 500, "size {size}, {party}: {median}, {most}");
        }
    }
}

fn alone(range: &Range, party: &str) -> Vec<usize> {
    let of = |enterprise: &Enterprise| {
        let own = enterprise.planned.iter().filter(|planned| planned.book.party() == party);
        tied(enterprise, own)
    };
    range.enterprises.iter().map(of).collect()
}

#[test]
fn nothing_that_everybody_shares_is_an_enterprises() {
    for seed in 0..10 {
        let range = range(seed, 10_000, 30);
        let hubs: HashSet<Thing> = hubs(&range.world).into_iter().map(|(hub, _)| hub).collect();
        for entity in range.enterprises.iter().flat_map(|enterprise| &enterprise.entities) {
            assert!(!hubs.contains(&entity.thing), "{:?}", entity.thing);
        }
    }
}

#[test]
fn no_entity_is_told_of_as_two() {
    for seed in 0..10 {
        let range = range(seed, 100_000, 30);
        let mut seen = HashSet::new();
        for entity in range.enterprises.iter().flat_map(|enterprise| &enterprise.entities) {
            assert!(seen.insert(&entity.thing), "{:?}", entity.thing);
        }
    }
}

#[test]
fn most_of_a_range_is_ordinary_life() {
    for (size, most) in [(1_000, 200), (10_000, 50), (1_000_000, 2)] {
        let planned: usize = range(3, size, 30).enterprises.iter().map(|e| e.planned.len()).sum();
        assert!(planned as u64 * 1000 <= size * most, "{planned} of {size}");
    }
}

/// Following every tie but those of what many share is what people do first; it must not do.
#[test]
fn following_ties_does_not_find_an_enterprise() {
    for seed in 0..2 {
        let range = range(seed, 5_000, 30);
        let beside = neighbours(&range);
        let enterprise = &range.enterprises[0];
        let members: HashSet<&Thing> = enterprise.entities.iter().map(|entity| &entity.thing).collect();
        for cut in [3, 5, 10, 20, 50] {
            for seed in enterprise.entities.iter().map(|entity| &entity.thing).step_by(9) {
                let found = reached(&beside, seed, cut);
                let right = found.iter().filter(|thing| members.contains(*thing)).count();
                let good = right * 100 >= found.len() * 95 && right * 100 >= members.len() * 60;
                assert!(!good, "cut {cut}: {right} of {} in {}", members.len(), found.len());
            }
        }
    }
}

type Beside = HashMap<Thing, HashSet<Thing>>;

fn neighbours(range: &Range) -> Beside {
    let mut beside = Beside::new();
    let planned: Vec<&Planned> =
        range.enterprises.iter().flat_map(|enterprise| &enterprise.planned).collect();
    let ordinary = range.settings.size - planned.len() as u64;
    let background = Background { world: &range.world, botnets: &[], wrong_permille: 30 };
    planned.into_iter().for_each(|planned| note(&mut beside, planned.record.clone()));
    for book in Book::ALL {
        let of = book.of(ordinary);
        (0..of).for_each(|index| note(&mut beside, background.record(*book, index, of).0));
    }
    beside
}

fn note(beside: &mut Beside, mut record: Record) {
    let mut named = record.values();
    let hosts: Vec<Thing> = named.iter().filter(|thing| thing.sort == Sort::Url).filter_map(host).collect();
    named.extend(hosts);
    for one in &named {
        let others = named.iter().filter(|other| *other != one).cloned();
        beside.entry(one.clone()).or_default().extend(others);
    }
}

fn host(url: &Thing) -> Option<Thing> {
    Some(Thing::new(Sort::Domain, url.value.split('/').nth(2)?))
}

fn reached(beside: &Beside, seed: &Thing, cut: usize) -> HashSet<Thing> {
    let mut seen = HashSet::from([seed.clone()]);
    let mut open = vec![seed.clone()];
    while let Some(next) = open.pop().and_then(|thing| beside.get(&thing)) {
        for other in next {
            if beside[other].len() <= cut && seen.insert(other.clone()) {
                open.push(other.clone());
            }
        }
    }
    seen
}
