//! What is asked where, by whom, in which form; and what is answered to everything else.

use serde_json::json;

use crate::asker::{Asker, Desk, MEDIA_TYPE, serve_taxii, token};
use crate::node::{array, string};
use crate::pair::serve_with;

#[test]
fn every_resource_is_found_with_and_without_a_slash() {
    let desk = Desk::open(|_| {});
    let attacks = desk.collection("attacks");
    let discovery = desk.police.get("/taxii2/").json();
    assert_eq!(discovery["api_roots"], json!([format!("{}/exchange/", desk.police.base)]));
    assert_eq!(discovery["default"], discovery["api_roots"][0]);
    let root = desk.police.get("/exchange/").json();
    assert_eq!(root["versions"], json!([MEDIA_TYPE]));
    assert_eq!(root["max_content_length"], 8 << 20);
    let all = desk.police.get("/exchange/collections/").json();
    let rights =
        array(&all["collections"]).iter().map(|one| (one["can_read"] == true, one["can_write"] == true));
    assert_eq!(rights.collect::<Vec<_>>(), [(true, false), (true, false), (false, true)]);
    let own = desk.police.get(&attacks).json();
    assert_eq!(own, array(&all["collections"])[0]);
    let by_alias = desk.police.get(&format!("/exchange/collections/{}/", string(&own["alias"])));
    assert_eq!(by_alias.json(), own);
    let paths = ["/taxii2/", "/exchange/", "/exchange/collections/"].map(str::to_owned);
    let of_attacks = ["", "manifest/", "objects/"].map(|path| format!("{attacks}{path}"));
    for path in paths.iter().chain(&of_attacks) {
        let (with, without) = (desk.police.get(path), desk.police.get(path.trim_end_matches('/')));
        assert_eq!((with.status, with.header("content-type")), (200, Some(MEDIA_TYPE)), "{path}");
        assert_eq!((without.status, &without.body), (200, &with.body), "{path}");
    }
    // Nothing was told yet, and there is no trace of how much could have been.
    assert_eq!(desk.police.get(&format!("{attacks}objects/")).json(), json!({ "more": false }));
}

#[test]
fn nobody_is_told_anything_without_a_token() {
    let desk = Desk::open(|_| {});
    let path = format!("{}objects/", desk.collection("attacks"));
    for secret in ["", "guessed"] {
        for path in ["/taxii2/", "/exchange/", "/exchange/collections/", &path] {
            let answer = desk.police.with(secret).get(path);
            assert_eq!(answer.status, 401, "{path}");
            let ways: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
            assert_eq!(ways.len(), 2, "{ways:?}");
            assert_eq!(answer.json()["http_status"], "401");
        }
    }
    // HTTP Basic, whatever the name.
    let basic = |user: &str| {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let pair = BASE64_STANDARD.encode(format!("{user}:{}", desk.police.secret));
        let headers = [("authorization", format!("Basic {pair}"))];
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        desk.police.with("").send("GET", "/taxii2/", &headers, b"").status
    };
    assert_eq!((basic("police"), basic("anybody")), (200, 200));
    let tokens = desk.pair.company.json(&["peer", "token", "list"]);
    let only = &array(&tokens)[0];
    assert_eq!((&only["party"], only.get("secret")), (&json!("police"), None));
    desk.pair.company.json(&["peer", "token", "remove", &string(&only["id"])]);
    assert_eq!(desk.police.get("/taxii2/").status, 401);
    let stranger = desk.pair.company.run(&["peer", "token", "add", "somebody"]);
    assert!(!stranger.status.success());
}

#[test]
fn what_is_not_there_is_answered_alike() {
    let desk = Desk::open(|_| {});
    let attacks = desk.collection("attacks");
    let nowhere = "/exchange/collections/8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f/";
    let somewhere = desk.police.get(nowhere);
    assert_eq!(somewhere.status, 404);
    for path in ["objects/", "manifest/", "objects/malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f/"] {
        let answer = desk.police.get(&format!("{nowhere}{path}"));
        assert_eq!((answer.status, &answer.body), (404, &somewhere.body), "{path}");
    }
    for path in ["/", "/exchange/status/5/", "/exchange/nothing/", "/taxii/"] {
        assert_eq!(desk.police.get(path).status, 404, "{path}");
    }
    let object = format!("{attacks}objects/malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f/");
    assert_eq!(desk.police.get(&object).status, 404);
    assert_eq!(desk.police.get(&format!("{object}versions/")).status, 404);
    assert_eq!(desk.police.get(&format!("{attacks}objects/nonsense/")).status, 404);
}

