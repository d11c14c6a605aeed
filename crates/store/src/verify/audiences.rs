//! Audiences and counts, made again from claims and edges: they decide who may see what, so they must be what the claims say.

use std::collections::BTreeMap;

use entente_model::{ClaimNo, CompartmentNo};
use rusqlite::{Connection, params};

use super::{FirstBad, VERIFYING};
use crate::StoreError;
use crate::audience::{Audience, Member, Told};
use crate::edges::{ByValue, StoredEdge, unpack};
use crate::error::Doing;
use crate::interned::{AudienceNo, Interned, KindNo};

/// What a vertex has gone through so far.
#[derive(Clone, Copy, Default)]
struct State {
    audience: AudienceNo,
    /// The claim that first spoke of it, and the one that last changed its audience; 0 when there is none.
    first: u32,
    changed: u32,
    /// Its audience by the first claim that its row names.
    begins: AudienceNo,
}

/// Claims played again.
struct Replay<'c> {
    conn: &'c Connection,
    /// Numbers of its own: only the members of an audience are compared.
    names: Interned,
    states: Vec<State>,
    /// By object: the claim that first spoke of it, also when it was removed since.
    first_claims: Vec<u32>,
    /// Later audiences there must be, and are.
    later: i64,
    claims: BTreeMap<CompartmentNo, i64>,
}

/// `Err` names the batch of the claim whose word was not kept.
pub(super) fn check(conn: &Connection) -> Result<Result<(), FirstBad>, StoreError> {
    let mut names = Interned::default();
    names.refresh(conn)?;
    let first_claims = first_claims(conn)?;
    let mut replay =
        Replay { conn, names, states: Vec::new(), first_claims, later: 0, claims: BTreeMap::new() };
    let fault = match replay.play()? {
        Ok(()) => replay.compare()?,
        fault => fault,
    };
    let Err((claim, why)) = fault else { return Ok(Ok(())) };
    let sql = "SELECT no - 1 FROM batches WHERE claims_end > ?1 ORDER BY claims_end LIMIT 1";
    let leaf = claim.map(|claim| conn.query_row(sql, [claim], |row| row.get::<_, i64>(0))).transpose();
    let leaf = leaf.doing(VERIFYING)?.map(|leaf| leaf as u64);
    Ok(Err(FirstBad { leaf, why }))
}

/// A claim, when one can be named, and what is wrong.
type Fault = Result<(), (Option<u32>, String)>;

