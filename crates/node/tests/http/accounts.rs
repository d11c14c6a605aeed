//! Getting in: the set-up link, sessions, tokens, and who tries to guess.

use serde_json::json;

use crate::empty;
use crate::node::string;
use crate::served::{Body, PASSWORD, Who, multipart, signed_in};

#[test]
fn the_set_up_link_works_once() {
    let (node, served) = empty();
    assert_eq!(served.get(&Who::default(), "/setup").json(), json!({ "needed": true }));
    let link = |token: &str, password: &str| json!({ "token": token, "name": "ada", "password": password });
    served.post(&Who::default(), "/setup", link("guessed", PASSWORD)).problem(404);
    served.post(&Who::default(), "/setup", link(&served.setup, "short")).problem(400);
    let ada = served.administrator();
    let session = served.get(&ada, "/session").json();
    assert_eq!(
        (&session["name"], &session["role"], &session["tlp_max"]),
        (&json!("ada"), &json!("administrator"), &json!("red"))
    );
    assert_eq!(served.get(&Who::default(), "/setup").json(), json!({ "needed": false }));
    served.post(&Who::default(), "/setup", link(&served.setup, PASSWORD)).problem(404);
    drop(served);
    assert_eq!(node.serve().setup, "", "no link once there is an administrator");
}

#[test]
fn sessions_begin_with_the_password_and_end_with_sign_out() {
    let (_node, served) = empty();
    served.administrator();
    let wrong = served.sign_in("ada", "correct horse batterie").problem(401);
    assert_eq!(served.sign_in("nobody", PASSWORD).problem(401), wrong, "never says which");
    let ada = signed_in(&served.sign_in("ada", PASSWORD));
    assert_eq!(served.get(&ada, "/stats").status, 200);
    assert_eq!(served.ask(&ada, "DELETE", "/api/v1/session", Body::Nothing).status, 204);
    served.get(&ada, "/stats").problem(401);
    served.get(&Who { cookie: Some("made-up".to_owned()), ..Who::default() }, "/stats").problem(401);
    served.get(&Who { bearer: Some("made-up".to_owned()), ..Who::default() }, "/stats").problem(401);
}

#[test]
fn a_cookie_alone_changes_nothing_and_a_token_needs_no_csrf_value() {
    let (_node, served) = empty();
    let ada = served.administrator();
    let chart = || json!({ "name": "a chart", "document": {} });
    for csrf in [None, Some("made-up".to_owned())] {
        let forged = Who { csrf, ..ada.clone() };
        served.post(&forged, "/charts", chart()).problem(403);
        served.post(&forged, "/imports", multipart("a.txt", "192.0.2.1\n")).problem(403);
        served.ask(&forged, "DELETE", "/api/v1/users/ada", Body::Nothing).problem(403);
    }
    assert_eq!(served.get(&ada, "/charts").json(), json!([]));
    assert_eq!(served.post(&ada, "/charts", chart()).status, 201);
    let token = served.post(&ada, "/tokens", json!({ "name": "feed reader" })).json();
    let program = Who { bearer: Some(string(&token["token"])), ..Who::default() };
    assert_eq!(served.post(&program, "/charts", chart()).status, 201);
    assert!(served.get(&program, "/tokens").json()[0].get("token").is_none(), "the secret is shown once");
    let path = format!("/api/v1/tokens/{}", string(&token["id"]));
    assert_eq!(served.ask(&ada, "DELETE", &path, Body::Nothing).status, 204);
    served.get(&program, "/charts").problem(401);
}

#[test]
fn guessing_passwords_is_slowed_down() {
    let (_node, served) = empty();
    served.administrator();
    let refused = (0..30).map(|_| served.sign_in("ada", "guessed")).find(|answer| answer.status == 429);
    refused.expect("at most a few a minute").problem(429);
    served.sign_in("ada", PASSWORD).problem(429);
    assert_eq!(served.sign_in("nobody", PASSWORD).status, 401, "others are not locked out");
}

#[test]
fn a_spray_of_names_keeps_nobody_out() {
    let (_node, served) = empty();
    served.administrator();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let served = &served;
            scope.spawn(move || {
                for one in 0..4 {
                    let name = format!("{}{thread}-{one}", "x".repeat(50_000));
                    let answer = served.sign_in(&name, "guessed");
                    answer.problem(if answer.status == 429 { 429 } else { 401 });
                }
            });
        }
        assert_eq!(served.sign_in("ada", PASSWORD).status, 200);
    });
}
