use entente_model::{Tlp, VertexNo};
use jiff::Timestamp;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn desk() -> (tempfile::TempDir, Desk) {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path()).expect("opened");
    (folder, desk)
}

fn user(name: &str, role: &str) -> User {
    User {
        offices: Vec::new(),
        name: name.to_owned(),
        password: "$argon2id$".to_owned(),
        role: role.to_owned(),
        tlp_max: Tlp::Amber,
        created_at: at(1),
    }
}

fn to_role(role: &str) -> UserEdit {
    UserEdit { role: Some(role.to_owned()), ..UserEdit::default() }
}

#[test]
fn a_setup_link_works_once_and_in_time() {
    let (_folder, desk) = desk();
    let administrator = user("ada", "administrator");
    desk.put_setup_link(&[1; 32], at(100)).expect("kept");
    assert_eq!(desk.use_setup_link(&[2; 32], &administrator, at(10)).expect("asked"), None);
    assert_eq!(desk.use_setup_link(&[1; 32], &administrator, at(100)).expect("asked"), None);
    assert_eq!(desk.use_setup_link(&[1; 32], &administrator, at(99)).expect("asked"), Some(()));
    assert_eq!(desk.use_setup_link(&[1; 32], &administrator, at(99)).expect("asked"), None);
    assert_eq!(desk.user("ada").expect("asked"), Some(administrator));
}

#[test]
fn sessions_end_with_time_with_a_change_and_with_the_user() {
    let (_folder, desk) = desk();
    desk.add_user(&user("ada", "administrator")).expect("added");
    desk.add_user(&user("bob", "reader")).expect("added");
    for (secret, name) in [([1; 32], "ada"), ([2; 32], "bob")] {
        desk.begin_session(&secret, name, "c", at(10), at(100)).expect("begun");
    }
    let who = |secret, now| desk.session(secret, at(now)).expect("asked").map(|session| session.user.name);
    assert_eq!(who(&[1; 32], 99).as_deref(), Some("ada"));
    assert_eq!(who(&[1; 32], 100), None);
    assert_eq!(
        desk.change_user("ada", &UserEdit::default(), "administrator").expect("asked"),
        UserSave::Saved
    );
    assert_eq!(who(&[1; 32], 50), None);
    assert_eq!(desk.remove_user("bob", "administrator").expect("asked"), UserSave::Saved);
    assert_eq!(who(&[2; 32], 50), None);
}

#[test]
fn the_last_administrator_stays() {
    let (_folder, desk) = desk();
    desk.add_user(&user("ada", "administrator")).expect("added");
    assert_eq!(desk.add_user(&user("ada", "reader")).expect("asked"), UserSave::NameTaken);
    assert_eq!(desk.remove_user("ada", "administrator").expect("asked"), UserSave::LastOfRole);
    assert_eq!(
        desk.change_user("ada", &to_role("reader"), "administrator").expect("asked"),
        UserSave::LastOfRole
    );
    assert_eq!(
        desk.change_user("eve", &to_role("reader"), "administrator").expect("asked"),
        UserSave::Unknown
    );
    assert_eq!(desk.user("ada").expect("asked").expect("still there").role, "administrator");
    assert_eq!(desk.remove_user("eve", "administrator").expect("asked"), UserSave::Unknown);
}

#[test]
fn what_is_not_changed_stays_as_it_is_by_then() {
    let (_folder, desk) = desk();
    desk.add_user(&user("ada", "administrator")).expect("added");
    desk.add_user(&user("bob", "administrator")).expect("added");
    let password = UserEdit { password: Some("new".to_owned()), ..UserEdit::default() };
    let lower = UserEdit { tlp_max: Some(Tlp::Green), ..to_role("reader") };
    for edit in [lower, password] {
        assert_eq!(desk.change_user("bob", &edit, "administrator").expect("asked"), UserSave::Saved);
    }
    let bob = desk.user("bob").expect("asked").expect("still there");
    assert_eq!((&*bob.password, &*bob.role, bob.tlp_max), ("new", "reader", Tlp::Green));
}

#[test]
fn a_setup_link_ends_the_tokens_of_whom_it_replaces() {
    let (_folder, desk) = desk();
    for name in ["ada", "bob"] {
        desk.add_user(&user(name, "administrator")).expect("added");
    }
    for (secret, name) in [([3; 32], "ada"), ([4; 32], "bob")] {
        let token = Token {
            id: name.to_owned(),
            user: name.to_owned(),
            name: "feed".to_owned(),
            created_at: at(1),
            expires_at: None,
        };
        desk.add_token(&token, &secret).expect("kept");
    }
    desk.put_setup_link(&[1; 32], at(100)).expect("kept");
    desk.use_setup_link(&[1; 32], &user("ada", "administrator"), at(10)).expect("asked").expect("in time");
    let opens = |secret| desk.token_user(&secret, at(50)).expect("asked").is_some();
    assert!(!opens([3; 32]) && opens([4; 32]));
}

