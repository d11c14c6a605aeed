//! In which form things leave.

use entente_agreement::{
    AddressStep, Agreement, Altered, Category, Epoch, FieldName, Form, FreeText, Leaving, MayMust, Policy,
    Released, Select, TimeStep, Transform,
};
use entente_model::{Compartment, DataCategory, Kind, Object, ObjectId, Selector, Tlp, canonical_id};
use serde_json::{Value, json};

use crate::support::{Bench, NOW, at, compartment, context, object, observable, policy, terms};

fn by(category: Category, form: Form) -> Transform {
    Transform { select: Select::Category(category), form }
}

fn field(name: &str, form: Form) -> Transform {
    Transform { select: Select::Field(name.parse::<FieldName>().expect("a field")), form }
}

/// The company's first flow to the police, changed.
fn attacks(change: impl FnOnce(&mut Agreement)) -> Policy {
    policy("company-police", "company", "police", change)
}

fn with(transforms: Vec<Transform>) -> Policy {
    attacks(|agreement| {
        let flow = &mut agreement.flows[0];
        flow.data_categories.extend([
            Category::EmailPersonal,
            Category::UserAccount,
            Category::Iban,
            Category::Phone,
        ]);
        flow.data_subjects.extend(entente_agreement::SubjectClass::ALL);
        flow.transforms = transforms;
    })
}

fn release(
    policy: &Policy,
    object: &Object,
    others: impl Fn(&ObjectId) -> Leaving,
) -> Option<Released<Object>> {
    let terms = terms(policy, "attacks", object)?;
    policy.release(object, &terms, &Bench::new(others).tools()).ok()
}

fn released(policy: &Policy, object: &Object) -> Released<Object> {
    release(policy, object, |_: &ObjectId| Leaving::Clear).expect("it leaves")
}

fn json(released: &Released<Object>) -> Value {
    serde_json::from_slice(released.bytes()).expect("JSON")
}

#[test]
fn what_leaves_as_it_is_keeps_its_id_and_gets_its_markings() {
    let policy = with(vec![]);
    let domain = observable("domain-name", json!({ "value": "wick.lamp-relay.example" }));
    let released = released(&policy, &domain);
    assert_eq!(released.id(), domain.id());
    let out = json(&released);
    assert_eq!(out["value"], "wick.lamp-relay.example");
    let markings = out["object_marking_refs"].as_array().expect("markings");
    assert_eq!(markings[0], Tlp::Green.marking().to_string());
    let terms = terms(&policy, "attacks", &domain).expect("terms");
    let statement = policy.statement(&terms, at(NOW)).expect("a statement");
    assert_eq!(markings[1], statement.id().to_string());
    let words = json(&statement)["definition"]["statement"].as_str().expect("words").to_owned();
    assert!(
        words.contains("flow attacks") && words.contains("(H1)") && words.contains("deleted 2 years"),
        "{words}"
    );
    assert_eq!(released.agreement(), policy.hash());
    assert!(released.clauses().iter().any(|clause| clause.as_str() == "flow:attacks/data_categories"));
    assert!(!format!("{released:?}").contains("lamp-relay"));
}

#[test]
fn an_address_leaves_as_network_system_or_country() {
    let address = observable("ipv4-addr", json!({ "value": "198.51.100.77" }));
    let neighbour = observable("ipv4-addr", json!({ "value": "198.51.100.78" }));
    let out = |step, object: &Object| {
        released(&with(vec![by(Category::IpAddress, Form::TruncateIp(step))]), object)
    };

    let network = out(AddressStep::Network, &address);
    assert_eq!(json(&network)["value"], "198.51.100.0/24");
    assert_ne!(network.id(), address.id());
    // Two addresses of one network are one thing outside, or their number would be told.
    assert_eq!(network.id(), out(AddressStep::Network, &neighbour).id());

    let system = out(AddressStep::Asn, &address);
    assert_eq!(
        (json(&system)["number"].as_u64(), system.id().kind()),
        (Some(64500), &Kind::AutonomousSystem)
    );
    assert_eq!(*system.id(), Selector::AutonomousSystem(64500).id());
    let country = out(AddressStep::Country, &address);
    assert_eq!((json(&country)["country"].as_str(), country.id().kind()), (Some("NL"), &Kind::Location));

    let elsewhere = observable("ipv4-addr", json!({ "value": "192.0.2.1" }));
    let policy = with(vec![by(Category::IpAddress, Form::TruncateIp(AddressStep::Asn))]);
    assert!(release(&policy, &elsewhere, |_: &ObjectId| Leaving::Clear).is_none(), "nobody knows its system");
}

