//! A connection that the receiving node opens, as `peer/` does over TLS: what was said of agreements, then frames, then checkpoints; answers
//! come back beside it. It is cut at any moment; what was under way is lost, and may turn up again later.

use std::collections::VecDeque;

use super::world::World;
use crate::app::agreement::Named;
use crate::app::exchange::frame::Frame;
use crate::app::exchange::receipts::{Beat, Receipts};

/// From one node to another.
pub(super) struct Way {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) whole: bool,
    pub(super) open: Option<Open>,
    pub(super) flight: VecDeque<Parcel>,
    pub(super) answers: VecDeque<String>,
    /// Frames that were lost or delivered before.
    pub(super) stale: Vec<String>,
}

/// How far an open connection has come.
pub(super) struct Open {
    after: u64,
    seen: u64,
    /// Signatures and acts as they were sent.
    stated: Option<String>,
}

pub(super) enum Parcel {
    Agreements(String),
    Frame(String),
    Beat(String),
}

impl Way {
    pub(super) fn new(from: usize, to: usize) -> Way {
        let (flight, answers, stale) = Default::default();
        Way { from, to, whole: true, open: None, flight, answers, stale }
    }

    pub(super) fn cut(&mut self) {
        self.open = None;
        let lost = self.flight.drain(..).filter_map(|parcel| match parcel {
            Parcel::Frame(frame) => Some(frame),
            _ => None,
        });
        self.stale.extend(lost);
        self.answers.clear();
    }
}

impl World {
    /// The receiver dials, says how far it is, and repeats its last answers.
    pub(super) fn connect(&mut self, way: usize) {
        let Way { from, to, whole, .. } = self.ways[way];
        if !whole || self.ways[way].open.is_some() {
            return;
        }
        let (app, sender) = (self.app(to), &self.nodes[from].party);
        let after = app.received_up_to(sender).expect("a cursor");
        let seen = app.seen_size(sender, self.now(to)).expect("a size");
        let again = serde_json::to_string(&app.receipts_for(sender, None).expect("receipts")).expect("JSON");
        self.ways[way].open = Some(Open { after, seen, stated: None });
        self.ways[way].answers.push_back(again);
    }

    /// The sender sends the next thing there is; false when there is nothing. A checkpoint is sent when it is due.
    pub(super) fn send(&mut self, way: usize, beat: bool) -> bool {
        let Way { from, to, .. } = self.ways[way];
        let Some(open) = &self.ways[way].open else { return false };
        let (app, receiver, now) = (self.app(from), &self.nodes[to].party, self.now(from));
        let all = app.agreements(now).expect("read");
        let named: Vec<Named> = all.with(receiver).map(Named::from).collect();
        let count = |named: &Named| format!("{}:{};", named.signatures.len(), named.acts.len());
        let stated: String = named.iter().map(count).collect();
        if open.stated.as_ref() != Some(&stated) {
            let text = serde_json::to_string(&named).expect("JSON");
            self.opened(way).stated = Some(stated);
            self.ways[way].flight.push_back(Parcel::Agreements(text));
            return true;
        }
        if let Some(frame) = app.frame_after(receiver, open.after, now).expect("a frame") {
            let text = serde_json::to_string(&frame).expect("JSON");
            let last = frame.items.last().map(|item| item.seq);
            let open = self.opened(way);
            open.after = last.unwrap_or(open.after);
            self.told(from, to, &frame);
            self.ways[way].flight.push_back(Parcel::Frame(text));
            return true;
        }
        if beat {
            app.exchange.settle();
            if let Some((size, beat)) = app.beat(receiver, open.seen).expect("read") {
                let text = serde_json::to_string(&beat).expect("JSON");
                self.opened(way).seen = size;
                self.ways[way].flight.push_back(Parcel::Beat(text));
            }
        }
        false
    }

    fn opened(&mut self, way: usize) -> &mut Open {
        self.ways[way].open.as_mut().expect("it is open")
    }

    /// The oldest parcel arrives; false when none was under way. What the receiver refuses ends the connection.
    pub(super) fn deliver(&mut self, way: usize) -> bool {
        let Way { from, to, .. } = self.ways[way];
        let Some(parcel) = self.ways[way].flight.pop_front() else { return false };
        let (app, sender, now) = (self.app(to), &self.nodes[from].party, self.now(to));
        let answer = match &parcel {
            Parcel::Agreements(text) => {
                let named: Vec<Named> = serde_json::from_str(text).expect("agreements");
                named.iter().try_for_each(|named| app.hear_of_agreement(sender, named, now)).expect("heard");
                None
            }
            Parcel::Frame(text) => {
                let Ok(applied) = app.receive(sender, frame(text), now) else {
                    assert!(self.is_suspended(to, from), "what comes in order is taken in");
                    self.ways[way].cut();
                    return true;
                };
                Some(app.receipts_for(sender, Some(&applied.answered)).expect("receipts"))
            }
            Parcel::Beat(text) => {
                let beat: Beat = serde_json::from_str(text).expect("a beat");
                let checkpoint = app.see_beat(sender, &beat, now).expect("seen");
                Some(Receipts { checkpoint, ..app.receipts_for(sender, Some(&[])).expect("receipts") })
            }
        };
        let answer = answer.map(|receipts| serde_json::to_string(&receipts).expect("JSON"));
        self.ways[way].answers.extend(answer);
        if let Parcel::Frame(text) = parcel {
            self.ways[way].stale.push(text);
        }
        true
    }

    /// The sender hears the oldest answer; false when there was none.
    pub(super) fn answer(&mut self, way: usize) -> bool {
        let Way { from, to, .. } = self.ways[way];
        let Some(answer) = self.ways[way].answers.pop_front() else { return false };
        let receipts: Receipts = serde_json::from_str(&answer).expect("receipts");
        let (app, receiver, now) = (self.app(from), &self.nodes[to].party, self.now(from));
        app.take_receipts(receiver, &receipts, now).expect("kept");
        true
    }

    /// A frame of before arrives once more, or one that was lost arrives late: it is taken in from where the receiver stands, or
    /// refused whole.
    pub(super) fn replay(&mut self, way: usize) {
        let Way { from, to, ref stale, .. } = self.ways[way];
        if stale.is_empty() {
            return;
        }
        let text = stale[self.random.below(stale.len() as u64) as usize].clone();
        let (app, sender, now) = (self.app(to), &self.nodes[from].party, self.now(to));
        let frame = frame(&text);
        let (first, last) =
            (frame.items.first().map(|item| item.seq), frame.items.last().map(|item| item.seq));
        let before = app.received_up_to(sender).expect("a cursor");
        let taken = app.receive(sender, frame, now).is_ok();
        let after = app.received_up_to(sender).expect("a cursor");
        if !taken && self.is_suspended(to, from) {
            assert_eq!(after, before, "nothing is taken in while the agreement is suspended");
            return;
        }
        let fits = first.is_some_and(|first| first <= before + 1);
        let wanted = if fits { before.max(last.unwrap_or(0)) } else { before };
        assert_eq!((taken, after), (fits, wanted), "a frame {first:?} to {last:?} when {before} had come in");
    }
}

fn frame(text: &str) -> Frame {
    serde_json::from_str(text).expect("a frame")
}
