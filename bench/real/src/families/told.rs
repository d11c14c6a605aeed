//! Files through intake: which values are told by which family's file, and what ties values to each other.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use entente_intake::{Intake, Limits, Outcome, Settings};
use entente_model::{Atlas, Draft, Handling, Kind, ObjectId, Reference, Selector, Tlp};

use super::label::{self, Named, SOURCES};

/// What one record tells.
pub enum Told<'a> {
    /// A value, by a file about a family; and the number of its source.
    Thing(&'a ObjectId, &'a str, usize),
    /// A value is known to be shared by people who have nothing to do with each other.
    Shared(ObjectId),
    /// Two values are tied: from, to, how, and since when.
    Tie(ObjectId, ObjectId, &'a str, u32),
    /// The value has another id: given, canonical.
    Same(&'a ObjectId, &'a ObjectId),
    /// The family of a fingerprint.
    Fingerprint(ObjectId, &'static str),
}

/// Links that say that a value is shared by all, from the value to who says so.
const SHARED: [&str; 3] = ["sinkholed-by", "listed-in", "listed-with-subdomains"];

/// Link from an indicator to a value its pattern names.
const PATTERN: &str = "pattern";

/// Reads every source. A record that cannot be read is none of ours: intake's own tests count these.
pub fn each(data: &Path, mut tell: impl FnMut(Told<'_>)) -> Result<()> {
    let now = "2026-11-27T00:00:00Z".parse()?;
    let settings =
        Settings { handling: Handling::unmarked(Tlp::Clear), format: None, now, limits: Limits::default() };
    let intake = Intake::new(settings, Arc::new(Atlas::empty()));
    for (number, (source, named)) in SOURCES.iter().enumerate() {
        let root = data.join(source);
        for path in files(&root)? {
            let name = path.to_string_lossy().into_owned();
            let mut file = File::open(&path).with_context(|| name.clone())?;
            let read = intake.read(&name, &mut file, &mut |record| {
                if let Outcome::Drafts(drafts) = &record.outcome {
                    let below = record.place.file.strip_prefix(&*root.to_string_lossy());
                    let family = label::family(below.unwrap_or_default(), *named);
                    let family = family.as_deref().map(|family| (family, number));
                    drafts.iter().for_each(|draft| told(draft, family, *named, &mut tell));
                }
                ControlFlow::Continue(())
            });
            read.with_context(|| name)?;
        }
    }
    Ok(())
}

fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Only values and ties between them are told: families, groups, reports and indicators would betray what is sought.
fn told(draft: &Draft, family: Option<(&str, usize)>, named: Named, tell: &mut impl FnMut(Told<'_>)) {
    let own = draft.object.id();
    if let Some(canonical) = &draft.canonical {
        tell(Told::Same(own, canonical));
    }
    if let Some((family, number)) = family.filter(|_| is_thing(own)) {
        tell(Told::Thing(own, family, number));
    }
    for link in &draft.links {
        let (source, target) = (id(&link.source, tell), id(&link.target, tell));
        if SHARED.contains(&&*link.kind) {
            tell(Told::Shared(source));
        } else if link.kind == PATTERN {
            if let Some((family, number)) = family.filter(|_| is_thing(&target)) {
                tell(Told::Thing(&target, family, number));
            }
        } else if named != Named::Nobody && source.kind().is_observable() && target.kind().is_observable() {
            let at = link.at.map_or(0, |at| at.as_second().clamp(0, i64::from(u32::MAX)) as u32);
            tell(Told::Tie(source, target, &link.kind, at));
        }
    }
}

fn id(end: &Reference, tell: &mut impl FnMut(Told<'_>)) -> ObjectId {
    match end {
        Reference::Id(id) => id.clone(),
        Reference::Selector(selector) => {
            if let Selector::Fingerprint(family, _) = selector {
                tell(Told::Fingerprint(selector.id(), family.as_str()));
            }
            selector.id()
        }
    }
}

/// What somebody has, and so may be of a family. A software product, a folder or a key of the registry is not.
fn is_thing(id: &ObjectId) -> bool {
    matches!(
        id.kind(),
        Kind::DomainName
            | Kind::Ipv4Addr
            | Kind::Ipv6Addr
            | Kind::Url
            | Kind::File
            | Kind::EmailAddr
            | Kind::X509Certificate
            | Kind::CryptocurrencyWallet
    )
}
