//! The rules of a flow, in the order of checks.
//!
//! Each stands on a clause and says what happens when it strikes: it denies, or it refers to a person. What the
//! decision would need and nobody said refers; nothing is permitted because something is not known.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use entente_model::{DataCategory, GradeScheme, Kind, Tlp};
use jiff::Timestamp;

use super::decision::{ClauseId, Outward};
use super::rule::{Rule, is_none_of, quoted, set};
use crate::field::declared;
use crate::{
    Agreement, ApprovalMode, ApprovalWhen, CaseScope, Category, Flow, InForce, LegalBasis, LegalInstrument,
    Party, Sensitivity, Sort, SpecialCategories, SubjectClass, ThirdCountry, Trigger, declarations,
};

/// Every rule that decides about this flow from `sender` to `recipient`.
pub(crate) fn rules_of(in_force: &InForce, flow: &Flow, sender: &Party, recipient: &Party) -> Vec<Rule> {
    let agreement = in_force.agreement();
    let mut rules = vec![Rule::permit(clause(flow, "parties"), String::new()), validity(in_force)];
    rules.push(trigger(flow));
    rules.extend(purposes(flow));
    rules.push(case_scope(agreement));
    rules.extend(legal_basis(flow, "legal_basis/sender", &flow.legal_basis.sender));
    rules.extend(legal_basis(flow, "legal_basis/recipient", &flow.legal_basis.recipient));
    rules.extend(originator());
    rules.extend(coverage(flow));
    rules.extend(subjects(flow));
    rules.extend(markings(flow));
    rules.extend(bans());
    rules.extend(quality(flow));
    rules.extend(transfer(flow, sender, recipient));
    rules.extend(approvals(flow));
    rules
}

fn clause(flow: &Flow, part: &str) -> ClauseId {
    ClauseId::of_flow(&flow.id, part)
}

/// Until its own end, the end of a notice, or the beginning of its successor.
fn validity(in_force: &InForce) -> Rule {
    let (from, until) = (time(in_force.agreement().valid_from), time(in_force.until()));
    let when = format!("context.now < {from} || context.now >= {until}");
    let text = "the agreement is not in force at this time";
    Rule::deny(1, ClauseId::new("agreement/validity"), Outward::NotNow, when, text)
}

/// What is pushed in real time may also be told on a person's own initiative; nothing else stands in for another.
pub(crate) fn triggers_of(flow: &Flow) -> &'static [Trigger] {
    match flow.trigger {
        Trigger::OnRequest => &[Trigger::OnRequest],
        Trigger::Spontaneous => &[Trigger::Spontaneous],
        Trigger::RealTimePush => &[Trigger::RealTimePush, Trigger::Spontaneous],
        Trigger::HitNoHit => &[Trigger::HitNoHit],
        Trigger::AggregateRelease => &[Trigger::AggregateRelease],
    }
}

fn trigger(flow: &Flow) -> Rule {
    let when = is_none_of("context.trigger", triggers_of(flow).iter().map(|trigger| trigger.as_str()));
    // Where the answer is hit or no hit, a refusal must look like any other.
    let outward = not_covered(flow);
    Rule::deny(2, clause(flow, "trigger"), outward, when, "the flow is not set off in this way")
}

fn not_covered(flow: &Flow) -> Outward {
    match flow.trigger {
        Trigger::HitNoHit => Outward::CannotSay,
        _ => Outward::NotCovered,
    }
}

fn purposes(flow: &Flow) -> [Rule; 2] {
    let missing =
        "[\"on_request\", \"hit_no_hit\"].contains(context.trigger) && !(context has purpose)".to_owned();
    let other = is_none_of("context.purpose", flow.purposes.iter().map(|purpose| purpose.as_str()));
    let other = format!("context has purpose && {other}");
    [
        Rule::refer(3, clause(flow, "purposes"), missing, "nobody said for which purpose it is asked"),
        Rule::deny(
            3,
            clause(flow, "purposes"),
            not_covered(flow),
            other,
            "the purpose is not one of the flow's",
        ),
    ]
}

