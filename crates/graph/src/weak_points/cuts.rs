//! Single points of failure: vertices and links without which something falls apart.

use entente_model::VertexNo;

use crate::mesh::Mesh;
use crate::{Filter, Snapshot};

const UNSEEN: u32 = u32::MAX;

/// What holds the graph together alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Articulation points: without one of these, its component is no longer connected. Ascending.
    pub vertices: Vec<VertexNo>,
    /// Bridges: pairs of vertices, the smaller number first, whose only connection is their link, by however many claims it is
    /// told. Ascending.
    pub links: Vec<(VertexNo, VertexNo)>,
}

impl Snapshot {
    /// Articulation points and bridges of everything the filter admits (Tarjan 1972; Hopcroft, Tarjan 1973), without recursion:
    /// the deepest path does not matter.
    pub fn cuts(&self, filter: &Filter<'_>) -> Cuts {
        let (mesh, outer) = Mesh::seen(self, filter);
        let (vertices, links) = cuts(&mesh);
        let name = |vertex: u32| VertexNo(outer[vertex as usize]);
        let mut vertices: Vec<VertexNo> = vertices.into_iter().map(name).collect();
        let pair = |(a, b)| (name(a).min(name(b)), name(a).max(name(b)));
        let mut links: Vec<(VertexNo, VertexNo)> = links.into_iter().map(pair).collect();
        vertices.sort_unstable();
        links.sort_unstable();
        Cuts { vertices, links }
    }
}

/// Articulation points and bridges in the mesh's numbers.
pub(crate) fn cuts(mesh: &Mesh) -> (Vec<u32>, Vec<(u32, u32)>) {
    let mut walk = Walk::new(mesh);
    for root in 0..mesh.len() as u32 {
        if walk.seen[root as usize] == UNSEEN && mesh.degree(root) > 0 {
            walk.tree(root);
        }
    }
    let vertices = (0..mesh.len() as u32).filter(|vertex| walk.is_cut[*vertex as usize]).collect();
    (vertices, walk.bridges)
}

/// A walk in depth through the graph.
struct Walk<'a> {
    mesh: &'a Mesh,
    /// Per vertex, the how-manieth it was met.
    seen: Vec<u32>,
    /// Per vertex, the earliest that it or what came after it links to.
    low: Vec<u32>,
    is_cut: Vec<bool>,
    bridges: Vec<(u32, u32)>,
    met: u32,
    /// The way from the root: vertex, the vertex before it, and how many of its links were followed.
    way: Vec<(u32, u32, usize)>,
}

impl<'a> Walk<'a> {
    fn new(mesh: &'a Mesh) -> Walk<'a> {
        let count = mesh.len();
        let (seen, low, is_cut) = (vec![UNSEEN; count], vec![0; count], vec![false; count]);
        Walk { mesh, seen, low, is_cut, bridges: Vec::new(), met: 0, way: Vec::new() }
    }

    fn tree(&mut self, root: u32) {
        let mut branches = 0;
        self.enter(root, UNSEEN);
        while let Some((vertex, before, followed)) = self.way.last_mut() {
            let (vertex, before) = (*vertex, *before);
            if let Some(to) = self.mesh.neighbours(vertex).get(*followed) {
                *followed += 1;
                self.look(vertex, before, *to);
            } else {
                self.way.pop();
                branches += usize::from(before == root);
                self.leave(vertex, before, root);
            }
        }
        self.is_cut[root as usize] = branches > 1;
    }

    fn enter(&mut self, vertex: u32, before: u32) {
        (self.seen[vertex as usize], self.low[vertex as usize]) = (self.met, self.met);
        self.met += 1;
        self.way.push((vertex, before, 0));
    }

    /// Pairs are linked once, so the link back to where one came from is that very link.
    fn look(&mut self, vertex: u32, before: u32, to: u32) {
        if self.seen[to as usize] == UNSEEN {
            self.enter(to, vertex);
        } else if to != before {
            self.low[vertex as usize] = self.low[vertex as usize].min(self.seen[to as usize]);
        }
    }

    fn leave(&mut self, vertex: u32, before: u32, root: u32) {
        if before == UNSEEN {
            return;
        }
        let low = self.low[vertex as usize];
        self.low[before as usize] = self.low[before as usize].min(low);
        if low > self.seen[before as usize] {
            self.bridges.push((before, vertex));
        }
        if low >= self.seen[before as usize] && before != root {
            self.is_cut[before as usize] = true;
        }
    }
}
