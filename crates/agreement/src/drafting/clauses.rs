//! The agreement as numbered sentences that a lawyer reads.
//!
//! Every clause that a decision can stand on is among them, under the same id.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::{
    Agreement, AgreementHash, ApprovalWhen, CaseScope, Category, ClauseId, Flow, Form, LegalBasis,
    OnwardAllowed, Party, PartyKey, Select, Sensitivity, Transform,
};

/// One clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// What decisions cite it by.
    pub id: ClauseId,
    /// Its number in the printed agreement: `4.2`.
    pub number: String,
    /// Its heading.
    pub heading: String,
    /// What it says.
    pub text: String,
}

/// Numbers clauses as they are written.
struct Writer {
    clauses: Vec<Clause>,
    section: usize,
    within: usize,
}

impl Writer {
    fn section(&mut self) {
        self.section += 1;
        self.within = 0;
    }

    fn clause(&mut self, id: ClauseId, heading: &str, text: String) {
        self.within += 1;
        let number = format!("{}.{}", self.section, self.within);
        self.clauses.push(Clause { id, number, heading: heading.to_owned(), text });
    }

    fn general(&mut self, part: &str, heading: &str, text: String) {
        self.clause(ClauseId::new(&format!("agreement/{part}")), heading, text);
    }
}

impl Agreement {
    /// Every clause, in the order in which it is printed.
    pub fn clauses(&self) -> Vec<Clause> {
        let mut writer = Writer { clauses: Vec::new(), section: 0, within: 0 };
        self.write_head(&mut writer);
        self.write_parties(&mut writer);
        self.write_law(&mut writer);
        for flow in &self.flows {
            writer.section();
            self.write_flow(flow, &mut writer);
        }
        self.write_tail(&mut writer);
        writer.clauses
    }

    /// What travels with everything a flow lets leave, in words.
    pub(crate) fn statement_of(&self, flow: &Flow, hash: &AgreementHash) -> String {
        let hash = hash.to_string();
        let mut out = format!(
            "Disclosed under {} (agreement {}, version {}, {}), flow {}. ",
            self.title,
            self.id,
            self.version,
            &hash[..16],
            flow.id
        );
        // Writing to a string cannot fail.
        let _ =
            write!(out, "{} {} {} {}", handling(flow), onward(self, flow), use_rule(flow), retention(flow));
        out
    }

    fn write_head(&self, writer: &mut Writer) {
        writer.section();
        let title = format!(
            "This {}, \u{201c}{}\u{201d}, version {}, is {}. The wording in {} counts.{}",
            self.instrument_type.phrase(),
            self.title,
            self.version,
            self.legal_effect.phrase(),
            self.language_of_authority,
            self.supersedes
                .map_or(String::new(), |old| format!(" It replaces the version with the hash {old}."))
        );
        writer.general("title", "What this is", title);
        let purposes: Vec<String> = self
            .purposes
            .iter()
            .map(|purpose| {
                let codes = match purpose.offence_codes.as_slice() {
                    [] => String::new(),
                    codes => format!(" ({})", codes.join(", ")),
                };
                let text = purpose.text.as_ref().map_or(String::new(), |text| format!(": {text}"));
                format!("{}{codes}{text}", purpose.code.phrase())
            })
            .collect();
        writer.general("purposes", "Purposes", format!("The parties act for {}.", list(&purposes, "and")));
        writer.general(
            "territory",
            "Territory",
            match self.territorial_scope.as_slice() {
                [] => "The agreement applies everywhere.".to_owned(),
                countries => {
                    let countries: Vec<String> = countries.iter().map(ToString::to_string).collect();
                    format!("The agreement applies in {}.", list(&countries, "and"))
                }
            },
        );
        writer.general(
            "case_scope",
            "Cases",
            match &self.case_scope {
                CaseScope::General => {
                    "The agreement is not about particular cases. What belongs to a case is disclosed only \
                                   after a person of the sender has decided."
                        .to_owned()
                }
                CaseScope::Listed(cases) => {
                    format!("The agreement is about {} only.", list(&quoted(cases), "and"))
                }
                CaseScope::Operation(operation) => {
                    format!("The agreement is about the operation \u{201c}{operation}\u{201d} only.")
                }
            },
        );
        let text = format!(
            "The agreement is in force from {} until {}, and {}.{} Nothing is disclosed outside this time, before every party \
             has signed, or while a party has suspended it.",
            moment(self.valid_from),
            moment(self.valid_until),
            self.renewal.phrase(),
            self.review_due
                .map_or(String::new(), |due| format!(" The parties review it by {}.", moment(due)))
        );
        writer.general("validity", "Time", text);
        let notice = match self.termination.notice_days {
            0 => "at once".to_owned(),
            days => format!("{} after giving notice", counted(days.into(), "day")),
        };
        let survival = match self.termination.survival_clauses.as_slice() {
            [] => String::new(),
            clauses => {
                format!(" What it says on {} goes on applying to what was received.", list(clauses, "and"))
            }
        };
        writer.general(
            "termination",
            "Termination",
            format!("Any party ends the agreement {notice}.{survival}"),
        );
    }

