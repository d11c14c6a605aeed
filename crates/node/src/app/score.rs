//! How well a range's enterprises are found: by each party from its own files, and from all files together.
//!
//! Each party gets a node of its own under `nodes/` of the range, and one more node gets everybody's files, each under its party's
//! name. Nodes that are there already are used again: what was taken in before is not taken in twice.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, bail};
use entente_graph::{Filter, HubPolicy, Limit};
use entente_intake::{Limits, Settings};
use entente_model::{Handling, Tlp, VertexNo};
use entente_range::score::{Answer, By, KnownTruth, Score, score};
use entente_store::AsOf;
use jiff::Timestamp;
use serde_json::Value;

use super::import::input;
use super::import::pipeline::{self, Request};
use super::lens::{HUB, Lens};
use super::trace::MOST_HOPS;
use super::{App, AppError};

/// Who holds something of a range.
const PARTIES: [&str; 6] = ["company", "csirt", "registrar", "bank", "exchange", "police"];
/// What has at least this probability counts as said to belong.
const CUT: f64 = 0.9;
/// MISP's default: a value in more events than this correlates nothing.
const OVER_CORRELATION: u32 = 20;

/// Another means of finding what belongs together.
type Means = fn(&Lens<'_>, &[VertexNo]) -> Vec<(VertexNo, f64)>;

const BASELINES: [(&str, Means); 2] =
    [("exact_match_correlation", correlation), ("connected_components", components)];

/// What a range's truth says beside who belongs to what.
struct Exam {
    truth: KnownTruth,
    /// Enterprise, party, and the id one begins from.
    seeds: Vec<(String, String, String)>,
}

/// Takes in what is not taken in yet, asks who is behind the seeds of each enterprise, and compares with the truth.
pub(crate) fn score_range(folder: &Path, now: Timestamp) -> anyhow::Result<Score> {
    let exam = Exam::read(&folder.join("truth.json"))?;
    let mut answers = Vec::new();
    let everybody = App::open(&folder.join("nodes/everybody"))?;
    for party in PARTIES {
        let files = folder.join("parties").join(party);
        let own = App::open(&folder.join("nodes").join(party))?;
        for app in [&own, &everybody] {
            take_in(app, &files, party, now)?;
        }
        for enterprise in exam.truth.enterprises() {
            let seeds = exam.seeds(enterprise, Some(party));
            answers.push(exam.answer(&own, enterprise, By::Alone(party.to_owned()), &seeds)?);
        }
    }
    for enterprise in exam.truth.enterprises() {
        let seeds = exam.seeds(enterprise, None);
        answers.push(exam.answer(&everybody, enterprise, By::Together, &seeds)?);
        for (name, means) in BASELINES {
            answers.push(exam.other(&everybody, enterprise, (name, means), &seeds)?);
        }
    }
    Ok(score(&exam.truth, &answers, CUT))
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
    fn read(path: &Path) -> anyhow::Result<Exam> {
        let text = fs::read(path)
            .with_context(|| format!("`{}` cannot be read: is this a range?", path.display()))?;
        let json: Value = serde_json::from_slice(&text).context("truth.json is no JSON")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let seeds = json["seeds"].as_array().map_or(&[][..], Vec::as_slice).iter();
        let seeds =
            seeds.map(|seed| (text(&seed["enterprise"]), text(&seed["party"]), text(&seed["entity"])));
        Ok(Exam { truth: KnownTruth::read(&json)?, seeds: seeds.collect() })
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

    fn answer(&self, app: &App, enterprise: &str, by: By, seeds: &[String]) -> anyhow::Result<Answer> {
        let found = app.ranked(&app.owner()?, seeds)?;
        Ok(Answer { enterprise: enterprise.to_owned(), by, from: seeds.iter().cloned().collect(), found })
    }

    fn other(
        &self,
        app: &App,
        enterprise: &str,
        (name, means): (&str, Means),
        seeds: &[String],
    ) -> anyhow::Result<Answer> {
        let owner = app.owner()?;
        let lens = app.lens(&owner, AsOf::Now)?;
        let found = means(&lens, &lens.known(seeds)?);
        let named = found
            .into_iter()
            .filter_map(|(vertex, sure)| Some((lens.view.id(vertex).ok()??.to_string(), sure)));
        Ok(Answer {
            enterprise: enterprise.to_owned(),
            by: By::Baseline(name.to_owned()),
            from: seeds.iter().cloned().collect(),
            found: named.collect(),
        })
    }
}

/// What equal values reach, as MISP correlates, nearer first; values that too many share reach nothing.
fn correlation(lens: &Lens<'_>, seeds: &[VertexNo]) -> Vec<(VertexNo, f64)> {
    let near = reached(lens, seeds, OVER_CORRELATION);
    near.into_iter().map(|(vertex, hops)| (vertex, 1.0 / (1.0 + f64::from(hops)))).collect()
}

/// Whatever hangs together once hubs are taken out.
fn components(lens: &Lens<'_>, seeds: &[VertexNo]) -> Vec<(VertexNo, f64)> {
    reached(lens, seeds, HUB).into_iter().map(|(vertex, _)| (vertex, 1.0)).collect()
}

fn reached(lens: &Lens<'_>, seeds: &[VertexNo], hub: u32) -> Vec<(VertexNo, u32)> {
    let filter = Filter {
        hubs: HubPolicy::Skip { above: hub },
        link_kinds: Some(lens.followed(None)),
        ..lens.everything()
    };
    let found = lens.graph.neighbourhood(seeds, MOST_HOPS, &filter, Limit { edges: 0, ..Limit::NONE });
    found.vertices.into_iter().map(|reached| (reached.vertex, reached.distance)).collect()
}

impl App {
    /// Who is behind things, ids only, every one that may be; seeds that are not known are left out.
    fn ranked(&self, viewer: &super::Viewer, seeds: &[String]) -> Result<Vec<(String, f64)>, AppError> {
        let lens = self.lens(viewer, AsOf::Now)?;
        let seeds = lens.known(seeds)?;
        super::who::ranked(&lens, &seeds)
    }
}
