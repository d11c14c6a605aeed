//! Domain names and addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::{Selector, SelectorError, refang};

const DOMAIN: &str = "a domain name";
const IPV4: &str = "an IPv4 address";
const IPV6: &str = "an IPv6 address";

impl Selector {
    /// A domain name in any spelling. Kept in lower case and A-labels (UTS 46, non-strict: underscores and
    /// hyphens anywhere pass, since malware uses them), without trailing dot. A single label is none.
    pub fn domain(text: &str) -> Result<Selector, SelectorError> {
        let plain = refang(text);
        domain_name(&plain).map(Selector::Domain).map_err(|why| SelectorError::new(DOMAIN, text, why))
    }

    /// An IPv4 address or network. Four decimal numbers without leading zeros; the host bits of a network
    /// are cleared, `/32` is dropped.
    pub fn ipv4(text: &str) -> Result<Selector, SelectorError> {
        let plain = refang(text);
        ipv4(&plain).map(Selector::Ipv4).map_err(|why| SelectorError::new(IPV4, text, why))
    }

    /// An IPv6 address or network, in the form of RFC 5952. A zone is dropped, and so is `/128`.
    pub fn ipv6(text: &str) -> Result<Selector, SelectorError> {
        let plain = refang(text);
        ipv6(&plain).map(Selector::Ipv6).map_err(|why| SelectorError::new(IPV6, text, why))
    }

    /// An IP address or network of either version.
    pub fn ip(text: &str) -> Result<Selector, SelectorError> {
        if text.bytes().filter(|b| *b == b':').count() > 1 {
            Selector::ipv6(text)
        } else {
            Selector::ipv4(text)
        }
    }

    /// The first and last address of an IP selector; `None` for every other kind.
    pub fn address_range(&self) -> Option<(IpAddr, IpAddr)> {
        let (Selector::Ipv4(value) | Selector::Ipv6(value)) = self else { return None };
        let (address, prefix) = value.split_once('/').unwrap_or((value, ""));
        match address.parse().ok()? {
            IpAddr::V4(first) => {
                let hosts = u32::MAX.checked_shr(prefix.parse().unwrap_or(32)).unwrap_or(0);
                Some((first.into(), Ipv4Addr::from_bits(first.to_bits() | hosts).into()))
            }
            IpAddr::V6(first) => {
                let hosts = u128::MAX.checked_shr(prefix.parse().unwrap_or(128)).unwrap_or(0);
                Some((first.into(), Ipv6Addr::from_bits(first.to_bits() | hosts).into()))
            }
        }
    }
}

/// The normal form of a refanged domain name, or what is wrong with it.
pub(super) fn domain_name(text: &str) -> Result<String, &'static str> {
    let name = a_labels(text.trim_end_matches(['.', '。']))?;
    let mut labels = 0;
    let mut last = "";
    for label in name.split('.') {
        match label.len() {
            0 => return Err("it has an empty label"),
            1..=63 => (labels, last) = (labels + 1, label),
            _ => return Err("a label has at most 63 characters"),
        }
    }
    if name.len() > 253 {
        return Err("a domain name has at most 253 characters");
    }
    if labels < 2 {
        return Err("it has a single label; a domain name has a dot");
    }
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return Err("it ends in a number, as an address does");
    }
    Ok(name)
}

fn a_labels(name: &str) -> Result<String, &'static str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if name.is_ascii() {
        if name.contains('*') {
            return Err("`*` makes it a pattern, not a name");
        }
        if !name.bytes().all(plain) {
            return Err("a domain name has letters, digits, hyphens, underscores and dots");
        }
        let lower = name.to_ascii_lowercase();
        if !lower.contains("xn--") {
            return Ok(lower);
        }
        // A label that only looks like an A-label can still be registered and resolved: keep it.
        return Ok(uts46(&lower).unwrap_or(lower));
    }
    uts46(name)
        .filter(|name| name.bytes().all(plain))
        .ok_or("it has characters that no international domain name may have (UTS 46)")
}

fn uts46(name: &str) -> Option<String> {
    let ascii = Uts46::new().to_ascii(name.as_bytes(), AsciiDenyList::URL, Hyphens::Allow, DnsLength::Ignore);
    // Mapping can bring forth a full stop at the end, as from `。`.
    ascii.ok().map(|name| name.trim_end_matches('.').to_owned())
}

