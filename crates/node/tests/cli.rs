//! The command line as people and programs meet it: the real binary, real files, real data folders.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod node;

use std::collections::{BTreeMap, BTreeSet};

use node::money::{bookings, iban, ordinary, round};
use node::{DEMO, Node, array, bundle, id, malware, relationship, string, text};
use quick_xml::events::Event;
use serde_json::Value;

fn demo() -> Node {
    let node = Node::new();
    node.import(&[DEMO, "--source", "demo"]);
    node
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_sample_goes_in_and_the_second_time_changes_nothing() {
    let node = Node::new();
    let first = node.import(&[DEMO, "--source", "demo"]);
    assert!(first["new"].as_u64() > Some(100) && first["rejected"] == 0, "{first}");
    let stats = node.json(&["stats"]);
    let again = node.import(&[DEMO, "--source", "demo"]);
    assert_eq!((&again["new"], &again["updated"]), (&0.into(), &0.into()), "{again}");
    assert_eq!((&again["read"], &again["excluded"]), (&first["read"], &first["excluded"]));
    assert_eq!(node.json(&["stats"]), stats);
    // File by file as well, each under its own name.
    let files = ["lantern.stix.json", "quietroom.misp.json", "sinkhole.csv", "lantern.txt"];
    let files = files.map(|name| format!("{DEMO}/{name}"));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let others = node.import(&files);
    assert!(
        others["updated"].as_u64() > Some(100),
        "other sources say the same: claims beside claims: {others}"
    );
    let again = node.import(&files);
    assert_eq!((&again["new"], &again["updated"]), (&0.into(), &0.into()), "{again}");
}

#[test]
fn counts_are_by_type_and_add_up() {
    let node = demo();
    let stats = node.json(&["stats"]);
    assert!(keys(&stats).is_superset(&["objects", "claims", "by_type"].into()), "{stats}");
    let by_type = stats["by_type"].as_object().unwrap().values().map(|count| count.as_u64().unwrap());
    assert_eq!(stats["objects"].as_u64(), Some(by_type.sum()));
    assert_eq!(stats["sources"], serde_json::json!([{ "name": "demo", "count": stats["claims"] }]));
}

#[test]
fn a_value_is_found_in_every_spelling() {
    let node = demo();
    let spellings = [
        "https://wick.lamp-relay.example/r/next",
        "hxxps://wick[.]lamp-relay[.]example/r/next",
        "hxxps[:]//wick(.)lamp-relay(dot)example/r/next",
    ];
    for spelling in spellings {
        let found = node.json(&["find", spelling]);
        assert_eq!(found["objects"][0]["type"], "url", "{spelling}: {found}");
        assert_eq!(found["objects"][0]["label"], spellings[0], "{spelling}");
    }
    for spelling in ["203.0.113.77", "203[.]0[.]113[.]77", "203.0.113.77:8443", "203[.]0.113[.]77:8443"] {
        assert_eq!(node.found(spelling)[0], "203.0.113.77", "{spelling}");
    }
    assert_eq!(node.found("2001:DB8:77:0::50")[0], "2001:db8:77::50");
    assert!(node.found("nothing-of-the-kind.example").is_empty());
}

#[test]
fn a_trace_holds_together() {
    let node = demo();
    let graph = node.json(&["trace", "203[.]0[.]113[.]77", "--hops", "2"]);
    assert!(keys(&graph).is_superset(&["vertices", "edges"].into()));
    let vertices: BTreeSet<String> =
        array(&graph["vertices"]).iter().map(|vertex| string(&vertex["id"])).collect();
    assert!(vertices.len() > 3, "{graph}");
    assert!(!array(&graph["edges"]).is_empty());
    for edge in array(&graph["edges"]) {
        assert!(
            vertices.contains(&string(&edge["source"])) && vertices.contains(&string(&edge["target"])),
            "{edge}"
        );
        assert_eq!(edge["source_name"], "demo");
        assert!(edge["claim"].as_u64() > Some(0));
    }
    let none = node.json(&["trace", "203.0.113.77", "--link", "no-such-kind"]);
    assert_eq!((array(&none["vertices"]).len(), array(&none["edges"]).len()), (1, 0));
}

#[test]
fn money_that_goes_round_is_told_with_its_accounts_and_what_was_looked_at() {
    let node = Node::new();
    let ledger = bookings("Ourbank", &[ordinary(), round()].concat());
    let file = node.file(
        "ledger.csv",
        &format!("{ledger}none,{},{},SEPA,0,EUR,2026-03-01T00:00:00Z\n", iban(1), iban(2)),
    );
    node.import(&[&file, "--source", "Ourbank"]);
    let found = node.json(&["money", "--pattern", "cycle"]);
    let accounts: Vec<String> =
        array(&found["findings"][0]["accounts"]).iter().map(|account| string(&account["label"])).collect();
    assert_eq!(accounts, [1, 2, 3, 4].map(iban));
    let told = node.run(&["money", "--pattern", "cycle"]);
    let told = String::from_utf8(told.stdout).unwrap();
    for said in [
        "bits: 9000 EUR, then 8700 EUR",
        "4 payments from 2026-02-03T12:00:00Z to 2026-02-12T12:00:00Z, as Ourbank say",
        &iban(3),
        "Looked at 204 payments (204 in EUR).",
        "left out: 1, no amount that is one number above 0",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    let none = demo();
    let told = String::from_utf8(none.run(&["money", "--any-order"]).stdout).unwrap();
    assert!(told.contains("Nothing moves as launderers move it"), "{told}");
    assert!(!none.run(&["money", "--pattern", "circle"]).status.success());
}

#[test]
fn a_path_runs_over_shared_infrastructure() {
    let node = demo();
    let found = node.json(&["path", "lantern", "quietroom"]);
    let (paths, edges) = (array(&found["paths"]), array(&found["graph"]["edges"]));
    assert!(!paths.is_empty(), "{found}");
    for path in paths {
        let vertices = array(&path["vertices"]);
        assert_eq!(array(&path["edges"]).len() + 1, vertices.len());
        for (step, edge) in array(&path["edges"]).iter().enumerate() {
            let edge = &edges[usize::try_from(edge.as_u64().unwrap()).unwrap()];
            let ends = BTreeSet::from([string(&edge["source"]), string(&edge["target"])]);
            assert_eq!(ends, BTreeSet::from([string(&vertices[step]), string(&vertices[step + 1])]));
        }
    }
    let labels: Vec<String> =
        array(&found["graph"]["vertices"]).iter().map(|vertex| string(&vertex["label"])).collect();
    assert!(labels.iter().any(|label| label == "203.0.113.77"), "{labels:?}");
}

#[test]
fn who_is_behind_a_name_and_what_would_take_it_apart() {
    let node = demo();
    let who = node.json(&["who", "hush-panel.example"]);
    let members = array(&who["members"]);
    let surest = &members[0];
    assert_eq!(
        (string(&surest["thing"]["label"]).as_str(), surest["probability"].as_f64()),
        ("hush-panel.example", Some(1.0))
    );
    assert!(members[1..].iter().any(|member| !array(&member["reasons"]).is_empty()), "{who}");
    // Without whoever said all of it, nothing is left.
    let without = node.json(&["who", "hush-panel.example", "--without", "demo"]);
    assert!(array(&without["members"])[1..].iter().all(|member| member["without"] == 0.0), "{without}");
    let plan = node.json(&["dismantle", "hush-panel.example", "--targets", "2"]);
    assert!((1..=2).contains(&array(&plan["targets"]).len()), "{plan}");
    let spared = string(&plan["targets"][0]["thing"]["id"]);
    let other = node.json(&["dismantle", "hush-panel.example", "--targets", "2", "--spare", &spared]);
    assert!(
        array(&other["targets"]).iter().all(|target| target["thing"]["id"] != spared.as_str()),
        "{other}"
    );
    assert!(other["left"].as_f64() >= plan["left"].as_f64(), "a freer choice leaves no more: {other}");
}

#[test]
fn a_thing_is_shown_with_its_claims() {
    let node = demo();
    let page = node.json(&["show", "hxxps://wick[.]lamp-relay[.]example/r/next"]);
    let expected = ["summary", "selectors", "claims", "links", "timeline"];
    assert_eq!(keys(&page), expected.into());
    assert_eq!(node.json(&["show", &string(&page["summary"]["id"])]), page, "by id as by value");
    let wrong = node.run(&["show", "nothing-of-the-kind.example"]);
    assert!(!wrong.status.success());
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("nothing-of-the-kind.example"));
}

#[test]
fn exports_can_be_read() {
    let node = demo();
    let objects = node.json(&["stats"])["objects"].as_u64().unwrap();
    let stix: Value = serde_json::from_slice(&node.run(&["export", "--format", "stix"]).stdout).unwrap();
    assert_eq!(stix["type"], "bundle");
    // The sample has no markings of its own; the bundle brings those its objects are handled under.
    let told = array(&stix["objects"]).iter().filter(|object| object["type"] != "marking-definition");
    assert_eq!(told.count() as u64, objects);
    assert!(array(&stix["objects"]).iter().all(|object| {
        object["type"] == "marking-definition" || !array(&object["object_marking_refs"]).is_empty()
    }));
    let csv = node.path("things.csv");
    assert!(node.run(&["export", "--format", "csv", "--output", &text(&csv)]).status.success());
    let mut rows = csv::Reader::from_path(csv).unwrap();
    let column = rows.headers().unwrap().iter().position(|name| name == "type").unwrap();
    let mut by_type: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows.records() {
        *by_type.entry(row.unwrap()[column].to_owned()).or_default() += 1;
    }
    assert!(by_type.values().sum::<u64>() >= objects);
    let graphml = String::from_utf8(node.run(&["export", "--format", "graphml"]).stdout).unwrap();
    let (vertices, ends) = graphml_of(&graphml);
    assert_eq!(vertices.len() as u64, by_type.values().sum::<u64>());
    assert!(!ends.is_empty() && ends.is_subset(&vertices), "each edge joins things of the file");
}

/// Ids of the nodes, and ids the edges name.
fn graphml_of(graphml: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut vertices, mut ends) = (BTreeSet::new(), BTreeSet::new());
    let mut reader = quick_xml::Reader::from_str(graphml);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return (vertices, ends),
            Event::Start(element) | Event::Empty(element) => {
                for attribute in element.attributes() {
                    let attribute = attribute.unwrap();
                    let value = attribute.value.to_string();
                    match (element.name().as_ref(), attribute.key.as_ref()) {
                        ("node", "id") => vertices.insert(value),
                        ("edge", "source" | "target") => ends.insert(value),
                        _ => false,
                    };
                }
            }
            _ => {}
        }
    }
}

