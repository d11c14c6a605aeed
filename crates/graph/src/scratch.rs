//! Working memory of questions, kept per thread so that a question costs what it touches, not what there is.

use std::cell::Cell;

use crate::bits::Bits;

/// Bitmaps and lists over inner vertex numbers. Every bitmap is all clear between questions.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) sides: [Side; 2],
    pub(crate) frontier: Bits,
    pub(crate) next: Bits,
    pub(crate) marks: Bits,
    pub(crate) barred: Bits,
}

/// One search outward: what was visited, in which order, and from where.
#[derive(Debug, Default)]
pub(crate) struct Side {
    pub(crate) visited: Bits,
    /// Every visited vertex, nearest first.
    pub(crate) order: Vec<u32>,
    /// From which vertex a visited one was reached. Not cleared: means nothing for what is not visited.
    pub(crate) parents: Vec<u32>,
}

impl Side {
    /// Clears what the last search set.
    pub(crate) fn clear(&mut self) {
        self.visited.clear(&self.order);
        self.order.clear();
    }
}

thread_local! {
    static KEPT: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

impl Scratch {
    /// Runs a question with this thread's working memory. Should the question panic, the memory is dropped and
    /// the next question begins with new memory; a question within a question gets its own.
    pub(crate) fn with<R>(vertices: usize, question: impl FnOnce(&mut Scratch) -> R) -> R {
        let mut scratch = KEPT.take().unwrap_or_default();
        scratch.fit(vertices);
        let answer = question(&mut scratch);
        scratch.sides.iter_mut().for_each(Side::clear);
        KEPT.set(Some(scratch));
        answer
    }

    fn fit(&mut self, vertices: usize) {
        for side in &mut self.sides {
            side.visited.fit(vertices);
            side.parents.resize(vertices, 0);
        }
        for bits in [&mut self.frontier, &mut self.next, &mut self.marks, &mut self.barred] {
            bits.fit(vertices);
        }
    }
}
