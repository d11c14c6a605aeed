//! Decisions remembered by compartment.

use std::sync::Arc;

use entente_model::{Compartment, CompartmentNo};
use jiff::Timestamp;

use super::{Context, Decision, Policy};
use crate::FlowId;

/// What one policy decided about each compartment of a node, so that the next claim of a known compartment costs a
/// look into a table. A decision is forgotten at its time boundary.
#[derive(Debug)]
pub struct Decisions {
    policy: Arc<Policy>,
    flow: Option<FlowId>,
    context: Context,
    rows: Vec<Option<Row>>,
}

#[derive(Debug)]
struct Row {
    decision: Arc<Decision>,
    since: Timestamp,
}

impl Decisions {
    /// An empty table. Every decision is made in this context, but for its time.
    pub fn new(policy: Arc<Policy>, flow: Option<FlowId>, context: Context) -> Decisions {
        Decisions { policy, flow, context, rows: Vec::new() }
    }

    /// The policy that decides.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The decision about a compartment at `now`. `compartment` is what the node keeps under this number.
    pub fn decide(&mut self, no: CompartmentNo, compartment: &Compartment, now: Timestamp) -> &Arc<Decision> {
        let place = usize::from(no.0);
        if place >= self.rows.len() {
            self.rows.resize_with(place + 1, || None);
        }
        // A clock that went back asks again too.
        let holds = |row: &Row| row.since <= now && now < row.decision.expires_at();
        if !self.rows[place].as_ref().is_some_and(holds) {
            self.rows[place] = None;
        }
        let (policy, flow, context) = (&self.policy, &self.flow, &mut self.context);
        let row = self.rows[place].get_or_insert_with(|| {
            context.now = now;
            let decision = match flow {
                Some(flow) => policy.terms_by(flow, compartment, context),
                None => policy.terms(compartment, context),
            };
            Row { decision: Arc::new(decision), since: now }
        });
        &row.decision
    }
}
