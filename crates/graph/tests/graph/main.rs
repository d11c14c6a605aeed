//! The graph as its users see it: every question against a slow and obvious answer, indexes built, replaced and
//! damaged.

mod groups;
mod index;
mod queries;
mod reference;
mod weak_points;
