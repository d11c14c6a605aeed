//! What lists say of things that do not stand on them: a network stands for the addresses in it, a name for the names
//! below it.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use entente_model::{CompartmentNo, Selector};

/// Networks and names that stand for what is within them, and in which compartments that was told.
#[derive(Debug, Default)]
pub(super) struct Lists {
    networks: HashMap<Network, Vec<CompartmentNo>>,
    /// Lengths of the networks, those of IPv6 apart: an address is looked up once for each.
    lengths: BTreeSet<(bool, u32)>,
    names: HashMap<String, Vec<CompartmentNo>>,
}

/// A network by its length and first address, IPv4 in the low bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Network {
    v6: bool,
    length: u32,
    first: u128,
}

impl Network {
    /// The network of a value: an address is one that holds itself.
    fn of(value: &Selector) -> Option<Network> {
        Some(match value.address_range()? {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                let length = (first.to_bits() ^ last.to_bits()).leading_zeros();
                Network { v6: false, length, first: first.to_bits().into() }
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                let length = (first.to_bits() ^ last.to_bits()).leading_zeros();
                Network { v6: true, length, first: first.to_bits() }
            }
            _ => return None,
        })
    }

    fn longest(self) -> u32 {
        if self.v6 { 128 } else { 32 }
    }

    /// The network of this length it lies in.
    fn within(self, length: u32) -> Network {
        let hosts = self.longest() - length;
        let first = self.first.checked_shr(hosts).unwrap_or(0).checked_shl(hosts).unwrap_or(0);
        Network { length, first, ..self }
    }
}

impl Lists {
    /// Takes up what a list names; `below` says that a name stands for all below it. Values that stand for themselves
    /// alone are nothing to it.
    pub(super) fn add(&mut self, value: &Selector, below: bool, compartment: CompartmentNo) {
        let told = match value {
            Selector::Domain(name) if below => self.names.entry(name.clone()).or_default(),
            _ => match Network::of(value).filter(|network| network.length < network.longest()) {
                Some(network) => {
                    self.lengths.insert((network.v6, network.length));
                    self.networks.entry(network).or_default()
                }
                None => return,
            },
        };
        if !told.contains(&compartment) {
            told.push(compartment);
        }
    }

    /// True when nothing was taken up.
    pub(super) fn is_empty(&self) -> bool {
        self.networks.is_empty() && self.names.is_empty()
    }

    /// The compartments in which something larger was listed that holds this value.
    pub(super) fn covering(&self, value: &Selector) -> BTreeSet<CompartmentNo> {
        let told: Vec<&Vec<CompartmentNo>> = match value {
            Selector::Domain(name) => above(name).filter_map(|name| self.names.get(name)).collect(),
            _ => Network::of(value).map_or(Vec::new(), |network| self.around(network)),
        };
        told.into_iter().flatten().copied().collect()
    }

    fn around(&self, network: Network) -> Vec<&Vec<CompartmentNo>> {
        let lengths = self.lengths.range((network.v6, 0)..(network.v6, network.length));
        lengths.filter_map(|(_, length)| self.networks.get(&network.within(*length))).collect()
    }
}

/// The names a name lies below, the nearest first.
fn above(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.split_once('.').map(|(_, above)| above)).skip(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(entries: &[(&str, bool, u16)]) -> Lists {
        let mut lists = Lists::default();
        for (value, below, compartment) in entries {
            lists.add(&selector(value), *below, CompartmentNo(*compartment));
        }
        lists
    }

    fn selector(value: &str) -> Selector {
        Selector::ip(value).or_else(|_| Selector::domain(value)).expect("an address or a name")
    }

    fn covering(lists: &Lists, value: &str) -> Vec<u16> {
        lists.covering(&selector(value)).into_iter().map(|compartment| compartment.0).collect()
    }

    #[test]
    fn a_network_covers_what_lies_in_it_and_not_itself() {
        let lists = lists(&[
            ("198.51.100.0/24", false, 1),
            ("198.51.96.0/20", false, 2),
            ("2001:db8::/32", false, 3),
            ("192.0.2.7", false, 4),
            ("0.0.0.0/0", false, 5),
        ]);
        assert_eq!(covering(&lists, "198.51.100.7"), [1, 2, 5]);
        assert_eq!(covering(&lists, "198.51.100.0/24"), [2, 5]);
        assert_eq!(covering(&lists, "198.51.101.1"), [2, 5]);
        assert_eq!(covering(&lists, "2001:db8:1::7"), [3]);
        assert!(covering(&lists, "2001:db9::7").is_empty());
        assert_eq!(covering(&lists, "192.0.2.7"), [5], "an address covers nothing");
    }

    #[test]
    fn a_name_covers_those_below_it_when_its_list_says_so() {
        let lists = lists(&[("dyn.example.com", true, 1), ("example.com", false, 2)]);
        assert_eq!(covering(&lists, "a.b.dyn.example.com"), [1]);
        assert!(covering(&lists, "dyn.example.com").is_empty());
        assert!(covering(&lists, "notdyn.example.com").is_empty());
    }
}
