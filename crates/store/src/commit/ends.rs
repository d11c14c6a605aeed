//! The ends of all edges of a batch, each resolved to its vertex.

use entente_model::{Reference, Selector};
use rusqlite::Connection;

use super::decide::{Decided, NewClaim, NewObject, key};
use super::next;
use super::resolve::{IdCache, Key, Lookup};
use crate::interned::Interned;
use crate::{StoreError, value};

/// One end of an edge.
pub(crate) struct End<'b> {
    pub(crate) key: Key,
    /// The value, when a selector names it.
    pub(crate) selector: Option<&'b Selector>,
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
        for link in &claim.prepared.draft.links {
            for reference in [&link.source, &link.target] {
                let end = end(names, claim, reference, ends.last())?;
                ends.push(end);
            }
        }
    }
    // In the order of the table, so that neighbours share pages, and ends of one key stand together.
    let mut open: Vec<(Key, u32)> = Vec::new();
    open.extend(
        (0..).zip(&ends).filter(|(_, end)| end.vertex == UNKNOWN).map(|(place, end)| (end.key, place)),
    );
    open.sort_unstable();
    let mut lookup = Lookup::new(conn, ids)?;
    for same in open.chunk_by(|one, other| one.0 == other.0) {
        let key = same[0].0;
        let known = decided.resolved.get(&key).map_or_else(|| lookup.get(&key), |no| Ok(Some(no)))?;
        let vertex = match known {
            Some(no) => no,
            None => {
                let no = next(&mut decided.ends.objects, "object")?;
                let selector = same.iter().find_map(|(_, place)| ends[*place as usize].selector);
                decided.objects.push(NewObject { key, value: selector.map(value::encode) });
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
    reference: &'b Reference,
    before: Option<&End<'b>>,
) -> Result<End<'b>, StoreError> {
    match reference {
        // Most edges start where their claim is.
        Reference::Id(id) if id == claim.prepared.draft.object.id() => {
            Ok(End { key: claim.own, selector: None, vertex: claim.object })
        }
        Reference::Id(id) => Ok(End { key: key(names, id)?, selector: None, vertex: UNKNOWN }),
        Reference::Selector(selector) => {
            // Implied links go on from the value before: its id need not be made twice.
            let again = before.filter(|before| before.selector == Some(selector)).map(|before| before.key);
            let key = again.map_or_else(|| key(names, &selector.id()), Ok)?;
            Ok(End { key, selector: Some(selector), vertex: UNKNOWN })
        }
    }
}
