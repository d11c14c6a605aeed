//! What threads add up on: one pad each, kept for the whole of a step.

use std::sync::Mutex;

/// Sums per label, and which labels have one.
#[derive(Default)]
pub(super) struct Pad {
    sums: Vec<u32>,
    met: Vec<u32>,
}

/// A pad for each thread.
pub(super) struct Pads(Vec<Mutex<Pad>>);

impl Pads {
    pub(super) fn new(labels: usize) -> Pads {
        let pad = || Mutex::new(Pad { sums: vec![0; labels], met: Vec::new() });
        Pads((0..rayon::current_num_threads().max(1)).map(|_| pad()).collect())
    }

    /// Works on this thread's pad, which is blank and has to be left blank.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut Pad) -> R) -> R {
        let place = rayon::current_thread_index().unwrap_or(0) % self.0.len();
        let mut pad = self.0[place].lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        work(&mut pad)
    }
}

impl Pad {
    /// Adds a weight, not 0, to the sum of a label.
    #[inline]
    pub(super) fn add(&mut self, label: u32, weight: u32) {
        let sum = &mut self.sums[label as usize];
        if *sum == 0 {
            self.met.push(label);
        }
        *sum += weight;
    }

    #[inline]
    pub(super) fn sum(&self, label: u32) -> u64 {
        u64::from(self.sums[label as usize])
    }

    /// Labels with a sum, in the order they were met.
    #[inline]
    pub(super) fn met(&self) -> &[u32] {
        &self.met
    }

    /// Hands out labels with their sums, and is blank then.
    #[inline]
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let Pad { sums, met } = self;
        met.drain(..).map(|label| (label, std::mem::take(&mut sums[label as usize])))
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        self.drain().for_each(drop);
    }
}
