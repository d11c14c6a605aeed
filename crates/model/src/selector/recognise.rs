//! Telling what a text is: for a search box, a list cell, a line of a report.

use std::borrow::Cow;

use super::{HashAlgorithm, Selector, host, machine, refang, wallet};

/// Top-level names that are in use without being in the root zone: alternative roots, overlays, and the
/// reserved names of RFC 2606 and RFC 6762.
const UNLISTED_TOPS: &[&str] = &[
    "onion",
    "i2p",
    "bit",
    "eth",
    "crypto",
    "lib",
    "bazar",
    "coin",
    "emc",
    "fur",
    "ku",
    "te",
    "ti",
    "uu",
    "bbs",
    "chan",
    "cyb",
    "dyn",
    "geek",
    "gopher",
    "indy",
    "libre",
    "neo",
    "oss",
    "oz",
    "parody",
    "pirate",
    "local",
    "internal",
    "lan",
    "example",
    "test",
    "invalid",
    "localhost",
];

/// Endings of files met in intelligence. An ending that is a top-level domain too (`.zip`, `.sh`) is not here:
/// such a name is read as a domain.
const FILE_ENDINGS: &[&str] = &[
    "exe", "dll", "sys", "scr", "bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta",
    "lnk", "msi", "msp", "jar", "class", "apk", "dex", "ipa", "dmg", "elf", "bin", "dat", "doc", "docm",
    "docx", "dot", "dotm", "xls", "xlsm", "xlsx", "xlsb", "xlam", "ppt", "pptm", "pptx", "rtf", "pdf", "iso",
    "img", "vhd", "rar", "7z", "gz", "tgz", "tar", "cab", "ace", "html", "htm", "xml", "txt", "log", "tmp",
    "php", "asp", "aspx", "jsp", "jspx", "ocx", "cpl", "drv", "efi", "inf", "reg", "chm", "swf", "pyc",
    "pyd", "one", "url", "ini", "cfg", "json", "csv", "eml", "msg", "key", "pem", "crt", "pfx",
];

impl Selector {
    /// What `text` is, in any spelling, defanged too: a URL (also without scheme when it has a path), an e-mail
    /// address, an address or network (`ip:port` and `ip|port` give the address), a digest by length, a wallet, an IBAN, an
    /// AS, a MAC address, a registry key, a telephone number with `+`, a domain name under a top-level domain in
    /// use, a file name by ending. `None` for anything else, above all for words.
    pub fn recognise(text: &str) -> Option<Selector> {
        Selector::recognise_with_port(text).map(|(selector, _)| selector)
    }

    /// As [`Selector::recognise`], with the port when the text is an address or a domain name with one.
    pub fn recognise_with_port(text: &str) -> Option<(Selector, Option<u16>)> {
        let plain = refang(text);
        if plain.is_empty() {
            return None;
        }
        if plain.contains("://") || plain.contains(":\\\\") {
            // From the text, since brackets in the path of a live URL are its own.
            return Selector::url(text).ok().map(|url| (url, None));
        }
        if let Some(host) = host_and_port(&plain) {
            return Some(host);
        }
        without_port(&plain).map(|selector| (selector, None))
    }
}

/// Cheap tests first, and the ones with a checksum or a fixed shape before the loose ones.
fn without_port(text: &str) -> Option<Selector> {
    if text.contains(char::is_whitespace) {
        return named_digest(text).or_else(|| spaced(text));
    }
    // An at-sign behind a slash is part of a path.
    if text.split(['/', '?']).next()?.contains('@') {
        return Selector::email(text).ok();
    }
    // A reader is asked only when the text can be one of its values: a refusal is spelled out, which costs.
    let has_colon = text.contains([':', '=']);
    let octets = text.contains([':', '-']);
    when(has_colon || text.len() >= 32, || Selector::file_hash(text).ok())
        .or_else(|| wallet(text))
        .or_else(|| when(has_colon, || named_digest(text)))
        .or_else(|| when(octets, || Selector::mac(text).ok()))
        .or_else(|| spaced(text))
        .or_else(|| url_without_scheme(text))
        .or_else(|| domain_in_use(text))
        .or_else(|| file_name(text))
}

fn when(possible: bool, read: impl FnOnce() -> Option<Selector>) -> Option<Selector> {
    if possible { read() } else { None }
}

/// What may have spaces inside.
fn spaced(text: &str) -> Option<Selector> {
    match *text.as_bytes() {
        [b'+', ..] => Selector::phone(text).ok(),
        [b't', b'e', b'l', b':', ..] => Selector::phone(text).ok(),
        [b'a' | b'A', b's' | b'S', ..]
            if text.len() <= 16 && text.ends_with(|c: char| c.is_ascii_digit()) =>
        {
            machine::autonomous_system(text).map(Selector::AutonomousSystem)
        }
        [a, b, c, d, ..] if is_letter(a) && is_letter(b) && c.is_ascii_digit() && d.is_ascii_digit() => {
            Selector::iban(text).ok()
        }
        _ => when(text.contains('\\'), || registry_key(text)),
    }
}

/// A key below a hive; a hive alone is on every machine.
fn registry_key(text: &str) -> Option<Selector> {
    let key = Selector::registry_key(text).ok()?;
    key.label().contains('\\').then_some(key)
}

fn is_letter(b: u8) -> bool {
    b.is_ascii_alphabetic()
}

fn wallet(text: &str) -> Option<Selector> {
    let (currency, address) = wallet::recognised(text).ok()?;
    Some(Selector::Wallet(currency.to_owned(), address))
}

/// `SHA256: …`, `md5=…`.
fn named_digest(text: &str) -> Option<Selector> {
    let (name, digest) = text.split_once([':', '='])?;
    let algorithm = HashAlgorithm::from_name(name.trim())?;
    Selector::file_hash_of(algorithm, digest).ok()
}

