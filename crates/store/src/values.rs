//! The values of addresses and names, for the node's own work: knowing what lies within a network or below a name. No
//! viewer is asked, so nothing read here is for a person.

use entente_model::{ClaimNo, Kind, Selector, VertexNo};
use rusqlite::{Connection, Params, Row, params};

use crate::error::Doing;
use crate::interned::KindNo;
use crate::{Store, StoreError, value};

const READING: &str = "reading addresses and names";
/// The kinds whose values lie within others.
const KINDS: [Kind; 3] = [Kind::Ipv4Addr, Kind::Ipv6Addr, Kind::DomainName];

/// A value, as some claim tells it; or as the object says that claims are about, when none names it apart.
macro_rules! select {
    ($from:literal) => {
        concat!(
            "SELECT o.no, o.kind, o.uuid,
                coalesce(o.value, (SELECT value FROM late_values WHERE object = o.no AND salt <> x'' ORDER BY no LIMIT 1)),
                (SELECT label FROM versions WHERE object = o.no ORDER BY claim LIMIT 1) ",
            $from
        )
    };
}

impl Store {
    /// Every address and name there is. Only what is known by the id that follows from its value: behind any other id it
    /// may have been told in confidence, and what follows from it must then be shown to nobody.
    pub fn each_place(&self, each: &mut dyn FnMut(VertexNo, &Selector)) -> Result<(), StoreError> {
        let conn = self.readers.check_out()?;
        self.catch_up(&conn)?;
        let sql = select!("FROM objects o WHERE o.kind IN (?1, ?2, ?3)");
        self.places(&conn, sql, self.place_kinds(), each)
    }

    /// As [`Store::each_place`], those only that are new from `vertex` on or that claims from `claim` on are about.
    pub fn each_new_place(
        &self,
        vertex: VertexNo,
        claim: ClaimNo,
        each: &mut dyn FnMut(VertexNo, &Selector),
    ) -> Result<(), StoreError> {
        let sql = select!(
            "FROM (SELECT no FROM objects WHERE no >= ?4 UNION SELECT object FROM claims WHERE no >= ?5) new
             CROSS JOIN objects o ON o.no = new.no WHERE o.kind IN (?1, ?2, ?3)"
        );
        let conn = self.readers.check_out()?;
        self.catch_up(&conn)?;
        let [v4, v6, name] = self.place_kinds();
        self.places(&conn, sql, params![v4, v6, name, vertex.0, claim.0], each)
    }

    /// The values of some addresses and names, whatever their ids.
    pub fn values_of(&self, vertices: &[VertexNo]) -> Result<Vec<(VertexNo, Selector)>, StoreError> {
        let conn = self.readers.check_out()?;
        self.catch_up(&conn)?;
        let mut statement = conn.prepare_cached(select!("FROM objects o WHERE o.no = ?1")).doing(READING)?;
        let mut values = Vec::new();
        for vertex in vertices {
            let mut rows = statement.query([vertex.0]).doing(READING)?;
            while let Some(row) = rows.next().doing(READING)? {
                values.extend(self.place(row)?.map(|(vertex, _, value)| (vertex, value)));
            }
        }
        Ok(values)
    }

    fn place_kinds(&self) -> [Option<KindNo>; 3] {
        self.names(|names| KINDS.map(|kind| names.kind_no(&kind)))
    }

    fn places(
        &self,
        conn: &Connection,
        sql: &'static str,
        params: impl Params,
        each: &mut dyn FnMut(VertexNo, &Selector),
    ) -> Result<(), StoreError> {
        let mut statement = conn.prepare_cached(sql).doing(READING)?;
        let mut rows = statement.query(params).doing(READING)?;
        while let Some(row) = rows.next().doing(READING)? {
            if let Some((vertex, uuid, value)) = self.place(row)?
                && value.id().uuid().as_bytes() == &uuid
            {
                each(vertex, &value);
            }
        }
        Ok(())
    }

    fn place(&self, row: &Row) -> Result<Option<(VertexNo, [u8; 16], Selector)>, StoreError> {
        let (vertex, kind, uuid) = (row.get(0), row.get(1), row.get(2));
        let (bytes, label): (Option<Vec<u8>>, Option<String>) =
            (row.get(3).doing(READING)?, row.get(4).doing(READING)?);
        let kind = kind.doing(READING)?;
        let value = match (bytes, label) {
            (Some(bytes), _) => Some(value::decode(&bytes)?),
            (None, Some(label)) => match self.names(|names| names.kind(kind).cloned())? {
                Kind::DomainName => Selector::domain(&label).ok(),
                _ => Selector::ip(&label).ok(),
            },
            (None, None) => None,
        };
        let (vertex, uuid) = (VertexNo(vertex.doing(READING)?), uuid.doing(READING)?);
        Ok(value.map(|value| (vertex, uuid, value)))
    }
}
