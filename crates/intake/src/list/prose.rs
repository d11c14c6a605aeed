//! Indicators in a line of free text.
//!
//! What nobody writes by chance (digests, addresses, e-mail addresses, wallets, anything defanged) is taken
//! wherever it stands. A live domain name or URL is taken only in a position of its own: alone on the line or in
//! a bullet, a cell, backticks. Elsewhere a name is a mention and a URL a reference.

use std::collections::HashSet;

use entente_model::{Selector, refang};

use super::cell::{is_pattern, recognised};
use super::finding::{Finding, What};
use super::provenance::clip;

/// What a line holds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Extract {
    pub(super) findings: Vec<Finding>,
    /// The text beside the indicators.
    pub(super) description: Option<String>,
    /// Live addresses of reports.
    pub(super) references: Vec<String>,
    /// The exclusion when there is no finding.
    pub(super) class: &'static str,
}

pub(super) const NO_INDICATOR: &str = "text without an indicator";
pub(super) const PATH_ONLY: &str = "URL path without a host";
const FILE_PATTERN: &str = "file-name pattern";

/// Hosts of reports: an address there is where an indicator was told, also alone on a line.
const PUBLISHERS: [&str; 35] = [
    "talosintelligence.com",
    "welivesecurity.com",
    "virustotal.com",
    "securelist.com",
    "unit42.paloaltonetworks.com",
    "researchcenter.paloaltonetworks.com",
    "news.sophos.com",
    "sophos.com",
    "infosec.exchange",
    "securingtomorrow.mcafee.com",
    "mcafee.com",
    "trellix.com",
    "mandiant.com",
    "fireeye.com",
    "crowdstrike.com",
    "symantec.com",
    "trendmicro.com",
    "microsoft.com",
    "citizenlab.ca",
    "citizenlab.org",
    "malware-traffic-analysis.net",
    "bleepingcomputer.com",
    "thedfirreport.com",
    "any.run",
    "app.any.run",
    "hybrid-analysis.com",
    "abuse.ch",
    "attack.mitre.org",
    "cisa.gov",
    "us-cert.gov",
    "nvd.nist.gov",
    "twitter.com",
    "x.com",
    "misp-project.org",
    "jpcertcc.github.io",
];

/// Reads one line, already without white space around it.
pub(super) fn extract(line: &str) -> Extract {
    // AsciiDoc's verbatim text: `+a.example+`.
    if line.contains("`+") {
        let plain = line.replace("`++", "`").replace("++`", "`").replace("`+", "`").replace("+`", "`");
        return extract_plain(&plain);
    }
    extract_plain(line)
}

fn extract_plain(line: &str) -> Extract {
    let core = without_bullet(line);
    if is_scored_pattern(core) {
        return Extract { class: FILE_PATTERN, ..Extract::default() };
    }
    let (core, comment) = without_comment(core);
    if let Some(extract) = whole(core, comment) {
        return extract;
    }
    let mut extract = Extract { class: NO_INDICATOR, ..Extract::default() };
    let mut first_at = None;
    let mut known = HashSet::new();
    let mut has_digest = false;
    for segment in segments(core) {
        let own = is_one_token(segment) || is_key(segment);
        for token in tokens(segment, own) {
            let at = token.as_ptr().addr() - core.as_ptr().addr();
            let own = own || is_ticked(core, at, token);
            let Some(finding) = token_finding(token, own, has_digest) else {
                extract.references.extend(live_url(token));
                continue;
            };
            if extract.findings.is_empty() {
                first_at = Some((at, token.len()));
            }
            has_digest |= matches!(finding.what, What::Value(Selector::FileHash(..)));
            if known.insert(finding.clone()) {
                extract.findings.push(finding);
            }
        }
    }
    extract.description = describe(core, first_at, comment);
    extract
}

