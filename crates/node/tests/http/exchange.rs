//! Agreements, the wire and referrals over HTTP: who may do what, what exists for whom, and that nobody overwrites another's work.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::empty;
use crate::node::{Node, array, bundle, id, string, text};
use crate::served::{Body, Served, Who};

/// Longer than anything takes that will happen at all.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until so many items are on the wire to the police, the flow's statement among them. Each question is a process, so
/// nothing spins and no limit of requests is met.
fn wait_until_told(company: &Node, items: u64) {
    let began = Instant::now();
    while company.json(&["peer", "status"])[0]["told"] != items {
        assert!(began.elapsed() < PATIENCE, "{items} items did not come");
    }
}

/// A company's node that has an agreement with the police in force, from the template and changed by `change`.
fn agreed(change: impl FnOnce(&mut Value)) -> (Node, Served) {
    let (company, police) = (Node::new(), Node::new());
    let keys = company.file("police-keys.json", &police.json(&["peer", "key"]).to_string());
    let file = text(&company.path("agreement.json"));
    let keys = format!("police={keys}");
    let new =
        ["agreement", "new", "--template", "company-police", "--as", "company", "--keys", &keys, "-o", &file];
    assert!(company.run(&new).status.success());
    let mut draft: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    change(&mut draft);
    std::fs::write(&file, draft.to_string()).unwrap();
    company.json(&["agreement", "sign", &file, "--as", "company"]);
    police.json(&["agreement", "sign", &file, "--as", "police"]);
    assert_eq!(company.json(&["agreement", "accept", &file])["standing"], "in_force");
    let served = company.serve();
    (company, served)
}

fn learn(company: &Node, name: &str, tlp: &str, objects: &[Value]) {
    let file = company.file(name, &bundle(objects));
    company.import(&[file.as_str(), "--source", "company", "--tlp", tlp]);
}

fn domain(number: u32, value: &str) -> Value {
    json!({ "type": "domain-name", "spec_version": "2.1", "id": id("domain-name", number), "value": value })
}

fn account(number: u32, login: &str) -> Value {
    json!({ "type": "user-account", "spec_version": "2.1", "id": id("user-account", number), "account_login": login })
}

/// What went out, by label.
fn told(served: &Served, who: &Who) -> Vec<(String, Value)> {
    let page = served.get(who, "/partners/police/wire").json();
    let named = array(&page["items"]).iter().filter(|line| line["label"].is_string());
    named.map(|line| (string(&line["label"]), line.clone())).collect()
}

#[test]
fn the_wire_holds_for_each_viewer_what_was_made_of_claims_they_may_see() {
    let (company, served) = agreed(|_| {});
    let ada = served.administrator();
    let ana = served.person(&ada, "ana", "analyst", "green");
    learn(&company, "green.json", "green", &[domain(1, "green.lamp-relay.example")]);
    learn(&company, "amber.json", "amber", &[domain(2, "amber.lamp-relay.example")]);
    wait_until_told(&company, 3);
    let all = told(&served, &ada);
    let labels: Vec<&str> = all.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["amber.lamp-relay.example", "green.lamp-relay.example"], "the newest first");
    let line = &all[0].1;
    assert_eq!(
        (&line["form"], &line["state"], &line["flow"]),
        (&json!("as_it_is"), &json!("stands"), &json!("attacks"))
    );
    assert!(
        array(&line["clauses"])
            .iter()
            .all(|clause| clause["number"].is_string() && clause["text"].is_string())
    );

    let seen: Vec<String> = told(&served, &ana).into_iter().map(|(label, _)| label).collect();
    assert_eq!(seen, ["green.lamp-relay.example"]);
    let partner = served.get(&ana, "/partners/police").json();
    assert!(partner.get("counts").is_none(), "{partner}");
    assert_eq!(served.get(&ada, "/partners/police").json()["counts"]["received"], 0);

    let item = |line: &Value| format!("/partners/police/wire/{}", string(&line["id"]));
    served.get(&ana, &item(line)).problem(404);
    served.get(&ana, &format!("{}/proof", item(line))).problem(404);
    let shown = served.get(&ada, &item(line)).json();
    assert_eq!(
        (&shown["sent"]["value"], &shown["original"]["value"]),
        (&json!("amber.lamp-relay.example"), &json!("amber.lamp-relay.example"))
    );
    let proof = served.get(&ada, &format!("{}/proof", item(line)));
    assert!(proof.header("content-disposition").contains("disclosure-proof.json"));
    let file = company.file("proof.json", &proof.text);
    let key = string(&served.get(&ada, "/partners/police").json()["log_key"]);
    let verified = company.json(&["audit", "verify-proof", &file, "--key", &key]);
    assert_eq!(verified["holds"], true);
}

