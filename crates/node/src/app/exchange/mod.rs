//! The exchange of this node: deciding what partners are told, and taking in what they tell.
//!
//! ```text
//! claims ──discloser: clearance decides, releases──► wire of each partner ──peer──► partner
//! partner ──peer──► receiver: claims + cursor in one transaction, notices answered ──► receipt
//! ```

mod anonymous;
pub(crate) mod bell;
mod clearance;
mod conditions;
mod deciding;
pub(crate) mod discloser;
pub(crate) mod frame;
pub(crate) mod health;
mod held;
mod neighbours;
pub(crate) mod notice;
mod obligations;
pub(crate) mod outgoing;
pub(crate) mod preview;
pub(crate) mod queue;
mod recall;
pub(crate) mod receipts;
pub(crate) mod receiver;
pub(crate) mod referral;
mod referring;
mod replacing;
pub(crate) mod retention;
mod returning;
#[cfg(test)]
mod simulation;
pub(crate) mod taxii;
mod tending;
mod token;
pub(crate) mod tree;
#[cfg(test)]
mod trial;
pub(crate) mod watch;
pub(crate) mod wire;
mod withdrawing;

use entente_agreement::{AgreementId, FlowId};
use entente_store::exchange;

/// A flow as the exchange keeps it, and as a compartment says what something came under: `<agreement>/<flow>`.
pub(crate) fn flow_name(agreement: &AgreementId, flow: &FlowId) -> exchange::FlowId {
    exchange::FlowId(format!("{agreement}/{flow}"))
}

/// The agreement and the flow of such a name.
pub(crate) fn parse_flow_name(name: &str) -> Option<(AgreementId, FlowId)> {
    let (agreement, flow) = name.split_once('/')?;
    Some((agreement.parse().ok()?, flow.parse().ok()?))
}
