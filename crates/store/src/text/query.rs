//! From what a person types to what FTS5 is asked. Nothing typed reaches its syntax: only letters and digits are passed on,
//! in quotes.

/// A prefix shorter than this is a word of its own: too much begins with it.
const PREFIX: usize = 3;

/// The FTS5 expression for a text; `None` when there is no letter or digit in it. Every word must be there, each as the beginning
/// of one; what holds together without spaces, such as `evil.example`, must stand together.
pub(super) fn expression(text: &str) -> Option<String> {
    let words: Vec<String> = text.split_whitespace().filter_map(phrase).collect();
    let all = match words.len() {
        0 => return None,
        1 => words[0].clone(),
        _ => format!("({})", words.join(" AND ")),
    };
    let whole = joined(text);
    // `zero access` and `zero-access` are also found as `zeroaccess`.
    let apart = text.trim().chars().any(|c| c == '-' || c == '_' || c.is_whitespace());
    match apart && whole.chars().count() >= PREFIX {
        true => Some(format!("({all} OR \"{whole}\" *)")),
        false => Some(all),
    }
}

/// The letters and digits of a text, one after the other.
pub(super) fn joined(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn phrase(word: &str) -> Option<String> {
    let pieces: Vec<&str> =
        word.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty()).collect();
    let last = pieces.last()?;
    let prefix = if pieces.len() > 1 || last.chars().count() >= PREFIX { " *" } else { "" };
    Some(format!("\"{}\"{prefix}", pieces.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_quoted_prefixes() {
        assert_eq!(expression("ZeroAccess").unwrap(), "\"ZeroAccess\" *");
        assert_eq!(expression("evil.example").unwrap(), "\"evil example\" *");
        assert_eq!(expression("zero-access").unwrap(), "(\"zero access\" * OR \"zeroaccess\" *)");
        assert_eq!(expression("a b").unwrap(), "(\"a\" AND \"b\")");
        assert_eq!(expression(" \" * ( - "), None);
        let hostile = expression("NEAR(a\" OR 1)").unwrap();
        assert_eq!(hostile, "((\"NEAR a\" * AND \"OR\" AND \"1\") OR \"NEARaOR1\" *)");
    }
}
