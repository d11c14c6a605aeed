//! What is wrong: a digit misread, the wrong machine blamed. One value of the record is another, ordinary one's.

use super::build::Builder;
use crate::chance::{Chance, Stream};
use crate::record::Record;
use crate::thing::{Family, Sort};
use crate::world::World;

pub(crate) fn spoil(build: &mut Builder<'_>, permille: u32) {
    let (world, number) = (build.world, u64::from(build.enterprise.number));
    for (place, planned) in build.enterprise.planned.iter_mut().enumerate() {
        let mut chance = Chance::salted(world.seed, Stream::Spoil, number, place as u64);
        if chance.permille(permille) {
            planned.wrong = wrong(world, &mut chance, &mut planned.record);
        }
    }
}

/// Puts another ordinary value in the place of one of the record's; false when it names none.
pub(crate) fn wrong(world: &World, chance: &mut Chance, record: &mut Record) -> bool {
    let count = record.values().len() as u64;
    let chosen = chance.below(count);
    let mut place = 0;
    record.each(&mut |sort, value| {
        if place == chosen {
            *value = other(world, chance, sort);
        }
        place += 1;
    });
    count > 0
}

fn other(world: &World, chance: &mut Chance, sort: Sort) -> String {
    let counts = &world.counts;
    match sort {
        Sort::Domain => world.domain(chance.below(counts.domains)),
        Sort::Ip => world.server(chance.below(counts.servers)),
        Sort::Url => format!("https://{}/{}", world.domain(chance.below(counts.domains)), chance.hex(4)),
        Sort::Email => world.person(chance.below(counts.accounts)).email,
        Sort::Phone => world.phone(chance.below(counts.accounts)),
        Sort::Iban => world.account(chance.below(counts.accounts)),
        Sort::Wallet => world.wallet(chance.below(counts.wallets)),
        Sort::Account => format!("user{}", chance.hex(6)),
        Sort::File => world.digest(2, chance.below(counts.domains)),
        Sort::Certificate => world.digest(1, chance.below(counts.servers)),
        Sort::Mark(Family::Device) => world.device(chance.below(counts.accounts)),
        Sort::Mark(family) => world.mark(family, chance.below(counts.servers)),
        Sort::Identity | Sort::Malware => world.name_of(chance.below(counts.accounts)),
    }
}
