//! Money by bank: from victims over mules and collectors to those who turn it into coins.
//!
//! Fan-in at each mule, scatter-gather from mules over collectors to the cash-out, now and then a cycle back, and
//! pass-through: what comes in leaves within two days, less a tenth.

use super::build::{Builder, EntityKind};
use super::campaign::{Campaign, CampaignKind};
use super::cell::Cell;
use super::mistakes;
use super::people::{Crook, Staff};
use crate::book::Book;
use crate::record::{Alert, Holding, Payment, Record, Seconds};
use crate::thing::{Family, Sort, Thing};
use crate::world::{DAY, HOUR};

/// An account of the enterprise.
#[derive(Clone, Debug)]
pub(super) struct Account {
    iban: String,
    /// Whether the range's bank keeps it, and so sees both ends of what it pays.
    own: bool,
}

/// Opens accounts for the cells that are paid by bank, and moves the money on.
pub(crate) fn open(build: &mut Builder<'_>, campaigns: &[Campaign], cells: &mut [Cell], staff: &Staff) {
    let exits: Vec<Account> = staff.with("cash-out").into_iter().map(|crook| exit(build, crook)).collect();
    let herders: Vec<Crook> = staff.with("mule-herder").into_iter().cloned().collect();
    let collectors: Vec<(Account, String)> = herders.iter().map(|herder| collector(build, herder)).collect();
    let mut before: Option<String> = None;
    for cell in cells.iter_mut() {
        if campaigns[cell.campaign].kind.takes_coins() && !build.chance.permille(250) {
            continue;
        }
        let which = cell.campaign % herders.len();
        let (collector, device) = collectors[which].clone();
        let exit = exits[cell.campaign % exits.len()].clone();
        let mules = if cell.kind == CampaignKind::ClickFraud { 1 } else { build.chance.between(2, 3) };
        for _ in 0..mules {
            let mule = mule(build, cell, &herders[which], &device);
            layer(build, cell, &mule, &collector, &exit);
            cell.accounts.push(mule.iban);
        }
        // An account that is not closed yet serves the next wave too.
        let last = cell.accounts.last().cloned();
        cell.accounts.extend(before.filter(|_| build.chance.permille(mistakes::ACCOUNT_AGAIN)));
        before = last;
    }
}

/// Where the money leaves the bank; its holder is known to the exchange by the same IBAN.
fn exit(build: &mut Builder<'_>, crook: &Crook) -> Account {
    let own = build.chance.permille(600);
    let account = account(build, crook.number, own, Some("cash-out"), None);
    let device = build.world.device(crook.number);
    if account.own {
        build.own(Sort::Mark(Family::Device), device.clone(), EntityKind::Member, Some("cash-out"), None);
    }
    hold(build, &account, &crook.name, crook.number, (&crook.phone, &crook.email), device, build.world.start);
    account
}

/// A herder's account in another's name, now and then with his own mail address, and the device from which he banks for all his mules.
fn collector(build: &mut Builder<'_>, herder: &Crook) -> (Account, String) {
    let device = build.world.device(herder.number);
    let sort = Sort::Mark(Family::Device);
    let device = build.own(sort, device, EntityKind::Member, Some("mule-herder"), None);
    let own = build.chance.permille(750);
    let account = account(build, herder.number, own, Some("collector"), None);
    let number = build.number();
    let front = build.world.person(number);
    let own_email = build.chance.permille(mistakes::HERDERS_MAIL);
    let email = if own_email { &herder.email } else { &front.email };
    let (at, contact) = (build.world.start, (front.phone.as_str(), email.as_str()));
    if account.own {
        let role = Some("straw-man");
        build.own(Sort::Phone, front.phone.clone(), EntityKind::Member, role, None);
        if !own_email {
            build.own(Sort::Email, front.email.clone(), EntityKind::Member, role, None);
        }
    }
    hold(build, &account, &front.name, number, contact, device.clone(), at);
    (account, device)
}

fn account(
    build: &mut Builder<'_>,
    number: u64,
    own: bool,
    role: Option<&'static str>,
    campaign: Option<usize>,
) -> Account {
    let iban = if own { build.world.account(number) } else { build.world.foreign_account(number) };
    Account { iban: build.own(Sort::Iban, iban, EntityKind::Money, role, campaign), own }
}

/// The bank's record of who holds the account, if it is the bank's.
fn hold(
    build: &mut Builder<'_>,
    account: &Account,
    name: &str,
    number: u64,
    (phone, email): (&str, &str),
    device: String,
    opened: Seconds,
) {
    if !account.own {
        return;
    }
    let holding = Holding {
        iban: account.iban.clone(),
        opened,
        holder: number,
        is_firm: false,
        name: name.to_owned(),
        birth_year: Some(build.chance.between(1950, 2006) as u16),
        country: "DE",
        phone: phone.to_owned(),
        email: email.to_owned(),
        device,
    };
    build.tell(1000, Book::BankAccounts, Record::Holding(Box::new(holding)));
}

