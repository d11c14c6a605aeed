//! How much may still leave today. Pure state: the caller takes from it and keeps it in one transaction.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::Limits;

/// What was used of a flow's limits on one day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// The day.
    pub day: Date,
    /// Items released on it.
    pub items: u64,
    /// Queries answered on it.
    pub queries: u64,
}

/// A limit that is reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Exhausted {
    /// No more on this day.
    #[error("the flow's limit of {limit} {what} a day is reached: the next may leave at {again}")]
    Day {
        /// Items or queries.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// When the next day begins.
        again: Timestamp,
    },
    /// An answer is larger than the flow lets one be.
    #[error(
        "an answer of {asked} items is larger than the {limit} the flow lets one have: narrow the question"
    )]
    SetSize {
        /// How many there are.
        asked: u64,
        /// The limit.
        limit: u64,
    },
}

impl Budget {
    /// A day on which nothing was used.
    pub fn unused(now: Timestamp) -> Budget {
        Budget { day: day(now), items: 0, queries: 0 }
    }

    /// The budget after releasing `items` more. A clock that goes back does not give a day anew.
    pub fn take_items(self, limits: &Limits, items: u64, now: Timestamp) -> Result<Budget, Exhausted> {
        let today = self.on(now);
        let used = today.items.saturating_add(items);
        within(used, limits.max_items_per_day, "items", today.day)?;
        Ok(Budget { items: used, ..today })
    }

    /// The budget after answering one query with a set of this size.
    pub fn take_query(self, limits: &Limits, size: u64, now: Timestamp) -> Result<Budget, Exhausted> {
        if let Some(limit) = limits.max_set_size.filter(|limit| size > *limit) {
            return Err(Exhausted::SetSize { asked: size, limit });
        }
        let today = self.on(now);
        let used = today.queries.saturating_add(1);
        within(used, limits.max_queries_per_day, "queries", today.day)?;
        Budget { queries: used, ..today }.take_items(limits, size, now)
    }

    /// How many items more may leave now; `None` when there is no limit.
    pub fn items_left(self, limits: &Limits, now: Timestamp) -> Option<u64> {
        limits.max_items_per_day.map(|limit| limit.saturating_sub(self.on(now).items))
    }

    fn on(self, now: Timestamp) -> Budget {
        if day(now) > self.day { Budget::unused(now) } else { self }
    }
}

fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

fn within(used: u64, limit: Option<u64>, what: &'static str, day: Date) -> Result<(), Exhausted> {
    let Some(limit) = limit.filter(|limit| used > *limit) else { return Ok(()) };
    let next = day.tomorrow().and_then(|next| next.to_zoned(TimeZone::UTC));
    let again = next.map_or(Timestamp::MAX, |next| next.timestamp());
    Err(Exhausted::Day { what, limit, again })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_day_has_its_limit_and_ends_at_midnight() {
        let limits = Limits { max_items_per_day: Some(10), ..Limits::default() };
        let noon = at("2026-11-26T12:00:00Z");
        let used = Budget::unused(noon).take_items(&limits, 8, noon).expect("within");
        assert_eq!(used.items_left(&limits, noon), Some(2));
        let error = used.take_items(&limits, 3, noon).expect_err("beyond");
        assert_eq!(error, Exhausted::Day { what: "items", limit: 10, again: at("2026-11-27T00:00:00Z") });
        assert_eq!(used.take_items(&limits, 2, noon).expect("just within").items, 10);
        assert_eq!(used.take_items(&limits, 10, at("2026-11-27T00:00:00Z")).expect("a new day").items, 10);
        // Yesterday's clock gives no new day.
        assert!(used.take_items(&limits, 3, at("2026-11-25T12:00:00Z")).is_err());
    }

    #[test]
    fn queries_count_and_so_does_what_they_return() {
        let limits = Limits {
            max_items_per_day: Some(10),
            max_queries_per_day: Some(2),
            max_set_size: Some(6),
            min_group_size_k: None,
        };
        let now = at("2026-11-26T12:00:00Z");
        let one = Budget::unused(now).take_query(&limits, 6, now).expect("within");
        assert!(matches!(one.take_query(&limits, 7, now), Err(Exhausted::SetSize { asked: 7, limit: 6 })));
        assert!(matches!(one.take_query(&limits, 5, now), Err(Exhausted::Day { what: "items", .. })));
        let two = one.take_query(&limits, 4, now).expect("within");
        assert!(matches!(two.take_query(&limits, 0, now), Err(Exhausted::Day { what: "queries", .. })));
    }

    #[test]
    fn without_limits_everything_fits() {
        let now = at("2026-11-26T12:00:00Z");
        let all = Budget::unused(now).take_items(&Limits::default(), u64::MAX, now).expect("no limit");
        assert!(all.take_items(&Limits::default(), u64::MAX, now).is_ok());
    }
}
