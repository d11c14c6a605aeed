//! Which vertices hang together: connected components of the whole graph.

use entente_model::VertexNo;

use crate::Snapshot;
use crate::bits::Bits;
use crate::reader::Reader;
use crate::scratch::Scratch;
use crate::{Filter, HubPolicy};

/// Links of each vertex that are followed before the largest component is known.
const SAMPLED: usize = 2;
/// Vertices asked to find out which component is the largest.
const ASKED: usize = 1024;

/// The connected components under a filter. A vertex without a visible link is in none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components {
    /// By vertex number: the number of its component, or [`Components::NONE`].
    pub of: Vec<u32>,
    /// By component number: how many vertices it has, largest first, then by smallest vertex number.
    pub sizes: Vec<u32>,
}

impl Components {
    /// In no component.
    pub const NONE: u32 = u32::MAX;
}

impl Snapshot {
    /// The connected components of everything the filter admits. Under [`HubPolicy::Skip`] hubs are in no
    /// component and join none.
    pub fn components(&self, filter: &Filter<'_>) -> Components {
        let reader = Reader::new(&self.state, filter);
        let out = left_out(&reader);
        let mut forest = Forest::new(reader.vertices() as u32);
        let mut linked = Bits::new(reader.vertices());
        sample(&reader, &out, &mut forest, &mut linked);
        let largest = forest.most_frequent();
        finish(&reader, &out, &mut forest, &mut linked, largest);
        number(&reader, &mut forest, &linked)
    }
}

/// Vertices that take no part: of other kinds than the filter's, and barred hubs.
pub(crate) fn left_out(reader: &Reader<'_>) -> Option<Bits> {
    let skips = matches!(reader.gate.hubs, HubPolicy::Skip { .. });
    if !skips && !reader.gate.tests_vertices() {
        return None;
    }
    let mut out = Bits::new(reader.vertices());
    Scratch::with(reader.vertices(), |scratch| {
        for vertex in 0..reader.vertices() as u32 {
            if !reader.admits_vertex(vertex) || reader.is_barrier(vertex, &mut scratch.marks) {
                out.insert(vertex);
            }
        }
    });
    Some(out)
}

/// First part of Afforest (Sutton, Ben-Nun, Barak 2018): a few links of each vertex already join most of the
/// largest component.
fn sample(reader: &Reader<'_>, out: &Option<Bits>, forest: &mut Forest, linked: &mut Bits) {
    use std::ops::ControlFlow::{Break, Continue};
    for vertex in 0..reader.vertices() as u32 {
        let mut followed = 0;
        let _ = visit_kept(reader, out, vertex, |neighbour| {
            forest.join(vertex, neighbour);
            linked.insert(vertex);
            followed += 1;
            if followed == SAMPLED { Break(()) } else { Continue(()) }
        });
    }
}

/// Second part: only what is not yet in the largest component reads all its links. Links lead both ways, so
/// those of the largest component to the rest are read from there.
fn finish(reader: &Reader<'_>, out: &Option<Bits>, forest: &mut Forest, linked: &mut Bits, largest: u32) {
    for vertex in 0..reader.vertices() as u32 {
        if linked.holds(vertex) && forest.root(vertex) != forest.root(largest) {
            let _ = visit_kept(reader, out, vertex, |neighbour| {
                forest.join(vertex, neighbour);
                std::ops::ControlFlow::<()>::Continue(())
            });
        }
    }
}

#[inline]
fn visit_kept<B>(
    reader: &Reader<'_>,
    out: &Option<Bits>,
    vertex: u32,
    mut each: impl FnMut(u32) -> std::ops::ControlFlow<B>,
) -> std::ops::ControlFlow<B> {
    if out.as_ref().is_some_and(|out| out.contains(vertex)) {
        return std::ops::ControlFlow::Continue(());
    }
    reader.visit(vertex, |step| {
        let neighbour = step.neighbour();
        let kept = neighbour != vertex && out.as_ref().is_none_or(|out| !out.contains(neighbour));
        if kept { each(neighbour) } else { std::ops::ControlFlow::Continue(()) }
    })
}

fn number(reader: &Reader<'_>, forest: &mut Forest, linked: &Bits) -> Components {
    let count = reader.vertices();
    let mut sizes = vec![0_u32; count];
    let mut smallest = vec![u32::MAX; count];
    for vertex in linked.iter() {
        let root = forest.root(vertex) as usize;
        sizes[root] += 1;
        smallest[root] = smallest[root].min(reader.outer(vertex).0);
    }
    let mut roots: Vec<u32> = (0..count as u32).filter(|root| sizes[*root as usize] > 0).collect();
    roots.sort_unstable_by_key(|root| (u32::MAX - sizes[*root as usize], smallest[*root as usize]));
    let mut names = vec![Components::NONE; count];
    roots.iter().zip(0..).for_each(|(root, name)| names[*root as usize] = name);
    let mut of = vec![Components::NONE; count];
    for vertex in linked.iter() {
        let VertexNo(outer) = reader.outer(vertex);
        if let Some(of) = of.get_mut(outer as usize) {
            *of = names[forest.root(vertex) as usize];
        }
    }
    Components { of, sizes: roots.iter().map(|root| sizes[*root as usize]).collect() }
}

/// Union-find over inner numbers. A parent never has a larger number than its child, so the root of a tree is
/// its smallest member: with numbers by falling degree, the one with most links.
struct Forest {
    parents: Vec<u32>,
}

impl Forest {
    fn new(vertices: u32) -> Forest {
        Forest { parents: (0..vertices).collect() }
    }

    /// The root of a vertex's tree; halves the way there. A number beyond the last, which only a damaged file
    /// holds, is its own root.
    #[inline]
    fn root(&mut self, mut vertex: u32) -> u32 {
        if vertex as usize >= self.parents.len() {
            return vertex;
        }
        loop {
            let parent = self.parents[vertex as usize];
            if parent == vertex {
                return vertex;
            }
            let above = self.parents[parent as usize];
            self.parents[vertex as usize] = above;
            vertex = above;
        }
    }

    #[inline]
    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b && a.max(b) < self.parents.len() as u32 {
            self.parents[a.max(b) as usize] = a.min(b);
        }
    }

    /// A vertex of what is probably the largest component: the root most often met, asking evenly.
    fn most_frequent(&mut self) -> u32 {
        let step = (self.parents.len() / ASKED).max(1);
        let mut roots: Vec<u32> =
            (0..self.parents.len()).step_by(step).map(|vertex| self.root(vertex as u32)).collect();
        roots.sort_unstable();
        let runs = roots.chunk_by(|a, b| a == b);
        runs.max_by_key(|run| run.len()).map_or(0, |run| run[0])
    }
}
