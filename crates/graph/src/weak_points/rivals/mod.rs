//! Orders of removal from the literature: what a plan begins from, and what it is compared with.
//!
//! Each names every possible target once, as long as taking it matters to the method; [`order`] has the rest follow by degree.

mod core_hd;
mod gnd;
mod influence;
mod standing;

use super::network::Network;
use standing::Standing;

/// A way to choose targets one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rival {
    /// The vertex with most links left, again after each.
    Degree,
    /// CoreHD (Zdeborová, Zhang, Zhou 2016): the one with most links in the 2-core, then the trees are broken.
    CoreHd,
    /// Collective influence (Morone, Makse 2015), counted anew after each removal, with balls of this radius.
    CollectiveInfluence {
        /// Hops, at least 1.
        radius: u32,
    },
    /// Generalised network dismantling (Ren, Gleinig, Helbing, Antulov-Fantulin 2019): spectral cuts covered at least cost.
    Gnd,
}

impl Rival {
    /// Those a plan is compared with.
    pub const ALL: [Rival; 5] = [
        Rival::Degree,
        Rival::CoreHd,
        Rival::CollectiveInfluence { radius: 1 },
        Rival::CollectiveInfluence { radius: 2 },
        Rival::Gnd,
    ];

    /// Its name in the literature.
    pub fn name(self) -> String {
        match self {
            Rival::Degree => "degree".to_owned(),
            Rival::CoreHd => "CoreHD".to_owned(),
            Rival::CollectiveInfluence { radius } => format!("CI, radius {radius}"),
            Rival::Gnd => "GND".to_owned(),
        }
    }
}

/// Every possible target in the order in which this method takes them.
pub(super) fn order(network: &Network, rival: Rival) -> Vec<u32> {
    let mut standing = Standing::new(network);
    match rival {
        Rival::Degree => {}
        Rival::CoreHd => core_hd::run(&mut standing),
        Rival::CollectiveInfluence { radius } => influence::run(&mut standing, radius),
        Rival::Gnd => gnd::run(&mut standing),
    }
    while let Some(place) = standing.most_linked() {
        standing.take(place);
    }
    standing.taken
}
