//! What is wrong with a draft: where, what, and how to mend it.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use crate::{
    AddressStep, Agreement, Category, Flow, Form, LegalBasis, LegalInstrument, OnwardAllowed, Party, PartyId,
    Select, Sort, SubjectClass, ThirdCountry, Transform, declaration,
};
use entente_model::{GradeScheme, Kind};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cannot be signed.
    Error,
    /// It can be signed, and may not say what was meant.
    Warning,
}

/// Something that is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where, as a path into the document: `flows[0].legal_basis.sender`.
    pub at: String,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

impl Finding {
    /// True when it keeps the draft from being signed.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.at, self.what, self.mend)
    }
}

/// Where a check is, and what it found.
struct Findings(Vec<Finding>);

impl Findings {
    fn error(&mut self, at: &str, what: impl Into<String>, mend: &str) {
        self.add(Severity::Error, at, what.into(), mend);
    }

    fn warning(&mut self, at: &str, what: impl Into<String>, mend: &str) {
        self.add(Severity::Warning, at, what.into(), mend);
    }

    fn add(&mut self, severity: Severity, at: &str, what: String, mend: &str) {
        self.0.push(Finding { severity, at: at.to_owned(), what, mend: mend.to_owned() });
    }
}

impl Agreement {
    /// Everything that is wrong with the draft, in the order of the document.
    pub fn check(&self) -> Vec<Finding> {
        let mut found = Findings(Vec::new());
        self.check_head(&mut found);
        for (place, party) in self.parties.iter().enumerate() {
            self.check_party(party, place, &mut found);
        }
        for (place, flow) in self.flows.iter().enumerate() {
            self.check_flow(flow, place, &mut found);
        }
        found.0
    }

    fn check_head(&self, found: &mut Findings) {
        if self.title.trim().is_empty() {
            found.error("title", "the agreement has no title", "say what people call it");
        }
        if self.version == 0 {
            found.error("version", "versions begin with 1", "write 1");
        }
        match (self.version, &self.supersedes) {
            (1, Some(_)) => found.error("supersedes", "the first version replaces none", "leave it out"),
            (2.., None) => {
                found.error(
                    "supersedes",
                    "a later version names the one it replaces",
                    "write the hash of that version",
                );
            }
            _ => {}
        }
        if self.valid_until <= self.valid_from {
            found.error("valid_until", "the agreement ends before it begins", "choose a later end");
        }
        if self.parties.len() < 2 {
            found.error("parties", "an agreement has at least two parties", "add the other party");
        }
        if self.purposes.is_empty() {
            found.error("purposes", "the agreement has no purpose", "say what it is for");
        }
        if self.flows.is_empty() {
            found.error("flows", "nobody tells anybody anything", "add a flow");
        }
    }

    fn check_party(&self, party: &Party, place: usize, found: &mut Findings) {
        let at = format!("parties[{place}]");
        if self.parties[..place].iter().any(|earlier| earlier.id == party.id) {
            found.error(
                &format!("{at}.id"),
                format!("`{}` is a party twice", party.id),
                "give each its own id",
            );
        }
        if party.name.trim().is_empty() {
            found.error(&format!("{at}.name"), "the party has no name", "write the organisation's name");
        }
        let keys = format!("{at}.keys");
        if party.signing_keys().next().is_none() {
            let mend = "add the Ed25519 key that the party's node shows for signing";
            found.error(&keys, format!("`{}` has no key to sign with", party.id), mend);
        }
        for (number, key) in party.keys.iter().enumerate() {
            if party.keys[..number].iter().any(|earlier| earlier.id() == key.id()) {
                found.error(&keys, format!("two keys are called `{}`", key.id()), "give each its own name");
            }
        }
        let pinned = party.tls_pins().next().is_some();
        if party.node.is_some() && !pinned {
            let mend = "add the pin of its certificate, or leave out its address";
            found.error(&keys, format!("`{}` has a node, and no key to know it by", party.id), mend);
        }
        let others = self.parties[..place].iter().flat_map(Party::signing_keys);
        if others.into_iter().any(|other| party.signing_keys().any(|own| own == other)) {
            found.error(&keys, "two parties have the same signing key", "each party makes a key of its own");
        }
    }

    fn check_flow(&self, flow: &Flow, place: usize, found: &mut Findings) {
        let at = format!("flows[{place}]");
        if self.flows[..place].iter().any(|earlier| earlier.id == flow.id) {
            found.error(
                &format!("{at}.id"),
                format!("two flows are called `{}`", flow.id),
                "give each its own name",
            );
        }
        self.check_ends(flow, &at, found);
        self.check_purposes(flow, &at, found);
        check_categories(flow, &at, found);
        for (side, basis) in
            [("sender", &flow.legal_basis.sender), ("recipient", &flow.legal_basis.recipient)]
        {
            self.check_basis(flow, basis, &format!("{at}.legal_basis.{side}"), found);
        }
        for (number, transform) in flow.transforms.iter().enumerate() {
            check_transform(flow, transform, &format!("{at}.transforms[{number}]"), found);
        }
        self.check_border(flow, &at, found);
        check_quality(flow, &at, found);
        if flow.onward.allowed == OnwardAllowed::Listed && flow.onward.listed.is_empty() {
            found.warning(
                &format!("{at}.onward.listed"),
                "the list is empty",
                "list whom it may be passed on to",
            );
        }
    }

