//! A connection that the receiving node opens, as `peer/` does over TLS: what was said of agreements, then frames, then checkpoints; answers
//! come back on another. Both are cut at any moment. What was under way is lost, and some of it turns up again later.

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
    /// Answers that were lost or heard before.
    pub(super) stale_answers: Vec<String>,
}

/// How far an open connection has come.
pub(super) struct Open {
    after: u64,
    seen: u64,
    /// Signatures and acts as they were sent.
    stated: Option<String>,
}

#[derive(Clone)]
pub(super) enum Parcel {
    Agreements(String),
    Frame(String),
    Beat(String),
}

/// What goes from node to node past the wires, in no order.
pub(super) enum Letter {
    /// A signed file, which somebody takes to a node.
    File(usize, Box<Named>),
    /// What one node told another of agreements.
    Push { from: usize, to: usize, text: String },
}

impl Way {
    pub(super) fn new(from: usize, to: usize) -> Way {
        let (flight, answers, stale, stale_answers) = Default::default();
        Way { from, to, whole: true, open: None, flight, answers, stale, stale_answers }
    }

    pub(super) fn cut(&mut self) {
        self.open = None;
        let lost = self.flight.drain(..).filter_map(|parcel| match parcel {
            Parcel::Frame(frame) => Some(frame),
            _ => None,
        });
        self.stale.extend(lost);
        self.stale_answers.extend(self.answers.drain(..));
    }
}

impl World {
    /// Whether each is a partner to the other: otherwise there is no connection.
    fn are_partners(&self, from: usize, to: usize) -> bool {
        let knows = |node: usize, other: usize| {
            let agreements = self.app(node).agreements(self.now(node)).expect("read");
            agreements.partners().contains(&self.nodes[other].party)
        };
        knows(from, to) && knows(to, from)
    }

    /// The receiver dials, says how far it is, and repeats its last answers.
    pub(super) fn connect(&mut self, way: usize) {
        let Way { from, to, whole, .. } = self.ways[way];
        if !whole || self.ways[way].open.is_some() || !self.are_partners(from, to) {
            return;
        }
        let (app, sender) = (self.app(to), &self.nodes[from].party);
        let after = app.received_up_to(sender).expect("a cursor");
        let seen = app.seen_size(sender, self.now(to)).expect("a size");
        let again = json(&app.first_receipts(sender, self.now(to)).expect("receipts"));
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
            self.opened(way).stated = Some(stated);
            self.ways[way].flight.push_back(Parcel::Agreements(json(&named)));
            return true;
        }
        if let Some(frame) = app.frame_after(receiver, open.after, now).expect("a frame") {
            let last = frame.items.last().map(|item| item.seq);
            self.told(from, to, &frame);
            let open = self.opened(way);
            open.after = last.unwrap_or(open.after);
            self.ways[way].flight.push_back(Parcel::Frame(json(&frame)));
            return true;
        }
        if beat {
            app.exchange.settle();
            if let Some((size, beat)) = app.beat(receiver, open.seen).expect("read") {
                self.opened(way).seen = size;
                self.ways[way].flight.push_back(Parcel::Beat(json(&beat)));
            }
        }
        false
    }

    fn opened(&mut self, way: usize) -> &mut Open {
        self.ways[way].open.as_mut().expect("it is open")
    }

    /// The oldest parcel arrives; false when none was under way. What the receiver refuses ends the connection.
    pub(super) fn deliver(&mut self, way: usize) -> bool {
        let Some(parcel) = self.ways[way].flight.pop_front() else { return false };
        if let Parcel::Frame(text) = &parcel {
            self.ways[way].stale.push(text.clone());
        }
        let answer = self.at_risk(self.ways[way].to, |world| world.take(way, &parcel));
        match answer {
            Some(Ok(answer)) => self.ways[way].answers.extend(answer),
            Some(Err(error)) => {
                let Way { from, to, .. } = self.ways[way];
                assert!(self.is_suspended(to, from), "what comes in order is taken in: {error:#}");
                self.ways[way].cut();
            }
            // It stopped dead, which cut it off.
            None => {}
        }
        true
    }

    fn take(&self, way: usize, parcel: &Parcel) -> anyhow::Result<Option<String>> {
        let Way { from, to, .. } = self.ways[way];
        let (app, sender, now) = (self.app(to), &self.nodes[from].party, self.now(to));
        let receipts = match parcel {
            Parcel::Agreements(text) => {
                self.hear(from, to, text);
                return Ok(None);
            }
            Parcel::Frame(text) => {
                let applied = app.receive(sender, frame(text), now)?;
                app.receipts_for(sender, Some(&applied.answered))?
            }
            Parcel::Beat(text) => {
                let beat: Beat = serde_json::from_str(text).expect("a beat");
                let checkpoint = app.see_beat(sender, &beat, now)?;
                Receipts { checkpoint, ..app.receipts_for(sender, Some(&[]))? }
            }
        };
        Ok(Some(json(&receipts)))
    }

    /// A node hears what another says of agreements.
    pub(super) fn hear(&self, from: usize, to: usize, text: &str) {
        let named: Vec<Named> = serde_json::from_str(text).expect("agreements");
        let (app, sender, now) = (self.app(to), &self.nodes[from].party, self.now(to));
        named.iter().try_for_each(|named| app.hear_of_agreement(sender, named, now)).expect("heard");
    }

    /// The sender hears the oldest answer; false when there was none.
    pub(super) fn answer(&mut self, way: usize) -> bool {
        let Some(answer) = self.ways[way].answers.pop_front() else { return false };
        self.hear_answer(way, &answer);
        self.ways[way].stale_answers.push(answer);
        true
    }

    fn hear_answer(&self, way: usize, answer: &str) {
        let Way { from, to, .. } = self.ways[way];
        let receipts: Receipts = serde_json::from_str(answer).expect("receipts");
        let (app, receiver, now) = (self.app(from), &self.nodes[to].party, self.now(from));
        app.take_receipts(receiver, &receipts, now).expect("kept");
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
        let taken = app.receive(sender, frame, now);
        let after = app.received_up_to(sender).expect("a cursor");
        let fits = first.is_some_and(|first| first <= before + 1);
        let wanted = if fits { before.max(last.unwrap_or(0)) } else { before };
        // A suspension that the receiver knows of keeps it from taking in what is new.
        let refused = taken.is_err() && self.is_suspended(to, from);
        assert!(
            refused || (taken.is_ok(), after) == (fits || last.is_some_and(|last| last <= before), wanted),
            "a frame {first:?} to {last:?} when {before} had come in: {taken:?}, then {after}"
        );
    }

    /// An answer of before is heard once more, or late.
    pub(super) fn answer_again(&mut self, way: usize) {
        let stale = &self.ways[way].stale_answers;
        if !stale.is_empty() {
            let answer = stale[self.random.below(stale.len() as u64) as usize].clone();
            self.hear_answer(way, &answer);
        }
    }

    /// A node tells another of their agreements, past the wire.
    pub(super) fn push(&mut self, from: usize, to: usize) {
        let agreements = self.app(from).agreements(self.now(from)).expect("read");
        let named: Vec<Named> = agreements.with(&self.nodes[to].party).map(Named::from).collect();
        self.post.push(Letter::Push { from, to, text: json(&named) });
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}

fn frame(text: &str) -> Frame {
    serde_json::from_str(text).expect("a frame")
}
