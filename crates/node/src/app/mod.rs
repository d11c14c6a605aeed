//! The node: everything it can do, with authorisation inside. One file per noun.

pub(crate) mod account;
pub(crate) mod agreement;
pub(crate) mod aliases;
mod answers;
pub(crate) mod chart;
pub(crate) mod emerging;
mod error;
pub(crate) mod exchange;
pub(crate) mod export;
pub(crate) mod identity;
pub(crate) mod import;
mod key;
mod lens;
mod lists;
pub(crate) mod money;
mod password;
mod peer;
pub(crate) mod score;
pub(crate) mod search;
pub(crate) mod source;
pub(crate) mod stats;
pub(crate) mod thing;
pub(crate) mod trace;
pub(crate) mod view;
mod viewer;
pub(crate) mod who;
mod world;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use anyhow::Context as _;
use entente_intake::{Memory, Past};
use entente_model::{Atlas, Compartment, CompartmentNo, CompartmentSet, Fingerprint, Tlp};
use entente_store::exchange::{Exchange, FirstBadItem, VerifiedWire};
use entente_store::{Batch, Desk, NodeKey, PreparedBatch, Recollection, Rehearsal, Status, Store, TextIndex};
use jiff::Timestamp;

pub(crate) use account::{Credential, Session};
use answers::Answers;
pub(crate) use error::AppError;
use exchange::bell::Bell;
use identity::Identity;
pub(crate) use viewer::{Role, Viewer};

use crate::entropy::{self, Chance};
use import::job::Jobs;
use world::World;

/// The IP table, when the build has one.
#[derive(rust_embed::RustEmbed)]
#[folder = "assets"]
#[allow_missing = true]
struct Assets;

/// One node over one data folder.
pub(crate) struct App {
    data: PathBuf,
    store: Store,
    desk: Desk,
    exchange: Exchange,
    identity: Identity,
    chance: Chance,
    treaties: agreement::Memory,
    /// What may come by the flows by which anything has come.
    bounds: exchange::receiver::KnownBounds,
    /// The trees of partners' logs to us.
    trees: exchange::tree::Trees,
    /// Rings for new claims and agreements.
    news: Arc<Bell>,
    /// Rings for what is new on partners' wires.
    wires: Bell,
    /// Held from looking at a claim until what is told of it is on the wires, and while claims are removed: else one could be told
    /// right after it was looked up whom to recall it from.
    telling: Mutex<()>,
    /// Opened at the first question: an import needs no graph, and stays small without one.
    world: OnceLock<World>,
    text: TextIndex,
    atlas: Arc<Atlas>,
    jobs: Jobs,
    emergence: Answers<emerging::Since>,
    laundering: Answers<money::Asks>,
    namesakes: Answers<aliases::Asks>,
    /// Where partners' nodes reach this one, once it listens.
    listens: OnceLock<SocketAddr>,
}

/// Records of one source on their way in.
pub(crate) struct Incoming {
    /// Who told us.
    pub(crate) source: String,
    /// When they were received.
    pub(crate) received_at: Timestamp,
}

/// What became of records, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Told something not known from this source.
    pub(crate) new: u64,
    /// Changed what this source said.
    pub(crate) updated: u64,
    /// Told nothing new.
    pub(crate) unchanged: u64,
    /// Objects older than what the source had told.
    pub(crate) older: u64,
}

/// What an audit found.
pub(crate) enum Verdict {
    /// Every leaf holds.
    Holds {
        /// How many.
        leaves: u64,
        /// Root of the tree, base64; empty while there is no leaf.
        root: String,
        /// What each partner was told, by its own log.
        partners: Vec<VerifiedWire>,
    },
    /// The first leaf that does not.
    Broken {
        /// Whose log; `None` for that of the claims.
        partner: Option<String>,
        /// Its index, from 0; `None` when the fault is in the log itself and no leaf can be named.
        leaf: Option<u64>,
        /// Why, in words.
        what: String,
    },
}

/// How large the node is; for metrics.
pub(crate) struct Size {
    /// Claims.
    pub(crate) claims: u64,
    /// Vertices.
    pub(crate) objects: u64,
    /// Edges not yet in the index.
    pub(crate) tail_edges: u64,
}

