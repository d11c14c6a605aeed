//! Who has heard of a vertex: the set of compartments whose claims tell or mention it, and how much each tells.
//!
//! A vertex exists for a viewer only when a claim the viewer may see is about it or mentions it, and its value is
//! known to the viewer only when such a claim says the value: an id alone is a digest, and the value behind it may
//! have been told in confidence. Distinct sets are few, so each is interned, and whether a vertex exists for a viewer is
//! one number looked up.

use entente_model::{CompartmentNo, CompartmentSet};

use crate::StoreError;

/// How much a claim tells of a vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Told {
    /// Its id.
    Id,
    /// Its value, as a selector does.
    Value,
    /// All: the claim is about it.
    Whole,
}

/// One compartment's word on a vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Member {
    pub(crate) compartment: CompartmentNo,
    pub(crate) told: Told,
}

/// Compartments ascending, each once, with the most it tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Audience(Vec<Member>);

impl Audience {
    /// This audience and one more member.
    pub(crate) fn with(&self, member: Member) -> Audience {
        let mut members = self.0.clone();
        match members.binary_search_by_key(&member.compartment, |other| other.compartment) {
            Ok(place) => members[place].told = members[place].told.max(member.told),
            Err(place) => members.insert(place, member),
        }
        Audience(members)
    }

    /// The most a viewer hears of the vertex; `None` when it does not exist for them.
    pub(crate) fn told(&self, viewer: &CompartmentSet) -> Option<Told> {
        self.0.iter().filter(|member| viewer.contains(member.compartment)).map(|member| member.told).max()
    }

    /// Whether a compartment that the viewer hears tells the value by mentioning it; what tells more may or may not.
    pub(crate) fn tells_value(&self, viewer: &CompartmentSet) -> bool {
        self.0.iter().any(|member| member.told == Told::Value && viewer.contains(member.compartment))
    }

    /// The compartments that tell of it.
    pub(crate) fn compartments(&self) -> impl Iterator<Item = CompartmentNo> + '_ {
        self.0.iter().map(|member| member.compartment)
    }

    /// Three bytes a member: compartment, little-endian, and how much.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let byte = |member: &Member| {
            let [low, high] = member.compartment.0.to_le_bytes();
            [low, high, member.told as u8]
        };
        self.0.iter().flat_map(byte).collect()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Audience, StoreError> {
        let damaged = || StoreError::damaged("audiences", "a set of compartments does not decode");
        let member = |bytes: &[u8]| match *bytes {
            [low, high, told @ 0..=2] => Ok(Member {
                compartment: CompartmentNo(u16::from_le_bytes([low, high])),
                told: [Told::Id, Told::Value, Told::Whole][usize::from(told)],
            }),
            _ => Err(damaged()),
        };
        bytes.chunks(3).map(member).collect::<Result<_, _>>().map(Audience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(compartment: u16, told: Told) -> Member {
        Member { compartment: CompartmentNo(compartment), told }
    }

    #[test]
    fn a_viewer_hears_the_most_any_visible_compartment_tells() {
        let audience = Audience::default()
            .with(member(7, Told::Whole))
            .with(member(2, Told::Id))
            .with(member(7, Told::Id))
            .with(member(300, Told::Value));
        let sees = |numbers: &[u16]| audience.told(&numbers.iter().map(|no| CompartmentNo(*no)).collect());
        assert_eq!(sees(&[2]), Some(Told::Id));
        assert_eq!(sees(&[2, 300]), Some(Told::Value));
        assert_eq!(sees(&[7]), Some(Told::Whole));
        assert_eq!(sees(&[1, 3]), None);
        assert_eq!(Audience::from_bytes(&audience.to_bytes()).unwrap(), audience);
        assert!(Audience::from_bytes(&[1, 2]).is_err() && Audience::from_bytes(&[1, 2, 3]).is_err());
    }
}