#[test]
fn an_export_comes_in_again_as_it_went_out() {
    let node = demo();
    let file = text(&node.path("export.json"));
    assert!(node.run(&["export", "--output", &file]).status.success());
    let other = Node::new();
    let counts = other.import(&[&file]);
    assert_eq!((&counts["rejected"], &counts["new"]), (&0.into(), &counts["read"]), "{counts}");
    let mut by_type = other.json(&["stats"])["by_type"].clone();
    // The markings the bundle brought along.
    by_type.as_object_mut().unwrap().remove("marking-definition");
    assert_eq!(by_type, node.json(&["stats"])["by_type"]);
}

#[test]
fn a_selection_comes_in_again_as_one_connected_graph() {
    let node = Node::new();
    let panel = |number| {
        serde_json::json!({ "type": "domain-name", "spec_version": "2.1", "value": "shared-panel.example",
            "id": id("domain-name", number) })
    };
    let marking = serde_json::json!({ "type": "marking-definition", "spec_version": "2.1",
        "id": id("marking-definition", 1), "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "statement", "definition": { "statement": "Ask before you publish." } });
    let seen = |number, whom: u32, by: &str| {
        serde_json::json!({ "type": "sighting", "spec_version": "2.1", "id": id("sighting", number),
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
            "sighting_of_ref": id("malware", whom), "where_sighted_refs": [by] })
    };
    let identity = |number| {
        serde_json::json!({ "type": "identity", "spec_version": "2.1", "id": id("identity", number), "name": "CSIRT",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z" })
    };
    // Two sources know the domain by ids of their own; each relationship names the id of its source.
    let mut kestrel = malware(1, "kestrel", 2);
    kestrel["object_marking_refs"] = serde_json::json!([id("marking-definition", 1)]);
    let link = |number, end| {
        relationship(number, &id("malware", number), "communicates-with", &id("domain-name", end))
    };
    let outside = relationship(3, &id("malware", 1), "variant-of", &id("malware", 3));
    let first = [
        kestrel,
        panel(1),
        link(1, 1),
        marking,
        malware(3, "osprey", 2),
        outside,
        identity(1),
        identity(2),
        seen(1, 1, &id("identity", 1)),
        seen(2, 1, &id("identity", 2)),
    ];
    let second = [malware(2, "heron", 2), panel(2), link(2, 2)];
    for (source, objects) in [("a", &first[..]), ("b", &second[..])] {
        node.import(&[&node.file("a.json", &bundle(objects)), "--source", source]);
    }
    let file = text(&node.path("export.json"));
    let chosen = ["kestrel", "heron", "shared-panel.example", &id("identity", 1)];
    assert!(node.run(&[&["export", "--output", &file], &chosen[..]].concat()).status.success());
    let stix: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let told: BTreeSet<String> = array(&stix["objects"]).iter().map(|object| string(&object["id"])).collect();
    let wanted = [
        ("malware", 1),
        ("malware", 2),
        ("domain-name", 1),
        ("domain-name", 2),
        ("relationship", 1),
        ("relationship", 2),
        ("identity", 1),
        ("sighting", 1),
        ("marking-definition", 1),
    ];
    let amber = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421".to_owned();
    let wanted = wanted.iter().map(|(kind, number)| id(kind, *number)).chain([amber]);
    assert_eq!(told, wanted.collect(), "what joins them, and nothing that leads further");
    let other = Node::new();
    other.import(&[&file]);
    let around = other.json(&["trace", "kestrel", "--hops", "2"]);
    let labels: BTreeSet<String> =
        array(&around["vertices"]).iter().map(|one| string(&one["label"])).collect();
    for label in ["heron", "shared-panel.example", "CSIRT"] {
        assert!(labels.contains(label), "{label} in {labels:?}");
    }
}

#[test]
fn a_source_s_own_markings_restrict_what_it_tells_later() {
    let node = Node::new();
    let own = serde_json::json!({ "type": "marking-definition", "spec_version": "2.1",
        "id": id("marking-definition", 1), "created": "2026-01-01T00:00:00.000Z", "name": "PAP:RED",
        "definition_type": "tlp", "definition": { "tlp": "red" } });
    let told = |number| {
        let mut told = malware(number, "kestrel", 2);
        told["object_marking_refs"] = serde_json::json!([id("marking-definition", 1)]);
        told
    };
    let handled = |number| {
        let page = node.json(&["show", &id("malware", number)]);
        (string(&page["claims"][0]["tlp"]), string(&page["claims"][0]["pap"]))
    };
    let import = |source, objects: &[Value]| {
        node.import(&[&node.file("a.json", &bundle(objects)), "--source", source, "--tlp", "green"]);
    };
    let red = ("red".to_owned(), "red".to_owned());
    import("a", &[own, told(1)]);
    assert_eq!(handled(1), red, "defined before, in the same bundle");
    import("a", &[told(2)]);
    assert_eq!(handled(2), red, "defined in an earlier import");
    import("b", &[told(3)]);
    assert_eq!(handled(3), ("green".to_owned(), "clear".to_owned()), "nobody else defines it for b");
}

/// A list of networks and names, told by a source of its own.
fn list(matching: &str, values: &[&str]) -> String {
    serde_json::json!({ "name": "Shared by many", "type": matching, "version": 1, "list": values })
        .to_string()
}

#[test]
fn what_a_list_covers_is_shared_whichever_came_first() {
    let address = serde_json::json!({ "type": "ipv4-addr", "spec_version": "2.1", "value": "198.51.100.7",
        "id": id("ipv4-addr", 1) });
    let name = serde_json::json!({ "type": "domain-name", "spec_version": "2.1", "value": "a.dyn.example.com",
        "id": id("domain-name", 1) });
    let links = [("ipv4-addr", 1), ("ipv4-addr", 2), ("domain-name", 1), ("domain-name", 2)];
    let links = (1..).zip(links).map(|(number, (kind, bird))| {
        relationship(number, &id("malware", bird), "communicates-with", &id(kind, 1))
    });
    let story: Vec<Value> =
        [malware(1, "kestrel", 2), malware(2, "heron", 2), address, name].into_iter().chain(links).collect();
    let (story, networks, names) =
        (bundle(&story), list("cidr", &["198.51.100.0/24"]), list("hostname", &["dyn.example.com"]));
    for lists_first in [true, false] {
        let node = Node::new();
        let import = |name: &str, content: &str| node.import(&[&node.file(name, content), "--source", name]);
        if lists_first {
            import("networks.json", &networks);
            import("names.json", &names);
            node.json(&["trace", "198.51.100.0/24"]);
        }
        import("story.json", &story);
        if !lists_first {
            node.json(&["trace", "kestrel"]);
            import("networks.json", &networks);
            import("names.json", &names);
        }
        for turn in ["at first", "from the index"] {
            let around = node.json(&["trace", "kestrel", "--hops", "3"]);
            let hubs: BTreeMap<String, &Value> =
                array(&around["vertices"]).iter().map(|one| (string(&one["label"]), &one["hub"])).collect();
            for value in ["198.51.100.7", "a.dyn.example.com"] {
                assert_eq!(hubs[value], "warninglist", "{value}, {turn}, lists first: {lists_first}");
            }
            assert!(!hubs.contains_key("heron"), "the trace ends at what many share");
            let through = node.json(&["trace", "kestrel", "--hops", "3", "--through-hubs"]).to_string();
            assert!(through.contains("heron"));
        }
    }
}

#[test]
fn a_page_as_of_an_earlier_claim_counts_the_links_of_then() {
    let node = Node::new();
    let link = |number| relationship(number, &id("malware", 1), "variant-of", &id("malware", number));
    let objects =
        [malware(1, "kestrel", 2), malware(2, "heron", 2), link(2), malware(3, "osprey", 2), link(3)];
    for object in &objects {
        node.import(&[&node.file("a.json", &object.to_string()), "--source", "a"]);
    }
    let counted = |at: &str| {
        let page = node.json(&["show", &id("malware", 1), "--as-of", at]);
        (page["summary"]["degree"].as_u64().unwrap(), page["links"]["total"].as_u64().unwrap())
    };
    assert_eq!(["1", "2", "3", "4", "5", "9"].map(counted), [(0, 0), (0, 0), (1, 1), (1, 1), (2, 2), (2, 2)]);
}

#[test]
fn an_older_version_never_replaces_a_newer_one() {
    let node = Node::new();
    let versions = [(3, "kestrel"), (2, "kestrel-before"), (5, "kestrel-after")];
    let files =
        versions.map(|(day, name)| node.file(&format!("{day}.json"), &malware(1, name, day).to_string()));
    assert_eq!(node.import(&[&files[0], "--source", "a"])["new"], 1);
    let older = node.import(&[&files[1], "--source", "a"]);
    assert_eq!((&older["unchanged"], &older["older"]), (&1.into(), &1.into()), "{older}");
    let shown = |at: &[&str]| {
        let page = node.json(&[&["show", &id("malware", 1)], at].concat());
        (string(&page["summary"]["label"]), array(&page["claims"]).len())
    };
    assert_eq!(shown(&[]), ("kestrel".to_owned(), 1));
    assert_eq!(node.import(&[&files[2], "--source", "a"])["updated"], 1);
    assert_eq!(shown(&[]), ("kestrel-after".to_owned(), 2));
    assert_eq!(shown(&["--as-of", "1"]), ("kestrel".to_owned(), 1), "as it stood at claim 1");
    assert_eq!(shown(&["--as-of", "2"]), shown(&[]));
    let before = node.run(&["show", &id("malware", 1), "--as-of", "2020-01-01T00:00:00Z"]);
    assert!(!before.status.success(), "nothing was known then");
    assert_eq!(node.import(&[&files[0], "--source", "a"])["unchanged"], 1, "known, and older by now");
    assert_eq!(shown(&[]).0, "kestrel-after");
}

#[test]
fn a_revoked_object_is_kept_and_shown_as_revoked() {
    let node = Node::new();
    let mut object = malware(1, "kestrel", 2);
    node.import(&[&node.file("a.json", &object.to_string()), "--source", "a"]);
    object["revoked"] = true.into();
    object["modified"] = "2026-01-09T00:00:00.000Z".into();
    assert_eq!(node.import(&[&node.file("b.json", &object.to_string()), "--source", "a"])["updated"], 1);
    let found = node.json(&["find", "kestrel"]);
    assert_eq!(found["objects"][0]["revoked"], true, "{found}");
    let page = node.json(&["show", &id("malware", 1)]);
    let revoked: Vec<_> = array(&page["claims"]).iter().map(|claim| claim["revoked"].clone()).collect();
    assert_eq!(revoked, [true, false], "newest first");
    let text = String::from_utf8(node.run(&["find", "kestrel"]).stdout).unwrap();
    assert!(text.contains("revoked"), "{text}");
    assert_eq!(node.json(&["stats"])["objects"], 1);
}

#[test]
fn rejects_can_be_mended_and_imported_again() {
    let node = Node::new();
    let mut bad = malware(2, "heron", 2);
    bad["id"] = "malware--not-a-uuid".into();
    let stix = node.file("both.json", &bundle(&[malware(1, "kestrel", 2), bad]));
    let list = node.file("osprey.csv", "type,value\nip,192.0.2.1\nip,192.0.2.999\n");
    let rejects = text(&node.path("rejects.jsonl"));
    for (file, wrong, right, sought) in [
        (&stix, "malware--not-a-uuid", id("malware", 2), "heron"),
        (&list, "192.0.2.999", "192.0.2.99".to_owned(), "192.0.2.99"),
    ] {
        let counts = node.import(&[file, "--source", "a", "--rejects", &rejects]);
        assert_eq!(
            (&counts["rejected"], &counts["rejects"]),
            (&1.into(), &Value::from(rejects.clone())),
            "{counts}"
        );
        assert!(counts["new"].as_u64() >= Some(1), "the good ones are in: {counts}");
        let written = std::fs::read_to_string(&rejects).unwrap();
        let reject: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(string(&reject["file"]), **file);
        assert!(reject["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{reject}");
        assert!(reject["offset"].is_u64() || reject["line"].is_u64(), "{reject}");
        assert!(node.found(sought).is_empty());
        let mended = node.file("mended.jsonl", &written.replace(wrong, &right));
        let counts = node.import(&[&mended, "--source", "a"]);
        assert_eq!((&counts["rejected"], &counts["new"]), (&0.into(), &1.into()), "{counts}");
        assert_eq!(node.found(sought)[0], sought);
        // As it would have been had it been right at once.
        let whole = std::fs::read_to_string(file).unwrap().replace(wrong, &right);
        std::fs::write(file, whole).unwrap();
        let counts = node.import(&[file, "--source", "a"]);
        assert_eq!(counts["unchanged"], counts["read"], "{counts}");
    }
}

#[test]
fn a_dry_run_counts_and_changes_nothing() {
    let node = Node::new();
    let file = node.file("a.json", &malware(1, "kestrel", 2).to_string());
    node.import(&[&file]);
    let (stats, log) = (node.json(&["stats"]), node.json(&["audit", "verify"]));
    let dry = node.import(&[DEMO, "--source", "demo", "--dry-run"]);
    assert_eq!((node.json(&["stats"]), node.json(&["audit", "verify"])), (stats, log));
    assert!(node.found("203.0.113.77").is_empty());
    let wet = node.import(&[DEMO, "--source", "demo"]);
    for name in ["read", "new", "updated", "unchanged", "excluded", "rejected"] {
        assert_eq!(dry[name], wet[name], "{name}");
    }
}

#[test]
fn a_dry_run_knows_what_it_met_before() {
    let node = Node::new();
    // More than one batch, and the first of them once more at the end.
    let value = |number: u32| format!("bird-{number}.example\n");
    let lines: String = (0..9_000).chain(0..5).map(value).collect();
    let (first, second) =
        (node.file("a.txt", &lines), node.file("b.txt", &(0..3).map(value).collect::<String>()));
    node.import(&[&node.file("c.txt", &value(7)), "--source", "a"]);
    let args = [first.as_str(), &second, "--source", "a"];
    let dry = node.import(&[&args[..], &["--dry-run"]].concat());
    let wet = node.import(&args);
    for name in ["read", "new", "updated", "unchanged", "excluded", "rejected"] {
        assert_eq!(dry[name], wet[name], "{name}: {dry} {wet}");
    }
    assert!(wet["unchanged"].as_u64() >= Some(5), "{wet}");
}

#[test]
fn an_unknown_folder_or_file_is_said_and_not_made() {
    let node = Node::new();
    let asking: [&[&str]; 7] = [
        &["find", "x.example"],
        &["show", "x.example"],
        &["trace", "x.example"],
        &["path", "x.example", "y.example"],
        &["stats"],
        &["export"],
        &["audit", "verify"],
    ];
    for args in asking {
        let output = node.run(args);
        assert!(!output.status.success(), "{args:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&text(&node.data())) && said.contains("--data"), "{args:?}: {said}");
        assert!(!node.data().exists(), "{args:?} made a folder");
    }
    let output = node.run(&["import", "/nowhere/at/all.json"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/at/all.json"));
}

#[test]
fn links_between_sources_are_walked() {
    let node = Node::new();
    let value = "shared-panel.example";
    for (number, source) in [(1, "a"), (2, "b")] {
        let domain = serde_json::json!({
            "type": "domain-name", "spec_version": "2.1", "value": value,
            "id": "domain-name--5b0a3c4e-7f0c-5c0b-8a8e-0d9a3f6b7c11",
        });
        let link = relationship(number, &id("malware", number), "communicates-with", &string(&domain["id"]));
        let content = bundle(&[malware(number, &format!("bird {number}"), 2), domain, link]);
        node.import(&[&node.file("a.json", &content), "--source", source]);
    }
    let found = node.json(&["path", "bird 1", "bird 2"]);
    let edges = array(&found["graph"]["edges"]);
    let tellers: BTreeSet<String> = edges.iter().map(|edge| string(&edge["source_name"])).collect();
    assert_eq!(tellers, BTreeSet::from(["a".to_owned(), "b".to_owned()]), "{found}");
    let only = node.json(&["path", "bird 1", "bird 2", "--source", "a"]);
    assert!(array(&only["paths"]).is_empty(), "{only}");
    let found = node.json(&["find", value]);
    assert_eq!(found["objects"][0]["sources"], serde_json::json!(["a", "b"]));
}

/// Two seized names point to one address, which a sensor told before anybody said that it is a sinkhole.
#[test]
fn the_way_ends_at_a_sinkhole() {
    let node = Node::new();
    let seized = |name: &str| {
        format!(
            "{{\"rrname\":\"{name}\",\"rrtype\":\"A\",\"rdata\":\"198.51.100.1\",\"time_first\":1772323200,\"time_last\":1772323200}}\n"
        )
    };
    let answers = node.path("answers.jsonl");
    std::fs::write(&answers, ["a.example", "b.example"].map(seized).concat()).unwrap();
    let near = |node: &Node| {
        let found = node.json(&["trace", "a.example", "--hops", "2"]);
        let things = found["vertices"].as_array().unwrap().clone();
        let label = |thing: &Value| thing["label"].as_str().unwrap_or_default().to_owned();
        let hub = things.iter().find(|thing| label(thing) == "198.51.100.1").unwrap()["hub"].clone();
        (things.iter().any(|thing| label(thing) == "b.example"), hub)
    };
    node.import(&[&text(&answers), "--source", "one"]);
    assert_eq!(near(&node), (true, Value::Null));
    let report = node.path("report.csv");
    let header = "timestamp,ip,protocol,asn,geo,infection,family,dst_ip,dst_hostname";
    let call = |at: u32, name: &str| {
        format!("\n2026-03-01 00:00:{at:02},192.0.2.7,tcp,64496,IE,marl,Marl,198.51.100.1,{name}")
    };
    let calls: String = (0..40).map(|at| call(at, "c.example")).collect();
    std::fs::write(&report, [header, &calls, &call(50, "d.example"), "\nnow,192.0.2.7"].concat()).unwrap();
    let taken = node.import(&[&text(&report), "--source", "one"]);
    let counts = ["read", "new", "updated", "unchanged", "excluded", "rejected"]
        .map(|name| taken[name].as_u64().unwrap());
    assert_eq!(counts, [42, 41, 0, 0, 0, 1], "every row counts: {taken}");
    assert_eq!(near(&node), (false, "sinkhole".into()));
    let again = node.import(&[&text(&report), "--source", "one"]);
    assert_eq!((&again["unchanged"], &again["rejected"]), (&41.into(), &1.into()), "{again}");
}
