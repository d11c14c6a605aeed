//! Of which family or group a file speaks: the truth that is hidden.

/// Folders that are read, and which part of the path names the family.
pub const SOURCES: &[(&str, Named)] = &[
    ("iocs/maltrail-malware/maltrail-malware.tar.xz", Named::ByFile),
    ("iocs/dga-samples", Named::ByFolder),
    ("iocs/unit42", Named::ByFolder),
    ("misp/eset-malware-ioc", Named::ByFolder),
    ("misp/citizenlab-4-formats", Named::ByFolder),
    ("stix/mvt-indicators", Named::ByFolder),
    ("stix/amnesty", Named::ByFolder),
    ("stix/unit42-playbooks-2.0", Named::ByFile),
    ("misp/warninglists", Named::Nobody),
];

/// What names the family.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The name of the file.
    ByFile,
    /// The folder below the source; of files that stand in none, their name.
    ByFolder,
    /// Nothing: it says what is shared by all.
    Nobody,
}

/// What a name begins with that names no one family: reports about many, sinkholes, and what its author could not tell.
const NOT_FAMILIES: &[&str] =
    &["quarterly", "readme", "license", "provenance", "skimmer", "sinkhole", "unclassified", "generic"];

/// The family, in letters and figures only. `path` is what follows the source's folder.
pub fn family(path: &str, named: Named) -> Option<String> {
    let parts: Vec<&str> = path.trim_start_matches("!/").split('/').filter(|part| !part.is_empty()).collect();
    let part = match named {
        Named::ByFile => *parts.last()?,
        Named::ByFolder => *parts.first()?,
        Named::Nobody => return None,
    };
    let stem = part.split('.').next().unwrap_or(part).to_ascii_lowercase();
    let words = stem.split(['_', '-', ' ']).filter(|word| !is_date(word) && !LIST_WORDS.contains(word));
    let name: String = words.flat_map(str::chars).filter(char::is_ascii_alphanumeric).collect();
    let is_family = !name.is_empty() && !NOT_FAMILIES.iter().any(|word| name.starts_with(word));
    is_family.then_some(name)
}

/// Words that say of what kind a list or a thing is, and nothing about whom.
const LIST_WORDS: &[&str] =
    &["ioc", "iocs", "apt", "android", "osx", "elf", "py", "js", "ransomware", "malware"];

fn is_date(word: &str) -> bool {
    word.len() >= 2 && word.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_has_one_name_wherever_it_stands() {
        assert_eq!(family("/maltrail-malware/emotet.txt", Named::ByFile).as_deref(), Some("emotet"));
        assert_eq!(family("/emotet/misp-emotet.json", Named::ByFolder).as_deref(), Some("emotet"));
        assert_eq!(family("/2021-12-16_cytrox/cytrox.stix2.gz", Named::ByFolder).as_deref(), Some("cytrox"));
        assert_eq!(family("/Conti_IOCs.txt", Named::ByFolder).as_deref(), Some("conti"));
        assert_eq!(family("/maltrail-malware/sinkhole_certpl.txt", Named::ByFile), None);
    }
}
