//! Accounts and payments.

use super::{Place, hubs};
use crate::chance::{Chance, Stream};
use crate::record::{Alert, Holding, Payment, Record};
use crate::world::{DAY, World};

/// What the firm of this number is; the first few of each six are of each trade.
pub(super) fn trade(firm: u64) -> &'static str {
    ["exchange-account", "payment-processor", "payroll", "utility", "merchant", "merchant"]
        [(firm % 6) as usize]
}

/// A firm of a trade, the first ones far more often.
fn firm(world: &World, trade: u64, chance: &mut Chance) -> u64 {
    let rows = (hubs::firms(world) / 6).max(1);
    chance.skewed(rows) * 6 + trade
}

fn person(world: &World, chance: &mut Chance) -> u64 {
    let firms = hubs::firms(world);
    firms + chance.below(world.counts.accounts.saturating_sub(firms).max(1))
}

/// The exchange's account at the bank.
pub(crate) fn exchange_account(world: &World, chance: &mut Chance) -> String {
    world.account(firm(world, 0, chance))
}

/// A payment processor's account.
pub(crate) fn processor(world: &World, chance: &mut Chance) -> String {
    world.account(firm(world, 1, chance))
}

/// A payment of everyday life to or from the account, without number and moment.
pub(crate) fn of_life(world: &World, chance: &mut Chance, account: &str) -> Payment {
    let (trade, kind) = [(2, "SEPA"), (3, "SEPA"), (4, "CARD"), (5, "CARD")][chance.below(4) as usize];
    let firm = world.account(firm(world, trade, chance));
    let is_wage = trade == 2;
    let (from, to) = if is_wage { (firm, account.to_owned()) } else { (account.to_owned(), firm) };
    let cents = if is_wage { chance.between(120_000, 420_000) } else { chance.between(300, 18_000) };
    Payment { serial: 0, at: 0, from, to, kind, cents }
}

/// A row of the bank's own ledger.
pub(super) fn ledger(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let payer = person(world, chance);
    let account = world.account(payer);
    let payment = match chance.below(100) {
        0..72 => of_life(world, chance, &account),
        72..90 => {
            let friend = world.account(acquaintance(world, payer, chance));
            Payment {
                serial: 0,
                at: 0,
                from: account,
                to: friend,
                kind: "SEPA",
                cents: chance.between(500, 90_000),
            }
        }
        90..94 => {
            let exchange = exchange_account(world, chance);
            Payment {
                serial: 0,
                at: 0,
                from: account,
                to: exchange,
                kind: "SEPA",
                cents: chance.between(5_000, 900_000),
            }
        }
        94..97 => {
            let processor = processor(world, chance);
            Payment {
                serial: 0,
                at: 0,
                from: processor,
                to: account,
                kind: "SEPA",
                cents: chance.between(2_000, 600_000),
            }
        }
        _ => Payment {
            serial: 0,
            at: 0,
            from: account.clone(),
            to: account,
            kind: "CASH-OUT",
            cents: chance.between(2, 40) * 1_000,
        },
    };
    Record::Payment(Payment { serial: place.serial, at: place.at, ..payment })
}

/// People pay those they live near: numbers close by, now and then anybody.
fn acquaintance(world: &World, payer: u64, chance: &mut Chance) -> u64 {
    if chance.permille(100) {
        return person(world, chance);
    }
    let firms = hubs::firms(world);
    let people = world.counts.accounts.saturating_sub(firms).max(1);
    firms + (payer - firms + chance.skewed(30) + 1) % people
}

/// A payment from or to another bank.
pub(super) fn foreign(world: &World, place: &mut Place) -> Record {
    let chance = &mut place.chance;
    let own = world.account(person(world, chance));
    let other = world.foreign_account(chance.skewed(world.counts.accounts * 2));
    let (from, to) = if chance.permille(500) { (own, other) } else { (other, own) };
    let cents = chance.skewed(2_000_000) + 100;
    Record::Payment(Payment { serial: place.serial, at: place.at, from, to, kind: "SEPA", cents })
}

/// Who holds the account of this number. One device in eight is a couple's.
pub(super) fn holding(world: &World, place: &mut Place) -> Record {
    let number = place.index;
    let chance = &mut place.chance;
    let person = world.person(number);
    let is_firm = number < hubs::firms(world) || chance.permille(60);
    let shares = world.chance(Stream::Account, number / 2).permille(120);
    let device = if shares { world.device(number / 2 * 2) } else { person.device };
    let name = match is_firm {
        true => format!("{} {}", person.name, chance.pick(crate::world::FIRMS)),
        false => person.name,
    };
    Record::Holding(Box::new(Holding {
        iban: world.account(number),
        opened: place.at - chance.skewed(4_000) as i64 * DAY,
        holder: number,
        is_firm,
        name,
        birth_year: (!is_firm).then_some(person.birth_year),
        country: person.country,
        phone: person.phone,
        email: person.email,
        device,
    }))
}

/// The bank's monitoring is wrong far more often than right.
pub(super) fn alert(world: &World, place: &mut Place) -> Record {
    let reasons = [
        "pass-through",
        "new account, many payers",
        "structuring",
        "cash withdrawal abroad",
        "unusual amount",
    ];
    let iban = world.account(person(world, &mut place.chance));
    let reason = place.chance.pick(&reasons);
    Record::Alert(Alert { serial: place.serial, at: place.at, iban, reason })
}
