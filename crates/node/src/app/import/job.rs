//! Imports that run while somebody watches: started by an upload, observed by any number of viewers, kept in
//! the store when they end.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use entente_intake::{Limits, Settings};
use entente_model::{Grade, Handling, PermissibleActions, Tlp};
use entente_store::ImportRecord;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use utoipa::{IntoParams, ToSchema};

use super::input;
use super::pipeline::{self, Progress, Request, Totals};
use super::rejects::{self, Reject};
use crate::app::{App, AppError, Role, Viewer};
use crate::{clock, entropy};

/// How uploaded files are to be read.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportOptions {
    /// Who told us. Default: the name of the first file.
    source: Option<String>,
    /// Audience of everything not marked more strictly itself. Default: amber.
    tlp: Option<String>,
    /// Permitted actions (PAP). Default: clear.
    pap: Option<String>,
    /// Grade: B2 (Europol 4x4) or admiralty:B2. Default: X4.
    grade: Option<String>,
    /// stix, misp or list. Default: recognised from content.
    format: Option<String>,
    /// Say what would happen, change nothing.
    dry_run: bool,
}

impl ImportOptions {
    /// Fails as an import with these options would, before there is anything to import.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        settings(self).map(drop)
    }
}

/// An import, running or ended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportView {
    /// Id.
    pub(crate) id: String,
    /// running, done, stopped or failed.
    pub(crate) state: ImportState,
    /// Who told us.
    pub(crate) source: String,
    /// Who imported it.
    pub(crate) by: String,
    /// Names of the files.
    pub(crate) files: Vec<String>,
    /// True when nothing is changed.
    pub(crate) dry_run: bool,
    /// When it was started (RFC 3339).
    pub(crate) started_at: String,
    /// File being read.
    pub(crate) file: String,
    /// Bytes read.
    pub(crate) bytes: u64,
    /// Bytes to read, where known.
    pub(crate) total_bytes: Option<u64>,
    /// The counts.
    #[serde(flatten)]
    pub(crate) totals: Totals,
    /// Why it failed, when it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ImportState {
    /// Still reading.
    Running,
    /// Everything was read.
    Done,
    /// Somebody stopped it; what was committed stays.
    Stopped,
    /// The node could not go on; what was committed stays.
    Failed,
}

impl ImportView {
    /// True until it ends.
    pub(crate) fn running(&self) -> bool {
        self.state == ImportState::Running
    }

    fn advance(&mut self, progress: &Progress) {
        self.file.clone_from(&progress.file);
        self.bytes = progress.bytes;
        self.total_bytes = progress.total_bytes;
        self.totals = progress.totals.clone();
    }

    fn end(&mut self, result: anyhow::Result<Totals>, stopped: bool) {
        match result {
            Ok(totals) => {
                self.state = if stopped { ImportState::Stopped } else { ImportState::Done };
                self.totals = totals;
            }
            Err(error) => {
                tracing::error!(import = %self.id, error = %format!("{error:#}"), "import failed");
                self.state = ImportState::Failed;
                self.error = Some("The node could not go on. What was committed stays.".to_owned());
            }
        }
    }
}

/// Imports of a page when nobody says how many.
const LISTED: usize = 100;

/// Which imports to show.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportsRequest {
    /// The last import of the page before.
    after: Option<String>,
    /// At most this many, 500 at most; 100 when nothing is said.
    limit: Option<usize>,
}

/// Which rejects to show.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RejectsRequest {
    /// Cursor of the page.
    cursor: Option<usize>,
    /// At most this many, 500 at most.
    limit: Option<usize>,
}

/// A page of rejects.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RejectsPage {
    /// The rejects.
    rejects: Vec<Reject>,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

/// Imports that run now.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<HashMap<String, Arc<Job>>>);

struct Job {
    view: watch::Sender<ImportView>,
    stop: AtomicBool,
}