impl Replay<'_> {
    fn play(&mut self) -> Result<Fault, StoreError> {
        let conn = self.conn;
        let mut claims = conn
            .prepare(
                "SELECT no, object, compartment, EXISTS (SELECT 1 FROM removals WHERE claim = claims.no)
                FROM claims ORDER BY no",
            )
            .doing(VERIFYING)?;
        let mut claims = claims.query([]).doing(VERIFYING)?;
        let mut runs =
            conn.prepare("SELECT first_claim, data FROM edges ORDER BY first_claim").doing(VERIFYING)?;
        let mut runs = runs.query([]).doing(VERIFYING)?;
        let mut edges = Vec::<(StoredEdge, ByValue)>::new().into_iter().peekable();
        while let Some(row) = claims.next().doing(VERIFYING)? {
            let (claim, object): (u32, u32) = (row.get(0).doing(VERIFYING)?, row.get(1).doing(VERIFYING)?);
            let compartment = CompartmentNo(row.get(2).doing(VERIFYING)?);
            // A claim that was removed is played without effect: its edges, if they are there, are taken and dropped.
            let shows = !row.get::<_, bool>(3).doing(VERIFYING)?;
            if shows {
                *self.claims.entry(compartment).or_default() += 1;
                self.touch(claim, object, Member { compartment, told: Told::Whole })?;
            }
            loop {
                if edges.peek().is_none()
                    && let Some(run) = runs.next().doing(VERIFYING)?
                {
                    let (first, data): (u32, Vec<u8>) =
                        (run.get(0).doing(VERIFYING)?, run.get(1).doing(VERIFYING)?);
                    let mut unpacked = Vec::new();
                    unpack(ClaimNo(first), &data, |edge, by_value| unpacked.push((edge, by_value)))?;
                    edges = unpacked.into_iter().peekable();
                }
                let Some((edge, by_value)) = edges.next_if(|(edge, _)| edge.claim.0 == claim) else { break };
                for (end, by_value) in [(edge.source.0, by_value.source), (edge.target.0, by_value.target)] {
                    let told = if by_value { Told::Value } else { Told::Id };
                    if shows && end != object {
                        self.touch(claim, end, Member { compartment: edge.compartment, told })?;
                    }
                }
            }
        }
        match edges.next() {
            Some((edge, _)) => {
                Ok(Err((Some(edge.claim.0), "it has edges of a claim that is not there".to_owned())))
            }
            None => Ok(Ok(())),
        }
    }

    fn touch(&mut self, claim: u32, object: u32, member: Member) -> Result<(), StoreError> {
        let place = object as usize;
        if place >= self.states.len() {
            self.states.resize(place + 1, State::default());
        }
        let state = self.states[place];
        let wider = self.names.widen(state.audience, member)?;
        let changes = wider != state.audience;
        if changes && state.changed != claim {
            self.settle(object)?;
        }
        let begins = self.first_claims.get(place) == Some(&claim);
        let state = &mut self.states[place];
        if state.first == 0 {
            state.first = claim;
        }
        if changes {
            (state.audience, state.changed) = (wider, claim);
        }
        if begins {
            state.begins = wider;
        }
        Ok(())
    }

    /// Counts the row of the last change, when it is what it should be: one that is absent or another is missed in the count.
    fn settle(&mut self, object: u32) -> Result<(), StoreError> {
        let State { audience, changed, .. } = self.states[object as usize];
        if changed == 0 || self.first_claims.get(object as usize) == Some(&changed) {
            return Ok(());
        }
        let sql = "SELECT max(audience) FROM later_audiences WHERE object = ?1 AND since = ?2";
        let stored: Option<AudienceNo> = one(self.conn, sql, params![object, changed])?;
        let holds = stored.map(|stored| self.names.audience(stored)).transpose()?;
        self.later += i64::from(holds == Some(self.names.audience(audience)?));
        Ok(())
    }

    fn compare(&mut self) -> Result<Fault, StoreError> {
        (0..self.states.len() as u32).try_for_each(|object| self.settle(object))?;
        let sql = "SELECT no, kind, first_claim, coalesce((SELECT audience FROM later_audiences WHERE object = objects.no
            ORDER BY since DESC LIMIT 1), audience), audience FROM objects ORDER BY no";
        let mut statement = self.conn.prepare(sql).doing(VERIFYING)?;
        let mut rows = statement.query([]).doing(VERIFYING)?;
        let mut counts: BTreeMap<(AudienceNo, KindNo), i64> = BTreeMap::new();
        while let Some(row) = rows.next().doing(VERIFYING)? {
            let (no, first): (u32, u32) = (row.get(0).doing(VERIFYING)?, row.get(2).doing(VERIFYING)?);
            let (kind, stored) = (row.get(1).doing(VERIFYING)?, row.get(3).doing(VERIFYING)?);
            let state = self.states.get(no as usize).copied().unwrap_or_default();
            let expected: &Audience = self.names.audience(state.audience)?;
            let begins = state.first == first
                || (state.first == 0 || state.first > first) && self.was_removed(first)?;
            let first_heard = self.names.audience(row.get(4).doing(VERIFYING)?)?;
            let begins = begins && first_heard == self.names.audience(state.begins)?;
            if !begins || self.names.audience(stored)? != expected {
                let why = format!("object {no} is not shown to those who were told of it, or to others");
                return Ok(Err((Some(state.changed.max(1)), why)));
            }
            *counts.entry((stored, kind)).or_default() += 1;
        }
        Ok(self.compare_counts(&counts)?.map_err(|why| (None, why)))
    }

    fn was_removed(&self, claim: u32) -> Result<bool, StoreError> {
        one(self.conn, "SELECT EXISTS (SELECT 1 FROM removals WHERE claim = ?1)", [claim])
    }

    fn compare_counts(
        &self,
        counts: &BTreeMap<(AudienceNo, KindNo), i64>,
    ) -> Result<Result<(), String>, StoreError> {
        let stored: i64 = one(self.conn, "SELECT count(*) FROM later_audiences", [])?;
        if stored != self.later {
            return Ok(Err("`later_audiences` is not what the claims make it".to_owned()));
        }
        let sql =
            "SELECT audience, kind, objects FROM object_counts WHERE objects <> 0 ORDER BY audience, kind";
        let mut statement = self.conn.prepare(sql).doing(VERIFYING)?;
        let rows =
            statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).doing(VERIFYING)?;
        let stored: Vec<((AudienceNo, KindNo), i64)> = rows.collect::<Result<_, _>>().doing(VERIFYING)?;
        if !stored.iter().copied().eq(counts.iter().map(|(key, count)| (*key, *count))) {
            return Ok(Err("`object_counts` does not count the objects".to_owned()));
        }
        let sql = "SELECT compartment, claims FROM claim_counts WHERE claims <> 0 ORDER BY compartment";
        let mut statement = self.conn.prepare(sql).doing(VERIFYING)?;
        let rows =
            statement.query_map([], |row| Ok((CompartmentNo(row.get(0)?), row.get(1)?))).doing(VERIFYING)?;
        let stored: Vec<(CompartmentNo, i64)> = rows.collect::<Result<_, _>>().doing(VERIFYING)?;
        let counted = stored.iter().copied().eq(self.claims.iter().map(|(key, count)| (*key, *count)));
        Ok(counted.then_some(()).ok_or_else(|| "`claim_counts` does not count the claims".to_owned()))
    }
}

fn first_claims(conn: &Connection) -> Result<Vec<u32>, StoreError> {
    let mut statement = conn.prepare("SELECT first_claim FROM objects ORDER BY no").doing(VERIFYING)?;
    let rows = statement.query_map([], |row| row.get(0)).doing(VERIFYING)?;
    rows.collect::<Result<_, _>>().doing(VERIFYING)
}

fn one<T: rusqlite::types::FromSql>(
    conn: &Connection,
    sql: &'static str,
    columns: impl rusqlite::Params,
) -> Result<T, StoreError> {
    let mut statement = conn.prepare_cached(sql).doing(VERIFYING)?;
    statement.query_row(columns, |row| row.get(0)).doing(VERIFYING)
}
