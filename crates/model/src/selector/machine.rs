//! What is found on and around a machine: hardware addresses, networks, files, keys, accounts.

use super::{Selector, SelectorError};

/// Registry hives in every spelling, longest first where one begins another, and written out.
const HIVES: &[(&str, &str)] = &[
    ("HKEY_LOCAL_MACHINE", "HKEY_LOCAL_MACHINE"),
    ("HKEY_CURRENT_USER", "HKEY_CURRENT_USER"),
    ("HKEY_CLASSES_ROOT", "HKEY_CLASSES_ROOT"),
    ("HKEY_USERS", "HKEY_USERS"),
    ("HKEY_CURRENT_CONFIG", "HKEY_CURRENT_CONFIG"),
    ("HKEY_PERFORMANCE_DATA", "HKEY_PERFORMANCE_DATA"),
    ("HKEY_DYN_DATA", "HKEY_DYN_DATA"),
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKU", "HKEY_USERS"),
    ("HKCC", "HKEY_CURRENT_CONFIG"),
    ("HKPD", "HKEY_PERFORMANCE_DATA"),
    ("HKDD", "HKEY_DYN_DATA"),
];

impl Selector {
    /// A MAC address: 12 hexadecimal digits, bare or with colons, hyphens or dots anywhere they are usual.
    pub fn mac(text: &str) -> Result<Selector, SelectorError> {
        mac(text.trim()).map(Selector::Mac).ok_or_else(|| {
            SelectorError::new("a MAC address", text, "write six octets in hexadecimal: `00:00:5e:00:53:01`")
        })
    }

    /// An autonomous system: `AS64496`, `ASN 64496`, `64496`, or in the dotted form of RFC 5396 `AS1.10`.
    pub fn autonomous_system(text: &str) -> Result<Selector, SelectorError> {
        autonomous_system(text.trim()).map(Selector::AutonomousSystem).ok_or_else(|| {
            SelectorError::new("an autonomous system", text, "write `AS` and a number of 0 to 4294967295")
        })
    }

    /// A registry key with its hive, which is written out; the rest keeps its case (STIX 2.1 section 6.17).
    pub fn registry_key(text: &str) -> Result<Selector, SelectorError> {
        registry_key(text.trim()).map(Selector::RegistryKey).ok_or_else(|| {
            SelectorError::new(
                "a registry key",
                text,
                "it must begin with a hive such as `HKEY_LOCAL_MACHINE`",
            )
        })
    }

    /// A file by its name, as given but for white space around it.
    pub fn file_name(text: &str) -> Result<Selector, SelectorError> {
        named("a file name", text).map(Selector::FileName)
    }

    /// A mutex by its name, as given but for white space around it.
    pub fn mutex(text: &str) -> Result<Selector, SelectorError> {
        named("a mutex", text).map(Selector::Mutex)
    }

    /// A directory by its path, without a separator at the end unless it is a root.
    pub fn directory(text: &str) -> Result<Selector, SelectorError> {
        named("a directory", text).map(|path| Selector::Directory(without_last_separator(&path).to_owned()))
    }

    /// An account by login. `account_type` is a word of STIX `account-type-ov` such as `telegram`, or empty
    /// when it is not known.
    pub fn user_account(account_type: &str, login: &str) -> Result<Selector, SelectorError> {
        let login = named("an account", login)?;
        Ok(Selector::UserAccount(account_type.trim().to_lowercase(), login))
    }
}

fn mac(text: &str) -> Option<String> {
    let separated = |separator: char, group: usize| {
        text.contains(separator) && text.split(separator).all(|part| part.len() == group)
    };
    let shaped = text.len() == 12 || separated(':', 2) || separated('-', 2) || separated('.', 4);
    let digits: Vec<u8> = text.bytes().filter(|b| !matches!(b, b':' | b'-' | b'.')).collect();
    if !shaped || digits.len() != 12 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let octets = digits.chunks(2).map(|octet| String::from_utf8_lossy(octet).to_ascii_lowercase());
    Some(octets.collect::<Vec<_>>().join(":"))
}

