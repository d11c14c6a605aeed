//! What an objective says of a division, and what it makes of a vertex that looks for a group.

use rayon::prelude::*;

use super::Objective;
use crate::mesh::Mesh;

/// An objective in the one form the search needs: joining a vertex of mass `a` to a group of mass `b` with links of weight
/// `w` between them gains `w - penalty * a * b`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gain {
    penalty: f64,
}

impl Gain {
    /// Masses are degrees for modularity (shape: per vertex, in claims) and numbers of vertices for the Potts model.
    pub(super) fn new(objective: Objective, masses: &[u64]) -> Gain {
        let penalty = match objective {
            Objective::Modularity { resolution } => resolution / (masses.iter().sum::<u64>().max(1) as f64),
            Objective::ConstantPotts { density } => density,
        };
        Gain { penalty }
    }

    #[inline]
    pub(super) fn of(self, weight: u64, mass: u64, other: u64) -> f64 {
        weight as f64 - self.penalty * mass as f64 * other as f64
    }
}

/// Per vertex, what it weighs in the objective.
pub(super) fn masses(mesh: &Mesh, objective: Objective) -> Vec<u64> {
    let mass = |vertex| match objective {
        Objective::Modularity { .. } => mesh.weights(vertex).iter().copied().map(u64::from).sum(),
        Objective::ConstantPotts { .. } => u64::from(mesh.degree(vertex) > 0),
    };
    (0..mesh.len() as u32).into_par_iter().map(mass).collect()
}

/// The value of a division: for modularity Q = sum over groups of (inner ends / all ends - resolution * (ends / all ends)^2), for
/// the Potts model inner claims less density times the pairs of members.
pub(super) fn quality(mesh: &Mesh, labels: &[u32], objective: Objective) -> f64 {
    let masses = masses(mesh, objective);
    let inner = inner_ends(mesh, labels) as f64;
    let mut of_groups = vec![0_u64; mesh.len()];
    labels.iter().zip(&masses).for_each(|(label, mass)| of_groups[*label as usize] += mass);
    let squares = |total: f64| of_groups.iter().map(|mass| (*mass as f64 / total).powi(2)).sum::<f64>();
    match objective {
        Objective::Modularity { resolution } => {
            let ends = masses.iter().sum::<u64>() as f64;
            if ends == 0.0 { 0.0 } else { inner / ends - resolution * squares(ends) }
        }
        Objective::ConstantPotts { density } => {
            let members = masses.iter().sum::<u64>() as f64;
            inner / 2.0 - density * (squares(1.0) - members) / 2.0
        }
    }
}

/// Weight of the link ends that stay within their group.
fn inner_ends(mesh: &Mesh, labels: &[u32]) -> u64 {
    let inner = |vertex: u32| {
        let own = labels[vertex as usize];
        let inside = mesh.links(vertex).filter(|(to, _)| labels[*to as usize] == own);
        inside.map(|(_, weight)| u64::from(weight)).sum::<u64>()
    };
    (0..mesh.len() as u32).into_par_iter().map(inner).sum()
}
