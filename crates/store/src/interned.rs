//! What is told again and again, by number: kinds, link kinds, compartments, audiences. All of it is append-only, so a copy in memory
//! is never wrong, only short; [`Interned::refresh`] lengthens it.

use std::sync::Arc;

use entente_model::{Compartment, CompartmentNo, DataCategory, Handling, Kind, LinkKind};
use foldhash::HashMap;
use rusqlite::Connection;

use crate::StoreError;
use crate::audience::{Audience, Member};
use crate::commit::Ends;
use crate::edges::LinkKindNo;
use crate::error::Doing;

/// The number of a kind in this node.
pub(crate) type KindNo = u16;
/// The number of an audience in this node; 0 is the empty one.
pub(crate) type AudienceNo = u32;

/// Who tells: claims of one teller about one object replace each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Teller {
    source: String,
    agreement: Option<String>,
    case: Option<String>,
}

/// Numbers given so far, in memory.
#[derive(Debug, Default)]
pub(crate) struct Interned {
    kinds: Table<Kind>,
    link_kinds: Table<LinkKind>,
    compartments: Table<Arc<Compartment>>,
    audiences: Table<Arc<Audience>>,
    tellers: Table<Teller>,
    /// By compartment.
    teller_of: Vec<u32>,
    widened: HashMap<(AudienceNo, Member), AudienceNo>,
}

/// How far the tables reached at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) kinds: usize,
    pub(crate) link_kinds: usize,
    pub(crate) compartments: usize,
    pub(crate) audiences: usize,
}