#[test]
fn pages_of_the_wire_lose_nothing_and_repeat_nothing() {
    let (company, served) = agreed(|_| {});
    let ada = served.administrator();
    let many: Vec<Value> =
        (1..=25).map(|number| domain(number, &format!("n{number}.lamp-relay.example"))).collect();
    learn(&company, "many.json", "green", &many);
    wait_until_told(&company, 26);
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = served.get(&ada, &format!("/partners/police/wire?limit=10{cursor}")).json();
        ids.extend(array(&page["items"]).iter().map(|line| string(&line["id"])));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    // The flow's statement went before the first of them.
    assert_eq!((ids.len(), once.len()), (26, 26));
    served.get(&ada, "/partners/police/wire?cursor=guessed").problem(400);
}

#[test]
fn a_draft_is_saved_only_over_what_was_read() {
    let (_node, served) = empty();
    let ada = served.administrator();
    let ana = served.person(&ada, "ana", "analyst", "red");
    let draft = served.post(&ana, "/drafts", json!({ "template": "csirt-csirt", "us": "csirt-a" }));
    let draft = if draft.status == 201 { draft.json() } else { panic!("{}", draft.text) };
    let path = format!("/api/v1/drafts/{}", string(&draft["id"]));
    let at = |who: &Who, version: u64| Who { if_match: Some(version.to_string()), ..who.clone() };
    let mut document = draft["document"].clone();
    document["title"] = json!("Ana's");
    let saved = served.ask(&at(&ana, 1), "PUT", &path, json!({ "document": document })).json();
    assert_eq!((&saved["version"], &saved["title"]), (&json!(2), &json!("Ana's")));
    document["title"] = json!("Ada's");
    let conflict = served.ask(&at(&ada, 1), "PUT", &path, json!({ "document": document })).problem(409);
    assert!(string(&conflict["detail"]).contains("repeat your change"), "{conflict}");
    served.ask(&ada, "PUT", &path, json!({ "document": document })).problem(400);

    document["flows"][0]["retention"]["max"] = json!("6 months");
    let unread = served.ask(&at(&ada, 2), "PUT", &path, json!({ "document": document })).problem(400);
    assert!(string(&unread["detail"]).contains("flows[0].retention.max"), "{unread}");
    served.ask(&at(&ana, 2), "POST", &format!("{path}/signature"), Body::Nothing).problem(403);
    let unsound = served.ask(&at(&ada, 2), "POST", &format!("{path}/signature"), Body::Nothing).problem(400);
    assert!(string(&unsound["detail"]).contains("no key to sign with"), "{unsound}");
    served.ask(&at(&ada, 1), "POST", &format!("{path}/signature"), Body::Nothing).problem(409);
}

