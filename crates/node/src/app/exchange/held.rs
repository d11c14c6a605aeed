//! How an item was handled when it left, for whoever takes it in.

use entente_model::{CompartmentSet, Conditions, Handling};
use entente_store::AsOf;
use entente_store::exchange::WireItem;

use crate::app::App;

impl App {
    /// The handling under which items left. It follows from the claims they were made from, and what the receiver's own copy
    /// of the agreement adds need not be sent. `None` for what was made from no claim.
    pub(super) fn handling_of(&self, items: &[WireItem]) -> anyhow::Result<Vec<Option<Handling>>> {
        let all = CompartmentSet::all();
        let view = self.store.view(&all, AsOf::Now)?;
        let handling = |item: &WireItem| {
            let Some(claim) = item.claim else { return Ok(None) };
            Ok(view.compartment_of(claim)?.map(|compartment| compartment.handling.clone()))
        };
        items.iter().map(handling).collect()
    }
}

/// The strictest of two handlings; the grade is that of the first, which is the sender's.
pub(super) fn strictest(sender: Handling, terms: &entente_agreement::HandlingCodes) -> Handling {
    let others: Vec<&str> =
        [&sender.conditions.other, &terms.other].into_iter().flatten().map(String::as_str).collect();
    let mut said: Vec<&str> = Vec::new();
    for other in others {
        if !said.contains(&other) {
            said.push(other);
        }
    }
    let conditions = Conditions {
        no_court_use: sender.conditions.no_court_use || terms.no_court_use,
        no_onward: sender.conditions.no_onward || terms.no_onward,
        other: (!said.is_empty()).then(|| said.join("; ")),
    };
    Handling { conditions, ..sender }
}
