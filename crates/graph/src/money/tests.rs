//! Against searches that try everything.

use std::collections::BTreeSet;

use entente_model::VertexNo;
use proptest::prelude::*;

use super::*;

type Row = (u32, u32, u32, u32);

fn ledger(rows: &[Row]) -> Vec<Payment> {
    let payment = |(payer, payee, amount, at): &Row| Payment {
        payer: VertexNo(*payer),
        payee: VertexNo(*payee),
        amount: f64::from(*amount),
        at: *at,
    };
    rows.iter().map(payment).collect()
}

fn choice(order: Order) -> Choice {
    Choice { window: 6, dwell: 4, order, most_hops: 4, ..Choice::default() }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0..5u32, 0..5u32, 18..22u32, 0..10u32), 0..14)
}

/// Whether payments, in this order, make a cycle by the words of [`Pattern::Cycle`] and [`Order`].
fn is_cycle(round: &[Payment], choice: &Choice) -> bool {
    let next = |place: usize| &round[(place + 1) % round.len()];
    let payers: BTreeSet<VertexNo> = round.iter().map(|paid| paid.payer).collect();
    let goes_round = (0..round.len()).all(|place| round[place].payee == next(place).payer);
    let times = || round.iter().map(|paid| paid.at);
    let in_time = times().max().zip(times().min()).is_some_and(|(last, first)| last - first <= choice.window);
    let keeps = |whole: f64, part: f64| part <= whole && part >= whole * choice.kept;
    let follows = |pair: &[Payment]| pair[1].at > pair[0].at && keeps(pair[0].amount, pair[1].amount);
    let most = round.iter().map(|paid| paid.amount).fold(0.0, f64::max);
    let holds = match choice.order {
        Order::Following => round.windows(2).all(follows),
        Order::Any => round.iter().all(|paid| keeps(most, paid.amount)),
    };
    payers.len() == round.len() && goes_round && in_time && holds
}

/// The accounts of every cycle, by trying every sequence of payments.
fn every_cycle(payments: &[Payment], choice: &Choice) -> BTreeSet<Vec<VertexNo>> {
    let mut found = BTreeSet::new();
    let mut sequences: Vec<Vec<Payment>> = payments.iter().map(|paid| vec![*paid]).collect();
    for _ in 1..choice.most_hops {
        let longer = |way: &Vec<Payment>| {
            let end = way[way.len() - 1].payee;
            let next = payments.iter().filter(move |paid| paid.payer == end);
            next.map(|paid| [way.as_slice(), &[*paid]].concat()).collect::<Vec<_>>()
        };
        sequences = sequences.iter().flat_map(longer).collect();
        let cycles = sequences.iter().filter(|way| way.len() > 2 && is_cycle(way, choice));
        found.extend(cycles.map(|round| {
            let mut accounts: Vec<VertexNo> = round.iter().map(|paid| paid.payer).collect();
            let least = (0..accounts.len()).min_by_key(|place| accounts[*place]);
            accounts.rotate_left(least.unwrap_or_default());
            accounts
        }));
    }
    found
}

