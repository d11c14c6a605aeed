//! The outline of a JSON text of which only the beginning is at hand.

/// A JSON value as far as it can be seen. Arrays are sketched by their first element.
#[derive(Debug, PartialEq)]
pub(super) enum Sketch {
    Text(String),
    Object(Vec<(String, Sketch)>),
    Array(Option<Box<Sketch>>),
    /// A number, a literal, or a value deeper than is looked.
    Other,
}

/// Levels of nesting that are sketched.
const DEPTH: u8 = 3;
/// Members of one object that are sketched.
const MEMBERS: usize = 256;

impl Sketch {
    /// Sketches a text that begins with `{` or `[`. `None` when it does not go on as JSON does.
    pub(super) fn of(text: &[u8]) -> Option<Sketch> {
        let mut pen = Pen { rest: text };
        pen.value(DEPTH).ok()
    }

    pub(super) fn get(&self, key: &str) -> Option<&Sketch> {
        match self {
            Sketch::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Sketch::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The text is not JSON from here on.
struct Broken;

struct Pen<'a> {
    rest: &'a [u8],
}

impl Pen<'_> {
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.first().copied()
    }

    fn value(&mut self, depth: u8) -> Result<Sketch, Broken> {
        match self.peek() {
            Some(b'"') => Ok(Sketch::Text(self.string())),
            Some(b'{') if depth > 0 => self.object(depth - 1),
            Some(b'[') if depth > 0 => self.array(depth - 1),
            Some(b'{' | b'[') => {
                self.skip();
                Ok(Sketch::Other)
            }
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                let end = self.rest.iter().position(|byte| b",]}\n\r\t ".contains(byte));
                let (scalar, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                let number = scalar[1..].iter().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(byte));
                let literal = [&b"true"[..], b"false", b"null"].iter().any(|word| word.starts_with(scalar));
                if number || literal { Ok(Sketch::Other) } else { Err(Broken) }
            }
            Some(_) => Err(Broken),
            None => Ok(Sketch::Other),
        }
    }

    /// An object, or as much of it as is JSON; broken only when its first member is.
    fn object(&mut self, depth: u8) -> Result<Sketch, Broken> {
        self.rest = &self.rest[1..];
        let mut members = Vec::new();
        while members.len() < MEMBERS {
            match self.peek() {
                Some(b'}') => {
                    self.rest = &self.rest[1..];
                    break;
                }
                Some(b',') if !members.is_empty() => self.rest = &self.rest[1..],
                Some(b'"') => {
                    let key = self.string();
                    match self.peek() {
                        Some(b':') => self.rest = &self.rest[1..],
                        Some(_) if members.is_empty() => return Err(Broken),
                        _ => break,
                    }
                    let Ok(value) = self.value(depth) else { break };
                    members.push((key, value));
                }
                None => break,
                Some(_) if members.is_empty() => return Err(Broken),
                Some(_) => break,
            }
        }
        Ok(Sketch::Object(members))
    }

    fn array(&mut self, depth: u8) -> Result<Sketch, Broken> {
        let mut whole = Pen { rest: self.rest };
        self.rest = &self.rest[1..];
        let first = match self.peek() {
            None | Some(b']') => None,
            Some(_) => Some(Box::new(self.value(depth)?)),
        };
        whole.skip();
        self.rest = whole.rest;
        Ok(Sketch::Array(first))
    }

    /// The string at hand; escapes are left as they stand.
    fn string(&mut self) -> String {
        let mut escaped = false;
        let end = self.rest[1..].iter().position(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        });
        let end = end.map_or(self.rest.len(), |end| end + 1);
        let text = String::from_utf8_lossy(&self.rest[1..end]).into_owned();
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        text
    }

    /// Skips the object or array at hand by counting brackets.
    fn skip(&mut self) {
        let mut open = 0_usize;
        let (mut quoted, mut escaped) = (false, false);
        for (index, byte) in self.rest.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => open += 1,
                b'}' | b']' if !quoted => open -= 1,
                _ => {}
            }
            if open == 0 {
                self.rest = &self.rest[index + 1..];
                return;
            }
        }
        self.rest = &[];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_of_a_cut_text_is_seen() {
        let sketch = Sketch::of(br#"{"a": {"b": [1, {"c": "}"}]}, "d": ["x", "y"], "e": "cu"#).expect("JSON");
        assert_eq!(sketch.get("d"), Some(&Sketch::Array(Some(Box::new(Sketch::Text("x".into()))))));
        assert_eq!(sketch.get("e").and_then(Sketch::text), Some("cu"));
        assert!(sketch.get("a").is_some_and(|a| a.get("b").is_some()));
    }

    #[test]
    fn what_is_no_json_is_none() {
        assert_eq!(Sketch::of(b"[+] note"), None);
        assert_eq!(Sketch::of(b"{ rule"), None);
        assert_eq!(Sketch::of(b"[file:name = 'x']"), None);
    }
}
