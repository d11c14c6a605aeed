//! A network to take apart: a few vertices that somebody chose, the links between them, and what each target would cost.

use std::collections::HashMap;

use entente_model::VertexNo;

use crate::reader::Reader;
use crate::{Filter, Snapshot};

/// A small undirected graph with weights on links and costs on vertices.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    vertices: Vec<VertexNo>,
    costs: Vec<f64>,
    /// Per place, the places linked to it and the weights, ascending.
    links: Vec<Vec<(u32, f64)>>,
}

impl Network {
    /// A network of these vertices. Pairs linked more than once add up; loops, links to other vertices, and weights that are not numbers
    /// above 0 are left out.
    pub fn new(vertices: &[VertexNo], links: &[(VertexNo, VertexNo, f64)]) -> Network {
        let mut vertices = vertices.to_vec();
        vertices.sort_unstable();
        vertices.dedup();
        let places: HashMap<VertexNo, u32> = vertices.iter().copied().zip(0..).collect();
        let placed =
            links.iter().filter_map(|(a, b, weight)| Some((*places.get(a)?, *places.get(b)?, *weight)));
        let pairs: Vec<(u32, u32, f64)> =
            placed.filter(|(a, b, weight)| a != b && *weight > 0.0 && weight.is_finite()).collect();
        Network::of_places(vertices, &pairs)
    }

    fn of_places(vertices: Vec<VertexNo>, pairs: &[(u32, u32, f64)]) -> Network {
        let mut links = vec![Vec::new(); vertices.len()];
        for (a, b, weight) in pairs {
            links[*a as usize].push((*b, *weight));
            links[*b as usize].push((*a, *weight));
        }
        links.iter_mut().for_each(add_up);
        Network { costs: vec![1.0; vertices.len()], vertices, links }
    }

    /// With what taking each vertex would cost, in whatever unit budgets are in. Where that is not a number above 0, or infinite,
    /// the vertex is no possible target: nobody can reach it, or nobody may.
    pub fn with_costs(mut self, cost: impl Fn(VertexNo) -> f64) -> Network {
        self.costs = self.vertices.iter().map(|vertex| cost(*vertex)).collect();
        self
    }

    /// With other links between the same vertices, which have the same costs. Pairs are of places.
    pub(super) fn with_pairs(&self, pairs: &[(u32, u32, f64)]) -> Network {
        Network { costs: self.costs.clone(), ..Network::of_places(self.vertices.clone(), pairs) }
    }

    /// The vertices, ascending. A vertex's place is where it stands here.
    pub fn vertices(&self) -> &[VertexNo] {
        &self.vertices
    }

    pub(super) fn len(&self) -> usize {
        self.vertices.len()
    }

    /// The places linked to a place, with weights.
    pub(super) fn links(&self, place: u32) -> &[(u32, f64)] {
        &self.links[place as usize]
    }

    pub(super) fn neighbours(&self, place: u32) -> impl Iterator<Item = u32> + '_ {
        self.links(place).iter().map(|(to, _)| *to)
    }

    pub(super) fn cost(&self, place: u32) -> f64 {
        self.costs[place as usize]
    }

    /// Places that can be targets.
    pub(super) fn possible(&self) -> impl Iterator<Item = u32> + '_ {
        let can = |place: &u32| self.cost(*place) > 0.0 && self.cost(*place).is_finite();
        (0..self.len() as u32).filter(can)
    }

    /// What still hangs together once some vertices are gone: the parts, the largest first, each ascending.
    pub fn parts_without(&self, gone: &[VertexNo]) -> Vec<Vec<VertexNo>> {
        let mut seen: Vec<bool> = self.vertices.iter().map(|vertex| gone.contains(vertex)).collect();
        let mut parts = Vec::new();
        for start in 0..self.len() as u32 {
            if seen[start as usize] {
                continue;
            }
            seen[start as usize] = true;
            let mut part = vec![start];
            let mut next = 0;
            while let Some(place) = part.get(next).copied() {
                next += 1;
                part.extend(
                    self.neighbours(place).filter(|to| !std::mem::replace(&mut seen[*to as usize], true)),
                );
            }
            part.sort_unstable();
            parts.push(part.into_iter().map(|place| self.vertices[place as usize]).collect());
        }
        parts.sort_by_key(|part: &Vec<VertexNo>| std::cmp::Reverse(part.len()));
        parts
    }

    /// Every link once, the smaller place first.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (u32, u32, f64)> + '_ {
        let from = |a: u32| {
            self.links(a).iter().filter(move |(b, _)| a < *b).map(move |(b, weight)| (a, *b, *weight))
        };
        (0..self.len() as u32).flat_map(from)
    }

    /// How many pairs are linked.
    pub(super) fn link_count(&self) -> usize {
        self.links.iter().map(Vec::len).sum::<usize>() / 2
    }
}

impl Snapshot {
    /// The network of some vertices as the filter shows it: a link's weight is how many claims say so. Every target costs 1.
    pub fn network(&self, members: &[VertexNo], filter: &Filter<'_>) -> Network {
        let reader = Reader::new(&self.state, filter);
        let inner: HashMap<u32, VertexNo> =
            members.iter().filter_map(|vertex| Some((reader.inner(*vertex)?, *vertex))).collect();
        let mut links = Vec::new();
        for (from, vertex) in &inner {
            reader.each(*from, |step| {
                let to = inner.get(&step.neighbour());
                links.extend(to.filter(|_| step.link.is_out()).map(|to| (*vertex, *to, 1.0)));
            });
        }
        let known: Vec<VertexNo> = inner.into_values().collect();
        Network::new(&known, &links)
    }
}

fn add_up(row: &mut Vec<(u32, f64)>) {
    row.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    row.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        kept.1 += if same { next.1 } else { 0.0 };
        same
    });
}
