//! The several best paths: Yen's algorithm (1971) over a bidirectional search that, among the paths of fewest
//! hops, finds the one through the least common vertices.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::PathChoice;
use crate::meet::back;
use crate::reader::Reader;
use crate::scratch::{Scratch, Side};

/// Above this many distinct neighbours all vertices are equally common; it bounds what counting costs.
const COUNTED_NEIGHBOURS: u32 = 1 << 20;

/// Commonness in thousandths of a bit: whole numbers add up to the same sum in any order.
type Millibits = u64;

/// A path in inner numbers.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) vertices: Vec<u32>,
    pub(crate) commonness: u64,
    pub(crate) hubs: Vec<u32>,
}

/// The best paths between two sets, best first.
pub(crate) fn best(
    reader: &Reader<'_>,
    scratch: &mut Scratch,
    from: &[u32],
    to: &[u32],
    choice: PathChoice,
) -> Vec<Found> {
    let shared: Vec<u32> = from.iter().copied().filter(|vertex| to.binary_search(vertex).is_ok()).collect();
    let without = |ends: &[u32]| -> Vec<u32> {
        ends.iter().copied().filter(|vertex| shared.binary_search(vertex).is_err()).collect()
    };
    let mut found: Vec<Found> = shared
        .iter()
        .map(|vertex| Found { vertices: vec![*vertex], commonness: 0, hubs: Vec::new() })
        .collect();
    found.sort_by(|a, b| compare(reader, a, b));
    found.truncate(choice.count);
    let mut yen = Yen {
        reader,
        scratch,
        from: &without(from),
        to: &without(to),
        shared: &shared,
        most_hops: choice.most_hops,
        avoid: choice.avoid_hubs_above,
        commonness: HashMap::new(),
        hubs: HashMap::new(),
    };
    let mut paths = yen.run(choice.count - found.len());
    if paths.is_empty() && yen.avoid.take().is_some() {
        paths = yen.run(choice.count - found.len());
    }
    let hub_above = choice.avoid_hubs_above.unwrap_or(u32::MAX);
    for path in &mut paths {
        let between = path.vertices.get(1..path.vertices.len() - 1).unwrap_or(&[]);
        path.hubs = between.iter().copied().filter(|vertex| yen.is_hub(*vertex, hub_above)).collect();
    }
    found.extend(paths);
    found
}

struct Yen<'r, 's> {
    reader: &'r Reader<'r>,
    scratch: &'s mut Scratch,
    from: &'s [u32],
    to: &'s [u32],
    shared: &'s [u32],
    most_hops: u32,
    avoid: Option<u32>,
    commonness: HashMap<u32, Millibits>,
    hubs: HashMap<u32, bool>,
}

/// A first part that is fixed, and how it must not go on.
struct Spur<'a> {
    /// Fixed vertices; the search goes on from the last. Empty: from any of `starts`.
    root: &'a [u32],
    starts: Vec<u32>,
    /// Vertices that must not follow the last of the root.
    closed: Vec<u32>,
}

impl Yen<'_, '_> {
    fn run(&mut self, count: usize) -> Vec<Found> {
        if count == 0 {
            return Vec::new();
        }
        let mut accepted: Vec<Found> = Vec::new();
        let mut candidates: Vec<Found> = self
            .search(&Spur { root: &[], starts: self.from.to_vec(), closed: Vec::new() })
            .into_iter()
            .collect();
        while accepted.len() < count && !candidates.is_empty() {
            let next = candidates.remove(0);
            self.branch(&next, &accepted, &mut candidates);
            accepted.push(next);
            candidates.sort_by(|a, b| compare(self.reader, a, b));
            candidates.dedup_by(|a, b| a.vertices == b.vertices);
        }
        accepted
    }

    /// Puts among the candidates the best path that leaves `path` at each of its vertices, and the best that
    /// starts elsewhere, other than those already accepted.
    fn branch(&mut self, path: &Found, accepted: &[Found], candidates: &mut Vec<Found>) {
        let known = || accepted.iter().chain(std::iter::once(path)).map(|found| found.vertices.as_slice());
        for length in 0..path.vertices.len() {
            let root = &path.vertices[..length];
            let closed: Vec<u32> = known()
                .filter(|other| other.starts_with(root))
                .filter_map(|other| other.get(length).copied())
                .collect();
            let spur = match root.last() {
                None => {
                    let starts = self.from.iter().copied().filter(|start| !closed.contains(start)).collect();
                    Spur { root, starts, closed: Vec::new() }
                }
                Some(last) => Spur { root, starts: vec![*last], closed },
            };
            candidates.extend(self.search(&spur));
        }
    }

