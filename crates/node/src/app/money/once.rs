//! What several tellers say of one payment is one payment.
//!
//! A UETR or a transaction of a chain is the same with everybody, and so is the payment's id. A bank's own number is not: both banks of
//! a payment number it. What two tellers say with the same accounts, amount and second is taken for one payment, and what
//! one teller tells twice, under two numbers, for two. Who tells the time of a payment by its day alone and who tells the second are not
//! brought together.

use std::collections::HashMap;

use entente_model::VertexNo;

use super::ledger::Told;

/// What payments have in common that may be one.
type Key = (VertexNo, VertexNo, u64, u32);

/// Each payment once, in the order they came; and how many were told again.
pub(super) fn once(told: Vec<Told>) -> (Vec<Told>, u64) {
    let mut kept: Vec<Told> = Vec::with_capacity(told.len());
    let mut alike: HashMap<Key, Vec<usize>> = HashMap::new();
    let mut again = 0;
    for one in told {
        let places = alike.entry(key(&one)).or_default();
        match places.iter().find(|place| !share_a_teller(&kept[**place], &one)) {
            Some(place) => {
                merge(&mut kept[*place], one);
                again += 1;
            }
            None => {
                places.push(kept.len());
                kept.push(one);
            }
        }
    }
    (kept, again)
}

fn key(told: &Told) -> Key {
    let paid = &told.payment;
    (paid.payer, paid.payee, paid.amount.to_bits(), paid.at)
}

fn share_a_teller(one: &Told, other: &Told) -> bool {
    one.tellers.iter().any(|teller| other.tellers.iter().any(|of_other| of_other.source == teller.source))
}

fn merge(kept: &mut Told, again: Told) {
    kept.vertices.extend(again.vertices);
    kept.claims.extend(again.claims);
    kept.tellers.extend(again.tellers);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use entente_graph::money::Payment;
    use entente_model::{ClaimNo, Compartment, DataCategory, Handling, Tlp};

    use super::*;

    fn told(no: u32, source: &str, amount: f64) -> Told {
        let payment = Payment { payer: VertexNo(1), payee: VertexNo(2), amount, at: 100 };
        let teller = Compartment {
            source: source.to_owned(),
            agreement: None,
            handling: Handling::unmarked(Tlp::Green),
            category: DataCategory::Financial,
            case: None,
        };
        Told {
            payment,
            vertices: vec![VertexNo(no)],
            claims: vec![ClaimNo(no)],
            tellers: vec![Arc::new(teller)],
        }
    }

    #[test]
    fn two_banks_that_number_one_payment_tell_of_one() {
        let (kept, again) = once(vec![told(10, "A", 9.0), told(11, "B", 9.0), told(12, "B", 8.0)]);
        assert_eq!((kept.len(), again), (2, 1));
        assert_eq!(kept[0].vertices, [VertexNo(10), VertexNo(11)]);
        assert_eq!(kept[0].claims, [ClaimNo(10), ClaimNo(11)]);
    }

    #[test]
    fn what_one_bank_tells_twice_happened_twice() {
        let both = |first: u32| ["A", "B"].into_iter().zip(first..).map(|(bank, no)| told(no, bank, 9.0));
        let (kept, again) = once(both(10).chain(both(12)).chain([told(14, "A", 9.0)]).collect());
        assert_eq!((kept.len(), again), (3, 2));
    }
}