    fn check_ends(&self, flow: &Flow, at: &str, found: &mut Findings) {
        let mend = "name one of the parties";
        let mut known = |id: &PartyId, at: String| {
            if self.party(id).is_none() {
                found.error(&at, format!("`{id}` is not a party"), mend);
            }
        };
        known(&flow.from, format!("{at}.from"));
        flow.to.iter().for_each(|to| known(to, format!("{at}.to")));
        flow.route_via.iter().for_each(|relay| known(relay, format!("{at}.route_via")));
        if flow.to.is_empty() {
            found.error(&format!("{at}.to"), "nobody is told", "name who is told");
        }
        if flow.to.contains(&flow.from) {
            found.error(&format!("{at}.to"), "the sender tells itself", "take it out");
        }
    }

    fn check_purposes(&self, flow: &Flow, at: &str, found: &mut Findings) {
        if flow.purposes.is_empty() {
            found.error(
                &format!("{at}.purposes"),
                "the flow has no purpose",
                "choose from the agreement's purposes",
            );
        }
        for purpose in &flow.purposes {
            if !self.purposes.iter().any(|own| own.code == *purpose) {
                let what = format!("{} is no purpose of the agreement", purpose.phrase());
                found.error(&format!("{at}.purposes"), what, "add it to the agreement, or take it out here");
            }
        }
    }

    fn check_basis(&self, flow: &Flow, basis: &LegalBasis, at: &str, found: &mut Findings) {
        if basis.instrument.needs_order() && basis.order_ref.is_none() {
            found.warning(
                at,
                "the legal basis is an order, and none is named",
                "name the order; until then all is referred",
            );
        }
        let personal =
            flow.data_categories.iter().any(|category| flow.covers(*category) && category.is_personal());
        if basis.instrument == LegalInstrument::NoneNonPersonal && personal {
            let mend = "name a legal basis, or take the personal categories out";
            found.error(at, "there is no legal basis for the personal data the flow covers", mend);
        }
        if basis.expires_at.is_some_and(|expires| expires <= self.valid_from) {
            found.error(at, "the legal basis expires before the agreement begins", "name one that lasts");
        }
        if basis.assessed_by.trim().is_empty() {
            found.error(&format!("{at}.assessed_by"), "nobody has assessed it", "name the office that did");
        }
    }

    fn check_border(&self, flow: &Flow, at: &str, found: &mut Findings) {
        let Some(sender) = self.party(&flow.from) else { return };
        let abroad = |id: &PartyId| {
            self.party(id).is_some_and(|to| {
                let (here, there) = (sender.jurisdiction, to.jurisdiction);
                here != there && !(here.is_eea() && there.is_eea())
            })
        };
        if !flow.to.iter().any(abroad) {
            return;
        }
        let at = format!("{at}.transfer");
        match &flow.transfer {
            None => {
                found.warning(
                    &at,
                    "it crosses a border without a footing",
                    "say on which; until then personal data is referred",
                );
            }
            Some(transfer) => {
                let named =
                    matches!(transfer.footing, ThirdCountry::Adequacy | ThirdCountry::AppropriateSafeguards);
                if named && transfer.reference.is_none() {
                    found.warning(
                        &at,
                        "what the transfer rests on is not named",
                        "name the decision or the clauses",
                    );
                }
            }
        }
    }
}

fn check_categories(flow: &Flow, at: &str, found: &mut Findings) {
    let at_categories = format!("{at}.data_categories");
    if !flow.data_categories.iter().any(|category| flow.covers(*category)) {
        found.error(&at_categories, "nothing is told", "choose what is told");
    }
    for category in flow.data_categories.iter().filter(|category| category.is_never_disclosed()) {
        let what = format!("no agreement can let {} through", category.phrase());
        found.error(&at_categories, what, "take it out");
    }
    let classes: BTreeSet<SubjectClass> = subjects_needed(flow);
    for missing in classes.difference(&flow.data_subjects) {
        let what = format!("data about {} is covered, but they are not named", missing.phrase());
        found.warning(&format!("{at}.data_subjects"), what, "name them; until then it is withheld");
    }
}

/// Whom the covered categories are about when nobody says.
fn subjects_needed(flow: &Flow) -> BTreeSet<SubjectClass> {
    let covered = flow.data_categories.iter().filter(|category| flow.covers(**category));
    covered
        .filter_map(|category| category.subject())
        .filter(|subject| *subject != SubjectClass::Unknown)
        .collect()
}