pub(super) fn autonomous_system(text: &str) -> Option<u32> {
    let number = match text.get(..2) {
        Some(prefix) if prefix.eq_ignore_ascii_case("as") => {
            let rest = &text[2..];
            rest.strip_prefix(['n', 'N']).unwrap_or(rest).trim_start_matches([' ', ':', '-'])
        }
        _ => text,
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match number.split_once('.') {
        Some((high, low)) if digits(high) && digits(low) => {
            Some(u32::from(high.parse::<u16>().ok()?) << 16 | u32::from(low.parse::<u16>().ok()?))
        }
        None if digits(number) => number.parse().ok(),
        _ => None,
    }
}

fn registry_key(text: &str) -> Option<String> {
    // `Computer\HKEY_…` is how the registry editor shows it, `\REGISTRY\MACHINE\…` how the kernel names it.
    let text = strip_start(text, "Computer\\").unwrap_or(text);
    let (hive, rest) = kernel_name(text)
        .or_else(|| HIVES.iter().find_map(|(name, hive)| Some((*hive, strip_start(text, name)?))))?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    if !rest.is_empty() && !rest.starts_with('\\') {
        return None;
    }
    let mut key = hive.to_owned();
    // No name in the registry has a backslash, so an empty one is an escaped backslash that nobody undid.
    for name in rest.split('\\').filter(|name| !name.is_empty()) {
        key.push('\\');
        key.push_str(name);
    }
    Some(key)
}

fn kernel_name(text: &str) -> Option<(&'static str, &str)> {
    let rest = strip_start(text, "\\REGISTRY\\")?;
    let machine = strip_start(rest, "MACHINE").map(|rest| ("HKEY_LOCAL_MACHINE", rest));
    machine.or_else(|| strip_start(rest, "USER").map(|rest| ("HKEY_USERS", rest)))
}

fn strip_start<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

fn named(what: &'static str, text: &str) -> Result<String, SelectorError> {
    let name = text.trim();
    if name.is_empty() {
        return Err(SelectorError::new(what, text, "it is empty"));
    }
    if name.contains('\0') {
        return Err(SelectorError::new(what, text, "it has a null character"));
    }
    Ok(name.to_owned())
}

fn without_last_separator(path: &str) -> &str {
    let bare = path.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '/' | '\\'));
    // `/`, `C:\` and `\\` are roots.
    if bare.is_empty() || bare.ends_with(':') { path } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_mac_address_are_one() {
        for text in ["00:00:5E:00:53:01", "00-00-5e-00-53-01", "0000.5e00.5301", "00005E005301"] {
            assert_eq!(Selector::mac(text), Ok(Selector::Mac("00:00:5e:00:53:01".into())), "{text}");
        }
        for text in ["00:00:5e:00:53", "0:00:5e:00:53:011", "00:00:5e:00:53:0g"] {
            assert!(Selector::mac(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spellings_of_an_autonomous_system_are_one() {
        for text in ["AS64496", "as64496", "ASN64496", "ASN 64496", "64496", "AS0.64496"] {
            assert_eq!(Selector::autonomous_system(text), Ok(Selector::AutonomousSystem(64496)), "{text}");
        }
        for text in ["AS", "AS4294967296", "ASX", "AS1.65536", ""] {
            assert!(Selector::autonomous_system(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spellings_of_a_registry_key_are_one() {
        let wanted = Selector::RegistryKey("HKEY_LOCAL_MACHINE\\Software\\Run".into());
        for text in [
            "HKLM\\Software\\Run",
            "hklm\\\\Software\\\\Run\\",
            "HKLM:\\Software\\Run",
            "hkey_local_machine\\Software\\Run",
            "\\REGISTRY\\MACHINE\\Software\\Run",
            "Computer\\HKEY_LOCAL_MACHINE\\Software\\Run",
        ] {
            assert_eq!(Selector::registry_key(text), Ok(wanted.clone()), "{text}");
        }
        assert!(Selector::registry_key("HKLMSoftware").is_err());
        assert!(Selector::registry_key("Software\\Run").is_err());
    }

    #[test]
    fn a_root_keeps_its_separator() {
        for (text, wanted) in
            [("/tmp/", "/tmp"), ("/", "/"), ("C:\\", "C:\\"), ("C:\\Temp\\", "C:\\Temp"), ("a \\ ", "a")]
        {
            assert_eq!(Selector::directory(text), Ok(Selector::Directory(wanted.into())));
        }
    }

    #[test]
    fn nothing_is_no_name() {
        assert_eq!(Selector::mutex(" ").expect_err("empty").why(), "it is empty");
        assert!(Selector::file_name("a\0b").is_err());
        let account = Selector::user_account("Telegram", " someone ").expect("an account");
        assert_eq!(account, Selector::UserAccount("telegram".into(), "someone".into()));
    }
}
