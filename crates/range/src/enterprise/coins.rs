//! Money by chain: from victims' coins over gathering and peeling to those who are paid.

use super::build::{Builder, EntityKind};
use super::campaign::Campaign;
use super::cell::Cell;
use super::mistakes;
use super::people::{Crook, Staff};
use crate::book::Book;
use crate::record::{Coin, Customer, Record, Seconds};
use crate::thing::Sort;
use crate::world::{DAY, HOUR};

/// The wallets of the staff.
struct Purses {
    organiser: String,
    developers: Vec<String>,
    hoster: String,
    spammers: Vec<String>,
    affiliates: Vec<String>,
    herders: Vec<String>,
    exits: Vec<String>,
}

/// Opens wallets, takes what victims pay and pays everybody.
pub(crate) fn open(build: &mut Builder<'_>, campaigns: &[Campaign], cells: &mut [Cell], staff: &Staff) {
    let purses = purses(build, staff);
    let mut before = None;
    for (place, cell) in cells.iter_mut().enumerate() {
        let affiliate = turn(&purses.affiliates, cell.campaign);
        if campaigns[cell.campaign].kind.takes_coins() {
            take(build, cell, &purses, &affiliate, before.as_ref());
            before = cell.wallets.last().cloned();
        }
        let at = build.when(cell.start, cell.end);
        for month in 0..build.rounds() {
            send(build, 900, &affiliate, &purses.hoster, at + month as Seconds * 30 * DAY, 350_000);
        }
        let spammer = turn(&purses.spammers, place);
        send(build, 700, &affiliate, &spammer, at + DAY, 90_000);
        send(build, 800, &spammer, &purses.hoster, at + 3 * DAY, 40_000);
        let exit = turn(&purses.exits, cell.campaign);
        send(build, 700, &exit, &turn(&purses.herders, cell.campaign), at + 4 * DAY, 120_000);
        send(build, 600, &exit, &affiliate, at + 5 * DAY, 800_000);
        send(build, 400, &affiliate, &turn(&purses.developers, place), at + 2 * DAY, 200_000);
    }
    for exit in &purses.exits {
        cash_out(build, exit, &purses);
    }
}

/// One after the other, beginning anew after the last.
fn turn(wallets: &[String], place: usize) -> String {
    wallets[place % wallets.len()].clone()
}

/// Nobody knows the organiser's name; what the others told the exchange depends on how careful they are.
fn purses(build: &mut Builder<'_>, staff: &Staff) -> Purses {
    Purses {
        organiser: purse(build, staff.one("organiser", 0)),
        developers: of_role(build, staff, "developer", 800),
        hoster: of_role(build, staff, "hoster", 700).swap_remove(0),
        spammers: of_role(build, staff, "spammer", 800),
        affiliates: of_role(build, staff, "affiliate", 750),
        herders: of_role(build, staff, "mule-herder", 650),
        exits: of_role(build, staff, "cash-out", 950),
    }
}

fn of_role(build: &mut Builder<'_>, staff: &Staff, role: &str, known: u32) -> Vec<String> {
    let crooks: Vec<Crook> = staff.with(role).into_iter().cloned().collect();
    let wallets = crooks.iter().map(|crook| {
        let wallet = purse(build, crook);
        customer(build, known, crook, &wallet);
        wallet
    });
    wallets.collect()
}

/// Each enterprise has its chain, and few of its wallets are on another.
fn on_bitcoin(build: &mut Builder<'_>) -> bool {
    (build.enterprise.number % 2 == 1) != build.chance.permille(mistakes::OTHER_CHAIN)
}

fn purse(build: &mut Builder<'_>, crook: &Crook) -> String {
    let bitcoin = on_bitcoin(build);
    let wallet = build.world.wallet_on(bitcoin, crook.number);
    build.own(Sort::Wallet, wallet, EntityKind::Money, Some(crook.role), None)
}

