//! How well a range's enterprises are found: by each party from its own files, by the police from what the others may tell them, and
//! from all files in one place.
//!
//! Each party gets a node of its own under `nodes/` of the range, and one more node gets everybody's files, each under its party's
//! name. Nodes that are there already are used again: what was taken in before is not taken in twice.

mod baselines;
mod linkage;
mod operation;
mod outsiders;

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, bail};
use entente_intake::{Limits, Settings};
use entente_model::{Handling, ObjectId, Tlp};
use entente_range::score::{Answer, By, KnownTruth, Score, score};
use entente_store::AsOf;
use jiff::Timestamp;
use serde_json::Value;

use super::import::input;
use super::import::pipeline::{self, Request};
use super::who::ranked;
use super::{App, Viewer};
use baselines::{BASELINES, Means};
use operation::Operation;

/// Who holds something of a range.
const PARTIES: [&str; 6] = ["company", "csirt", "registrar", "bank", "exchange", POLICE];
/// What has at least this probability counts as said to belong.
const CUT: f64 = 0.9;
/// Whom the others tell.
const POLICE: &str = "police";

/// What a range's truth says beside who belongs to what.
struct Exam {
    truth: KnownTruth,
    /// Enterprise, party, and the id one begins from.
    seeds: Vec<(String, String, String)>,
    /// Things of people who have nothing to do with it.
    uninvolved: Vec<ObjectId>,
}

/// Takes in what is not taken in yet, asks who is behind the seeds of each enterprise, and compares with the truth.
pub(crate) fn score_range(folder: &Path, now: Timestamp) -> anyhow::Result<Score> {
    let exam = Exam::read(folder)?;
    let everybody = App::open(&folder.join("nodes/everybody"))?;
    let mut nodes = Vec::new();
    for party in PARTIES {
        let files = folder.join("parties").join(party);
        let own = App::open(&folder.join("nodes").join(party))?;
        for app in [&own, &everybody] {
            take_in(app, &files, party, now)?;
        }
        nodes.push((party, own));
    }
    let mut answers = Vec::new();
    for enterprise in exam.truth.enterprises() {
        for (party, app) in &nodes {
            let by = By::Alone((*party).to_owned());
            answers.push(exam.answer(app, &own_files(app)?, enterprise, by, Some(party))?);
        }
        let mut operation = Operation::begin(&nodes, enterprise, now)?;
        operation.run(&exam)?;
        answers.push(operation.answer(&exam)?);
        let pooled = By::Baseline("all_records_in_one_place".to_owned());
        answers.push(exam.answer(&everybody, &everybody.owner()?, enterprise, pooled, None)?);
        for means in BASELINES {
            answers.push(exam.other(&everybody, enterprise, means)?);
        }
    }
    let outsiders = outsiders::count(&nodes, &exam.uninvolved, now)?;
    Ok(Score { outsiders: Some(outsiders), ..score(&exam.truth, &answers, CUT) })
}

/// Sees what a party holds itself, and nothing that it was told or took up.
fn own_files(app: &App) -> anyhow::Result<Viewer> {
    let compartments = app.compartments(|one| one.agreement.is_none() && one.case.is_none())?;
    Ok(Viewer { compartments, ..app.owner()? })
}

fn take_in(app: &App, files: &Path, party: &str, now: Timestamp) -> anyhow::Result<()> {
    let path = files.to_str().context("the folder's name is not UTF-8")?;
    let handling = Handling::unmarked(Tlp::Amber);
    let rejects = app.data.join(format!("rejects-{party}.jsonl"));
    let request = Request {
        inputs: input::expand(path)?,
        source: party.to_owned(),
        settings: Settings { handling, format: None, now, limits: Limits::default() },
        dry_run: false,
        rejects,
    };
    let totals = pipeline::run(app, request, &AtomicBool::new(false), &mut |_| {})?;
    if totals.rejected > 0 || !totals.failures.is_empty() {
        bail!("{} records of {party} could not be read: see its node's rejects", totals.rejected);
    }
    app.settle()
}

impl Exam {
    fn read(folder: &Path) -> anyhow::Result<Exam> {
        let path = folder.join("truth.json");
        let text = fs::read(&path)
            .with_context(|| format!("`{}` cannot be read: is this a range?", path.display()))?;
        let json: Value = serde_json::from_slice(&text).context("truth.json is no JSON")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let seeds = json["seeds"].as_array().map_or(&[][..], Vec::as_slice).iter();
        let seeds =
            seeds.map(|seed| (text(&seed["enterprise"]), text(&seed["party"]), text(&seed["entity"])));
        let path = folder.join("uninvolved.ids");
        let uninvolved = fs::read_to_string(&path)
            .with_context(|| format!("`{}` cannot be read: generate the range again", path.display()))?;
        let uninvolved = uninvolved.lines().map(str::parse).collect::<Result<_, _>>();
        Ok(Exam {
            truth: KnownTruth::read(&json)?,
            seeds: seeds.collect(),
            uninvolved: uninvolved.context("uninvolved.ids is no list of ids")?,
        })
    }

    /// From what an enterprise is traced, by one party or by all.
    fn seeds(&self, enterprise: &str, party: Option<&str>) -> Vec<String> {
        let of =
            self.seeds.iter().filter(|(of, by, _)| of == enterprise && party.is_none_or(|party| by == party));
        let mut seeds: Vec<String> = of.map(|(.., entity)| entity.clone()).collect();
        seeds.sort_unstable();
        seeds.dedup();
        seeds
    }

    /// What tracing answers, from the seeds of one party or of all.
    fn answer(
        &self,
        app: &App,
        viewer: &Viewer,
        enterprise: &str,
        by: By,
        party: Option<&str>,
    ) -> anyhow::Result<Answer> {
        let seeds = self.seeds(enterprise, party);
        let lens = app.lens(viewer, AsOf::Now)?;
        let found = ranked(&lens, &lens.known(&seeds)?)?;
        Ok(Answer { enterprise: enterprise.to_owned(), by, from: seeds.into_iter().collect(), found })
    }

    /// What another means answers, from the seeds of all.
    fn other(&self, app: &App, enterprise: &str, (name, means): (&str, Means)) -> anyhow::Result<Answer> {
        let (owner, seeds) = (app.owner()?, self.seeds(enterprise, None));
        let lens = app.lens(&owner, AsOf::Now)?;
        let mut found = Vec::new();
        for (vertex, sure) in means(&lens, &lens.known(&seeds)?) {
            found.extend(lens.view.id(vertex)?.map(|id| (id.to_string(), sure)));
        }
        let by = By::Baseline(name.to_owned());
        Ok(Answer { enterprise: enterprise.to_owned(), by, from: seeds.into_iter().collect(), found })
    }
}
