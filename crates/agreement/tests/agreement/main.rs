//! What agreements let through, in which form, and that nothing else leaves.

mod canaries;
mod golden;
mod independence;
mod policies;
mod random;
mod reference;
mod release;
mod schema;
mod support;
mod wire;
