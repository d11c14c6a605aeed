//! What a list is about, from its path.
//!
//! The rules, on the file's name without endings, then on the folders around it:
//! 1. `sinkhole_NAME`: addresses of a sinkhole; whoever ends there is a victim, and the sinkhole is shared by
//!    many families.
//! 2. `apt_NAME`, `apt28`, `TA551`, `UNC1234` …: a group, not a family.
//! 3. A word for the sort of malware in front (`Ransomware-Conti`, `Troj_GuLoader`) or a platform
//!    (`android_anubis`, `elf_mirai`): the family is what follows, up to two words.
//! 4. `… IOCs for NAME`: the family is the last word.
//! 5. Words that only say "list" (`iocs`, `hashes`, `example_domains`, numbers, dates) are dropped. One word
//!    left: the family. None left: the folder's name decides in the same way. More words: a title, no family,
//!    unless the folder's own name is one of the words.
//!
//! A file that belongs to no family is a list with a title; the title is a reference on its indicators.

/// What a list is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The file's name without endings.
    pub(super) title: String,
    /// Who the indicators point at, when the name says so.
    pub(super) subject: Option<Subject>,
}

/// Who the indicators of a list point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A malware family, and the STIX malware types its name shows.
    Family(String, Option<&'static str>),
    /// A group of people.
    Group(String),
    /// A sinkhole.
    Sinkhole(String),
}

const ENDINGS: [&str; 20] = [
    "gz", "xz", "zip", "tar", "tgz", "txt", "text", "csv", "tsv", "list", "lst", "adoc", "md", "md5", "sha1",
    "sha256", "sha512", "ioc", "dat", "json",
];

/// Words that say that a file is a list, or of what kind, and nothing about whom.
const LIST_WORDS: [&str; 76] = [
    "ioc",
    "iocs",
    "indicator",
    "indicators",
    "of",
    "compromise",
    "hash",
    "hashes",
    "md5",
    "sha1",
    "sha256",
    "sample",
    "samples",
    "domain",
    "domains",
    "ip",
    "ips",
    "url",
    "urls",
    "c2",
    "c2s",
    "c",
    "cnc",
    "network",
    "host",
    "hosts",
    "hostname",
    "hostnames",
    "example",
    "examples",
    "list",
    "listing",
    "lists",
    "readme",
    "provenance",
    "filename",
    "filenames",
    "files",
    "file",
    "doc",
    "docs",
    "delivery",
    "contacted",
    "parents",
    "emails",
    "email",
    "mails",
    "appendix",
    "a",
    "b",
    "d",
    "e",
    "and",
    "the",
    "data",
    "config",
    "export",
    "sheet",
    "csv",
    "txt",
    "misp",
    "stix",
    "all",
    "full",
    "latest",
    "update",
    "distribution",
    "exploit",
    "payload",
    "payloads",
    "assorted",
    "words",
    "nouns",
    "adjectives",
    "definition",
    "attacks",
];

/// Folders and files that hold lists of many families, and parts of repositories.
const COLLECTION_WORDS: [&str; 24] = [
    "malware",
    "threat",
    "threats",
    "intel",
    "feed",
    "feeds",
    "blocklist",
    "blacklist",
    "report",
    "reports",
    "master",
    "main",
    "test",
    "tests",
    "tmp",
    "upload",
    "uploads",
    "downloads",
    "home",
    "generic",
    "precursor",
    "old",
    "new",
    "variant",
];

/// Words for sorts of malware, and the STIX malware type they stand for (`malware-type-ov`).
const SORTS: [(&str, &str); 24] = [
    ("ransomware", "ransomware"),
    ("raas", "ransomware"),
    ("trojan", "trojan"),
    ("troj", "trojan"),
    ("mal", "unknown"),
    ("malware", "unknown"),
    ("worm", "worm"),
    ("backdoor", "backdoor"),
    ("botnet", "bot"),
    ("bot", "bot"),
    ("rat", "remote-access-trojan"),
    ("stealer", "spyware"),
    ("infostealer", "spyware"),
    ("spyware", "spyware"),
    ("miner", "resource-exploitation"),
    ("cryptominer", "resource-exploitation"),
    ("loader", "downloader"),
    ("downloader", "downloader"),
    ("dropper", "dropper"),
    ("rootkit", "rootkit"),
    ("wiper", "wiper"),
    ("banker", "trojan"),
    ("pua", "adware"),
    ("adware", "adware"),
];

const PLATFORMS: [&str; 12] =
    ["android", "andr", "elf", "osx", "macos", "ios", "linux", "win32", "win64", "python", "php", "js"];

