//! What the graph is made of: vertices, and the edges that claims assert between them.

use entente_model::{ClaimNo, CompartmentNo, VertexNo};

/// One claim of one link between two vertices. The graph is a multigraph: the same link told by three sources,
/// or three times by one, is three edges, each with its own claim and compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge {
    /// Where the link starts (the referring object, the `source_ref` of a relationship).
    pub source: VertexNo,
    /// Where it ends.
    pub target: VertexNo,
    /// Number of the link kind, less than [`Edge::KINDS`].
    pub kind: u16,
    /// The compartment of the claim that asserts it: whoever lacks it does not see this edge.
    pub compartment: CompartmentNo,
    /// When it held, in seconds since 1970 UTC; 0 when unknown.
    pub at: u32,
    /// The claim that asserts it.
    pub claim: ClaimNo,
}

impl Edge {
    /// How many link kinds there can be: a kind shares its 16 bits with the direction.
    pub const KINDS: u16 = 1 << 15;
}

/// What traversal needs to know of a vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Vertex {
    /// Number of the vertex kind.
    pub kind: u16,
}

impl Vertex {
    /// A number that was skipped: no kind.
    pub const UNKNOWN: Vertex = Vertex { kind: u16::MAX };
}

macro_rules! hub_reasons {
    ($( $variant:ident = $code:literal, $name:literal, $doc:literal; )*) => {
        /// Why a vertex is known to be shared by people who have nothing to do with each other, so that meeting
        /// there means nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum HubReason {
            $( #[doc = $doc] $variant = $code, )*
        }

        impl HubReason {
            /// Every reason, in the order of its code.
            pub const ALL: &[HubReason] = &[ $( HubReason::$variant, )* ];

            /// The reason's name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $( HubReason::$variant => $name, )* }
            }
        }
    };
}

hub_reasons! {
    Warninglist = 1, "warninglist", "It is on a list of things too common to mean anything.";
    Sinkhole = 2, "sinkhole", "Seized names point here: all of them, whoever ran them.";
    ContentDelivery = 3, "cdn", "A content delivery network.";
    SharedHost = 4, "shared_host", "Hosting shared by many tenants.";
    Parking = 5, "parking", "Domains not in use point here.";
    PrivacyProxy = 6, "privacy_proxy", "A registration privacy service.";
    DynamicDns = 7, "dyn_dns", "A provider of dynamic names.";
    PublicResolver = 8, "public_resolver", "A public name server.";
    Vpn = 9, "vpn", "An exit many people share.";
    ExchangeWallet = 10, "exchange_wallet", "A wallet of an exchange or payment processor.";
    DefaultCertificate = 11, "default_cert", "A certificate that software ships with.";
    PopularLibrary = 12, "popular_lib", "A file in countless programs.";
}

impl HubReason {
    /// The reason a code stands for; `None` for 0 and for codes of later versions.
    pub(crate) fn from_code(code: u8) -> Option<HubReason> {
        Self::ALL.iter().copied().find(|reason| *reason as u8 == code)
    }
}

/// Which way a link points, seen from a vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// Away from the vertex: it is the source.
    Out,
    /// Towards the vertex: it is the target.
    In,
}

/// One entry of a vertex's adjacency, packed so that integer order is (kind, direction, compartment, neighbour):
/// kind 15 bits, direction 1, compartment 16, inner number of the neighbour 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkWord(pub(crate) u64);

impl LinkWord {
    pub(crate) fn new(kind: u16, direction: Direction, compartment: u16, neighbour: u32) -> LinkWord {
        let inward = u64::from(direction == Direction::In);
        LinkWord(u64::from(kind) << 49 | inward << 48 | u64::from(compartment) << 32 | u64::from(neighbour))
    }

    #[inline]
    pub(crate) fn neighbour(self) -> u32 {
        self.0 as u32
    }

    #[inline]
    pub(crate) fn compartment(self) -> u16 {
        (self.0 >> 32) as u16
    }

    #[inline]
    pub(crate) fn is_out(self) -> bool {
        self.0 & 1 << 48 == 0
    }

    #[inline]
    pub(crate) fn kind(self) -> u16 {
        (self.0 >> 49) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_word_gives_back_what_was_packed() {
        let word = LinkWord::new(32_767, Direction::In, 65_535, u32::MAX);
        assert_eq!((word.kind(), word.compartment(), word.neighbour()), (32_767, 65_535, u32::MAX));
        assert!(!word.is_out());
        assert!(LinkWord::new(1, Direction::Out, 0, 0).is_out());
    }

    #[test]
    fn hub_codes_round_trip() {
        for reason in HubReason::ALL {
            assert_eq!(HubReason::from_code(*reason as u8), Some(*reason));
        }
        assert_eq!(HubReason::from_code(0), None);
    }
}