    fn write_parties(&self, writer: &mut Writer) {
        writer.section();
        for party in &self.parties {
            writer.general(&format!("parties/{}", party.id), &party.name, party_text(party));
        }
    }

    fn write_law(&self, writer: &mut Writer) {
        writer.section();
        let text = "A party tells another only what a flow of this agreement covers. What no flow covers is not disclosed.";
        writer.general("flows", "Nothing but by a flow", text.to_owned());
        let text = "What a party received from others it passes on under this agreement only if the terms on which it \
                    received it allow that, or its originator consents.";
        writer.general("originator", "Others' information", text.to_owned());
        let text = "A field that is not known to be of a kind this agreement covers is not disclosed.";
        writer.general("fields", "Unknown fields", text.to_owned());
        let text = "What is disclosed refers only to what is disclosed too. Where something leaves in another form, it \
                    leaves under another identifier.";
        writer.general("references", "References", text.to_owned());
        for sort in Sensitivity::ALL.iter().filter(|sort| **sort != Sensitivity::SpecialCategory) {
            let text = match sort {
                Sensitivity::SuspiciousTransactionReport => "That a suspicious transaction was reported is told to \
                    financial intelligence units and authorities only. No clause of this agreement changes that."
                    .to_owned(),
                sort => {
                    let phrase = capital(sort.phrase());
                    format!("Never disclosed: {phrase}. No clause of this agreement changes that.")
                }
            };
            writer.clause(ClauseId::new(&format!("law/{sort}")), &capital(sort.phrase()), text);
        }
        let text = "Where a legal basis reaches subscriber information or traffic data only, the content of communications \
                    is not disclosed. No clause of this agreement changes that.";
        writer.clause(ClauseId::new("law/content_data"), "Content of communications", text.to_owned());
    }

    fn write_tail(&self, writer: &mut Writer) {
        writer.section();
        if let Some(evidence) = &self.evidence {
            let more = [
                evidence
                    .disclosure_to_defence
                    .as_ref()
                    .map(|text| format!(" Disclosure to the defence: {text}.")),
                evidence.chain_of_custody_standard.as_ref().map(|text| format!(" Custody follows {text}.")),
                evidence
                    .originals_held_by
                    .as_ref()
                    .map(|party| format!(" {} keeps originals.", self.called(party))),
            ];
            let more: String = more.into_iter().flatten().collect();
            writer.general(
                "evidence",
                "Evidence",
                format!("What is disclosed is {}.{more}", evidence.admissibility.phrase()),
            );
        }
        if let Some(media) = &self.media_policy {
            let embargo = media
                .embargo_until
                .map_or(String::new(), |until| format!(" Nothing is said before {}.", moment(until)));
            let speak = match media.spokespersons.as_slice() {
                [] => String::new(),
                offices => format!(" {} speak.", list(offices, "and")),
            };
            writer.general(
                "media",
                "Publicity",
                format!("{}.{embargo}{speak}", capital(media.publicity.phrase())),
            );
        }
        writer.general("costs", "Costs", format!("{}.", capital(self.costs.phrase())));
        let words = [("liability", "Liability", &self.liability), ("dispute", "Disputes", &self.dispute)];
        for (part, heading, text) in words {
            if let Some(text) = text {
                writer.general(part, heading, text.clone());
            }
        }
        let known = self.confidentiality_of_agreement.phrase();
        writer.general(
            "confidentiality",
            "Confidentiality of this agreement",
            format!("This agreement is {known}."),
        );
        let text = format!(
            "A party tells the others of a breach of security that concerns what was disclosed within {}{}.",
            counted(self.breach.notify_within_hours.into(), "hour"),
            match self.breach.contacts.as_slice() {
                [] => String::new(),
                contacts => format!(", at {}", list(contacts, "and")),
            }
        );
        writer.general("breach", "Breaches of security", text);
        self.write_audit(writer);
    }

