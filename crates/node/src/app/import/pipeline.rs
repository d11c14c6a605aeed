//! Reading on one thread, committing on another, with a bounded queue between: memory does not grow with the
//! input, and neither waits for the other longer than it must.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use entente_intake::{Intake, Memory as _, Outcome, Place, ReadError, Record, Settings};
use entente_store::{PreparedBatch, Rehearsal, Telling};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::Input;
use super::rejects::{Reject, RejectFile};
use crate::app::{App, Incoming, TakenIn};

/// Drafts committed in one transaction: large enough to be fast, small enough to be visible soon and to keep
/// two of them in memory. The first batches are smaller, so that the committer has something to do soon.
const BATCH_DRAFTS: usize = 8_192;
const FIRST_BATCH: usize = 1_024;
/// Bytes of input after which a batch is handed over however few drafts it has: a bundle of long reports must not
/// need more memory than one of short indicators.
const BATCH_BYTES: u64 = 8 << 20;
/// How long nothing may come before the lookup of known records lets go of the store.
const PAUSE: Duration = Duration::from_secs(1);
/// Messages that may wait between reader and committer: one hands over to the other, so there are two batches and no third.
const QUEUE: usize = 0;

/// What to import and how.
pub(crate) struct Request {
    /// What to read.
    pub(crate) inputs: Vec<Input>,
    /// Who told us.
    pub(crate) source: String,
    /// Handling, format, time, limits.
    pub(crate) settings: Settings,
    /// Say what would happen, change nothing.
    pub(crate) dry_run: bool,
    /// Where rejected records go.
    pub(crate) rejects: PathBuf,
}

/// The counts of an import. `read` is the sum of new, updated, unchanged, excluded and rejected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Totals {
    /// Records met.
    pub(crate) read: u64,
    /// Records that told something not known from this source.
    pub(crate) new: u64,
    /// Records that changed what this source said before.
    pub(crate) updated: u64,
    /// Records that told nothing new, older versions among them.
    pub(crate) unchanged: u64,
    /// Records of a known class that is on purpose not kept.
    pub(crate) excluded: u64,
    /// Records that cannot be read; they are in the reject file.
    pub(crate) rejected: u64,
    /// Wall time.
    pub(crate) seconds: f64,
    /// Of the unchanged: versions older than the one known.
    pub(crate) older: u64,
    /// Excluded records by class.
    pub(crate) exclusions: BTreeMap<String, u64>,
    /// The reject file, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rejects: Option<String>,
    /// Inputs that could not be read to their end, and why.
    pub(crate) failures: Vec<String>,
}

/// How far an import is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Progress {
    /// Input being read.
    pub(crate) file: String,
    /// Bytes read.
    pub(crate) bytes: u64,
    /// Bytes of all inputs, where known.
    pub(crate) total_bytes: Option<u64>,
    /// Counts so far.
    pub(crate) totals: Totals,
}

/// From the reading thread to the committing one, in input order.
enum Message {
    /// Reading goes on with this input.
    Input(String),
    /// An input could not be read to its end.
    Failed(String),
    /// A record that cannot be read, and for how many it stands.
    Reject(Place, String, Vec<u8>, u64),
    /// Records that became objects, ready to be written, and what else was met on the way.
    Batch(Box<Portion>),
}

/// What one transaction takes.
struct Portion {
    batch: Option<PreparedBatch>,
    known: u64,
    exclusions: BTreeMap<&'static str, u64>,
}

/// Runs an import to its end. `observe` is called after every batch. When `stop` is set, what was committed
/// stays and the counts say how far it came.
pub(crate) fn run(
    app: &App,
    request: Request,
    stop: &AtomicBool,
    observe: &mut dyn FnMut(&Progress),
) -> anyhow::Result<Totals> {
    let started = Instant::now();
    let bytes = Arc::new(AtomicU64::new(0));
    let (sender, receiver) = sync_channel(QUEUE);
    let (give_back, spent) = channel();
    let past = app.past(&request.source)?;
    let memory = past.memory.clone();
    let reading = Reading {
        intake: Intake::after(request.settings.clone(), app.atlas(), past),
        aim: FIRST_BATCH,
        request: &request,
        bytes: bytes.clone(),
        sender,
        spent,
        stop,
        batch: None,
        known: 0,
        since: 0,
        exclusions: BTreeMap::new(),
    };
    let mut committer = Committer {
        memory,
        app,
        give_back,
        rehearsal: request.dry_run.then(|| app.rehearse()).transpose()?,
        rejects: RejectFile::new(request.rejects.clone()),
        totals: Totals::default(),
        file: String::new(),
        bytes,
        total_bytes: request.inputs.iter().map(Input::size).sum::<Option<u64>>(),
        observe,
    };
    std::thread::scope(|scope| {
        scope.spawn(|| reading.all());
        committer.take_all(receiver)
    })?;
    let mut totals = committer.finish()?;
    totals.seconds = started.elapsed().as_secs_f64();
    Ok(totals)
}

/// The reading thread: makes drafts and prepares batches, so that the committing one only writes.
struct Reading<'a> {
    intake: Intake,
    request: &'a Request,
    bytes: Arc<AtomicU64>,
    sender: SyncSender<Message>,
    /// Batches that were written: their room is used again.
    spent: Receiver<PreparedBatch>,
    stop: &'a AtomicBool,
    /// The batch in hand, when anything was told for it.
    batch: Option<PreparedBatch>,
    /// Drafts that make the batch in hand full.
    aim: usize,
    /// Records that were taken in before.
    known: u64,
    /// Where the batch in hand begins in the file being read.
    since: u64,
    exclusions: BTreeMap<&'static str, u64>,
}

