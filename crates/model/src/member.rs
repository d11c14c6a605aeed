//! A member of a JSON object by its name.

use serde_json::{Map, Value};

/// Members up to which looking at each costs less than hashing the name: SipHash, which guards the map against names chosen to
/// collide, takes as long as two dozen comparisons, most of which end at the length. Beyond, the map's own index is asked, so
/// that nobody makes a lookup long by sending many members.
const FEW: usize = 24;

/// The member with this name. An object of a dozen members is asked for some thirty names while it is read, most of
/// which it has not.
pub fn member<'v>(json: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    match json.len() {
        0..=FEW => json.iter().find(|(known, _)| *known == name).map(|(_, value)| value),
        _ => json.get(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_however_many_there_are() {
        for members in [0, 1, FEW, FEW + 1, 200] {
            let json: Map<String, Value> = (0..members).map(|no| (format!("x_{no}"), no.into())).collect();
            for no in 0..members {
                assert_eq!(member(&json, &format!("x_{no}")), Some(&no.into()), "of {members}");
            }
            assert_eq!(member(&json, "x_"), None, "of {members}");
        }
    }
}
