//! What is owed for something received. It follows from the receiver's own signed copy, not from what a sender says.

use entente_agreement::{Flow, Kept, Obligations};
use jiff::Timestamp;

use crate::app::agreement::Held;

/// What is owed for what came by a flow.
pub(super) fn obligations(held: &Held, flow: &Flow) -> Obligations {
    Obligations {
        agreement: held.agreement().id.clone(),
        version: held.hash(),
        flow: flow.id.clone(),
        from: flow.from.clone(),
        purposes: flow.purposes.clone(),
        use_rule: flow.use_rule,
        onward: flow.onward.clone(),
        handling: flow.handling.clone(),
        provider_attribution: flow.provider_attribution,
        affected_party_notification: flow.affected_party_notification,
        retention: flow.retention.clone(),
        quality_duty: flow.quality_duty.clone(),
        feedback: flow.feedback.clone(),
    }
}

/// Until when something received now may be kept. What comes in belongs to no case of this node, so there is none whose close a
/// period could wait for: were it to wait all the same, it would be kept for ever. It begins with the receipt.
pub(super) fn keep_until(held: &Held, flow: &Flow, received: Timestamp) -> Option<Timestamp> {
    obligations(held, flow).deadline(&Kept { received, case_closed: Some(received), last_relevant: None })
}
