//! What a question may see: rights first, then what the person chose to look at.

use entente_model::{ClaimNo, CompartmentSet};

use crate::KindSet;

/// Which edges and vertices take part in a question. It is applied to each edge during traversal, never to the
/// answer afterwards: what the filter leaves out does not exist, so an answer is exactly that of the graph
/// with those edges removed.
#[derive(Clone, Debug)]
pub struct Filter<'a> {
    /// The compartments of which edges are seen: what the viewer may see, cut down to the chosen sources and
    /// handling.
    pub compartments: &'a CompartmentSet,
    /// The compartments whose word counts when they say that a vertex is shared ([`Mark`](crate::Mark)): what the viewer
    /// may see, whichever sources they chose to look at.
    pub marks: &'a CompartmentSet,
    /// Only links of these kinds.
    pub link_kinds: Option<KindSet>,
    /// Only vertices of these kinds, the things asked about excepted.
    pub vertex_kinds: Option<KindSet>,
    /// Only links that held within this time.
    pub window: Option<Window>,
    /// Only links told up to and with this claim: the graph as it stood then. Marks have no claim; they are those of now.
    pub until: Option<ClaimNo>,
    /// Whether to pass through what everybody shares.
    pub hubs: HubPolicy,
}

impl<'a> Filter<'a> {
    /// Everything in these compartments, hubs too.
    pub fn seeing(compartments: &'a CompartmentSet) -> Filter<'a> {
        Filter {
            compartments,
            marks: compartments,
            link_kinds: None,
            vertex_kinds: None,
            window: None,
            until: None,
            hubs: HubPolicy::Expand,
        }
    }
}

/// A span of time for links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First second of the span (since 1970 UTC).
    pub from: u32,
    /// First second after the span.
    pub to: u32,
    /// Whether links of unknown time are seen too. Links that follow from a value (URL to host) often have none.
    pub undated: bool,
}

impl Window {
    /// Dated links from `from` up to and without `to`.
    pub fn dated(from: u32, to: u32) -> Window {
        Window { from, to, undated: false }
    }
}

/// What happens at vertices that everybody shares: a sinkhole, a content delivery network, a warninglisted name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HubPolicy {
    /// Pass through them like any other.
    Expand,
    /// Reach them, show them, but go no further from there. The things asked about are always expanded.
    Skip {
        /// A vertex with more distinct neighbours than this, under the filter, is a hub; so is one with a
        /// [`Mark`](crate::Mark) the filter sees.
        above: u32,
    },
}