/// Somebody who was talked into lending an account. Often the herder banks for them, and sometimes he left his own
/// number with the bank.
fn mule(build: &mut Builder<'_>, cell: &Cell, herder: &Crook, device: &str) -> Account {
    let number = build.number();
    let person = build.world.person(number);
    let campaign = Some(cell.campaign);
    let own = build.chance.permille(800);
    let account = account(build, number, own, Some("mule"), campaign);
    let lent = build.chance.permille(mistakes::HERDERS_DEVICE);
    let device = if lent { device.to_owned() } else { person.device };
    let email = person.email;
    let phone =
        if build.chance.permille(mistakes::HERDERS_PHONE) { herder.phone.clone() } else { person.phone };
    let opened = cell.start - build.chance.between(5, 80) as Seconds * DAY;
    if account.own {
        let member = EntityKind::Member;
        let email = build.own(Sort::Email, email, member, Some("mule"), campaign);
        if !lent {
            build.own(Sort::Mark(Family::Device), device.clone(), member, Some("mule"), campaign);
        }
        if phone != herder.phone {
            build.own(Sort::Phone, phone.clone(), member, Some("mule"), campaign);
        }
        hold(build, &account, &person.name, number, (&phone, &email), device, opened.max(build.world.start));
        life(build, &account);
        alert(build, cell, &account);
    }
    build.enterprise.roles.push((person.name, "mule"));
    account
}

/// Wages, rent and shopping, as before.
fn life(build: &mut Builder<'_>, account: &Account) {
    for _ in 0..2 {
        let payment = crate::background::of_life(build.world, &mut build.chance, &account.iban);
        let (serial, at) = (build.serial(), build.when(build.world.start, build.world.end()));
        build.tell(700, Book::BankLedger, Record::Payment(Payment { serial, at, ..payment }));
    }
}

fn alert(build: &mut Builder<'_>, cell: &Cell, account: &Account) {
    let reasons = ["pass-through", "new account, many payers", "structuring", "cash withdrawal abroad"];
    let reason = build.chance.pick(&reasons);
    let (serial, at) = (build.serial(), build.when(cell.start + 3 * DAY, cell.end + 10 * DAY));
    build.tell(
        350,
        Book::BankAlerts,
        Record::Alert(Alert { serial, at, iban: account.iban.clone(), reason }),
    );
}

fn layer(build: &mut Builder<'_>, cell: &Cell, mule: &Account, collector: &Account, exit: &Account) {
    if cell.kind == CampaignKind::ClickFraud {
        let advertiser =
            Account { iban: crate::background::processor(build.world, &mut build.chance), own: true };
        let at = build.when(cell.start, cell.end);
        pay(build, 900, &advertiser, mule, at, 480_000);
    }
    for _ in 0..1 + build.rounds() {
        let cents = build.chance.between(80_000, 99_900);
        let at = build.when(cell.start + DAY, cell.end);
        pay(build, 800, mule, collector, at, cents);
        let later = at + build.chance.between(2, 40) as Seconds * HOUR;
        pay(build, 800, collector, exit, later, cents * 9 / 10);
        out(build, exit, later + 5 * HOUR, cents * 8 / 10);
    }
    if build.chance.permille(400) {
        let at = build.when(cell.start + DAY, cell.end);
        pay(build, 900, mule, exit, at, 61_000);
    }
    if build.chance.permille(250) {
        let at = build.when(cell.start + DAY, cell.end);
        pay(build, 900, exit, mule, at, 24_000);
    }
}

/// To the exchange's account, to which tens of thousands pay.
fn out(build: &mut Builder<'_>, exit: &Account, at: Seconds, cents: u64) {
    let exchange =
        Account { iban: crate::background::exchange_account(build.world, &mut build.chance), own: true };
    pay(build, 600, exit, &exchange, at, cents);
}

/// From one account to another: in the bank's ledger when both are its own, in what it exchanged with others when not.
fn pay(build: &mut Builder<'_>, permille: u32, from: &Account, to: &Account, at: Seconds, cents: u64) {
    if !from.own && !to.own {
        return;
    }
    let book = if from.own && to.own { Book::BankLedger } else { Book::BankPayments };
    let serial = build.serial();
    let at = at.min(build.world.end() - 1);
    let (from, to) = (from.iban.clone(), to.iban.clone());
    build.tell(permille, book, Record::Payment(Payment { serial, at, from, to, kind: "SEPA", cents }));
}

/// A victim's payment to an account of a cell.
pub(crate) fn loss(build: &mut Builder<'_>, victim: u64, to: &str, at: Seconds, cents: u64) {
    let from = Account { iban: build.world.account(victim), own: true };
    // Every account of the bank has its bank code.
    let own = to.get(4..12) == from.iban.get(4..12);
    build.enterprise.victims.push(Thing::new(Sort::Iban, from.iban.as_str()));
    pay(build, 850, &from, &Account { iban: to.to_owned(), own }, at, cents);
}
