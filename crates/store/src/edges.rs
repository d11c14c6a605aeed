//! Edges as they are stored: runs of claims packed into blobs, so that a graph of 10^7 edges is read back in a
//! sequential sweep and costs about ten bytes an edge.
//!
//! Each edge is a row of LEB128 numbers, signed ones zigzagged, relative to the edge before it:
//! claim (difference), compartment (only when the claim differs), source (difference), target (relative to the source),
//! kind and by-value bits, at (difference). A blob starts from zeros, and from its own first claim.

use entente_model::{ClaimNo, CompartmentNo, VertexNo};

use crate::StoreError;
use crate::varint::{damaged, narrow, put, take};

const TABLE: &str = "edges";

/// The number of a link kind in this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkKindNo(pub u16);

/// One edge, as a claim asserts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoredEdge {
    /// Where it starts.
    pub source: VertexNo,
    /// Where it ends.
    pub target: VertexNo,
    /// What it says.
    pub kind: LinkKindNo,
    /// Whose word it is and how it may be handled.
    pub compartment: CompartmentNo,
    /// Seconds since 1970; 0 when the claim does not say. Times before 1970 count as 1, those after 2106 as the last.
    pub at: u32,
    /// The claim that says so.
    pub claim: ClaimNo,
}

/// Which ends of an edge its claim names by value and not by id alone: what each end's audience hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ByValue {
    pub(crate) source: bool,
    pub(crate) target: bool,
}

/// Edges in one blob. Large enough that the row costs nothing, small enough to read for the sake of one claim.
const RUN: usize = 8192;

/// A packed run of edges.
#[derive(Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) first: ClaimNo,
    pub(crate) last: ClaimNo,
    pub(crate) count: u32,
    pub(crate) data: Vec<u8>,
}

/// Packs edges in ascending order of claim. A run ends where a claim ends, so a claim's edges are never in two.
pub(crate) fn pack(edges: &[(StoredEdge, ByValue)]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut rest = edges;
    while !rest.is_empty() {
        let mut length = rest.len().min(RUN);
        while length < rest.len() && rest[length].0.claim == rest[length - 1].0.claim {
            length += 1;
        }
        let (run, after) = rest.split_at(length);
        runs.push(pack_run(run));
        rest = after;
    }
    runs
}

fn pack_run(edges: &[(StoredEdge, ByValue)]) -> Run {
    let first = edges[0].0.claim;
    let last = edges[edges.len() - 1].0.claim;
    let mut data = Vec::with_capacity(edges.len() * 12);
    pack_into(&mut data, first, edges);
    Run { first, last, count: edges.len() as u32, data }
}

/// Packs the edges of one claim as its commitment covers them, and gives what follows them. `edges` must not begin before
/// the claim's.
pub(crate) fn take_claim<'e>(
    edges: &'e [(StoredEdge, ByValue)],
    claim: ClaimNo,
    packed: &mut Vec<u8>,
) -> &'e [(StoredEdge, ByValue)] {
    let (own, rest) = edges.split_at(edges.iter().take_while(|(edge, _)| edge.claim == claim).count());
    packed.clear();
    pack_into(packed, claim, own);
    rest
}

fn pack_into(data: &mut Vec<u8>, first: ClaimNo, edges: &[(StoredEdge, ByValue)]) {
    let mut before = origin(first);
    for (index, (edge, by_value)) in edges.iter().enumerate() {
        put(data, u64::from(edge.claim.0 - before.claim.0));
        if index == 0 || edge.claim != before.claim {
            put(data, u64::from(edge.compartment.0));
        }
        put_difference(data, edge.source.0, before.source.0);
        put_difference(data, edge.target.0, edge.source.0);
        let bits = u64::from(by_value.source) | u64::from(by_value.target) << 1;
        put(data, u64::from(edge.kind.0) << 2 | bits);
        put_difference(data, edge.at, before.at);
        before = *edge;
    }
}

