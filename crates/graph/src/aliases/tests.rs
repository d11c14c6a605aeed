//! What must hold of any names and texts, and of some that are usual.

use proptest::prelude::*;

use super::*;

fn told(name: &str, source: &str, text: &str) -> Entry {
    Entry { names: vec![name.into()], source: Some(source.into()), text: text.into(), ..Entry::default() }
}

/// Entries about nothing in question, so that rarity means something.
fn others() -> Vec<Entry> {
    let words = ["amber", "birch", "cobalt", "delta", "ember", "fjord", "gale", "harbour"];
    let each = |(no, word): (usize, &str)| {
        let other = words[(no * 3 + 1) % words.len()];
        told(&format!("{word} {other}eer"), "list", &format!("Sends mail with {word} and {other} to banks."))
    };
    words.into_iter().enumerate().map(each).collect()
}

/// How probable it is that the two are the same, among others.
fn probability(kind: Kind, one: Entry, other: Entry) -> f64 {
    let entries: Vec<Entry> = [one, other].into_iter().chain(others()).collect();
    let proposer = Proposer::new(kind, &entries, &Choice::default());
    proposer.evidence(0, 1).probability(kind)
}

#[test]
fn spelling_counts_for_and_another_number_against() {
    for kind in [Kind::Actor, Kind::Malware] {
        let same = probability(kind, told("APT 28", "a", ""), told("Apt28", "b", ""));
        let numbered = probability(kind, told("APT 28", "a", ""), told("APT 29", "b", ""));
        assert!(same > 0.5 && numbered < 0.2, "{kind:?} {same} {numbered}");
    }
}

#[test]
fn one_catalogue_seldom_tells_of_one_thing_twice() {
    let lynx = |source| told("Stone Lynx", source, "Sends mail.");
    let (two, one) =
        (probability(Kind::Actor, lynx("a"), lynx("b")), probability(Kind::Actor, lynx("a"), lynx("a")));
    assert!(two > one, "{two} {one}");
}

#[test]
fn who_tells_of_a_longer_name_does_not_mention_the_shorter() {
    let text = "Known from the Roaming Lynx campaign.";
    let entries = [told("Lynx", "a", ""), told("Roaming Lynx", "a", ""), told("Heron", "a", text)];
    let proposer = Proposer::new(Kind::Actor, &entries, &Choice::default());
    assert_eq!((proposer.evidence(0, 2).mentioned, proposer.evidence(1, 2).mentioned > 0.0), (0.0, true));
}

#[test]
fn names_follow_in_a_list_and_no_longer() {
    let text = "Heron, also known as Stone Lynx, Wader and Red Gull, was seen after Night Crake.";
    let named = ["Stone Lynx", "Wader", "Red Gull", "Night Crake"];
    let entries: Vec<Entry> =
        [told("Heron", "a", text)].into_iter().chain(named.map(|name| told(name, "b", ""))).collect();
    let proposer = Proposer::new(Kind::Actor, &entries, &Choice::default());
    let said: Vec<bool> = (1..5).map(|no| proposer.evidence(0, no).as_name > 0.0).collect();
    assert_eq!(said, [true, true, true, false]);
    assert!(proposer.evidence(0, 4).mentioned > 0.0);
}

#[test]
fn other_names_of_another_are_not_its_own() {
    for (text, is_own) in [
        ("Heron has links to the Wader group (aka Stone Lynx).", false),
        ("Heron works with a gang known as Stone Lynx.", false),
        ("Heron, a group also tracked as Stone Lynx, sends mail.", true),
        ("Sends mail. It is also called Stone Lynx.", true),
    ] {
        let entries = [told("Heron", "a", text), told("Stone Lynx", "b", ""), told("Wader", "b", "")];
        let proposer = Proposer::new(Kind::Actor, &entries, &Choice::default());
        assert_eq!(proposer.evidence(0, 1).as_name > 0.0, is_own, "{text}");
    }
}

#[test]
fn a_common_word_in_small_letters_is_no_mention() {
    let entries = [told("Play", "a", ""), told("Heron", "b", "They play for time.")];
    let proposer = Proposer::new(Kind::Malware, &entries, &Choice::default());
    assert_eq!(proposer.evidence(0, 1).mentioned, 0.0);
}

#[test]
fn reasons_say_what_stands_behind() {
    let mut entries = others();
    entries.push(told("Stone Lynx", "a", "Stone Lynx, also known as Heron, sends mail."));
    entries.push(told("Heron", "b", "Seen first in spring."));
    let proposals = Proposer::new(Kind::Actor, &entries, &Choice::default()).propose(0.05);
    let first = proposals.iter().find(|proposal| (proposal.one, proposal.other) == (8, 9)).expect("proposed");
    let ground = Ground::Mentions { telling: 8, as_name: true };
    assert!(first.reasons.iter().any(|reason| reason.ground == ground && reason.bits > 0.0), "{first:?}");
    assert!(first.reasons.iter().all(|reason| !reason.ground.to_string().is_empty()));
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[A-C]{0,3}[0-9]{0,2}", "(Lynx|Heron|APT|Win32/|Trojan[.])", "\\PC{0,6}"]
}

fn entry() -> impl Strategy<Value = Entry> {
    let text = |words| prop::collection::vec(word(), words).prop_map(|words| words.join(" "));
    let urls = prop::collection::vec("https?://[a-c]{1,2}[.]example/[a-c-]{0,4}", 0..3);
    (prop::collection::vec(text(1..4), 0..3), prop::option::of("[ab]"), urls, text(0..12)).prop_map(
        |(names, source, references, text)| Entry {
            names,
            country: source.clone(),
            source,
            references,
            text,
        },
    )
}

proptest! {
    #[test]
    fn any_entries_are_compared_alike_each_time(entries in prop::collection::vec(entry(), 0..12)) {
        for kind in [Kind::Actor, Kind::Malware] {
            let propose = || Proposer::new(kind, &entries, &Choice::default()).propose(0.0);
            let proposals = propose();
            prop_assert_eq!(&proposals, &propose());
            for Proposal { one, other, probability, reasons } in &proposals {
                prop_assert!(one < other && *other < entries.len());
                prop_assert!((0.0..=1.0).contains(probability));
                prop_assert!(reasons.iter().all(|reason| reason.bits.is_finite()));
            }
            prop_assert!(proposals.windows(2).all(|two| two[0].probability >= two[1].probability));
        }
    }

    #[test]
    fn what_all_have_in_common_makes_no_candidates(count in 20..120_usize, common in 1..10_usize) {
        let url = "https://report.example/all".to_owned();
        let all = |no: usize| Entry { references: vec![url.clone()], ..told(&format!("Lynx {no}"), "a", "Lynx again") };
        let entries: Vec<Entry> = (0..count).map(all).collect();
        let choice = Choice { common, nearest: 2 };
        let pairs = Proposer::new(Kind::Actor, &entries, &choice).candidates();
        prop_assert!(pairs.len() <= count * 4, "{} pairs of {count}", pairs.len());
    }

    #[test]
    fn spelling_and_order_of_two_change_nothing(name in "[A-Z][a-z]{3,8} [A-Z][a-z]{3,8}") {
        let loud = probability(Kind::Actor, told(&name.to_uppercase(), "a", ""), told(&name, "b", ""));
        let parted = probability(Kind::Actor, told(&name, "b", ""), told(&name.replace(' ', "-"), "a", ""));
        prop_assert!((loud - parted).abs() < 1e-9);
    }
}
