//! The graph as its users see it: every question against a slow and obvious answer, indexes built, replaced and
//! damaged.

mod index;
mod queries;
mod reference;
