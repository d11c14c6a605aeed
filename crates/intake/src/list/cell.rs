//! One value whose sort a column or a type word tells.

use entente_model::{HashAlgorithm, Selector, refang};

use super::finding::{Finding, What};

/// What a column holds, or a type word says a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Any sort of indicator.
    Any,
    Url,
    /// A name or an address, with or without port.
    Host,
    Ip,
    Hash,
    CertificateHash,
    FileName,
    FilePath,
    Directory,
    RegistryKey,
    Mutex,
    Email,
    Wallet(Option<&'static str>),
    Account,
    AutonomousSystem,
    Mac,
    Phone,
    Iban,
    Vulnerability,
    /// A sort of value that is no selector, by the exclusion it is counted under.
    Unselective(&'static str),
}

/// Why a value is no finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// Nothing there.
    Empty,
    /// Known, and not kept.
    Excluded(&'static str),
    /// Wrong, and why.
    Wrong(String),
}

const CENSORED: &str = "value censored or generalised by its author";
const PATTERN: &str = "file-name pattern";

/// Words for sorts of indicators, without anything but letters and digits, in lower case.
const WORDS: &[(&str, Sort)] = &[
    ("indicator", Sort::Any),
    ("indicatorvalue", Sort::Any),
    ("ioc", Sort::Any),
    ("iocvalue", Sort::Any),
    ("value", Sort::Any),
    ("data", Sort::Any),
    ("observable", Sort::Any),
    ("artifact", Sort::Any),
    ("c2", Sort::Any),
    ("cnc", Sort::Any),
    ("candc", Sort::Any),
    ("url", Sort::Url),
    ("urls", Sort::Url),
    ("uri", Sort::Url),
    ("link", Sort::Url),
    ("urlpath", Sort::Url),
    ("malwareurl", Sort::Url),
    ("phishingurl", Sort::Url),
    ("domain", Sort::Host),
    ("domains", Sort::Host),
    ("domainname", Sort::Host),
    ("domainport", Sort::Host),
    ("fqdn", Sort::Host),
    ("host", Sort::Host),
    ("hostname", Sort::Host),
    ("hostport", Sort::Host),
    ("hostnameport", Sort::Host),
    ("dga", Sort::Host),
    ("server", Sort::Host),
    ("ip", Sort::Ip),
    ("ips", Sort::Ip),
    ("ipv4", Sort::Ip),
    ("ipv6", Sort::Ip),
    ("ipaddress", Sort::Ip),
    ("ipv4addr", Sort::Ip),
    ("ipv6addr", Sort::Ip),
    ("ipaddr", Sort::Ip),
    ("address", Sort::Ip),
    ("ipdst", Sort::Ip),
    ("ipsrc", Sort::Ip),
    ("ipport", Sort::Ip),
    ("ipdstport", Sort::Ip),
    ("ipsrcport", Sort::Ip),
    ("dstip", Sort::Ip),
    ("srcip", Sort::Ip),
    ("cidr", Sort::Ip),
    ("network", Sort::Ip),
    ("subnet", Sort::Ip),
    ("hash", Sort::Hash),
    ("hashes", Sort::Hash),
    ("filehash", Sort::Hash),
    ("md5", Sort::Hash),
    ("md5hash", Sort::Hash),
    ("sha1", Sort::Hash),
    ("sha1hash", Sort::Hash),
    ("sha256", Sort::Hash),
    ("sha256hash", Sort::Hash),
    ("sha512", Sort::Hash),
    ("ssdeep", Sort::Hash),
    ("tlsh", Sort::Hash),
    ("filehashmd5", Sort::Hash),
    ("filehashsha1", Sort::Hash),
    ("filehashsha256", Sort::Hash),
    ("malwaresample", Sort::Hash),
    ("filenamemd5", Sort::Hash),
    ("filenamesha1", Sort::Hash),
    ("filenamesha256", Sort::Hash),
    ("thumbprint", Sort::CertificateHash),
    ("certificatethumbprint", Sort::CertificateHash),
    ("certthumbprint", Sort::CertificateHash),
    ("x509fingerprintsha1", Sort::CertificateHash),
    ("x509fingerprintsha256", Sort::CertificateHash),
    ("certificatehash", Sort::CertificateHash),
    ("certificate", Sort::CertificateHash),
    ("filename", Sort::FileName),
    ("file", Sort::FileName),
    ("attachment", Sort::FileName),
    ("filepathname", Sort::FilePath),
    ("filepath", Sort::FilePath),
    ("path", Sort::FilePath),
    ("fullpath", Sort::FilePath),
    ("directory", Sort::Directory),
    ("folder", Sort::Directory),
    ("registry", Sort::RegistryKey),
    ("registrykey", Sort::RegistryKey),
    ("regkey", Sort::RegistryKey),
    ("registryvalue", Sort::RegistryKey),
    ("regkeyvalue", Sort::RegistryKey),
    ("registrypath", Sort::RegistryKey),
    ("mutex", Sort::Mutex),
    ("mutant", Sort::Mutex),
    ("email", Sort::Email),
    ("mail", Sort::Email),
    ("emailaddress", Sort::Email),
    ("emailsrc", Sort::Email),
    ("emaildst", Sort::Email),
    ("sender", Sort::Email),
    ("senderemail", Sort::Email),
    ("emailsender", Sort::Email),
    ("registrantemail", Sort::Email),
    ("whoisregistrantemail", Sort::Email),
    ("wallet", Sort::Wallet(None)),
    ("walletaddress", Sort::Wallet(None)),
    ("cryptowallet", Sort::Wallet(None)),
    ("cryptocurrency", Sort::Wallet(None)),
    ("btc", Sort::Wallet(Some("BTC"))),
    ("bitcoin", Sort::Wallet(Some("BTC"))),
    ("bitcoinaddress", Sort::Wallet(Some("BTC"))),
    ("bitcoinwallet", Sort::Wallet(Some("BTC"))),
    ("btcwallet", Sort::Wallet(Some("BTC"))),
    ("btcaddress", Sort::Wallet(Some("BTC"))),
    ("xmr", Sort::Wallet(Some("XMR"))),
    ("monero", Sort::Wallet(Some("XMR"))),
    ("monerowallet", Sort::Wallet(Some("XMR"))),
    ("eth", Sort::Wallet(Some("ETH"))),
    ("ethereum", Sort::Wallet(Some("ETH"))),
    ("useraccount", Sort::Account),
    ("account", Sort::Account),
    ("username", Sort::Account),
    ("user", Sort::Account),
    ("as", Sort::AutonomousSystem),
    ("asn", Sort::AutonomousSystem),
    ("mac", Sort::Mac),
    ("macaddress", Sort::Mac),
    ("phone", Sort::Phone),
    ("phonenumber", Sort::Phone),
    ("telephone", Sort::Phone),
    ("iban", Sort::Iban),
    ("cve", Sort::Vulnerability),
    ("vulnerability", Sort::Vulnerability),
    ("command", Sort::Unselective("command line")),
    ("commandline", Sort::Unselective("command line")),
    ("cmdline", Sort::Unselective("command line")),
    ("commandlineparameter", Sort::Unselective("command line")),
    ("process", Sort::Unselective("process or service name")),
    ("processname", Sort::Unselective("process or service name")),
    ("service", Sort::Unselective("process or service name")),
    ("servicename", Sort::Unselective("process or service name")),
    ("windowsservice", Sort::Unselective("process or service name")),
    ("scheduledtask", Sort::Unselective("process or service name")),
    ("task", Sort::Unselective("process or service name")),
    ("tool", Sort::Unselective("tool name")),
    ("toolname", Sort::Unselective("tool name")),
    ("software", Sort::Unselective("tool name")),
    ("malware", Sort::Unselective("malware name")),
    ("detection", Sort::Unselective("detection name")),
    ("detectionname", Sort::Unselective("detection name")),
    ("useragent", Sort::Unselective("user agent")),
    ("httpuseragent", Sort::Unselective("user agent")),
    ("yara", Sort::Unselective("detection rule")),
    ("snort", Sort::Unselective("detection rule")),
    ("sigma", Sort::Unselective("detection rule")),
    ("imphash", Sort::Unselective("import hash or fingerprint")),
    ("pehash", Sort::Unselective("import hash or fingerprint")),
    ("ja3", Sort::Unselective("import hash or fingerprint")),
    ("ja3s", Sort::Unselective("import hash or fingerprint")),
    ("jarm", Sort::Unselective("import hash or fingerprint")),
    ("authentihash", Sort::Unselective("import hash or fingerprint")),
    ("pattern", Sort::Unselective("detection rule")),
    ("patterninfile", Sort::Unselective("text in a file or traffic")),
    ("patternintraffic", Sort::Unselective("text in a file or traffic")),
    ("patterninmemory", Sort::Unselective("text in a file or traffic")),
    ("emailsubject", Sort::Unselective("subject of an e-mail")),
    ("subject", Sort::Unselective("subject of an e-mail")),
    ("subjectline", Sort::Unselective("subject of an e-mail")),
    ("text", Sort::Unselective("text without an indicator")),
    ("comment", Sort::Unselective("text without an indicator")),
    ("other", Sort::Unselective("text without an indicator")),
    ("string", Sort::Unselective("text in a file or traffic")),
    ("pdb", Sort::Unselective("text in a file or traffic")),
    ("campaignname", Sort::Unselective("name of a campaign or group")),
    ("threatactor", Sort::Unselective("name of a campaign or group")),
    ("port", Sort::Unselective("port")),
    ("description", Sort::Unselective("description row")),
    ("information", Sort::Unselective("description row")),
];

impl Sort {
    /// The sort a type word or a column's name says, in any case and punctuation.
    pub(super) fn of_word(word: &str) -> Option<Sort> {
        let plain: String =
            word.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
        WORDS.iter().find(|(known, _)| *known == plain).map(|(_, sort)| *sort)
    }

    /// Reads a value of this sort.
    pub(super) fn read(self, text: &str) -> Result<Finding, Unread> {
        let text = text
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'));
        if is_empty(text) {
            return Err(Unread::Empty);
        }
        if let Sort::Unselective(class) = self {
            return Err(Unread::Excluded(class));
        }
        if self == Sort::Url && text.starts_with('/') && !text.starts_with("//") {
            return Err(Unread::Excluded(super::prose::PATH_ONLY));
        }
        let wrong = match self.selector(text) {
            Ok(finding) => return Ok(finding),
            Err(wrong) => wrong,
        };
        // Authors mix: a column of domains may hold addresses, one called sha256 may hold SHA-1.
        if let Some((selector, port)) = Selector::recognise_with_port(text)
            && self.may_be(&selector)
        {
            return Ok(Finding::from(selector).with_port(port));
        }
        Err(if is_censored(text) { Unread::Excluded(CENSORED) } else { wrong })
    }

    fn selector(self, text: &str) -> Result<Finding, Unread> {
        let wrong = |error: entente_model::SelectorError| Unread::Wrong(error.to_string());
        let selector = match self {
            Sort::Any => {
                return recognised(text).ok_or(Unread::Excluded("text without an indicator"));
            }
            Sort::Host => return host(text),
            Sort::Ip => return host(text).map_err(|error| Selector::ip(text).err().map_or(error, wrong)),
            Sort::Url => Selector::url(text),
            Sort::Hash => Selector::file_hash(text),
            Sort::CertificateHash => Selector::certificate_hash(text),
            Sort::FileName | Sort::FilePath => return file(text),
            Sort::Directory => Selector::directory(text),
            Sort::RegistryKey => Selector::registry_key(text),
            Sort::Mutex => Selector::mutex(text),
            Sort::Email => Selector::email(text),
            Sort::Wallet(None) => Selector::wallet(text),
            Sort::Wallet(Some(currency)) => Selector::wallet_of(currency, text),
            Sort::Account => Selector::user_account("", text),
            Sort::AutonomousSystem => Selector::autonomous_system(text),
            Sort::Mac => Selector::mac(text),
            Sort::Phone => Selector::phone(text),
            Sort::Iban => Selector::iban(text),
            Sort::Vulnerability => return vulnerability(text),
            Sort::Unselective(class) => return Err(Unread::Excluded(class)),
        };
        selector.map(Finding::from).map_err(wrong)
    }

    /// True when a value that turned out to be something else is still meant.
    fn may_be(self, selector: &Selector) -> bool {
        let network = matches!(
            selector,
            Selector::Url(_)
                | Selector::Domain(_)
                | Selector::Ipv4(_)
                | Selector::Ipv6(_)
                | Selector::Email(_)
        );
        match self {
            Sort::Any => true,
            Sort::Url | Sort::Host | Sort::Ip | Sort::Email => network,
            Sort::Hash | Sort::CertificateHash => matches!(selector, Selector::FileHash(..)),
            Sort::FileName | Sort::FilePath => {
                matches!(selector, Selector::FileHash(..) | Selector::FileName(_))
            }
            _ => false,
        }
    }
}

/// What any indicator may look like when it stands alone.
pub(super) fn recognised(text: &str) -> Option<Finding> {
    if let Some((host, port)) = text.split_once('|')
        && let Ok(port) = port.trim().parse::<u16>()
    {
        // `address|port`, as MISP writes it.
        return host_only(host).map(|finding| finding.with_port(Some(port)));
    }
    if let Some(rest) = text.strip_prefix("*.") {
        return host_only(rest);
    }
    if let Some(cve) = cve(text) {
        return Some(Finding { what: What::Vulnerability(cve), port: None, telling: true });
    }
    let (selector, port) = Selector::recognise_with_port(text)?;
    // A path is no file name, and `name.exe` in it would be one.
    Some(Finding::from(selector).with_port(port))
}

fn host_only(text: &str) -> Option<Finding> {
    let (selector, port) = Selector::recognise_with_port(text)?;
    matches!(selector, Selector::Domain(_) | Selector::Ipv4(_) | Selector::Ipv6(_))
        .then(|| Finding::from(selector).with_port(port))
}

fn host(text: &str) -> Result<Finding, Unread> {
    let bare = text.strip_prefix("*.").unwrap_or(text);
    if let Some((selector, port)) = Selector::recognise_with_port(bare)
        && matches!(selector, Selector::Domain(_) | Selector::Ipv4(_) | Selector::Ipv6(_))
    {
        return Ok(Finding::from(selector).with_port(port));
    }
    if let Some(finding) = recognised(text).filter(|finding| finding.port.is_some()) {
        return Ok(finding);
    }
    Selector::ip(bare)
        .or_else(|_| Selector::domain(bare))
        .map(Finding::from)
        .map_err(|error| Unread::Wrong(error.to_string()))
}

/// A file by the last part of its path. Placeholders elsewhere in the path do not matter.
fn file(text: &str) -> Result<Finding, Unread> {
    let plain = refang(text);
    let name = plain.rsplit(['\\', '/']).next().unwrap_or(&plain).trim();
    if name.is_empty() {
        return Selector::directory(&plain)
            .map(Finding::from)
            .map_err(|error| Unread::Wrong(error.to_string()));
    }
    if is_pattern(name) {
        return Err(Unread::Excluded(PATTERN));
    }
    Selector::file_name(name).map(Finding::from).map_err(|error| Unread::Wrong(error.to_string()))
}

/// A name with placeholders, wildcards or alternatives.
pub(super) fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '<', '>', '|', '"', '\u{2026}'])
        || (name.starts_with('%') && name.ends_with('%'))
        || (name.contains('[') && name.contains(']'))
        || (name.contains('{') && name.contains('}') && name.len() != 38)
        || (name.contains('(') && name.contains("random"))
}