    fn write_audit(&self, writer: &mut Writer) {
        let mut text =
            "Every disclosure is recorded in the sender's ledger with the clauses it was made under."
                .to_owned();
        if let Some(audit) = &self.audit {
            let parts = [
                (&audit.log_ids, "The ledgers are"),
                (&audit.inspection_by, "It may be inspected by"),
                (&audit.metrics_published, "Published are"),
            ];
            for (items, said) in parts.iter().filter(|(items, _)| !items.is_empty()) {
                let _ = write!(text, " {said} {}.", list(items, "and"));
            }
            if let Some(frequency) = &audit.frequency {
                let _ = write!(text, " Inspections: {frequency}.");
            }
        }
        writer.general("audit", "Audit", text);
    }

    fn called(&self, id: &crate::PartyId) -> String {
        self.party(id).map_or_else(|| id.to_string(), |party| party.name.clone())
    }

    fn write_flow(&self, flow: &Flow, writer: &mut Writer) {
        let id = |part: &str| ClauseId::of_flow(&flow.id, part);
        let to: Vec<String> = flow.to.iter().map(|to| self.called(to)).collect();
        let relay = flow
            .route_via
            .as_ref()
            .map_or(String::new(), |relay| format!(" {} relays it.", self.called(relay)));
        let parties =
            format!("{} tells {}: {}.{relay}", self.called(&flow.from), list(&to, "and"), flow.title);
        writer.clause(id("parties"), &flow.title, parties);
        writer.clause(id("trigger"), "When", format!("It is disclosed {}.", flow.trigger.phrase()));
        let purposes = phrases(flow.purposes.iter().map(|purpose| purpose.phrase()));
        writer.clause(id("purposes"), "For what", format!("It is disclosed for {}.", list(&purposes, "and")));
        for (part, side, basis) in [
            ("legal_basis/sender", "Legal basis of the sender", &flow.legal_basis.sender),
            ("legal_basis/recipient", "Legal basis of the recipient", &flow.legal_basis.recipient),
        ] {
            writer.clause(id(part), side, basis_text(basis));
        }
        self.write_what(flow, writer);
        self.write_form(flow, writer);
        self.write_duties(flow, writer);
    }

