//! What a value says about others by itself: links nobody has to report.

use std::borrow::Cow;

use super::{Selector, web};
use crate::{Atlas, LinkKind};

impl Selector {
    /// The values that follow directly from this one: URL to host (`host`), domain name to the name that was
    /// registered, by the public suffix list (`registered-domain`), e-mail address to domain (`domain`), address
    /// to AS (`belongs-to`) and country (`located-at`). A network has an AS or a country when both its ends do.
    pub fn implied(&self, atlas: &Atlas) -> Vec<(LinkKind, Selector)> {
        match self {
            Selector::Url(url) => one("host", web::host_of(url)),
            Selector::Domain(name) => one("registered-domain", registered_domain(name)),
            Selector::Email(address) => {
                one("domain", web::domain_of(address).map(|domain| Selector::Domain(domain.to_owned())))
            }
            Selector::Ipv4(_) | Selector::Ipv6(_) => whereabouts(self, atlas),
            _ => Vec::new(),
        }
    }
}

fn one(kind: &'static str, target: Option<Selector>) -> Vec<(LinkKind, Selector)> {
    target.into_iter().map(|target| (Cow::Borrowed(kind), target)).collect()
}

/// The name somebody registered: one label below the public suffix. `None` when `name` is that name itself, is
/// a public suffix, or ends in no suffix the list knows.
fn registered_domain(name: &str) -> Option<Selector> {
    let registered = entente_suffix::registered(name).filter(|registered| registered.len() < name.len());
    registered.map(|registered| Selector::Domain(registered.to_owned()))
}

fn whereabouts(address: &Selector, atlas: &Atlas) -> Vec<(LinkKind, Selector)> {
    let Some((first, last)) = address.address_range() else { return Vec::new() };
    let (here, there) = (atlas.locate(first), atlas.locate(last));
    let mut implied = Vec::with_capacity(2);
    if let Some(number) = here.asn.filter(|_| here.asn == there.asn) {
        implied.push((Cow::Borrowed("belongs-to"), Selector::AutonomousSystem(number)));
    }
    if let Some(code) = here.country.filter(|_| here.country == there.country) {
        let code = code.iter().map(|letter| char::from(*letter)).collect();
        implied.push((Cow::Borrowed("located-at"), Selector::Country(code)));
    }
    implied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AtlasRow;

    fn implied(selector: Result<Selector, crate::SelectorError>) -> Vec<(String, String)> {
        let rows = [
            "192.0.2.0,192.0.2.127,64496,Example Net",
            "192.0.2.128,192.0.2.255,64497,Other Net",
            "192.0.2.0,192.0.2.255,NL",
        ];
        let rows = rows.map(|row| AtlasRow::from_csv(row).expect("a row"));
        let atlas = Atlas::from_bytes(Atlas::build(rows).expect("a table")).expect("an atlas");
        let links = selector.expect("a selector").implied(&atlas);
        links.into_iter().map(|(kind, target)| (kind.into_owned(), target.label())).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(kind, target)| ((*kind).to_owned(), (*target).to_owned())).collect()
    }

    #[test]
    fn a_value_says_what_follows_from_it() {
        assert_eq!(implied(Selector::url("https://a.example.com/")), pairs(&[("host", "a.example.com")]));
        assert_eq!(implied(Selector::url("https://[2001:db8::1]/")), pairs(&[("host", "2001:db8::1")]));
        assert_eq!(implied(Selector::email("a@example.com")), pairs(&[("domain", "example.com")]));
        let registered = pairs(&[("registered-domain", "example.co.uk")]);
        assert_eq!(implied(Selector::domain("a.b.example.co.uk")), registered);
        assert_eq!(implied(Selector::domain("example.co.uk")), pairs(&[]));
        assert_eq!(implied(Selector::domain("co.uk")), pairs(&[]));
        assert_eq!(implied(Selector::domain("a.b.notatld")), pairs(&[]));
        assert_eq!(
            implied(Selector::domain("a.b.公司.cn")),
            pairs(&[("registered-domain", "b.xn--55qx5d.cn")])
        );
    }

    #[test]
    fn an_address_has_a_network_and_a_country() {
        let both = pairs(&[("belongs-to", "AS64496"), ("located-at", "NL")]);
        assert_eq!(implied(Selector::ip("192.0.2.1")), both);
        assert_eq!(implied(Selector::ip("192.0.2.0/24")), pairs(&[("located-at", "NL")]));
        assert_eq!(implied(Selector::ip("198.51.100.1")), pairs(&[]));
    }
}
