//! Digital fingerprints: the rare ones by number, and the popular ones that tell nothing.

use super::World;
use crate::chance::{Chance, Stream};
use crate::thing::Family;

impl World {
    /// The value of this number in its family.
    pub(crate) fn mark(&self, family: Family, number: u64) -> String {
        let mut chance = Chance::salted(self.seed, Stream::Mark, family as u64 + 1, number);
        match family {
            Family::Spki | Family::C2Config | Family::BuildKey | Family::TextStyle | Family::Dom => {
                chance.hex(64)
            }
            Family::SshHostKey => format!("SHA256:{}", base64ish(&mut chance, 43)),
            Family::Tracker if chance.below(2) == 0 => {
                format!("UA-{}-{}", chance.between(10_000_000, 99_999_999), chance.between(1, 9))
            }
            Family::Tracker => format!("G-{}", upper(&mut chance, 10)),
            Family::Kit | Family::RegistrationPattern => {
                format!("{}-{}", family.as_str(), chance.hex(12))
            }
            Family::Favicon => (chance.next() as i32).to_string(),
            Family::Jarm => chance.hex(62),
            Family::Tlsh => format!("T1{}", chance.hex(70).to_ascii_uppercase()),
            Family::Pgp => chance.hex(40).to_ascii_uppercase(),
            Family::Ja3s | Family::Hassh | Family::Imphash | Family::RichHeader | Family::Device => {
                chance.hex(32)
            }
        }
    }

    /// One of the few values that most have: at most `variety` of them, the first by far the most frequent.
    pub(crate) fn popular(&self, family: Family, variety: u64, chance: &mut Chance) -> String {
        self.mark(family, chance.skewed(self.variety(variety)))
    }

    /// How many popular values there are: in a small world fewer, so that even there each is seen to be popular.
    pub(crate) fn variety(&self, most: u64) -> u64 {
        most.min((self.counts.domains / 150).max(2))
    }

    /// The SHA-256 of the certificate or file of this number.
    pub(crate) fn digest(&self, salt: u64, number: u64) -> String {
        Chance::salted(self.seed, Stream::Mark, salt << 8, number).hex(64)
    }
}

fn base64ish(chance: &mut Chance, length: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (0..length).map(|_| char::from(DIGITS[chance.below(64) as usize])).collect()
}

fn upper(chance: &mut Chance, length: usize) -> String {
    const DIGITS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    (0..length).map(|_| char::from(DIGITS[chance.below(36) as usize])).collect()
}