#[test]
fn a_pseudonym_is_stable_and_the_old_id_never_leaves() {
    let policy = with(vec![by(Category::EmailPersonal, Form::Pseudonymise(Epoch::Agreement))]);
    let address =
        observable("email-addr", json!({ "value": "j.doe@mail.example", "display_name": "J. Doe" }));
    let same = observable("email-addr", json!({ "value": "j.doe@MAIL.example" }));
    let (one, two) = (released(&policy, &address), released(&policy, &same));
    assert_eq!(json(&one)["value"], json(&two)["value"]);
    assert_eq!(one.id(), two.id());
    assert_ne!(one.id(), address.id());
    assert!(json(&one)["value"].as_str().is_some_and(|value| value.starts_with("pseudonym-")));
    assert!(json(&one).get("display_name").is_none(), "names are not covered");
    // Whoever knows every address still cannot name the id.
    assert_ne!(canonical_id(one.value()), Some(one.id().clone()));
}

#[test]
fn references_follow_and_relationships_go_with_what_stays() {
    let policy = with(vec![by(Category::EmailPersonal, Form::Pseudonymise(Epoch::Agreement))]);
    let address = observable("email-addr", json!({ "value": "j.doe@mail.example" }));
    let domain = observable("domain-name", json!({ "value": "wick.example" }));
    let account =
        policy.terms(&compartment(DataCategory::AccountIdentifier, Tlp::Green), &context()).terms().cloned();
    let new = policy.leaving(
        &address,
        &account.expect("terms"),
        &Bench::new(|_: &ObjectId| Leaving::Withheld).tools(),
    );
    let Leaving::NewId(new) = new else { panic!("{new:?}") };
    let others = |id: &ObjectId| match id.kind() {
        Kind::EmailAddr => Leaving::NewId(new.clone()),
        Kind::DomainName => Leaving::Clear,
        _ => Leaving::Withheld,
    };
    let between = |source: &ObjectId, target: &ObjectId| {
        let ends = json!({ "relationship_type": "related-to", "source_ref": source.to_string(), "target_ref": target.to_string() });
        object("relationship", ends)
    };
    let rewritten = release(&policy, &between(domain.id(), address.id()), others).expect("both ends leave");
    assert_eq!(json(&rewritten)["target_ref"], new.to_string());
    assert_ne!(rewritten.id().uuid().to_string(), "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
    assert!(!String::from_utf8_lossy(rewritten.bytes()).contains(&address.id().uuid().to_string()));
    let clear = between(domain.id(), &ObjectId::minted(Kind::Malware, "lantern"));
    assert_eq!(released(&policy, &clear).id(), clear.id());

    let hidden: ObjectId = "file--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse().expect("an id");
    assert!(release(&policy, &between(domain.id(), &hidden), others).is_none());
    let both = between(address.id(), address.id());
    assert!(release(&policy, &both, others).is_none(), "it says nothing of two things that are one outside");
}

#[test]
fn lists_lose_what_stays_and_an_empty_one_keeps_the_object() {
    let policy = with(vec![]);
    let (shown, hidden) =
        ("ipv4-addr--8e2e2d2b-17d4-4cbf-938f-000000000001", "file--8e2e2d2b-17d4-4cbf-938f-000000000002");
    let others = |id: &ObjectId| if *id.kind() == Kind::File { Leaving::Withheld } else { Leaving::Clear };
    let report = |refs: Value| {
        object(
            "report",
            json!({ "name": "Lantern", "published": "2026-03-01T09:30:00.000Z", "object_refs": refs }),
        )
    };
    let out = release(&policy, &report(json!([hidden, shown])), others).expect("some of it leaves");
    assert_eq!(json(&out)["object_refs"], json!([shown]));
    assert!(release(&policy, &report(json!([hidden])), others).is_none());
}

#[test]
fn an_observable_with_its_own_id_names_nothing_by_a_new_one() {
    let policy = with(vec![]);
    let domain = observable(
        "domain-name",
        json!({ "value": "wick.example", "resolves_to_refs": ["ipv4-addr--8e2e2d2b-17d4-4cbf-938f-000000000001"] }),
    );
    let new: ObjectId = "ipv4-addr--8e2e2d2b-17d4-4cbf-938f-000000000009".parse().expect("an id");
    let out = release(&policy, &domain, |_: &ObjectId| Leaving::NewId(new.clone())).expect("it leaves");
    assert_eq!(out.id(), domain.id());
    assert!(json(&out).get("resolves_to_refs").is_none());
}

#[test]
fn an_id_made_of_hidden_references_or_values_does_not_leave() {
    let policy = with(vec![]);
    let traffic = observable(
        "network-traffic",
        json!({
            "protocols": ["tcp"],
            "src_ref": "ipv4-addr--8e2e2d2b-17d4-4cbf-938f-000000000001",
            "dst_ref": "ipv4-addr--8e2e2d2b-17d4-4cbf-938f-000000000002",
        }),
    );
    let hides =
        |id: &ObjectId| if id.to_string().ends_with('2') { Leaving::Withheld } else { Leaving::Clear };
    let out = release(&policy, &traffic, hides).expect("one end leaves");
    assert!(json(&out).get("dst_ref").is_none());
    assert_ne!(out.id(), traffic.id());
    assert_eq!(released(&policy, &traffic).id(), traffic.id());
    // A file named without `host_artefact` could be guessed by its id.
    let policy = attacks(|agreement| {
        agreement.flows[0].data_categories.remove(&Category::HostArtefact);
    });
    let file = observable("file", json!({ "name": "invoice.exe", "hashes": { "SHA-256": "ab".repeat(32) } }));
    let out = released(&policy, &file);
    assert!(json(&out).get("name").is_none() && out.id() != file.id());
}

#[test]
fn free_text_stays_unless_the_flow_says_otherwise() {
    let malware =
        object("malware", json!({ "name": "Lantern", "is_family": true, "description": "told by J. Doe" }));
    let out = released(&with(vec![]), &malware);
    assert!(json(&out).get("description").is_none());
    assert_eq!(out.changes()[0].what, Altered::Withheld);
    assert_eq!(out.changes()[0].clause.as_str(), "flow:attacks/free_text");
    assert_eq!(out.id(), malware.id(), "a random id says nothing of a description");
    let minted = ObjectId::minted(Kind::Malware, "told by j. doe");
    let named = object(
        "malware",
        json!({ "id": minted.to_string(), "name": "Lantern", "is_family": true, "description": "x" }),
    );
    assert_ne!(*released(&with(vec![]), &named).id(), minted, "a name-based id may be made of anything");

    let open = attacks(|agreement| agreement.flows[0].free_text = FreeText::Permitted);
    let paid = object(
        "malware",
        json!({ "name": "L", "is_family": true, "description": "paid with 4111 1111 1111 1111" }),
    );
    let out = released(&open, &paid);
    assert_eq!(json(&out)["description"], "paid with 411111******1111", "no flow lets a card number through");
    let note = object(
        "note",
        json!({ "content": "x", "object_refs": ["file--8e2e2d2b-17d4-4cbf-938f-000000000002"] }),
    );
    assert!(release(&with(vec![]), &note, |_: &ObjectId| Leaving::Clear).is_none(), "a note is its text");
    assert!(release(&open, &note, |_: &ObjectId| Leaving::Clear).is_some());
}

#[test]
fn patterns_leave_as_the_values_in_them() {
    let indicator = |pattern: &str, sort: &str| {
        object(
            "indicator",
            json!({ "name": "198.51.100.77", "pattern": pattern, "pattern_type": sort, "valid_from": "2026-03-01T09:30:00Z" }),
        )
    };
    let policy = with(vec![by(Category::IpAddress, Form::TruncateIp(AddressStep::Network))]);
    let clear = |object: &Object| release(&policy, object, |_: &ObjectId| Leaving::Clear);
    let out = clear(&indicator("[ipv4-addr:value = '198.51.100.77']", "stix")).expect("it leaves");
    assert_eq!(json(&out)["pattern"], "[ipv4-addr:value ISSUBSET '198.51.100.0/24']");
    assert!(json(&out).get("name").is_none(), "it is named by the value");
    assert!(clear(&indicator("[domain-name:value = 'a.example']", "stix")).is_some());
    assert!(
        clear(&indicator("[bank-account:iban = 'x'] OR [ipv4-addr:value != '1.2.3.4']", "stix")).is_none()
    );
    assert!(clear(&indicator("[network-traffic:dst_ref.value = '198.51.100.77']", "stix")).is_none());
    assert!(clear(&indicator("rule lantern { strings: $a = \"j.doe\" }", "yara")).is_none());
    assert!(clear(&indicator("[x-acme:thing = 'x']", "stix")).is_none());
    let plain = with(vec![]);
    let leaves =
        |pattern: &str| release(&plain, &indicator(pattern, "stix"), |_: &ObjectId| Leaving::Clear).is_some();
    assert!(leaves("[email-message:from_ref.value = 'a@b.example']"));
    for other in [
        "[email-message:from_ref.display_name = 'Ana Prova']",
        "[email-message:to_refs[0].belongs_to_ref.credential = 'hunter2']",
        "[x-acme-case:src_ref.value = '198.51.100.77']",
        "[file:extensions.'archive-ext'.contains_refs[*].name = 'x']",
        "[domain-name:value = 'a.example'] 'J. Doe' said so",
        "[domain-name:value = 'a.example'] START t'J. Doe' STOP t'2026-01-01T00:00:00Z'",
        "[email-message:to_refs[J. Doe].value = 'a@b.example']",
        "[url:value = 'https://pay.example/?card=4111111111111111']",
    ] {
        assert!(!leaves(other), "{other}");
    }
}

#[test]
fn times_and_sources_are_generalised() {
    let policy = with(vec![
        field("*.created", Form::GeneraliseTime(TimeStep::Day)),
        field("*.modified", Form::GeneraliseTime(TimeStep::Day)),
    ]);
    let references = json!([
        { "source_name": "cve", "external_id": "CVE-2026-12345", "url": "https://intranet.example/case-7" },
        { "source_name": "case file", "description": "J. Doe" },
    ]);
    let flaw =
        object("vulnerability", json!({ "name": "CVE-2026-12345", "external_references": references }));
    let out = json(&released(&policy, &flaw));
    assert_eq!(out["created"], "2026-03-01T00:00:00.000Z");
    assert_eq!(
        out["external_references"],
        json!([{ "source_name": "cve", "external_id": "CVE-2026-12345" }])
    );
}

#[test]
fn nothing_hides_inside_what_is_plain() {
    let phase = json!({ "kill_chain_name": "lantern", "phase_name": "delivery", "x_told_by": "J. Doe" });
    let technique = object(
        "attack-pattern",
        json!({ "name": "Lamp", "kill_chain_phases": [phase], "lang": { "x": "J. Doe" } }),
    );
    let out = json(&released(&with(vec![]), &technique));
    assert_eq!(out["kill_chain_phases"], json!([{ "kill_chain_name": "lantern", "phase_name": "delivery" }]));
    assert!(out.get("lang").is_none());
}

#[test]
fn an_id_minted_from_what_leaves_stays_and_versions_keep_one_id() {
    let policy = with(vec![]);
    let minted = ObjectId::minted(Kind::Malware, "lantern").to_string();
    let malware =
        object("malware", json!({ "id": minted, "name": "Lantern", "is_family": true, "labels": ["x"] }));
    assert_eq!(released(&policy, &malware).id().to_string(), minted);
    // The warnings of the police leave without observations: whether a version has any changes nothing of its id.
    let warnings = crate::support::policy("company-police", "police", "company", |_| {});
    let out = |json: Value| {
        let object = object("malware", json);
        let terms = terms(&warnings, "warnings", &object).expect("terms");
        let bench = Bench::new(|_: &ObjectId| Leaving::Clear);
        warnings.release(&object, &terms, &bench.tools()).expect("it leaves").id().clone()
    };
    let first = out(json!({ "name": "Lantern", "is_family": true }));
    let second = out(json!({ "name": "Lantern", "is_family": true, "first_seen": "2026-03-01T09:30:00Z" }));
    assert_eq!(first, second);
}

#[test]
fn authors_and_markings_leave_or_keep_the_object() {
    let author = "identity--8e2e2d2b-17d4-4cbf-938f-000000000001";
    let marking = "marking-definition--8e2e2d2b-17d4-4cbf-938f-000000000002";
    let malware = object(
        "malware",
        json!({
            "name": "Lantern", "is_family": true, "aliases": ["Lamp", "Wick"], "created_by_ref": author,
            "object_marking_refs": [Tlp::Clear.marking().to_string(), marking],
            "granular_markings": [
                { "selectors": ["aliases.[1]"], "marking_ref": marking },
                { "selectors": ["description"], "marking_ref": marking },
                { "selectors": ["name"], "lang": "en" },
            ],
        }),
    );
    let policy = with(vec![]);
    let out = json(&released(&policy, &malware));
    assert_eq!(out["created_by_ref"], author);
    let markings = out["object_marking_refs"].as_array().expect("markings");
    assert!(
        markings.contains(&json!(marking)) && !markings.contains(&json!(Tlp::Clear.marking().to_string()))
    );
    let parts = json!([{ "selectors": ["aliases.[1]"], "marking_ref": marking }, { "selectors": ["name"], "lang": "en" }]);
    assert_eq!(out["granular_markings"], parts);

    let no_author =
        |id: &ObjectId| if *id.kind() == Kind::Identity { Leaving::Withheld } else { Leaving::Clear };
    assert!(json(&release(&policy, &malware, no_author).expect("it leaves")).get("created_by_ref").is_none());
    let no_marking = |id: &ObjectId| {
        if *id.kind() == Kind::MarkingDefinition { Leaving::Withheld } else { Leaving::Clear }
    };
    assert!(release(&policy, &malware, no_marking).is_none(), "nobody would know how to handle it");
    let unnamed = attacks(|agreement| agreement.flows[0].provider_attribution = MayMust::MustNot);
    assert!(json(&released(&unnamed, &malware)).get("created_by_ref").is_none());
}

#[test]
fn bans_hold_whatever_the_agreement_says() {
    let everything = with(vec![]);
    let labelled =
        |label: &str| object("malware", json!({ "name": "L", "is_family": true, "labels": [label] }));
    let clear = |object: &Object| release(&everything, object, |_: &ObjectId| Leaving::Clear);
    assert!(clear(&labelled("entente:legally_privileged")).is_none());
    assert!(clear(&labelled("entente:informant_identity")).is_none());
    assert!(clear(&labelled("news")).is_some());
    assert!(clear(&labelled("entente:special_category")).is_none(), "the flow says that none is disclosed");
    let titled = object("campaign", json!({ "name": "Card 4111111111111111 used" }));
    let out = clear(&titled).expect("it leaves");
    assert_eq!(json(&out)["name"], "Card 411111******1111 used");
    let card = object(
        "user-account",
        json!({ "account_login": "4111111111111111", "account_type": "pay", "credential": "hunter2" }),
    );
    let out = clear(&card).expect("it leaves");
    let text = String::from_utf8_lossy(out.bytes()).into_owned();
    assert!(text.contains("411111******1111") && !text.contains("hunter2"), "{text}");
}

#[test]
fn terms_are_for_one_policy_one_class_and_their_time() {
    let policy = with(vec![]);
    let domain = observable("domain-name", json!({ "value": "wick.example" }));
    let terms = terms(&policy, "attacks", &domain).expect("terms");
    let bench = Bench::new(|_: &ObjectId| Leaving::Clear);
    let malware = object("malware", json!({ "name": "L", "is_family": true }));
    assert!(policy.release(&malware, &terms, &bench.tools()).is_err(), "another class was decided on");
    let other = attacks(|agreement| agreement.title.push('!'));
    assert!(other.release(&domain, &terms, &bench.tools()).is_err(), "another agreement decided");
    let mut late = bench.tools();
    late.now = terms.expires_at();
    assert!(policy.release(&domain, &terms, &late).is_err(), "the decision expired");
    assert!(policy.release(&domain, &terms, &bench.tools()).is_ok());
}

#[test]
fn numbers_leave_for_groups_that_are_large_enough() {
    let policy = policy("university-statistics", "company", "university", |_| {});
    let flow = "statistics".parse().expect("an id");
    let mut asked = context();
    asked.trigger = entente_agreement::Trigger::AggregateRelease;
    let decision = policy.terms_by(&flow, &compartment(DataCategory::ThreatIntelligence, Tlp::Clear), &asked);
    let terms = decision.terms().expect("terms");
    assert!(policy.release_count(&Kind::Malware, 9, terms, at(NOW)).is_err());
    let count = policy.release_count(&Kind::Malware, 10, terms, at(NOW)).expect("large enough");
    assert_eq!(count.bytes(), br#"{"count":10,"kind":"malware"}"#);
}

#[test]
fn handling_grows_only_stricter_on_the_way() {
    let policy = policy("bank-police", "bank", "police", |_| {});
    let mut marked: Compartment = compartment(DataCategory::Financial, Tlp::Amber);
    marked.handling.conditions.other = Some("not on a Sunday".to_owned());
    marked.source = "bank".to_owned();
    let decision = policy.terms(&marked, &context());
    let handling = decision.terms().expect("terms").handling();
    assert_eq!(handling.tlp, Tlp::Amber);
    assert!(handling.conditions.no_court_use && handling.conditions.no_onward);
    assert_eq!(handling.conditions.other.as_deref(), Some("not on a Sunday"));
}

#[test]
fn what_comes_past_a_node_is_reduced_and_keeps_its_names() {
    let policy = attacks(|agreement| {
        agreement.flows[0].data_categories.remove(&Category::HostArtefact);
    });
    let admit = |object: &Object| {
        let terms = terms(&policy, "attacks", object)?;
        policy.admit(object, &terms, &Bench::new(|_: &ObjectId| Leaving::Withheld).tools()).ok()
    };
    let author = "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
    let green = Tlp::Green.marking().to_string();
    let wren = object(
        "malware",
        json!({
            "name": "Wren", "is_family": true, "created_by_ref": author, "object_marking_refs": [green],
            "description": "what nobody agreed to", "x_nobody_declared_it": 5,
        }),
    );
    let (taken, changes) = admit(&wren).expect("it is covered");
    assert_eq!((taken.id(), taken.text("name")), (wren.id(), Some("Wren")));
    assert_eq!(taken.json()["object_marking_refs"], json!([green]));
    assert_eq!(taken.text("created_by_ref"), Some(author));
    assert!(taken.text("description").is_none() && !taken.json().contains_key("x_nobody_declared_it"));
    let mut left_out: Vec<&str> = changes.iter().map(|change| change.property.as_str()).collect();
    left_out.sort_unstable();
    assert_eq!(left_out, ["description", "x_nobody_declared_it"]);
    // Whatever its ends are, they were told by whoever tells it.
    let ends = [wren.id().to_string(), "domain-name--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f".to_owned()];
    let link = json!({ "relationship_type": "uses", "source_ref": ends[0], "target_ref": ends[1] });
    let (link, changes) = admit(&object("relationship", link)).expect("it is covered");
    assert_eq!((link.text("target_ref"), changes.len()), (Some(ends[1].as_str()), 0));
    // An id made of what is left out would tell it.
    let sha = "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f";
    let file = observable("file", json!({ "hashes": { "SHA-256": sha }, "name": "payroll.xlsx" }));
    let (taken, _) = admit(&file).expect("its digest is covered");
    assert!(taken.text("name").is_none(), "{:?}", taken.json());
    assert_eq!(canonical_id(&taken).as_ref(), Some(taken.id()));
    assert!(
        admit(&object("identity", json!({ "name": "Nobody", "identity_class": "individual" }))).is_none()
    );
}

/// Of every field in every form that fields may have: what leaves, the receiver takes in.
#[test]
fn what_counts_its_values_is_within_the_bounds_of_its_flow() {
    let counted = with(vec![field("malware.aliases", Form::Count)]);
    let wren =
        object("malware", json!({ "name": "Wren", "is_family": true, "aliases": ["Troglodyte", "Jenny"] }));
    let out = released(&counted, &wren);
    assert_eq!(json(&out)["x_entente_aliases_count"], 2);
    let agreement = counted.agreement();
    let (flow, to) = (&agreement.flows[0], agreement.party(counted.recipient()).expect("a party"));
    let bounds = entente_agreement::Bounds::of(flow, to);
    assert_eq!(bounds.overstepped(out.value(), out.terms().handling()), None);
    assert_eq!(bounds.without_undeclared(out.value()), None);
}

#[test]
fn personal_fields_of_impersonal_kinds_wait_for_whoever_approves_personal_data() {
    let policy = attacks(|agreement| {
        let flow = &mut agreement.flows[0];
        flow.data_categories.insert(Category::PostalAddress);
        flow.approvals = entente_agreement::Approvals {
            mode: entente_agreement::ApprovalMode::Judge,
            when: entente_agreement::ApprovalWhen::PersonalData,
        };
    });
    let place = object("location", json!({ "country": "DE", "city": "Kiel", "street_address": "Weg 1" }));
    assert!(terms(&policy, "attacks", &place).is_none(), "a judge has to approve it");
}