#[test]
fn what_cannot_be_done_is_said_as_the_standard_says_it() {
    let desk = Desk::open(|_| {});
    let (attacks, warnings) = (desk.collection("attacks"), desk.collection("warnings"));
    let objects = format!("{attacks}objects/");
    let of = |method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]| {
        let answer = desk.police.send(method, path, headers, body);
        assert_eq!(answer.json()["http_status"], answer.status.to_string(), "{method} {path}");
        assert_eq!(answer.header("content-type"), Some(MEDIA_TYPE));
        answer.status
    };
    let taxii = [("accept", MEDIA_TYPE), ("content-type", MEDIA_TYPE)];
    assert_eq!(of("GET", &objects, &[("accept", "application/json")], b""), 406);
    assert_eq!(of("GET", &objects, &[("accept", "application/taxii+json;version=2.0")], b""), 406);
    for query in
        ["limit=0", "limit=ten", "added_after=yesterday", "match[version]=newest", "next=5", "match[x]=1"]
    {
        assert_eq!(of("GET", &format!("{objects}?{query}"), &taxii, b""), 400, "{query}");
    }
    // In neither direction, and never deleted.
    let envelope = br#"{"objects":[{"type":"malware"}]}"#;
    assert_eq!(of("POST", &objects, &taxii, envelope), 403);
    assert_eq!(of("GET", &format!("{warnings}objects/"), &taxii, b""), 403);
    assert_eq!(of("GET", &format!("{warnings}manifest/?match[id]=nonsense"), &taxii, b""), 403);
    let object = format!("{objects}malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f/");
    assert_eq!(of("DELETE", &object, &taxii, b""), 403);
    assert_eq!(of("PUT", &objects, &taxii, envelope), 405);
    let inbox = format!("{warnings}objects/");
    let json = [("accept", MEDIA_TYPE), ("content-type", "application/json")];
    assert_eq!(of("POST", &inbox, &json, envelope), 415);
    assert_eq!(of("POST", &inbox, &taxii, b"nonsense"), 400);
    assert_eq!(of("POST", &inbox, &taxii, b"{}"), 400);
    assert_eq!(of("POST", &inbox, &taxii, &vec![b' '; (8 << 20) + 1]), 413);
}

#[test]
fn a_token_that_asks_too_often_waits() {
    let desk = Desk::open(|_| {});
    let patient = desk.police.get("/taxii2/").status;
    let serving = serve_with(&desk.pair.company, &["--taxii", "127.0.0.1:0", "--taxii-rate", "1"]);
    let police = Asker::of(&serving, &desk.police.secret);
    let answers: Vec<_> = (0..20).map(|_| police.get("/taxii2/")).collect();
    let refused = answers.iter().find(|answer| answer.status == 429).expect("twenty are more than two");
    assert_eq!((patient, answers[0].status, refused.header("retry-after")), (200, 200, Some("1")));
    // Another token has its own rate.
    let other = police.with(&token(&desk.pair.company, "police"));
    assert_eq!(other.get("/taxii2/").status, 200);
}

#[test]
fn a_certificate_of_an_authority_is_shown() {
    let desk = Desk::open(|_| {});
    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["127.0.0.1".to_owned()];
    let certificate = rcgen::CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
    let node = &desk.pair.company;
    let chain = node.file("chain.pem", &certificate.pem());
    let secret = node.file("key.pem", &key.serialize_pem());
    let args = ["--taxii", "127.0.0.1:0", "--taxii-cert", &chain, "--taxii-key", &secret];
    let serving = serve_with(node, &args);
    assert!(serving.announced["taxii_certificate"].is_null());
    let address = string(&serving.announced["taxii"]);
    let police = Asker::trusting(certificate.pem().as_bytes(), &address, &desk.police.secret);
    assert_eq!(police.get("/taxii2/").status, 200);
}

#[test]
fn the_nodes_own_certificate_stays() {
    let desk = Desk::open(|_| {});
    let file = string(&desk.serving.announced["taxii_certificate"]);
    let before = std::fs::read(&file).unwrap();
    let again = serve_taxii(&desk.pair.company);
    assert_eq!(std::fs::read(&file).unwrap(), before);
    drop(again);
    let renamed =
        serve_with(&desk.pair.company, &["--taxii", "127.0.0.1:0", "--taxii-name", "taxii.company.example"]);
    assert_ne!(std::fs::read(&file).unwrap(), before);
    drop(renamed);
}
