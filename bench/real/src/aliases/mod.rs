//! Aliases: of entries about actors and malware whose synonyms and links are hidden, which are proposed as the same.
//!
//! Two things are sought. *Entries*: entries of catalogues that one of them says are the same, or that have a name in common. *Names*:
//! a synonym of which nothing is told but itself, and the entries that have it. Things are parted in two halves; what is fitted and chosen
//! is so on pairs within the one, and measured on pairs with a thing of the other.

mod curve;
mod fit;
mod galaxy;
mod pairs;
mod world;

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use entente_graph::aliases::{Evidence, Kind};

use curve::Curve;
use pairs::{Pairs, Sought};
use world::Hidden;

/// Each pair of the training half that is not the same stands for so many that have a thing of the other half.
pub const STANDS_FOR: f64 = 3.0;

const PENALTIES: &[f64] = &[0.3, 1.0, 3.0, 10.0, 30.0];

/// Terms of [`Evidence::terms`] that owe nothing to anything but names.
const NAMES_ALONE: std::ops::Range<usize> = 0..12;

/// What alone ranks pairs.
type Single = (&'static str, fn(&Evidence) -> f64);

const SINGLES: &[Single] = &[
    ("the same name but for spelling", |of| f64::from(u8::from(of.equal))),
    ("Jaro-Winkler", |of| of.winkler),
    ("cosine of runs of three letters", |of| of.grams),
];

/// Also tried on the training half, for whether fitting is worth it.
const OTHER_SINGLES: &[Single] = &[
    ("rarest word in common", |of| of.word),
    ("cosine of texts", |of| of.text),
    ("said to be another name", |of| of.as_name),
    ("mentioned", |of| of.mentioned),
    ("mentioned together", |of| of.together),
    ("sources in common", |of| of.sources),
];

pub fn measure(data: &Path, out: &mut dyn Write) -> Result<()> {
    for kind in [Kind::Actor, Kind::Malware] {
        writeln!(out, "{kind:?}")?;
        let pairs = Pairs::read(data, kind, Hidden::All)?;
        let fitted = tables(&pairs, &[Sought::All, Sought::Entries, Sought::OtherNames, Sought::Bare], out)?;
        row(out, "all, as in the product", &pairs.curve(Sought::All, |of| of.0.probability(kind)))?;
        for (called, one, other) in pairs.wrong(&fitted, 0.9) {
            writeln!(out, "  nobody says so: {called:.2} {one} | {other}")?;
        }
        weights(&fitted, out)?;
        writeln!(out, "{kind:?}, half of the synonyms known")?;
        let pairs = Pairs::read(data, kind, Hidden::Half)?;
        tables(&pairs, &[Sought::OtherNames, Sought::Bare], out)?;
    }
    Ok(())
}

/// Fits, and tells of each what is found; gives the weights.
fn tables(pairs: &Pairs, all_sought: &[Sought], out: &mut dyn Write) -> Result<Vec<f64>> {
    told(pairs, out)?;
    let penalty = chosen(pairs, out)?;
    let fitted = pairs.fitted(penalty, |_| true);
    let names = pairs.fitted(penalty, |term| NAMES_ALONE.contains(&term));
    let unmentioned = pairs.fitted(penalty, |term| term < 18 || (25..27).contains(&term));
    for sought in all_sought {
        writeln!(out, "  {}", sought.name())?;
        let by = |weights: &[f64]| pairs.curve(*sought, |of| fit::probability(weights, of.1));
        row(out, "all evidence, fitted", &by(&fitted))?;
        row(out, "without what mentions a name, fitted", &by(&unmentioned))?;
        row(out, "names alone, fitted", &by(&names))?;
        for (name, single) in SINGLES {
            row(out, name, &pairs.curve(*sought, |of| single(of.0)))?;
        }
        cuts(out, &by(&fitted))?;
    }
    Ok(fitted)
}

fn told(pairs: &Pairs, out: &mut dyn Write) -> Result<()> {
    let world = &pairs.world;
    let (told, bare) = (world.told, world.entries.len() - world.told);
    writeln!(
        out,
        "  {told} entries, {bare} other names, {} things; {} left out",
        world.thing_count(),
        world.left_out()
    )?;
    let found = world.same.iter().filter(|pair| pairs.compared.binary_search(pair).is_ok()).count();
    let all = world.same.len();
    writeln!(out, "  {} pairs compared, among them {found} of {all} that are sought", pairs.compared.len())?;
    Ok(())
}

/// The penalty with the least loss in five folds of the training half; beside it whether fitting beats the best single evidence there.
fn chosen(pairs: &Pairs, out: &mut dyn Write) -> Result<f64> {
    let mut best = (f64::INFINITY, PENALTIES[0]);
    for penalty in PENALTIES {
        let (loss, curve) = pairs.in_folds(*penalty);
        writeln!(
            out,
            "  penalty {penalty}: loss {loss:.1}, recall at 95 % precision in folds {:.3}",
            curve.recall_at(0.95)
        )?;
        if loss < best.0 {
            best = (loss, *penalty);
        }
    }
    for (name, single) in SINGLES.iter().chain(OTHER_SINGLES) {
        let recall = pairs.training_curve(single).recall_at(0.95);
        writeln!(out, "  on the same pairs, {name}: {recall:.3}")?;
    }
    Ok(best.1)
}

fn row(out: &mut dyn Write, name: &str, curve: &Curve) -> Result<()> {
    let (low, high) = curve.interval(0.95);
    let recall = curve.recall_at(0.95);
    writeln!(out, "    {name:42} {recall:.3} ({low:.3} to {high:.3}) of {}", curve.sought())?;
    Ok(())
}

fn cuts(out: &mut dyn Write, curve: &Curve) -> Result<()> {
    for least in [0.9, 0.7, 0.5, 0.3] {
        let cut = curve.cut(least);
        let (named, precision, recall) = (cut.named, cut.precision, cut.recall);
        writeln!(out, "    at {least}: {named} named, precision {precision:.3}, recall {recall:.3}")?;
    }
    Ok(())
}

/// For `crates/graph/src/aliases/weigh.rs`.
fn weights(fitted: &[f64], out: &mut dyn Write) -> Result<()> {
    let told: Vec<String> = fitted.iter().map(|weight| format!("{weight:.3}")).collect();
    writeln!(out, "  weights: {}", told.join(", "))?;
    Ok(())
}