fn check_transform(flow: &Flow, transform: &Transform, at: &str, found: &mut Findings) {
    match &transform.select {
        Select::Category(category) => {
            if !flow.covers(*category) {
                let what = format!("{} are not covered, so there is nothing to transform", category.phrase());
                found.warning(at, what, "cover the category or take the rule out");
            }
            if let Form::TruncateIp(AddressStep::Asn | AddressStep::Country) = transform.form
                && *category != Category::IpAddress
            {
                found.warning(
                    at,
                    "only an IP address has this form; other fields are withheld",
                    "choose another form",
                );
            }
        }
        Select::Field(name) => {
            let kinds = Kind::KNOWN.iter().filter(|kind| name.kind() == "*" || kind.as_str() == name.kind());
            let sorts: Vec<Sort> = kinds
                .filter_map(|kind| declaration(kind, name.property()))
                .map(|field| field.sort())
                .collect();
            let fixed = |sort: &Sort| matches!(sort, Sort::Frame | Sort::Markings);
            if sorts.is_empty() {
                found.error(at, format!("`{name}` is no known field"), "name a field that exists");
            } else if sorts.iter().any(fixed) {
                found.error(at, format!("`{name}` cannot be transformed"), "take the rule out");
            }
        }
    }
}

fn check_quality(flow: &Flow, at: &str, found: &mut Findings) {
    let Some(least) = &flow.min_quality else { return };
    let (sources, best) = match least.scheme {
        GradeScheme::Europol => ("ABCX", 1..=4),
        GradeScheme::Admiralty => ("ABCDEFG", 1..=6),
    };
    if !sources.contains(least.source) || !best.contains(&least.information) {
        let mend = "write a letter and a digit of the scheme, such as B and 2";
        found.error(&format!("{at}.min_quality"), "it is no grade of its scheme", mend);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signed::tests::keyed;
    use crate::{FlowId, SpecialCategories, Trigger};

    /// Where the findings of a changed agreement are, errors only.
    fn errors(change: impl FnOnce(&mut Agreement)) -> Vec<String> {
        let mut agreement = keyed("company-police");
        change(&mut agreement);
        agreement.check().into_iter().filter(Finding::is_error).map(|finding| finding.at).collect()
    }

    #[test]
    fn what_is_sound_has_no_errors() {
        assert!(errors(|_| {}).is_empty());
        let unusual = errors(|agreement| {
            agreement.flows[0].trigger = Trigger::HitNoHit;
            agreement.flows[0].special_categories = SpecialCategories::StrictlyNecessary;
        });
        assert!(unusual.is_empty());
    }

    #[test]
    fn each_fault_is_found_where_it_is() {
        let flow: FlowId = "accounts".parse().expect("an id");
        let select = |name: &str| Select::Field(name.parse().expect("a field"));
        assert_eq!(errors(|a| a.valid_until = a.valid_from), ["valid_until"]);
        assert_eq!(errors(|a| a.version = 2), ["supersedes"]);
        assert_eq!(errors(|a| a.parties[1].keys.clear()), ["parties[1].keys"]);
        assert_eq!(errors(|a| a.parties[1].keys = a.parties[0].keys.clone()), ["parties[1].keys"]);
        assert_eq!(
            errors(|a| a.parties[0].node = Some("node.company.example:7879".into())),
            ["parties[0].keys"]
        );
        assert_eq!(errors(|a| a.flows[0].id = flow), ["flows[1].id"]);
        assert_eq!(errors(|a| a.flows[0].from = "nobody".parse().expect("an id")), ["flows[0].from"]);
        assert_eq!(errors(|a| a.flows[0].purposes.clear()), ["flows[0].purposes"]);
        assert_eq!(
            errors(|a| a.flows[0].data_categories = [Category::SealedOrder].into()),
            ["flows[0].data_categories"]
        );
        let basis =
            |a: &mut Agreement| a.flows[1].legal_basis.sender.instrument = LegalInstrument::NoneNonPersonal;
        assert_eq!(errors(basis), ["flows[1].legal_basis.sender"]);
        for name in ["*.id", "*.x_unheard_of", "file.object_marking_refs"] {
            let rule = Transform { select: select(name), form: Form::Mask };
            assert_eq!(errors(|a| a.flows[0].transforms.push(rule)), ["flows[0].transforms[0]"], "{name}");
        }
    }

    #[test]
    fn what_may_not_be_meant_is_a_warning() {
        let mut agreement = keyed("company-police");
        agreement.parties[1].jurisdiction = "GB".parse().expect("a country");
        agreement.flows[0].data_subjects.clear();
        let found = agreement.check();
        assert!(found.iter().all(|finding| !finding.is_error()));
        let at: Vec<&str> = found.iter().map(|finding| finding.at.as_str()).collect();
        assert!(at.contains(&"flows[0].data_subjects") && at.contains(&"flows[0].transfer"), "{at:?}");
    }
}
