//! The nodes, what they agreed, and the time.

use std::path::Path;
use std::sync::OnceLock;

use entente_agreement::{Agreement, PartyId};
use jiff::Timestamp;
use tempfile::TempDir;

use super::network::Way;
use super::oracle::Oracle;
use crate::app::App;
use crate::app::agreement::Named;
use crate::app::exchange::discloser::Desk;
use crate::app::exchange::trial::random::Random;
use crate::app::exchange::trial::{at, copy, party};

pub(super) struct World {
    pub(super) random: Random,
    /// Seconds since the agreements were signed.
    pub(super) clock: i64,
    pub(super) nodes: Vec<Node>,
    pub(super) pacts: Vec<Pact>,
    pub(super) ways: Vec<Way>,
    /// Signed files that somebody carries: to whom.
    pub(super) post: Vec<(usize, Named)>,
    pub(super) oracle: Oracle,
    /// What was done, in order: printed when something does not hold.
    pub(super) done: Vec<String>,
}

pub(super) struct Node {
    pub(super) party: PartyId,
    pub(super) desk: Desk,
    /// How far its clock is ahead, in seconds.
    pub(super) skew: i64,
    /// None only while it is restarted.
    app: Option<App>,
    pub(super) room: TempDir,
}

/// An agreement and between whom it is. Either may tell the other.
#[derive(Clone)]
pub(super) struct Pact {
    pub(super) id: String,
    pub(super) between: [usize; 2],
}

impl Node {
    fn open(number: usize, from: &Path) -> Node {
        let room = room();
        copy(from, room.path());
        let app = Some(App::open(room.path()).expect("a node"));
        Node { party: name(number), desk: Desk::default(), skew: 0, app, room }
    }

    pub(super) fn app(&self) -> &App {
        self.app.as_ref().expect("it runs")
    }

    /// Stops, forgets what was only in memory, and starts again.
    pub(super) fn restart(&mut self) {
        self.app = None;
        self.desk = Desk::default();
        self.app = Some(App::open(self.room.path()).expect("a node"));
    }
}

impl World {
    pub(super) fn new(seed: u64) -> World {
        let mut random = Random(seed);
        let template = Template::of(3 + random.below(4) as usize);
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

impl Template {
    fn of(nodes: usize) -> &'static Template {
        static MADE: [OnceLock<Template>; 4] = [const { OnceLock::new() }; 4];
        MADE[nodes - 3].get_or_init(|| Template::new(nodes))
    }

    /// A ring, and beyond three nodes one agreement across it.
    fn new(nodes: usize) -> Template {
        let rooms: Vec<TempDir> = (0..nodes).map(|_| room()).collect();
        let apps: Vec<App> = rooms.iter().map(|room| App::open(room.path()).expect("a node")).collect();
        let ring = (0..nodes).map(|node| [node, (node + 1) % nodes]);
        let across = (nodes > 3).then_some([0, 2]);
        let pacts = ring.chain(across).enumerate();
        let pacts = pacts.map(|(place, between)| agree(&apps, between, place == 1)).collect();
        Template { rooms, pacts }
    }
}

/// Two nodes sign; a short agreement runs out while the world still goes on.
fn agree(apps: &[App], between: [usize; 2], short: bool) -> Pact {
    let [one, other] = between;
    let keys = [(party("police"), apps[other].identity().party_keys())];
    let draft = apps[one].new_agreement("company-police", Some(&party("company")), &keys, at(0));
    let mut agreement = renamed(&draft.expect("a draft"), between);
    agreement.termination.notice_days = 0;
    if short {
        agreement.valid_until = at(400);
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
