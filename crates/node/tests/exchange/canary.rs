//! Every field of every kind that the agreement withholds is filled with a canary of its own. None of them, no digest and no id made of
//! one may be anywhere near the partner: on the wire, in its log, at the partner, in anything either node says.

use crate::canaries::{Canaries, read_all};
use crate::node::{id, malware};
use crate::pair::Pair;

#[test]
fn no_withheld_value_leaves_in_any_shape() {
    let pair = Pair::agreed(|_| {});
    let serving = pair.serve();
    let (canaries, objects) = Canaries::planted();
    pair.learn("canaries.json", &objects);
    pair.learn("last.json", &[malware(999, "Wren", 2)]);
    pair.arrived(&id("malware", 999));
    pair.settled();
    let said = serving.0.said() + &serving.1.said();
    drop(serving);
    let mut places = vec![("what the nodes said".to_owned(), said.into_bytes())];
    for name in ["exchange.sqlite", "exchange.sqlite-wal", "ledger/partners"] {
        read_all(&pair.company.data().join(name), &mut places);
    }
    read_all(&pair.police.data(), &mut places);
    canaries.needles().are_not_in(&places, &pair.company.data());
}
