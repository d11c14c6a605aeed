//! Domain names, all invented and all under the top-level domain kept free for examples (RFC 2606).

use super::World;
use crate::chance::mix;

/// Where ordinary people and criminals alike have their mail.
pub(crate) const MAIL_HOSTS: &[&str] =
    &["postbox.example", "mailhaven.example", "quickpost.example", "letterbird.example", "inkpost.example"];

/// What firms are called.
pub(crate) const FIRMS: &[&str] = &[
    "Trading",
    "Works",
    "Services",
    "Logistics",
    "Foods",
    "Studio",
    "Partners",
    "Supplies",
    "Garden",
    "Motors",
];

const FIRST: &[&str] = &[
    "amber", "anchor", "apple", "arrow", "autumn", "azure", "bald", "bay", "berry", "birch", "blue", "bold",
    "brass", "bright", "brook", "calm", "cedar", "chalk", "cherry", "civic", "clay", "clear", "cliff",
    "cloud", "clover", "coast", "copper", "coral", "corner", "crest", "crisp", "dawn", "deep", "delta",
    "dune", "eager", "early", "east", "ember", "fair", "fern", "field", "fine", "flint", "forest", "fox",
    "fresh", "glass", "golden", "grand", "granite", "green", "grove", "harbor", "hazel", "high", "honey",
    "ivory", "jade", "keen", "lake", "lamp", "lark", "level",
];
const SECOND: &[&str] = &[
    "market", "relay", "studio", "press", "garden", "works", "point", "bridge", "house", "cloud", "media",
    "shop", "travel", "clinic", "school", "sports", "books", "music", "foods", "motors", "legal", "design",
    "health", "invest", "secure", "login", "account", "support", "service", "update", "portal", "wallet",
    "bank", "pay", "trade", "capital", "group", "labs", "soft", "systems", "tech", "help", "desk", "online",
    "direct", "express", "home", "life", "care", "union", "trust", "vault", "gate", "port", "line", "net",
    "hub", "base", "space", "zone", "city", "world", "center", "club",
];

/// Names before the number is needed to tell them apart.
const BITS: u32 = 40;
const MASK: u64 = (1 << BITS) - 1;

/// A bijection of 40 bits.
pub(super) fn scatter(x: u64, key: u64) -> u64 {
    let x = (x ^ mix(key)) & MASK;
    let x = x.wrapping_mul(0x9e_3779_b97f) & MASK;
    let x = x ^ (x >> 21);
    x.wrapping_mul(0xd6_e8fe_b865) & MASK
}

impl World {
    /// The registrable domain of this number.
    pub(crate) fn domain(&self, number: u64) -> String {
        let spread = scatter(number, self.seed);
        let first = FIRST[(spread & 63) as usize];
        let second = SECOND[(spread >> 6 & 63) as usize];
        let mut name = String::with_capacity(32);
        name.push_str(first);
        name.push('-');
        name.push_str(second);
        let mut rest = spread >> 12;
        if rest > 0 {
            name.push('-');
        }
        while rest > 0 {
            name.push(char::from(b"abcdefghijkmnpqrstuvwxyz23456789"[(rest & 31) as usize]));
            rest >>= 5;
        }
        name.push_str(".example");
        name
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_scatter_without_meeting() {
        let seen: HashSet<u64> = (0..50_000).map(|number| scatter(number, 9)).collect();
        assert_eq!(seen.len(), 50_000);
    }
}
