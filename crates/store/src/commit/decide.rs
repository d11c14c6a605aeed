//! New, updated or unchanged: each object of a batch against what its source said before.

use entente_model::{Compartment, CompartmentNo, DataCategory, Fingerprint, Handling, ObjectId};
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use rusqlite::Connection;

use super::prepare::{ContentDigest, Prepared, PreparedBatch, Told};
use super::resolve::{IdCache, Key, Resolved};
use super::{Ends, ends, next};
use crate::error::Doing;
use crate::interned::{Interned, KindNo};
use crate::{Status, StoreError};

/// What a batch comes to.
pub(crate) struct Decided<'b> {
    pub(crate) statuses: Vec<Status>,
    pub(crate) older: u64,
    /// Where the log ended before the batch.
    pub(crate) before: Ends,
    /// Where it ends with the objects given numbers so far.
    pub(crate) ends: Ends,
    /// Claims to be written, in order.
    pub(crate) claims: Vec<NewClaim<'b>>,
    pub(crate) objects: Vec<NewObject>,
    /// Ids bound to a vertex that has another first id.
    pub(crate) bound: Vec<(Key, u32)>,
    pub(crate) resolved: Resolved,
    /// Records that need not be read again: all they told is kept. One with an older version is looked at each time, so
    /// that it is counted as such.
    pub(crate) learnt: Vec<Fingerprint>,
    /// Those of them that told of something unheard of: no fingerprint of theirs can have been kept before.
    pub(crate) learnt_new: Vec<Fingerprint>,
}

pub(crate) struct NewClaim<'b> {
    pub(crate) no: u32,
    pub(crate) object: u32,
    pub(crate) compartment: CompartmentNo,
    pub(crate) prepared: &'b Prepared,
    /// The id the draft came under, and its deterministic one where that is another.
    pub(crate) own: Key,
    pub(crate) canonical: Option<Key>,
    /// Another vertex that turned out to be the same thing, when each had a number before anybody said so.
    pub(crate) same_as: Option<u32>,
}

/// A vertex there was not before; it gets the numbers from `Ends::objects` on, in order.
pub(crate) struct NewObject {
    pub(crate) key: Key,
    pub(crate) value: Option<Vec<u8>>,
}

/// One claim about an object, as far as the next one is compared with it.
#[derive(Clone, Copy)]
struct Head {
    claim: u32,
    compartment: CompartmentNo,
    modified: Option<i64>,
    digest: ContentDigest,
}

pub(crate) fn decide<'b>(
    conn: &Connection,
    names: &mut Interned,
    ids: &mut IdCache,
    batch: &'b PreparedBatch,
) -> Result<Decided<'b>, StoreError> {
    let before = ends(conn)?;
    let own = own_keys(names, &batch.drafts)?;
    let mut resolved = Resolved::default();
    let keys = own.iter().flat_map(|(own, canonical)| [Some(*own), *canonical]).flatten().collect();
    resolved.load(conn, ids, keys)?;
    let decided = Decided {
        statuses: vec![Status::Unchanged; batch.records.len()],
        older: 0,
        before,
        ends: before,
        claims: Vec::new(),
        objects: Vec::new(),
        bound: Vec::new(),
        resolved,
        learnt: Vec::new(),
        learnt_new: Vec::new(),
    };
    let heads = load_heads(conn, &decided.resolved, &own)?;
    let mut deciding =
        Deciding { decided, heads, compartments: Vec::new(), told: &batch.told, outdated: HashSet::new() };
    for (prepared, (own, canonical)) in batch.drafts.iter().zip(own) {
        deciding.one(names, prepared, own, canonical)?;
    }
    deciding.learn(&batch.records);
    Ok(deciding.decided)
}

/// The id of each draft, and its deterministic one where that is another.
fn own_keys(names: &mut Interned, prepared: &[Prepared]) -> Result<Vec<(Key, Option<Key>)>, StoreError> {
    let mut own = Vec::with_capacity(prepared.len());
    for Prepared { id, canonical, .. } in prepared {
        let canonical = canonical.as_ref().map(|canonical| key(names, canonical)).transpose()?;
        own.push((key(names, id)?, canonical));
    }
    Ok(own)
}

pub(crate) fn key(names: &mut Interned, id: &ObjectId) -> Result<Key, StoreError> {
    let kind: KindNo = names.intern_kind(id.kind())?;
    Ok(Key::new(id.uuid().as_u128(), kind))
}

fn load_heads(
    conn: &Connection,
    resolved: &Resolved,
    own: &[(Key, Option<Key>)],
) -> Result<HashMap<u32, Vec<Head>>, StoreError> {
    let doing = "reading earlier versions";
    let keys = own.iter().flat_map(|(own, canonical)| [Some(own), canonical.as_ref()]).flatten();
    let mut objects: Vec<u32> = keys.filter_map(|key| resolved.get(key)).collect();
    objects.sort_unstable();
    objects.dedup();
    let sql = "SELECT claim, compartment, modified, digest FROM versions WHERE object = ?1 ORDER BY claim";
    let mut statement = conn.prepare_cached(sql).doing(doing)?;
    let mut heads = HashMap::with_capacity(objects.len());
    for object in objects {
        let rows = statement.query_map([object], |row| {
            Ok(Head {
                claim: row.get(0)?,
                compartment: CompartmentNo(row.get(1)?),
                modified: row.get(2)?,
                digest: row.get(3)?,
            })
        });
        let versions: Vec<Head> = rows.doing(doing)?.collect::<Result<_, _>>().doing(doing)?;
        heads.insert(object, versions);
    }
    Ok(heads)
}

