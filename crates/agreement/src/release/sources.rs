//! References to documents and catalogues.

use serde_json::{Value, json};

/// The entries of a list of external references that only name an entry of a public catalogue: what CVE, ATT&CK, CAPEC
/// or CWE call it. Everything else in such a list is free text, and often says where a sender knows something from.
pub(super) fn public(references: &Value) -> Value {
    let entries = references.as_array().into_iter().flatten();
    entries.filter_map(entry).collect()
}

fn entry(reference: &Value) -> Option<Value> {
    let source = reference.get("source_name")?.as_str()?;
    let id = reference.get("external_id")?.as_str()?;
    is_public(source, id).then(|| json!({ "source_name": source, "external_id": id }))
}

fn is_public(source: &str, id: &str) -> bool {
    match source {
        "cve" => id.strip_prefix("CVE-").and_then(|id| id.split_once('-')).is_some_and(|(year, number)| {
            year.len() == 4 && digits(year, 4) && number.len() >= 4 && digits(number, 19)
        }),
        "capec" => id.strip_prefix("CAPEC-").is_some_and(|number| digits(number, 6)),
        "cwe" => id.strip_prefix("CWE-").is_some_and(|number| digits(number, 6)),
        "mitre-attack" | "mitre-mobile-attack" | "mitre-ics-attack" => {
            let number = id.trim_start_matches(|c: char| c.is_ascii_uppercase());
            let letters = id.len() - number.len();
            let (main, sub) = number.split_once('.').unwrap_or((number, "000"));
            (1..=2).contains(&letters)
                && main.len() == 4
                && digits(main, 4)
                && sub.len() == 3
                && digits(sub, 3)
        }
        _ => false,
    }
}

fn digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_entries_of_public_catalogues_stay() {
        let references = json!([
            { "source_name": "cve", "external_id": "CVE-2026-12345", "description": "told by J. Doe" },
            { "source_name": "mitre-attack", "external_id": "T1566.001", "url": "https://attack.example" },
            { "source_name": "cve", "external_id": "CVE-2026-12345 and case 7" },
            { "source_name": "mitre-attack", "external_id": "CASE0001" },
            { "source_name": "informant", "external_id": "T1566" },
            "text",
        ]);
        let kept = json!([
            { "source_name": "cve", "external_id": "CVE-2026-12345" },
            { "source_name": "mitre-attack", "external_id": "T1566.001" },
        ]);
        assert_eq!(public(&references), kept);
        assert_eq!(public(&json!("text")), json!([]));
    }
}
