//! Writing STIX patterns the way the MISP mapping does.

use std::fmt::Write;

/// A text between single quotes of a pattern (STIX 2.1 section 9.1).
pub(super) fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('\'', "\\'")
}

/// Comparisons joined by `AND` to one observation.
#[derive(Debug, Default)]
pub(super) struct Comparisons(Vec<String>);

impl Comparisons {
    /// `path = 'value'`.
    pub(super) fn equal(&mut self, path: &str, value: &str) {
        self.0.push(format!("{path} = '{}'", escape(value)));
    }

    /// A comparison, or several in parentheses, already written.
    pub(super) fn raw(&mut self, comparison: String) {
        self.0.push(comparison);
    }

    /// All comparisons of another list, in parentheses.
    pub(super) fn group(&mut self, other: Comparisons) {
        if !other.0.is_empty() {
            self.0.push(format!("({})", other.0.join(" AND ")));
        }
    }

    /// `[a AND b]`; `None` when there is nothing to compare.
    pub(super) fn observation(self) -> Option<String> {
        (!self.0.is_empty()).then(|| format!("[{}]", self.0.join(" AND ")))
    }
}

/// Path of a property: dots between segments, quotes around those that are no plain words.
pub(super) fn path(kind: &str, segments: &[&str]) -> String {
    let mut path = format!("{kind}:");
    for (at, segment) in segments.iter().enumerate() {
        let plain = segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'[' || b == b']');
        let dot = if at == 0 { "" } else { "." };
        let written = match plain {
            true => write!(path, "{dot}{segment}"),
            false => write!(path, "{dot}'{}'", escape(segment)),
        };
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_quoted_and_joined() {
        let mut comparisons = Comparisons::default();
        comparisons.equal(&path("file", &["hashes", "SHA-1"]), "da39");
        comparisons.equal(&path("file", &["name"]), "it's\\x");
        assert_eq!(
            comparisons.observation().as_deref(),
            Some(r"[file:hashes.'SHA-1' = 'da39' AND file:name = 'it\'s\\x']")
        );
        assert_eq!(Comparisons::default().observation(), None);
    }
}
