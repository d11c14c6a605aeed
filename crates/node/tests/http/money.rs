//! Money that moves as launderers move it, as each viewer may see it.

use serde_json::{Value, json};

use crate::node::money::{Paid, bookings, iban, ordinary, round};
use crate::node::{Node, array, bundle, id, string};
use crate::served::{Served, Who};

fn tell(node: &Node, bank: &str, payments: &[Paid], tlp: &str) {
    let file = node.file(&format!("{bank}.csv"), &bookings(bank, payments));
    node.import(&[&file, "--source", bank, "--tlp", tlp]);
}

/// The answer, once there is one; each question waits a while for it.
fn money(served: &Served, who: &Who, query: &str) -> Value {
    for _ in 0..30 {
        let view = served.get(who, &format!("/money{query}")).json();
        if !view["answer"].is_null() {
            return view["answer"].clone();
        }
        assert_eq!(view["making"], true, "{view}");
    }
    panic!("no answer came")
}

/// The accounts of each cycle.
fn cycles(answer: &Value) -> Vec<Vec<String>> {
    let found = array(&answer["findings"]).iter().filter(|finding| finding["pattern"] == "cycle");
    found.map(|cycle| array(&cycle["accounts"]).iter().map(|one| string(&one["label"])).collect()).collect()
}

fn the_round() -> Vec<Vec<String>> {
    vec![[1, 2, 3, 4].map(iban).to_vec()]
}

#[test]
fn money_that_goes_round_is_found_among_ordinary_payments() {
    let node = Node::new();
    tell(&node, "Ourbank", &[ordinary(), round()].concat(), "green");
    let served = node.serve();
    let ada = served.administrator();
    let answer = money(&served, &ada, "?pattern=cycle");
    assert_eq!(cycles(&answer), the_round(), "{answer}");
    let cycle = &answer["findings"][0];
    assert!(cycle["bits"].as_f64() > Some(8.0), "{cycle}");
    assert_eq!((&cycle["amount_start"], &cycle["amount_end"]), (&json!(9000.0), &json!(8700.0)));
    assert_eq!(
        (&cycle["currency"], &cycle["follows"], &cycle["others"]),
        (&json!("EUR"), &json!(true), &json!(0))
    );
    assert_eq!(
        (&cycle["first"], &cycle["last"]),
        (&json!("2026-02-03T12:00:00Z"), &json!("2026-02-12T12:00:00Z"))
    );
    assert_eq!(cycle["sources"], json!(["Ourbank"]));
    let payments = array(&cycle["payments"]);
    assert_eq!(payments.len(), 4);
    for (place, payment) in payments.iter().enumerate() {
        assert_eq!(payment["from"], cycle["accounts"][place]["id"]);
        assert_eq!(payment["to"], cycle["accounts"][(place + 1) % 4]["id"]);
        let claim = served.get(&ada, &format!("/claims/{}", payment["claims"][0])).json();
        assert_eq!(claim["object"], payment["ids"][0]);
    }
    // Everybody in it passes something on, which is said when it is asked for.
    let all = money(&served, &ada, "");
    assert!(array(&all["findings"]).iter().all(|finding| finding["within"] == false), "{all}");
    let chains = money(&served, &ada, "?pattern=chain");
    let of_it = |finding: &&Value| finding["accounts"][0]["label"] == iban(2);
    assert_eq!(array(&chains["findings"]).iter().find(of_it).unwrap()["within"], true, "{chains}");
    assert_eq!((&answer["payments"], &answer["left_out"]), (&json!(204), &json!([])));
    assert_eq!(answer["currencies"], json!([{ "name": "EUR", "count": 204 }]));
    assert_eq!((&answer["not_read"], &answer["cut_short"]), (&json!(0), &json!(0)));
}