/// The line as one indicator.
fn whole(core: &str, comment: Option<&str>) -> Option<Extract> {
    let mut extract = Extract { class: NO_INDICATOR, description: comment.map(clip), ..Extract::default() };
    let bare = core.trim_matches(['`', '"', '\'']);
    let one_word = !bare.contains(char::is_whitespace);
    if one_word && bare.starts_with('/') && !bare.starts_with("//") {
        extract.class = PATH_ONLY;
        return Some(extract);
    }
    if let Some(name) = path_name(bare) {
        match is_pattern(name) {
            true => extract.class = FILE_PATTERN,
            false => extract.findings.extend(Selector::file_name(name).map(Finding::from)),
        }
        return Some(extract);
    }
    if !one_word && !is_key(bare) {
        return None;
    }
    let Some(finding) = recognised(bare) else {
        extract.class = one_word.then(|| unreadable(bare)).flatten()?;
        return Some(extract);
    };
    match publisher(&finding) {
        Some(url) => extract.references.push(url),
        None => extract.findings.push(finding),
    }
    Some(extract)
}

/// The class of a word that means to be a host and cannot be read as one.
fn unreadable(word: &str) -> Option<&'static str> {
    if word.contains(['\\', '[', '('])
        && word.contains('.')
        && refang(word).contains(['\\', '[', '{', '+', '('])
    {
        return Some("host-name pattern");
    }
    let named =
        word.contains('.') && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    let last = word.rsplit('.').next().unwrap_or_default();
    let name_like = last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic());
    (named && name_like && Selector::domain(word).is_ok()).then_some("name under no known top-level domain")
}

/// The address when it is one of a publisher's reports.
fn publisher(finding: &Finding) -> Option<String> {
    let What::Value(Selector::Url(url)) = &finding.what else { return None };
    let host = url.split_once("://")?.1.split(['/', ':', '?']).next()?;
    let theirs =
        |name: &&str| host == *name || host.strip_suffix(*name).is_some_and(|rest| rest.ends_with('.'));
    PUBLISHERS.iter().any(theirs).then(|| url.clone())
}

/// A token as a finding, where it stands.
fn token_finding(token: &str, own: bool, after_digest: bool) -> Option<Finding> {
    if token.len() < 4 {
        return None;
    }
    let finding = recognised(token)?;
    let What::Value(selector) = &finding.what else { return own.then_some(finding) };
    let taken = match selector {
        Selector::FileHash(..) | Selector::Wallet(..) | Selector::Iban(_) | Selector::Email(_) => true,
        Selector::Ipv4(address) => own || is_defanged(token) || is_plausible(address),
        Selector::Ipv6(_) => own || token.len() > 6,
        Selector::Url(_) => (own || is_defanged(token)) && publisher(&finding).is_none(),
        // After a digest comes a file's name, and `archive.zip` looks like a domain.
        Selector::Domain(_) => is_defanged(token) || (own && !after_digest),
        Selector::RegistryKey(_) | Selector::AutonomousSystem(_) | Selector::Mac(_) => own,
        _ => false,
    };
    taken.then_some(finding)
}

/// Not a mask, a loopback or a version such as `1.0.0.1`.
fn is_plausible(address: &str) -> bool {
    !["0.", "127.", "255."].iter().any(|start| address.starts_with(start))
        && !address.split('.').all(|octet| octet.len() == 1)
}

fn is_defanged(token: &str) -> bool {
    let lower = token.get(..4).map(str::to_ascii_lowercase);
    lower.is_some_and(|start| start == "hxxp" || start == "meow")
        || (token.contains(['[', '(', '{']) && refang(token) != token)
}

fn live_url(token: &str) -> Option<String> {
    let live = token.starts_with("http://") || token.starts_with("https://");
    live.then(|| token.split_once('[').map_or(token, |(url, _)| url).to_owned())
}

/// Bullets and numbering.
fn without_bullet(line: &str) -> &str {
    let rest = line.trim_start_matches(['-', '*', '•', '‣', '·', '+', '>', '–', '—']).trim_start();
    let numbered = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    match numbered.strip_prefix(['.', ')']).and_then(|rest| rest.strip_prefix(' ')) {
        Some(text) if numbered.len() < rest.len() => text.trim_start(),
        _ => rest,
    }
}