    fn write_what(&self, flow: &Flow, writer: &mut Writer) {
        let id = |part: &str| ClauseId::of_flow(&flow.id, part);
        let covered: Vec<Category> =
            flow.data_categories.iter().copied().filter(|category| flow.covers(*category)).collect();
        let mut what =
            format!("Disclosed are {}.", list(&phrases(covered.iter().map(|c| c.phrase())), "and"));
        if !flow.excluded_categories.is_empty() {
            let excluded = phrases(flow.excluded_categories.iter().map(|c| c.phrase()));
            let _ = write!(what, " Not disclosed are {}.", list(&excluded, "and"));
        }
        what += " Nothing else is.";
        writer.clause(id("data_categories"), "What", what);
        let about = match flow.data_subjects.is_empty() {
            true => "No data about persons is disclosed.".to_owned(),
            false => {
                let about = phrases(flow.data_subjects.iter().map(|subject| subject.phrase()));
                format!("Data about persons is disclosed about {} only.", list(&about, "and"))
            }
        };
        writer.clause(id("data_subjects"), "About whom", about);
        let special = format!(
            "Special categories of personal data and data about minors {}.",
            flow.special_categories.phrase()
        );
        writer.clause(id("special_categories"), "Special categories", special);
        if let Some(least) = &flow.min_quality {
            let text = format!(
                "It is at least graded {}{} ({:?}). What is not graded, or in another scheme, is disclosed only after a \
                 person of the sender has decided.",
                least.source, least.information, least.scheme
            );
            writer.clause(id("min_quality"), "Quality", text);
        }
        if flow.distinguish_facts {
            let text = "Facts are told apart from assessments. What is neither said to be is not disclosed without a \
                        person's decision.";
            writer.clause(id("distinguish_facts"), "Facts and assessments", text.to_owned());
        }
    }

    fn write_form(&self, flow: &Flow, writer: &mut Writer) {
        let id = |part: &str| ClauseId::of_flow(&flow.id, part);
        writer.clause(id("free_text"), "Free text", format!("Free text {}.", flow.free_text.phrase()));
        let forms = match flow.transforms.as_slice() {
            [] => "What is disclosed leaves as it is.".to_owned(),
            rules => rules.iter().map(transform_text).collect::<Vec<_>>().join(" "),
        };
        writer.clause(id("transforms"), "Form", forms);
        let tlp = format!("What is more restricted than {} is not disclosed.", flow.max_tlp);
        writer.clause(id("max_tlp"), "Audience", tlp);
        let pap = format!(
            "What is more restricted than PAP:{} is not disclosed.",
            flow.permissible_actions_ceiling.as_str().to_uppercase()
        );
        writer.clause(id("permissible_actions_ceiling"), "Permitted actions", pap);
        let text = match &flow.transfer {
            None => {
                "No footing is named for crossing a border outside the European Economic Area.".to_owned()
            }
            Some(transfer) => {
                let reference =
                    transfer.reference.as_ref().map_or(String::new(), |text| format!(" ({text})"));
                format!(
                    "Crossing a border outside the European Economic Area {}{reference}.",
                    transfer.footing.phrase()
                )
            }
        };
        writer.clause(id("transfer"), "Crossing borders", text);
        writer.clause(id("limits"), "Limits", limits(flow));
        writer.clause(id("approvals"), "Approval", approval(flow));
    }