/// Letters in front of a number that make the name of a tracked group.
const GROUP_NAMES: [&str; 10] = ["apt", "ta", "unc", "stac", "fin", "temp", "storm", "dev", "uac", "uat"];

impl Origin {
    /// What the file at `path` is about.
    pub(super) fn of(path: &str) -> Origin {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let mut parts = path.rsplit(['/', '\\']).map(stem).filter(|part| !part.is_empty());
        let title = parts.next().unwrap_or("list").to_owned();
        let folders: Vec<&str> = parts.take(3).collect();
        let subject = match read_name(&title, folders.first().copied()) {
            Reading::Subject(subject) => Some(subject),
            Reading::Title => None,
            Reading::Nothing => folders
                .iter()
                .map(|folder| read_folder(folder))
                .find(|reading| !matches!(reading, Reading::Nothing))
                .and_then(|reading| match reading {
                    Reading::Subject(subject) => Some(subject),
                    _ => None,
                }),
        };
        Origin { title, subject }
    }
}

/// A path component without the endings of formats and the `!` of archives.
fn stem(part: &str) -> &str {
    let mut part = part.trim_end_matches('!');
    while let Some((rest, ending)) = part.rsplit_once('.') {
        if rest.is_empty() || !ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)) {
            break;
        }
        part = rest;
    }
    part
}

enum Reading {
    Subject(Subject),
    /// A text about something, which names no single family.
    Title,
    /// A name that any list could have.
    Nothing,
}

/// A folder names a subject with one word, and perhaps one for what it is: `winnti_group`. More words are a title
/// or the name of a repository.
fn read_folder(name: &str) -> Reading {
    const BESIDE: [&str; 5] = ["group", "gang", "team", "campaign", "apt"];
    let words: Vec<&str> = words(name).collect();
    let telling: Vec<&str> = words.iter().copied().filter(|word| tells(word)).collect();
    let beside = |word: &&str| {
        let sort = sort_of(word).is_some_and(|sort| sort != "unknown");
        sort || BESIDE.iter().any(|known| word.eq_ignore_ascii_case(known))
    };
    let named: Vec<&str> = telling.iter().copied().filter(|word| !beside(word)).collect();
    match named[..] {
        [] => Reading::Nothing,
        [only] if words.iter().all(|word| *word == only || beside(word)) => {
            Reading::Subject(subject(only, words.iter().find_map(|word| sort_of(word))))
        }
        _ => Reading::Title,
    }
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric() && c != '+' && c != '$').filter(|word| !word.is_empty())
}

fn read_name(name: &str, folder: Option<&str>) -> Reading {
    let name = name.split(" - ").next().unwrap_or(name);
    let words: Vec<&str> = words(name).collect();
    let Some(first) = words.first() else { return Reading::Nothing };
    let is = |word: &str, other: &str| word.eq_ignore_ascii_case(other);
    if is(first, "sinkhole") && words.len() > 1 {
        return Reading::Subject(Subject::Sinkhole(words[1..].join(" ")));
    }
    if is(first, "apt") && words.len() == 2 {
        return match is(words[1], "unclassified") {
            true => Reading::Title,
            false => Reading::Subject(Subject::Group(group_name(words[1]))),
        };
    }
    if ["generic", "hacked", "cve"].iter().any(|word| is(first, word)) {
        return Reading::Title;
    }
    let sort = words.iter().find_map(|word| sort_of(word));
    let mut telling: Vec<&str> = words.iter().copied().filter(|word| tells(word)).collect();
    if let Some(at) = words.iter().position(|word| is(word, "for"))
        && let [last] = words[at + 1..]
        && words[..at].iter().any(|word| is(word, "iocs"))
    {
        return Reading::Subject(subject(last, sort));
    }
    let named_by_sort = sort_of(first).is_some() || PLATFORMS.iter().any(|platform| is(first, platform));
    if named_by_sort && telling.len() == 2 {
        telling.retain(|word| !is_group(word));
        return Reading::Subject(Subject::Family(telling.join(" "), sort));
    }
    match telling[..] {
        [] => Reading::Nothing,
        [only] => Reading::Subject(subject(only, sort)),
        _ => match folder.filter(|folder| telling.iter().any(|word| is(word, folder)) && tells(folder)) {
            Some(folder) => Reading::Subject(subject(folder, sort)),
            None => Reading::Title,
        },
    }
}

