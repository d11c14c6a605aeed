//! Two nodes in one process, with the clock and chance as arguments: what would take years or luck is tried at once.

mod cases;
mod holes;
mod originators;
pub(super) mod random;
mod referrals;
mod retirement;
mod revision;
mod speed;
mod worlds;

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use entente_agreement::{Agreement, PartyId};
use entente_intake::{Drafter, Limits, Settings};
use entente_model::{Handling, ObjectId, Tlp};
use entente_store::{Batch, PreparedBatch, Telling};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::discloser::Desk;
use crate::app::agreement::Named;
use crate::app::{App, Verdict};

/// A company and a police unit that both signed the template.
pub(super) struct Two {
    pub(super) company: App,
    pub(super) police: App,
    /// The agreement's id.
    pub(super) id: String,
    pub(super) desk: RefCell<Desk>,
    pub(super) rooms: [TempDir; 2],
}

/// So many seconds after the agreement was signed.
pub(super) fn at(second: i64) -> Timestamp {
    "2026-11-26T12:00:00Z".parse::<Timestamp>().expect("a time") + SignedDuration::from_secs(second)
}

pub(super) fn days(days: i64) -> Timestamp {
    at(days * 86_400)
}

pub(super) fn party(name: &str) -> PartyId {
    name.parse().expect("a party")
}

/// An id whose number can be seen in it.
pub(super) fn id(kind: &str, number: u64) -> String {
    format!("{kind}--{number:08x}-6d5b-4a1c-9f3e-5d2c7b8a9e10")
}

pub(super) fn malware(number: u64, name: &str, day: u32) -> Value {
    json!({
        "type": "malware", "spec_version": "2.1", "id": id("malware", number), "name": name, "is_family": true,
        "created": "2026-01-01T00:00:00.000Z", "modified": format!("2026-01-{day:02}T00:00:00.000Z"),
    })
}

pub(super) fn relationship(number: u64, source: &str, target: &str) -> Value {
    json!({
        "type": "relationship", "spec_version": "2.1", "id": id("relationship", number),
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        "relationship_type": "related-to", "source_ref": source, "target_ref": target,
    })
}

/// Objects become claims of a node.
pub(super) fn learn(app: &App, source: &str, tlp: Tlp, objects: &[Value], now: Timestamp) {
    learn_as(app, source, None, Handling::unmarked(tlp), objects, now);
}

pub(super) fn learn_handled(app: &App, source: &str, handling: Handling, objects: &[Value], now: Timestamp) {
    learn_as(app, source, None, handling, objects, now);
}

/// Objects become claims of the company's that belong to a case.
pub(super) fn learn_case(app: &App, case: &str, objects: &[Value], now: Timestamp) {
    learn_as(app, "company", Some(case), Handling::unmarked(Tlp::Green), objects, now);
}

fn learn_as(
    app: &App,
    source: &str,
    case: Option<&str>,
    handling: Handling,
    objects: &[Value],
    now: Timestamp,
) {
    let settings = Settings { handling, format: None, now, limits: Limits::default() };
    let drafter = Drafter::new(&settings, app.atlas());
    let draft = |object: &Value| Telling::from(vec![drafter.draft(object.clone()).expect("an object")]);
    let batch = Batch {
        source: source.to_owned(),
        agreement: None,
        case: case.map(str::to_owned),
        records: objects.iter().map(draft).collect(),
        received_at: now,
        salt: app.chance.bytes(),
        received: None,
    };
    app.commit(&PreparedBatch::from(batch)).expect("committed");
}

pub(super) fn holds(folder: &Path) -> bool {
    matches!(App::verify(folder).expect("a folder"), Verdict::Holds { .. })
}

/// A folder as it is on the disk.
pub(super) fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            fs::create_dir_all(&target).expect("made");
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

impl Two {
    pub(super) fn agreed(change: impl FnOnce(&mut Agreement)) -> Two {
        Two::agreed_at(at(0), change)
    }

    pub(super) fn agreed_at(now: Timestamp, change: impl FnOnce(&mut Agreement)) -> Two {
        let rooms = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let [company, police] = [&rooms[0], &rooms[1]].map(|room| App::open(room.path()).expect("a node"));
        let keys = [(party("police"), police.identity().party_keys())];
        let us = party("company");
        let mut agreement = company.new_agreement("company-police", Some(&us), &keys, now).expect("a draft");
        agreement.termination.notice_days = 0;
        change(&mut agreement);
        let id = agreement.id.to_string();
        let draft = Named { agreement, signatures: Vec::new(), acts: Vec::new() };
        let owner = company.owner().expect("the owner");
        let signed = company.sign_agreement(&owner, &draft, &us, now).expect("signed");
        let signed = police.sign_agreement(&owner, &signed, &party("police"), now).expect("signed by both");
        company.accept_agreement(&owner, &signed, now).expect("kept");
        Two { company, police, id, desk: RefCell::default(), rooms }
    }

    /// The company learns of something it may tell.
    pub(super) fn learn(&self, objects: &[Value], now: Timestamp) {
        learn(&self.company, "company", Tlp::Green, objects, now);
    }

    /// The company decides, and everything goes over; answers the frames as they were sent.
    pub(super) fn exchange(&self, now: Timestamp) -> Vec<String> {
        self.company.disclose(&mut self.desk.borrow_mut(), &|| now).expect("a round");
        self.deliver(now)
    }

    pub(super) fn deliver(&self, now: Timestamp) -> Vec<String> {
        let (company, police) = (party("company"), party("police"));
        let mut frames = Vec::new();
        loop {
            let after = self.police.received_up_to(&company).expect("a cursor");
            let Some(frame) = self.company.frame_after(&police, after, now).expect("a frame") else { break };
            let sent = serde_json::to_string(&frame).expect("JSON");
            let frame = serde_json::from_str(&sent).expect("a frame");
            let applied = self.police.receive(&company, frame, now).expect("taken in");
            let answered = Some(applied.answered.as_slice());
            let receipts = self.police.receipts_for(&company, answered).expect("receipts");
            self.company.take_receipts(&police, &receipts, now).expect("kept");
            self.police.receipts_heard(&company, &receipts).expect("noted");
            frames.push(sent);
        }
        frames
    }

    /// Whether the police know an object.
    pub(super) fn known(&self, id: &str) -> bool {
        knows(&self.police, id)
    }

    pub(super) fn both_hold(&self) -> bool {
        self.rooms.iter().all(|room| holds(room.path()))
    }
}

pub(super) fn knows(app: &App, id: &str) -> bool {
    let all = entente_model::CompartmentSet::all();
    let view = app.store.view(&all, entente_store::AsOf::Now).expect("a view");
    let id: ObjectId = id.parse().expect("an id");
    let Some(vertex) = view.vertex(&id).expect("read") else { return false };
    !view.heads(vertex).expect("read").is_empty()
}