impl App {
    /// Opens a data folder, making it when it is not there.
    pub(crate) fn open(data: &Path) -> anyhow::Result<App> {
        let identity = Identity::open(data)?;
        let store = Store::open(data, &NodeKey { name: key::LOG, seed: identity.secret() })?;
        let exchange = Exchange::open(data, &identity.node_key())?;
        let text = TextIndex::open(&store)?;
        let desk = Desk::open(data)?;
        let atlas = Arc::new(atlas()?);
        Ok(App {
            data: data.to_owned(),
            store,
            desk,
            exchange,
            identity,
            chance: Chance::System,
            treaties: agreement::Memory::default(),
            bounds: exchange::receiver::KnownBounds::default(),
            trees: exchange::tree::Trees::default(),
            news: Arc::default(),
            wires: Bell::default(),
            telling: Mutex::default(),
            world: OnceLock::new(),
            text,
            atlas,
            jobs: Jobs::default(),
            emergence: Answers::default(),
            laundering: Answers::default(),
            namesakes: Answers::default(),
            listens: OnceLock::new(),
        })
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Where addresses are.
    pub(crate) fn atlas(&self) -> Arc<Atlas> {
        self.atlas.clone()
    }

    /// What this source told before.
    pub(crate) fn past<'p>(&self, source: &'p str) -> Result<Past<'p, TakenIn>, AppError> {
        let memory = Arc::new(TakenIn(self.store.recollection()?));
        Ok(Past { source, markings: self.told_markings(source)?, memory })
    }

    fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// The one way in: durable when it returns, and visible to search by value and to the graph.
    pub(crate) fn commit(&self, batch: &PreparedBatch) -> anyhow::Result<Counted> {
        let receipt = self.store.commit_prepared(batch)?;
        self.committed(receipt.batch.is_some())?;
        Ok(counted(batch, &receipt.statuses, receipt.older))
    }

    /// As [`App::commit`], several batches in one transaction.
    pub(crate) fn commit_together(&self, batches: &[PreparedBatch]) -> anyhow::Result<()> {
        let receipts = self.store.commit_together(batches)?;
        self.committed(receipts.iter().any(|receipt| receipt.batch.is_some()))
    }

    fn committed(&self, anything: bool) -> anyhow::Result<()> {
        if anything {
            self.news.ring();
        }
        match self.world.get() {
            Some(world) => world.catch_up(&self.store),
            None => Ok(()),
        }
    }

    /// Remembers what was taken in, so that it need not be read again.
    pub(crate) fn remember(&self) -> anyhow::Result<()> {
        Ok(self.store.remember()?)
    }

    /// Begins an import that is only tried.
    pub(crate) fn rehearse(&self) -> anyhow::Result<Rehearsal> {
        Ok(self.store.rehearse()?)
    }

    /// What [`App::commit`] would answer after the batches tried before, with nothing changed.
    pub(crate) fn preview(
        &self,
        rehearsal: &mut Rehearsal,
        batch: &PreparedBatch,
    ) -> anyhow::Result<Counted> {
        let preview = rehearsal.take(batch)?;
        Ok(counted(batch, &preview.statuses, preview.older))
    }

    /// Finishes what trails commits: the text index.
    pub(crate) fn settle(&self) -> anyhow::Result<()> {
        while self.text.catch_up(&self.store, TEXT_AT_A_TIME)? > 0 {}
        Ok(())
    }

    /// The graph, brought up to the claims and tended.
    fn world(&self) -> anyhow::Result<&World> {
        if let Some(world) = self.world.get() {
            return Ok(world);
        }
        let world = World::open(&self.data, &self.store)?;
        world.tend(&self.store)?;
        Ok(self.world.get_or_init(|| world))
    }

    /// Brings graph and text index up to the claims.
    fn follow(&self) -> anyhow::Result<()> {
        let world = self.world()?;
        world.catch_up(&self.store)?;
        self.settle()?;
        world.tend(&self.store)
    }

    /// Follows what other processes commit to the same folder, and does the trailing work of our own commits,
    /// until the node is dropped.
    pub(crate) fn watch_other_writers(self: &Arc<App>) -> anyhow::Result<()> {
        let app = Arc::downgrade(self);
        let follow = move || {
            let (_never, pause) = std::sync::mpsc::channel::<()>();
            while let Some(app) = app.upgrade() {
                if let Err(error) = app.follow() {
                    tracing::error!(error = %format!("{error:#}"), "the node could not follow its claims");
                }
                drop(app);
                // Nothing is ever sent: this is a wait with a limit.
                let _ = pause.recv_timeout(FOLLOW_EVERY);
            }
        };
        std::thread::Builder::new().name("follow".to_owned()).spawn(follow).context("no thread")?;
        Ok(())
    }

    /// The owner of the data folder, who runs the command line: sees everything in it.
    pub(crate) fn owner(&self) -> Result<Viewer, AppError> {
        self.viewer("owner", Role::Administrator, Tlp::Red)
    }

    /// Who asks, with the compartments open to them at this moment.
    fn viewer(&self, name: &str, role: Role, tlp_max: Tlp) -> Result<Viewer, AppError> {
        let compartments = self.compartments(|one| one.handling.tlp <= tlp_max)?;
        Ok(Viewer { name: name.to_owned(), role, tlp_max, compartments })
    }

    /// The compartments of which this is true, of all there are at this moment.
    fn compartments(&self, open: impl Fn(&Compartment) -> bool) -> Result<CompartmentSet, AppError> {
        let all = self.store.compartments()?;
        let open = all.iter().enumerate().filter(|(_, one)| open(one));
        Ok(open.filter_map(|(no, _)| u16::try_from(no).ok()).map(CompartmentNo).collect())
    }

    /// Recomputes the whole log of a data folder. Opens nothing but the store, so that a damaged index or text index
    /// does not keep anybody from it.
    pub(crate) fn verify(data: &Path) -> anyhow::Result<Verdict> {
        if !data.join("claims.sqlite").exists() {
            anyhow::bail!("`{}` is not a data folder: name one with --data or ENTENTE_DATA", data.display());
        }
        let seed = key::seed(data)?;
        let store = match Store::open(data, &NodeKey { name: key::LOG, seed: &seed }) {
            Ok(store) => store,
            Err(error) => {
                return Ok(Verdict::Broken { partner: None, leaf: None, what: error.to_string() });
            }
        };
        let verified = match store.verify() {
            Ok(verified) => verified,
            Err(bad) => return Ok(Verdict::Broken { partner: None, leaf: bad.leaf, what: bad.why }),
        };
        Ok(match verify_exchange(data, &seed)? {
            Ok(partners) => {
                let (leaves, root) = (verified.batches, verified.root.unwrap_or_default());
                Verdict::Holds { leaves, root, partners }
            }
            Err(bad) => Verdict::Broken { partner: Some(bad.partner), leaf: bad.leaf, what: bad.why },
        })
    }

    /// Fails when the store cannot be read.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        self.store.extent()?;
        Ok(())
    }

    /// How large the node is.
    pub(crate) fn size(&self) -> Result<Size, AppError> {
        let extent = self.store.extent()?;
        let tail_edges = self.world()?.snapshot().tail_edges();
        let claims = u64::from(extent.claims_end.0).saturating_sub(1);
        Ok(Size { claims, objects: u64::from(extent.vertices_end.0), tail_edges })
    }
}

