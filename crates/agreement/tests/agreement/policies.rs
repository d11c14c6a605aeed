//! Policies: readable, valid, tied to clauses, and true to their time.

use std::collections::BTreeSet;
use std::sync::Arc;

use entente_agreement::{
    CompileError, Context, Decisions, LegalInstrument, OnEnd, Outward, PassOnAnswer, Policy, Sensitivity,
    Template, Trigger, may_pass_on,
};
use entente_model::{CompartmentNo, DataCategory, Handling, Tlp};

use crate::support::{NOW, at, compartment, in_force, party, policy, template};

/// Every clause that a policy stands on is a clause that a person can read.
#[test]
fn every_policy_stands_on_a_clause_of_the_agreement() {
    for seed in 0..40 {
        let agreement = crate::random::agreement(seed);
        let clauses: BTreeSet<String> =
            agreement.clauses().iter().map(|clause| clause.id.to_string()).collect();
        let in_force = in_force(agreement, at(NOW));
        let text =
            Policy::compile(&in_force, &party("company"), &party("police")).expect("it compiles").text();
        for line in text.lines() {
            if let Some(clause) = line.strip_prefix("@clause(\"").and_then(|rest| rest.strip_suffix("\")")) {
                assert!(clauses.contains(clause), "`{clause}` is no clause of agreement {seed}");
            }
        }
    }
}

#[test]
fn a_policy_reads_like_its_clause() {
    let text = policy("company-police", "company", "police", |_| {}).text();
    let wanted = r#"@clause("flow:attacks/max_tlp")
@check("6")
@outcome("deny")
@because("its audience is more restricted than the flow's")
forbid (principal == Party::"police", action == Action::"disclose", resource)
when { context.flow == Flow::"attacks" && (resource.tlp > 2) };
"#;
    assert!(text.contains(wanted), "{text}");
    assert!(text.starts_with("// attacks: company to police\n"));
}

#[test]
fn clauses_have_numbers_and_are_sentences() {
    for template in Template::ALL {
        let clauses = template.agreement().clauses();
        let ids: BTreeSet<_> = clauses.iter().map(|clause| &clause.id).collect();
        assert_eq!(ids.len(), clauses.len(), "{}: a clause is cited by one id", template.name);
        for clause in &clauses {
            assert!(clause.text.ends_with('.'), "{}", clause.text);
            assert!(!clause.text.contains("  ") && !clause.text.contains(".."), "{}", clause.text);
        }
    }
}

#[test]
fn a_changed_clause_shows_and_nothing_else() {
    let was = template("company-police");
    assert_eq!(was.compare(&was), vec![]);
    let mut now = was.clone();
    now.flows[0].max_tlp = Tlp::Green;
    now.flows[2].sla = Some(entente_agreement::Sla { latency_p95_ms: Some(50), ..Default::default() });
    let changed: Vec<String> = was.compare(&now).iter().map(|change| change.id.to_string()).collect();
    assert_eq!(changed, ["flow:attacks/max_tlp", "flow:warnings/sla"]);
}

/// Any field that can be changed in a document changes a clause, so nobody signs what they cannot read.
#[test]
fn no_change_hides_from_the_clauses() {
    for seed in 0..30 {
        let (one, two) = (crate::random::agreement(seed), crate::random::agreement(seed + 1_000));
        for (place, flow) in two.flows.iter().enumerate() {
            let mut changed = one.clone();
            if place < changed.flows.len() && changed.flows[place] != *flow {
                changed.flows[place] = flow.clone();
                assert!(!one.compare(&changed).is_empty(), "agreement {seed}, flow {place}");
            }
        }
    }
}

#[test]
fn whoever_is_no_party_gets_no_policy() {
    let in_force = in_force(template("company-police"), at(NOW));
    let nobody = party("nobody");
    assert_eq!(
        Policy::compile(&in_force, &nobody, &party("police")).expect_err("no party"),
        CompileError::NotAParty(nobody)
    );
    assert!(matches!(
        Policy::compile(&in_force, &party("police"), &party("police")),
        Err(CompileError::OneParty(_))
    ));
}