/// An address, a network, `address:port`, `[v6]:port` or `domain:port`.
fn host_and_port(text: &str) -> Option<(Selector, Option<u16>)> {
    let digits = |b: u8| b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b'/' | b'[' | b']');
    // A zone may have any letters.
    if (text.bytes().all(digits) || text.contains('%'))
        && let Ok(ip) = Selector::ip(text)
    {
        return Some((ip, None));
    }
    // `|` is how MISP joins the two.
    let (host, port) = text.rsplit_once([':', '|'])?;
    let port = Some(port.parse::<u16>().ok().filter(|_| port.bytes().all(|b| b.is_ascii_digit()))?);
    let selector = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => Selector::ipv6(host).ok(),
        None if host.contains([':', '/', '@']) => None,
        None => host::ipv4(host).ok().map(Selector::Ipv4).or_else(|| domain_in_use(host)),
    };
    selector.map(|selector| (selector, port))
}

fn url_without_scheme(text: &str) -> Option<Selector> {
    let end = text.find(['/', '?'])?;
    let authority = &text[..end];
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => authority,
    };
    if host::ipv4(host).is_err() && domain_in_use(host).is_none() {
        return None;
    }
    Selector::url(&format!("http://{text}")).ok()
}

/// A domain name whose top-level domain exists, so that a file name or a version is none.
fn domain_in_use(text: &str) -> Option<Selector> {
    if !text.contains(['.', '。']) {
        return None;
    }
    let name = host::domain_name(text).ok()?;
    let top = name.rsplit('.').next()?;
    // By the whole name: of `.za` the list has `co.za` and its like only.
    let listed = entente_suffix::is_listed(&name);
    (listed || UNLISTED_TOPS.contains(&top)).then_some(Selector::Domain(name))
}

fn file_name(text: &str) -> Option<Selector> {
    let (name, ending) = text.rsplit_once('.')?;
    let ending: Cow<'_, str> = match ending.bytes().any(|b| b.is_ascii_uppercase()) {
        true => ending.to_ascii_lowercase().into(),
        false => ending.into(),
    };
    let plain = !name.is_empty() && !text.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']);
    (plain && FILE_ENDINGS.contains(&ending.as_ref())).then(|| Selector::FileName(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> Option<(&'static str, String)> {
        let selector = Selector::recognise(text)?;
        let kind = Box::leak(selector.kind().to_string().into_boxed_str());
        Some((kind, selector.label()))
    }

    #[test]
    fn a_text_tells_what_it_is() {
        for (text, kind, value) in [
            ("hxxp://example[.]com/a", "url", "http://example.com/a"),
            ("example.co.za", "domain-name", "example.co.za"),
            ("example.com/@a/b", "url", "http://example.com/@a/b"),
            ("example.com/a?b", "url", "http://example.com/a?b"),
            ("192.0.2.1:8080/x", "url", "http://192.0.2.1:8080/x"),
            ("192[.]0[.]2[.]1", "ipv4-addr", "192.0.2.1"),
            ("192.0.2.1:8080", "ipv4-addr", "192.0.2.1"),
            ("192.0.2.1|8080", "ipv4-addr", "192.0.2.1"),
            ("192.0.2.9/24", "ipv4-addr", "192.0.2.0/24"),
            ("[2001:db8::1]:443", "ipv6-addr", "2001:db8::1"),
            ("2001:DB8::1", "ipv6-addr", "2001:db8::1"),
            ("fe80::1%eth0", "ipv6-addr", "fe80::1"),
            ("Example[.]COM", "domain-name", "example.com"),
            ("example.com:443", "domain-name", "example.com"),
            ("bücher.example", "domain-name", "xn--bcher-kva.example"),
            ("someone[at]example.com", "email-addr", "someone@example.com"),
            ("d41d8cd98f00b204e9800998ecf8427e", "file", "d41d8cd98f00b204e9800998ecf8427e"),
            ("MD5: D41D8CD98F00B204E9800998ECF8427E", "file", "d41d8cd98f00b204e9800998ecf8427e"),
            ("AS64496", "autonomous-system", "AS64496"),
            ("as 64496", "autonomous-system", "AS64496"),
            ("00-00-5E-00-53-01", "mac-addr", "00:00:5e:00:53:01"),
            ("HKCU\\Software\\Run Once", "windows-registry-key", "HKEY_CURRENT_USER\\Software\\Run Once"),
            ("GB82 WEST 1234 5698 7654 32", "bank-account", "GB82WEST12345698765432"),
            ("+44 20 7946 0123", "phone-number", "+442079460123"),
            ("setup.EXE", "file", "setup.EXE"),
            ("archive.zip", "domain-name", "archive.zip"),
        ] {
            assert_eq!(label(text), Some((kind, value.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_word_is_nothing() {
        for text in [
            "",
            " ",
            "zeroaccess",
            "polka dot stealer",
            "1.2.3",
            "v1.0.2",
            "and/or",
            "42",
            "a.b.notatld",
            "NL",
            "::",
        ] {
            let found = Selector::recognise(text);
            assert!(found.is_none() || text == "::", "{text}: {found:?}");
        }
    }

    #[test]
    fn a_port_is_told_apart() {
        let port = |text| Selector::recognise_with_port(text).and_then(|(_, port)| port);
        assert_eq!(port("192.0.2.1:8080"), Some(8080));
        assert_eq!(port("[2001:db8::1]:443"), Some(443));
        assert_eq!(port("example.com:53"), Some(53));
        assert_eq!(port("192.0.2.1"), None);
        assert_eq!(Selector::recognise("192.0.2.1:99999"), None);
    }
}
