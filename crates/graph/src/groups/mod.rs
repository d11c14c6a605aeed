//! Groups: which things hang together more than chance would have it, over the whole graph as one viewer sees it.
//!
//! ```text
//! Mesh ──moving──► communities ──refine──► well-connected parts ──coarse──► a smaller Mesh ─┐
//!   ▲                                                                                       │
//!   └────────────────────────────── until nothing joins ────────────────────────────────────┘
//! ```
//! [`change`] compares the groups of two moments, and [`emerging`] ranks what is new and growing.

pub(crate) mod change;
mod coarse;
pub(crate) mod emerging;
mod leiden;
mod moving;
mod pad;
mod quality;
mod refine;

use entente_model::VertexNo;

use crate::mesh::Mesh;
use crate::reader::Reader;
use crate::{Filter, Snapshot};

/// What makes a good division into groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Objective {
    /// Modularity (Newman, Girvan 2004) with a resolution (Reichardt, Bornholdt 2006): 1 by custom, more for smaller groups.
    /// It tells groups from chance given how well linked each thing is.
    Modularity {
        /// The resolution, above 0; no unit.
        resolution: f64,
    },
    /// The constant Potts model (Traag, Van Dooren, Nesterov 2011): links within a group are denser than this, links between
    /// groups sparser, whatever the size of the graph.
    ConstantPotts {
        /// Claims per pair of members, above 0.
        density: f64,
    },
}

/// How groups are sought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupsChoice {
    /// What is sought.
    pub objective: Objective,
    /// How often the search starts again from what it found. Each makes groups a little better and costs about as much.
    pub rounds: u32,
}

impl Default for GroupsChoice {
    fn default() -> Self {
        GroupsChoice { objective: Objective::Modularity { resolution: 1.0 }, rounds: 2 }
    }
}

/// A division of the graph into groups. A vertex without a visible link is in none.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    /// By vertex number: the number of its group, or [`Groups::NONE`].
    pub of: Vec<u32>,
    /// By group number: how many vertices it has, largest first, then by smallest vertex number.
    pub sizes: Vec<u32>,
    /// The objective's value: modularity lies between -1/2 and 1; that of the constant Potts model is in claims.
    pub quality: f64,
}

impl Groups {
    /// In no group.
    pub const NONE: u32 = u32::MAX;

    /// The members of every group of at least `least` members, by group number, each ascending.
    pub fn members(&self, least: u32) -> Vec<Vec<VertexNo>> {
        let kept = self.sizes.iter().take_while(|size| **size >= least);
        let mut members: Vec<Vec<VertexNo>> = kept.map(|size| Vec::with_capacity(*size as usize)).collect();
        for (vertex, group) in (0..).map(VertexNo).zip(&self.of) {
            if let Some(members) = members.get_mut(*group as usize) {
                members.push(vertex);
            }
        }
        members
    }
}

impl Snapshot {
    /// Divides everything the filter admits into groups with the Leiden algorithm (Traag, Waltman, van Eck 2019). Every claim
    /// of a link counts; its direction does not. Under [`HubPolicy::Skip`](crate::HubPolicy::Skip), which is what to ask with,
    /// hubs are in no group and join none.
    ///
    /// The same visible graph gives the same groups, whatever else there is that the viewer does not see, however the index came
    /// about, on however many threads. Every group is connected, and well connected: it was made
    /// by joining parts each of which has at least as many links to the rest of the group as chance would give it.
    pub fn groups(&self, filter: &Filter<'_>, choice: GroupsChoice) -> Groups {
        let reader = Reader::new(&self.state, filter);
        let (mesh, outer) = Mesh::read(&reader).in_own_order(|vertex| reader.outer(vertex).0);
        // Within the pool from here on: each small step would else wait to be let in.
        let labels = rayon::scope(|_| leiden::divide(&mesh, choice));
        let quality = quality::quality(&mesh, &labels, choice.objective);
        number(&labels, &outer, reader.vertices(), quality)
    }
}

/// Numbers groups by falling size, in the store's vertex numbers, of which there are `count`.
fn number(labels: &[u32], outer: &[u32], count: usize, quality: f64) -> Groups {
    let (mut sizes, mut smallest) = (vec![0_u32; labels.len()], vec![u32::MAX; labels.len()]);
    for (label, outer) in labels.iter().zip(outer) {
        sizes[*label as usize] += 1;
        smallest[*label as usize] = smallest[*label as usize].min(*outer);
    }
    let mut order: Vec<u32> = (0..labels.len() as u32).filter(|label| sizes[*label as usize] > 0).collect();
    order.sort_unstable_by_key(|label| (u32::MAX - sizes[*label as usize], smallest[*label as usize]));
    let mut names = vec![Groups::NONE; labels.len()];
    order.iter().zip(0..).for_each(|(label, name)| names[*label as usize] = name);
    let mut of = vec![Groups::NONE; count];
    for (label, outer) in labels.iter().zip(outer) {
        if let Some(of) = of.get_mut(*outer as usize) {
            *of = names[*label as usize];
        }
    }
    Groups { of, sizes: order.iter().map(|label| sizes[*label as usize]).collect(), quality }
}
