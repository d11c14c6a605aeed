//! A filter made ready for the inner loop.

use entente_model::{ClaimNo, CompartmentSet};

use crate::edge::LinkWord;
use crate::kind_set::WORDS;
use crate::{Filter, HubPolicy, Window};

type Bitmap = Box<[u64; WORDS]>;

/// A filter as bitmaps of full width: a lookup is a shift and a mask, and can never be out of bounds.
#[derive(Debug)]
pub(crate) struct Gate {
    compartments: Bitmap,
    link_kinds: Option<Bitmap>,
    vertex_kinds: Option<Bitmap>,
    pub(crate) window: Option<Window>,
    pub(crate) until: Option<ClaimNo>,
    pub(crate) hubs: HubPolicy,
}

/// How much of the filter matters in one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The viewer sees every compartment that occurs, of every kind, at every time: no edge needs a test.
    Open,
    /// Only compartments are tested.
    Compartments,
    /// Kinds or times are chosen: links are found by search within the sorted adjacency.
    Selective,
}

impl Gate {
    pub(crate) fn new(filter: &Filter<'_>) -> Gate {
        let mut compartments = Box::new([0; WORDS]);
        compartments.iter_mut().zip(filter.compartments.words()).for_each(|(to, from)| *to = *from);
        Gate {
            compartments,
            link_kinds: filter.link_kinds.as_ref().map(|kinds| kinds.full_width()),
            vertex_kinds: filter.vertex_kinds.as_ref().map(|kinds| kinds.full_width()),
            window: filter.window,
            until: filter.until,
            hubs: filter.hubs,
        }
    }

    /// What has to be tested in a layer in which `present` compartments occur, of which `seen` are seen.
    pub(crate) fn mode(&self, seen: &CompartmentSet, present: &CompartmentSet) -> Mode {
        if self.link_kinds.is_some() || self.window.is_some() {
            Mode::Selective
        } else if seen.is_superset(present) {
            Mode::Open
        } else {
            Mode::Compartments
        }
    }

    #[inline]
    pub(crate) fn admits_compartment(&self, link: LinkWord) -> bool {
        holds(&self.compartments, link.compartment())
    }

    #[inline]
    pub(crate) fn admits_kind(&self, kind: u16) -> bool {
        self.link_kinds.as_ref().is_none_or(|kinds| holds(kinds, kind))
    }

    #[inline]
    pub(crate) fn admits_time(&self, at: u32) -> bool {
        self.window.is_none_or(|window| (window.from <= at && at < window.to) || (window.undated && at == 0))
    }

    pub(crate) fn tests_vertices(&self) -> bool {
        self.vertex_kinds.is_some()
    }

    #[inline]
    pub(crate) fn admits_vertex(&self, kind: u16) -> bool {
        self.vertex_kinds.as_ref().is_none_or(|kinds| holds(kinds, kind))
    }
}

#[inline]
fn holds(bitmap: &[u64; WORDS], number: u16) -> bool {
    bitmap[usize::from(number >> 6)] >> (number & 63) & 1 != 0
}