fn vulnerability(text: &str) -> Result<Finding, Unread> {
    cve(text).map(|cve| Finding { what: What::Vulnerability(cve), port: None, telling: true }).ok_or_else(
        || {
            Unread::Wrong(format!(
                "`{}` is no CVE number: write it as `CVE-2025-0001`",
                text.chars().take(80).collect::<String>()
            ))
        },
    )
}

/// `CVE-YYYY-N…` in upper case.
fn cve(text: &str) -> Option<String> {
    let upper = text
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("cve-"))
        .map(|_| text.to_ascii_uppercase())?;
    let (year, number) = upper[4..].split_once('-')?;
    let digits = |text: &str, length: std::ops::RangeInclusive<usize>| {
        length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    (digits(year, 4..=4) && digits(number, 4..=19)).then_some(upper)
}

/// Cells that say that there is nothing to say.
pub(super) fn is_empty(text: &str) -> bool {
    text.is_empty()
        || ["n/a", "na", "none", "null", "-", "--", "unknown", "nan", "tbd", "?"]
            .iter()
            .any(|nothing| text.eq_ignore_ascii_case(nothing))
}

/// Stars, blanks and words that authors put over a part of a value.
pub(super) fn is_censored(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    text.contains('*')
        || text.contains('<')
        || text.contains('\u{2026}')
        || lower.contains("...")
        || [
            "[blocked",
            "[censored",
            "[redacted",
            "{redacted",
            "[removed",
            "$(",
            "[random",
            "{random",
            "(random",
        ]
        .iter()
        .any(|mark| lower.contains(mark))
        || lower.starts_with("regex:")
}