/// Claims indexed for text in one transaction.
const TEXT_AT_A_TIME: usize = 20_000;

/// How often the node looks for commits of other processes, and does trailing work.
const FOLLOW_EVERY: std::time::Duration = std::time::Duration::from_millis(250);

/// The records that are in the store.
pub(crate) struct TakenIn(Recollection);

impl Memory for TakenIn {
    fn knows(&self, fingerprint: &Fingerprint) -> bool {
        // A store that cannot be asked now will say so when the record is committed to it.
        self.0.knows(fingerprint).unwrap_or(false)
    }

    /// Lets go of the store. What that fails for, the next question will say.
    fn rest(&self) {
        let _ = self.0.rest();
    }
}

impl Incoming {
    /// Begins a batch, in the room of one that was committed where there is one. It needs no store, so any thread may do it.
    pub(crate) fn begin(self, spent: Option<PreparedBatch>) -> PreparedBatch {
        let batch = Batch {
            source: self.source,
            agreement: None,
            case: None,
            records: Vec::new(),
            received_at: self.received_at,
            salt: entropy::bytes(),
            received: None,
        };
        match spent {
            Some(spent) => spent.renew(batch),
            None => PreparedBatch::from(batch),
        }
    }
}

/// Checks what partners were told, in a folder that ever told anything.
fn verify_exchange(data: &Path, seed: &[u8; 32]) -> anyhow::Result<Result<Vec<VerifiedWire>, FirstBadItem>> {
    if !data.join("exchange.sqlite").exists() {
        return Ok(Ok(Vec::new()));
    }
    let exchange = Exchange::open(data, &NodeKey { name: key::NODE, seed })?;
    Ok(exchange.verify())
}

fn counted(batch: &PreparedBatch, statuses: &[Status], older: u64) -> Counted {
    let each = || statuses.iter().zip(batch.counts());
    let count = |wanted| each().filter(|(status, _)| **status == wanted).map(|(_, count)| count).sum();
    Counted {
        new: count(Status::New),
        updated: count(Status::Updated),
        unchanged: count(Status::Unchanged),
        older,
    }
}

fn atlas() -> anyhow::Result<Atlas> {
    match Assets::get("atlas.bin") {
        Some(file) => Ok(Atlas::from_bytes(file.data.into_owned())?),
        None => {
            tracing::warn!("this build has no table of addresses: run `cargo xtask atlas` and build again");
            Ok(Atlas::empty())
        }
    }
}