/// What follows ` #` or ` //` is a comment.
fn without_comment(core: &str) -> (&str, Option<&str>) {
    match comment_mark(core) {
        Some(at) => {
            let comment = core[at..].trim_start().trim_start_matches(['#', '/']).trim();
            (core[..at].trim_end(), (!comment.is_empty()).then_some(comment))
        }
        None => (core, None),
    }
}

/// The first space or tab of the white space before a comment.
fn comment_mark(core: &str) -> Option<usize> {
    let mut blank = None;
    for (at, c) in core.char_indices() {
        if c.is_whitespace() {
            blank = blank.or((c == ' ' || c == '\t').then_some(at));
            continue;
        }
        let rest = &core[at..];
        if blank.is_some() && (rest.starts_with('#') || rest.starts_with("// ")) {
            return blank;
        }
        blank = None;
    }
    None
}

/// Splits where a list would: tabs, runs of spaces, dashes and arrows between spaces, bars, commas, semicolons.
fn segments(core: &str) -> impl Iterator<Item = &str> {
    let mut cuts = Cuts::of(core);
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let start = from?;
        let cut = cuts.next(start);
        from = cut.map(|(at, length)| at + length);
        Some(&core[start..cut.map_or(core.len(), |(at, _)| at)])
    })
    .map(str::trim)
    .filter(|segment| !segment.is_empty())
}

/// Words between which segments stand.
const BETWEEN: [&str; 8] = [" - ", " -- ", " – ", " — ", " -> ", " => ", " | ", "  "];

/// Where a line is cut. Each mark's next place is remembered until it is passed: a line may be long, and looking
/// for all marks from each segment on would take the square of its length.
struct Cuts<'l> {
    line: &'l str,
    words: [Option<usize>; BETWEEN.len()],
    sign: Option<(usize, char)>,
}

impl<'l> Cuts<'l> {
    fn of(line: &'l str) -> Cuts<'l> {
        Cuts { line, words: BETWEEN.map(|word| line.find(word)), sign: sign(line, 0) }
    }

    /// The first cut from a position on, and how long its mark is.
    fn next(&mut self, from: usize) -> Option<(usize, usize)> {
        for (place, word) in self.words.iter_mut().zip(BETWEEN) {
            if place.is_some_and(|at| at < from) {
                *place = self.line[from..].find(word).map(|at| from + at);
            }
        }
        if self.sign.is_some_and(|(at, _)| at < from) {
            self.sign = sign(self.line, from);
        }
        let words = self.words.iter().zip(BETWEEN).filter_map(|(place, word)| Some(((*place)?, word.len())));
        words.chain(self.sign.map(|(at, c)| (at, c.len_utf8()))).min()
    }
}

/// The first tab, comma, semicolon or bar from a position on that is a mark. Commas and semicolons belong to the URL
/// they stand in, unless white space follows. A bar before a port too.
fn sign(line: &str, from: usize) -> Option<(usize, char)> {
    let mut in_url = false;
    for (at, c) in line[from..].char_indices().map(|(at, c)| (from + at, c)) {
        let after = &line[at + c.len_utf8()..];
        let inside = match c {
            '\t' => false,
            ',' | ';' => in_url && after.chars().next().is_some_and(|c| !c.is_whitespace()),
            '|' => is_port(after),
            _ => {
                let scheme = || c == '/' && line.as_bytes()[from..=at].ends_with(b"://");
                in_url = !c.is_whitespace() && (in_url || scheme());
                continue;
            }
        };
        if !inside {
            return Some((at, c));
        }
    }
    None
}

/// One to five digits, and no more of the word.
fn is_port(text: &str) -> bool {
    let digits = text.bytes().take(6).take_while(u8::is_ascii_digit).count();
    (1..=5).contains(&digits) && text[digits..].chars().next().is_none_or(char::is_whitespace)
}

fn is_one_token(segment: &str) -> bool {
    !segment.contains(char::is_whitespace)
}

/// Registry keys may have spaces.
fn is_key(segment: &str) -> bool {
    let start = segment.trim_start_matches('`');
    (start.starts_with("HKEY_")
        || start.starts_with("HKLM")
        || start.starts_with("HKCU")
        || start.starts_with("HKCR"))
        && Selector::registry_key(start.trim_end_matches('`')).is_ok()
}

/// The words of a segment without the punctuation around them.
fn tokens(segment: &str, own: bool) -> impl Iterator<Item = &str> {
    let words: Box<dyn Iterator<Item = &str>> = match own {
        true => Box::new(std::iter::once(segment)),
        false => Box::new(segment.split_whitespace()),
    };
    words.map(trimmed).filter(|word| !word.is_empty())
}

/// Brackets and quotes taken off around one word.
const MOST_WRAPPINGS: usize = 32;

fn trimmed(word: &str) -> &str {
    let mut word = word;
    // Nobody wraps a word so often; a megabyte of brackets would be walked once for each of them.
    for _ in 0..MOST_WRAPPINGS {
        let before = word.len();
        word = word.trim_matches(|c: char| "\"'`“”‘’<>,;!?=".contains(c)).trim_end_matches(['.', ':']);
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
            if word.ends_with(close) && word.matches(open).count() < word.matches(close).count() {
                word = &word[..word.len() - 1];
            }
            if word.starts_with(open) && word.matches(open).count() > word.matches(close).count() {
                word = &word[1..];
            }
            if word.starts_with(open)
                && word.ends_with(close)
                && !word[1..word.len() - 1].contains([open, close])
            {
                word = &word[1..word.len() - 1];
            }
        }
        if word.len() == before {
            break;
        }
    }
    word
}