fn subject(name: &str, sort: Option<&'static str>) -> Subject {
    let name = ["IOCs", "IOC"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    // `gootloader2025`: the year is that of the list.
    let without_year = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let year = &name[without_year.len()..];
    let dated = without_year.len() > 3 && (year.starts_with("20") && year.len() == 4);
    match is_group(name) {
        true => Subject::Group(group_name(name)),
        false => Subject::Family(if dated { without_year } else { name }.to_owned(), sort),
    }
}

fn sort_of(word: &str) -> Option<&'static str> {
    SORTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, sort)| *sort)
}

/// True when a word may be a name.
fn tells(word: &str) -> bool {
    let generic = LIST_WORDS
        .iter()
        .chain(&COLLECTION_WORDS)
        .chain(&PLATFORMS)
        .any(|known| word.eq_ignore_ascii_case(known) || is_numbered(word, known));
    !generic && sort_of(word).is_none() && !is_date(word) && word.chars().count() > 1
}

/// `domains2` for `domains`.
fn is_numbered(word: &str, known: &str) -> bool {
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
    known.len() > 2 && name.len() < word.len() && name.eq_ignore_ascii_case(known)
}

/// Numbers of six digits and more or of two, years, `28JUN2017`, months.
fn is_date(word: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const MONTHS_WRITTEN: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = word.to_ascii_lowercase();
    let letters = lower.trim_matches(|c: char| c.is_ascii_digit());
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if letters.is_empty() {
        // Families named by a number have three or four digits: `404`, `9002`; but 20xx is a year.
        return !(3..=4).contains(&digits) || word.starts_with("20");
    }
    MONTHS_WRITTEN.contains(&letters)
        || (digits >= 2 && (MONTHS.contains(&letters) || letters == "t" || letters == "q"))
}

fn is_group(word: &str) -> bool {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    letters.len() < word.len() && GROUP_NAMES.iter().any(|known| letters.eq_ignore_ascii_case(known))
}

/// `28` is APT28; other names are as they stand.
fn group_name(word: &str) -> String {
    match word.bytes().all(|byte| byte.is_ascii_digit()) {
        true => format!("APT{word}"),
        false => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_families() {
        let family = |name: &str| Some(Subject::Family(name.to_owned(), None));
        let sort = |name: &str, sort| Some(Subject::Family(name.to_owned(), Some(sort)));
        let group = |name: &str| Some(Subject::Group(name.to_owned()));
        for (path, expected) in [
            ("/data/lists/feed.tar.xz!/lists-malware/zeroaccess.txt", family("zeroaccess")),
            ("lists/dga/banjori/example_domains.txt", family("banjori")),
            ("lists/suppobox/example_domains1.txt", family("suppobox")),
            ("lists/pykspa/precursor/example_domains.txt", family("pykspa")),
            ("android_anubis.txt", family("anubis")),
            ("Ransomware-Conti.csv", sort("Conti", "ransomware")),
            ("Ransomware-Qilin-STAC4365.csv", sort("Qilin", "ransomware")),
            ("Worm-Raspberry-Robin.csv", sort("Raspberry Robin", "worm")),
            ("2025 Lumma Stealer.csv", sort("Lumma", "spyware")),
            ("Ransomware_Hive - triple ransomware attack.csv", sort("Hive", "ransomware")),
            ("TA551/2020-12-09-TA551-IOCs-for-IcedID.txt", family("IcedID")),
            ("Darkside/Darkside_IOCs.txt", family("Darkside")),
            ("Matrix_IOCs.text", family("Matrix")),
            ("magnitude/magek_domains_28JUN2017.txt", family("magek")),
            ("IOC-sheet_gootloader2025.csv", family("gootloader")),
            ("stantinko/samples.sha1", family("stantinko")),
            ("Ryuk/Ryuk_trickbot_campaign.txt", family("Ryuk")),
            ("reddriverIOCs.txt", family("reddriver")),
            ("CVE-2022-26134_attacks.csv", None),
            ("apt_28.txt", group("APT28")),
            ("apt_sofacy.txt", group("sofacy")),
            ("STAC6451_IOCs.csv", group("STAC6451")),
            ("sinkhole_certpl.txt", Some(Subject::Sinkhole("certpl".to_owned()))),
            ("phishurl-list/2024/202401.csv.gz", None),
            ("some-repository/iocs/c2-iocs.txt", None),
            ("2505 DragonForce targets SimpleHelp RMM.csv", None),
            ("generic_ransomware.txt", None),
            ("-", None),
        ] {
            assert_eq!(Origin::of(path).subject, expected, "{path}");
        }
    }
}