/// Unpacks a blob whose first claim is `first`, handing each edge to `each`.
pub(crate) fn unpack(
    first: ClaimNo,
    data: &[u8],
    mut each: impl FnMut(StoredEdge, ByValue),
) -> Result<(), StoreError> {
    let mut bytes = data;
    let mut edge = origin(first);
    let mut started = false;
    while !bytes.is_empty() {
        let step = narrow(take(&mut bytes, TABLE)?, TABLE)?;
        edge.claim = ClaimNo(edge.claim.0.checked_add(step).ok_or_else(|| damaged(TABLE))?);
        if step > 0 || !started {
            edge.compartment = CompartmentNo(narrow(take(&mut bytes, TABLE)?, TABLE)?);
            started = true;
        }
        edge.source = VertexNo(take_difference(&mut bytes, edge.source.0)?);
        edge.target = VertexNo(take_difference(&mut bytes, edge.source.0)?);
        let kind = take(&mut bytes, TABLE)?;
        edge.kind = LinkKindNo(narrow(kind >> 2, TABLE)?);
        let by_value = ByValue { source: kind & 1 != 0, target: kind & 2 != 0 };
        edge.at = take_difference(&mut bytes, edge.at)?;
        each(edge, by_value);
    }
    Ok(())
}

fn origin(first: ClaimNo) -> StoredEdge {
    StoredEdge {
        source: VertexNo(0),
        target: VertexNo(0),
        kind: LinkKindNo(0),
        compartment: CompartmentNo(0),
        at: 0,
        claim: first,
    }
}

fn put_difference(data: &mut Vec<u8>, number: u32, before: u32) {
    let difference = i64::from(number) - i64::from(before);
    put(data, ((difference << 1) ^ (difference >> 63)) as u64);
}

#[inline]
fn take_difference(bytes: &mut &[u8], before: u32) -> Result<u32, StoreError> {
    let zigzag = take(bytes, TABLE)?;
    let difference = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
    u32::try_from(i64::from(before).wrapping_add(difference)).map_err(|_| damaged(TABLE))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edge() -> impl Strategy<Value = (u32, u32, u16, u16, u32, u32)> {
        (any::<u32>(), any::<u32>(), any::<u16>(), any::<u16>(), any::<u32>(), 0..3_u32)
    }

    proptest! {
        #[test]
        fn what_was_packed_unpacks(start in 1..1000_u32, rows in prop::collection::vec(edge(), 0..200)) {
            let mut claim = start;
            let mut compartment = 0;
            let edges: Vec<_> = rows.into_iter().map(|(source, target, kind, other, at, step)| {
                claim += step;
                let by_value = ByValue { source: other & 1 == 0, target: other & 2 == 0 };
                // All edges of a claim are in its compartment.
                if step > 0 { compartment = other; }
                let edge = StoredEdge { source: VertexNo(source), target: VertexNo(target), kind: LinkKindNo(kind),
                    compartment: CompartmentNo(compartment), at, claim: ClaimNo(claim) };
                (edge, by_value)
            }).collect();
            let mut back = Vec::new();
            for run in pack(&edges) {
                unpack(run.first, &run.data, |edge, by_value| back.push((edge, by_value))).unwrap();
            }
            prop_assert_eq!(back, edges);
        }

        #[test]
        fn hostile_bytes_do_not_panic(data in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(ClaimNo(u32::MAX - 3), &data, |_, _| ());
        }
    }

    #[test]
    fn a_claim_is_never_in_two_runs() {
        let one = |index: u32, claim: u32| {
            let edge = StoredEdge { source: VertexNo(index), claim: ClaimNo(claim), ..origin(ClaimNo(0)) };
            (edge, ByValue::default())
        };
        let edges: Vec<_> = (0..RUN as u32 - 1)
            .map(|index| one(index, index))
            .chain((0..10).map(|index| one(index, 99_999)))
            .collect();
        let runs = pack(&edges);
        assert_eq!(runs.iter().map(|run| run.count).collect::<Vec<_>>(), [RUN as u32 + 9]);
    }
}
