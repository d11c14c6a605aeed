//! The nodes, what they agreed, and the time.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use entente_agreement::{Agreement, Category, PartyId};
use entente_model::Tlp;
use entente_store::User;
use jiff::Timestamp;
use tempfile::TempDir;

use super::network::{Letter, Way};
use super::oracle::Oracle;
use crate::app::App;
use crate::app::agreement::Named;
use crate::app::exchange::discloser::Desk;
use crate::app::exchange::trial::random::Random;
use crate::app::exchange::trial::{at, copy, party};
use crate::entropy::{Chance, Stopped};

/// What people let leave of mailboxes in a day, with the statement of the flow: more has to wait.
const MAILBOXES_A_DAY: u64 = 3;
/// Who decides on referrals, at every node.
pub(super) const PERSON: &str = "ada";

pub(super) struct World {
    pub(super) random: Random,
    /// Seconds since the agreements were signed.
    pub(super) clock: i64,
    pub(super) nodes: Vec<Node>,
    pub(super) pacts: Vec<Pact>,
    pub(super) ways: Vec<Way>,
    /// What is carried past the wires.
    pub(super) post: Vec<Letter>,
    pub(super) oracle: Oracle,
    /// What was done, in order: printed when something does not hold.
    pub(super) done: Vec<String>,
}

pub(super) struct Node {
    pub(super) party: PartyId,
    pub(super) desk: Desk,
    /// How far its clock is ahead, in seconds.
    pub(super) skew: i64,
    /// None only while it is started again.
    app: Option<App>,
    pub(super) room: TempDir,
    /// Its folder when the world began.
    origin: PathBuf,
    /// How often chance was asked before it was started the last time.
    chances: u64,
}

/// An agreement and between whom it is. The first is the template's company, the other its police.
#[derive(Clone)]
pub(super) struct Pact {
    pub(super) id: String,
    pub(super) between: [usize; 2],
}

impl Node {
    fn open(number: usize, origin: &Path) -> Node {
        let room = room();
        copy(origin, room.path());
        let (app, origin) = (None, origin.to_owned());
        let mut node =
            Node { party: name(number), desk: Desk::default(), skew: 0, app, room, origin, chances: 0 };
        node.start();
        node
    }

    fn start(&mut self) {
        let mut app = App::open(self.room.path()).expect("a node");
        // Salts are not to be told twice.
        self.chances += 1_000_000;
        app.chance = Chance::Fused { count: AtomicU64::new(self.chances), fuse: AtomicU64::new(0) };
        self.app = Some(app);
    }

    pub(super) fn app(&self) -> &App {
        self.app.as_ref().expect("it runs")
    }

    /// Stops in good order, forgets what was only in memory, and starts again.
    pub(super) fn restart(&mut self) {
        self.app = None;
        self.desk = Desk::default();
        self.start();
    }

    /// The power goes: what is on the disk at this moment is all there is. Checkpoints that were not signed yet are none.
    pub(super) fn crash(&mut self, signed: bool) {
        let room = room();
        let of_disk = |name: &str| !name.ends_with("-shm") && (signed || name != "ledger");
        if signed {
            self.app().exchange.settle();
        }
        for entry in fs::read_dir(self.room.path()).expect("a folder").flatten() {
            let name = entry.file_name().into_string().expect("a name");
            let (from, to) = (entry.path(), room.path().join(&name));
            match from.is_dir() {
                true if of_disk(&name) => copy_folder(&from, &to),
                false if of_disk(&name) => drop(fs::copy(&from, &to).expect("copied")),
                _ => {}
            }
        }
        if !signed {
            copy_folder(&self.origin.join("ledger"), &room.path().join("ledger"));
        }
        self.app = None;
        self.room = room;
        self.desk = Desk::default();
        self.start();
    }

