//! Every list of ../shared/data through the front door: no panic, every record accounted for, and counts as they
//! were when somebody last looked at them. Says so and passes where the data is not there.
//!
//! After a change that is meant to change counts, look at the difference and write
//! `tests/golden/iocs_counts.txt` anew from what the failing test prints.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so, and the agreement is shown")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use entente_intake::{Intake, Limits, Outcome, Settings, Summary};
use entente_model::{Atlas, Handling, Reference, Tlp};

fn data() -> Option<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !data.join("iocs").is_dir() {
        println!("skipped: {} is not there", data.display());
        return None;
    }
    Some(data)
}

fn intake() -> Intake {
    let now = "2026-01-02T03:04:05Z".parse().expect("a timestamp");
    let handling = Handling::unmarked(Tlp::Green);
    Intake::new(Settings { handling, format: None, now, limits: Limits::default() }, Arc::new(Atlas::empty()))
}

fn files(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            match path.is_dir() {
                true => folders.push(path),
                false if wanted(&path) => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// Counts of many files.
#[derive(Default)]
struct Counts {
    summary: Summary,
    drafts: u64,
    excluded: BTreeMap<&'static str, u64>,
    kinds: BTreeMap<String, u64>,
}

impl Counts {
    fn read(&mut self, path: &Path) {
        let mut seen = 0;
        let mut file = File::open(path).expect("the file can be read");
        let summary = intake()
            .read(&path.to_string_lossy(), &mut file, &mut |record| {
                seen += 1;
                match record.outcome {
                    Outcome::Drafts(drafts) => {
                        assert!(!drafts.is_empty(), "{}", record.place);
                        self.drafts += drafts.len() as u64;
                        for draft in drafts {
                            *self.kinds.entry(draft.object.kind().to_string()).or_default() += 1;
                        }
                    }
                    Outcome::Known => unreachable!("nothing is remembered here"),
                    Outcome::Excluded(class) => *self.excluded.entry(class).or_default() += 1,
                    Outcome::Rejected { reason, .. } => assert!(!reason.is_empty(), "{}", record.place),
                }
                ControlFlow::Continue(())
            })
            .expect("the file can be read");
        assert_eq!(summary.records, seen);
        assert_eq!(summary.records, summary.accepted + summary.excluded + summary.rejected);
        self.summary.records += summary.records;
        self.summary.accepted += summary.accepted;
        self.summary.excluded += summary.excluded;
        self.summary.rejected += summary.rejected;
    }

    fn shown(&self, name: &str) -> String {
        let mut golden = String::new();
        let Summary { records, accepted, excluded, rejected, .. } = self.summary;
        writeln!(golden, "{name}: {records} records = {accepted} accepted + {excluded} excluded + {rejected} rejected; {} drafts", self.drafts)
            .expect("memory writes");
        for (class, count) in &self.excluded {
            writeln!(golden, "  excluded, {class}: {count}").expect("memory writes");
        }
        for (kind, count) in &self.kinds {
            writeln!(golden, "  {kind}: {count}").expect("memory writes");
        }
        golden
    }
}

/// Text beside the JSON of the other folders.
fn is_text(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ["txt", "csv", "adoc", "md5", "sha1", "sha256"].contains(&ending)
}

#[test]
fn every_list_is_accounted_for() {
    let Some(data) = data() else { return };
    let mut folders: Vec<PathBuf> = fs::read_dir(data.join("iocs"))
        .expect("the folder can be read")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let of_folder = |folder: PathBuf| {
        let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        (name, files(&folder, &|_| true))
    };
    let mut groups: Vec<(String, Vec<PathBuf>)> = folders.into_iter().map(of_folder).collect();
    for folder in ["stix", "misp"] {
        groups.push((format!("text in {folder}"), files(&data.join(folder), &is_text)));
    }
    let golden: String = std::thread::scope(|scope| {
        let reading: Vec<_> = groups
            .into_iter()
            .map(|(name, files)| {
                scope.spawn(move || {
                    let mut counts = Counts::default();
                    files.iter().for_each(|path| counts.read(path));
                    counts.shown(&name)
                })
            })
            .collect();
        reading.into_iter().map(|counts| counts.join().expect("the reader did not panic")).collect()
    });
    assert_eq!(golden, include_str!("golden/iocs_counts.txt"), "the counts differ; they are now:\n{golden}");
}

/// Ids of everything a file names: its observables, and what its patterns name.
fn named(path: &Path) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut file = File::open(path).expect("the file can be read");
    intake()
        .read(&path.to_string_lossy(), &mut file, &mut |record| {
            if let Outcome::Drafts(drafts) = record.outcome {
                for draft in drafts {
                    if draft.object.kind().is_observable() {
                        ids.insert(draft.canonical.as_ref().unwrap_or(draft.object.id()).to_string());
                    }
                    ids.extend(draft.links.iter().filter_map(|link| match &link.target {
                        Reference::Selector(selector) if ["pattern", "hash"].contains(&&*link.kind) => {
                            Some(selector.id().to_string())
                        }
                        _ => None,
                    }));
                }
            }
            ControlFlow::Continue(())
        })
        .expect("the file can be read");
    ids
}

/// A .txt and a .json with one name are one report (Talos): what the list names is in the bundle.
#[test]
fn a_list_agrees_with_the_bundle_of_the_same_report() {
    let Some(data) = data() else { return };
    let (mut listed, mut agreeing, mut bundled, mut pairs) = (0, 0, 0, 0);
    for text in files(&data.join("stix/talos-2022-2024"), &|path| {
        path.extension().is_some_and(|ending| ending == "txt")
    }) {
        let bundle = ["json", "json.gz"]
            .map(|ending| text.with_extension(ending))
            .into_iter()
            .find(|path| path.exists());
        let Some(bundle) = bundle else { continue };
        let (list, bundle_ids) = (named(&text), named(&bundle));
        let both = list.intersection(&bundle_ids).count();
        println!(
            "{}: {} listed, {} in the bundle, {both} in both",
            text.display(),
            list.len(),
            bundle_ids.len()
        );
        pairs += 1;
        listed += list.len();
        bundled += bundle_ids.len();
        agreeing += both;
    }
    println!("{pairs} reports: {agreeing} of {listed} listed are in the bundle, which names {bundled}");
    assert!(pairs > 0);
}