#[test]
fn a_decision_is_remembered_until_its_boundary() {
    let expires = at("2026-12-01T00:00:00Z");
    let policy = policy("company-police", "company", "police", |agreement| {
        agreement.flows[0].legal_basis.sender.expires_at = Some(expires);
    });
    let flow = "attacks".parse().expect("an id");
    let mut table = Decisions::new(Arc::new(policy), Some(flow), Context::live(at(NOW)));
    let (no, infrastructure) = (CompartmentNo(7), compartment(DataCategory::Infrastructure, Tlp::Green));
    let first = table.decide(no, &infrastructure, at(NOW)).clone();
    assert_eq!((first.as_str(), first.expires_at()), ("permit_transformed", expires));
    let again = table.decide(no, &infrastructure, at("2026-11-30T23:59:59Z")).clone();
    assert!(Arc::ptr_eq(&first, &again), "it was decided once");
    assert_eq!(table.decide(no, &infrastructure, expires).as_str(), "deny");
    // A clock that goes back asks again, and gets what was right then.
    assert_eq!(table.decide(no, &infrastructure, at(NOW)).as_str(), "permit_transformed");
}

#[test]
fn a_notice_of_termination_ends_decisions_before_the_agreement() {
    use entente_agreement::{Standing, StandingAct, StandingMove};
    let signed = crate::support::signed(template("company-police"));
    let act = StandingAct::sign(
        signed.hash(),
        StandingMove::Terminate,
        at(NOW),
        None,
        &party("police"),
        &crate::support::key(2),
    );
    let Standing::InForce(in_force) = signed.standing(&[act], &[], None, at(NOW)).expect("it holds") else {
        panic!()
    };
    let policy = Policy::compile(&in_force, &party("company"), &party("police")).expect("it compiles");
    let infrastructure = compartment(DataCategory::Infrastructure, Tlp::Green);
    let end = at("2026-12-26T12:00:00Z");
    let decision = policy.terms(&infrastructure, &Context::live(at(NOW)));
    assert_eq!((decision.as_str(), decision.expires_at()), ("permit_transformed", end));
    let after = policy.terms(&infrastructure, &Context::live(end));
    assert_eq!((after.as_str(), after.outward()), ("deny", Some(Outward::NotNow)));
}

#[test]
fn refusals_are_coarse_outward_and_exact_inside() {
    let policy = policy("company-police", "company", "police", |_| {});
    let infrastructure = compartment(DataCategory::Infrastructure, Tlp::Red);
    let refusal =
        policy.terms_by(&"attacks".parse().expect("an id"), &infrastructure, &Context::live(at(NOW)));
    assert_eq!(refusal.outward(), Some(Outward::NotCovered));
    assert_eq!(refusal.reasons()[0].check, 6);
    let mut sealed = Context::live(at(NOW));
    sealed.sensitivities.insert(Sensitivity::SealedOrder);
    let clear = compartment(DataCategory::Infrastructure, Tlp::Clear);
    assert_eq!(policy.terms(&clear, &sealed).outward(), Some(Outward::CannotSay));
}

/// Where the answer is hit or no hit, "no" looks like "may not say".
#[test]
fn no_hit_and_not_covered_look_alike() {
    let policy = policy("company-police", "company", "police", |agreement| {
        agreement.flows[0].trigger = Trigger::HitNoHit;
    });
    let mut asked = Context::live(at(NOW));
    asked.trigger = Trigger::HitNoHit;
    asked.purpose = Some(entente_agreement::PurposeCode::Detect);
    let flow = "attacks".parse().expect("an id");
    for (class, tlp) in [(DataCategory::Financial, Tlp::Clear), (DataCategory::Infrastructure, Tlp::Red)] {
        assert_eq!(
            policy.terms_by(&flow, &compartment(class, tlp), &asked).outward(),
            Some(Outward::CannotSay)
        );
    }
}

#[test]
fn strings_in_agreements_cannot_break_out_of_policies() {
    let case = "x\"] || true) }; permit(principal, action, resource); // \\\n\u{202e}é";
    let policy = policy("company-police", "company", "police", |agreement| {
        agreement.case_scope = entente_agreement::CaseScope::Listed(vec![case.to_owned()]);
    });
    let mut within = compartment(DataCategory::Infrastructure, Tlp::Clear);
    assert_eq!(policy.terms(&within, &Context::live(at(NOW))).as_str(), "deny");
    within.case = Some(case.to_owned());
    assert_eq!(policy.terms(&within, &Context::live(at(NOW))).as_str(), "permit_transformed");
}

