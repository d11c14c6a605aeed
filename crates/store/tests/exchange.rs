//! The wire: what was told, to whom, in which order, and what a partner's log proves of it.

mod wired;

use entente_model::{ClaimNo, VertexNo};
use entente_store::StoreError;
use entente_store::exchange::{
    Advance, AgreementHash, Append, Approval, CollectionQuery, Consent, Delivery, Exchange, FlowId, ItemKind,
    ItemState, Limit, NewItem, NewReferral, NoticeState, Outcome, PartnerEdit, PartyId, ReferralId,
    RemotePlace, RemoteState, Seq, Settlement, TaxiiRemote, Verdict, VersionMatch,
};
use wired::*;

#[test]
fn what_was_told_is_read_back_in_order() {
    let (folder, exchange) = open();
    let first = exchange.append(telling(vec![release(1, 1, "one"), release(2, 1, "two")])).unwrap();
    assert_eq!((first.first, first.batch), (Some(Seq(1)), Some(1)));
    let second = exchange.append(telling(vec![release(3, 1, "three")])).unwrap();
    assert_eq!((second.first, second.batch), (Some(Seq(3)), Some(2)));
    assert!(second.added > first.added);
    let check = |exchange: &Exchange| {
        let all = exchange.wire_after(&police(), Seq(0), 100, usize::MAX).unwrap();
        assert!(!all.more);
        assert_eq!(bodies(&all), ["one", "two", "three"]);
        assert_eq!(
            all.batches.iter().map(|batch| (batch.first.0, batch.items)).collect::<Vec<_>>(),
            [(1, 2), (3, 1)]
        );
        let item = &all.items[1];
        assert_eq!((item.seq, item.kind, item.state), (Seq(2), ItemKind::Release, ItemState::Stands));
        assert_eq!((item.claim, item.original), (Some(ClaimNo(2)), Some(VertexNo(2))));
        assert_eq!(item.object.as_ref().unwrap().id, id(2));
        assert_eq!((item.agreement, item.clauses.clone()), (AGREEMENT, vec!["3.1".into(), "4".into()]));
        assert!(all.items.windows(2).all(|two| two[0].added < two[1].added), "unique and ascending");
        assert_eq!(exchange.told(&police()).unwrap(), Seq(3));
    };
    check(&exchange);
    drop(exchange);
    check(&reopen(&folder));
}

#[test]
fn a_stretch_is_bounded_by_items_and_bytes() {
    let (_folder, exchange) = open();
    for batch in [1..=2, 3..=3, 4..=5] {
        exchange.append(telling(batch.map(|no| release(no, 1, "12345678")).collect())).unwrap();
    }
    let stretch = |after, items, bytes| {
        let stretch = exchange.wire_after(&police(), Seq(after), items, bytes).unwrap();
        (stretch.items.iter().map(|item| item.seq.0).collect::<Vec<_>>(), stretch.more)
    };
    assert_eq!(stretch(0, 2, 1000), (vec![1, 2], true));
    assert_eq!(stretch(0, 100, 16), (vec![1, 2], true));
    assert_eq!(
        stretch(1, 100, 16),
        (vec![1, 2], true),
        "a batch is whole, also when its first items are known"
    );
    assert_eq!(stretch(2, 100, 3), (vec![3], true), "one is always given, or nobody would come further");
    assert_eq!(stretch(3, 1, 3), (vec![4, 5], false), "and whole");
    assert_eq!(stretch(3, 2, 1000), (vec![4, 5], false));
    assert_eq!(stretch(5, 2, 1000), (vec![], false));
}