    /// The best path that begins as the spur says.
    fn search(&mut self, spur: &Spur<'_>) -> Option<Found> {
        let fixed = spur.root.split_last().map_or(&[][..], |(_, before)| before);
        let hops_left = self.most_hops.checked_sub(fixed.len() as u32)?;
        let closed_to: Vec<u32> = [self.shared, self.from, fixed]
            .concat()
            .into_iter()
            .filter(|vertex| !spur.starts.contains(vertex))
            .filter(|vertex| self.scratch.barred.insert(*vertex))
            .collect();
        let tail = self.rarest(spur, hops_left);
        self.scratch.barred.clear(&closed_to);
        let vertices = [fixed, &tail?].concat();
        let between = vertices.get(1..vertices.len() - 1).unwrap_or(&[]).to_vec();
        let commonness = between.iter().map(|vertex| self.commonness_of(*vertex)).sum();
        Some(Found { vertices, commonness, hubs: Vec::new() })
    }

    /// Of the paths with fewest hops from the spur to any target, the one through the least common vertices.
    fn rarest(&mut self, spur: &Spur<'_>, most_hops: u32) -> Option<Vec<u32>> {
        let mut sides = std::mem::take(&mut self.scratch.sides);
        let path = self.rarest_between(&mut sides, spur, most_hops);
        self.scratch.sides = sides;
        path
    }

    fn rarest_between(&mut self, sides: &mut [Side; 2], spur: &Spur<'_>, most_hops: u32) -> Option<Vec<u32>> {
        let mut costs: [HashMap<u32, Millibits>; 2] = Default::default();
        for ((side, ends), costs) in sides.iter_mut().zip([spur.starts.as_slice(), self.to]).zip(&mut costs) {
            side.clear();
            ends.iter().for_each(|end| side.enter(*end, *end));
            costs.extend(ends.iter().map(|end| (*end, 0)));
        }
        let mut starts = [0, 0];
        for _ in 0..most_hops {
            // By what the viewer sees, not by the links there are: which of two equally good paths is found must
            // not depend on what is hidden.
            let frontiers = [0, 1].map(|way| sides[way].order.len() - starts[way]);
            let way = usize::from(frontiers[1] < frontiers[0]);
            if frontiers[way] == 0 {
                return None;
            }
            let start = std::mem::replace(&mut starts[way], sides[way].order.len());
            let meetings = self.widen(sides, &mut costs, way, start, spur);
            if !meetings.is_empty() {
                return self.least_common(sides, &costs, meetings, way);
            }
        }
        None
    }

    /// One whole hop outward on one side; every link to the other side is a meeting, and all meetings of the
    /// first hop that has any are on paths of the same length. `costs` holds, for each vertex, the commonness of
    /// what lies between it and its end.
    fn widen(
        &mut self,
        sides: &mut [Side; 2],
        costs: &mut [HashMap<u32, Millibits>; 2],
        way: usize,
        start: usize,
        spur: &Spur<'_>,
    ) -> Vec<(u32, u32)> {
        let [first, second] = sides;
        let (near, far) = if way == 0 { (first, second) } else { (second, first) };
        let (stop, costs) = (near.order.len(), &mut costs[way]);
        let mut meetings = Vec::new();
        for place in start..stop {
            let vertex = near.order[place];
            let is_end = near.parents[vertex as usize] == vertex;
            let onward = costs.get(&vertex).copied().unwrap_or(0)
                + if is_end { 0 } else { self.commonness_of(vertex) };
            let mut seen = Vec::new();
            let reader = self.reader;
            reader.each(vertex, |step| seen.push(step.neighbour()));
            seen.sort_unstable();
            seen.dedup();
            for neighbour in seen {
                if spur.is_closed(vertex, neighbour) {
                    continue;
                }
                if far.visited.holds(neighbour) {
                    meetings.push((vertex, neighbour));
                } else if near.visited.holds(neighbour) {
                    let better = costs.get(&neighbour).is_some_and(|cost| {
                        let parent = near.parents[neighbour as usize];
                        let by_number = || reader.outer(vertex).cmp(&reader.outer(parent));
                        onward.cmp(cost).then_with(by_number) == Ordering::Less
                    });
                    // Only what this hop reached may change hands: it is not in the part of the order before.
                    if better && self.scratch.next.holds(neighbour) {
                        costs.insert(neighbour, onward);
                        near.parents[neighbour as usize] = vertex;
                    }
                } else if self.may_enter(neighbour) {
                    near.enter(neighbour, vertex);
                    self.scratch.next.insert(neighbour);
                    costs.insert(neighbour, onward);
                }
            }
        }
        self.scratch.next.clear(&near.order[stop..]);
        meetings
    }

