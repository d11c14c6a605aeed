//! Row numbers of the wire: a partner's number above, the item's or batch's number below, so that what one partner was
//! told lies together and a number within a partner needs no index of its own.

use crate::StoreError;
use crate::exchange::Seq;

/// The number of a partner in this node; also the name of the folder of its log.
pub(super) type PartnerNo = u32;

const BITS: u32 = 40;
const PARTNERS: u32 = 1 << 22;

/// The row of a partner's item or batch.
pub(super) fn row(partner: PartnerNo, number: u64) -> i64 {
    (i64::from(partner) << BITS) | number as i64
}

/// The item's or batch's number in a row number.
pub(super) fn number(row: i64) -> u64 {
    row as u64 & ((1 << BITS) - 1)
}

pub(super) fn seq(row: i64) -> Seq {
    Seq(number(row))
}

pub(super) fn partner(row: i64) -> PartnerNo {
    (row >> BITS) as PartnerNo
}

/// The last row number a partner can have.
pub(super) fn last(partner: PartnerNo) -> i64 {
    row(partner, (1 << BITS) - 1)
}

/// Refuses numbers that would run into the next partner's.
pub(super) fn check(partner: PartnerNo, last: u64) -> Result<(), StoreError> {
    if partner >= PARTNERS {
        return Err(StoreError::Full { what: "partner", most: PARTNERS.into() });
    }
    if last >= 1 << BITS {
        return Err(StoreError::Full { what: "item", most: (1 << BITS) - 1 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partners_do_not_run_into_each_other() {
        let most = (1_u64 << BITS) - 1;
        for no in [0, 1, PARTNERS - 1] {
            for item in [0, 1, most] {
                let row = row(no, item);
                assert!(row >= 0 && row <= last(no));
                assert_eq!((partner(row), number(row)), (no, item));
            }
        }
        assert!(last(3) < row(4, 0));
        assert!(
            check(PARTNERS, 1).is_err() && check(0, most + 1).is_err() && check(PARTNERS - 1, most).is_ok()
        );
    }
}
