//! People and firms.

use super::name::scatter;
use super::{MAIL_HOSTS, World};
use crate::chance::{Chance, Stream, mix};

/// Where people live and machines stand.
pub(crate) const COUNTRIES: &[&str] = &["DE", "NL", "FR", "ES", "PT", "GB", "IE", "US", "LV", "IT"];

const GIVEN: &[&str] = &[
    "Ada", "Bruno", "Carla", "Dario", "Elif", "Femke", "Goran", "Hanna", "Ivo", "Jana", "Karim", "Lena",
    "Marek", "Nadia", "Oskar", "Petra", "Quim", "Rosa", "Sven", "Tilda", "Umar", "Vera", "Wim", "Xenia",
    "Yara", "Zoltan", "Aina", "Bo", "Chiara", "Dov", "Edda", "Fadi",
];
const FAMILY: &[&str] = &[
    "Almstad", "Berquin", "Cordova", "Dunhart", "Eskelund", "Farrant", "Grimaud", "Holvik", "Ibanor",
    "Jelinski", "Korvath", "Lindero", "Marwick", "Nordane", "Ostrava", "Pellerin", "Quarles", "Rovelli",
    "Sandoval", "Tarrant", "Ulvang", "Vasarely", "Wendland", "Xavierre", "Yildam", "Zandstra", "Aldous",
    "Brandeis", "Castell", "Delorme", "Engstrom", "Falkner",
];

/// A person, or a firm where the name says so.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) birth_year: u16,
    pub(crate) country: &'static str,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) device: String,
}

impl World {
    /// The person of this number.
    pub(crate) fn person(&self, number: u64) -> Person {
        let mut chance = self.chance(Stream::Person, number);
        let (given, family) = (chance.pick(GIVEN), chance.pick(FAMILY));
        Person {
            name: format!("{given} {family}"),
            birth_year: chance.between(1936, 2007) as u16,
            country: chance.pick(COUNTRIES),
            phone: self.phone(number),
            email: self.email(number, given, family, &mut chance),
            device: self.device(number),
        }
    }

    /// The name alone.
    pub(crate) fn name_of(&self, number: u64) -> String {
        let mut chance = self.chance(Stream::Person, number);
        let (given, family) = (chance.pick(GIVEN), chance.pick(FAMILY));
        format!("{given} {family}")
    }

    fn email(&self, number: u64, given: &str, family: &str, chance: &mut Chance) -> String {
        let host = chance.pick(MAIL_HOSTS);
        let unique = base36(scatter(number, self.seed ^ 2));
        format!("{}.{}.{unique}@{host}", given.to_ascii_lowercase(), family.to_ascii_lowercase())
    }

    /// A number under +999, which the ITU has given to no country, by a bijection of nine digits.
    pub(crate) fn phone(&self, number: u64) -> String {
        const NUMBERS: u64 = 1_000_000_000;
        let number =
            if number >= super::RESERVED { NUMBERS - 1 - (number - super::RESERVED) } else { number };
        let spread = u128::from(number) * 387_420_489 + u128::from(mix(self.seed ^ 0x7e1e_f0e5) % NUMBERS);
        format!("+999{:09}", spread % u128::from(NUMBERS))
    }

    /// The identifier of the device somebody banks with.
    pub(crate) fn device(&self, number: u64) -> String {
        Chance::salted(self.seed, Stream::Person, 1, number).hex(32)
    }
}

pub(crate) fn base36(mut number: u64) -> String {
    let mut digits = Vec::with_capacity(8);
    loop {
        digits.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize]);
        number /= 36;
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}