/// The committer is gone, or somebody stopped the import: there is nobody to read for.
struct Ended;

impl Reading<'_> {
    fn all(mut self) {
        // An early end is no error here: the committer knows why.
        let _ = self.inputs().and_then(|()| self.hand_over());
    }

    fn inputs(&mut self) -> Result<(), Ended> {
        let request = self.request;
        for input in &request.inputs {
            self.send(Message::Input(input.name().to_owned()))?;
            if let Err(reason) = self.one(input) {
                self.send(Message::Failed(reason))?;
            }
        }
        Ok(())
    }

    /// Everything read before a fault is kept.
    fn one(&mut self, input: &Input) -> Result<(), String> {
        let mut source = input.open(self.bytes.clone()).map_err(|error| error.to_string())?;
        let intake = self.intake.clone();
        let result = intake.read(input.name(), &mut source, &mut |record| match self.take(record) {
            Ok(()) => ControlFlow::Continue(()),
            Err(Ended) => ControlFlow::Break(()),
        });
        match result {
            Ok(_) | Err(ReadError::Stopped(_)) => Ok(()),
            Err(error) => Err(format!("{}: {error}", input.name())),
        }
    }

    fn take(&mut self, record: Record) -> Result<(), Ended> {
        let offset = record.place.offset;
        // Offsets begin anew with every file.
        self.since = self.since.min(offset);
        match record.outcome {
            Outcome::Drafts(drafts) => {
                let Record { fingerprint, count, .. } = record;
                self.batch().tell(Telling { drafts, fingerprint, count });
            }
            Outcome::Known => self.known += record.count,
            Outcome::Excluded(class) => *self.exclusions.entry(class).or_default() += record.count,
            Outcome::Rejected { reason, raw } => {
                self.send(Message::Reject(record.place, reason, raw, record.count))?;
            }
        }
        let drafts = self.batch.as_ref().map_or(0, PreparedBatch::drafts);
        if drafts < self.aim && offset - self.since < BATCH_BYTES {
            return Ok(());
        }
        self.since = offset;
        self.hand_over()
    }

    fn batch(&mut self) -> &mut PreparedBatch {
        let Reading { batch, request, spent, .. } = self;
        batch.get_or_insert_with(|| {
            let (source, received_at) = (request.source.clone(), request.settings.now);
            Incoming { source, received_at }.begin(spent.try_recv().ok())
        })
    }

    fn hand_over(&mut self) -> Result<(), Ended> {
        self.aim = BATCH_DRAFTS.min(self.aim * 2);
        let batch = self.batch.take();
        let exclusions = std::mem::take(&mut self.exclusions);
        let known = std::mem::take(&mut self.known);
        self.send(Message::Batch(Box::new(Portion { batch, known, exclusions })))
    }

    fn send(&self, message: Message) -> Result<(), Ended> {
        let stopped = self.stop.load(Ordering::Relaxed);
        if stopped || self.sender.send(message).is_err() { Err(Ended) } else { Ok(()) }
    }
}

/// The committing side: writes batches, counts, keeps rejects.
struct Committer<'a> {
    memory: Arc<TakenIn>,
    app: &'a App,
    give_back: Sender<PreparedBatch>,
    /// When the import is only tried.
    rehearsal: Option<Rehearsal>,
    rejects: RejectFile,
    totals: Totals,
    file: String,
    bytes: Arc<AtomicU64>,
    total_bytes: Option<u64>,
    observe: &'a mut dyn FnMut(&Progress),
}

impl Committer<'_> {
    fn take_all(&mut self, receiver: Receiver<Message>) -> anyhow::Result<()> {
        loop {
            let message = match receiver.recv_timeout(PAUSE) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => {
                    self.memory.rest();
                    self.app.remember()?;
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            match message {
                Message::Input(name) => self.file = name,
                Message::Failed(reason) => self.totals.failures.push(reason),
                Message::Reject(place, reason, raw, count) => self.reject(place, reason, &raw, count)?,
                Message::Batch(portion) => self.commit(*portion)?,
            }
        }
    }

    fn reject(&mut self, place: Place, reason: String, raw: &[u8], count: u64) -> anyhow::Result<()> {
        self.totals.read += count;
        self.totals.rejected += count;
        let reject = Reject::new(place, reason, raw);
        self.rejects.add(&reject).context("the reject file cannot be written")
    }

    fn commit(&mut self, portion: Portion) -> anyhow::Result<()> {
        let totals = &mut self.totals;
        for (class, count) in portion.exclusions {
            totals.excluded += count;
            totals.read += count;
            *totals.exclusions.entry(class.to_owned()).or_default() += count;
        }
        totals.read += portion.known;
        totals.unchanged += portion.known;
        if let Some(batch) = portion.batch {
            let outcome = match &mut self.rehearsal {
                Some(rehearsal) => self.app.preview(rehearsal, &batch)?,
                None => self.app.commit(&batch)?,
            };
            totals.read += batch.counts().iter().sum::<u64>();
            totals.new += outcome.new;
            totals.updated += outcome.updated;
            totals.unchanged += outcome.unchanged;
            totals.older += outcome.older;
            // A reader that is done needs no room any more.
            let _ = self.give_back.send(batch);
        }
        (self.observe)(&Progress {
            file: self.file.clone(),
            bytes: self.bytes.load(Ordering::Relaxed),
            total_bytes: self.total_bytes,
            totals: self.totals.clone(),
        });
        Ok(())
    }

    fn finish(self) -> anyhow::Result<Totals> {
        self.app.remember()?;
        let mut totals = self.totals;
        let rejects = self.rejects.finish().context("the reject file cannot be written")?;
        totals.rejects = rejects.map(|path| path.display().to_string());
        Ok(totals)
    }
}
