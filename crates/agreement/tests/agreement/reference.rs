//! The decision against a reference: the order of checks written down a second time, slowly and plainly, over the JSON of
//! the agreement. It shares no code with the crate but the declarations of fields, which are data.

use std::collections::BTreeSet;

use entente_agreement::{
    Agreement, Context, Decision, Office, PartyId, PassOnAnswer, Policy, Sort, declarations,
};
use entente_model::{Compartment, DataCategory, Kind};
use serde_json::Value;

use crate::random::{Dice, agreement, compartment, context};
use crate::support::{NOW, at, in_force};

/// What is decided, and by which clauses where it does not leave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Permit,
    PermitTransformed,
    Refer(BTreeSet<String>),
    Deny(BTreeSet<String>),
}

/// The answer of the reference to one claim: the best any flow gives.
fn reference(
    agreement: &Value,
    me: &str,
    partner: &str,
    compartment: &Compartment,
    context: &Context,
) -> Answer {
    let mut best: Option<Answer> = None;
    for flow in agreement["flows"].as_array().expect("flows") {
        let to_partner = flow["to"].as_array().expect("recipients").iter().any(|to| to == partner);
        let direct = match flow["route_via"].as_str() {
            None => flow["from"] == me && to_partner,
            Some(relay) => (flow["from"] == me && relay == partner) || (relay == me && to_partner),
        };
        if direct {
            let answer = by_flow(agreement, flow, me, partner, compartment, context);
            if best.as_ref().is_none_or(|best| rank(&answer) < rank(best)) {
                best = Some(answer);
            }
        }
    }
    best.unwrap_or_else(|| Answer::Deny(BTreeSet::from(["agreement/flows".to_owned()])))
}

fn rank(answer: &Answer) -> u8 {
    match answer {
        Answer::Permit => 0,
        Answer::PermitTransformed => 1,
        Answer::Refer(_) => 2,
        Answer::Deny(_) => 3,
    }
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().map_or(Vec::new(), |all| all.iter().filter_map(Value::as_str).collect())
}

