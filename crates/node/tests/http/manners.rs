//! How the node answers whatever it is asked: errors, headers, health.

use serde_json::json;

use crate::demo;
use crate::node::{id, string};
use crate::served::{Body, PASSWORD, Who};

#[test]
fn errors_are_problem_documents_that_say_nothing_of_the_inside() {
    let (_node, served) = demo();
    let ada = served.administrator();
    let get = |path: &str, status: u16| served.get(&ada, path).problem(status);
    get("/no/such/address", 404);
    get("/search", 400);
    get("/search?q=a&limit=many", 400);
    get("/search?q=a&cursor=made-up", 400);
    get("/search?q=a&as_of=yesterday", 400);
    get("/objects/not-an-id", 400);
    get(&format!("/objects/{}", id("malware", 99)), 404);
    get("/claims/many", 400);
    get("/charts/none", 404);
    let post = |path: &str, body: Body, status: u16| served.post(&ada, path, body).problem(status);
    post("/graph/paths", json!({}).into(), 400);
    post("/graph/paths", json!({ "from": 3 }).into(), 400);
    post("/graph/paths", json!({ "from": [], "filter": [1] }).into(), 400);
    post("/graph/neighbourhood", json!({ "ids": [], "hops": 99 }).into(), 400);
    post("/graph/neighbourhood", json!({ "filter": { "no_such": 1 } }).into(), 400);
    post("/exports", json!({ "format": "docx" }).into(), 400);
    post("/charts", Body::Raw("application/json", "{".to_owned()), 400);
    post("/charts", Body::Raw("text/plain", "{}".to_owned()), 415);
    let large = json!({ "name": "a", "document": { "notes": "x".repeat(3 << 20) } });
    post("/charts", large.into(), 413);
    post(
        "/users",
        json!({ "name": "eve", "password": "short", "role": "reader", "tlp_max": "clear" }).into(),
        400,
    );
    post(
        "/users",
        json!({ "name": "eve", "password": PASSWORD, "role": "owner", "tlp_max": "clear" }).into(),
        400,
    );
    served.ask(&ada, "DELETE", "/api/v1/search", Body::Nothing).problem(405);
    served.ask(&ada, "DELETE", "/api/v1/users/ada", Body::Nothing).problem(409);
}

#[test]
fn nothing_that_can_be_asked_is_the_node_s_fault() {
    let (_node, served) = demo();
    let ada = served.administrator();
    let thing = string(&served.get(&ada, "/search?q=quietroom").json()["objects"][0]["id"]);
    let queries = [
        "%00",
        "%22",
        "%22%22%22",
        "*",
        "-",
        "a*%22b",
        "NEAR(a%20b)",
        "a%20OR",
        "AND",
        "%28",
        "%5E",
        "%7B",
        "%27%3B--",
        "%F0%9F%A6%89",
        "%E2%80%AE",
        "http%3A%2F%2F",
        "%5B%3A%3A",
        "999.999.999.999",
        "1e309",
        "0.0.0.0%2F0",
        "%25",
    ];
    for query in queries {
        served.get(&ada, &format!("/search?q={query}")).json();
        served.get(&ada, &format!("/search?q={query}&kind={query}&limit=0")).json();
    }
    let many = u64::MAX;
    let paths = [
        format!("/search?q=a&cursor={many}.{many}"),
        "/search?q=a&cursor=-1.-1".to_owned(),
        format!("/search?q=a&limit={many}&as_of=4294967295"),
        "/search?q=a&as_of=0".to_owned(),
        "/search?q=a&as_of=-9999-01-01T00:00:00Z".to_owned(),
        format!("/objects/{thing}?as_of=0"),
        format!("/objects/{thing}/links?cursor={many}&limit={many}&kind=%00"),
        "/objects/--".to_owned(),
        "/objects/%00".to_owned(),
        "/claims/0".to_owned(),
        "/claims/4294967295".to_owned(),
        "/imports/..%2F..%2Fnode.key".to_owned(),
        "/imports/..%2F..%2Fnode.key/rejects.jsonl".to_owned(),
        "/charts/%00".to_owned(),
    ];
    for path in paths {
        let answer = served.get(&ada, &path);
        assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.text);
    }
    let bodies = [
        ("/graph/neighbourhood", json!({ "ids": [thing, thing], "hops": 12, "limit": many })),
        (
            "/graph/neighbourhood",
            json!({ "ids": [thing], "hops": 1, "limit": 0, "filter": { "link_kinds": [] } }),
        ),
        (
            "/graph/neighbourhood",
            json!({ "ids": [thing], "hops": 1, "filter": { "from": "-9999-01-01T00:00:00Z" } }),
        ),
        (
            "/graph/neighbourhood",
            json!({ "ids": [thing], "hops": 1, "filter": { "from": "2030-01-01T00:00:00Z", "to": "1900-01-01T00:00:00Z" } }),
        ),
        ("/graph/neighbourhood", json!({ "ids": [thing], "hops": 1, "filter": { "tlp_max": "purple" } })),
        ("/graph/paths", json!({ "from": [thing], "to": [thing], "count": many })),
        ("/graph/paths", json!({ "from": [thing], "to": [thing], "count": 0 })),
        ("/graph/common", json!({ "ids": [thing, thing] })),
        ("/graph/component", json!({ "id": thing, "limit": 0 })),
        ("/exports", json!({ "format": "graphml", "ids": [], "hops": 4_294_967_295_u32 })),
        ("/exports", json!({ "format": "csv", "ids": [thing, thing] })),
        ("/tokens", json!({ "name": "\u{0}" })),
        ("/tokens", json!({ "name": "a", "days": 65_535 })),
        ("/charts", json!({ "name": " ", "document": null })),
    ];
    for (path, body) in bodies {
        let answer = served.post(&ada, path, body.clone());
        assert!(answer.status < 500, "{path} {body}: {} {}", answer.status, answer.text);
    }
}