    fn write_duties(&self, flow: &Flow, writer: &mut Writer) {
        let id = |part: &str| ClauseId::of_flow(&flow.id, part);
        writer.clause(id("handling"), "Handling", handling(flow));
        writer.clause(id("onward"), "Passing on", onward(self, flow));
        let border = format!("Passing it on to another country {}.", flow.onward.third_country.phrase());
        writer.clause(id("onward/third_country"), "Passing on abroad", border);
        writer.clause(id("use_rule"), "Use", use_rule(flow));
        writer.clause(id("retention"), "Retention", retention(flow));
        let named = format!("The recipient {} name the provider.", flow.provider_attribution.phrase());
        writer.clause(id("provider_attribution"), "Naming the provider", named);
        let told =
            format!("The recipient {} tell those affected.", flow.affected_party_notification.phrase());
        writer.clause(id("affected_party_notification"), "Telling those affected", told);
        let duty = format!(
            "The sender corrects what was wrong within {}{}.",
            counted(flow.quality_duty.correct_within_days.into(), "day"),
            if flow.quality_duty.notify_recipients_of_error { " and tells the recipients" } else { "" }
        );
        writer.clause(id("quality_duty"), "Corrections", duty);
        if let Some(feedback) = &flow.feedback {
            let within = counted(feedback.outcome_report_due_days.into(), "day");
            writer.clause(
                id("feedback"),
                "Outcome",
                format!("The recipient reports what came of it within {within}."),
            );
        }
        if let Some(sla) = &flow.sla {
            let parts = [
                sla.latency_p95_ms.map(|ms| format!("95 of 100 disclosures arrive within {ms} milliseconds")),
                sla.response_hours
                    .map(|hours| format!("requests are answered within {}", counted(hours.into(), "hour"))),
                sla.emergency_hours.map(|hours| {
                    format!("requests in an emergency are answered within {}", counted(hours.into(), "hour"))
                }),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            if !parts.is_empty() {
                writer.clause(id("sla"), "Speed", format!("{}.", capital(&list(&parts, "and"))));
            }
        }
    }
}

fn party_text(party: &Party) -> String {
    let sector = party.sector.phrase();
    let article = if sector.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let mut text = format!(
        "{} (\u{201c}{}\u{201d}), {article} {sector} in {}, {}. It is {} under {}.",
        party.name,
        party.id,
        party.jurisdiction,
        party.role.phrase(),
        party.data_protection_role.phrase(),
        party.regime.phrase()
    );
    if let Some(competence) = &party.competent_authority_ref {
        let _ = write!(text, " Its competence is laid down in {competence}.");
    }
    let hours = if party.contact_point.always_on { ", at any hour" } else { "" };
    let _ = write!(text, " Contact: {}, {}{hours}.", party.contact_point.role, party.contact_point.address);
    if let Some(dpo) = &party.dpo_contact {
        let _ = write!(text, " Data protection: {dpo}.");
    }
    if let Some(node) = &party.node {
        let _ = write!(text, " Its node listens at {node}.");
    }
    for key in &party.keys {
        let _ = match key {
            PartyKey::Sign { id, ed25519 } => write!(text, " Its key \u{201c}{id}\u{201d} signs: {ed25519}."),
            PartyKey::Tls { id, spki_sha256 } => {
                write!(text, " Its key \u{201c}{id}\u{201d} identifies its node: {spki_sha256}.")
            }
        };
    }
    if !party.clients.is_empty() {
        let clients: Vec<String> = party.clients.iter().map(ToString::to_string).collect();
        let _ = write!(text, " Its clients are {}.", list(&clients, "and"));
    }
    for signatory in &party.signatories {
        let _ = write!(text, " {}, {}, signs for it.", signatory.person, signatory.capacity);
    }
    text
}

fn basis_text(basis: &LegalBasis) -> String {
    let mut text = capital(basis.instrument.phrase());
    for more in [&basis.article, &basis.national_law_ref].into_iter().flatten() {
        let _ = write!(text, ", {more}");
    }
    if let Some(order) = &basis.order_ref {
        let _ = write!(text, ", order {order}");
    }
    text.push('.');
    if let Some(expires) = basis.expires_at {
        let _ = write!(text, " Nothing is disclosed on it from {} on.", moment(expires));
    }
    let _ = write!(text, " Assessed by {} on {}.", basis.assessed_by, day(basis.assessed_at));
    if let Some(dpia) = &basis.dpia_ref {
        let _ = write!(text, " Impact assessment: {dpia}.");
    }
    text
}

fn transform_text(rule: &Transform) -> String {
    let what = match &rule.select {
        Select::Category(category) => capital(category.phrase()),
        Select::Field(name) => format!("The field {name}"),
    };
    let many = matches!(rule.select, Select::Category(_));
    let verb = if many { "leave" } else { "leaves" };
    match &rule.form {
        Form::Drop => format!("{what} {} not leave.", if many { "do" } else { "does" }),
        Form::Mask => format!("{what} {verb} masked."),
        Form::TruncateIp(step) => {
            format!("{what} {verb} as addresses cut to {}.", step.phrase().replace("its ", "the "))
        }
        Form::GeneraliseTime(step) => format!("{what} {verb} with times cut to {}.", step.phrase()),
        Form::GeneralisePlace(step) => format!("{what} {verb} as {}.", step.phrase()),
        Form::BandAmount => format!("{what} {verb} with amounts in bands (1, 2, 5, 10, \u{2026})."),
        Form::Pseudonymise(epoch) => {
            format!("{what} {verb} as keyed pseudonyms that stay the same {}.", epoch.phrase())
        }
        Form::TruncatePan => format!("{what} {verb} as the first six and last four digits."),
        Form::IbanToBank => format!("{what} {verb} as country and bank."),
        Form::EmailToDomain => format!("{what} {verb} as the domain of the address."),
        Form::Count => format!("{what} {verb} as a number of values."),
    }
}

fn limits(flow: &Flow) -> String {
    let limits = &flow.limits;
    let said = [
        limits.max_items_per_day.map(|most| format!("{} a day", counted(most, "item"))),
        limits.max_queries_per_day.map(|most| match most {
            1 => "1 query a day".to_owned(),
            most => format!("{most} queries a day"),
        }),
        limits.max_set_size.map(|most| format!("{} in one answer", counted(most, "item"))),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    let most = match said.as_slice() {
        [] => "There is no limit on how much is disclosed.".to_owned(),
        said => format!("At most {} are disclosed.", list(said, "and")),
    };
    match limits.min_group_size_k {
        None => most,
        Some(least) => format!("{most} Numbers are about groups of at least {least}."),
    }
}

fn approval(flow: &Flow) -> String {
    let when = match &flow.approvals.when {
        ApprovalWhen::Always => "anything".to_owned(),
        ApprovalWhen::PersonalData => "what may be personal data".to_owned(),
        ApprovalWhen::TlpAtLeast(tlp) => format!("what is {tlp} or more restricted"),
    };
    match flow.approvals.mode {
        crate::ApprovalMode::Auto => "Nobody has to agree to a single disclosure.".to_owned(),
        mode => format!(
            "Before {when} is disclosed, {} has to agree. Nobody agrees to what they asked for.",
            mode.phrase()
        )
        .replace("persons of the sender has", "persons of the sender have"),
    }
}

fn handling(flow: &Flow) -> String {
    let mut said = vec!["used only to fight and prevent crime under the law that applies (H0)".to_owned()];
    if flow.handling.no_court_use {
        said.push("not used in court without the provider's consent (H1)".to_owned());
    }
    if flow.handling.no_onward {
        said.push("not passed on without the provider's consent (H2)".to_owned());
    }
    if let Some(other) = &flow.handling.other {
        said.push(format!("handled with this limit: {other} (H3)"));
    }
    format!("It is {}.", list(&said, "and"))
}

fn onward(agreement: &Agreement, flow: &Flow) -> String {
    let parties: Vec<String> = flow.onward.listed.iter().map(|party| agreement.called(party)).collect();
    let more = match flow.onward.allowed {
        OnwardAllowed::Listed => format!(": {}", list(&parties, "and")),
        OnwardAllowed::Public => {
            flow.onward.public_after.map_or(String::new(), |after| format!(" from {} on", moment(after)))
        }
        _ => String::new(),
    };
    format!("What was received {}{more}. Its markings go with it.", flow.onward.allowed.phrase())
}

fn use_rule(flow: &Flow) -> String {
    format!("It is used {}.", flow.use_rule.phrase())
}

fn retention(flow: &Flow) -> String {
    let review = flow.retention.review_every.as_ref();
    let review = review.map_or(String::new(), |every| {
        format!(" The recipient asks every {} whether it still needs it.", every.phrase())
    });
    format!(
        "It is {} {} after {}.{review}",
        flow.retention.on_end.phrase(),
        flow.retention.max.phrase(),
        flow.retention.start.phrase()
    )
}

fn moment(at: Timestamp) -> String {
    format!("{} UTC", at.to_zoned(TimeZone::UTC).strftime("%-d %B %Y, %H:%M"))
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%-d %B %Y").to_string()
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn phrases<'p>(phrases: impl Iterator<Item = &'p str>) -> Vec<String> {
    phrases.map(str::to_owned).collect()
}

fn quoted(items: &[String]) -> Vec<String> {
    items.iter().map(|item| format!("\u{201c}{item}\u{201d}")).collect()
}

/// `a, b and c`.
fn list(items: &[String], last: &str) -> String {
    match items {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
