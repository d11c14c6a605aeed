//! Readers for each outside format: hostile bytes to drafts of claims, pure and streaming.
//!
//! Bytes of unknown nature go in at [`Intake::read`]; one [`Record`] per thing the input holds comes out, in
//! input order, through a callback. Nothing is dropped on the way: a record becomes drafts of claims, a
//! counted exclusion, or a reject with its place, reason and bytes. Memory is bounded by [`Limits`], never by
//! the size of the input.
//!
//! ```text
//! bytes ─container─► plain file ─recognise─► stix | misp | list | told ─Drafter─► Record
//! ```
#![forbid(unsafe_code)]

mod container;
mod draft;
mod json;
mod list;
mod markings;
mod memory;
mod mended;
mod misp;
mod recognise;
mod record;
mod settings;
mod stix;
mod text;
mod told;

use std::io::Read;
use std::ops::ControlFlow;
use std::sync::Arc;

use entente_model::{Atlas, Marking, ObjectId};
use memory::Recall;

pub use draft::Drafter;
pub use memory::{Memory, Past};
pub use record::{Outcome, Place, ReadError, Record, Sink, Stopped, Summary};
pub use settings::{Format, Limits, Settings};
pub use stix::pattern;

/// What every reader is given besides its input.
pub(crate) struct Context {
    /// Makes the drafts.
    pub(crate) drafter: Drafter,
    /// Bounds on hostile input.
    pub(crate) limits: Limits,
    /// Read everything as this instead of recognising it.
    pub(crate) format: Option<Format>,
    /// What was taken in before.
    pub(crate) recall: Option<Recall>,
    /// Who tells, where that is known: what somebody numbers themselves is told from another's by it.
    pub(crate) teller: String,
}

/// Reads inputs under the settings of one import.
#[derive(Clone)]
pub struct Intake {
    context: Arc<Context>,
}

impl Intake {
    /// An intake for one import; `atlas` says where addresses are.
    pub fn new(settings: Settings, atlas: Arc<Atlas>) -> Intake {
        Intake::with(settings, atlas, None, "")
    }

    /// As [`Intake::new`], of a source that told something before: records taken in then come out as
    /// [`Outcome::Known`] without being read.
    pub fn after(settings: Settings, atlas: Arc<Atlas>, past: Past<'_, impl Memory + 'static>) -> Intake {
        let recall = Recall::new(past.memory, past.source, &settings.handling, &past.markings);
        Intake::with(settings, atlas, Some(recall), past.source).knowing(past.markings)
    }

    fn with(settings: Settings, atlas: Arc<Atlas>, recall: Option<Recall>, teller: &str) -> Intake {
        let drafter = Drafter::new(&settings, atlas);
        let Settings { limits, format, .. } = settings;
        let context = Context { drafter, limits, format, recall, teller: teller.to_owned() };
        Intake { context: Arc::new(context) }
    }

    /// Tells this import of markings that its source defined before.
    #[must_use]
    pub fn knowing(self, markings: impl IntoIterator<Item = (ObjectId, Marking)>) -> Intake {
        let known = self.context.drafter.markings();
        markings.into_iter().for_each(|(id, marking)| known.learn(&id, marking));
        self
    }

    /// Reads one input of unknown nature: containers are opened, the format is recognised from the content, and
    /// every record goes to `receive`, in input order, until it breaks. `name` is the input's path or address;
    /// it tells what a list is about and is shown in places, and nothing is opened by it.
    ///
    /// # Errors
    /// Only when `input` itself cannot be read or `receive` breaks. Bad records, damaged archives and limits
    /// are rejects.
    pub fn read(
        &self,
        name: &str,
        input: &mut dyn Read,
        receive: &mut dyn FnMut(Record) -> ControlFlow<()>,
    ) -> Result<Summary, ReadError> {
        let mut sink = Sink::new(receive);
        let meter = container::Meter::new(self.context.limits.clone());
        container::Unpacking::read(&self.context, &meter, name, input, &mut sink)?;
        Ok(sink.summary())
    }
}
