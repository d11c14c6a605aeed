//! The golden matrix: party × flow × category × marking → outcome, and the form of every field.
//!
//! The matrix is a file that people review. When a change of the code or of a template changes what leaves, it shows
//! as a difference there. To accept a change, copy the file the failing test names over the old one.

use std::fmt::Write as _;

use entente_agreement::{
    Agreement, Consent, Context, Decision, Flow, Leaving, Originator, Party, PassOnAnswer, Policy,
    PurposeCode, Sensitivity, Sort, SubjectClass, Template, Trigger, declarations,
};
use entente_model::{Compartment, DataCategory, Grade, Kind, PermissibleActions, Tlp};
use serde_json::Value;

use crate::canaries::full;
use crate::support::{Bench, NOW, at, compartment, context, in_force, template, terms};

const CLASSES: [(DataCategory, &str); 6] = [
    (DataCategory::ThreatIntelligence, "threat_intelligence"),
    (DataCategory::Infrastructure, "infrastructure"),
    (DataCategory::MalwareArtefact, "malware_artefact"),
    (DataCategory::AccountIdentifier, "account_identifier"),
    (DataCategory::Financial, "financial"),
    (DataCategory::Identity, "identity"),
];

#[test]
fn what_leaves_is_what_people_reviewed() {
    let mut matrix = String::new();
    for template in Template::ALL {
        let _ = writeln!(matrix, "# {}", template.name);
        let agreement = template.agreement();
        for (from, to) in pairs(&agreement) {
            between(&mut matrix, &agreement, from, to);
        }
    }
    compare("matrix.txt", include_str!("golden/matrix.txt"), &matrix);
}

#[test]
fn fields_leave_in_the_form_people_reviewed() {
    let mut table = String::new();
    for template in Template::ALL {
        for flow in &template.agreement().flows {
            let _ = writeln!(table, "# {}: {}, {} to {}", template.name, flow.id, flow.from, flow.to[0]);
            fields(&mut table, template.name, flow);
        }
    }
    compare("fields.txt", include_str!("golden/fields.txt"), &table);
}

/// Fails with the place of the new file when the two are not the same.
fn compare(name: &str, reviewed: &str, now: &str) {
    if reviewed == now {
        return;
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, now).expect("the target folder can be written");
    let line = reviewed.lines().zip(now.lines()).position(|(old, new)| old != new).unwrap_or_default();
    panic!(
        "golden/{name} differs from line {} on:\n  was {:?}\n  now {:?}\nreview {} and copy it over",
        line + 1,
        reviewed.lines().nth(line).unwrap_or_default(),
        now.lines().nth(line).unwrap_or_default(),
        path.display()
    );
}

fn pairs(agreement: &Agreement) -> impl Iterator<Item = (&Party, &Party)> {
    let parties = &agreement.parties;
    parties
        .iter()
        .flat_map(|from| parties.iter().map(move |to| (from, to)))
        .filter(|(from, to)| from.id != to.id)
}

fn between(matrix: &mut String, agreement: &Agreement, from: &Party, to: &Party) {
    let policy =
        Policy::compile(&in_force(agreement.clone(), at(NOW)), &from.id, &to.id).expect("it compiles");
    let _ = writeln!(matrix, "\n## {} to {}", from.id, to.id);
    if policy.flows().next().is_none() {
        let decision =
            policy.terms(&compartment(DataCategory::Infrastructure, Tlp::Clear), &Context::live(at(NOW)));
        let _ = writeln!(matrix, "no flow: {}", outcome(&decision));
    }
    for flow in policy.flows() {
        let _ = writeln!(matrix, "\n### {}", flow.id);
        let ask = |compartment: &Compartment, context: &Context| {
            outcome(&policy.terms_by(&flow.id, compartment, context))
        };
        for (class, name) in CLASSES {
            let own = Context { originator: Some(Originator::Own), ..Context::live(at(NOW)) };
            let live = own_way(flow, own);
            let row = Tlp::ALL.map(|tlp| (tlp.as_str(), ask(&compartment(class, tlp), &live)));
            let _ = writeln!(matrix, "{name}: {}", grouped(&row));
        }
        let first = policy_class(flow);
        for (name, compartment, context) in circumstances(flow, first) {
            let _ = writeln!(matrix, "{name}: {}", ask(&compartment, &context));
        }
    }
}