proptest! {
    #[test]
    fn cycles_are_those_of_a_search_that_tries_everything(rows in rows(), any in any::<bool>()) {
        let choice = choice(if any { Order::Any } else { Order::Following });
        let payments = ledger(&rows);
        let usable: Vec<Payment> = payments.iter().copied().filter(|paid| paid.payer != paid.payee).collect();
        let (found, cut_short) = Payments::new(payments).cycles(&choice);
        let found: BTreeSet<Vec<VertexNo>> = found.into_iter().map(|finding| finding.accounts).collect();
        prop_assert_eq!(cut_short, 0);
        prop_assert_eq!(found, every_cycle(&usable, &choice));
    }

    #[test]
    fn a_chain_is_one_way_of_the_same_money(rows in rows(), any in any::<bool>()) {
        let choice = choice(if any { Order::Any } else { Order::Following });
        let payments = ledger(&rows);
        for chain in Payments::new(payments.clone()).chains(&choice) {
            let accounts: BTreeSet<VertexNo> = chain.accounts.iter().copied().collect();
            prop_assert_eq!(accounts.len(), chain.accounts.len());
            let made: Vec<Payment> = chain.payments.iter().map(|place| payments[*place as usize]).collect();
            let step = |pair: &[VertexNo]| made.iter().find(|paid| [paid.payer, paid.payee] == pair).copied();
            let way: Vec<Payment> = chain.accounts.windows(2).filter_map(step).collect();
            prop_assert_eq!(way.len(), made.len());
            prop_assert!(way.len() > 2);
            if choice.order == Order::Following {
                prop_assert!(way.windows(2).all(|pair| pair[0].at < pair[1].at));
                prop_assert!(way.windows(2).all(|pair| pair[1].amount <= pair[0].amount));
            }
        }
    }

    #[test]
    fn every_finding_is_made_of_payments_that_make_it(rows in rows()) {
        let payments = ledger(&rows);
        let choice = choice(Order::Following);
        let ledger = Payments::new(payments.clone());
        let found = ledger.passing(&choice).into_iter().chain(ledger.fans(&choice));
        for finding in found.chain(ledger.structuring(&choice)) {
            let made: Vec<Payment> = finding.payments.iter().map(|place| payments[*place as usize]).collect();
            let centre = finding.accounts[0];
            match finding.pattern {
                Pattern::FanIn => prop_assert!(made.iter().all(|paid| paid.payee == centre)),
                Pattern::FanOut => prop_assert!(made.iter().all(|paid| paid.payer == centre)),
                Pattern::PassThrough => {
                    let out = made.iter().filter(|paid| paid.payer == centre).count();
                    prop_assert_eq!(made.len(), out * 2);
                }
                Pattern::Structuring => {
                    prop_assert!(made.len() > 2);
                    prop_assert!(made.iter().all(|paid| [paid.payer, paid.payee] == finding.accounts[..]));
                    let times = || made.iter().map(|paid| paid.at);
                    prop_assert!(times().max().unwrap() - times().min().unwrap() <= choice.dwell);
                }
                _ => {
                    let target = finding.accounts[1];
                    for through in &finding.accounts[2..] {
                        let takes_part = |paid: &&Payment| [paid.payer, paid.payee].contains(through);
                        let of_it: Vec<&Payment> = made.iter().filter(takes_part).collect();
                        prop_assert!(of_it.iter().any(|paid| paid.payer == centre));
                        prop_assert!(of_it.iter().any(|paid| paid.payee == target));
                    }
                }
            }
        }
    }

    /// By looking at every two payments, and at every two accounts.
    #[test]
    fn what_is_passed_on_is_what_a_search_that_tries_everything_finds(rows in rows()) {
        let payments = ledger(&rows);
        let choice = choice(Order::Following);
        let passes = |got: &Payment, next: &Payment| {
            let in_time = next.at > got.at && next.at <= got.at + choice.dwell;
            let is_kept = next.amount <= got.amount && next.amount >= got.amount * choice.kept;
            let is_usable = got.payer != got.payee && next.payer != next.payee;
            got.payee == next.payer && got.payer != next.payee && in_time && is_kept && is_usable
        };
        let mut between: BTreeMap<(VertexNo, VertexNo), BTreeSet<VertexNo>> = BTreeMap::new();
        for got in &payments {
            for next in payments.iter().filter(|next| passes(got, next)) {
                between.entry((got.payer, next.payee)).or_default().insert(got.payee);
            }
        }
        let several = between.iter().filter(|(_, through)| through.len() > 1);
        let sought: BTreeSet<Vec<VertexNo>> = several
            .map(|((source, target), through)| [*source, *target].into_iter().chain(through.iter().copied()).collect())
            .collect();
        let through: BTreeSet<VertexNo> = between.values().flatten().copied().collect();
        let found = Payments::new(payments).passing(&choice);
        let of = |pattern: Pattern| found.iter().filter(move |finding| finding.pattern == pattern);
        let scattered: BTreeSet<Vec<VertexNo>> =
            of(Pattern::ScatterGather).map(|finding| finding.accounts.clone()).collect();
        let passing: BTreeSet<VertexNo> = of(Pattern::PassThrough).map(|finding| finding.accounts[0]).collect();
        prop_assert_eq!(scattered, sought);
        prop_assert_eq!(passing, through);
    }

    /// The fullest stretch, by looking at each.
    #[test]
    fn a_fan_has_as_many_others_as_any_stretch(rows in rows()) {
        let payments = ledger(&rows);
        let choice = choice(Order::Following);
        for finding in Payments::new(payments.clone()).fans(&choice) {
            let end = |paid: &Payment| match finding.pattern {
                Pattern::FanIn => (paid.payee, paid.payer),
                _ => (paid.payer, paid.payee),
            };
            let of_it = |paid: &&Payment| end(paid).0 == finding.accounts[0] && end(paid).1 != end(paid).0;
            let others = |first: &Payment| {
                let near = payments.iter().filter(of_it).filter(|paid| (first.at..=first.at + choice.dwell).contains(&paid.at));
                near.map(|paid| end(paid).1).collect::<BTreeSet<VertexNo>>().len()
            };
            let most = payments.iter().filter(of_it).map(others).max().unwrap_or_default();
            let found: BTreeSet<VertexNo> =
                finding.payments.iter().map(|place| end(&payments[*place as usize]).1).collect();
            prop_assert_eq!(found.len(), most);
        }
    }

    #[test]
    fn the_order_in_which_payments_are_told_does_not_matter(rows in rows(), any in any::<bool>()) {
        let choice = choice(if any { Order::Any } else { Order::Following });
        let all = |rows: &[Row]| {
            let ledger = Payments::new(ledger(rows));
            let found = ledger.cycles(&choice).0.into_iter().chain(ledger.chains(&choice));
            let found = found.chain(ledger.passing(&choice)).chain(ledger.fans(&choice));
            let found = found.chain(ledger.structuring(&choice));
            found.map(|finding| (finding.pattern, finding.accounts, finding.bits)).collect::<Vec<_>>()
        };
        let backwards: Vec<Row> = rows.iter().rev().copied().collect();
        prop_assert_eq!(all(&rows), all(&backwards));
    }
}