struct Deciding<'b> {
    decided: Decided<'b>,
    heads: HashMap<u32, Vec<Head>>,
    /// Compartments of this batch; few, so a list is the quickest map.
    compartments: Vec<(&'b Handling, DataCategory, CompartmentNo)>,
    told: &'b Told,
    /// Records with an older version in them.
    outdated: HashSet<usize>,
}

enum Verdict {
    Same,
    Older,
    Write(Status),
}

impl<'b> Deciding<'b> {
    fn one(
        &mut self,
        names: &mut Interned,
        prepared: &'b Prepared,
        own: Key,
        canonical: Option<Key>,
    ) -> Result<(), StoreError> {
        let compartment = self.compartment(names, prepared)?;
        let (object, same_as) = self.vertex(own, canonical)?;
        let heads = self.heads.entry(object).or_default();
        let status = match verdict(names, heads, prepared, compartment)? {
            Verdict::Same => return Ok(()),
            Verdict::Older => {
                self.decided.older += 1;
                self.outdated.insert(prepared.record);
                return Ok(());
            }
            Verdict::Write(status) => status,
        };
        let no = next(&mut self.decided.ends.claims, "claim")?;
        heads.push(Head {
            claim: no,
            compartment,
            modified: prepared.header.modified,
            digest: prepared.digest,
        });
        self.decided.claims.push(NewClaim { no, object, compartment, prepared, own, canonical, same_as });
        let of_record = &mut self.decided.statuses[prepared.record];
        *of_record = status.max(*of_record);
        Ok(())
    }

    fn learn(&mut self, records: &[Option<Fingerprint>]) {
        for (record, (fingerprint, status)) in records.iter().zip(&self.decided.statuses).enumerate() {
            match status {
                _ if self.outdated.contains(&record) => {}
                Status::Unchanged => {}
                Status::New => self.decided.learnt_new.extend(fingerprint),
                Status::Updated => self.decided.learnt.extend(fingerprint),
            }
        }
    }

    fn compartment(
        &mut self,
        names: &mut Interned,
        prepared: &'b Prepared,
    ) -> Result<CompartmentNo, StoreError> {
        let handling = &prepared.handling;
        let category = DataCategory::of(prepared.id.kind());
        let known = self.compartments.iter().find(|(known, of, _)| *of == category && *known == handling);
        if let Some((_, _, no)) = known {
            return Ok(*no);
        }
        let no = names.intern_compartment(Compartment {
            source: self.told.source.clone(),
            agreement: self.told.agreement.clone(),
            handling: handling.clone(),
            category,
            case: self.told.case.clone(),
        })?;
        self.compartments.push((handling, category, no));
        Ok(no)
    }

    /// The vertex a draft is about, made now when there is none, and a second one that its other id names.
    fn vertex(&mut self, own: Key, canonical: Option<Key>) -> Result<(u32, Option<u32>), StoreError> {
        let by_own = self.decided.resolved.get(&own);
        let by_canonical = canonical.as_ref().and_then(|key| self.decided.resolved.get(key));
        match (by_own, canonical, by_canonical) {
            (Some(object), _, Some(other)) => Ok((object, Some(other).filter(|other| *other != object))),
            (Some(object), None, _) => Ok((object, None)),
            (Some(object), Some(key), None) => Ok((self.also(object, key), None)),
            (None, _, Some(object)) => Ok((self.also(object, own), None)),
            (None, None, None) => Ok((self.new_object(own)?, None)),
            (None, Some(key), None) => {
                let object = self.new_object(key)?;
                Ok((self.also(object, own), None))
            }
        }
    }

    fn new_object(&mut self, key: Key) -> Result<u32, StoreError> {
        let no = next(&mut self.decided.ends.objects, "object")?;
        self.decided.objects.push(NewObject { key, value: None });
        self.decided.resolved.insert(key, no);
        Ok(no)
    }

    fn also(&mut self, object: u32, key: Key) -> u32 {
        self.decided.bound.push((key, object));
        self.decided.resolved.insert(key, object);
        object
    }
}

fn verdict(
    names: &Interned,
    heads: &[Head],
    prepared: &Prepared,
    compartment: CompartmentNo,
) -> Result<Verdict, StoreError> {
    if heads.is_empty() {
        return Ok(Verdict::Write(Status::New));
    }
    let teller = names.teller(compartment)?;
    let unversioned = prepared.header.modified.is_none() || prepared.minted;
    let mut newest: Option<Head> = None;
    let mut same: Option<Head> = None;
    for head in heads {
        if head.compartment != compartment && names.teller(head.compartment)? != teller {
            continue;
        }
        if head.digest == prepared.digest {
            // What has no versions of its own may be told under several handlings at once: each stands beside the
            // others, and none of them takes turns with another at every import.
            if unversioned && head.compartment == compartment {
                return Ok(Verdict::Same);
            }
            same = Some(*head);
        }
        if newest.is_none_or(|newest| (newest.modified, newest.claim) < (head.modified, head.claim)) {
            newest = Some(*head);
        }
    }
    // Said before, and handled so when it was last said. It need not be the newest: where objects have no versions,
    // a file with two different ones under one id would otherwise take turns at every import.
    if same.is_some_and(|same| same.compartment == compartment) {
        return Ok(Verdict::Same);
    }
    let older = newest.is_some_and(|newest| {
        prepared.header.modified.is_some() && prepared.header.modified < newest.modified
    });
    Ok(if older { Verdict::Older } else { Verdict::Write(Status::Updated) })
}
