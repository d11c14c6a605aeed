//! A STIX 2.1 bundle, written as it comes (STIX 2.1 section 8).

use std::io::{self, Write};

use serde_json::{Map, Value};
use uuid::{Builder, Uuid};

/// Writes objects into a bundle.
pub(crate) struct Bundle<W: Write> {
    output: W,
    empty: bool,
}

impl<W: Write> Bundle<W> {
    /// Begins a bundle; `random` makes its id.
    pub(crate) fn begin(mut output: W, random: [u8; 16]) -> io::Result<Bundle<W>> {
        let id: Uuid = Builder::from_random_bytes(random).into_uuid();
        write!(output, "{{\"type\":\"bundle\",\"id\":\"bundle--{id}\",\"objects\":[")?;
        Ok(Bundle { output, empty: true })
    }

    /// Writes an object.
    pub(crate) fn object(&mut self, object: &Map<String, Value>) -> io::Result<()> {
        let separator = if self.empty { "\n" } else { ",\n" };
        self.empty = false;
        self.output.write_all(separator.as_bytes())?;
        serde_json::to_writer(&mut self.output, object).map_err(io::Error::from)
    }

    /// Ends the bundle.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.output.write_all(b"\n]}\n")?;
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_empty_bundle_and_a_full_one_are_json() {
        for count in [0, 1, 3] {
            let mut bytes = Vec::new();
            let mut bundle = Bundle::begin(&mut bytes, [7; 16]).expect("written");
            for number in 0..count {
                let object = json!({ "n": number });
                bundle.object(object.as_object().expect("a map")).expect("written");
            }
            bundle.end().expect("written");
            let value: Value = serde_json::from_slice(&bytes).expect("JSON");
            assert_eq!(value["objects"].as_array().map(Vec::len), Some(count));
        }
    }
}
