//! Wallets on Ethereum (written in lower case, as exports do) and Bitcoin (BIP 173).

use bech32::hrp::BC as BITCOIN;
use bech32::primitives::iter::Fe32IterExt as _;
use bech32::{Bech32, Fe32};

use super::World;
use crate::chance::{Chance, Stream};

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
    let groups: Vec<Fe32> = (0..32).filter_map(|_| Fe32::try_from(chance.below(32) as u8).ok()).collect();
    let groups = groups.into_iter();
    groups.with_checksum::<Bech32>(&BITCOIN).with_witness_version(Fe32::Q).chars().collect()
}

/// The asset of an address.
pub(crate) fn asset(address: &str) -> &'static str {
    if address.starts_with("0x") { "ETH" } else { "BTC" }
}
