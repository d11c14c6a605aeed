//! Things of families of malware and of groups, put together by what they share. Whose they are is hidden, and read for the score.

mod group;
mod label;
mod told;
mod world;

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use entente_model::VertexNo;

use crate::score::Partition;
use group::Group;
use label::SOURCES;
use world::World;

pub fn measure(data: &Path, out: &mut dyn Write) -> Result<()> {
    let world = World::read(data)?;
    describe(&world, out)?;
    let groupings = [
        (
            "exact match, values of more than 20 things left out",
            group::exact(&world, Some(group::MISP_CUT_OFF)),
        ),
        ("the same, and things with the thing they name", group::exact_and_named(&world)),
        ("exact match, any value", group::exact(&world, None)),
        ("traced, at 0.9", group::traced(&world, 0.9)),
        ("traced, at 0.5", group::traced(&world, 0.5)),
    ];
    let all = world.things();
    let sharing: Vec<VertexNo> = all.iter().copied().filter(|thing| world.shares(*thing)).collect();
    for (of, things) in [("all things", &all), ("things that share a value with another", &sharing)] {
        writeln!(out, "{of}: {}", things.len())?;
        for (name, groups) in &groupings {
            let of_thing = |thing: &VertexNo| (group_of(groups, *thing), world.label(*thing));
            let partition = Partition::new(things.iter().map(of_thing));
            let (pure, complete) = partition.b_cubed();
            writeln!(
                out,
                "  {name:52} Rand {:.4}  pairs {}, precision {:.4}, recall {:.4}; B-cubed {pure:.4} {complete:.4}",
                partition.adjusted_rand(),
                partition.pairs(),
                partition.precision(),
                partition.recall(),
            )?;
        }
    }
    Ok(())
}

/// The number of its group; a thing in none is one of its own.
fn group_of(groups: &Group, thing: VertexNo) -> u32 {
    groups.get(&thing).copied().unwrap_or(u32::MAX - thing.0)
}

/// What there is to find at all.
fn describe(world: &World, out: &mut dyn Write) -> Result<()> {
    let things = world.things();
    writeln!(out, "{} things of {} families and groups", things.len(), world.label_count())?;
    writeln!(out, "{} more are told of several and are not scored", world.ambiguous())?;
    writeln!(out, "{} ties between values", world.links())?;
    let of_own = |thing: VertexNo| world.sharing(thing).iter().any(|other| world.is_same(thing, *other));
    let of_others = |thing: VertexNo| world.sharing(thing).iter().any(|other| !world.is_same(thing, *other));
    for (number, (source, _)) in SOURCES.iter().enumerate() {
        let told: Vec<VertexNo> =
            things.iter().copied().filter(|thing| world.source(*thing) == number).collect();
        let counted = |what: &dyn Fn(VertexNo) -> bool| told.iter().filter(|thing| what(**thing)).count();
        writeln!(
            out,
            "  {source}: {} things, {} share a value with another, {} with one of their own, {} with one of others",
            told.len(),
            counted(&|thing| world.shares(thing)),
            counted(&of_own),
            counted(&of_others)
        )?;
    }
    let (same, all) = world.direct_pairs();
    writeln!(out, "pairs that share a value: {all}, of one family {same}")?;
    let (sharing, several) = world.families();
    writeln!(out, "families with two things or more: {several}; in {sharing} of them two share a value")?;
    Ok(())
}