#[test]
fn health_is_open_and_metrics_name_nobody() {
    let (_node, served) = demo();
    let ada = served.administrator();
    let page = served.get(&ada, "/search?q=quietroom").json();
    let thing = string(&page["objects"][0]["id"]);
    served.get(&ada, &format!("/objects/{thing}"));
    served.ask(&Who::default(), "GET", &format!("/{thing}/guessed"), Body::Nothing);
    let health = served.ask(&Who::default(), "GET", "/healthz", Body::Nothing);
    assert_eq!((health.status, health.text.as_str()), (200, "ok\n"));
    let refused = served.ask(&Who::default(), "GET", "/metrics", Body::Nothing);
    refused.problem(401);
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    let scrape = |who: &Who| {
        let token = string(&served.post(who, "/tokens", json!({ "name": "prometheus" })).json()["token"]);
        let program = Who { bearer: Some(token), ..Who::default() };
        served.ask(&program, "GET", "/metrics", Body::Nothing)
    };
    let green = scrape(&served.person(&ada, "greta", "reader", "green"));
    assert!(green.text.contains("entente_http_request_seconds"), "{}", green.text);
    assert!(!green.text.contains("entente_claims"), "how much there is tells of what she may not see");
    let metrics = scrape(&ada);
    assert_eq!(metrics.status, 200);
    assert!(metrics.text.contains("entente_claims ") && metrics.text.contains("/api/v1/objects/{id}"));
    for told in [thing.as_str(), "--", "ada", "quietroom", "guessed", "demo"] {
        assert!(!metrics.text.contains(told), "`{told}` in {}", metrics.text);
    }
}

#[test]
fn every_answer_carries_the_security_headers() {
    let (_node, served) = demo();
    let ada = served.administrator();
    for path in
        ["/", "/search", "/api/v1/stats", "/api/v1/none", "/api/v1/openapi.json", "/healthz", "/none.js"]
    {
        let answer = served.ask(&ada, "GET", path, Body::Nothing);
        let header = |name: &str| answer.header(name);
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(header("permissions-policy").contains("geolocation=()"), "{path}");
        policy(header("content-security-policy"));
        if path.starts_with("/api/") {
            assert_eq!(header("cache-control"), "no-store", "{path}");
        }
    }
}

/// Nothing from elsewhere, no frames, no inline script but by digest (CSP level 3).
fn policy(text: &str) {
    let directive = |name: &str| {
        let directives = text.split(';').filter_map(|one| one.trim().split_once(' '));
        directives
            .filter(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
            .next()
            .unwrap_or_default()
    };
    assert_eq!(directive("default-src"), "'self'");
    for none in ["object-src", "frame-ancestors"] {
        assert_eq!(directive(none), "'none'", "{none}");
    }
    for own in ["base-uri", "form-action"] {
        assert_eq!(directive(own), "'self'", "{own}");
    }
    let scripts = directive("script-src");
    assert!(
        scripts.split(' ').all(|source| source == "'self'" || source.starts_with("'sha256-")),
        "{scripts}"
    );
    assert!(!text.contains("http:") && !text.contains("https:") && !text.contains('*'), "{text}");
}
