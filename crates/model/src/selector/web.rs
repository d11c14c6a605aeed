//! URLs and e-mail addresses.

use std::borrow::Cow;

use url::{Host, Url};

use super::refang::{is_invisible, refang};
use super::{Selector, SelectorError, host};

const URL: &str = "a URL";
const EMAIL: &str = "an e-mail address";

impl Selector {
    /// A URL with its scheme, in any spelling, serialised as the WHATWG URL standard does. Path, query and
    /// fragment of a URL whose scheme and host are not defanged are left alone: brackets there are its own.
    pub fn url(text: &str) -> Result<Selector, SelectorError> {
        let plain = if is_live(text.trim()) { Cow::Borrowed(text.trim()) } else { refang(text) };
        settled(&plain).map(Selector::Url).map_err(|why| SelectorError::new(URL, text, why))
    }

    /// An e-mail address in any spelling. The local part is kept as given (its case can matter), the domain is
    /// normalised as a domain name.
    pub fn email(text: &str) -> Result<Selector, SelectorError> {
        let plain = refang(text);
        email(&plain).map(Selector::Email).map_err(|why| SelectorError::new(EMAIL, text, why))
    }
}

/// The host of a normalised URL as a selector; `None` for single-label hosts and URLs without host.
pub(super) fn host_of(url: &str) -> Option<Selector> {
    let url = Url::parse(url).ok()?;
    match url.host()? {
        Host::Ipv4(address) => Some(Selector::Ipv4(address.to_string())),
        Host::Ipv6(address) => Some(Selector::Ipv6(address.to_string())),
        Host::Domain(name) => host::domain_name(name).ok().map(Selector::Domain),
    }
}

/// The normalised domain of a normalised e-mail address.
pub(super) fn domain_of(email: &str) -> Option<&str> {
    email.rsplit_once('@').map(|(_, domain)| domain)
}

/// The URL as it is when normalising changes nothing more. The URL standard drops line ends and steps of a path, and
/// what they parted may be a mark of defanging: `a(dot\r)b` is `a(dot)b` to it.
fn settled(text: &str) -> Result<String, &'static str> {
    let mut normal = url(text)?;
    for _ in 0..8 {
        if is_live(&normal) {
            return Ok(normal);
        }
        let next = url(&refang(&normal))?;
        if next == normal {
            return Ok(normal);
        }
        normal = next;
    }
    Err("each way of undoing its defanging leaves more to undo")
}

fn url(text: &str) -> Result<String, &'static str> {
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err("it has no scheme; write it as `https://…`");
    };
    if !rest.starts_with("//") && !rest.starts_with("\\\\") {
        return Err("the scheme is not followed by `://`");
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    if scheme.is_empty() || !scheme.bytes().all(allowed) {
        return Err("a scheme has letters, digits, `+`, `-` and `.` only");
    }
    match Url::parse(text) {
        Ok(url) if url.has_host() && url.host_str() != Some("") => Ok(url.into()),
        Ok(url) if url.scheme() == "file" => Ok(url.into()),
        Ok(_) | Err(url::ParseError::EmptyHost) => Err("it names no host"),
        Err(url::ParseError::IdnaError) => Err("its host is no valid international domain name (UTS 46)"),
        Err(url::ParseError::InvalidPort) => Err("its port is no number of 0 to 65535"),
        Err(url::ParseError::InvalidIpv4Address) => Err("its host looks like an IPv4 address and is none"),
        Err(url::ParseError::InvalidIpv6Address) => Err("its host looks like an IPv6 address and is none"),
        Err(url::ParseError::InvalidDomainCharacter) => Err("its host has characters no host may have"),
        Err(_) => Err("the URL standard cannot read it"),
    }
}

/// True when scheme and authority carry no mark of defanging, so whatever follows is meant as it stands.
fn is_live(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let known = ["http", "https", "ftp", "ftps", "tcp", "udp", "ssh", "ws", "wss", "file"];
    let authority = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    // The brackets of an IPv6 host are its own.
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let authority = match authority.strip_prefix('[').and_then(|v6| v6.split_once(']')) {
        Some((v6, port)) if v6.contains("::") || v6.matches(':').count() == 7 => port,
        _ => authority,
    };
    known.iter().any(|known| scheme.eq_ignore_ascii_case(known))
        && authority.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':'))
        && !rest.ends_with(['"', '\'', '`', '>'])
}

