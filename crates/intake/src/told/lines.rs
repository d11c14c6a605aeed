//! Records as JSON: lines, or an array of them.

use std::io::BufRead;

use super::{Told, outcome, recall};
use crate::json::Framer;
use crate::{Context, Outcome, Place, ReadError, Sink};

/// Reads every record of the input.
pub(super) fn read<T: Told>(
    context: &Context,
    place: &Place,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut framer = Framer::new(input, &[], context.limits.record_bytes);
    while let Some(frame) = framer.next()? {
        let here = frame.place(place);
        let (fingerprint, known) = recall(context, T::EDITION, frame.raw);
        if known {
            sink.put(here, Outcome::Known)?;
            continue;
        }
        let record = match frame.parse::<T>() {
            Ok(record) => record,
            Err(reason) => {
                sink.reject(here, reason, frame.raw)?;
                continue;
            }
        };
        let here = match record.name() {
            Some(name) => here.named(name),
            None => here,
        };
        match outcome(context, &record) {
            Ok(outcome) => sink.put_known_by(here, outcome, fingerprint)?,
            Err(reason) => sink.reject(here, reason, frame.raw)?,
        }
    }
    Ok(())
}
