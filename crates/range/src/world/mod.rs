//! Who and what there is, each computed from the seed and its number: nothing is kept, however large the world.
//!
//! Ordinary things have small numbers; what belongs to enterprises and imitators has numbers from [`RESERVED`] on.
//! Every value goes through a bijection of its number, so the number cannot be read off the value and no two
//! things share one by chance.

mod address;
mod bank;
mod clock;
mod mark;
mod name;
mod person;
mod wallet;

pub(crate) use clock::{DAY, HOUR, date, iso, moment, spaced, utc};
pub(crate) use name::{FIRMS, MAIL_HOSTS};
pub(crate) use person::{COUNTRIES, Person};
pub(crate) use wallet::asset;

use crate::chance::{Chance, Stream};
use crate::record::Seconds;

/// Numbers from here on are handed out by enterprises.
pub(crate) const RESERVED: u64 = 1 << 30;

/// The world: a seed and how many there are of each.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) start: Seconds,
    /// Seconds from the first to the last event.
    pub(crate) span: Seconds,
    pub(crate) counts: Counts,
}

/// How many ordinary things there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) accounts: u64,
    pub(crate) domains: u64,
    pub(crate) servers: u64,
    pub(crate) wallets: u64,
    pub(crate) machines: u64,
}

impl World {
    pub(crate) fn chance(&self, stream: Stream, index: u64) -> Chance {
        Chance::new(self.seed, stream, index)
    }

    /// The moment `place` of `of` steps into the span.
    pub(crate) fn moment(&self, place: u64, of: u64) -> Seconds {
        let part = u128::from(place) * self.span as u128 / u128::from(of.max(1));
        self.start + part as Seconds
    }

    pub(crate) fn end(&self) -> Seconds {
        self.start + self.span
    }
}