/// The context set off as the flow is.
fn own_way(flow: &Flow, mut context: Context) -> Context {
    context.trigger = flow.trigger;
    context
}

/// The first class of data the flow covers.
fn policy_class(flow: &Flow) -> DataCategory {
    let covered = flow.data_categories.iter().map(|category| category.class());
    covered
        .max_by_key(|class| CLASSES.iter().position(|(own, _)| own == class))
        .expect("a flow covers something")
}

/// Equal outcomes of markings in a row are told once: `clear..amber permit`.
fn grouped(row: &[(&str, String)]) -> String {
    let mut groups: Vec<(&str, &str, &String)> = Vec::new();
    for (tlp, outcome) in row {
        match groups.last_mut() {
            Some((_, last, same)) if *same == outcome => *last = tlp,
            _ => groups.push((tlp, tlp, outcome)),
        }
    }
    let said = groups.iter().map(|(first, last, outcome)| match first == last {
        true => format!("{first} {outcome}"),
        false => format!("{first}..{last} {outcome}"),
    });
    said.collect::<Vec<_>>().join("; ")
}

fn outcome(decision: &Decision) -> String {
    let clauses: Vec<&str> = decision.clauses().iter().map(|clause| clause.as_str()).collect();
    match decision {
        Decision::Permit(_) | Decision::PermitTransformed(_) => decision.as_str().to_owned(),
        Decision::Refer(referral) => {
            let who = referral.approvals.map_or("a person", |mode| mode.as_str());
            format!("refer to {who} [{}]", clauses.join(" "))
        }
        Decision::Deny(_) => {
            let outward = decision.outward().map(|outward| format!("{outward:?}")).unwrap_or_default();
            format!("deny {outward} [{}]", clauses.join(" "))
        }
    }
}

/// One thing at a time is other than in the live stream; everything is approved.
fn circumstances(flow: &Flow, class: DataCategory) -> Vec<(String, Compartment, Context)> {
    let base = compartment(class, Tlp::Clear);
    let live = own_way(flow, context());
    let mut rows = Vec::new();
    let mut add = |name: &str, compartment: &Compartment, context: &Context| {
        rows.push((format!("  {name}"), compartment.clone(), context.clone()));
    };
    add("approved by two", &base, &live);
    let mut own_request = live.clone();
    own_request.requested_by = Some("inspector".to_owned());
    add("approved by one and whoever asked", &base, &own_request);
    add("pap red", &Compartment { handling: pap(&base), ..base.clone() }, &live);
    let (h2, amber) = (Compartment { handling: h2(&base), ..base.clone() }, compartment(class, Tlp::Amber));
    for originator in Originator::ALL.map(Some).into_iter().chain([None]) {
        let context = Context { originator, ..live.clone() };
        let whose = originator.map_or("nobody said whose", Originator::as_str);
        add(&format!("h2, {whose}"), &h2, &context);
        add(&format!("amber, {whose}"), &amber, &context);
    }
    let ours = Compartment { source: flow.from.to_string(), ..amber.clone() };
    add("amber, from the sender", &ours, &Context { originator: None, ..live.clone() });
    add("graded A1", &Compartment { handling: graded(&base), ..base.clone() }, &live);
    add("of a case", &Compartment { case: Some("case 7".to_owned()), ..base.clone() }, &live);
    let received = Compartment { agreement: Some("01J0000000000000000000000B".to_owned()), ..base.clone() };
    add("received, nothing said", &received, &live);
    for answer in [PassOnAnswer::Allowed, PassOnAnswer::NeedsConsent, PassOnAnswer::Forbidden] {
        let context = Context { onward: Some(answer), ..live.clone() };
        add(&format!("received, {}", answer.as_str()), &received, &context);
    }
    let letter = Consent { by: "the originator".to_owned(), reference: "letter 7".to_owned() };
    let consented = Context { consent: Some(letter), ..live.clone() };
    let others = Context { originator: Some(Originator::Other), ..consented.clone() };
    add("h2, other, with consent", &h2, &others);
    add("amber, other, with consent", &amber, &others);
    for answer in [PassOnAnswer::NeedsConsent, PassOnAnswer::Forbidden] {
        let context = Context { onward: Some(answer), ..consented.clone() };
        add(&format!("received, {}, with consent", answer.as_str()), &received, &context);
    }
    for trigger in Trigger::ALL {
        add(trigger.as_str(), &base, &Context { trigger: *trigger, ..live.clone() });
    }
    for purpose in [PurposeCode::Investigate, PurposeCode::Statistics] {
        let asked = Context { purpose: Some(purpose), ..live.clone() };
        add(&format!("for {purpose}"), &base, &asked);
    }
    for subject in SubjectClass::ALL {
        let about = Context { subjects: Some([*subject].into()), ..live.clone() };
        add(&format!("about {subject}"), &base, &about);
    }
    for sort in Sensitivity::ALL {
        add(sort.as_str(), &base, &Context { sensitivities: [*sort].into(), ..live.clone() });
    }
    for now in ["2025-12-31T23:59:59Z", "2028-01-01T00:00:00Z"] {
        add(&format!("at {now}"), &base, &Context { now: at(now), ..live.clone() });
    }
    rows
}