fn by_flow(
    agreement: &Value,
    flow: &Value,
    me: &str,
    partner: &str,
    compartment: &Compartment,
    context: &Context,
) -> Answer {
    let mut denied = BTreeSet::new();
    let mut referred = BTreeSet::new();
    let name = flow["id"].as_str().expect("an id");
    let of_flow = |part: &str| format!("flow:{name}/{part}");
    let party = |id: &str| {
        agreement["parties"]
            .as_array()
            .expect("parties")
            .iter()
            .find(|party| party["id"] == id)
            .expect("a party")
            .clone()
    };
    let (sender, recipient) = (party(me), party(partner));
    let handling = &compartment.handling;
    let excluded = words(&flow["excluded_categories"]);
    let covered: Vec<&str> =
        words(&flow["data_categories"]).into_iter().filter(|category| !excluded.contains(category)).collect();
    let impersonal = "malware_sample malware_config malware_family vulnerability attack_pattern threat_context \
                      relationships statistics_k aggregated_stat deconfliction_pointer covert_measure sealed_order";
    let personal = covered.iter().any(|category| {
        (class_of(category) == Some(compartment.category)
            || stands_in(compartment.category).split_whitespace().any(|word| word == *category))
            && !impersonal.split_whitespace().any(|word| word == *category)
    });

    // 1 in force
    let from = at(agreement["valid_from"].as_str().expect("a time"));
    let until = at(agreement["valid_until"].as_str().expect("a time"));
    if context.now < from || context.now >= until {
        denied.insert("agreement/validity".to_owned());
    }
    // 2 set off in the flow's way
    let set_off = context.trigger.as_str();
    let wanted = flow["trigger"].as_str().expect("a trigger");
    if set_off != wanted && !(wanted == "real_time_push" && set_off == "spontaneous") {
        denied.insert(of_flow("trigger"));
    }
    // 3 purpose and case
    match context.purpose {
        None if set_off == "on_request" || set_off == "hit_no_hit" => {
            referred.insert(of_flow("purposes"));
        }
        Some(purpose) if !words(&flow["purposes"]).contains(&purpose.as_str()) => {
            denied.insert(of_flow("purposes"));
        }
        _ => {}
    }
    let case = compartment.case.as_deref();
    let scope = &agreement["case_scope"];
    if scope == "general" {
        if case.is_some() {
            referred.insert("agreement/case_scope".to_owned());
        }
    } else {
        let mut cases = words(&scope["listed"]);
        cases.extend(scope["operation"].as_str());
        if !case.is_some_and(|case| cases.contains(&case)) {
            denied.insert("agreement/case_scope".to_owned());
        }
    }
    // 4 legal bases of both sides
    for side in ["sender", "recipient"] {
        let basis = &flow["legal_basis"][side];
        let clause = of_flow(&format!("legal_basis/{side}"));
        if basis["expires_at"].as_str().is_some_and(|expires| context.now >= at(expires)) {
            denied.insert(clause.clone());
        }
        let instrument = basis["instrument"].as_str().expect("an instrument");
        let order = [
            "eio",
            "e_evidence_2023_1543_epoc",
            "e_evidence_2023_1543_epoc_pr",
            "budapest_2ap_6",
            "budapest_2ap_7",
            "budapest_2ap_8",
            "mlat",
            "court_order",
            "search_warrant",
            "seizure_warrant",
        ];
        if order.contains(&instrument) && basis["order_ref"].is_null() {
            referred.insert(clause.clone());
        }
        if instrument == "none_non_personal" && personal {
            denied.insert(clause);
        }
    }
    // 5 provenance
    if compartment.agreement.is_some() {
        match context.onward {
            Some(PassOnAnswer::NeedsConsent) if context.consent.is_some() => {}
            None | Some(PassOnAnswer::NeedsConsent) => {
                referred.insert("agreement/originator".to_owned());
            }
            Some(PassOnAnswer::Forbidden) => {
                denied.insert("agreement/originator".to_owned());
            }
            Some(PassOnAnswer::Allowed) => {}
        }
    } else if handling.conditions.no_onward || !["clear", "green"].contains(&handling.tlp.as_str()) {
        let own = match context.originator {
            Some(whose) => whose.as_str() == "own",
            None => compartment.source == me,
        };
        let lets = context.originator.is_some_and(|whose| whose.as_str() == "consenting");
        if !own && !lets && context.consent.is_none() {
            referred.insert("agreement/originator".to_owned());
        }
    }
    // 6 categories, persons, markings
    if !covered.iter().any(|category| class_of(category) == Some(compartment.category)) {
        denied.insert(of_flow("data_categories"));
    }
    let listed = words(&flow["data_subjects"]);
    let about: Option<Vec<&str>> = match &context.subjects {
        Some(said) => Some(said.iter().map(|subject| subject.as_str()).collect()),
        None => match compartment.category {
            DataCategory::ThreatIntelligence | DataCategory::MalwareArtefact => Some(vec![]),
            DataCategory::Infrastructure => Some(vec!["infrastructure_owner"]),
            DataCategory::AccountIdentifier | DataCategory::Financial => Some(vec!["account_holder"]),
            DataCategory::Identity => None,
        },
    };
    match &about {
        Some(about) if about.iter().any(|subject| !listed.contains(subject)) => {
            denied.insert(of_flow("data_subjects"));
        }
        None if !listed.contains(&"unknown") => {
            referred.insert(of_flow("data_subjects"));
        }
        _ => {}
    }
    let sorts: Vec<&str> = context.sensitivities.iter().map(|sort| sort.as_str()).collect();
    let approvers: BTreeSet<&String> = context
        .approvals
        .iter()
        .map(|approval| &approval.by)
        .filter(|by| context.requested_by.as_ref() != Some(*by))
        .collect();
    let minor = about.as_ref().is_some_and(|about| about.contains(&"minor"));
    if sorts.contains(&"special_category") || minor {
        if flow["special_categories"] == "forbidden" {
            denied.insert(of_flow("special_categories"));
        } else if approvers.is_empty() {
            referred.insert(of_flow("special_categories"));
        }
    }
    let tlps = ["clear", "green", "amber", "amber+strict", "red"];
    let level =
        |levels: &[&str], word: &Value| levels.iter().position(|level| word == *level).expect("a level");
    let tlp = handling.tlp as usize;
    if tlp > level(&tlps, &flow["max_tlp"]) {
        denied.insert(of_flow("max_tlp"));
    }
    let paps = ["clear", "green", "amber", "red"];
    if handling.pap as usize > level(&paps, &flow["permissible_actions_ceiling"]) {
        denied.insert(of_flow("permissible_actions_ceiling"));
    }
    // 7 what no agreement lets through
    let knows = ["fiu", "law_enforcement", "prosecution", "regulator"]
        .contains(&recipient["sector"].as_str().expect("a sector"));
    for sort in sorts {
        if sort != "special_category" && !(sort == "suspicious_transaction_report" && knows) {
            denied.insert(format!("law/{sort}"));
        }
    }
    // 8 quality
    if let Some(least) = flow.get("min_quality") {
        let scheme = least["scheme"].as_str().expect("a scheme");
        let grade = handling.grade;
        let letters = if scheme == "europol" { "ABCX" } else { "ABCDEFG" };
        let given = format!("{:?}", grade.scheme).to_lowercase();
        let ungraded = given == "europol" && grade.source == 'X' && grade.information == 4;
        let place = |letter: char| letters.find(letter).expect("a letter of the scheme");
        if ungraded || given != scheme {
            referred.insert(of_flow("min_quality"));
        } else if place(grade.source)
            > place(least["source"].as_str().and_then(|s| s.chars().next()).expect("a letter"))
            || u64::from(grade.information) > least["information"].as_u64().expect("a digit")
        {
            denied.insert(of_flow("min_quality"));
        }
    }
    let known = context.assertion.is_some() || compartment.category != DataCategory::Identity;
    if flow["distinguish_facts"] == true && !known {
        referred.insert(of_flow("distinguish_facts"));
    }
    // 9 borders
    let (here, there) = (sender["jurisdiction"].as_str(), recipient["jurisdiction"].as_str());
    let eea = |place: Option<&str>| place == Some("NL") || place == Some("ES");
    if personal && here != there && !(eea(here) && eea(there)) {
        let transfer = &flow["transfer"];
        match transfer["footing"].as_str() {
            None => {
                referred.insert(of_flow("transfer"));
            }
            Some("forbidden") => {
                denied.insert(of_flow("transfer"));
            }
            Some("derogation_case_by_case") if approvers.is_empty() => {
                referred.insert(of_flow("transfer"));
            }
            Some("adequacy" | "appropriate_safeguards") if transfer["reference"].is_null() => {
                referred.insert(of_flow("transfer"));
            }
            Some(_) => {}
        }
    }
    // 12 approvals
    let approvals = &flow["approvals"];
    let needed = match &approvals["when"] {
        Value::String(word) if word == "always" => true,
        Value::String(_) => personal,
        when => tlp >= level(&tlps, &when["tlp_at_least"]),
    };
    let office = |office: Office| {
        context
            .approvals
            .iter()
            .any(|given| given.office == office && context.requested_by.as_ref() != Some(&given.by))
    };
    let approved = match approvals["mode"].as_str().expect("a mode") {
        "auto" => true,
        "one_person" => !approvers.is_empty(),
        "two_person" => approvers.len() >= 2,
        "prosecutor" => office(Office::Prosecutor),
        "judge" => office(Office::Judge),
        "dpo" => office(Office::Dpo),
        other => panic!("{other}"),
    };
    if needed && !approved {
        referred.insert(of_flow("approvals"));
    }

    if !denied.is_empty() {
        return Answer::Deny(denied);
    }
    if !referred.is_empty() {
        return Answer::Refer(referred);
    }
    match leaves_as_it_is(flow, &recipient, compartment.category, &covered) {
        true => Answer::Permit,
        false => Answer::PermitTransformed,
    }
}