/// What the exchange had to ask: who the customer is, and the account the money comes from or goes to.
fn customer(build: &mut Builder<'_>, permille: u32, crook: &Crook, wallet: &str) {
    let owned = |iban: &str| build.enterprise.entities.iter().any(|entity| entity.thing.value == iban);
    let banks = [build.world.account(crook.number), build.world.foreign_account(crook.number)];
    let known = banks.iter().find(|iban| owned(iban)).cloned();
    if !build.chance.permille(permille) {
        return;
    }
    let iban = known.unwrap_or_else(|| {
        let iban = build.world.foreign_account(crook.number);
        build.own(Sort::Iban, iban, EntityKind::Money, Some(crook.role), None)
    });
    let customer = Customer {
        address: wallet.to_owned(),
        holder: crook.number,
        name: crook.name.clone(),
        country: build.chance.pick(crate::world::COUNTRIES),
        iban,
        email: crook.email.clone(),
        phone: crook.phone.clone(),
        opened: build.when(build.world.start, build.world.start + 30 * DAY),
    };
    build.tell(1000, Book::ExchangeCustomers, Record::Customer(Box::new(customer)));
}

/// Two or three addresses for victims, now and then one from before, gathered into one, from which shares are peeled.
fn take(build: &mut Builder<'_>, cell: &mut Cell, purses: &Purses, affiliate: &str, again: Option<&String>) {
    let campaign = Some(cell.campaign);
    let bitcoin = on_bitcoin(build);
    let fresh = |build: &mut Builder<'_>, kind| {
        let wallet = build.world.wallet_on(bitcoin, build.number());
        build.own(Sort::Wallet, wallet, kind, None, campaign)
    };
    cell.wallets.extend(again.filter(|_| build.chance.permille(mistakes::WALLET_AGAIN)).cloned());
    let mut carrier = fresh(build, EntityKind::Money);
    for _ in 0..build.chance.between(2, 3) {
        let wallet = fresh(build, EntityKind::VictimFacing);
        for _ in 0..2 {
            let at = build.when(cell.start + DAY, cell.end);
            let payer = crate::background::hot_wallet(build.world, &mut build.chance);
            send(build, 800, &payer, &wallet, at, 40_000_000);
            send(build, 800, &wallet, &carrier, at + 6 * HOUR, 39_000_000);
        }
        cell.wallets.push(wallet);
    }
    let exit = turn(&purses.exits, cell.campaign);
    let developer = turn(&purses.developers, cell.campaign);
    for share in [affiliate, &developer, &purses.organiser, &exit] {
        let next = fresh(build, EntityKind::Money);
        let at = build.when(cell.start + 3 * DAY, cell.end + 10 * DAY);
        send(build, 850, &carrier, &next, at, 30_000_000);
        send(build, 850, &carrier, share, at, 6_000_000);
        carrier = next;
        if !build.chance.permille(500) {
            break;
        }
    }
    let at = build.when(cell.start + 10 * DAY, cell.end + 15 * DAY);
    send(build, 900, &carrier, &exit, at, 20_000_000);
}

/// Bought at the exchange with what came by bank, and sent up.
fn cash_out(build: &mut Builder<'_>, exit: &str, purses: &Purses) {
    for share in [&purses.organiser, &purses.developers[0], &purses.organiser] {
        let hot = crate::background::hot_wallet(build.world, &mut build.chance);
        let at = build.when(build.world.start, build.world.end());
        send(build, 800, &hot, exit, at, 9_000_000);
        send(build, 800, exit, share, at + 9 * HOUR, 8_000_000);
    }
}

fn send(build: &mut Builder<'_>, permille: u32, from: &str, to: &str, at: Seconds, about: u64) {
    // No chain carries the other's coins: what crosses over is swapped where nobody looks.
    if crate::world::asset(from) != crate::world::asset(to) {
        return swap(build, permille, from, to, at, about);
    }
    let micro = about / 2 + build.chance.below(about);
    let at = at.min(build.world.end() - 1);
    let record = Coin { serial: build.serial(), at, from: from.to_owned(), to: to.to_owned(), micro };
    build.tell(permille, Book::ExchangeWallets, Record::Coin(record));
}

/// Through a service that swaps one coin for another, as thousands do each day.
fn swap(build: &mut Builder<'_>, permille: u32, from: &str, to: &str, at: Seconds, about: u64) {
    let service = |build: &mut Builder<'_>, like: &str| {
        crate::background::swap_wallet(build.world, crate::world::asset(like) == "BTC", &mut build.chance)
    };
    let (inward, outward) = (service(build, from), service(build, to));
    send(build, permille, from, &inward, at, about);
    send(build, permille, &outward, to, at + HOUR, about);
}
