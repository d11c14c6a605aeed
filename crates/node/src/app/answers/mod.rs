//! Questions whose answers take the node seconds, because all that a viewer may see is looked through.
//!
//! ```text
//! a viewer's question ─► kept.rs: an answer that is kept, for just what this viewer may see
//!                           │ none, or it is due
//!                           ▼
//!                        a thread of its own, one question of a sort at a time ─► Inquiry::look
//! ```

mod kept;

use std::sync::Arc;
use std::time::Duration;

use entente_model::CompartmentSet;
use entente_store::AsOf;
use jiff::Timestamp;

use super::{App, AppError, Viewer};
use crate::clock;
use kept::Question;
pub(crate) use kept::{Answer, Answers};

/// How long a question waits for its first answer before it is said that one is being made.
const PATIENCE: Duration = Duration::from_secs(2);

/// A sort of question.
pub(crate) trait Inquiry: Clone + PartialEq + Send + Sized + 'static {
    /// What is answered.
    type View: Clone + Send + Sync + 'static;
    /// What is looked for, for the log.
    const NAME: &'static str;

    /// Whether the answer becomes another with time, though nothing was told.
    fn moves(&self) -> bool;

    /// Where the node keeps its answers.
    fn answers(app: &App) -> &Answers<Self>;

    /// Looks for it, in these compartments and nothing else.
    fn look(&self, app: &App, compartments: &CompartmentSet, now: Timestamp) -> Result<Self::View, AppError>;
}

/// What is known of an answer at this moment.
pub(super) struct Known<V> {
    /// The last answer; absent while the first is being made.
    pub(super) answer: Option<Arc<Answer<V>>>,
    /// Claims told since that it does not know.
    pub(super) claims_since: u64,
    /// A newer one is being made.
    pub(super) making: bool,
}

impl App {
    /// The last answer for this viewer, while a newer one is made where that is due.
    pub(super) fn ask<I: Inquiry>(
        self: &Arc<App>,
        viewer: &Viewer,
        what: I,
        now: Timestamp,
    ) -> Result<Known<I::View>, AppError> {
        let question = self.question(viewer, what)?;
        let claims = self.claims_seen(&question.compartments)?;
        let answers = I::answers(self);
        let mut asked = answers.ask(&question, claims, now, || self.begin_to_look::<I>())?;
        if asked.answer.is_none() {
            asked = answers.wait(&question, PATIENCE)?;
        }
        let claims_since = asked.answer.as_ref().map_or(0, |answer| claims.saturating_sub(answer.claims));
        Ok(Known { answer: asked.answer, claims_since, making: asked.making })
    }

    /// The answer for this viewer, looked for now.
    pub(super) fn ask_now<I: Inquiry>(&self, viewer: &Viewer, what: I) -> Result<I::View, AppError> {
        Ok(self.look(&self.question(viewer, what)?)?.view)
    }

    fn question<I>(&self, viewer: &Viewer, what: I) -> Result<Question<I>, AppError> {
        let removals = self.store.extent()?.removals;
        Ok(Question { compartments: viewer.compartments.clone(), what, removals })
    }

    fn claims_seen(&self, compartments: &CompartmentSet) -> Result<u64, AppError> {
        Ok(self.store.view(compartments, AsOf::Now)?.stats()?.claims)
    }

    /// Starts a thread that answers what waits, and ends.
    fn begin_to_look<I: Inquiry>(self: &Arc<App>) -> Result<(), AppError> {
        let app = self.clone();
        let work = move || {
            let working = Working(I::answers(&app));
            while let Some(question) = working.0.take_over() {
                let answer = app.look(&question);
                if let Err(error) = &answer {
                    tracing::error!(error = %format!("{error:#}"), "{} could not be looked for", I::NAME);
                }
                working.0.put(question, answer.ok());
            }
        };
        let thread = std::thread::Builder::new().name("looking".to_owned());
        thread.spawn(work).map_err(anyhow::Error::from)?;
        Ok(())
    }

    fn look<I: Inquiry>(&self, question: &Question<I>) -> Result<Answer<I::View>, AppError> {
        // Or it would be made of a graph that still holds what was removed.
        self.world()?.catch_up(&self.store)?;
        let made_at = clock::now();
        let claims = self.claims_seen(&question.compartments)?;
        let view = question.what.look(self, &question.compartments, made_at)?;
        let took = clock::now().duration_since(made_at);
        Ok(Answer { view, made_at, took, claims })
    }
}

/// Somebody who takes over what waits; when they fall, the next can.
struct Working<'a, I: Inquiry>(&'a Answers<I>);

impl<I: Inquiry> Drop for Working<'_, I> {
    fn drop(&mut self) {
        // Who ended by themselves has said so, and another may have begun since.
        if std::thread::panicking() {
            self.0.abandon();
        }
    }
}
