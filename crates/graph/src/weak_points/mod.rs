//! Roles and weak points: who stands between, what falls apart without whom, and which few targets leave the least.
//!
//! [`betweenness`] and [`cuts`] ask the whole graph as one viewer sees it. The rest works on a [`network`], a small part of it that
//! somebody chose: [`plan`] is which targets to take within a budget, [`sensitivity`] is how much of that would change if the
//! links we know were not all the links there are. It ranks hypotheses for a person to judge; it decides nothing about anybody.

pub(crate) mod betweenness;
mod brandes;
pub(crate) mod capability;
pub(crate) mod cuts;
pub(crate) mod network;
pub(crate) mod plan;
mod reinsertion;
pub(crate) mod rivals;
mod search;
pub(crate) mod sensitivity;