/// The algorithm and digest of a finding that is one digest of a file.
pub(super) fn digest_of(finding: &Finding) -> Option<(HashAlgorithm, &str)> {
    match &finding.what {
        What::Value(Selector::FileHash(algorithm, digest)) => Some((*algorithm, digest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_by_their_sort() {
        let label = |sort: Sort, text: &str| sort.read(text).map(|finding| finding.label());
        assert_eq!(label(Sort::Host, "a.example:8080 "), Ok("a.example:8080".into()));
        assert_eq!(label(Sort::Host, "*.a.example"), Ok("a.example".into()));
        assert_eq!(label(Sort::Any, "192.0.2.1|443"), Ok("192.0.2.1:443".into()));
        assert_eq!(label(Sort::FilePath, r"C:\Users\<name>\x.exe"), Ok("x.exe".into()));
        assert_eq!(label(Sort::FilePath, r"C:\Windows\Temp\x??.bat"), Err(Unread::Excluded(PATTERN)));
        assert_eq!(label(Sort::Url, "hxxp://[BLOCKED].example/x"), Err(Unread::Excluded(CENSORED)));
        assert_eq!(label(Sort::Hash, "N/A"), Err(Unread::Empty));
        assert_eq!(label(Sort::Vulnerability, "cve-2025-0001"), Ok("CVE-2025-0001".into()));
        assert!(matches!(label(Sort::Hash, "abc"), Err(Unread::Wrong(_))));
    }

    #[test]
    fn sorts_are_named_in_any_spelling() {
        assert_eq!(Sort::of_word("SHA-256"), Some(Sort::Hash));
        assert_eq!(Sort::of_word("file_path_name"), Some(Sort::FilePath));
        assert_eq!(Sort::of_word("IP Address"), Some(Sort::Ip));
        assert_eq!(Sort::of_word("colour"), None);
    }
}
