//! Answers that are kept a while, and the questions that wait for one: looking through the whole graph takes seconds.
//!
//! What a viewer may see is part of a question, and an answer is given to exactly the question it was made for. So who may see less
//! than yesterday, or less than another, is not given what was made for more; and any two who may see the same share the work.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entente_model::CompartmentSet;
use jiff::{SignedDuration, Timestamp};

use super::Inquiry;
use crate::app::AppError;

/// Answers kept, those asked for last.
const KEPT: usize = 32;
/// Questions that wait, at most.
const WAITING: usize = 8;
/// An answer rests so many times as long as it took to make: all of them together cost a twentieth of one processor.
const REST: i32 = 20;
/// The week that ends now is another one after so long, though nothing was told.
const LASTS: SignedDuration = SignedDuration::from_hours(1);

/// What is asked: everything that an answer depends on and that tells viewers apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question<I> {
    /// What the viewer may see.
    pub(super) compartments: CompartmentSet,
    /// What they want to know.
    pub(super) what: I,
    /// How many removals there were: what was removed was never told, and an answer made before may tell of it.
    pub(super) removals: u64,
}

/// An answer, and when and of what it was made.
#[derive(Debug)]
pub(crate) struct Answer<V> {
    pub(crate) view: V,
    pub(super) made_at: Timestamp,
    pub(super) took: SignedDuration,
    /// Claims the viewer could see. That others were told something makes no new answer, or its time would tell of it.
    pub(super) claims: u64,
}

/// What becomes of a question that is asked.
#[derive(Debug)]
pub(super) struct Asked<V> {
    /// The last answer to it.
    pub(super) answer: Option<Arc<Answer<V>>>,
    /// One is being made, or waits to be.
    pub(super) making: bool,
}

/// Answers and questions. Whoever takes a question over makes its answer; there is one of these at a time.
pub(crate) struct Answers<I: Inquiry> {
    now: Mutex<State<I>>,
    made: Condvar,
}

/// A question and its answer; one that could not be answered has none.
type Kept<I> = (Question<I>, Option<Arc<Answer<<I as Inquiry>::View>>>);

struct State<I: Inquiry> {
    /// The one asked for last at the front.
    kept: VecDeque<Kept<I>>,
    waiting: VecDeque<Question<I>>,
    /// What is being made.
    at_work: Option<Question<I>>,
    /// Somebody takes over what waits.
    working: bool,
}

impl<I: Inquiry> Default for Answers<I> {
    fn default() -> Answers<I> {
        let state = State { kept: VecDeque::new(), waiting: VecDeque::new(), at_work: None, working: false };
        Answers { now: Mutex::new(state), made: Condvar::new() }
    }
}

impl<V> Answer<V> {
    /// Whether it is time to make it anew, for a viewer who sees so many claims now.
    fn is_due(&self, moves: bool, claims: u64, now: Timestamp) -> bool {
        let age = now.duration_since(self.made_at);
        let changed = claims != self.claims || (moves && age >= LASTS);
        changed && age >= self.took.saturating_mul(REST)
    }
}

impl<I: Inquiry> Answers<I> {
    /// The last answer to a question, for a viewer who sees so many claims now. When there is none or it is due, the question waits
    /// to be answered, and `begin` is called if nobody takes over what waits.
    ///
    /// # Errors
    /// [`AppError::TooMany`] when there is no answer and too much waits; what `begin` fails with.
    pub(super) fn ask(
        &self,
        question: &Question<I>,
        claims: u64,
        now: Timestamp,
        begin: impl FnOnce() -> Result<(), AppError>,
    ) -> Result<Asked<I::View>, AppError> {
        let mut state = self.state();
        let answer = state.find(question);
        let due = answer.as_ref().is_none_or(|answer| answer.is_due(question.what.moves(), claims, now));
        if due && !state.is_coming(question) {
            if state.waiting.len() < WAITING {
                state.waiting.push_back(question.clone());
            } else if answer.is_none() {
                return Err(AppError::TooMany("Too much is being looked for. Try again in a minute."));
            }
        }
        if !state.waiting.is_empty() && !state.working {
            begin()?;
            state.working = true;
        }
        Ok(Asked { making: state.is_coming(question), answer })
    }