pub(super) fn ipv4(text: &str) -> Result<String, &'static str> {
    let (address, prefix) = network(text, 32)?;
    let address: Ipv4Addr =
        address.parse().map_err(|_| "write four numbers of 0 to 255 without leading zeros, and dots")?;
    match prefix {
        Some(bits) if bits < 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            Ok(format!("{}/{bits}", Ipv4Addr::from_bits(address.to_bits() & mask)))
        }
        _ => Ok(address.to_string()),
    }
}

pub(super) fn ipv6(text: &str) -> Result<String, &'static str> {
    let (address, prefix) = network(text, 128)?;
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    let bare = bare.split_once('%').map_or(bare, |(bare, _zone)| bare);
    let address: Ipv6Addr =
        bare.parse().map_err(|_| "write up to eight groups of hexadecimal digits and colons")?;
    match prefix {
        Some(bits) if bits < 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            Ok(format!("{}/{bits}", Ipv6Addr::from_bits(address.to_bits() & mask)))
        }
        _ => Ok(address.to_string()),
    }
}

fn network(text: &str, longest: u32) -> Result<(&str, Option<u32>), &'static str> {
    let Some((address, prefix)) = text.split_once('/') else { return Ok((text, None)) };
    let digits = (1..=3).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_digit());
    match prefix.parse() {
        Ok(bits) if digits && bits <= longest => Ok((address, Some(bits))),
        _ if longest == 32 => Err("the prefix length after `/` is a number of 0 to 32"),
        _ => Err("the prefix length after `/` is a number of 0 to 128"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_domain_are_one() {
        for text in
            ["Example.COM", "example.com.", "example[.]com", " 'example(dot)com' ", "exam\u{200b}ple.com"]
        {
            assert_eq!(Selector::domain(text), Ok(Selector::Domain("example.com".into())), "{text}");
        }
        for text in ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "bücher。example"] {
            let wanted = Selector::Domain("xn--bcher-kva.example".into());
            assert_eq!(Selector::domain(text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_resolvers_take_passes() {
        for text in ["_dmarc.example.com", "a_b.example", "-a.example", "xn--zzzzzzz9.example"] {
            assert_eq!(Selector::domain(text), Ok(Selector::Domain(text.into())));
        }
    }

    #[test]
    fn what_is_no_domain_says_why() {
        for (text, why) in [
            ("localhost", "it has a single label; a domain name has a dot"),
            ("192.0.2.1", "it ends in a number, as an address does"),
            ("a..example", "it has an empty label"),
            ("*.example.com", "`*` makes it a pattern, not a name"),
            ("a b.example", "a domain name has letters, digits, hyphens, underscores and dots"),
        ] {
            assert_eq!(Selector::domain(text).expect_err(text).why(), why);
        }
        let long = format!("{}.example", "a".repeat(64));
        assert!(Selector::domain(&long).is_err());
    }

    #[test]
    fn ipv4_is_strict_and_networks_lose_their_host_bits() {
        for (text, wanted) in [
            ("192[.]0[.]2[.]7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("192.0.2.7/0", "0.0.0.0/0"),
        ] {
            assert_eq!(Selector::ip(text), Ok(Selector::Ipv4(wanted.into())));
        }
        for text in ["192.0.2.07", "192.0.2", "192.0.2.256", "192.0.2.0/33", "192.0.2.0/+1", "192.0.2.0/"] {
            assert!(Selector::ipv4(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ipv6_is_written_as_rfc_5952_says() {
        for (text, wanted) in [
            ("2001:0DB8:0000::0001", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("2001:db8::1/128", "2001:db8::1"),
            ("2001:db8:ffff::/32", "2001:db8::/32"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("2001[:]db8[:][:]1", "2001:db8::1"),
        ] {
            assert_eq!(Selector::ip(text), Ok(Selector::Ipv6(wanted.into())), "{text}");
        }
    }

    #[test]
    fn a_network_knows_its_ends() {
        let network = Selector::ipv4("192.0.2.0/24").expect("a network");
        let range = ("192.0.2.0".parse().expect("v4"), "192.0.2.255".parse().expect("v4"));
        assert_eq!(network.address_range(), Some(range));
        let all = Selector::ipv6("::/0").expect("a network").address_range().expect("a range");
        assert_eq!(all.1, IpAddr::V6(Ipv6Addr::from_bits(u128::MAX)));
    }
}
