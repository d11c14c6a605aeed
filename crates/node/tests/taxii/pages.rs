//! Filters, versions and pages; nothing is lost or told twice, whatever is added meanwhile.

use std::collections::BTreeSet;
use std::thread;

use serde_json::{Value, json};

use crate::asker::Desk;
use crate::node::{array, id, malware, string};
use crate::pair::domain;

fn texts(value: &Value) -> Vec<String> {
    array(value).iter().map(string).collect()
}

#[test]
fn filters_choose_what_is_answered() {
    let desk = Desk::open(|_| {});
    let (wren, rook, host) = (id("malware", 1), id("malware", 2), domain(3, "wick.lamp-relay.example"));
    desk.pair.learn("first.json", &[malware(1, "Wren", 2), malware(2, "Rook", 2), host]);
    desk.told(&rook);
    desk.pair.learn("second.json", &[malware(1, "Wren", 4)]);
    let attacks = desk.collection("attacks");
    let object = format!("{attacks}objects/{wren}/");
    crate::pair::wait("the second version", || {
        let versions = desk.police.get(&format!("{object}versions/")).json();
        (array(&versions["versions"]).len() == 2).then_some(())
    });
    let ask = |query: &str| desk.police.get(&format!("{attacks}objects/?{query}"));
    let ids = |query: &str| ask(query).ids();
    assert_eq!(ids("match[type]=malware"), [rook.clone(), wren.clone()], "the older version is left out");
    assert_eq!(ids("match[type]=malware&match[version]=all"), [wren.clone(), rook.clone(), wren.clone()]);
    assert_eq!(ids("match[type]=malware&match[version]=first"), [wren.clone(), rook.clone()]);
    assert_eq!(
        ids("match[type]=malware&match[version]=first,last"),
        [wren.clone(), rook.clone(), wren.clone()]
    );
    let second = "2026-01-04T00:00:00.000Z";
    assert_eq!(ids(&format!("match[version]={second}")), [wren.clone()]);
    assert_eq!(ids(&format!("match[id]={rook},{wren},nonsense")), [rook.clone(), wren.clone()]);
    assert_eq!(ids(&format!("match[id]={rook}&match[type]=tool")), Vec::<String>::new());
    assert_eq!(ids("match[id]=nonsense"), Vec::<String>::new());
    assert_eq!(ids("match[spec_version]=2.0"), Vec::<String>::new());
    assert_eq!(ids("match[type]=malware&match[spec_version]=2.0,2.1").len(), 2);
    // Three objects and the statement they are marked with.
    let all = ask("match[version]=last");
    let types: BTreeSet<String> =
        array(&all.json()["objects"]).iter().map(|object| string(&object["type"])).collect();
    assert_eq!(
        types.iter().map(String::as_str).collect::<Vec<_>>(),
        ["domain-name", "malware", "marking-definition"]
    );
    let last = all.header("x-taxii-date-added-last").expect("it is dated").to_owned();
    assert_eq!(ids(&format!("added_after={last}")), Vec::<String>::new());
    let manifest = desk.police.get(&format!("{attacks}manifest/?match[id]={wren}&match[version]=all"));
    let records = manifest.json();
    let versions: Vec<_> = array(&records["objects"]).iter().map(|one| string(&one["version"])).collect();
    assert_eq!(versions, ["2026-01-02T00:00:00.000Z", second]);
    assert_eq!(
        manifest.header("x-taxii-date-added-last"),
        array(&records["objects"])[1]["date_added"].as_str()
    );
    let one = desk.police.get(&object).json();
    assert_eq!(
        (one["more"].as_bool(), array(&one["objects"])[0]["modified"].as_str()),
        (Some(false), Some(second))
    );
    assert_eq!(desk.police.get(&format!("{object}?match[version]=all")).ids().len(), 2);
    assert_eq!(desk.police.get(&format!("{object}?added_after={last}")).json(), json!({ "more": false }));
    let told = desk.police.get(&format!("{object}versions/?limit=1")).json();
    assert_eq!(
        (texts(&told["versions"]), told["more"].as_bool()),
        (vec!["2026-01-02T00:00:00.000Z".to_owned()], Some(true))
    );
    let rest = format!("{object}versions/?limit=5&next={}", string(&told["next"]));
    assert_eq!(texts(&desk.police.get(&rest).json()["versions"]), [second]);
}

#[test]
fn nothing_is_lost_while_more_is_told() {
    const ROUNDS: u32 = 8;
    const EACH: u32 = 40;
    let desk = Desk::open(|_| {});
    let objects = format!("{}objects/", desk.collection("attacks"));
    let wanted: BTreeSet<String> = (0..ROUNDS * EACH).map(|number| id("malware", number)).collect();
    let pair = &desk.pair;
    let tell = || {
        for round in 0..ROUNDS {
            let numbers = round * EACH..(round + 1) * EACH;
            let told: Vec<_> = numbers.map(|number| malware(number, &format!("bird {number}"), 2)).collect();
            pair.learn(&format!("round{round}.json"), &told);
        }
    };
    thread::scope(|scope| {
        scope.spawn(tell);
        scope.spawn(|| follow(&desk, &objects, &wanted, true));
        scope.spawn(|| follow(&desk, &objects, &wanted, false));
    });
}

/// Pages by `next`, or by when the last object was added, until everything wanted has come.
fn follow(desk: &Desk, objects: &str, wanted: &BTreeSet<String>, by_next: bool) {
    let (mut seen, mut after, mut next) = (BTreeSet::new(), None::<String>, None::<String>);
    while !wanted.is_subset(&seen) {
        let mut query = "limit=7".to_owned();
        if let Some(after) = &after {
            query += &format!("&added_after={after}");
        }
        if let Some(next) = &next {
            query += &format!("&next={next}");
        }
        let page = desk.police.get(&format!("{objects}?{query}"));
        for id in page.ids() {
            assert!(seen.insert(id.clone()), "{id} came twice");
        }
        let json = page.json();
        next = json["next"].as_str().filter(|_| by_next).map(str::to_owned);
        assert_eq!(json["more"] == true, json["next"].is_string());
        if next.is_none() {
            after = page.header("x-taxii-date-added-last").map(str::to_owned).or(after);
        }
    }
}

#[test]
fn a_page_has_no_more_than_the_flow_lets_one_answer_have() {
    let desk = Desk::open(|agreement| agreement["flows"][0]["limits"]["max_set_size"] = json!(2));
    let told: Vec<_> = (0..5).map(|number| malware(number, "bird", 2)).collect();
    desk.pair.learn("birds.json", &told);
    desk.told(&id("malware", 4));
    let page = desk.police.get(&format!("{}objects/?limit=100", desk.collection("attacks")));
    assert_eq!((page.ids().len(), page.json()["more"].as_bool()), (2, Some(true)));
}
