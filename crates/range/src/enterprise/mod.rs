//! Criminal enterprises: who is in them, what they run, how their money goes, what of it anybody notices.
//!
//! An enterprise is made whole and kept in memory: its size grows far more slowly than the world's
//! ([`Settings::scale`](crate::Settings)), and the millions of machines in its botnets are made with ordinary life.
//!
//! What the parties see of it is planned so that each sees pieces and the pieces join across parties only:
//!
//! * a **cell** (the infrastructure of one wave of one campaign) holds together by what scans and samples show;
//! * cells hang together by who registered, who was paid, who hosts, and who wrote the code;
//! * **money** holds together by payments, devices and contacts, and meets cells in what victims report;
//! * **people** hold together by a seized phone, and meet the rest by mistakes: a private address used once.

mod build;
mod campaign;
mod cell;
mod coins;
mod imitator;
mod mistakes;
mod money;
mod people;
mod samples;
mod spoil;
mod ties;
mod victims;

pub(crate) use build::{Builder, Enterprise, Planned};
pub(crate) use campaign::CampaignKind;
pub(crate) use mistakes::STATED;
pub(crate) use spoil::wrong;
#[cfg(test)]
pub(crate) use ties::Ties;
pub(crate) use ties::mentioned;

use crate::world::World;

/// How large the enterprises are and how often something in the records about them is wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) scale: u64,
    pub(crate) wrong_permille: u32,
}

/// Every enterprise of the world, each with the records about it in no order.
pub(crate) fn all(world: &World, count: u32, shape: Shape) -> Vec<Enterprise> {
    let mut reserve = 0;
    (0..count).map(|number| one(world, number, shape, &mut reserve)).collect()
}

fn one(world: &World, number: u32, shape: Shape, reserve: &mut u64) -> Enterprise {
    let mut build = Builder::new(world, number, shape.scale, *reserve);
    let staff = people::hire(&mut build);
    let campaigns = campaign::plan(&mut build);
    let mut cells = cell::raise(&mut build, &campaigns);
    samples::write(&mut build, &campaigns, &mut cells, &staff);
    money::open(&mut build, &campaigns, &mut cells, &staff);
    coins::open(&mut build, &campaigns, &mut cells, &staff);
    victims::report(&mut build, &campaigns, &cells, &staff);
    people::slip(&mut build, &staff, &cells);
    imitator::copy(&mut build, &campaigns, &cells);
    spoil::spoil(&mut build, shape.wrong_permille);
    ties::mend(&mut build);
    *reserve = build.reserved();
    build.finish(campaigns)
}
