//! Reading on one thread, committing on another, with a bounded queue between: memory does not grow with the
//! input, and neither waits for the other longer than it must.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use anyhow::Context as _;
use entente_intake::{Intake, Outcome, Place, Record, Settings};
use entente_model::Draft;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::Input;
use super::rejects::{Reject, RejectFile};
use crate::app::{App, Incoming};

/// Drafts committed in one transaction: large enough to be fast, small enough to be visible soon.
const BATCH_DRAFTS: usize = 16_384;
/// Records handed from reader to committer at a time.
const CHUNK: usize = 512;
/// Chunks that may wait: bounds memory.
const QUEUE: usize = 16;

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
    pub(crate) exclusions: std::collections::BTreeMap<String, u64>,
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

enum Message {
    Records(Vec<Record>),
    Input(String),
    Failed(String),
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
    let total_bytes = request.inputs.iter().map(Input::size).sum::<Option<u64>>();
    let intake = Intake::new(request.settings.clone(), app.atlas());
    let (sender, receiver) = sync_channel(QUEUE);
    let mut committer = Committer::new(app, &request, bytes.clone(), total_bytes, observe);
    std::thread::scope(|scope| {
        let (inputs, counter) = (&request.inputs, bytes);
        scope.spawn(move || read_all(&intake, inputs, &counter, &sender, stop));
        committer.take_all(receiver)
    })?;
    let mut totals = committer.finish()?;
    totals.seconds = started.elapsed().as_secs_f64();
    Ok(totals)
}

/// The reading thread. It ends when the inputs do, when `stop` is set, or when the committer is gone.
fn read_all(
    intake: &Intake,
    inputs: &[Input],
    bytes: &Arc<AtomicU64>,
    sender: &SyncSender<Message>,
    stop: &AtomicBool,
) {
    for input in inputs {
        if stop.load(Ordering::Relaxed) || sender.send(Message::Input(input.name().to_owned())).is_err() {
            return;
        }
        if let Err(reason) = read_one(intake, input, bytes, sender, stop)
            && sender.send(Message::Failed(reason)).is_err()
        {
            return;
        }
    }
}

fn read_one(
    intake: &Intake,
    input: &Input,
    bytes: &Arc<AtomicU64>,
    sender: &SyncSender<Message>,
    stop: &AtomicBool,
) -> Result<(), String> {
    let mut source = input.open(bytes.clone()).map_err(|error| error.to_string())?;
    let mut chunk = Vec::with_capacity(CHUNK);
    let result = intake.read(input.name(), &mut source, &mut |record| {
        chunk.push(record);
        if chunk.len() < CHUNK {
            return ControlFlow::Continue(());
        }
        let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
        let gone = sender.send(Message::Records(full)).is_err();
        if gone || stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    // Everything read before a fault is kept.
    let _ = sender.send(Message::Records(chunk));
    result.map(drop).map_err(|error| format!("{}: {error}", input.name()))
}

/// The committing side: gathers batches, counts, writes rejects.
struct Committer<'a> {
    app: &'a App,
    source: String,
    received_at: jiff::Timestamp,
    dry_run: bool,
    rejects: RejectFile,
    totals: Totals,
    records: Vec<Vec<Draft>>,
    drafts: usize,
    file: String,
    bytes: Arc<AtomicU64>,
    total_bytes: Option<u64>,
    observe: &'a mut dyn FnMut(&Progress),
}

impl<'a> Committer<'a> {
    fn new(
        app: &'a App,
        request: &Request,
        bytes: Arc<AtomicU64>,
        total_bytes: Option<u64>,
        observe: &'a mut dyn FnMut(&Progress),
    ) -> Committer<'a> {
        Committer {
            app,
            source: request.source.clone(),
            received_at: request.settings.now,
            dry_run: request.dry_run,
            rejects: RejectFile::new(request.rejects.clone()),
            totals: Totals::default(),
            records: Vec::new(),
            drafts: 0,
            file: String::new(),
            bytes,
            total_bytes,
            observe,
        }
    }

    fn take_all(&mut self, receiver: Receiver<Message>) -> anyhow::Result<()> {
        for message in receiver {
            match message {
                Message::Input(name) => self.file = name,
                Message::Failed(reason) => self.totals.failures.push(reason),
                Message::Records(records) => {
                    for record in records {
                        self.take(record)?;
                    }
                }
            }
        }
        self.commit()
    }

    fn take(&mut self, record: Record) -> anyhow::Result<()> {
        self.totals.read += 1;
        match record.outcome {
            Outcome::Drafts(drafts) => {
                self.drafts += drafts.len();
                self.records.push(drafts);
                if self.drafts >= BATCH_DRAFTS {
                    self.commit()?;
                }
            }
            Outcome::Excluded(class) => {
                self.totals.excluded += 1;
                *self.totals.exclusions.entry(class.to_owned()).or_default() += 1;
            }
            Outcome::Rejected { reason, raw } => self.reject(record.place, reason, &raw)?,
        }
        Ok(())
    }

    fn reject(&mut self, place: Place, reason: String, raw: &[u8]) -> anyhow::Result<()> {
        self.totals.rejected += 1;
        let reject = Reject::new(place, reason, raw);
        self.rejects.add(&reject).context("the reject file cannot be written")
    }

    fn commit(&mut self) -> anyhow::Result<()> {
        self.drafts = 0;
        let records = std::mem::take(&mut self.records);
        if !records.is_empty() {
            let incoming =
                Incoming { source: self.source.clone(), records, received_at: self.received_at };
            let outcome = if self.dry_run { self.app.preview(incoming)? } else { self.app.commit(incoming)? };
            self.totals.new += outcome.new;
            self.totals.updated += outcome.updated;
            self.totals.unchanged += outcome.unchanged;
            self.totals.older += outcome.older;
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
        let mut totals = self.totals;
        let rejects = self.rejects.finish().context("the reject file cannot be written")?;
        totals.rejects = rejects.map(|path| path.display().to_string());
        Ok(totals)
    }
}