#[test]
fn who_may_not_see_one_payment_of_it_sees_nothing_of_a_cycle() {
    let answers = [true, false].map(|hidden| {
        let node = Node::new();
        let (open, red) = (round()[..3].to_vec(), round()[3..].to_vec());
        tell(&node, "Ourbank", &[ordinary(), open].concat(), "green");
        if hidden {
            tell(&node, "Redbank", &red, "red");
        }
        let served = node.serve();
        let ada = served.administrator();
        // Whoever sees more asks first: their answer is kept, and is not for others.
        let seen = cycles(&money(&served, &ada, ""));
        assert_eq!(seen, if hidden { the_round() } else { vec![] });
        let greta = served.person(&ada, "greta", "reader", "green");
        let mut answer = money(&served, &greta, "");
        assert_eq!(cycles(&answer), Vec::<Vec<String>>::new());
        assert!(!answer.to_string().contains("Redbank"), "{answer}");
        assert_eq!(answer["payments"], 203);
        answer["made_at"].take();
        answer
    });
    let [with, without] = answers;
    assert_eq!(with, without, "not even its rarity tells of what is hidden");
}

/// A transfer between banks, with the number that is the same with everybody.
fn transfer((number, payer, payee, amount, _): &Paid) -> String {
    format!(
        "<CdtTrfTxInf><PmtId><TxId>T{number}</TxId><UETR>4c1be20e-086c-48b2-9733-{number:012}</UETR></PmtId>\
         <IntrBkSttlmAmt Ccy=\"EUR\">{amount}</IntrBkSttlmAmt><IntrBkSttlmDt>2026-02-{:02}</IntrBkSttlmDt>\
         <DbtrAcct><Id><IBAN>{}</IBAN></Id></DbtrAcct><CdtrAcct><Id><IBAN>{}</IBAN></Id></CdtrAcct></CdtTrfTxInf>",
        number + 2,
        iban(*payer),
        iban(*payee)
    )
}

#[test]
fn a_payment_that_several_tell_counts_once() {
    let node = Node::new();
    tell(&node, "Ourbank", &[ordinary(), round()].concat(), "green");
    let before = node.json(&["money"]);
    // Another bank numbers the same payments by itself, and tells one of them twice more.
    tell(&node, "Otherbank", &[round(), vec![(9, 1, 2, 9000.0, 30)]].concat(), "green");
    let after = node.json(&["money"]);
    assert_eq!((&before["payments"], &before["told_again"]), (&json!(204), &json!(0)));
    assert_eq!(
        (&after["payments"], &after["told_again"]),
        (&json!(205), &json!(4)),
        "one bank tells it twice"
    );
    assert_eq!(cycles(&after), the_round());
    let cycle = array(&after["findings"]).iter().find(|finding| finding["pattern"] == "cycle").unwrap();
    assert_eq!(cycle["sources"], json!(["Otherbank", "Ourbank"]));
    assert_eq!(array(&cycle["payments"][1]["claims"]).len(), 2);
    // What has one number everywhere is one payment by that.
    let transfers: String = round().iter().map(transfer).collect();
    let document = format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>{transfers}</FIToFICstmrCdtTrf></Document>"
    );
    let node = Node::new();
    for bank in ["Ourbank", "Otherbank"] {
        let file = node.file(&format!("{bank}.xml"), &document);
        node.import(&[&file, "--source", bank, "--tlp", "green"]);
    }
    let told = node.json(&["money"]);
    assert_eq!((&told["payments"], &told["told_again"]), (&json!(4), &json!(0)));
}

#[test]
fn what_cannot_be_compared_is_counted_with_its_reason() {
    let node = Node::new();
    let rows = bookings("Ourbank", &[(1, 1, 2, 10.0, 1), (2, 1, 1, 10.0, 1), (3, 2, 3, 0.0, 1)]);
    let rows = format!("{rows}none,{},{},SEPA,10.00,,2026-03-01T00:00:00Z\n", iban(1), iban(2));
    let rows = format!("{rows}yen,{},{},SEPA,10,JPY,2026-03-01T00:00:00Z\n", iban(1), iban(2));
    let file = node.file("rows.csv", &rows);
    node.import(&[&file, "--source", "Ourbank", "--tlp", "green"]);
    let told = node.json(&["money"]);
    assert_eq!((&told["payments"], &told["findings"]), (&json!(2), &json!([])));
    assert_eq!(told["currencies"], json!([{ "name": "EUR", "count": 1 }, { "name": "JPY", "count": 1 }]));
    let reasons = ["from an account to itself", "no amount that is one number above 0", "no currency"];
    assert_eq!(told["left_out"], json!(reasons.map(|why| json!({ "name": why, "count": 1 }))));
}

