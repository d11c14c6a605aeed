//! Framing: where each record of a JSON input begins and ends, without reading its values.
//!
//! [`Framer`] walks the input once, in chunks, and hands out the bytes of one record after another with their
//! place. It knows strings, escapes and nesting, nothing else; values are parsed by serde_json from the
//! record's own bytes. So a gigabyte in one bundle needs the memory of its largest object, and one broken
//! object costs that object.
//!
//! Shapes it opens: a top-level array (its elements), an object with a member the caller names as a list
//! (`objects` of a bundle or TAXII envelope, `response` of a MISP export; its elements, the other members become
//! the header), any other object (itself), and any number of these after one another (JSON lines).

mod framer;
mod member;
mod mend;
mod resume;
mod scan;
mod window;

pub(crate) use framer::{Frame, Framer};

/// Why some bytes are not JSON, in words, with the place counted from the beginning of the file.
/// `line` is the line on which the bytes begin.
pub(crate) fn syntax_reason(error: &serde_json::Error, line: u64) -> String {
    let text = error.to_string();
    let what = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]);
    let what = match what {
        "EOF while parsing an object" => "an object is not closed, a `}` is missing",
        "EOF while parsing a list" => "a list is not closed, a `]` is missing",
        "EOF while parsing a string" => "a text is not closed, a `\"` is missing",
        "EOF while parsing a value" => "a value is missing at the end",
        "expected value" => "a value was expected here",
        "trailing comma" => "there is a comma too many before a closing brace or bracket",
        "trailing characters" => "there is something after the end of the record",
        "invalid unicode code point" => "a text is not valid UTF-8",
        "expected ident" => "a bare word other than true, false or null",
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
            "an escape such as `\\ud83d` lacks its second half"
        }
        "expected `,` or `}`" => "a `,` or `}` was expected here",
        "expected `,` or `]`" => "a `,` or `]` was expected here",
        "expected `:`" => "a `:` was expected here",
        "key must be a string" => "a property name in double quotes was expected here",
        "recursion limit exceeded" => "it is nested deeper than 128 levels",
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "a text has a line break or control character that is not escaped"
        }
        other => other,
    };
    let line = line + (error.line() as u64).saturating_sub(1);
    format!("not valid JSON: {what} (line {line}, column {})", error.column())
}

#[cfg(test)]
mod tests;