fn email(text: &str) -> Result<String, &'static str> {
    let text = match text.split_at_checked(7) {
        Some((scheme, address)) if scheme.eq_ignore_ascii_case("mailto:") => address,
        _ => text,
    };
    let Some((local, domain)) = text.rsplit_once('@') else { return Err("it has no `@`") };
    // Joiners spell some domain names, but no mailbox.
    let local = local.replace(is_invisible, "");
    // What escapes a mark-up sign in the text it was copied from is no part of the mailbox.
    let local = local.trim_start_matches('\\');
    if local.is_empty() {
        return Err("there is nothing before the `@`");
    }
    if local.len() > 256 {
        return Err("the part before the `@` is longer than 256 characters");
    }
    let strange = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | ':' | '/' | '\\')
    };
    if local.contains(strange) && !(local.len() > 1 && local.starts_with('"') && local.ends_with('"')) {
        return Err("the part before the `@` has characters no mailbox may have");
    }
    let domain = host::domain_name(domain)?;
    Ok(format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_before_a_mailbox_is_no_part_of_it() {
        assert_eq!(Selector::email("\\a@b.example"), Selector::email("a@b.example"));
        assert!(Selector::email("a\\b@b.example").is_err());
    }

    #[test]
    fn normalising_again_changes_nothing() {
        for text in ["a://x[:]//a(dot\r)b/", "x://h/[/./]", "x[:]//h/(do\tt)y"] {
            let url = Selector::url(text).unwrap();
            assert_eq!(Selector::url(&url.label()), Ok(url), "{text:?}");
        }
    }

    #[test]
    fn spellings_of_a_url_are_one() {
        for text in [
            "http://example.com/a",
            "hxxp://example[.]com/a",
            "HTTP://EXAMPLE.com:80/./a",
            "hxxp[:]//example[.]com/a",
            "<http://example.com/a>",
            "http:\\\\example.com\\a",
        ] {
            assert_eq!(Selector::url(text), Ok(Selector::Url("http://example.com/a".into())), "{text}");
        }
        let idn = Selector::Url("https://xn--bcher-kva.example/".into());
        assert_eq!(Selector::url("https://Bücher.example"), Ok(idn));
    }

    #[test]
    fn brackets_in_the_path_of_a_live_url_stay() {
        let url = "http://example.com/a[.]b?c(dot)d";
        assert_eq!(Selector::url(url), Ok(Selector::Url(url.into())));
        let all = Selector::url("hxxp://example[.]com/a[.]php");
        assert_eq!(all, Ok(Selector::Url("http://example.com/a.php".into())));
        let v6 = Selector::url("https://[2001:db8::1]:8443/x");
        assert_eq!(v6, Ok(Selector::Url("https://[2001:db8::1]:8443/x".into())));
    }

    #[test]
    fn what_is_no_url_says_why() {
        for (text, why) in [
            ("example.com/a", "it has no scheme; write it as `https://…`"),
            ("mailto:a@example.com", "the scheme is not followed by `://`"),
            ("http://", "it names no host"),
            ("http://example.com:99999/", "its port is no number of 0 to 65535"),
            ("http://192.0.2.300/", "its host looks like an IPv4 address and is none"),
        ] {
            assert_eq!(Selector::url(text).expect_err(text).why(), why);
        }
    }

    #[test]
    fn an_email_keeps_its_local_part() {
        for text in [
            "John@Example.com",
            "John[at]example[.]com",
            "mailto:John@example.com",
            "<John@example.com.>",
            "Jo\u{200d}hn@example。com",
        ] {
            assert_eq!(Selector::email(text), Ok(Selector::Email("John@example.com".into())), "{text}");
        }
        for text in ["@example.com", "john", "john@localhost", "a b@example.com"] {
            assert!(Selector::email(text).is_err(), "{text}");
        }
    }
}