    /// Stops dead when chance is asked for the nth time; 0 is never.
    fn fuse(&self, nth: u64) {
        if let Chance::Fused { fuse, .. } = &self.app().chance {
            fuse.store(nth, Ordering::Relaxed);
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    if from.is_dir() {
        copy(from, to);
    }
}

impl World {
    pub(super) fn new(templates: &Templates, seed: u64) -> World {
        let mut random = Random(seed);
        let nodes = 3 + random.below(4) as usize;
        World::of(templates, nodes, random)
    }

    pub(super) fn of(templates: &Templates, nodes: usize, random: Random) -> World {
        let template = templates.of(nodes);
        let rooms = template.rooms.iter().enumerate();
        let nodes: Vec<Node> = rooms.map(|(number, room)| Node::open(number, room.path())).collect();
        let pacts = template.pacts.clone();
        let both = |pact: &Pact| [pact.between, [pact.between[1], pact.between[0]]];
        let ways = pacts.iter().flat_map(both).map(|[from, to]| Way::new(from, to)).collect();
        let (oracle, post, done) = (Oracle::default(), Vec::new(), Vec::new());
        World { random, clock: 1, nodes, pacts, ways, post, oracle, done }
    }

    /// What time a node believes it is.
    pub(super) fn now(&self, node: usize) -> Timestamp {
        at(self.clock + self.nodes[node].skew)
    }

    pub(super) fn app(&self, node: usize) -> &App {
        self.nodes[node].app()
    }

    /// Does something at a node, which now and then stops dead in the middle of it; `None` when it did.
    pub(super) fn at_risk<T>(&mut self, node: usize, act: impl FnOnce(&mut World) -> T) -> Option<T> {
        let nth = if self.random.once_in(12) { 1 + self.random.below(4) } else { 0 };
        self.nodes[node].fuse(nth);
        let done = catch_unwind(AssertUnwindSafe(|| act(self)));
        self.nodes[node].fuse(0);
        match done {
            Ok(done) => Some(done),
            Err(stopped) if stopped.is::<Stopped>() => {
                self.crash(node);
                None
            }
            Err(panic) => resume_unwind(panic),
        }
    }

    pub(super) fn crash(&mut self, node: usize) {
        self.cut_off(node);
        let signed = self.random.once_in(2);
        self.nodes[node].crash(signed);
    }

    pub(super) fn cut_off(&mut self, node: usize) {
        for way in self.ways.iter_mut().filter(|way| way.from == node || way.to == node) {
            way.cut();
        }
    }
}

pub(super) fn name(node: usize) -> PartyId {
    party(&format!("node-{node}"))
}

/// In memory where the machine has such a place: thousands of worlds are made.
fn room() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
}

/// Folders of so many nodes that have signed their agreements; every world begins with a copy.
struct Template {
    rooms: Vec<TempDir>,
    pacts: Vec<Pact>,
}

/// The templates that were needed so far: for three to six nodes.
#[derive(Default)]
pub(super) struct Templates([OnceLock<Template>; 4]);

impl Templates {
    fn of(&self, nodes: usize) -> &Template {
        self.0[nodes - 3].get_or_init(|| Template::new(nodes))
    }
}

impl Template {
    /// A ring, and beyond three nodes one agreement across it.
    fn new(nodes: usize) -> Template {
        let rooms: Vec<TempDir> = (0..nodes).map(|_| room()).collect();
        let open = |(number, room): (usize, &TempDir)| {
            // The keys decide in which order some things are looked at: they are the same in every run.
            fs::write(room.path().join("node.key"), [number as u8 + 1; 32]).expect("written");
            let app = App::open(room.path()).expect("a node");
            let role = "administrator".to_owned();
            let user = User {
                name: PERSON.to_owned(),
                password: String::new(),
                role,
                tlp_max: Tlp::Red,
                offices: Vec::new(),
                created_at: at(0),
            };
            app.desk.add_user(&user).expect("added");
            app
        };
        let apps: Vec<App> = rooms.iter().enumerate().map(open).collect();
        let ring = (0..nodes).map(|node| [node, (node + 1) % nodes]);
        let across = (nodes > 3).then_some([0, 2]);
        let pacts = ring.chain(across).enumerate();
        let pacts = pacts.map(|(place, between)| agree(&apps, between, place)).collect();
        Template { rooms, pacts }
    }
}

/// Two nodes sign; the second agreement runs out while the world still goes on.
fn agree(apps: &[App], between: [usize; 2], place: usize) -> Pact {
    let [one, other] = between;
    let keys = [(party("police"), apps[other].identity().party_keys())];
    let draft = apps[one].new_agreement("company-police", Some(&party("company")), &keys, at(0));
    let mut agreement = renamed(&draft.expect("a draft"), between);
    agreement.id = format!("01J000000000000000000000{place:02}").parse().expect("an id");
    agreement.termination.notice_days = 0;
    for flow in &mut agreement.flows {
        if flow.data_categories.contains(&Category::EmailPersonal) {
            flow.limits.max_items_per_day = Some(MAILBOXES_A_DAY);
        }
    }
    if place == 1 {
        agreement.valid_until = at(250);
    }
    let draft = Named { agreement, signatures: Vec::new(), acts: Vec::new() };
    let signed = sign(apps, one, &draft);
    let signed = sign(apps, other, &signed);
    let owner = apps[one].owner().expect("the owner");
    apps[one].accept_agreement(&owner, &signed, at(0)).expect("kept");
    Pact { id: signed.agreement.id.to_string(), between }
}

fn sign(apps: &[App], node: usize, named: &Named) -> Named {
    let owner = apps[node].owner().expect("the owner");
    apps[node].sign_agreement(&owner, named, &name(node), at(0)).expect("signed")
}

/// The template's parties under the names that the nodes have here.
fn renamed(agreement: &Agreement, [one, other]: [usize; 2]) -> Agreement {
    let text = serde_json::to_string(agreement).expect("JSON");
    let text = text.replace("\"company\"", &format!("\"{}\"", name(one)));
    let text = text.replace("\"police\"", &format!("\"{}\"", name(other)));
    serde_json::from_str(&text).expect("an agreement")
}
