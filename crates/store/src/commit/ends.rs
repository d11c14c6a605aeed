//! The ends of all edges of a batch, each resolved to its vertex.

use rusqlite::Connection;

use super::decide::{Decided, NewClaim, NewObject, key};
use super::next;
use super::prepare::PreparedEnd;
use super::resolve::{IdCache, Key};
use crate::StoreError;
use crate::interned::Interned;

/// One end of an edge.
pub(crate) struct End<'b> {
    pub(crate) key: Key,
    /// The value as it is stored, when the claim says it.
    pub(crate) value: Option<&'b [u8]>,
    pub(crate) vertex: u32,
}

/// An end whose vertex is not known yet. No vertex has this number: see [`super::next`].
const UNKNOWN: u32 = u32::MAX;

/// The ends of the links of all claims, in order: source, target, source, target.
pub(crate) fn resolve<'b>(
    conn: &Connection,
    names: &mut Interned,
    ids: &mut IdCache,
    decided: &mut Decided<'b>,
) -> Result<Vec<End<'b>>, StoreError> {
    let mut ends = Vec::with_capacity(decided.claims.len() * 4);
    for claim in &decided.claims {
        for prepared in claim.prepared.links.iter().flat_map(|link| &link.ends) {
            ends.push(end(names, claim, prepared)?);
        }
    }
    // In the order of the table, so that neighbours share pages, and ends of one key stand together.
    let mut open: Vec<(Key, u32)> = Vec::new();
    open.extend(
        (0..).zip(&ends).filter(|(_, end)| end.vertex == UNKNOWN).map(|(place, end)| (end.key, place)),
    );
    open.sort_unstable();
    let mut unknown: Vec<Key> = open.iter().map(|(key, _)| *key).collect();
    unknown.dedup();
    unknown.retain(|key| decided.resolved.get(key).is_none());
    decided.resolved.load(conn, ids, unknown)?;
    for same in open.chunk_by(|one, other| one.0 == other.0) {
        let key = same[0].0;
        let vertex = match decided.resolved.get(&key) {
            Some(no) => no,
            None => {
                let no = next(&mut decided.ends.objects, "object")?;
                let value = same.iter().find_map(|(_, place)| ends[*place as usize].value);
                decided.objects.push(NewObject { key, value: value.map(<[u8]>::to_vec) });
                no
            }
        };
        same.iter().for_each(|(_, place)| ends[*place as usize].vertex = vertex);
    }
    Ok(ends)
}

fn end<'b>(
    names: &mut Interned,
    claim: &NewClaim<'b>,
    prepared: &'b PreparedEnd,
) -> Result<End<'b>, StoreError> {
    match prepared {
        PreparedEnd::Own => Ok(End { key: claim.own, value: None, vertex: claim.object }),
        PreparedEnd::Id(id) => Ok(End { key: key(names, id)?, value: None, vertex: UNKNOWN }),
        PreparedEnd::Value(id, value) => {
            Ok(End { key: key(names, id)?, value: Some(value), vertex: UNKNOWN })
        }
    }
}