    /// Waits for an answer to a question that was asked, but not longer than `patience`.
    ///
    /// # Errors
    /// [`AppError::Internal`] when it could not be made; why stands in the log.
    pub(super) fn wait(
        &self,
        question: &Question<I>,
        patience: Duration,
    ) -> Result<Asked<I::View>, AppError> {
        let unanswered = |state: &mut State<I>| state.find(question).is_none() && state.is_coming(question);
        let waited = self.made.wait_timeout_while(self.state(), patience, unanswered);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        let (answer, making) = (state.find(question), state.is_coming(question));
        if answer.is_none() && !making {
            return Err(AppError::Internal(anyhow::anyhow!("{} could not be looked for", I::NAME)));
        }
        Ok(Asked { answer, making })
    }

    /// The next question that waits; with the last, nobody is at work any more.
    pub(super) fn take_over(&self) -> Option<Question<I>> {
        let mut state = self.state();
        state.at_work = state.waiting.pop_front();
        state.working = state.at_work.is_some();
        state.at_work.clone()
    }

    /// Keeps the answer to the question taken over; `None` when it could not be made.
    pub(super) fn put(&self, question: Question<I>, answer: Option<Answer<I::View>>) {
        let mut state = self.state();
        state.at_work = None;
        state.kept.retain(|(kept, _)| *kept != question);
        state.kept.push_front((question, answer.map(Arc::new)));
        state.kept.truncate(KEPT);
        self.made.notify_all();
    }

