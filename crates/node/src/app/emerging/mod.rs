//! What is new and growing: groups of things that emerge, ranked, each with its reasons.
//!
//! ```text
//! a viewer's question ─► app/answers: one that is kept, for just what this viewer may see
//!                           │ none, or it is due
//!                           ▼
//!                        a thread of its own, one question at a time ─► look.rs ─► words.rs
//! ```
//!
//! Everything is found in what the viewer may see; nothing is left out afterwards. Nobody is named: people, and what is somebody's
//! own, like an account, are counted.

mod look;
mod since;
mod words;

use std::sync::Arc;

use entente_model::CompartmentSet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answers::{Answers, Inquiry};
use super::view::{Count, ObjectSummary};
use super::{App, AppError, Viewer};
pub(crate) use since::Since;

/// From when on something is new.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct EmergingRequest {
    /// How far to look back (`24h`, `7d`, `90d`), a claim number, or a time (RFC 3339); `7d` when absent.
    pub(crate) since: Option<String>,
}

/// What emerges, as far as it is known at this moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EmergingView {
    /// The last answer; absent while the first is being made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<EmergenceView>,
    /// Claims told since that the answer does not know.
    pub(crate) claims_since: u64,
    /// A newer answer is being made: ask again in a moment.
    pub(crate) making: bool,
}

/// What emerges.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub(crate) struct EmergenceView {
    /// When this was looked for (RFC 3339).
    pub(crate) made_at: String,
    /// From when on something is new, as part of a sentence: `in the last 7 days`.
    pub(crate) since: String,
    /// The groups, the most surprising first.
    pub(crate) groups: Vec<EmergingGroupView>,
    /// Groups that emerge beyond these.
    pub(crate) more: u64,
    /// Things that speak of harm, at the earlier moment, of all groups together. When there were none, all is new and nothing
    /// stands out.
    pub(crate) signs_then: u32,
    /// The same now.
    pub(crate) signs_now: u32,
}

/// A group that emerges.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EmergingGroupView {
    /// What to call it: the malware or campaign in it, or what it centres on.
    pub(crate) title: String,
    /// How many things were in it at the earlier moment: below 3 it is new.
    pub(crate) size_then: u32,
    /// How many things are in it.
    pub(crate) size_now: u32,
    /// How many of its things speak of harm since: reports, sightings, indicators, malware.
    pub(crate) signs: u32,
    /// How many began to in as long a time before; absent when that time is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signs_before: Option<u32>,
    /// How surprising that is against how these grow everywhere, in nats: chance alone reaches 1.9 once in twenty times. The ranking is
    /// by this.
    pub(crate) surprise: f64,
    /// Why it is said to emerge, in sentences.
    pub(crate) reasons: Vec<String>,
    /// What is new in it, by STIX type, the most frequent first.
    pub(crate) kinds: Vec<Count>,
    /// Who says what is new.
    pub(crate) sources: Vec<String>,
    /// Malware, campaigns and intrusion sets in it.
    pub(crate) names: Vec<ObjectSummary>,
    /// Those of its things that say most, linked with most others of it first. People, and what is somebody's own, are not among
    /// them.
    pub(crate) members: Vec<EmergingMemberView>,
}

/// A thing that says much about a group.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EmergingMemberView {
    /// What it is.
    pub(crate) thing: ObjectSummary,
    /// How many others of the group it is linked with.
    pub(crate) neighbours: u32,
    /// It came to the group since.
    pub(crate) newcomer: bool,
}

impl App {
    /// What emerges in what this viewer may see: the last answer, while a newer one is made where that is due.
    pub(crate) fn emerging(
        self: &Arc<App>,
        viewer: &Viewer,
        request: &EmergingRequest,
        now: Timestamp,
    ) -> Result<EmergingView, AppError> {
        let told = self.ask(viewer, Since::read(request.since.as_deref())?, now)?;
        Ok(EmergingView {
            claims_since: told.claims_since,
            making: told.making,
            answer: told.answer.map(|answer| answer.view.clone()),
        })
    }

    /// What emerges in what this viewer may see, looked for now.
    pub(crate) fn emerging_now(
        &self,
        viewer: &Viewer,
        request: &EmergingRequest,
    ) -> Result<EmergenceView, AppError> {
        self.ask_now(viewer, Since::read(request.since.as_deref())?)
    }
}

impl Inquiry for Since {
    type View = EmergenceView;
    const NAME: &'static str = "what emerges";

    fn moves(&self) -> bool {
        Since::moves(*self)
    }

    fn answers(app: &App) -> &Answers<Since> {
        &app.emergence
    }

    fn look(
        &self,
        app: &App,
        compartments: &CompartmentSet,
        now: Timestamp,
    ) -> Result<EmergenceView, AppError> {
        app.emergence_of(compartments, *self, now)
    }
}
