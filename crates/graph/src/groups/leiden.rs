//! The Leiden algorithm: move, refine, gather, again (Traag, Waltman, van Eck 2019, "From Louvain to Leiden").

use super::GroupsChoice;
use super::coarse::{Level, Parts, gather};
use super::moving::move_vertices;
use super::quality::{Gain, masses};
use super::refine::refine;
use crate::mesh::Mesh;

/// A label for each vertex; labels are numbers of vertices. Vertices without links keep their own.
pub(super) fn divide(mesh: &Mesh, choice: GroupsChoice) -> Vec<u32> {
    let masses = masses(mesh, choice.objective);
    let gain = Gain::new(choice.objective, &masses);
    let ground = Level { mesh, masses: &masses };
    let mut labels: Vec<u32> = (0..mesh.len() as u32).collect();
    for _ in 0..choice.rounds.max(1) {
        let parts = one_round(ground, gain, labels.clone());
        let before = std::mem::replace(&mut labels, parts.named_by_members());
        if labels == before {
            break;
        }
    }
    labels
}

/// From communities to better communities, as parts of the ground. The search ends when refining joins nothing more, so each of
/// them was made by [`refine`] alone: it is well connected, whatever the moving did.
fn one_round(ground: Level<'_>, gain: Gain, mut labels: Vec<u32>) -> Parts {
    move_vertices(ground, gain, &mut labels);
    let mut of_ground = refine(ground, gain, &labels);
    let (mut mesh, mut masses, mut labels) = gather(ground, &of_ground, &labels);
    loop {
        let level = Level { mesh: &mesh, masses: &masses };
        move_vertices(level, gain, &mut labels);
        let parts = refine(level, gain, &labels);
        if parts.count == mesh.len() {
            return of_ground;
        }
        (mesh, masses, labels) = gather(level, &parts, &labels);
        of_ground = of_ground.joined(&parts);
    }
}
