//! What is new and growing: groups of things that emerge, ranked, each with its reasons.
//!
//! ```text
//! a viewer's question ─► answers.rs: one that is kept, for just what this viewer may see
//!                           │ none, or it is due
//!                           ▼
//!                        a thread of its own, one question at a time ─► look.rs ─► words.rs
//! ```
//!
//! Everything is found in what the viewer may see; nothing is left out afterwards. Nobody is named: people, and what is somebody's
//! own, like an account, are counted.

mod answers;
mod look;
mod since;
mod words;

use std::sync::Arc;
use std::time::Duration;

use entente_model::CompartmentSet;
use entente_store::AsOf;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{Count, ObjectSummary};
use super::{App, AppError, Viewer};
use crate::clock;
use answers::Answer;
pub(crate) use answers::Answers;
use answers::Question;
use since::Since;

/// How long a question waits for its first answer before it is said that one is being made.
const PATIENCE: Duration = Duration::from_secs(2);

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
        let question = self.question(viewer, request)?;
        let claims = self.claims_seen(&question.compartments)?;
        let mut asked = self.emergence.ask(&question, claims, now, || self.begin_to_look())?;
        if asked.answer.is_none() {
            asked = self.emergence.wait(&question, PATIENCE)?;
        }
        let known = asked.answer.as_ref().map_or(0, |answer| answer.claims);
        Ok(EmergingView {
            claims_since: asked.answer.as_ref().map_or(0, |_| claims.saturating_sub(known)),
            answer: asked.answer.map(|answer| answer.view.clone()),
            making: asked.making,
        })
    }

    /// What emerges in what this viewer may see, looked for now.
    pub(crate) fn emerging_now(
        &self,
        viewer: &Viewer,
        request: &EmergingRequest,
    ) -> Result<EmergenceView, AppError> {
        Ok(self.look(&self.question(viewer, request)?)?.view)
    }

    fn question(&self, viewer: &Viewer, request: &EmergingRequest) -> Result<Question, AppError> {
        Ok(Question {
            compartments: viewer.compartments.clone(),
            since: Since::read(request.since.as_deref())?,
            removals: self.store.extent()?.removals,
        })
    }

    fn claims_seen(&self, compartments: &CompartmentSet) -> Result<u64, AppError> {
        Ok(self.store.view(compartments, AsOf::Now)?.stats()?.claims)
    }

    /// Starts a thread that answers what waits, and ends.
    fn begin_to_look(self: &Arc<App>) -> Result<(), AppError> {
        let app = self.clone();
        let work = move || {
            let working = Working(&app.emergence);
            while let Some(question) = working.0.take_over() {
                let answer = app.look(&question);
                if let Err(error) = &answer {
                    tracing::error!(error = %format!("{error:#}"), "what emerges could not be looked for");
                }
                working.0.put(question, answer.ok());
            }
        };
        std::thread::Builder::new().name("emerging".to_owned()).spawn(work).map_err(anyhow::Error::from)?;
        Ok(())
    }

    fn look(&self, question: &Question) -> Result<Answer, AppError> {
        // Or it would be made of a graph that still holds what was removed.
        self.world()?.catch_up(&self.store)?;
        let made_at = clock::now();
        let claims = self.claims_seen(&question.compartments)?;
        let view = self.emergence_of(&question.compartments, question.since, made_at)?;
        let took: SignedDuration = clock::now().duration_since(made_at);
        Ok(Answer { view, made_at, took, claims })
    }
}

/// Somebody who takes over what waits; when they fall, the next can.
struct Working<'a>(&'a Answers);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        // Who ended by themselves has said so, and another may have begun since.
        if std::thread::panicking() {
            self.0.abandon();
        }
    }
}
