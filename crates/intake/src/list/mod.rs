//! Indicator lists.
use std::io::BufRead;

use crate::{Context, Place, ReadError, Sink};

pub(crate) fn read(
    _context: &Context,
    _place: &Place,
    _input: &mut dyn BufRead,
    _sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    Ok(())
}

pub(crate) use read as read_blocklist;
