//! Why a text is not a value of its kind.

/// A text that is not a value of the kind it was given as, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {what}: {why}")]
pub struct SelectorError {
    what: &'static str,
    given: String,
    why: &'static str,
}

impl SelectorError {
    /// How much of a wrong value a message repeats, in characters.
    const SHOWN: usize = 120;

    pub(super) fn new(what: &'static str, given: &str, why: &'static str) -> SelectorError {
        let mut shown: String = given.chars().take(Self::SHOWN).collect();
        if shown.len() < given.len() {
            shown.push('…');
        }
        SelectorError { what, given: shown, why }
    }

    /// What is wrong, without the value: safe to log.
    pub fn why(&self) -> &'static str {
        self.why
    }
}