/// True when every field of every kind of this class leaves, and as it is.
fn leaves_as_it_is(flow: &Value, recipient: &Value, class: DataCategory, covered: &[&str]) -> bool {
    let kinds = Kind::KNOWN.iter().filter(|kind| DataCategory::of(kind) == class);
    for kind in kinds {
        for field in declarations(kind) {
            let category = match field.sort() {
                Sort::Data(category) => Some(category.as_str()),
                Sort::Pattern => Some("detection_pattern"),
                Sort::Plain => None,
                _ => continue,
            };
            if let Some(category) = category {
                let listed = words(&flow["data_subjects"]);
                let other = field.subject().is_some_and(|subject| !listed.contains(&subject.as_str()));
                if other || !covered.contains(&category) || barred(flow, recipient, category) {
                    return false;
                }
            }
            for rule in flow["transforms"].as_array().into_iter().flatten() {
                let select = &rule["select"];
                let own = [format!("{kind}.{}", field.property()), format!("*.{}", field.property())];
                let by_field = select["field"].as_str().is_some_and(|name| own.iter().any(|own| own == name));
                let by_category = category.is_some() && select["category"].as_str() == category;
                let to_region = select["category"] == "postal_address"
                    && rule["form"]["generalise_place"] == "region"
                    && *kind == Kind::Location
                    && field.property() == "country";
                if by_field || by_category || to_region {
                    return false;
                }
            }
        }
    }
    true
}

fn barred(flow: &Value, recipient: &Value, category: &str) -> bool {
    let narrow = ["budapest_2ap_6", "budapest_2ap_7", "budapest_2ap_8"];
    let sides =
        ["sender", "recipient"].map(|side| flow["legal_basis"][side]["instrument"].as_str().expect("one"));
    let knows = ["fiu", "law_enforcement", "prosecution", "regulator"];
    (category == "content_data" && sides.iter().any(|side| narrow.contains(side)))
        || (category.starts_with("str_") && !knows.contains(&recipient["sector"].as_str().expect("a sector")))
        || matches!(category, "covert_measure" | "sealed_order")
}