#[test]
fn the_wire_is_read_backwards_and_by_its_moments() {
    let (_folder, exchange) = open();
    exchange.append(telling((1..=5).map(|no| release(no, 1, "a word")).collect())).unwrap();
    exchange.append(Append { partner: bank(), ..telling(vec![release(9, 1, "for the bank")]) }).unwrap();
    let seqs = |before, limit| {
        let items = exchange.wire_before(&police(), before, limit).unwrap();
        items.iter().map(|item| item.seq.0).collect::<Vec<_>>()
    };
    assert_eq!(seqs(None, 2), [5, 4]);
    let all = exchange.wire_before(&police(), None, 9).unwrap();
    assert_eq!(all.iter().map(|item| item.seq.0).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
    assert_eq!(seqs(Some(all[1].added), 2), [3, 2], "that moment itself is not among them");
    assert_eq!(seqs(Some(all[4].added), 2), [0_u64; 0]);
    for item in &all {
        assert_eq!(exchange.wire_item_at(&police(), item.added).unwrap().unwrap().seq, item.seq);
    }
    let between = all[0].added + jiff::SignedDuration::from_secs(1);
    assert!(exchange.wire_item_at(&police(), between).unwrap().is_none());
}

#[test]
fn partners_are_told_apart() {
    let (folder, exchange) = open();
    exchange.append(telling(vec![release(1, 1, "for the police")])).unwrap();
    exchange.append(Append { partner: bank(), ..telling(vec![release(1, 1, "for the bank")]) }).unwrap();
    exchange.append(telling(vec![release(2, 1, "more")])).unwrap();
    let told = |party| bodies(&exchange.wire_after(&party, Seq(0), 9, 999).unwrap());
    assert_eq!(told(police()), ["for the police", "more"]);
    assert_eq!(told(bank()), ["for the bank"]);
    assert_eq!(exchange.holders(VertexNo(1)).unwrap(), [police(), bank()]);
    assert_eq!(exchange.holders(VertexNo(2)).unwrap(), [police()]);
    let verified = exchange.verify().unwrap();
    assert_eq!(verified.iter().map(|wire| (wire.items, wire.batches)).collect::<Vec<_>>(), [(2, 2), (1, 1)]);
    for (log, size) in [(1, "\n2\n"), (2, "\n1\n")] {
        let note =
            std::fs::read_to_string(folder.path().join(format!("ledger/partners/{log}/checkpoint"))).unwrap();
        assert!(note.contains(size), "a log's size is that of its own partner: {note}");
    }
    let unknown = exchange.append(Append { partner: "nobody".into(), ..telling(vec![]) });
    assert!(matches!(unknown, Err(StoreError::NotFound { .. })));
}

#[test]
fn the_cursor_moves_with_the_items_or_not_at_all() {
    let (_folder, exchange) = open();
    let step = |from, to, items| {
        let cursor = Some(Advance { from: ClaimNo(from), to: ClaimNo(to) });
        exchange.append(Append { cursor, ..telling(items) })
    };
    assert_eq!(exchange.cursor(&police()).unwrap(), ClaimNo(0));
    step(0, 4, vec![release(1, 1, "a")]).unwrap();
    let nothing = step(4, 9, vec![]).unwrap();
    assert_eq!((nothing.first, nothing.batch), (None, None), "what is withheld leaves no trace");
    // Another discloser, or this one before a crash it forgot.
    assert!(matches!(step(4, 9, vec![release(2, 1, "b")]), Err(StoreError::Conflict { .. })));
    assert_eq!(exchange.cursor(&police()).unwrap(), ClaimNo(9));
    assert_eq!(exchange.told(&police()).unwrap(), Seq(1));
    assert_eq!(exchange.verify().unwrap()[0].batches, 1);
}

#[test]
fn a_limit_is_spent_by_day_and_partner_and_never_overdrawn() {
    let (_folder, exchange) = open();
    let limits = vec![Limit { flow: flow(), most: 3 }];
    let tell = |partner: PartyId, second, count: u64| {
        let items = (0..count).map(|no| release(no, 1, "x")).collect();
        exchange.append(Append { partner, limits: limits.clone(), now: at(second), ..telling(items) })
    };
    tell(police(), 10, 2).unwrap();
    match tell(police(), 20, 2) {
        Err(StoreError::Spent { used: 2, most: 3, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(exchange.told(&police()).unwrap(), Seq(2), "a refused append leaves nothing");
    assert_eq!(exchange.spent(&police(), &flow(), at(20)).unwrap(), 2);
    tell(bank(), 20, 3).unwrap();
    tell(police(), 30, 1).unwrap();
    tell(police(), 40, 1).unwrap_err();
    tell(police(), 40 + 86_400, 3).unwrap();
    // A clock that is put back over midnight opens no second purse: what is added now is added after that.
    assert_eq!(exchange.spent(&police(), &flow(), at(50)).unwrap(), 3);
    tell(police(), 50, 1).unwrap_err();
}

#[test]
fn time_that_goes_back_does_not_turn_the_order_round() {
    let (_folder, exchange) = open();
    for second in [100, 50, 100, 99] {
        exchange
            .append(Append { now: at(second), ..telling(vec![release(1, 1, "a"), release(2, 1, "b")]) })
            .unwrap();
    }
    let all = exchange.wire_after(&police(), Seq(0), 100, usize::MAX).unwrap();
    assert!(all.items.windows(2).all(|two| two[0].added < two[1].added));
    assert_eq!(all.items[0].added, at(100));
}

#[test]
fn a_collection_answers_every_filter() {
    let (_folder, exchange) = open();
    for version in 1..=3 {
        exchange.append(telling(vec![release(1, version, "one"), release(2, version, "two")])).unwrap();
    }
    exchange.append(telling(vec![observable(7, "seven"), observable(7, "seven again")])).unwrap();
    // An older version that is told late does not become the newest.
    exchange.append(telling(vec![release(1, 2, "late")])).unwrap();
    let ask = |query: CollectionQuery| {
        let page = exchange.collection(&police(), &flow(), &query).unwrap();
        (page.items.iter().map(|item| item.seq.0).collect::<Vec<_>>(), page.more)
    };
    let every = || CollectionQuery { versions: vec![VersionMatch::All], ..query() };
    assert_eq!(ask(query()), (vec![5, 6, 8], false), "the last version of each, unless said otherwise");
    assert_eq!(ask(every()).0, (1..=9).collect::<Vec<_>>());
    assert_eq!(ask(CollectionQuery { versions: vec![VersionMatch::First], ..query() }).0, [1, 2, 7]);
    assert_eq!(ask(CollectionQuery { versions: vec![VersionMatch::At(day(2))], ..query() }).0, [3, 4, 9]);
    let two = vec![VersionMatch::First, VersionMatch::Last];
    assert_eq!(ask(CollectionQuery { versions: two, ..query() }).0, [1, 2, 5, 6, 7, 8]);
    assert_eq!(ask(CollectionQuery { ids: vec![id(1)], ..query() }).0, [5]);
    assert_eq!(ask(CollectionQuery { ids: vec![id(2), id(1), id(9)], ..every() }).0, [1, 2, 3, 4, 5, 6, 9]);
    assert_eq!(ask(CollectionQuery { types: vec!["ipv4-addr".parse_kind()], ..query() }).0, [8]);
    let mixed = vec!["ipv4-addr".parse_kind(), "malware".parse_kind(), "tool".parse_kind()];
    assert_eq!(ask(CollectionQuery { types: mixed, ..query() }).0, [5, 6, 8]);
    let none = CollectionQuery { types: vec!["tool".parse_kind()], ids: vec![id(1)], ..query() };
    assert_eq!(ask(none).0, [0; 0]);
    let pages = |base: CollectionQuery| {
        let (mut seqs, mut after) = (Vec::new(), None);
        loop {
            let asked = CollectionQuery { added_after: after, limit: 2, ..base.clone() };
            let page = exchange.collection(&police(), &flow(), &asked).unwrap();
            seqs.extend(page.items.iter().map(|item| item.seq.0));
            after = page.items.last().map(|item| item.added);
            if !page.more {
                return seqs;
            }
        }
    };
    assert_eq!(pages(every()), (1..=9).collect::<Vec<_>>());
    assert_eq!(
        pages(CollectionQuery { types: vec!["malware".parse_kind()], ..every() }),
        [1, 2, 3, 4, 5, 6, 9]
    );
    let under = |hash| CollectionQuery { agreements: vec![hash], ..query() };
    assert_eq!(ask(under(AGREEMENT)).0, [5, 6, 8]);
    assert_eq!(ask(under(AgreementHash([9; 32]))).0, [0; 0]);
    let versions = exchange.versions(&police(), &flow(), &id(1)).unwrap();
    assert_eq!(versions.iter().map(|(version, _)| *version).collect::<Vec<_>>(), [day(3), day(2), day(1)]);
    let unknown = exchange.collection(&police(), &"other".into(), &query()).unwrap();
    assert!(unknown.items.is_empty());
}

#[test]
fn bodies_are_the_bytes_that_were_told() {
    let (_folder, exchange) = open();
    exchange
        .append(telling(vec![release(1, 1, "one"), release(2, 1, "two"), release(3, 1, "three")]))
        .unwrap();
    let stretch = exchange.wire_after(&police(), Seq(0), 9, usize::MAX).unwrap();
    let told = bodies(&stretch);
    let ask = |query: &CollectionQuery, most| {
        let page = exchange.bodies(&police(), &flow(), query, most).unwrap();
        let added = page.added.map(|(first, last)| (first.as_microsecond(), last.as_microsecond()));
        (String::from_utf8(page.joined).unwrap(), page.items, added, page.more)
    };
    let added = |from: usize, to: usize| {
        Some((stretch.items[from].added.as_microsecond(), stretch.items[to].added.as_microsecond()))
    };
    assert_eq!(ask(&query(), usize::MAX), (told.join(","), 3, added(0, 2), false));
    let two = CollectionQuery { limit: 2, ..query() };
    assert_eq!(ask(&two, usize::MAX), (told[..2].join(","), 2, added(0, 1), true));
    // However little may be sent, one object is.
    assert_eq!(ask(&query(), 1), (told[0].clone(), 1, added(0, 0), true));
    let chosen = CollectionQuery { ids: vec![id(3), id(1)], ..query() };
    assert_eq!(ask(&chosen, usize::MAX), (format!("{},{}", told[0], told[2]), 2, added(0, 2), false));
    assert_eq!(ask(&chosen, 1), (told[0].clone(), 1, added(0, 0), true));
    let none = CollectionQuery { ids: vec![id(9)], ..query() };
    assert_eq!(ask(&none, usize::MAX), (String::new(), 0, None, false));
}

#[test]
fn what_is_taken_back_is_gone_from_collections_and_holdings() {
    let (_folder, exchange) = open();
    exchange.append(telling(vec![release(1, 1, "one"), release(2, 1, "two")])).unwrap();
    exchange.append(telling(vec![release(1, 2, "one again")])).unwrap();
    assert_eq!(exchange.holdings(&police(), &[VertexNo(1)]).unwrap().len(), 2);
    let notice = exchange.append(telling(vec![recall(&[1, 3])])).unwrap().first.unwrap();
    assert!(exchange.holdings(&police(), &[VertexNo(1)]).unwrap().is_empty());
    assert_eq!(exchange.collection(&police(), &flow(), &query()).unwrap().items.len(), 1);
    let state = exchange.wire_item(&police(), Seq(3)).unwrap().unwrap().state;
    assert_eq!(state, ItemState::Withdrawn);
    let open = exchange.notices(&police(), true, None, 9).unwrap();
    assert_eq!(
        (open[0].seq, open[0].concerns.clone(), open[0].settlement.clone()),
        (notice, vec![Seq(1), Seq(3)], None)
    );
    assert_eq!(exchange.health(&police()).unwrap().open_notices, 1);
    let refused = Settlement {
        state: NoticeState::Refused("evidence".to_owned()),
        receipt: b"signed".to_vec(),
        at: at(9),
    };
    exchange.settle_notice(&police(), notice, &refused).unwrap();
    exchange.settle_notice(&police(), notice, &refused).unwrap();
    let otherwise = Settlement { state: NoticeState::Complied, receipt: b"other".to_vec(), at: at(9) };
    exchange.settle_notice(&police(), notice, &otherwise).unwrap_err();
    assert!(exchange.notices(&police(), true, None, 9).unwrap().is_empty());
    assert_eq!(exchange.notices(&police(), false, None, 9).unwrap()[0].settlement, Some(refused));
    for wrong in [&[9][..], &[4], &[5]] {
        exchange
            .append(telling(vec![recall(wrong)]))
            .expect_err("only a release told before can be taken back");
    }
    // What was taken back may be told anew.
    exchange.append(telling(vec![release(1, 1, "one")])).unwrap();
    assert_eq!(exchange.holdings(&police(), &[VertexNo(1)]).unwrap().len(), 1);
    exchange.verify().unwrap();
}

#[test]
fn two_people_who_did_not_ask_release_what_was_referred_once() {
    let (_folder, exchange) = open();
    let asked = NewReferral {
        id: "r1".into(),
        partner: police(),
        flow: flow(),
        claim: ClaimNo(5),
        reasons: vec!["category unknown".to_owned()],
        binding: [4; 32],
        requested_by: Some("ada".to_owned()),
        requested_at: at(1),
        needed: 2,
        expires_at: Some(at(1000)),
    };
    exchange.refer(std::slice::from_ref(&asked)).unwrap();
    exchange.refer(std::slice::from_ref(&asked)).unwrap();
    let item = || NewItem { referral: Some("r1".into()), ..release(5, 1, "five") };
    let seen = Consent { by: "CERT Zuid".to_owned(), reference: "letter 7".to_owned() };
    let say = |person: &str, approves, second| {
        let word = Approval {
            person: person.to_owned(),
            office: "officer".to_owned(),
            approves,
            note: None,
            consent: Some(seen.clone()),
            at: at(second),
        };
        exchange.decide_referral(&"r1".into(), &word)
    };
    exchange.append(telling(vec![item()])).expect_err("nobody has approved");
    say("ada", true, 2).expect_err("whoever asks never approves");
    assert_eq!(say("ben", true, 2).unwrap(), Verdict::Waits(1));
    say("ben", true, 3).expect_err("one person is not two");
    exchange.append(telling(vec![item()])).expect_err("one is not enough");
    say("eve", true, 1001).expect_err("too late");
    assert_eq!(say("eve", true, 4).unwrap(), Verdict::Approved);
    let bank = Append { partner: bank(), ..telling(vec![item()]) };
    exchange.append(bank).expect_err("it was approved for another partner");
    exchange.append(telling(vec![item()])).unwrap();
    exchange.append(telling(vec![item()])).expect_err("it is used");
    let referral = exchange.referral(&"r1".into()).unwrap().unwrap();
    assert_eq!(
        (referral.outcome.map(|(outcome, _)| outcome), referral.item),
        (Some(Outcome::Released), Some(Seq(1)))
    );
    assert!(referral.approvals.iter().all(|word| word.consent.as_ref() == Some(&seen)));
    assert!(exchange.open_referrals(9).unwrap().is_empty());
    exchange.refer(&[NewReferral { id: "r2".into(), ..asked.clone() }]).unwrap();
    let no = Approval {
        person: "ada".to_owned(),
        office: "officer".to_owned(),
        approves: false,
        note: Some("no".to_owned()),
        consent: None,
        at: at(5),
    };
    assert_eq!(exchange.decide_referral(&"r2".into(), &no).unwrap(), Verdict::Refused);
    exchange.refer(&[NewReferral { id: "r3".into(), ..asked }]).unwrap();
    assert_eq!(exchange.expire_referrals(at(999)).unwrap(), 0);
    assert_eq!(exchange.expire_referrals(at(1000)).unwrap(), 1);
    let ended: Vec<ReferralId> =
        exchange.ended_referrals(9).unwrap().into_iter().map(|referral| referral.asked.id).collect();
    assert_eq!(ended.len(), 3);
}

#[test]
fn appends_of_many_threads_are_each_kept_or_refused_for_themselves() {
    let (_folder, exchange) = open();
    std::thread::scope(|scope| {
        for thread in 0..8_u64 {
            let exchange = &exchange;
            scope.spawn(move || {
                let partner = if thread % 2 == 0 { police() } else { bank() };
                for turn in 0..25 {
                    let good = telling(vec![release(thread * 100 + turn, 1, "good")]);
                    exchange.append(Append { partner: partner.clone(), ..good }).unwrap();
                    let bad = telling(vec![release(1, 1, "bad"), recall(&[1_000_000])]);
                    exchange.append(Append { partner: partner.clone(), ..bad }).unwrap_err();
                }
            });
        }
    });
    for verified in exchange.verify().unwrap() {
        assert_eq!((verified.items, verified.batches), (100, 100));
    }
    assert!(
        bodies(&exchange.wire_after(&police(), Seq(0), 999, usize::MAX).unwrap())
            .iter()
            .all(|body| body == "good")
    );
}

#[test]
fn a_partner_is_known_by_its_keys_and_lags_until_it_acknowledges() {
    let (_folder, exchange) = open();
    let edit = PartnerEdit {
        party: police(),
        name: "Police".to_owned(),
        endpoint: Some("https://police.example:7879".to_owned()),
        pins: vec![[1; 32], [2; 32]],
    };
    exchange.put_partner(&edit, at(1)).unwrap();
    assert_eq!(exchange.partner_of_key(&[2; 32]).unwrap().unwrap().party, police());
    exchange.put_partner(&PartnerEdit { pins: vec![[2; 32]], ..edit.clone() }, at(2)).unwrap();
    assert_eq!(exchange.partner_of_key(&[1; 32]).unwrap(), None, "a key that was replaced opens nothing");
    exchange.put_partner(&PartnerEdit { party: bank(), pins: vec![[2; 32]], ..edit }, at(2)).unwrap();
    assert_eq!(exchange.partner_of_key(&[2; 32]).unwrap(), None, "a key of two partners is nobody's");
    exchange.append(telling(vec![release(1, 1, "a"), release(2, 1, "b")])).unwrap();
    exchange.acknowledge(&police(), Seq(1), at(50)).unwrap();
    exchange.acknowledge(&police(), Seq(0), at(60)).unwrap();
    exchange.acknowledge(&police(), Seq(3), at(60)).expect_err("nobody has what was never told");
    let health = exchange.health(&police()).unwrap();
    assert_eq!((health.told, health.acknowledged, health.acknowledged_at), (Seq(2), Seq(1), Some(at(50))));
    assert!(health.lags_since.is_some() && health.last_seen == Some(at(60)));
    exchange.acknowledge(&police(), Seq(2), at(70)).unwrap();
    assert_eq!(exchange.health(&police()).unwrap().lags_since, None);
}

#[test]
fn a_flow_is_the_partners_own() {
    let (_folder, exchange) = open();
    exchange.append(telling(vec![release(1, 1, "a")])).unwrap();
    assert_eq!(exchange.flows(&police()).unwrap(), [flow()]);
    assert_eq!(exchange.flows(&bank()).unwrap(), Vec::<FlowId>::new());
    assert!(exchange.collection(&bank(), &flow(), &query()).unwrap().items.is_empty());
}

#[test]
fn a_collection_of_others_goes_on_where_it_was() {
    let (folder, exchange) = open();
    let remote = TaxiiRemote {
        name: "feed".to_owned(),
        collection: "https://taxii.example/api/collections/1/".to_owned(),
        user: Some("us".to_owned()),
        secret_file: Some("/run/secrets/feed".to_owned()),
        authority_file: None,
        errand: "{}".to_owned(),
        every: Some(300),
        added_at: at(1),
    };
    exchange.add_remote(&remote).unwrap();
    let again = exchange.add_remote(&remote);
    assert!(matches!(again, Err(StoreError::Taken { .. })), "{again:?}");
    let place = RemotePlace {
        after: Some("2026-01-01T00:00:00.000000Z".to_owned()),
        next: Some("page 2".to_owned()),
        newest: None,
    };
    exchange.move_remote("feed", &place).unwrap();
    exchange.tried_remote("feed", Some("it did not answer"), at(2)).unwrap();
    drop(exchange);
    let exchange = reopen(&folder);
    let state = RemoteState { place, tried_at: Some(at(2)), failure: Some("it did not answer".to_owned()) };
    assert_eq!(exchange.remote("feed").unwrap(), Some((remote.clone(), state.clone())));
    assert_eq!(exchange.remotes().unwrap(), [(remote, state)]);
    assert!(exchange.remove_remote("feed").unwrap() && !exchange.remove_remote("feed").unwrap());
    assert_eq!(exchange.remote("feed").unwrap(), None);
}

#[test]
fn what_nobody_decided_is_asked_anew_and_what_people_decided_is_not() {
    let (_folder, exchange) = open();
    let asked = |second: i64, until: i64| NewReferral {
        id: "police-7-form".into(),
        partner: police(),
        flow: flow(),
        claim: ClaimNo(7),
        reasons: Vec::new(),
        binding: [1; 32],
        requested_by: None,
        requested_at: at(second),
        needed: 1,
        expires_at: Some(at(until)),
    };
    let open = || exchange.open_referrals(9).unwrap();
    exchange.refer(&[asked(1, 10)]).unwrap();
    exchange.refer(&[asked(2, 10)]).unwrap();
    assert_eq!(open().len(), 1, "it waits already");
    assert_eq!(exchange.expire_referrals(at(10)).unwrap(), 1);
    exchange.refer(&[asked(11, 99)]).unwrap();
    let [second] = open().try_into().expect("asked anew");
    assert_eq!(second.asked.id.0, "police-7-form-2");
    exchange.end_referral(&second.asked.id, Outcome::Overtaken, at(12)).unwrap();
    exchange.refer(&[asked(13, 99)]).unwrap();
    let [third] = open().try_into().expect("asked anew");
    let no = Approval {
        person: "ada".to_owned(),
        office: "officer".to_owned(),
        approves: false,
        note: None,
        consent: None,
        at: at(14),
    };
    assert_eq!(exchange.decide_referral(&third.asked.id, &no).unwrap(), Verdict::Refused);
    exchange.refer(&[asked(15, 99)]).unwrap();
    assert!(open().is_empty(), "it was refused");
}

#[test]
fn only_a_page_that_holds_all_in_its_span_counts_as_fetched() {
    let (_folder, exchange) = open();
    let mut added = Vec::new();
    for number in 1..=5 {
        let told = exchange.append(telling(vec![release(number, 1, "one")])).unwrap();
        added.push(told.added.unwrap());
    }
    let page = |first: usize, last: usize, items| {
        let (first_added, last_added) = (added[first], added[last]);
        let delivery = Delivery { token: "t".to_owned(), first_added, last_added, items, at: at(9) };
        exchange.delivered(&[(police(), flow(), delivery)]).unwrap();
    };
    let mut known = 0;
    let mut held_back = || {
        known += exchange.hold_back_unfetched(&police(), &flow(), &[AGREEMENT]).unwrap();
        known
    };
    page(0, 1, 2);
    // Two objects by their ids, at either end.
    page(0, 4, 2);
    assert_eq!(held_back(), 3, "the third to the fifth");
    assert_eq!(held_back(), 3, "once");
}