fn case_scope(agreement: &Agreement) -> Rule {
    let id = ClauseId::new("agreement/case_scope");
    let within = |cases: &[String]| {
        // Cedar knows that there is a case only after it was asked.
        let when = match set(cases.iter().map(String::as_str)) {
            Some(cases) => format!("!(resource has case && {cases}.contains(resource.case))"),
            None => "true".to_owned(),
        };
        Rule::deny(3, id.clone(), Outward::NotCovered, when, "it does not belong to a case of the agreement")
    };
    match &agreement.case_scope {
        CaseScope::General => {
            let text = "it belongs to a case, and the agreement is not about cases";
            Rule::refer(3, id, "resource has case".to_owned(), text)
        }
        CaseScope::Listed(cases) => within(cases),
        CaseScope::Operation(operation) => within(std::slice::from_ref(operation)),
    }
}

fn legal_basis(flow: &Flow, part: &str, basis: &LegalBasis) -> Vec<Rule> {
    let id = clause(flow, part);
    let mut rules = Vec::new();
    if let Some(expires) = basis.expires_at {
        let when = format!("context.now >= {}", time(expires));
        rules.push(Rule::deny(4, id.clone(), Outward::NotNow, when, "the legal basis has expired"));
    }
    if basis.instrument.needs_order() && basis.order_ref.is_none() {
        rules.push(Rule::refer(
            4,
            id.clone(),
            "true".to_owned(),
            "the legal basis is an order, and none is named",
        ));
    }
    if basis.instrument == LegalInstrument::NoneNonPersonal {
        let text = "it may be personal data, and there is no legal basis for any";
        rules.push(Rule::deny(4, id, not_covered(flow), "resource.personal".to_owned(), text));
    }
    rules
}

/// Check 5: what came from others goes on only as they let it.
fn originator() -> [Rule; 5] {
    let id = || ClauseId::new("agreement/originator");
    // What is for the recipient's organisation and its clients (TLP 2.0), or not to be passed on (H2).
    let kept = format!(
        "!resource.received && !context.consented && (resource.no_onward || resource.tlp >= {})",
        Tlp::Amber as u8
    );
    let said = |answer: &str| {
        format!("resource.received && context has onward && context.onward == {}", quoted(answer))
    };
    [
        Rule::refer(
            5,
            id(),
            "resource.received && !(context has onward)".to_owned(),
            "nobody said whether the agreement it came under lets it be passed on",
        ),
        Rule::refer(
            5,
            id(),
            format!("{} && !context.consented", said("needs_consent")),
            "its originator has to consent",
        ),
        Rule::deny(
            5,
            id(),
            Outward::CannotSay,
            said("forbidden"),
            "the agreement it came under forbids passing it on",
        ),
        Rule::refer(
            5,
            id(),
            format!("{kept} && !(context has originator)"),
            "nobody said whether its source is one's own, and its marking keeps it to whom another told it",
        ),
        Rule::refer(
            5,
            id(),
            format!("{kept} && context has originator && context.originator == \"other\""),
            "its originator has to consent: it is TLP:AMBER or stricter, or H2",
        ),
    ]
}

/// The classes of data the flow names a category of.
pub(crate) fn classes_of(flow: &Flow) -> BTreeSet<DataCategory> {
    let covered = flow.data_categories.iter().filter(|category| flow.covers(**category));
    covered.filter(|category| !category.is_never_disclosed()).map(|category| category.class()).collect()
}

fn coverage(flow: &Flow) -> [Rule; 1] {
    let when = is_none_of("resource.class", classes_of(flow).into_iter().map(class_name));
    let text = "the flow names no category of this class of data";
    [Rule::deny(6, clause(flow, "data_categories"), not_covered(flow), when, text)]
}