/// True when the token stands in backticks.
fn is_ticked(core: &str, at: usize, token: &str) -> bool {
    core[..at].ends_with('`') && core[at + token.len()..].starts_with('`')
}

/// A Windows path alone on a line: its last part.
fn path_name(core: &str) -> Option<&str> {
    let drive = core.as_bytes();
    let absolute = drive.len() > 3 && drive[0].is_ascii_alphabetic() && drive[1] == b':' && drive[2] == b'\\';
    let variable = core.starts_with('%') && core.contains("%\\");
    let share = core.starts_with("\\\\") && core.len() > 3;
    if !(absolute || variable || share) {
        return None;
    }
    core.rsplit('\\').next().filter(|name| name.contains('.') && !name.contains(" /") && !name.contains(" -"))
}

/// `REGEX;SCORE` and `REGEX;SCORE;EXCEPTION`, the format of LOKI's file names.
fn is_scored_pattern(core: &str) -> bool {
    let mut fields = core.split(';');
    let (Some(pattern), Some(score)) = (fields.next(), fields.next()) else { return false };
    let scored = (1..=3).contains(&score.len()) && score.bytes().all(|byte| byte.is_ascii_digit());
    scored
        && (pattern.contains('\\')
            || pattern.contains("(?")
            || pattern.contains(".*")
            || pattern.ends_with('$')
            || pattern.contains('/'))
}

