//! Server-sent events (HTML Living Standard, section 9.2): made on one side, read on the other.

use entente_agreement::PartyId;

use crate::app::App;
use crate::app::agreement::{Held, Named};
use crate::clock;

/// What a stream has sent so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    /// The last item.
    pub(super) after: u64,
    /// The size of the log in the last checkpoint.
    pub(super) seen: u64,
    /// A digest of the agreements as they were sent.
    pub(super) stated: Option<String>,
}

/// What is to be sent next.
pub(super) struct Made {
    pub(super) sent: Sent,
    pub(super) events: Vec<String>,
    /// Whether everything there was has been sent, and a checkpoint with it when there is one.
    pub(super) beat: bool,
}

/// The longest event that is read.
pub(super) const LONGEST: usize = 64 << 20;

/// What a partner is sent after what was sent: agreements that changed, the next items, a checkpoint when one is due.
pub(super) fn next(app: &App, partner: &PartyId, before: &Sent, beat_due: bool) -> anyhow::Result<Made> {
    let mut made = Made { sent: before.clone(), events: Vec::new(), beat: false };
    agreements(app, partner, &mut made)?;
    if let Some(frame) = app.frame_after(partner, before.after, clock::now())? {
        made.sent.after = frame.items.last().map_or(before.after, |item| item.seq);
        let id = Some(made.sent.after);
        made.events.push(event("batch", id, &serde_json::to_string(&frame)?));
    } else if beat_due {
        beat(app, partner, &mut made)?;
    }
    Ok(made)
}

/// What both signed, and what was done to it since: a partner may hear of an act before the items in front of its notice.
fn agreements(app: &App, partner: &PartyId, made: &mut Made) -> anyhow::Result<()> {
    let all = app.agreements(clock::now())?;
    let known =
        |held: &Held| format!("{}:{}:{};", held.hash(), held.signed.signatures.len(), held.acts.len());
    let state: String = all.with(partner).map(known).collect();
    if made.sent.stated.as_ref() != Some(&state) {
        let named: Vec<Named> = all.with(partner).map(Named::from).collect();
        made.events.push(event("agreements", None, &serde_json::to_string(&named)?));
        made.sent.stated = Some(state);
    }
    Ok(())
}

/// The checkpoint, unless the wire has grown meanwhile: the receiver compares it with the leaves it was sent.
fn beat(app: &App, partner: &PartyId, made: &mut Made) -> anyhow::Result<()> {
    let beat = app.beat(partner, made.sent.seen)?;
    if app.told_up_to(partner)? > made.sent.after {
        return Ok(());
    }
    made.beat = true;
    match beat {
        Some((size, beat)) => {
            made.sent.seen = size;
            made.events.push(event("beat", None, &serde_json::to_string(&beat)?));
        }
        None => made.events.push(": quiet\n\n".to_owned()),
    }
    Ok(())
}

fn event(name: &str, id: Option<u64>, data: &str) -> String {
    // Canonical JSON holds no line break outside its strings, where it is escaped.
    let id = id.map_or(String::new(), |id| format!("id: {id}\n"));
    format!("event: {name}\n{id}data: {data}\n\n")
}

/// An event as it was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) data: String,
}

/// Takes pieces of a stream and gives the events that are whole.
#[derive(Debug, Default)]
pub(super) struct Reading {
    rest: Vec<u8>,
    /// Bytes of `rest` that hold no end of an event.
    searched: usize,
}

impl Reading {
    /// Adds a piece; false when an event is longer than any may be.
    pub(super) fn add(&mut self, piece: &[u8]) -> bool {
        self.rest.extend_from_slice(piece);
        self.rest.len() <= LONGEST
    }

    /// The next whole event. Comments are passed over.
    pub(super) fn next(&mut self) -> Option<Event> {
        loop {
            let from = self.searched.saturating_sub(1);
            let Some(end) = self.rest[from..].windows(2).position(|pair| pair == b"\n\n") else {
                self.searched = self.rest.len();
                return None;
            };
            let block: Vec<u8> = self.rest.drain(..from + end + 2).collect();
            self.searched = 0;
            if let Some(event) = parse(&String::from_utf8_lossy(&block)) {
                return Some(event);
            }
        }
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    let (name, data) = (field("event: ")?, field("data: ")?);
    Some(Event { name: name.to_owned(), data: data.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_however_they_are_cut() {
        let stream =
            format!("{}: quiet\n\n{}", event("batch", Some(3), "{\"a\":1}"), event("beat", None, "{}"));
        for cut in 0..stream.len() {
            let mut reading = Reading::default();
            let mut read = Vec::new();
            for piece in [&stream.as_bytes()[..cut], &stream.as_bytes()[cut..]] {
                assert!(reading.add(piece));
                while let Some(event) = reading.next() {
                    read.push((event.name, event.data));
                }
            }
            let wanted = [("batch".to_owned(), "{\"a\":1}".to_owned()), ("beat".to_owned(), "{}".to_owned())];
            assert_eq!(read, wanted, "cut at {cut}");
        }
    }
}