    /// Whoever took over is gone without having ended.
    pub(super) fn abandon(&self) {
        let mut state = self.state();
        (state.at_work, state.working) = (None, false);
        self.made.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<I>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I: Inquiry> State<I> {
    fn find(&mut self, question: &Question<I>) -> Option<Arc<Answer<I::View>>> {
        let place = self.kept.iter().position(|(kept, _)| kept == question)?;
        let found = self.kept.remove(place)?;
        let answer = found.1.clone();
        self.kept.push_front(found);
        answer
    }

    fn is_coming(&self, question: &Question<I>) -> bool {
        self.at_work.as_ref() == Some(question) || self.waiting.contains(question)
    }
}

#[cfg(test)]
mod tests {
    use entente_model::CompartmentNo;

    use super::*;
    use crate::app::App;

    /// Whether what is asked is another thing after a while, and a number to tell questions apart.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Asks(bool, u32);

    impl Inquiry for Asks {
        type View = ();
        const NAME: &'static str = "nothing";

        fn moves(&self) -> bool {
            self.0
        }

        fn answers(_: &App) -> &Answers<Asks> {
            unreachable!("no node is asked")
        }

        fn look(&self, _: &App, _: &CompartmentSet, _: Timestamp) -> Result<(), AppError> {
            Ok(())
        }
    }

    const MORNING: &str = "2026-03-01T08:00:00Z";

    fn question(compartments: &[u16]) -> Question<Asks> {
        let compartments = compartments.iter().map(|no| CompartmentNo(*no)).collect();
        Question { compartments, what: Asks(true, 0), removals: 0 }
    }

    fn at(seconds: i64) -> Timestamp {
        MORNING.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
    }

    /// An answer made in the morning within a second, of ten claims.
    fn answer() -> Answer<()> {
        let took = SignedDuration::from_secs(1);
        Answer { view: (), made_at: at(0), took, claims: 10 }
    }

    fn ask(answers: &Answers<Asks>, question: &Question<Asks>, claims: u64, now: Timestamp) -> Asked<()> {
        answers.ask(question, claims, now, || Ok(())).unwrap()
    }

    /// Answers with one that was made for this question.
    fn answered(question: &Question<Asks>) -> Answers<Asks> {
        let answers = Answers::<Asks>::default();
        assert!(ask(&answers, question, 10, at(0)).answer.is_none());
        assert_eq!(answers.take_over().as_ref(), Some(question));
        answers.put(question.clone(), Some(answer()));
        assert!(answers.take_over().is_none());
        answers
    }

    #[test]
    fn who_may_see_less_is_not_given_what_was_made_for_more() {
        let wide = question(&[1, 2]);
        let answers = answered(&wide);
        for other in [question(&[1]), question(&[2]), question(&[]), question(&[1, 2, 3])] {
            let asked = ask(&answers, &other, 10, at(1));
            assert!(asked.answer.is_none() && asked.making, "{other:?}");
        }
        assert!(
            ask(&answers, &question(&[2, 1]), 10, at(1)).answer.is_some(),
            "the same set is the same question"
        );
    }

    #[test]
    fn what_was_made_before_something_was_removed_is_not_given_after() {
        let before = question(&[1]);
        let answers = answered(&before);
        let after = Question { removals: 1, ..before };
        assert!(ask(&answers, &after, 10, at(1)).answer.is_none());
    }

    #[test]
    fn something_else_is_another_question() {
        let week = question(&[1]);
        let answers = answered(&week);
        let claim = Question { what: Asks(false, 3), ..week };
        assert!(ask(&answers, &claim, 10, at(1)).answer.is_none());
    }

    #[test]
    fn two_who_may_see_the_same_wait_for_one_answer() {
        let answers = Answers::<Asks>::default();
        let begun = std::cell::Cell::new(0);
        for _ in 0..2 {
            let begin = || {
                begun.set(begun.get() + 1);
                Ok(())
            };
            assert!(answers.ask(&question(&[1]), 10, at(0), begin).unwrap().making);
        }
        assert_eq!(begun.get(), 1);
        assert!(answers.take_over().is_some());
        assert!(ask(&answers, &question(&[1]), 10, at(0)).making, "it is at work");
        assert!(answers.take_over().is_none(), "and waits no second time");
    }

    #[test]
    fn it_is_made_anew_when_something_was_told_and_it_has_rested() {
        let question = question(&[1]);
        let answers = answered(&question);
        let due = |claims, seconds| {
            let asked = ask(&answers, &question, claims, at(seconds));
            assert!(asked.answer.is_some(), "the last answer is shown meanwhile");
            asked.making
        };
        assert!(!due(10, 60), "nothing was told");
        assert!(!due(11, 19), "it took a second and rests twenty");
        assert!(due(11, 20));
        assert!(answers.take_over().is_some());
        answers.put(question.clone(), Some(answer()));
        assert!(due(10, 3600), "the week is another one");
        let claim = Question { what: Asks(false, 3), ..question };
        let answers = answered(&claim);
        assert!(!ask(&answers, &claim, 10, at(36_000)).making, "a claim stays where it is");
    }

    #[test]
    fn what_could_not_be_made_is_said_once_and_asked_again() {
        let (answers, question) = (Answers::<Asks>::default(), question(&[1]));
        assert!(ask(&answers, &question, 10, at(0)).making);
        answers.take_over();
        answers.put(question.clone(), None);
        assert!(answers.wait(&question, Duration::ZERO).is_err());
        answers.take_over();
        assert!(ask(&answers, &question, 10, at(1)).making, "whoever asks again has it tried again");
        answers.take_over();
        answers.abandon();
        assert!(answers.wait(&question, Duration::ZERO).is_err(), "nobody waits for who is gone");
        assert!(ask(&answers, &question, 10, at(1)).making);
    }

    #[test]
    fn few_are_kept_and_few_wait() {
        let answers = Answers::<Asks>::default();
        for no in 0..100 {
            assert!(ask(&answers, &question(&[no]), 10, at(0)).making);
            answers.put(answers.take_over().unwrap(), Some(answer()));
        }
        assert_eq!(answers.state().kept.len(), KEPT);
        assert!(ask(&answers, &question(&[99]), 10, at(0)).answer.is_some());
        answers.take_over();
        for no in 200..200 + WAITING as u16 {
            assert!(ask(&answers, &question(&[no]), 10, at(0)).making);
        }
        let refused = answers.ask(&question(&[300]), 10, at(0), || Ok(()));
        assert!(matches!(refused, Err(AppError::TooMany(_))));
        assert!(ask(&answers, &question(&[99]), 11, at(60)).answer.is_some(), "what there is is shown");
    }
}
