//! Numbers in as few bytes as they need: LEB128, seven bits a byte, the lowest first.

use crate::StoreError;

pub(crate) fn put(data: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        data.push(number as u8 | 0x80);
        number >>= 7;
    }
    data.push(number as u8);
}

/// Takes a number off the front; `what` is damaged when there is none.
#[inline]
pub(crate) fn take(bytes: &mut &[u8], what: &'static str) -> Result<u64, StoreError> {
    let mut number = 0;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            *bytes = &bytes[index + 1..];
            return Ok(number);
        }
    }
    Err(damaged(what))
}

#[inline]
pub(crate) fn narrow<T: TryFrom<u64>>(number: u64, what: &'static str) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| damaged(what))
}

#[cold]
pub(crate) fn damaged(what: &'static str) -> StoreError {
    StoreError::damaged(what, "packed numbers do not unpack")
}
