//! Blanking rows, and saying anew what claims that stay still say.

use std::collections::{BTreeMap, BTreeSet};

use entente_model::{ClaimNo, CompartmentNo, ObjectId, Selector};
use rusqlite::{Row as SqlRow, params};
use uuid::Uuid;

use super::speakers::Word;
use super::{DOING, Removing, is_of};
use crate::audience::Told;
use crate::commit::{Alias, Key};
use crate::edges::{ByValue, StoredEdge, pack, take_claim};
use crate::error::Doing;
use crate::leaf::{Columns, Row, Salt, body_hash};
use crate::sealed::{AliasRow, ClaimRow, LateValueRow, ObjectRow};
use crate::view::body;
use crate::{StoreError, value};

/// A vertex as it is stored.
struct Vertex {
    no: u32,
    key: Key,
    value: Option<Vec<u8>>,
    first_claim: u32,
    /// `None` when the row was erased before.
    salt: Option<Salt>,
}

/// A further id of a vertex.
struct StoredAlias {
    no: u64,
    alias: Alias,
    salt: Salt,
    compartment: CompartmentNo,
}

impl Removing<'_> {
    pub(super) fn erase(&mut self) -> Result<(), StoreError> {
        self.erase_claims()?;
        self.repack()?;
        for vertex in self.speakers.vertices() {
            self.erase_vertex(vertex)?;
        }
        self.forget_deadlines()
    }

    fn left(&mut self, row: Row, no: u64, commitment: [u8; 32]) {
        self.traces.erased.push((row, no, commitment));
    }

    fn erase_claims(&mut self) -> Result<(), StoreError> {
        let (mut columns, mut packed) = (Columns::default(), Vec::new());
        let mut edges: BTreeMap<u32, Vec<(StoredEdge, ByValue)>> = BTreeMap::new();
        for edge in self.runs.iter().flat_map(|run| &run.edges).filter(|edge| is_of(edge, &self.gone)) {
            edges.entry(edge.0.claim.0).or_default().push(*edge);
        }
        let mut erased = Vec::with_capacity(self.gone.len());
        for (claim, gone) in &self.gone {
            let own = edges.get(claim).map_or(&[][..], Vec::as_slice);
            take_claim(own, ClaimNo(*claim), &mut packed);
            let (object, compartment) = (gone.object, gone.compartment.0);
            let (no, body_hash) = (*claim, body_hash(&gone.body));
            let row = ClaimRow { no, object, compartment, body_hash, edges: &packed };
            let salt = salt_of(&gone.salt, "claims")?;
            erased.push((Row::Claim, u64::from(no), row.sealed(&mut columns, &salt)));
            self.execute("UPDATE claims SET body = x'', salt = x'' WHERE no = ?1", [no])?;
        }
        self.traces.erased.extend(erased);
        Ok(())
    }

    /// Packs the runs anew without the edges of the claims that go.
    fn repack(&self) -> Result<(), StoreError> {
        for run in &self.runs {
            self.execute("DELETE FROM edges WHERE first_claim = ?1", [run.first])?;
            let stay: Vec<_> = run.edges.iter().filter(|edge| !is_of(edge, &self.gone)).copied().collect();
            for packed in pack(&stay) {
                let columns = params![packed.first.0, packed.last.0, packed.count, packed.data];
                self.execute("INSERT INTO edges VALUES (?1, ?2, ?3, ?4)", columns)?;
            }
        }
        Ok(())
    }

    /// Blanks what only claims that go said of a vertex. The row of a vertex goes whole: what others still say of it is appended anew, as
    /// an alias or a late value.
    fn erase_vertex(&mut self, no: u32) -> Result<(), StoreError> {
        let vertex = self.vertex(no)?;
        let aliases = self.aliases(no)?;
        let words = self.speakers.of(no).to_vec();
        let value = self.value(&vertex)?;
        let value_stays = match &value {
            Some(value) => self.tells_value(&words, value)?,
            None => true,
        };
        let mut ids = Ids {
            removing: self,
            key: vertex.key,
            words: &words,
            value: value.as_deref(),
            said: BTreeMap::new(),
        };
        let known: Vec<Key> = aliases.iter().map(|stored| stored.alias.key).chain([vertex.key]).collect();
        let id_stays = vertex.salt.is_none() || ids.first_stays(vertex.first_claim, &known)?;
        let mut kept = BTreeSet::new();
        let mut anew = Vec::new();
        let mut lost = Vec::new();
        for stored in &aliases {
            match ids.gone(stored.alias.claim) {
                false => {
                    kept.insert(stored.alias.key);
                }
                true => {
                    lost.push(stored);
                    let other = ids.who_says(stored.alias.key, Some(stored.compartment), &known)?;
                    anew.extend(other.map(|claim| Alias { claim, ..stored.alias }));
                }
            }
        }
        let row_stays = id_stays && (value_stays || vertex.value.is_none());
        if !row_stays && id_stays {
            let compartments: BTreeSet<CompartmentNo> = words.iter().map(|word| word.compartment).collect();
            for compartment in compartments {
                let claim = ids.who_says(vertex.key, Some(compartment), &known)?;
                anew.extend(claim.map(|claim| Alias { object: no, key: vertex.key, claim }));
            }
        }
        kept.extend(anew.iter().map(|alias| alias.key));
        if row_stays && vertex.salt.is_some() {
            kept.insert(vertex.key);
        }
        let lost: Vec<(u64, Alias, Salt)> =
            lost.iter().map(|lost| (lost.no, lost.alias, lost.salt)).collect();
        self.erase_aliases(&lost)?;
        if !row_stays && vertex.salt.is_some() {
            self.erase_object(&vertex)?;
            if let Some(value) = vertex.value.as_ref().filter(|_| value_stays) {
                self.traces.late_values.push((no, value.clone()));
            }
        }
        if !value_stays {
            self.erase_late_values(no)?;
        }
        for key in known.into_iter().filter(|key| !kept.contains(key)) {
            self.execute("DELETE FROM ids WHERE uuid = ?1 AND kind = ?2", params![key.uuid(), key.kind])?;
        }
        self.traces.aliases.extend(anew);
        Ok(())
    }

    fn vertex(&self, no: u32) -> Result<Vertex, StoreError> {
        let sql = "SELECT kind, uuid, value, first_claim, salt FROM objects WHERE no = ?1";
        let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
        let (kind, uuid, value, first_claim, salt): (u16, [u8; 16], _, _, Vec<u8>) = statement
            .query_row([no], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
            .doing(DOING)?;
        let salt = if salt.is_empty() { None } else { Some(salt_of(&salt, "objects")?) };
        Ok(Vertex { no, key: Key::new(u128::from_be_bytes(uuid), kind), value, first_claim, salt })
    }

    fn aliases(&self, vertex: u32) -> Result<Vec<StoredAlias>, StoreError> {
        let sql = "SELECT aliases.no, kind, uuid, claim, aliases.salt, compartment FROM aliases
            JOIN claims ON claims.no = claim WHERE aliases.object = ?1 AND aliases.salt <> x'' ORDER BY aliases.no";
        let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
        let row = |row: &SqlRow| {
            let key = Key::new(u128::from_be_bytes(row.get(2)?), row.get(1)?);
            Ok(StoredAlias {
                no: row.get::<_, i64>(0)? as u64,
                alias: Alias { object: vertex, key, claim: row.get(3)? },
                salt: row.get(4)?,
                compartment: CompartmentNo(row.get(5)?),
            })
        };
        statement.query_map([vertex], row).doing(DOING)?.collect::<Result<_, _>>().doing(DOING)
    }

    fn value(&self, vertex: &Vertex) -> Result<Option<Vec<u8>>, StoreError> {
        if vertex.value.is_some() {
            return Ok(vertex.value.clone());
        }
        let sql = "SELECT value FROM late_values WHERE object = ?1 AND salt <> x'' LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
        let mut rows = statement.query([vertex.no]).doing(DOING)?;
        rows.next().doing(DOING)?.map(|row| row.get(0)).transpose().doing(DOING)
    }

    /// Whether a claim that stays tells the value, by mentioning it or of its own object.
    fn tells_value(&self, words: &[Word], bytes: &[u8]) -> Result<bool, StoreError> {
        if words.iter().any(|word| word.told == Told::Value) {
            return Ok(true);
        }
        let selector = value::decode(bytes)?;
        for word in words.iter().filter(|word| word.told == Told::Whole) {
            if Selector::of_object(&self.object_of(word.claim)?).contains(&selector) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn erase_object(&mut self, vertex: &Vertex) -> Result<(), StoreError> {
        let Some(salt) = &vertex.salt else { return Ok(()) };
        let (uuid, value) = (vertex.key.uuid(), vertex.value.as_deref());
        let (no, kind, first_claim) = (vertex.no, vertex.key.kind, vertex.first_claim);
        let row = ObjectRow { no, kind, uuid: &uuid, value, first_claim };
        let commitment = row.sealed(&mut Columns::default(), salt);
        self.left(Row::Object, no.into(), commitment);
        let sql = "UPDATE objects SET uuid = zeroblob(16), value = NULL, salt = x'' WHERE no = ?1";
        self.execute(sql, [no]).map(drop)
    }

    fn erase_aliases(&mut self, lost: &[(u64, Alias, Salt)]) -> Result<(), StoreError> {
        for (no, alias, salt) in lost {
            let (kind, uuid) = (alias.key.kind, alias.key.uuid());
            let row = AliasRow { no: *no, object: alias.object, kind, uuid: &uuid, claim: alias.claim };
            let commitment = row.sealed(&mut Columns::default(), salt);
            self.left(Row::Alias, *no, commitment);
            let sql = "UPDATE aliases SET uuid = zeroblob(16), salt = x'' WHERE no = ?1";
            self.execute(sql, [*no as i64])?;
        }
        Ok(())
    }

    fn erase_late_values(&mut self, vertex: u32) -> Result<(), StoreError> {
        let sql = "SELECT no, value, salt FROM late_values WHERE object = ?1 AND salt <> x''";
        let rows: Vec<(i64, Vec<u8>, Salt)> = {
            let mut statement = self.conn.prepare_cached(sql).doing(DOING)?;
            let rows = statement.query_map([vertex], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
            rows.doing(DOING)?.collect::<Result<_, _>>().doing(DOING)?
        };
        for (no, value, salt) in rows {
            let row = LateValueRow { no: no as u64, object: vertex, value: &value };
            let commitment = row.sealed(&mut Columns::default(), &salt);
            self.left(Row::LateValue, no as u64, commitment);
            self.execute("UPDATE late_values SET value = x'', salt = x'' WHERE no = ?1", [no])?;
        }
        Ok(())
    }

    /// Takes off the deadlines of runs of which nothing is left.
    fn forget_deadlines(&self) -> Result<(), StoreError> {
        for claim in self.gone.keys() {
            let sql = "DELETE FROM retained WHERE first_claim = (SELECT max(first_claim) FROM retained WHERE first_claim <= ?1)
                AND claims_end > ?1 AND NOT EXISTS
                (SELECT 1 FROM claims WHERE no >= first_claim AND no < claims_end AND salt <> x'')";
            self.execute(sql, [claim])?;
        }
        Ok(())
    }
}

/// Which claims that stay say which of a vertex's ids.
struct Ids<'i, 'r> {
    removing: &'i Removing<'r>,
    /// The first id.
    key: Key,
    words: &'i [Word],
    value: Option<&'i [u8]>,
    /// By claim, as far as it was asked.
    said: BTreeMap<u32, Vec<Key>>,
}

impl Ids<'_, '_> {
    fn gone(&self, claim: u32) -> bool {
        self.removing.gone.contains_key(&claim)
    }

    /// Whether a claim that stays says the first id; the claim that spoke of it first did.
    fn first_stays(&mut self, first_claim: u32, known: &[Key]) -> Result<bool, StoreError> {
        if self.words.iter().any(|word| word.claim == first_claim) {
            return Ok(true);
        }
        Ok(self.who_says(self.key, None, known)?.is_some())
    }

    /// The first claim, of a compartment or of any, that says an id.
    fn who_says(
        &mut self,
        key: Key,
        compartment: Option<CompartmentNo>,
        known: &[Key],
    ) -> Result<Option<u32>, StoreError> {
        for word in
            self.words.iter().filter(|word| compartment.is_none_or(|wanted| wanted == word.compartment))
        {
            if !self.said.contains_key(&word.claim) {
                let said = self.says(word, known)?;
                self.said.insert(word.claim, said);
            }
            if self.said.get(&word.claim).is_some_and(|said| said.contains(&key)) {
                return Ok(Some(word.claim));
            }
        }
        Ok(None)
    }

    /// The ids that a claim says, by its text or by the values it tells. One of which that cannot be told, since its link follows from
    /// something else, is taken to say the first: what may have been said stays.
    fn says(&self, word: &Word, known: &[Key]) -> Result<Vec<Key>, StoreError> {
        let sql = "SELECT body FROM claims WHERE no = ?1";
        let mut statement = self.removing.conn.prepare_cached(sql).doing(DOING)?;
        let bytes: Vec<u8> = statement.query_row([word.claim], |row| row.get(0)).doing(DOING)?;
        let mut told: Vec<ObjectId> = Selector::of_object(&body(&bytes)?).iter().map(Selector::id).collect();
        if let Some(value) = self.value.filter(|_| word.told == Told::Value) {
            told.push(value::decode(value)?.id());
        }
        let mut said = Vec::new();
        for key in known {
            let kind = self.removing.names.kind(key.kind)?.clone();
            let id = ObjectId::new(kind, Uuid::from_bytes(key.uuid()));
            let text = id.to_string();
            let written = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            if written || told.contains(&id) {
                said.push(*key);
            }
        }
        if said.is_empty() {
            said.push(self.key);
        }
        Ok(said)
    }
}

fn salt_of(bytes: &[u8], table: &'static str) -> Result<Salt, StoreError> {
    Salt::try_from(bytes).map_err(|_| StoreError::damaged(table, "a salt is not one"))
}