/// What is said beside the first finding, or the whole line when the finding is inside it.
fn describe(core: &str, first: Option<(usize, usize)>, comment: Option<&str>) -> Option<String> {
    let text = match first {
        Some((at, length)) if core[..at].chars().all(|c| !c.is_alphanumeric()) => &core[at + length..],
        Some(_) => core,
        None => return comment.map(clip),
    };
    let text = text.trim_matches(|c: char| c.is_whitespace() || "-–—;:,|=>`\"'".contains(c));
    match (text.is_empty(), comment) {
        (true, comment) => comment.map(clip),
        (false, None) => Some(clip(text)),
        (false, Some(comment)) => Some(clip(&format!("{text}; {comment}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(line: &str) -> Vec<String> {
        extract(line).findings.iter().map(Finding::label).collect()
    }

    #[test]
    fn lines_of_lists() {
        let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        let cases: [(&str, &[&str], Option<&str>); 17] = [
            ("evil.example", &["evil.example"], None),
            ("192.0.2.1:443", &["192.0.2.1:443"], None),
            ("192.0.2.1\t10", &["192.0.2.1"], Some("10")),
            ("192.0.2.1|8080", &["192.0.2.1:8080"], None),
            ("http://evil.example/a%2016,0,0,305", &["http://evil.example/a%2016,0,0,305"], None),
            ("- one[.]example - 192.0.2[.]141", &["one.example", "192.0.2.141"], Some("192.0.2[.]141")),
            (
                "da39a3ee5e6b4b0d3255bfef95601890afd80709;Group - archive.zip",
                &[sha1],
                Some("Group - archive.zip"),
            ),
            (
                "2018-05-28 -- da39a3ee5e6b4b0d3255bfef95601890afd80709 -- 1,580 bytes",
                &[sha1],
                Some("2018-05-28 -- da39a3ee5e6b4b0d3255bfef95601890afd80709 -- 1,580 bytes"),
            ),
            ("evil.example # seen twice", &["evil.example"], Some("seen twice")),
            (
                "* `srv.example` (IP: `192.0.2.7`, `192.0.2.8`)",
                &["srv.example", "192.0.2.7", "192.0.2.8"],
                Some("(IP: `192.0.2.7`, `192.0.2.8`)"),
            ),
            (
                "|`da39a3ee5e6b4b0d3255bfef95601890afd80709`|Font.exe|Win32/X",
                &[sha1],
                Some("Font.exe|Win32/X"),
            ),
            ("HKCU\\Software\\Run Once", &["HKEY_CURRENT_USER\\Software\\Run Once"], None),
            (
                "Beacons to hxxps://evil[.]example/x.",
                &["https://evil.example/x"],
                Some("Beacons to hxxps://evil[.]example/x."),
            ),
            ("See https://blog.example/post for more about example.com", &[], None),
            ("https://blog.talosintelligence.com/post/", &[], None),
            (
                "| `+one[.]example+` |192.0.2.7|two[.]example|x",
                &["one.example", "192.0.2.7", "two.example"],
                Some("192.0.2.7|two[.]example|x"),
            ),
            ("Version 1.0.0.1 of file.exe", &[], None),
        ];
        for (line, expected, description) in cases {
            let extract = extract(line);
            assert_eq!(labels(line), expected, "{line}");
            assert_eq!(extract.description.as_deref(), description, "{line}");
        }
    }

    #[test]
    fn what_is_no_indicator_has_a_class() {
        assert_eq!(extract("/gate.php").class, PATH_ONLY);
        assert_eq!(extract(r"\\usbclass\.sys;80").class, FILE_PATTERN);
        assert_eq!(extract(r"c:\windows\temp\x??.bat").class, FILE_PATTERN);
        assert_eq!(extract("CHAIN OF EVENTS:").class, NO_INDICATOR);
    }

    #[test]
    fn a_line_is_cut_where_a_list_would_be() {
        let cut = |line| segments(line).collect::<Vec<_>>();
        assert_eq!(cut("a - b, c;d\te | f  g"), ["a", "b", "c", "d", "e", "f", "g"]);
        assert_eq!(cut("http://a.example/x,y;z, b"), ["http://a.example/x,y;z", "b"]);
        assert_eq!(cut("192.0.2.1|443 x|y — z"), ["192.0.2.1|443 x", "y", "z"]);
        assert_eq!(cut("http://a.example/ä,ö -> c,d"), ["http://a.example/ä,ö", "c", "d"]);
        assert_eq!(cut(""), Vec::<&str>::new());
    }

    #[test]
    fn a_comment_follows_white_space() {
        assert_eq!(without_comment("a.example # c2"), ("a.example", Some("c2")));
        assert_eq!(without_comment("a.example \t // c2 "), ("a.example", Some("c2")));
        assert_eq!(without_comment("a#b //c"), ("a#b //c", None));
    }

    /// Each of these took minutes while something was looked for anew from every place.
    #[test]
    fn a_long_line_is_read_in_linear_time() {
        let long = |piece: &str| piece.repeat((256 << 10) / piece.len());
        for line in [
            format!("a{}b", long(" ")),
            long("a,b;"),
            long("x - "),
            format!("http://a.example/{}", long("a,")),
            format!("x {} y", long("(")),
            format!("x {} y", long("]")),
            (0..15_000).map(|n| format!("10[.]{}.{}.{} ", n >> 16, n >> 8 & 255, n & 255)).collect(),
        ] {
            extract(&line);
        }
    }
}