#[test]
fn two_people_do_not_overwrite_each_others_chart() {
    let (_folder, desk) = desk();
    let mut chart = Chart {
        id: "c".to_owned(),
        owner: "ada".to_owned(),
        name: "first".to_owned(),
        notes: String::new(),
        document: "{}".to_owned(),
        version: 1,
        updated_at: at(1),
    };
    desk.add_chart(&chart).expect("kept");
    chart.name = "second".to_owned();
    assert_eq!(desk.save_chart(&chart).expect("asked"), ChartSave::Saved(2));
    assert_eq!(desk.save_chart(&chart).expect("asked"), ChartSave::Conflict);
    assert!(desk.remove_chart("c").expect("asked"));
    assert_eq!(desk.save_chart(&chart).expect("asked"), ChartSave::Unknown);
}

#[test]
fn a_token_opens_until_it_expires_or_is_removed() {
    let (_folder, desk) = desk();
    desk.add_user(&user("ada", "analyst")).expect("added");
    let token = Token {
        id: "t".to_owned(),
        user: "ada".to_owned(),
        name: "feed".to_owned(),
        created_at: at(1),
        expires_at: Some(at(100)),
    };
    desk.add_token(&token, &[3; 32]).expect("kept");
    let opens = |now| desk.token_user(&[3; 32], at(now)).expect("asked").is_some();
    assert!(opens(99) && !opens(100));
    assert_eq!(desk.tokens("ada").expect("asked"), [token]);
    assert!(!desk.remove_token("bob", "t").expect("asked"), "only one's own");
    assert!(desk.remove_token("ada", "t").expect("asked") && !opens(50));
}

#[test]
fn imports_are_paged_from_the_newest_on() {
    let (_folder, desk) = desk();
    // Two began at one moment.
    for (id, second) in [("a", 1), ("b", 2), ("c", 2), ("d", 3)] {
        let record = ImportRecord { id: id.to_owned(), started_at: at(second), state: id.to_owned() };
        desk.put_import(&record).expect("kept");
    }
    let mut seen = Vec::new();
    loop {
        let page = desk.imports(seen.last().map(String::as_str), 1).expect("listed");
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    assert_eq!(seen, ["d", "b", "c", "a"]);
    assert_eq!(desk.imports(None, 9).expect("listed"), seen);
}

#[test]
fn a_decision_is_withdrawn_and_never_changed() {
    let (_folder, desk) = desk();
    let judgement = Judgement {
        no: 0,
        things: [VertexNo(7), VertexNo(3)],
        same: true,
        person: "ada".to_owned(),
        note: Some("one telephone".to_owned()),
        at: at(1),
        withdrawn: None,
    };
    let no = desk.judge(&judgement).expect("kept");
    let kept = Judgement { no, things: [VertexNo(3), VertexNo(7)], ..judgement };
    for thing in [3, 7] {
        assert_eq!(desk.judgements_of(VertexNo(thing)).expect("read"), std::slice::from_ref(&kept));
    }
    assert!(desk.judgements_of(VertexNo(4)).expect("read").is_empty());
    assert!(desk.withdraw_judgement(no, "ben", at(2)).expect("asked"));
    assert!(!desk.withdraw_judgement(no, "eve", at(3)).expect("asked"), "it was withdrawn before");
    assert!(!desk.withdraw_judgement(99, "eve", at(3)).expect("asked"), "there is none");
    let withdrawn = Judgement { withdrawn: Some(("ben".to_owned(), at(2))), ..kept };
    assert_eq!(desk.judgement(no).expect("read"), Some(withdrawn));
}

#[test]
fn the_last_word_on_a_source_counts() {
    let (_folder, desk) = desk();
    let word = |source: &str, whose: &str, second| SourceWord {
        source: source.to_owned(),
        whose: whose.to_owned(),
        reference: (whose == "consenting").then(|| "letter 7".to_owned()),
        said_by: "ada".to_owned(),
        said_at: at(second),
    };
    // A clock may go back.
    let said = [word("b", "own", 9), word("a", "other", 2), word("b", "consenting", 3)];
    said.iter().for_each(|word| desk.say_of_source(word).expect("kept"));
    assert_eq!(desk.sources().expect("listed"), [said[1].clone(), said[2].clone()]);
}