impl Jobs {
    fn find(&self, id: &str) -> Option<Arc<Job>> {
        self.lock().get(id).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Job>>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl App {
    /// A new folder for uploaded files.
    pub(crate) fn new_upload(&self) -> Result<PathBuf, AppError> {
        let folder = self.data().join("incoming").join(entropy::token());
        std::fs::create_dir_all(&folder).map_err(|error| AppError::Internal(error.into()))?;
        Ok(folder)
    }

    /// Starts an import of uploaded files (path on disk, name they came under). Analysts and administrators.
    pub(crate) fn start_import(
        self: &Arc<App>,
        viewer: &Viewer,
        options: ImportOptions,
        folder: PathBuf,
        files: Vec<(PathBuf, String)>,
    ) -> Result<ImportView, AppError> {
        viewer.require(Role::Analyst)?;
        let settings = settings(&options)?;
        let first = files.first().map_or("upload", |(_, name)| name.as_str());
        let source = options.source.clone().filter(|name| !name.trim().is_empty());
        let source = teller(viewer, source.unwrap_or_else(|| input::default_source(first)));
        let id = entropy::token();
        let view = ImportView {
            id: id.clone(),
            state: ImportState::Running,
            source: source.clone(),
            by: viewer.name.clone(),
            files: files.iter().map(|(_, name)| name.clone()).collect(),
            dry_run: options.dry_run,
            started_at: settings.now.to_string(),
            file: String::new(),
            bytes: 0,
            total_bytes: None,
            totals: Totals::default(),
            error: None,
        };
        let job = Arc::new(Job { view: watch::Sender::new(view.clone()), stop: AtomicBool::new(false) });
        // Before it is kept: an import kept as running without a job is one that a stopped node left behind.
        self.jobs().lock().insert(id.clone(), job.clone());
        if let Err(error) = self.keep_import(&view) {
            self.jobs().lock().remove(&id);
            return Err(error);
        }
        let request = Request {
            inputs: files.into_iter().map(|(path, name)| input::file(path, name)).collect(),
            source,
            settings,
            dry_run: options.dry_run,
            rejects: self.reject_path(&id),
        };
        let app = self.clone();
        let run = move || app.run_import(&job, request, &folder);
        let spawned = std::thread::Builder::new().name("import".to_owned()).spawn(run);
        spawned.map_err(|error| AppError::Internal(error.into()))?;
        Ok(view)
    }

    fn run_import(&self, job: &Job, request: Request, folder: &std::path::Path) {
        let result = pipeline::run(self, request, &job.stop, &mut |progress| {
            job.view.send_modify(|view| view.advance(progress));
        });
        job.view.send_modify(|view| view.end(result, job.stop.load(Ordering::Relaxed)));
        let view = job.view.borrow().clone();
        if let Err(error) = self.keep_import(&view) {
            tracing::error!(import = %view.id, %error, "the end of an import could not be kept");
        }
        self.jobs().lock().remove(&view.id);
        if let Err(error) = std::fs::remove_dir_all(folder) {
            tracing::warn!(%error, "uploaded files could not be removed");
        }
    }

    /// A page of imports, newest first. When it is full there may be more.
    pub(crate) fn imports(
        &self,
        viewer: &Viewer,
        request: ImportsRequest,
    ) -> Result<Vec<ImportView>, AppError> {
        let limit = request.limit.unwrap_or(LISTED).clamp(1, 500);
        let (mut after, mut shown) = (request.after, Vec::new());
        loop {
            let kept = self.kept_imports(after.as_deref(), limit)?;
            after = kept.last().map(|last| last.id.clone());
            let all = kept.len() < limit;
            for kept in kept.into_iter().filter(|kept| may_see(viewer, kept)).take(limit - shown.len()) {
                shown.push(self.live(kept)?);
            }
            if all || shown.len() == limit {
                return Ok(shown);
            }
        }
    }

    /// One import.
    pub(crate) fn import(&self, viewer: &Viewer, id: &str) -> Result<ImportView, AppError> {
        let kept = self.kept_import(id)?.filter(|kept| may_see(viewer, kept));
        self.live(kept.ok_or(AppError::NotFound("import"))?)
    }

    /// The running job's counts in place of those kept at its start. An import that was running when the node
    /// ended did not end well: say so.
    fn live(&self, kept: ImportView) -> Result<ImportView, AppError> {
        if !kept.running() {
            return Ok(kept);
        }
        if let Some(job) = self.jobs().find(&kept.id) {
            return Ok(job.view.borrow().clone());
        }
        // It may have ended since it was read: its end is kept before its job is forgotten.
        let kept = self.kept_import(&kept.id)?.unwrap_or(kept);
        if !kept.running() {
            return Ok(kept);
        }
        let error = "The node was stopped during the import. Import the files again: what is known already is left \
                     unchanged.";
        Ok(ImportView { state: ImportState::Failed, error: Some(error.to_owned()), ..kept })
    }

    /// Stops a running import after the batch in hand.
    pub(crate) fn stop_import(&self, viewer: &Viewer, id: &str) -> Result<ImportView, AppError> {
        viewer.require(Role::Analyst)?;
        self.import(viewer, id)?;
        if let Some(job) = self.jobs().find(id) {
            job.stop.store(true, Ordering::Relaxed);
        }
        self.import(viewer, id)
    }

    /// The progress of an import; an ended one has a single, last value.
    pub(crate) fn watch_import(
        &self,
        viewer: &Viewer,
        id: &str,
    ) -> Result<watch::Receiver<ImportView>, AppError> {
        let known = self.import(viewer, id)?;
        match self.jobs().find(id) {
            Some(job) => Ok(job.view.subscribe()),
            None if known.running() => Ok(watch::Sender::new(self.import(viewer, id)?).subscribe()),
            None => Ok(watch::Sender::new(known).subscribe()),
        }
    }

    /// Rejected records of an import.
    pub(crate) fn import_rejects(
        &self,
        viewer: &Viewer,
        id: &str,
        request: &RejectsRequest,
    ) -> Result<RejectsPage, AppError> {
        let Some(path) = self.existing_reject_file(viewer, id)? else {
            return Ok(RejectsPage { rejects: Vec::new(), next: None });
        };
        let (from, limit) = (request.cursor.unwrap_or(0), request.limit.unwrap_or(100).clamp(1, 500));
        let read = rejects::read(&path, from, limit + 1);
        let mut rejects = read.map_err(|error| AppError::Internal(error.into()))?;
        let more = rejects.len() > limit;
        rejects.truncate(limit);
        Ok(RejectsPage { rejects, next: more.then_some(from.saturating_add(limit)) })
    }

    /// Where the rejects of an import are.
    pub(crate) fn reject_file(&self, viewer: &Viewer, id: &str) -> Result<PathBuf, AppError> {
        self.existing_reject_file(viewer, id)?.ok_or(AppError::NotFound("reject file"))
    }

    /// Rejects are records as they came, before any handling was read from them: only those who may import see
    /// them.
    fn existing_reject_file(&self, viewer: &Viewer, id: &str) -> Result<Option<PathBuf>, AppError> {
        viewer.require(Role::Analyst)?;
        let view = self.import(viewer, id)?;
        Ok(Some(self.reject_path(&view.id)).filter(|path| path.exists()))
    }

    fn keep_import(&self, view: &ImportView) -> Result<(), AppError> {
        let started_at = view.started_at.parse().map_err(anyhow::Error::from)?;
        let state = serde_json::to_string(view).map_err(anyhow::Error::from)?;
        Ok(self.desk.put_import(&ImportRecord { id: view.id.clone(), started_at, state })?)
    }

    fn kept_imports(&self, after: Option<&str>, limit: usize) -> Result<Vec<ImportView>, AppError> {
        let kept = self.desk.imports(after, limit)?;
        let views = kept.iter().map(|state| serde_json::from_str(state));
        Ok(views.collect::<Result<_, _>>().map_err(anyhow::Error::from)?)
    }

    fn kept_import(&self, id: &str) -> Result<Option<ImportView>, AppError> {
        let kept = self.desk.import(id)?;
        let view = kept.map(|state| serde_json::from_str(&state)).transpose();
        Ok(view.map_err(anyhow::Error::from)?)
    }

    fn reject_path(&self, id: &str) -> PathBuf {
        self.data().join("rejects").join(format!("{id}.jsonl"))
    }
}

/// The counts, file names and rejects of an import tell of all its records, whatever their own marking: they are
/// for who imported them, and for those who may see everything.
fn may_see(viewer: &Viewer, import: &ImportView) -> bool {
    import.by == viewer.name || viewer.tlp_max == Tlp::Red
}

/// Under whose name an upload is kept. Who may not see all that a source said must not speak as that source either:
/// they would replace its words, and learn from "unchanged" what was said above their head.
fn teller(viewer: &Viewer, source: String) -> String {
    if viewer.tlp_max == Tlp::Red { source } else { format!("{source} (by {})", viewer.name) }
}

fn settings(options: &ImportOptions) -> Result<Settings, AppError> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let mut handling = Handling::unmarked(Tlp::Amber);
    if let Some(tlp) = given(&options.tlp) {
        handling.tlp = tlp.parse().map_err(AppError::invalid)?;
    }
    if let Some(pap) = given(&options.pap) {
        handling.pap = pap.parse::<PermissibleActions>().map_err(AppError::invalid)?;
    }
    if let Some(grade) = given(&options.grade) {
        handling.grade = grade.parse::<Grade>().map_err(AppError::invalid)?;
    }
    let format =
        given(&options.format).map(|format| format.parse()).transpose().map_err(AppError::invalid)?;
    Ok(Settings { handling, format, now: clock::now(), limits: Limits::default() })
}
