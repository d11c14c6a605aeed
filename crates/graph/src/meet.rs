//! Bidirectional breadth-first search: from both ends, always on the side where it is less work.

use std::ops::ControlFlow::{self, Break, Continue};

use crate::bits::Bits;
use crate::reader::Reader;
use crate::scratch::{Scratch, Side};

/// Where the two searches met: a vertex reached from the first end, one reached from the second, linked.
pub(crate) type Meeting = (u32, u32);

/// Finds a path of the fewest hops from any of `from` to any of `to`, which must not overlap. Vertices in
/// `scratch.barred` are not entered, nor are those the hub policy bars; the ends are exempt. The path can be read
/// from the parents on both sides (see [`trace`]).
pub(crate) fn meet(
    reader: &Reader<'_>,
    scratch: &mut Scratch,
    from: &[u32],
    to: &[u32],
    most_hops: u32,
) -> Option<Meeting> {
    let Scratch { sides, marks, barred, .. } = scratch;
    for (side, ends) in sides.iter_mut().zip([from, to]) {
        side.clear();
        ends.iter().for_each(|end| side.enter(*end, *end));
    }
    let mut starts = [0, 0];
    for _ in 0..most_hops {
        let work = [0, 1].map(|way| {
            let frontier = &sides[way].order[starts[way]..];
            frontier.iter().map(|vertex| reader.crowd(*vertex) + 1).sum::<usize>()
        });
        let way = usize::from(work[1] < work[0]);
        if work[way] == 0 {
            return None;
        }
        let [first, second] = &mut *sides;
        let (near, far) = if way == 0 { (first, second) } else { (second, first) };
        let start = std::mem::replace(&mut starts[way], near.order.len());
        if let Break((u, w)) = widen(reader, near, far, start, marks, barred) {
            return Some(if way == 0 { (u, w) } else { (w, u) });
        }
    }
    None
}

impl Side {
    #[inline]
    pub(crate) fn enter(&mut self, vertex: u32, parent: u32) {
        if self.visited.insert(vertex) {
            self.parents[vertex as usize] = parent;
            self.order.push(vertex);
        }
    }
}

/// One hop outward on the `near` side, until it meets the `far` one. Both sides are complete up to their last
/// hop, so the first meeting is on a path of the fewest hops.
fn widen(
    reader: &Reader<'_>,
    near: &mut Side,
    far: &Side,
    start: usize,
    marks: &mut Bits,
    barred: &mut Bits,
) -> ControlFlow<Meeting> {
    for place in start..near.order.len() {
        let vertex = near.order[place];
        reader.visit(vertex, |step| {
            let neighbour = step.neighbour();
            if far.visited.holds(neighbour) {
                return Break((vertex, neighbour));
            }
            if !near.visited.contains(neighbour)
                && !barred.contains(neighbour)
                && reader.admits_vertex(neighbour)
                && !reader.is_barrier(neighbour, marks)
            {
                near.enter(neighbour, vertex);
            }
            Continue(())
        })?;
    }
    Continue(())
}

/// The vertices of the path through a meeting, from the first end to the second.
pub(crate) fn trace(scratch: &Scratch, (u, w): Meeting) -> Vec<u32> {
    let mut path = back(&scratch.sides[0], u);
    path.reverse();
    path.extend(back(&scratch.sides[1], w));
    path
}

/// The vertices from one back to the end its side started from, both included.
pub(crate) fn back(side: &Side, from: u32) -> Vec<u32> {
    let mut path = vec![from];
    let mut vertex = from;
    while side.parents[vertex as usize] != vertex {
        vertex = side.parents[vertex as usize];
        path.push(vertex);
    }
    path
}