#[test]
fn a_relay_is_not_passed_by() {
    let mut agreement = template("company-police");
    let mut unit = agreement.parties[1].clone();
    unit.id = party("unit");
    agreement.parties.push(unit);
    agreement.flows.truncate(1);
    agreement.flows[0].route_via = Some(party("unit"));
    let in_force = in_force(agreement, at(NOW));
    let infrastructure = compartment(DataCategory::Infrastructure, Tlp::Clear);
    for (from, to, wanted) in [
        ("company", "police", "deny"),
        ("company", "unit", "permit_transformed"),
        ("unit", "police", "permit_transformed"),
    ] {
        let policy = Policy::compile(&in_force, &party(from), &party(to)).expect("it compiles");
        assert_eq!(policy.terms(&infrastructure, &Context::live(at(NOW))).as_str(), wanted, "{from} to {to}");
    }
}

#[test]
fn what_was_received_goes_on_only_as_its_agreement_lets_it() {
    use entente_agreement::{OnwardAllowed, ThirdCountry};
    let mut agreement = template("csirt-csirt");
    let flow = agreement.flows[0].id.clone();
    let mut to = template("bank-police").parties[0].clone();
    let me = party("csirt-b");
    let answer = |agreement: &entente_agreement::Agreement, tlp, to: &entente_agreement::Party| {
        may_pass_on(agreement, &flow, &Handling::unmarked(tlp), &me, to, at(NOW)).answer
    };
    assert_eq!(answer(&agreement, Tlp::Clear, &to), PassOnAnswer::NeedsConsent);
    agreement.flows[0].onward.allowed = OnwardAllowed::Listed;
    assert_eq!(answer(&agreement, Tlp::Clear, &to), PassOnAnswer::Forbidden);
    agreement.flows[0].onward.listed.insert(party("bank"));
    assert_eq!(answer(&agreement, Tlp::Clear, &to), PassOnAnswer::Allowed);
    assert_eq!(answer(&agreement, Tlp::Amber, &to), PassOnAnswer::NeedsConsent);
    agreement.parties[1].clients.push(party("bank"));
    assert_eq!(answer(&agreement, Tlp::Amber, &to), PassOnAnswer::Allowed);
    assert_eq!(answer(&agreement, Tlp::AmberStrict, &to), PassOnAnswer::NeedsConsent);
    agreement.flows[0].handling.no_onward = true;
    assert_eq!(answer(&agreement, Tlp::Clear, &to), PassOnAnswer::NeedsConsent);
    agreement.flows[0].onward.third_country = ThirdCountry::Forbidden;
    to.jurisdiction = "US".parse().expect("a country");
    assert_eq!(answer(&agreement, Tlp::Clear, &to), PassOnAnswer::Forbidden);
    // Giving something back to whom it came from betrays nothing.
    assert_eq!(answer(&agreement, Tlp::Red, &agreement.parties[0]), PassOnAnswer::Allowed);
}

#[test]
fn obligations_end_as_the_flow_says() {
    use entente_agreement::Kept;
    let in_force = in_force(template("company-police"), at(NOW));
    let policy = Policy::compile(&in_force, &party("company"), &party("police")).expect("it compiles");
    let decision =
        policy.terms(&compartment(DataCategory::Infrastructure, Tlp::Green), &Context::live(at(NOW)));
    let obligations = decision.terms().expect("terms").obligations();
    let kept = Kept { received: at(NOW), case_closed: None, last_relevant: None };
    let deadline = at("2028-11-26T12:00:00Z");
    assert_eq!(obligations.deadline(&kept), Some(deadline));
    assert_eq!(obligations.due(&kept, at("2028-11-26T11:59:59Z")), None);
    assert_eq!(obligations.due(&kept, deadline), Some(OnEnd::Delete));
    let sent = serde_json::to_string(obligations.as_ref()).expect("JSON");
    assert_eq!(
        &serde_json::from_str::<entente_agreement::Obligations>(&sent).expect("its own JSON"),
        obligations.as_ref()
    );
}

#[test]
fn an_order_that_is_not_named_refers() {
    let policy = policy("company-police", "company", "police", |agreement| {
        agreement.flows[0].legal_basis.recipient.instrument = LegalInstrument::CourtOrder;
    });
    let decision =
        policy.terms(&compartment(DataCategory::Infrastructure, Tlp::Green), &Context::live(at(NOW)));
    assert_eq!((decision.as_str(), decision.reasons()[0].check), ("refer", 4));
    assert_eq!(decision.outward(), Some(Outward::NotNow));
}