#[test]
fn the_next_version_begins_as_the_last_and_says_what_it_changes() {
    let (_company, served) = agreed(|_| {});
    let ada = served.administrator();
    let id = string(&served.get(&ada, "/agreements").json()[0]["id"]);
    let first = served.get(&ada, &format!("/agreements/{id}")).json();
    let draft = served.post(&ada, "/drafts", json!({ "amends": id })).json();
    assert_eq!((&draft["agreement_version"], &draft["us"]), (&json!(2), &json!("company")));
    served.post(&ada, "/drafts", json!({ "amends": id })).problem(409);
    let mut next = draft["document"].clone();
    next["flows"][0]["transforms"] =
        json!([{ "select": { "category": "ip_address" }, "form": { "truncate_ip": "network" } }]);
    let changes = served
        .post(&ada, "/agreements/compare", json!({ "before": first["document"], "after": next }))
        .json();
    let ids: Vec<String> = array(&changes).iter().map(|change| string(&change["id"])).collect();
    assert_eq!(ids, ["agreement/title", "flow:attacks/transforms"]);
    let review = served.post(&ada, "/agreements/review", json!({ "document": next })).json();
    assert!(array(&review["findings"]).iter().all(|finding| finding["severity"] != "error"), "{review}");
}

#[test]
fn two_people_decide_and_neither_of_them_twice() {
    let (company, served) = agreed(|draft| draft["flows"][1]["approvals"]["mode"] = json!("two_person"));
    let ada = served.administrator();
    let adi = served.person(&ada, "adi", "administrator", "red");
    let ana = served.person(&ada, "ana", "analyst", "clear");
    let last = domain(1, "last.lamp-relay.example");
    learn(&company, "accounts.json", "green", &[account(1, "mallory"), account(2, "trudy"), last]);
    wait_until_told(&company, 2);
    let referrals = array(&served.get(&ada, "/referrals").json()["referrals"]).clone();
    assert_eq!(referrals.len(), 2);
    assert!(array(&served.get(&ana, "/referrals").json()["referrals"]).is_empty());
    let path = format!("/referrals/{}", string(&referrals[0]["id"]));
    served.get(&ana, &path).problem(404);
    let decide = |who: &Who, path: &str, approves: bool| {
        served.post(who, &format!("{path}/decision"), json!({ "approves": approves, "note": "seen" }))
    };
    decide(&ana, &path, true).problem(404);
    assert_eq!((&referrals[0]["needed"], &referrals[0]["missing"]), (&json!(2), &json!(2)));
    assert_eq!(decide(&ada, &path, true).json()["missing"], 1);
    decide(&ada, &path, true).problem(409);
    let approved = decide(&adi, &path, true).json();
    let people: Vec<String> =
        array(&approved["approvals"]).iter().map(|word| string(&word["person"])).collect();
    assert_eq!((people, &approved["missing"]), (vec!["ada".to_owned(), "adi".to_owned()], &json!(0)));

    let other = format!("/referrals/{}", string(&referrals[1]["id"]));
    assert_eq!(decide(&adi, &other, false).json()["outcome"], "refused");
    decide(&ada, &other, true).problem(409);
    let ended = served.get(&ada, "/referrals?ended=true").json();
    assert!(array(&ended["referrals"]).iter().any(|one| one["outcome"] == "refused"), "{ended}");
}

#[test]
fn a_partners_token_is_shown_once_and_is_that_partners() {
    let (_company, served) = agreed(|_| {});
    let ada = served.administrator();
    let made =
        served.post(&ada, "/partners/police/tokens", json!({ "name": "their poller", "days": 30 })).json();
    assert!(string(&made["token"]).len() > 30);
    let listed = served.get(&ada, "/partners/police/tokens").json();
    assert_eq!((&listed[0]["name"], listed[0].get("token")), (&json!("their poller"), None));
    let id = string(&made["id"]);
    served.ask(&ada, "DELETE", &format!("/api/v1/partners/bank/tokens/{id}"), Body::Nothing).problem(404);
    assert_eq!(
        served.ask(&ada, "DELETE", &format!("/api/v1/partners/police/tokens/{id}"), Body::Nothing).status,
        204
    );
    assert!(array(&served.get(&ada, "/partners/police/tokens").json()).is_empty());
    served.post(&ada, "/partners/nobody/tokens", json!({ "name": "x" })).problem(404);
    served.post(&ada, "/partners/police/tokens", json!({ "name": "x", "days": 0 })).problem(400);
}