fn pap(base: &Compartment) -> entente_model::Handling {
    base.handling.clone().at_least_pap(PermissibleActions::Red)
}

fn h2(base: &Compartment) -> entente_model::Handling {
    let mut handling = base.handling.clone();
    handling.conditions.no_onward = true;
    handling
}

fn graded(base: &Compartment) -> entente_model::Handling {
    let grade: Grade = "A1".parse().expect("a grade");
    entente_model::Handling { grade, ..base.handling.clone() }
}

/// What happens to each field of each kind: a full object of the kind is released.
fn fields(table: &mut String, name: &str, flow: &Flow) {
    let policy =
        Policy::compile(&in_force(template(name), at(NOW)), &flow.from, &flow.to[0]).expect("it compiles");
    let bench = Bench::new(|_: &_| Leaving::Clear);
    for kind in Kind::KNOWN {
        let object = full(kind).object;
        let Some(terms) = terms(&policy, flow.id.as_str(), &object) else {
            let _ = writeln!(table, "{kind}: withheld, its class is not covered");
            continue;
        };
        match policy.release(&object, &terms, &bench.tools()) {
            Err(withheld) => {
                let _ = writeln!(table, "{kind}: withheld, {} [{}]", withheld.why, withheld.clause);
            }
            Ok(released) => {
                let id = if released.id() == object.id() { "its own id" } else { "a new id" };
                let _ =
                    writeln!(table, "{kind}: {id}; {}", said(kind, released.value().json(), object.json()));
            }
        }
    }
}

/// What happened to what may vary: fields that leave whatever the flow says are not told again.
fn said(kind: &Kind, out: &serde_json::Map<String, Value>, was: &serde_json::Map<String, Value>) -> String {
    let mut groups: [Vec<&str>; 3] = Default::default();
    let varies = |sort: Sort| !matches!(sort, Sort::Plain | Sort::Frame | Sort::Never | Sort::Markings);
    let fields = declarations(kind).into_iter().filter(|field| varies(field.sort()));
    let mut names: Vec<&str> = fields.map(|field| field.property()).collect();
    names.sort_unstable();
    for name in names.into_iter().filter(|name| was.contains_key(*name)) {
        let place = match out.get(name) {
            Some(value) if Some(value) == was.get(name) => 0,
            Some(_) => 1,
            None => 2,
        };
        groups[place].push(name);
    }
    let words =
        ["as it is", "changed", "withheld"].into_iter().zip(groups).filter(|(_, names)| !names.is_empty());
    words.map(|(word, names)| format!("{word}: {}", names.join(" "))).collect::<Vec<_>>().join("; ")
}