/// The class of a category, from the list in the order of the domain notes; what is never disclosed has none.
fn class_of(category: &str) -> Option<DataCategory> {
    const BY_CLASS: [(DataCategory, &str); 6] = [
        (
            DataCategory::ThreatIntelligence,
            "malware_family vulnerability attack_pattern threat_context relationships statistics_k aggregated_stat alias \
             operation_plan deconfliction_pointer",
        ),
        (DataCategory::MalwareArtefact, "malware_sample malware_config host_artefact host_fingerprint"),
        (
            DataCategory::Infrastructure,
            "ip_address domain url email_infrastructure cert netflow sinkhole_hit observation detection_pattern device_id \
             cookie_id",
        ),
        (
            DataCategory::AccountIdentifier,
            "phone email_personal user_account subscriber_info traffic_data content_data",
        ),
        (
            DataCategory::Financial,
            "iban bank_account pan_truncated payment balance beneficial_owner crypto_address crypto_tx travel_rule_payload \
             str_existence str_content",
        ),
        (
            DataCategory::Identity,
            "name dob nationality id_document postal_address photo biometrics suspicion charge conviction \
             intelligence_graded informant_derived victim_identity victim_contact harm vulnerability_flag minor_flag csam_hash",
        ),
    ];
    let found = BY_CLASS.iter().find(|(_, names)| names.split_whitespace().any(|name| name == category));
    found.map(|(class, _)| *class)
}

/// The personal categories of fields in kinds of a class, which are of another class themselves: whom a note is by, where a location is.
fn stands_in(class: DataCategory) -> &'static str {
    match class {
        DataCategory::ThreatIntelligence => "observation name postal_address",
        DataCategory::MalwareArtefact => "url",
        DataCategory::Infrastructure => "content_data",
        DataCategory::AccountIdentifier | DataCategory::Financial => "name",
        DataCategory::Identity => "",
    }
}

fn answer(decision: &Decision) -> Answer {
    let clauses = || decision.clauses().iter().map(ToString::to_string).collect();
    match decision {
        Decision::Permit(_) => Answer::Permit,
        Decision::PermitTransformed(_) => Answer::PermitTransformed,
        Decision::Refer(_) => Answer::Refer(clauses()),
        Decision::Deny(_) => Answer::Deny(clauses()),
    }
}

/// Compares the two on this many random agreements, each with this many random claims in random circumstances.
fn compare(agreements: u64, claims: u64) {
    let mut seen = std::collections::BTreeMap::<u8, u64>::new();
    for seed in 0..agreements {
        let agreement: Agreement = agreement(seed);
        let json = serde_json::to_value(crate::support::signed(agreement.clone()).agreement).expect("JSON");
        let in_force = in_force(agreement, at(NOW));
        let parties: [(PartyId, PartyId); 2] = [("company", "police"), ("company", "unit")]
            .map(|(from, to)| (from.parse().expect("an id"), to.parse().expect("an id")));
        let policies =
            parties.map(|(me, partner)| Policy::compile(&in_force, &me, &partner).expect("it compiles"));
        for claim in 0..claims {
            let mut dice = Dice::new(seed << 32 | claim);
            let policy = &policies[dice.below(2)];
            let (compartment, context) = (compartment(&mut dice), context(&mut dice));
            let decided = answer(&policy.terms(&compartment, &context));
            let (me, partner) = (policy.sender().as_str(), policy.recipient().as_str());
            let expected = reference(&json, me, partner, &compartment, &context);
            *seen.entry(rank(&expected)).or_default() += 1;
            assert_eq!(decided, expected, "agreement {seed}, claim {claim}: {compartment:?} in {context:?}");
        }
    }
    // Chance has to reach every answer, or equality says little.
    assert_eq!(seen.len(), 4, "{seen:?}");
}

/// Pairs of an agreement and a claim compared whenever the tests run.
const AGREEMENTS: u64 = 250;
/// Claims for each of them.
const CLAIMS: u64 = 400;

#[test]
fn a_hundred_thousand_decisions_are_those_of_the_reference() {
    compare(AGREEMENTS, CLAIMS);
}

/// `cargo test --release -p entente-agreement a_million -- --ignored`.
#[test]
#[ignore = "a million pairs take minutes without optimisation; the test above takes a hundred thousand"]
fn a_million_decisions_are_those_of_the_reference() {
    compare(1_000, 1_000);
}