fn subjects(flow: &Flow) -> Vec<Rule> {
    let id = || clause(flow, "data_subjects");
    let others = match set(flow.data_subjects.iter().map(|subject| subject.as_str())) {
        Some(listed) => format!("context has subjects && !{listed}.containsAll(context.subjects)"),
        None => "context has subjects && !context.subjects.isEmpty()".to_owned(),
    };
    let text = "it is about persons the flow does not name";
    let mut rules = vec![Rule::deny(6, id(), not_covered(flow), others, text)];
    if !flow.data_subjects.contains(&SubjectClass::Unknown) {
        let when = "!(context has subjects)".to_owned();
        rules.push(Rule::refer(6, id(), when, "nobody said whom it is about"));
    }
    let special = "context.sensitivities.contains(\"special_category\") || (context has subjects && \
                   context.subjects.contains(\"minor\"))";
    let id = clause(flow, "special_categories");
    rules.push(match flow.special_categories {
        SpecialCategories::Forbidden => {
            let text = "it is a special category of data or about a minor";
            Rule::deny(6, id, not_covered(flow), special.to_owned(), text)
        }
        SpecialCategories::StrictlyNecessary => {
            let when = format!("({special}) && context.approvers < 1");
            Rule::approve(6, id, when, "a person has to say that it is strictly necessary")
        }
    });
    rules
}

fn markings(flow: &Flow) -> [Rule; 2] {
    let tlp = format!("resource.tlp > {}", flow.max_tlp as u8);
    let pap = format!("resource.pap > {}", flow.permissible_actions_ceiling as u8);
    let text = "its audience is more restricted than the flow's";
    let pap_text = "its permitted actions are more restricted than the flow's";
    [
        Rule::deny(6, clause(flow, "max_tlp"), not_covered(flow), tlp, text),
        Rule::deny(6, clause(flow, "permissible_actions_ceiling"), not_covered(flow), pap, pap_text),
    ]
}

/// Check 7: what no agreement lets through. These do not depend on the agreement, so none can leave them out.
fn bans() -> Vec<Rule> {
    let banned = Sensitivity::ALL.iter().filter(|sort| **sort != Sensitivity::SpecialCategory);
    let rule = |sort: &Sensitivity| {
        let mut when = format!("context.sensitivities.contains({})", quoted(sort.as_str()));
        if *sort == Sensitivity::SuspiciousTransactionReport {
            when += " && !principal.may_know_of_reports";
        }
        let id = ClauseId::new(&format!("law/{sort}"));
        Rule::deny(7, id, Outward::CannotSay, when, "no agreement lets this through")
    };
    banned.map(rule).collect()
}

fn quality(flow: &Flow) -> Vec<Rule> {
    let mut rules = Vec::new();
    if let Some(least) = &flow.min_quality {
        let id = || clause(flow, "min_quality");
        let scheme = quoted(scheme_name(least.scheme));
        let other = format!("!resource.graded || resource.grade_scheme != {scheme}");
        rules.push(Rule::refer(8, id(), other, "it is not graded in the flow's scheme"));
        let worse = format!(
            "resource.graded && resource.grade_scheme == {scheme} && (resource.grade_source > {} || \
             resource.grade_information > {})",
            source_rank(least.scheme, least.source),
            least.information
        );
        rules.push(Rule::deny(8, id(), not_covered(flow), worse, "it is not good enough"));
    }
    if flow.distinguish_facts {
        let when = "!(context has assertion)".to_owned();
        let text = "nobody said whether it is a fact or an assessment";
        rules.push(Rule::refer(8, clause(flow, "distinguish_facts"), when, text));
    }
    rules
}

/// Check 9. Within one country and within the European Economic Area no footing is needed.
fn transfer(flow: &Flow, sender: &Party, recipient: &Party) -> Option<Rule> {
    let (here, there) = (sender.jurisdiction, recipient.jurisdiction);
    if here == there || (here.is_eea() && there.is_eea()) {
        return None;
    }
    let id = clause(flow, "transfer");
    let personal = || "resource.personal".to_owned();
    match &flow.transfer {
        None => Some(Rule::refer(
            9,
            id,
            personal(),
            "it crosses a border, and the flow does not say on which footing",
        )),
        Some(transfer) => match transfer.footing {
            ThirdCountry::Forbidden => Some(Rule::deny(
                9,
                id,
                not_covered(flow),
                personal(),
                "the flow forbids crossing this border",
            )),
            ThirdCountry::DerogationCaseByCase => {
                let when = "resource.personal && context.approvers < 1".to_owned();
                Some(Rule::approve(9, id, when, "a person has to decide on the derogation"))
            }
            ThirdCountry::Adequacy | ThirdCountry::AppropriateSafeguards if transfer.reference.is_none() => {
                Some(Rule::refer(9, id, personal(), "the flow does not name what its transfers rest on"))
            }
            ThirdCountry::Adequacy | ThirdCountry::AppropriateSafeguards => None,
        },
    }
}