    fn may_enter(&mut self, vertex: u32) -> bool {
        if self.scratch.barred.contains(vertex) || !self.reader.admits_vertex(vertex) {
            return false;
        }
        let marks = &mut self.scratch.marks;
        !self.reader.is_barrier(vertex, marks) && self.avoid.is_none_or(|above| !self.is_hub(vertex, above))
    }

    fn least_common(
        &mut self,
        sides: &[Side; 2],
        costs: &[HashMap<u32, Millibits>; 2],
        meetings: Vec<(u32, u32)>,
        way: usize,
    ) -> Option<Vec<u32>> {
        let mut best: Option<Found> = None;
        for (near, far) in meetings {
            let (u, w) = if way == 0 { (near, far) } else { (far, near) };
            let cost = self.cost_up_to(&sides[0], &costs[0], u) + self.cost_up_to(&sides[1], &costs[1], w);
            if best.as_ref().is_some_and(|best| best.commonness < cost) {
                continue;
            }
            let mut vertices = back(&sides[0], u);
            vertices.reverse();
            vertices.extend(back(&sides[1], w));
            let found = Found { vertices, commonness: cost, hubs: Vec::new() };
            if best.as_ref().is_none_or(|best| compare(self.reader, &found, best) == Ordering::Less) {
                best = Some(found);
            }
        }
        best.map(|best| best.vertices)
    }

    /// Commonness of everything from a side's end up to and with `vertex`, the end itself excepted.
    fn cost_up_to(&mut self, side: &Side, costs: &HashMap<u32, Millibits>, vertex: u32) -> Millibits {
        let is_end = side.parents[vertex as usize] == vertex;
        let before = costs.get(&vertex).copied().unwrap_or(0);
        if is_end { before } else { before + self.commonness_of(vertex) }
    }

    fn commonness_of(&mut self, vertex: u32) -> Millibits {
        let Yen { reader, scratch, commonness, .. } = self;
        *commonness.entry(vertex).or_insert_with(|| {
            let neighbours = reader.neighbours_up_to(vertex, COUNTED_NEIGHBOURS, &mut scratch.marks);
            (f64::from(neighbours + 1).log2() * 1000.0).round() as Millibits
        })
    }

    fn is_hub(&mut self, vertex: u32, above: u32) -> bool {
        let Yen { reader, scratch, hubs, .. } = self;
        *hubs.entry(vertex).or_insert_with(|| reader.is_hub(vertex, above, &mut scratch.marks))
    }
}

impl Spur<'_> {
    /// Whether the link between two vertices is one by which an earlier path left the root. Checked in both
    /// directions, since the search from the other end meets it from behind.
    #[inline]
    fn is_closed(&self, u: u32, w: u32) -> bool {
        let Some(last) = self.root.last() else { return false };
        (u == *last && self.closed.contains(&w)) || (w == *last && self.closed.contains(&u))
    }
}

/// Fewest hops, then least common, then smallest numbers in the store's numbering.
fn compare(reader: &Reader<'_>, a: &Found, b: &Found) -> Ordering {
    let numbers =
        |found: &Found| found.vertices.iter().map(|vertex| reader.outer(*vertex)).collect::<Vec<_>>();
    let hops = a.vertices.len().cmp(&b.vertices.len());
    hops.then(a.commonness.cmp(&b.commonness)).then_with(|| numbers(a).cmp(&numbers(b)))
}
