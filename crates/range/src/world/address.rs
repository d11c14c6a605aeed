//! Addresses, all from networks that are nobody's on the Internet: 100.64.0.0/10 (RFC 6598) for servers, 10.0.0.0/8
//! (RFC 1918) for machines behind providers, and 198.18.0.0/15 (RFC 2544) for what everybody uses.

use super::World;
use crate::chance::mix;

/// A bijection of `bits` bits.
fn scatter(x: u64, bits: u32, key: u64) -> u32 {
    let mask = (1u64 << bits) - 1;
    let x = (x ^ mix(key)) & mask;
    let x = x.wrapping_mul(0x9e37_79b1) & mask;
    let x = x ^ (x >> (bits / 2 + 1));
    (x.wrapping_mul(0x85eb_ca6b) & mask) as u32
}

fn dotted(address: u32) -> String {
    std::net::Ipv4Addr::from_bits(address).to_string()
}

impl World {
    /// The server of this number, of four million; those of enterprises count down from the last.
    pub(crate) fn server(&self, number: u64) -> String {
        let number =
            if number >= super::RESERVED { (1 << 22) - 1 - (number - super::RESERVED) } else { number };
        dotted(0x6440_0000 | scatter(number, 22, self.seed))
    }

    /// The machine of this number, of sixteen million.
    pub(crate) fn machine(&self, number: u64) -> String {
        dotted(0x0a00_0000 | scatter(number, 24, self.seed))
    }

    /// An address that very many share: of a content network, a parking service, a sinkhole, a shared host.
    pub(crate) fn shared(&self, number: u64) -> String {
        dotted(0xc612_0000 | scatter(number, 17, self.seed))
    }

    /// The network a server or machine is in, as a number of those kept for documentation (RFC 5398) and private use.
    pub(crate) fn network(&self, number: u64) -> u32 {
        64_512 + (mix(self.seed ^ number) % 1000) as u32
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_numbers_have_one_address() {
        for bits in [17, 22, 24] {
            let seen: HashSet<u32> = (0..100_000).map(|number| scatter(number, bits, 5)).collect();
            assert_eq!(seen.len(), 100_000);
        }
    }
}