/// Payments between accounts of very different size, in amounts and at times that have nothing to do with each other.
fn ledger_of_chance(count: u32) -> Vec<Payment> {
    let mut state = 7_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    let accounts = f64::from(count) / 10.0;
    let payment = |_| Payment {
        payer: VertexNo((accounts * draw().powi(3)) as u32),
        payee: VertexNo((accounts * draw().powi(2)) as u32),
        amount: ((3.0 + 4.0 * draw() * draw()).exp() * 100.0).round() / 100.0,
        at: (draw() * 365.0) as u32 * DAY,
    };
    (0..count).map(payment).collect()
}

/// A finding of 0 bits is one that every ledger has, so of each pattern chance makes about one.
#[test]
fn in_a_ledger_of_chance_hardly_anything_is_found() {
    let ledger = Payments::new(ledger_of_chance(30_000));
    for order in [Order::Following, Order::Any] {
        let found = ledger.findings(&Choice { order, ..Choice::default() });
        for pattern in Pattern::ALL {
            let count = found.of(pattern).findings.len();
            assert!(count <= 2, "{order:?} {pattern:?}: {count}");
        }
    }
}

#[test]
fn a_hub_makes_every_pattern_by_chance_and_is_no_suspect() {
    let day = DAY;
    let mut rows: Vec<Row> = (0..400).map(|n| (n % 40 + 10, 1, 100, n * day / 4)).collect();
    rows.extend((0..400).map(|n| (1, n % 37 + 60, 95, n * day / 4 + day / 8)));
    let found = Payments::new(ledger(&rows)).findings(&Choice::default());
    assert!(found.findings.iter().all(|finding| finding.accounts[0] != VertexNo(1)), "{found:?}");
}

#[test]
fn what_is_too_much_to_look_through_is_said() {
    let rows: Vec<Row> = (0..8).flat_map(|a| (0..8).map(move |b| (a, b, 20, a + b))).collect();
    let choice = Choice { order: Order::Any, most_steps: 50, ..choice(Order::Any) };
    assert!(Payments::new(ledger(&rows)).findings(&choice).cut_short > 0);
}