/// A payment as STIX tells it.
fn payment(number: u32, modified: u32, from: &str, to: &str, revoked: bool) -> Value {
    json!({
        "type": "payment", "spec_version": "2.1", "id": id("payment", number), "created": "2026-01-01T00:00:00.000Z",
        "modified": format!("2026-01-{modified:02}T00:00:00.000Z"), "amount": "9", "currency": "EUR",
        "executed_at": "2026-01-01T00:00:00Z", "debtor_account_ref": from, "creditor_account_ref": to, "revoked": revoked,
    })
}

#[test]
fn a_person_is_no_account_and_what_is_withdrawn_was_not_paid() {
    let node = Node::new();
    let (account, other) = (id("bank-account", 1), id("bank-account", 2));
    let named = |id: &str| json!({ "type": "bank-account", "id": id, "name": "Mira Holder", "account_number": "12345" });
    let told = [
        named(&account),
        named(&other),
        payment(1, 1, &account, &other, false),
        payment(2, 1, &id("identity", 1), &account, false),
        payment(3, 1, &account, &other, false),
    ];
    let file = node.file("told.json", &bundle(&told));
    node.import(&[&file, "--source", "Ourbank", "--tlp", "green"]);
    let file = node.file("withdrawn.json", &bundle(&[payment(3, 2, &account, &other, true)]));
    node.import(&[&file, "--source", "Ourbank", "--tlp", "green"]);
    let told = node.json(&["money"]);
    assert_eq!(told["payments"], 1, "{told}");
    let reasons =
        ["not between two bank accounts or wallets, as far as may be seen", "withdrawn by whoever told it"];
    assert_eq!(told["left_out"], json!(reasons.map(|why| json!({ "name": why, "count": 1 }))));
}

#[test]
fn an_account_that_is_called_by_its_holder_is_shown_by_its_number() {
    let node = Node::new();
    tell(&node, "Ourbank", &[ordinary(), round()].concat(), "green");
    let accounts = node.json(&["money", "--pattern", "cycle"])["findings"][0]["accounts"].clone();
    let named =
        json!({ "type": "bank-account", "id": accounts[0]["id"], "name": "Mira Holder", "iban": iban(1) });
    let file = node.file("named.json", &bundle(&[named]));
    node.import(&[&file, "--source", "Gossip", "--tlp", "green"]);
    assert_eq!(node.found(&iban(1)), ["Mira Holder"], "so it is called elsewhere");
    let told = node.json(&["money"]);
    assert_eq!(cycles(&told), the_round());
    assert!(!told.to_string().contains("Mira"), "{told}");
}

#[test]
fn one_pattern_and_so_many_are_told_or_it_is_refused() {
    let node = Node::new();
    // The money comes back before it went: somebody advances it.
    let early: Vec<Paid> = round()
        .into_iter()
        .rev()
        .zip(30..)
        .map(|((no, from, to, sum, _), day)| (no, from, to, sum, day))
        .collect();
    tell(&node, "Ourbank", &[ordinary(), early].concat(), "green");
    let served = node.serve();
    let ada = served.administrator();
    assert!(cycles(&money(&served, &ada, "?pattern=cycle")).is_empty());
    let any = money(&served, &ada, "?pattern=cycle&any_order=true&limit=1");
    let cycle = &any["findings"][0];
    assert_eq!(array(&cycle["accounts"]).len(), 4, "{any}");
    assert_eq!(
        (&cycle["follows"], &cycle["amount_start"], &cycle["amount_end"]),
        (&json!(false), &json!(9000.0), &json!(8700.0))
    );
    let all = money(&served, &ada, "?any_order=true&limit=0");
    let found: u64 = array(&all["patterns"]).iter().map(|count| count["count"].as_u64().unwrap()).sum();
    assert_eq!((array(&all["findings"]).len(), &all["more"]), (0, &json!(found)));
    for wrong in ["?pattern=circle", "?pattern=", "?limit=-1", "?any_order=maybe"] {
        served.get(&ada, &format!("/money{wrong}")).problem(400);
    }
}
