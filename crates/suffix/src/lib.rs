//! The public suffix list, compiled once.
//!
//! The `psl` crate is two megabytes of generic match arms, compiled anew into every crate that calls it. Here it
//! is called behind two plain functions, so that a change to the model costs seconds and not minutes.
#![forbid(unsafe_code)]

/// The registrable domain of `name` (the public suffix and one label), when its suffix is on the list. Expects a
/// normalised name: lower case, A-labels, no trailing dot.
pub fn registered(name: &str) -> Option<&str> {
    let domain = psl::domain(name.as_bytes())?;
    let known = domain.suffix().is_known();
    known.then(|| std::str::from_utf8(domain.as_bytes()).ok()).flatten()
}

/// Whether `name` ends in a suffix that is on the list.
pub fn is_listed(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registered_domain_is_the_suffix_and_one_label() {
        assert_eq!(registered("a.b.example.co.uk"), Some("example.co.uk"));
        assert_eq!(registered("co.uk"), None);
        assert_eq!(registered("a.nosuchsuffix"), None);
        assert!(is_listed("example.com") && !is_listed("evil.exe"));
    }
}
