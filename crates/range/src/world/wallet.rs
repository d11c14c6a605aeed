//! Wallets on Ethereum (written in lower case, as exports do) and Bitcoin (BIP 173).

use super::World;
use crate::chance::{Chance, Stream};

const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

impl World {
    /// The wallet of this number: one in three on Bitcoin.
    pub(crate) fn wallet(&self, number: u64) -> String {
        let mut chance = Chance::new(self.seed, Stream::Wallet, number);
        if chance.below(3) == 0 { segwit(&mut chance) } else { format!("0x{}", chance.hex(40)) }
    }

    /// The same on the chain that is asked for.
    pub(crate) fn wallet_on(&self, bitcoin: bool, number: u64) -> String {
        let mut chance = Chance::salted(self.seed, Stream::Wallet, 1, number);
        if bitcoin { segwit(&mut chance) } else { format!("0x{}", chance.hex(40)) }
    }
}

/// A version 0 witness program of 20 bytes: 32 groups of five bits.
fn segwit(chance: &mut Chance) -> String {
    let mut values = vec![0u8; 33];
    values[1..].iter_mut().for_each(|value| *value = chance.below(32) as u8);
    let check = checksum(&values);
    let groups = values.iter().copied().chain((0..6).map(|i| (check >> (5 * (5 - i)) & 31) as u8));
    let mut address = String::from("bc1");
    address.extend(groups.map(|group| char::from(CHARSET[usize::from(group)])));
    address
}

fn checksum(values: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    // The human-readable part `bc`, expanded: high bits, a nought, low bits.
    let head = [3u8, 3, 0, 2, 3];
    let mut sum = 1u32;
    for value in head.iter().chain(values).chain(&[0; 6]) {
        let top = sum >> 25;
        sum = (sum & 0x01ff_ffff) << 5 ^ u32::from(*value);
        for (bit, generator) in GENERATOR.iter().enumerate() {
            if top >> bit & 1 == 1 {
                sum ^= generator;
            }
        }
    }
    sum ^ 1
}

/// The asset of an address.
pub(crate) fn asset(address: &str) -> &'static str {
    if address.starts_with("0x") { "ETH" } else { "BTC" }
}
