//! The HTTP API as browsers and programs meet it: the real binary, real requests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod aliases;
mod emerging;
mod exchange;
mod exercise;
mod manners;
mod money;
#[path = "../node/mod.rs"]
mod node;
mod roles;
mod served;
mod sight;
mod who;
mod work;

use node::{DEMO, Node};
use served::Served;

/// The node with the sample in it.
fn demo() -> (Node, Served) {
    let node = Node::new();
    node.import(&[DEMO, "--source", "demo"]);
    let served = node.serve();
    (node, served)
}

fn empty() -> (Node, Served) {
    let node = Node::new();
    let served = node.serve();
    (node, served)
}