#[derive(Debug)]
struct Table<T> {
    rows: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { rows: Vec::new(), numbers: HashMap::default() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Table<T> {
    fn push(&mut self, row: T) -> u32 {
        let no = self.rows.len() as u32;
        self.numbers.insert(row.clone(), no);
        self.rows.push(row);
        no
    }

    fn number(&mut self, row: &T, what: &'static str, most: usize) -> Result<u32, StoreError> {
        if let Some(no) = self.numbers.get(row) {
            return Ok(*no);
        }
        if self.rows.len() >= most {
            return Err(StoreError::Full { what, most: most as u64 });
        }
        Ok(self.push(row.clone()))
    }

    fn truncate(&mut self, length: usize) {
        for row in self.rows.drain(length..) {
            self.numbers.remove(&row);
        }
    }
}

impl Interned {
    /// Reads what was added to the tables since. Call it inside a transaction.
    pub(crate) fn refresh(&mut self, conn: &Connection) -> Result<(), StoreError> {
        let doing = "reading interned names";
        each(conn, "SELECT name FROM kinds WHERE no >= ?1 ORDER BY no", self.kinds.rows.len(), |row| {
            self.kinds.push(Kind::from_name(row.get_ref(0)?.as_str()?));
            Ok(Ok(()))
        })
        .doing(doing)??;
        each(
            conn,
            "SELECT name FROM link_kinds WHERE no >= ?1 ORDER BY no",
            self.link_kinds.rows.len(),
            |row| {
                self.link_kinds.push(LinkKind::Owned(row.get(0)?));
                Ok(Ok(()))
            },
        )
        .doing(doing)??;
        let sql = "SELECT source, agreement, handling, category, case_name FROM compartments WHERE no >= ?1 ORDER BY no";
        each(conn, sql, self.compartments.rows.len(), |row| {
            Ok(compartment(row)?.map(|compartment| self.push_compartment(Arc::new(compartment))))
        })
        .doing(doing)??;
        if self.audiences.rows.is_empty() {
            self.audiences.push(Arc::default());
        }
        each(
            conn,
            "SELECT members FROM audiences WHERE no >= ?1 ORDER BY no",
            self.audiences.rows.len(),
            |row| {
                let audience = Audience::from_bytes(row.get_ref(0)?.as_blob()?);
                Ok(audience.map(|audience| {
                    self.audiences.push(Arc::new(audience));
                }))
            },
        )
        .doing(doing)?
    }

    /// How far the tables reach.
    pub(crate) fn reach(&self) -> Reach {
        Reach {
            kinds: self.kinds.rows.len(),
            link_kinds: self.link_kinds.rows.len(),
            compartments: self.compartments.rows.len(),
            audiences: self.audiences.rows.len(),
        }
    }

    /// Forgets what was added since, because the transaction that would have kept it did not.
    pub(crate) fn roll_back(&mut self, reach: Reach) {
        self.kinds.truncate(reach.kinds);
        self.link_kinds.truncate(reach.link_kinds);
        self.compartments.truncate(reach.compartments);
        self.teller_of.truncate(reach.compartments);
        self.audiences.truncate(reach.audiences);
        self.widened.clear();
    }

    /// Forgets kinds, link kinds and compartments that were met by a batch of which nothing was written.
    pub(crate) fn forget_unwritten(&mut self, kept: &Ends) {
        let audiences = self.audiences.rows.len();
        let Ends { kinds, link_kinds, compartments, .. } = *kept;
        self.roll_back(Reach { kinds, link_kinds, compartments, audiences });
    }

    /// The number a kind has, if it has one.
    pub(crate) fn kind_no(&self, kind: &Kind) -> Option<KindNo> {
        self.kinds.numbers.get(kind).map(|no| *no as KindNo)
    }

    pub(crate) fn intern_kind(&mut self, kind: &Kind) -> Result<KindNo, StoreError> {
        self.kinds.number(kind, "kind", 1 << 16).map(|no| no as KindNo)
    }

    pub(crate) fn kind(&self, no: KindNo) -> Result<&Kind, StoreError> {
        self.kinds.rows.get(usize::from(no)).ok_or_else(|| unknown("kinds", no.into()))
    }

    pub(crate) fn intern_link_kind(&mut self, kind: &LinkKind) -> Result<LinkKindNo, StoreError> {
        self.link_kinds.number(kind, "link kind", 1 << 16).map(|no| LinkKindNo(no as u16))
    }

    pub(crate) fn kinds(&self) -> &[Kind] {
        &self.kinds.rows
    }

    pub(crate) fn link_kinds(&self) -> &[LinkKind] {
        &self.link_kinds.rows
    }

    pub(crate) fn intern_compartment(&mut self, wanted: Compartment) -> Result<CompartmentNo, StoreError> {
        if let Some(no) = self.compartments.numbers.get(&wanted) {
            return Ok(CompartmentNo(*no as u16));
        }
        if self.compartments.rows.len() > usize::from(u16::MAX) {
            return Err(StoreError::Full { what: "compartment", most: 1 << 16 });
        }
        self.push_compartment(Arc::new(wanted));
        Ok(CompartmentNo((self.compartments.rows.len() - 1) as u16))
    }

    fn push_compartment(&mut self, compartment: Arc<Compartment>) {
        let teller = Teller {
            source: compartment.source.clone(),
            agreement: compartment.agreement.clone(),
            case: compartment.case.clone(),
        };
        let known = self.tellers.numbers.get(&teller).copied();
        self.teller_of.push(known.unwrap_or_else(|| self.tellers.push(teller)));
        self.compartments.push(compartment);
    }

    pub(crate) fn compartments(&self) -> &[Arc<Compartment>] {
        &self.compartments.rows
    }

    pub(crate) fn compartment(&self, no: CompartmentNo) -> Result<&Arc<Compartment>, StoreError> {
        self.compartments.rows.get(usize::from(no.0)).ok_or_else(|| unknown("compartments", no.0.into()))
    }

    /// A number for who tells in this compartment, good within this process only.
    pub(crate) fn teller(&self, compartment: CompartmentNo) -> Result<u32, StoreError> {
        let teller = self.teller_of.get(usize::from(compartment.0));
        teller.copied().ok_or_else(|| unknown("compartments", compartment.0.into()))
    }

    pub(crate) fn audience(&self, no: AudienceNo) -> Result<&Audience, StoreError> {
        self.audiences.rows.get(no as usize).map(AsRef::as_ref).ok_or_else(|| unknown("audiences", no.into()))
    }

    /// The audience that is `audience` and one more member.
    pub(crate) fn widen(&mut self, audience: AudienceNo, member: Member) -> Result<AudienceNo, StoreError> {
        if let Some(no) = self.widened.get(&(audience, member)) {
            return Ok(*no);
        }
        let wider = Arc::new(self.audience(audience)?.with(member));
        let no = self.audiences.number(&wider, "audience", u32::MAX as usize)?;
        self.widened.insert((audience, member), no);
        Ok(no)
    }

    /// Kinds by name from a number on, as rows.
    pub(crate) fn kinds_from(&self, no: usize) -> &[Kind] {
        &self.kinds.rows[no..]
    }

    pub(crate) fn audiences_from(&self, no: usize) -> &[Arc<Audience>] {
        &self.audiences.rows[no..]
    }
}

/// The columns of a compartment as they are stored: handling and category as JSON text.
pub(crate) fn compartment_columns(compartment: &Compartment) -> (String, String) {
    let handling = serde_json::to_string(&compartment.handling);
    let category = serde_json::to_string(&compartment.category);
    let plain = "enums, strings and booleans always serialise";
    (handling.expect(plain), category.expect(plain))
}

fn compartment(row: &rusqlite::Row) -> rusqlite::Result<Result<Compartment, StoreError>> {
    let (source, agreement, case) = (row.get(0)?, row.get(1)?, row.get(4)?);
    let handling = serde_json::from_str::<Handling>(row.get_ref(2)?.as_str()?);
    let category = serde_json::from_str::<DataCategory>(row.get_ref(3)?.as_str()?);
    Ok(match (handling, category) {
        (Ok(handling), Ok(category)) => Ok(Compartment { source, agreement, handling, category, case }),
        _ => Err(StoreError::damaged("compartments", "a handling or category does not decode")),
    })
}

fn each(
    conn: &Connection,
    sql: &str,
    from: usize,
    mut row: impl FnMut(&rusqlite::Row) -> rusqlite::Result<Result<(), StoreError>>,
) -> rusqlite::Result<Result<(), StoreError>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([from as i64])?;
    while let Some(found) = rows.next()? {
        if let Err(error) = row(found)? {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

fn unknown(table: &'static str, no: u64) -> StoreError {
    StoreError::damaged(table, format!("there is no number {no}"))
}
