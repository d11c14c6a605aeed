//! Wallets, most of them an exchange's customers'.

use super::Place;
use crate::chance::Chance;
use crate::record::{Coin, Customer, Record};
use crate::thing::{Sort, Thing};
use crate::world::World;

/// Of each chain; the first serves almost everybody.
const HOT_WALLETS: u64 = 4;
const SWAPS: u64 = 2;
/// The numbers of the services' wallets, away from everybody's.
const SERVICES: u64 = 1 << 29;

/// A wallet an exchange pays everybody from.
pub(crate) fn hot_wallet(world: &World, chance: &mut Chance) -> String {
    world.wallet_on(chance.permille(300), SERVICES + services_in(world, HOT_WALLETS, chance))
}

/// A wallet of a service that swaps coins.
pub(crate) fn swap_wallet(world: &World, bitcoin: bool, chance: &mut Chance) -> String {
    world.wallet_on(bitcoin, SERVICES + HOT_WALLETS + services_in(world, SWAPS, chance))
}

/// A small world has fewer services, so that each still serves a crowd.
fn services_in(world: &World, most: u64, chance: &mut Chance) -> u64 {
    chance.below((world.counts.wallets / 400).clamp(1, most))
}

/// The wallets that tens of thousands have dealt with.
pub(super) fn services(world: &World) -> impl Iterator<Item = (Thing, &'static str)> {
    (0..HOT_WALLETS + SWAPS).flat_map(move |number| {
        let reason = if number < HOT_WALLETS { "exchange-wallet" } else { "swap-service" };
        [true, false]
            .map(|bitcoin| (Thing::new(Sort::Wallet, world.wallet_on(bitcoin, SERVICES + number)), reason))
    })
}

/// A transaction: in or out of an exchange or a swap, or between two who know each other.
pub(super) fn coin(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let wallets = world.counts.wallets;
    let one = chance.below(wallets);
    let own = world.wallet(one);
    let bitcoin = crate::world::asset(&own) == "BTC";
    let other = match chance.below(100) {
        0..48 => world.wallet_on(bitcoin, SERVICES + services_in(world, HOT_WALLETS, chance)),
        48..70 => swap_wallet(world, bitcoin, chance),
        _ => known_to(world, one, bitcoin, chance),
    };
    let (from, to) = if chance.permille(500) { (own, other) } else { (other, own) };
    let micro = chance.skewed(60_000_000) + 1;
    Record::Coin(Coin { serial: place.serial, at: place.at, from, to, micro })
}

/// A wallet near by, on the same chain.
fn known_to(world: &World, one: u64, bitcoin: bool, chance: &mut Chance) -> String {
    let wallets = world.counts.wallets;
    let first = (one + chance.skewed(40) + 1) % wallets;
    let mut near = (0..32).map(|step| world.wallet((first + step) % wallets));
    let same = |wallet: &String| (crate::world::asset(wallet) == "BTC") == bitcoin;
    near.find(same).unwrap_or_else(|| world.wallet_on(bitcoin, one))
}

/// A customer of the exchange: a person with an account at the bank, or at another.
pub(super) fn customer(world: &World, place: &mut Place) -> Record {
    let number = place.index;
    let chance = &mut place.chance;
    let firms = super::firms(world);
    // Each customer another person: the factor goes through all of them before it comes again.
    let people = world.counts.accounts.saturating_sub(firms).max(1);
    let holder = firms + (number * 5) % people;
    let person = world.person(holder);
    let iban = if chance.permille(600) { world.account(holder) } else { world.foreign_account(holder) };
    Record::Customer(Box::new(Customer {
        address: world.wallet(number),
        holder,
        name: person.name,
        country: person.country,
        iban,
        email: person.email,
        phone: person.phone,
        opened: place.at,
    }))
}
