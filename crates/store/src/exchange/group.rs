//! Group commit: whoever gets hold of the writer writes everything that waits, for all partners, and forces it to the disk
//! once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::TransactionBehavior;

use super::append::{Prepared, append};
use super::{Append, Appended, Exchange, Writer};
use crate::StoreError;
use crate::error::Doing;

const DOING: &str = "appending to the wire";

/// An append that waits, and where its answer is put.
#[derive(Debug)]
pub(super) struct Job {
    prepared: Prepared,
    answer: Mutex<Option<Result<Appended, StoreError>>>,
}

type Answer = Result<Appended, StoreError>;

impl Job {
    fn new(append: Append) -> Arc<Job> {
        Arc::new(Job { prepared: Prepared::new(append), answer: Mutex::default() })
    }

    fn take(&self) -> Option<Answer> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, answer: Answer) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }
}

impl Exchange {
    /// Appends items to a partner's wire in one transaction with the cursor, the limits and the leaf of the partner's
    /// log. When this returns `Ok`, all of it survives a power cut; when it returns `Err`, nothing of it was kept.
    ///
    /// Appends from several threads share a transaction, and each is kept or refused for itself.
    pub fn append(&self, append: Append) -> Result<Appended, StoreError> {
        let job = Job::new(append);
        self.waiting().push(Arc::clone(&job));
        self.answer(&job)
    }

    /// As [`Exchange::append`], for several partners at once and with one answer for each, in their order.
    pub fn append_all(&self, appends: Vec<Append>) -> Vec<Result<Appended, StoreError>> {
        let jobs: Vec<Arc<Job>> = appends.into_iter().map(Job::new).collect();
        self.waiting().extend(jobs.iter().cloned());
        jobs.iter().map(|job| self.answer(job)).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Arc<Job>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the writer, and writes all that waits unless somebody has written this job.
    fn answer(&self, job: &Arc<Job>) -> Answer {
        loop {
            let mut writer = self.writer();
            if let Some(answer) = job.take() {
                return answer;
            }
            let mut jobs = std::mem::take(&mut *self.waiting());
            // Not among them only when the thread that took it ended with a panic, which rolled it back.
            if !jobs.iter().any(|other| Arc::ptr_eq(other, job)) {
                jobs.push(Arc::clone(job));
            }
            writer.run(&jobs);
            self.after.committed(jobs.iter().map(|job| job.prepared.rows()).sum());
        }
    }
}

impl Writer {
    fn run(&mut self, jobs: &[Arc<Job>]) {
        match self.together(jobs) {
            Ok(answers) => jobs.iter().zip(answers).for_each(|(job, answer)| job.put(answer)),
            // What kept them from being committed together may be the matter of one of them, such as its size.
            Err(_) if jobs.len() > 1 => jobs.iter().for_each(|job| self.run(std::slice::from_ref(job))),
            Err(error) => jobs.iter().take(1).zip([error]).for_each(|(job, error)| job.put(Err(error))),
        }
    }

    fn together(&mut self, jobs: &[Arc<Job>]) -> Result<Vec<Answer>, StoreError> {
        let result = self.try_together(jobs);
        if result.as_ref().map_or(true, |answers| answers.iter().any(Result::is_err)) {
            // Numbers may have been given out in what was rolled back.
            self.known = super::Known::default();
        }
        result
    }

    fn try_together(&mut self, jobs: &[Arc<Job>]) -> Result<Vec<Answer>, StoreError> {
        let mut tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).doing(DOING)?;
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs {
            let own = tx.savepoint().doing(DOING)?;
            let answer = append(&own, &mut self.known, &job.prepared);
            match answer {
                Ok(_) => own.commit().doing(DOING)?,
                // Dropping it rolls back to where it began.
                Err(_) => {
                    drop(own);
                    self.known = super::Known::default();
                }
            }
            answers.push(answer);
        }
        tx.commit().doing(DOING)?;
        Ok(answers)
    }
}