fn approvals(flow: &Flow) -> Option<Rule> {
    let missing = match flow.approvals.mode {
        ApprovalMode::Auto => return None,
        ApprovalMode::OnePerson => "context.approvers < 1",
        ApprovalMode::TwoPerson => "context.approvers < 2",
        ApprovalMode::Prosecutor => "!context.offices.contains(\"prosecutor\")",
        ApprovalMode::Judge => "!context.offices.contains(\"judge\")",
        ApprovalMode::Dpo => "!context.offices.contains(\"dpo\")",
    };
    let when = match flow.approvals.when {
        ApprovalWhen::Always => missing.to_owned(),
        ApprovalWhen::PersonalData => format!("resource.personal && {missing}"),
        ApprovalWhen::TlpAtLeast(tlp) => format!("resource.tlp >= {} && {missing}", tlp as u8),
    };
    Some(Rule::approve(12, clause(flow, "approvals"), when, "it has not been approved as the flow asks"))
}

/// A time as Cedar writes it, to the millisecond.
pub(crate) fn time(at: Timestamp) -> String {
    format!("datetime({})", quoted(&milliseconds(at)))
}

/// Cut, not rounded, so that a moment before an end stays before it.
pub(crate) fn milliseconds(at: Timestamp) -> String {
    let cut = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    format!("{cut:.3}")
}

/// The name of a class as the store keeps it.
pub(crate) fn class_name(class: DataCategory) -> &'static str {
    match class {
        DataCategory::ThreatIntelligence => "threat_intelligence",
        DataCategory::Infrastructure => "infrastructure",
        DataCategory::MalwareArtefact => "malware_artefact",
        DataCategory::AccountIdentifier => "account_identifier",
        DataCategory::Financial => "financial",
        DataCategory::Identity => "identity",
    }
}

/// True when what the flow covers of a class may be personal data: a category of the class, or of a field that stands in a kind of it,
/// such as the address in a location.
pub(crate) fn is_personal(flow: &Flow, class: DataCategory) -> bool {
    let mut covered = flow.data_categories.iter().filter(|category| flow.covers(**category));
    covered.any(|category| {
        let stands = || STANDING.get(&class).is_some_and(|standing| standing.contains(category));
        category.is_personal() && (category.class() == class || stands())
    })
}

/// The categories of the fields of every kind of a class.
static STANDING: LazyLock<HashMap<DataCategory, BTreeSet<Category>>> = LazyLock::new(|| {
    let mut standing: HashMap<DataCategory, BTreeSet<Category>> = HashMap::new();
    for declared in declared() {
        let kind = Kind::from_name(declared.name());
        let categories = declarations(&kind).into_iter().filter_map(|field| match field.sort() {
            Sort::Data(category) => Some(category),
            _ => None,
        });
        standing.entry(DataCategory::of(&kind)).or_default().extend(categories);
    }
    standing
});

pub(crate) fn scheme_name(scheme: GradeScheme) -> &'static str {
    match scheme {
        GradeScheme::Europol => "europol",
        GradeScheme::Admiralty => "admiralty",
    }
}

/// 0 for the best letter. A source nobody can judge ranks last in both schemes.
pub(crate) fn source_rank(scheme: GradeScheme, source: char) -> u8 {
    let order = match scheme {
        GradeScheme::Europol => "ABCX",
        GradeScheme::Admiralty => "ABCDEFG",
    };
    order.find(source).map_or(u8::MAX, |place| place as u8)
}
