//! Ordinary life, and petty crime: by far most of what the parties hold, made record by record from its number.
//!
//! Here live the traps: values that thousands share (content networks, parking, privacy services, default
//! certificates, popular kits and packers, exchanges, payment processors, employers, machines behind one address) and
//! values that a few share for no bad reason (a family's device, an agency's tracker, small hosts).

mod coins;
mod hubs;
mod machines;
mod money;
mod names;
mod reports;
mod samples;

pub(crate) use coins::{hot_wallet, swap_wallet};
pub(crate) use hubs::{BULLETPROOF, bulletproof_name_servers, firms, hubs, privacy, registrar, shared_host};
pub(crate) use machines::{bot, hit, honest_page, tracked_domain};
pub(crate) use money::{exchange_account, of_life, processor};
pub(crate) use reports::spoofed;

use crate::book::Book;
use crate::chance::{Chance, Stream};
use crate::record::{Record, Seconds};
use crate::world::World;

/// What ordinary records are made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Background<'a> {
    pub(crate) world: &'a World,
    /// Families and the names they call, of all enterprises: their machines are as many as the world is large.
    pub(crate) botnets: &'a [(String, String)],
    pub(crate) wrong_permille: u32,
}

/// One record's place: its number in its book, and the chance and the moment it has from it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) index: u64,
    pub(crate) serial: u64,
    pub(crate) at: Seconds,
    pub(crate) chance: Chance,
}

impl Background<'_> {
    /// The `index`th of the `of` ordinary records of a book; they come in the order of their moments. Whether
    /// something in it is wrong is told beside it.
    pub(crate) fn record(&self, book: Book, index: u64, of: u64) -> (Record, bool) {
        let world = self.world;
        let chance = Chance::salted(world.seed, Stream::Record, book as u64, index);
        let serial = (book as u64) << 34 | index;
        let mut place = Place { index, serial, at: world.moment(index, of), chance };
        let mut record = self.make(book, &mut place);
        let mut spoiling = Chance::salted(world.seed, Stream::Wrong, book as u64, index);
        let wrong = spoiling.permille(self.wrong_permille)
            && crate::enterprise::wrong(world, &mut spoiling, &mut record);
        (record, wrong)
    }

    fn make(&self, book: Book, place: &mut Place) -> Record {
        let world = self.world;
        match book {
            Book::CompanySinkhole | Book::CsirtSinkhole => machines::sinkhole(world, self.botnets, place),
            Book::CompanyScan => machines::scan(world, place),
            Book::CompanySamples | Book::CompanyFeed | Book::PoliceFeed => samples::statement(world, place),
            Book::PoliceSamples => samples::phone(world, place),
            Book::CompanyPassiveDns | Book::RegistrarPassiveDns => names::resolution(world, place),
            Book::RegistrarRdap => names::registration(world, place),
            Book::CompanyMail | Book::PoliceMail => reports::mail(world, place),
            Book::CompanyReports | Book::PoliceReports => reports::report(world, place),
            Book::CsirtMisp => samples::event(world, place),
            Book::CsirtXarf => samples::abuse(world, place),
            Book::BankPayments => money::foreign(world, place),
            Book::BankLedger => money::ledger(world, place),
            Book::BankAccounts => money::holding(world, place),
            Book::BankAlerts => money::alert(world, place),
            Book::ExchangeWallets => coins::coin(world, place),
            Book::ExchangeCustomers => coins::customer(world, place),
        }
    }
}
