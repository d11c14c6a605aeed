//! Items of which a partner got the leaf alone, because their agreement was suspended when their turn came, or another version had taken
//! its place. What comes after them need not wait; they are told anew, further on, when the agreement is resumed or as the other
//! version has it.

use std::ops::RangeInclusive;

use rusqlite::{Connection, Row};

use super::place::{self, PartnerNo, row};
use super::read::{Reading, items, told_under};
use super::{AgreementHash, Exchange, FlowId, PartyId, Seq, WireItem, find_flow, partner_no};
use crate::StoreError;
use crate::error::Doing;

const DOING: &str = "holding items back";

impl Exchange {
    /// Notes that these items are held back; the same again changes nothing.
    pub fn hold_back(&self, partner: &PartyId, held: &[Seq]) -> Result<(), StoreError> {
        self.change(DOING, |tx| {
            let no = partner_no(tx, partner)?;
            let mut statement =
                tx.prepare_cached("INSERT OR IGNORE INTO held_back VALUES (?1)").doing(DOING)?;
            held.iter().try_for_each(|seq| statement.execute([row(no, seq.0)]).map(drop).doing(DOING))
        })
    }

    /// Holds back what a flow told under one of these versions and the partner did not fetch over TAXII; answers how much that is.
    pub fn hold_back_unfetched(
        &self,
        partner: &PartyId,
        flow: &FlowId,
        versions: &[AgreementHash],
    ) -> Result<usize, StoreError> {
        if versions.is_empty() {
            return Ok(0);
        }
        self.change(DOING, |tx| {
            let Some(flow) = find_flow(tx, partner_no(tx, partner)?, flow)? else { return Ok(0) };
            let fetched = fetched(tx, flow)?;
            let sql = format!(
                "SELECT no, added FROM wire WHERE kind = 0 AND flow = ?1 AND state < 2 AND {}",
                told_under("wire", versions)
            );
            let mut statement = tx.prepare_cached(&sql).doing(DOING)?;
            let rows = statement.query_map([flow], |row| Ok((row.get(0)?, row.get(1)?))).doing(DOING)?;
            let told: Vec<(i64, i64)> = rows.collect::<Result<_, _>>().doing(DOING)?;
            let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO held_back VALUES (?1)").doing(DOING)?;
            let unfetched = told.iter().filter(|(_, added)| !within(&fetched, *added));
            unfetched.map(|(no, _)| insert.execute([no]).doing(DOING)).sum()
        })
    }

    /// The items to a partner that are held back, still stand, and were told under one of these versions: the oldest, `limit` at most.
    pub fn held_back(
        &self,
        partner: &PartyId,
        versions: &[AgreementHash],
        limit: usize,
    ) -> Result<Vec<WireItem>, StoreError> {
        if versions.is_empty() {
            return Ok(Vec::new());
        }
        self.read(|conn| {
            let no = partner_no(conn, partner)?;
            let sql = format!(
                items!(
                    "WHERE no IN (SELECT no FROM held_back WHERE no BETWEEN ?1 AND ?2) AND state < 2 AND {} ORDER BY no
                    LIMIT ?3"
                ),
                told_under("wire", versions)
            );
            let mut statement = conn.prepare_cached(&sql).doing(DOING)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut rows = statement.query((row(no, 0), place::last(no), limit)).doing(DOING)?;
            let (mut reading, mut held) = (Reading::new(conn, no), Vec::new());
            while let Some(found) = rows.next().doing(DOING)? {
                held.push(reading.item(found)?);
            }
            Ok(held)
        })
    }
}

/// Whether a time is in one of some spans, in order.
fn within(spans: &[RangeInclusive<i64>], at: i64) -> bool {
    let after = spans.partition_point(|span| *span.start() <= at);
    after.checked_sub(1).is_some_and(|last| spans[last].contains(&at))
}

/// When what was fetched of a flow had been added, as spans that do not touch. A page that was chosen by type, version or id spans more
/// than it holds: only one that holds as much as there is in its span counts.
fn fetched(conn: &Connection, flow: i64) -> Result<Vec<RangeInclusive<i64>>, StoreError> {
    let read = |sql: &str| -> Result<Vec<[i64; 3]>, StoreError> {
        let mut statement = conn.prepare_cached(sql).doing(DOING)?;
        let row = |row: &Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
        statement.query_map([flow], row).doing(DOING)?.collect::<Result<_, _>>().doing(DOING)
    };
    let stand =
        read("SELECT added, 0, 0 FROM wire WHERE kind = 0 AND flow = ?1 AND state = 0 ORDER BY added")?;
    let standing = |first: i64, last: i64| {
        let until = stand.partition_point(|[added, ..]| *added <= last);
        until - stand.partition_point(|[added, ..]| *added < first)
    };
    let pages = "SELECT first_added, last_added, max(items) FROM deliveries WHERE flow = ?1
        GROUP BY first_added, last_added ORDER BY first_added";
    let mut spans: Vec<RangeInclusive<i64>> = Vec::new();
    for [first, last, items] in read(pages)? {
        if usize::try_from(items).is_ok_and(|items| items < standing(first, last)) {
            continue;
        }
        match spans.last_mut().filter(|before| first <= *before.end()) {
            Some(before) => *before = *before.start()..=last.max(*before.end()),
            None => spans.push(first..=last),
        }
    }
    Ok(spans)
}

/// Within the transaction of an append: these were never told. They are told anew in it, or not at all; they count as withdrawn, so that
/// nobody takes them for what the partner holds.
pub(super) fn let_go(conn: &Connection, partner: PartnerNo, items: &[Seq]) -> Result<(), StoreError> {
    for seq in items {
        let item = [row(partner, seq.0)];
        let sql = "UPDATE wire SET state = 2 WHERE no = ?1 AND no IN (SELECT no FROM held_back)";
        conn.prepare_cached(sql).doing(DOING)?.execute(item).doing(DOING)?;
        let sql = "DELETE FROM held_back WHERE no = ?1";
        conn.prepare_cached(sql).doing(DOING)?.execute(item).doing(DOING)?;
    }
    Ok(())
}
