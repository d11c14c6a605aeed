//! A STIX 2.1 bundle, written as it comes (STIX 2.1 section 8).

use std::collections::BTreeSet;
use std::io::{self, Write};

use entente_model::{Kind, Object, ObjectId, Tlp, VertexNo};
use serde_json::{Map, Value};
use uuid::{Builder, Uuid};

use super::marking::{definition, marked};
use super::uri;
use crate::app::AppError;
use crate::app::lens::Lens;
use crate::entropy;

impl Lens<'_> {
    /// Every object told or implied by a value, in its newest version, under each id it is told by.
    pub(super) fn write_all(&self, output: &mut dyn Write) -> Result<(), AppError> {
        let mut writing = Writing::begin(self, output)?;
        for vertex in (0..self.graph.vertices()).map(VertexNo) {
            writing.thing(vertex)?;
        }
        writing.end()
    }

    /// As [`Lens::write_all`] for some things, with what ties them together and the markings they are under.
    pub(super) fn write_selection(
        &self,
        vertices: &[VertexNo],
        output: &mut dyn Write,
    ) -> Result<(), AppError> {
        let mut writing = Writing::begin(self, output)?;
        for vertex in vertices.iter().copied().chain(self.ties(vertices)?) {
            writing.thing(vertex)?;
        }
        writing.markings()?;
        writing.end()
    }
}

/// A bundle in the making, and which markings its objects are under.
struct Writing<'l, W: Write> {
    lens: &'l Lens<'l>,
    bundle: Bundle<W>,
    /// Levels added here.
    levels: BTreeSet<Tlp>,
    /// Markings the objects name themselves, and those written already.
    named: BTreeSet<ObjectId>,
    written: BTreeSet<ObjectId>,
}

impl<'l, W: Write> Writing<'l, W> {
    fn begin(lens: &'l Lens<'l>, output: W) -> Result<Writing<'l, W>, AppError> {
        let bundle = Bundle::begin(output, entropy::bytes()).map_err(anyhow::Error::from)?;
        let (levels, named, written) = Default::default();
        Ok(Writing { lens, bundle, levels, named, written })
    }

    /// Nothing, when all that is known of it is its id.
    fn thing(&mut self, vertex: VertexNo) -> Result<(), AppError> {
        let Some(summary) = self.lens.view.summary(vertex)? else { return Ok(()) };
        for object in self.lens.view.objects_of(vertex)? {
            let (mut json, level) = marked(&object, summary.tlp);
            if *object.kind() == Kind::Url {
                uri::spell(&mut json);
            }
            self.levels.extend(level);
            self.bundle.object(&json).map_err(anyhow::Error::from)?;
            self.note_markings(&object);
        }
        Ok(())
    }

    fn note_markings(&mut self, object: &Object) {
        if *object.kind() == Kind::MarkingDefinition {
            self.written.insert(object.id().clone());
        }
        self.named.extend(object.markings());
    }

    /// The definitions of the markings that objects name themselves, where they are known.
    fn markings(&mut self) -> Result<(), AppError> {
        let missing: Vec<ObjectId> = self.named.difference(&self.written).cloned().collect();
        for id in missing {
            if let Some(vertex) = self.lens.view.vertex(&id)? {
                self.thing(vertex)?;
            }
        }
        Ok(())
    }

    /// Ends with the levels that were added.
    fn end(mut self) -> Result<(), AppError> {
        for level in self.levels.iter().filter(|level| !self.written.contains(&level.marking())) {
            self.bundle.object(&definition(*level)).map_err(anyhow::Error::from)?;
        }
        Ok(self.bundle.end().map_err(anyhow::Error::from)?)
    }
}

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
