//! An object, field by field.

use std::borrow::Cow;

use entente_model::{DataCategory, Kind, KindFamily, Object, ObjectId, Selector};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::reference::Referring;
use super::{Altered, Change, Withheld, Workbench, identity, marking, sources};
use crate::form::{
    Field, Judge, KindSieve, Place, Shaped, Side, Treatment, epoch_name, rewrite_pattern, shape,
    without_card_numbers,
};
use crate::policy::Compiled;
use crate::{AddressStep, Category, ClauseId, Form, MayMust, Policy, Sensitivity, Sort, SubjectClass, Terms};

/// An object on its way out: what its own fields leave as. References, markings and the id come last, because they
/// depend on it.
pub(super) struct Shaping<'a> {
    pub(super) compiled: &'a Compiled,
    pub(super) fields: &'a KindSieve,
    pub(super) object: Cow<'a, Object>,
    pub(super) terms: &'a Terms,
    pub(super) bench: &'a Workbench<'a>,
    pub(super) policy: &'a Policy,
    pub(super) out: Map<String, Value>,
    pub(super) changes: Vec<Change>,
    /// Data left in another form, or did not leave.
    pub(super) data_touched: bool,
    /// Something else did not leave.
    pub(super) other_dropped: bool,
    /// The object became another: the network or country of an address.
    pub(super) became: Option<ObjectId>,
}

/// The flow by which these terms let things leave now.
pub(super) fn gate<'a>(policy: &'a Policy, terms: &Terms, now: Timestamp) -> Result<&'a Compiled, Withheld> {
    let stays = |clause: &str, why: &str| Withheld {
        why: why.to_owned(),
        clause: ClauseId::new(clause),
        changes: Vec::new(),
    };
    let compiled = policy
        .compiled(terms)
        .ok_or_else(|| stays("agreement/flows", "the terms are of another agreement"))?;
    if now >= terms.expires_at() {
        return Err(stays("agreement/validity", "the decision has expired and has to be made again"));
    }
    Ok(compiled)
}

impl<'a> Shaping<'a> {
    /// Gives every field but references and markings the form it leaves in.
    pub(super) fn begin(
        policy: &'a Policy,
        object: &'a Object,
        terms: &'a Terms,
        bench: &'a Workbench<'a>,
    ) -> Result<Shaping<'a>, Withheld> {
        let compiled = gate(policy, terms, bench.now)?;
        let stays = |clause: ClauseId, why: String| Withheld { why, clause, changes: Vec::new() };
        if DataCategory::of(object.kind()) != terms.class() {
            let clause = ClauseId::of_flow(&compiled.flow.id, "data_categories");
            return Err(stays(clause, "the decision is about another class of data".to_owned()));
        }
        let barred = |sort| compiled.sieve.bars(sort, terms.0.approved).map(|clause| (sort, clause));
        if let Some((sort, clause)) = sensitivities(object).find_map(barred) {
            return Err(stays(clause, format!("it is marked as {}", sort.phrase())));
        }
        let Some(fields) = compiled.sieve.kind(object.kind()) else {
            let clause = compiled.sieve.undeclared().clone();
            return Err(stays(clause, "nobody declared what its fields are".to_owned()));
        };
        if let Some(clause) = &fields.barred {
            return Err(stays(
                clause.clone(),
                "that it is there tells what the flow does not cover".to_owned(),
            ));
        }
        let mut shaping = Shaping {
            compiled,
            fields,
            object: Cow::Borrowed(object),
            terms,
            bench,
            policy,
            out: Map::new(),
            changes: Vec::new(),
            data_touched: false,
            other_dropped: false,
            became: None,
        };
        shaping.become_place()?;
        for (property, value) in object.json() {
            if shaping.became.is_none() {
                shaping.field(property, value);
            }
        }
        Ok(shaping)
    }

    /// An address whose form is its autonomous system or its country becomes that, as another object.
    fn become_place(&mut self) -> Result<(), Withheld> {
        let Some(field) = self.fields.fields.get("value") else { return Ok(()) };
        let Treatment::Change(Form::TruncateIp(step)) = &field.treatment else { return Ok(()) };
        let step = *step;
        let address = matches!(self.object.kind(), Kind::Ipv4Addr | Kind::Ipv6Addr);
        if !address || step == AddressStep::Network || !self.is_about_named(field) {
            return Ok(());
        }
        let clause = field.clause.clone();
        let place = self.place(step).ok_or_else(|| Withheld {
            why: "nobody knows where its address belongs".to_owned(),
            clause: clause.clone(),
            changes: Vec::new(),
        })?;
        self.changes.push(Change { property: "value".to_owned(), what: Altered::Transformed, clause });
        self.data_touched = true;
        self.became = Some(place.id());
        self.out = place.properties();
        self.out.insert("type".to_owned(), place.kind().as_str().into());
        self.out.insert("spec_version".to_owned(), "2.1".into());
        if place.kind() == Kind::Location {
            // It is the same object for all, whenever it is told.
            let since = format!("{:.3}", self.policy.agreement().valid_from);
            self.out.insert("created".to_owned(), since.clone().into());
            self.out.insert("modified".to_owned(), since.into());
        }
        Ok(())
    }

    fn place(&self, step: AddressStep) -> Option<Selector> {
        let own = Selector::of_object(&self.object).into_iter().next()?;
        let implied = own.implied(self.bench.atlas).into_iter().map(|(_, place)| place);
        implied.into_iter().find(|place| match step {
            AddressStep::Network => false,
            AddressStep::Asn => matches!(place, Selector::AutonomousSystem(_)),
            AddressStep::Country => matches!(place, Selector::Country(_)),
        })
    }

    fn field(&mut self, property: &str, value: &Value) {
        let fields = self.fields;
        let Some(field) = fields.fields.get(property) else {
            let clause = self.compiled.sieve.undeclared().clone();
            self.drop(property, clause, false);
            return;
        };
        let data = matches!(field.declaration.sort(), Sort::Data(_) | Sort::Pattern);
        match &field.treatment {
            Treatment::Drop => self.drop(property, field.clause.clone(), data),
            _ if data && !self.is_about_named(field) => {
                self.drop(property, self.compiled.sieve.other_subjects().clone(), true);
            }
            Treatment::Keep => self.keep(property, value, field),
            Treatment::Change(form) => self.change(property, value, form, field),
            Treatment::BySort => self.by_sort(property, value, field),
        }
    }

    /// True when the flow may tell of whom the field is about. What was said of the whole claim was decided already.
    fn is_about_named(&self, field: &Field) -> bool {
        let organisation = || {
            let classes = ["organization", "class", "system"];
            *self.object.kind() == Kind::Identity
                && self.object.text("identity_class").is_some_and(|class| classes.contains(&class))
                && self.compiled.sieve.names_subject(SubjectClass::LegalPerson)
        };
        self.terms.0.subjects_said || field.other_subject.is_none() || organisation()
    }

    fn drop(&mut self, property: &str, clause: ClauseId, data: bool) {
        self.changes.push(Change { property: property.to_owned(), what: Altered::Withheld, clause });
        self.data_touched |= data;
        self.other_dropped |= !data;
    }

    fn keep(&mut self, property: &str, value: &Value, field: &Field) {
        let known = match field.declaration.sort() {
            Sort::Plain => known_members(property, value),
            _ => Some(Cow::Borrowed(value)),
        };
        let Some(known) = known else {
            let clause = self.compiled.sieve.undeclared().clone();
            return self.drop(property, clause, false);
        };
        if let Cow::Owned(_) = known {
            let clause = self.compiled.sieve.undeclared().clone();
            self.changes.push(Change { property: property.to_owned(), what: Altered::Transformed, clause });
            self.other_dropped = true;
        }
        let value = known.as_ref();
        let value = match may_hold_cards(field.declaration.sort()) {
            true => cut_cards(value),
            false => Cow::Borrowed(value),
        };
        if let Cow::Owned(_) = value {
            let clause = ClauseId::new("law/full_pan");
            self.changes.push(Change { property: property.to_owned(), what: Altered::Transformed, clause });
            self.data_touched = true;
        }
        self.out.insert(property.to_owned(), value.into_owned());
    }

    fn change(&mut self, property: &str, value: &Value, form: &Form, field: &Field) {
        let place = Place { kind: self.object.kind(), property, key: self.bench.key, now: self.bench.now };
        let shaped = shape(form, value, &place);
        let what = if shaped == Shaped::Nothing { Altered::Withheld } else { Altered::Transformed };
        self.changes.push(Change { property: property.to_owned(), what, clause: field.clause.clone() });
        self.data_touched = true;
        match shaped {
            Shaped::Value(value) => {
                self.out.insert(property.to_owned(), value);
            }
            Shaped::Count(count) => {
                self.out.insert(count_of(property), count.into());
            }
            Shaped::Nothing => {}
        }
    }

    fn by_sort(&mut self, property: &str, value: &Value, field: &Field) {
        match field.declaration.sort() {
            Sort::Sources => self.sources(property, value),
            Sort::Pattern => self.pattern(property, value, field),
            Sort::Extensions => self.extensions(value),
            // Once the id is known.
            _ => {}
        }
    }

    fn sources(&mut self, property: &str, value: &Value) {
        if self.compiled.sieve.free_text {
            self.out.insert(property.to_owned(), cut_cards(value).into_owned());
            return;
        }
        let public = sources::public(value);
        if public != *value {
            self.drop(property, self.compiled.sieve.no_free_text().clone(), false);
        }
        if public.as_array().is_some_and(|entries| !entries.is_empty()) {
            self.out.insert(property.to_owned(), public);
        }
    }

    fn pattern(&mut self, property: &str, value: &Value, field: &Field) {
        let stix = self.object.text("pattern_type") == Some("stix");
        let shaped = match value.as_str() {
            Some(pattern) if stix => rewrite_pattern(pattern, self),
            // A rule in another language can hold anything.
            Some(pattern) if self.compiled.sieve.free_text => Some(pattern.to_owned()),
            _ => None,
        };
        match shaped.filter(|pattern| matches!(without_card_numbers(pattern), Cow::Borrowed(_))) {
            Some(pattern) if Some(pattern.as_str()) == value.as_str() => {
                self.out.insert(property.to_owned(), pattern.into());
            }
            Some(pattern) => {
                let clause = field.clause.clone();
                self.changes.push(Change {
                    property: property.to_owned(),
                    what: Altered::Transformed,
                    clause,
                });
                self.data_touched = true;
                self.out.insert(property.to_owned(), pattern.into());
            }
            None => self.drop(property, field.clause.clone(), true),
        }
    }

    /// Each extension is a field of its own. One that only says that the type is an extension says nothing else.
    fn extensions(&mut self, value: &Value) {
        let Value::Object(extensions) = value else {
            let clause = self.compiled.sieve.undeclared().clone();
            return self.drop("extensions", clause, true);
        };
        let mut kept = Map::new();
        for (name, extension) in extensions {
            if declares_type(name, extension) {
                kept.insert(name.clone(), extension.clone());
                continue;
            }
            let property = format!("extensions.{name}");
            self.field(&property, extension);
            kept.extend(self.out.remove(&property).map(|extension| (name.clone(), extension)));
        }
        if !kept.is_empty() {
            self.out.insert("extensions".to_owned(), Value::Object(kept));
        }
    }

    /// The id it leaves under.
    pub(super) fn identity(mut self) -> Result<ObjectId, Withheld> {
        let id = identity::decide(&mut self)?;
        self.complete_but_lists(&id)?;
        Ok(id)
    }

    /// The object as it leaves, and what happened to it.
    pub(super) fn finish(mut self) -> Result<(Object, Vec<Change>), Withheld> {
        let id = identity::decide(&mut self)?;
        if self.became.is_none() {
            let keeps = id == *self.object.id();
            Referring::new(&mut self, keeps).all();
            self.attribution();
        }
        marking::mark(&mut self, &id)?;
        self.complete(&id)?;
        self.out.insert("id".to_owned(), id.to_string().into());
        let changes = std::mem::take(&mut self.changes);
        let clause = self.compiled.sieve.undeclared().clone();
        match Object::from_json(Value::Object(std::mem::take(&mut self.out))) {
            Ok(object) => Ok((object, changes)),
            Err(error) => Err(Withheld { why: error.to_string(), clause, changes }),
        }
    }

    /// Who made it leaves only as it is: another id in its place would tie this object to that identity elsewhere.
    fn attribution(&mut self) {
        let told = self.object.text("created_by_ref").and_then(|id| id.parse::<ObjectId>().ok());
        let Some(author) = told else { return };
        let named = self.compiled.flow.provider_attribution != MayMust::MustNot;
        if named && self.bench.others.leaving(&author) == super::Leaving::Clear {
            self.out.insert("created_by_ref".to_owned(), author.to_string().into());
        } else {
            let clause = ClauseId::of_flow(&self.compiled.flow.id, "provider_attribution");
            self.drop("created_by_ref", clause, false);
        }
    }

    /// Refuses an object that lost what makes it one of its kind.
    pub(super) fn complete(&self, id: &ObjectId) -> Result<(), Withheld> {
        if self.became.is_some() {
            return Ok(());
        }
        let there = |property: &str| property == "id" || self.out.contains_key(property);
        let required = self.fields.fields.values().filter(|field| field.declaration.is_required());
        let mut missing: Vec<&str> =
            required.map(|field| field.declaration.property()).filter(|name| !there(name)).collect();
        missing.sort_unstable();
        if let Some(property) = missing.first() {
            return Err(self.incomplete(property));
        }
        let any_of = self.fields.any_of;
        if !any_of.is_empty()
            && !any_of.iter().any(|together| together.iter().all(|property| there(property)))
        {
            return Err(self.incomplete(any_of[0][0]));
        }
        let ends = [self.out.get("source_ref"), self.out.get("target_ref")];
        if *id.kind() == Kind::Relationship && ends[0] == ends[1] {
            return Err(self.incomplete("target_ref"));
        }
        Ok(())
    }

    /// As [`Shaping::complete`], before references are known: whether lists of them end up empty is not asked, because
    /// objects may refer to each other in a circle.
    fn complete_but_lists(&self, _: &ObjectId) -> Result<(), Withheld> {
        if self.became.is_some() {
            return Ok(());
        }
        let lost = |field: &&Field| {
            let property = field.declaration.property();
            let later = matches!(field.declaration.sort(), Sort::Reference | Sort::Frame);
            field.declaration.is_required() && !later && !self.out.contains_key(property)
        };
        let mut missing: Vec<&str> =
            self.fields.fields.values().filter(lost).map(|field| field.declaration.property()).collect();
        missing.sort_unstable();
        if let Some(property) = missing.first() {
            return Err(self.incomplete(property));
        }
        let there = |property: &str| {
            property.ends_with("_ref") || property.ends_with("_refs") || self.out.contains_key(property)
        };
        let any_of = self.fields.any_of;
        match any_of.is_empty()
            || any_of.iter().any(|together| together.iter().all(|property| there(property)))
        {
            true => Ok(()),
            false => Err(self.incomplete(any_of[0][0])),
        }
    }

    /// Why an object without this property stays: the clause that took the property, if one did.
    pub(super) fn incomplete(&self, property: &str) -> Withheld {
        let taken = self.changes.iter().find(|change| change.property == property);
        let clause =
            taken.map_or_else(|| self.compiled.sieve.undeclared().clone(), |change| change.clause.clone());
        let why = format!("without `{property}` it is no {}", self.object.kind());
        Withheld { why, clause, changes: self.changes.clone() }
    }

    /// The name of the epoch that ids of this kind are kept for.
    pub(super) fn epoch(&self) -> String {
        epoch_name(self.fields.epoch, self.bench.now)
    }

    pub(super) fn family(&self) -> KindFamily {
        self.object.kind().family()
    }
}

/// Values in a pattern leave as the fields they are compared with.
impl Judge for Shaping<'_> {
    fn side(&self, kind: &str, path: &str) -> Side {
        let kind = Kind::from_name(kind);
        let steps: Vec<&str> = path.split(['.', '[']).collect();
        if let Some(property) = steps.first().filter(|_| steps.len() > 1 && is_reference(steps[0])) {
            let index = |step: &&&str| step.ends_with(']');
            let beyond: Vec<&str> = steps[1..].iter().filter(|step| !index(step)).copied().collect();
            return self.far_side(&kind, property, &beyond);
        }
        // What a structure refers to further on is another object's.
        if steps.iter().skip(1).any(|step| is_reference(step.trim_matches('\''))) {
            return Side::Withhold;
        }
        let property = match steps.as_slice() {
            ["extensions", name, ..] => format!("extensions.{}", name.trim_matches('\'')),
            [property, ..] => (*property).to_owned(),
            [] => return Side::Withhold,
        };
        self.side_of(&kind, &property)
    }

    fn shape(&self, kind: &str, path: &str, form: &Form, value: &str) -> Option<String> {
        let kind = Kind::from_name(kind);
        let place = Place { kind: &kind, property: path, key: self.bench.key, now: self.bench.now };
        match shape(form, &Value::from(value), &place) {
            Shaped::Value(Value::String(shaped)) => Some(shaped),
            _ => None,
        }
    }
}

fn is_reference(property: &str) -> bool {
    property.ends_with("_ref") || property.ends_with("_refs")
}

impl Shaping<'_> {
    fn side_of(&self, kind: &Kind, property: &str) -> Side {
        let found = self.compiled.sieve.kind(kind).and_then(|fields| fields.fields.get(property));
        let Some(field) = found.filter(|field| self.is_about_named(field)) else { return Side::Withhold };
        match (&field.treatment, field.declaration.sort()) {
            (Treatment::Keep, _) => Side::Keep,
            (Treatment::Change(form), _) => Side::Change(form.clone()),
            (Treatment::Drop | Treatment::BySort, _) => Side::Withhold,
        }
    }

    /// How values at the far end of a reference leave: as they are where all that can stand there does, and it is they that are asked
    /// for and nothing else of what stands there.
    fn far_side(&self, kind: &Kind, property: &str, beyond: &[&str]) -> Side {
        let declared = self.compiled.sieve.kind(kind).and_then(|fields| fields.fields.get(property));
        if declared.is_none_or(|field| field.declaration.sort() != Sort::Reference) {
            return Side::Withhold;
        }
        let kinds: &[Kind] = match property {
            "src_ref" | "dst_ref" | "resolves_to_refs" => {
                &[Kind::Ipv4Addr, Kind::Ipv6Addr, Kind::DomainName, Kind::MacAddr]
            }
            "from_ref" | "sender_ref" | "to_refs" | "cc_refs" | "bcc_refs" => &[Kind::EmailAddr],
            "parent_directory_ref" => &[Kind::Directory],
            _ => return Side::Withhold,
        };
        let value = |kind: &Kind| if *kind == Kind::Directory { "path" } else { "value" };
        let keeps = |kind: &Kind| beyond == [value(kind)] && self.side_of(kind, value(kind)) == Side::Keep;
        match kinds.iter().all(keeps) {
            true => Side::Keep,
            false => Side::Withhold,
        }
    }
}

/// The property that says how many values another had.
fn count_of(property: &str) -> String {
    format!("x_entente_{property}_count")
}

/// What such a property counts.
pub(super) fn counted(property: &str) -> Option<&str> {
    property.strip_prefix("x_entente_")?.strip_suffix("_count")
}

/// What the object is marked as beyond its category: labels `entente:` and the sort.
pub(super) fn sensitivities(object: &Object) -> impl Iterator<Item = Sensitivity> {
    let labels = object.json().get("labels").and_then(Value::as_array).into_iter().flatten();
    let marks = labels.filter_map(Value::as_str).filter_map(|label| label.strip_prefix("entente:"));
    marks.filter_map(|mark| Sensitivity::ALL.iter().find(|sort| sort.as_str() == mark)).copied()
}

/// `{"extension_type": "new-sco"}` and nothing else, under the id of an extension's definition: any other name could say anything.
pub(super) fn declares_type(name: &str, extension: &Value) -> bool {
    let defined = name.parse::<ObjectId>().is_ok_and(|id| *id.kind() == Kind::ExtensionDefinition);
    let Value::Object(members) = extension else { return false };
    let types = ["new-sdo", "new-sco", "new-sro"];
    defined
        && members.len() == 1
        && members
            .get("extension_type")
            .and_then(Value::as_str)
            .is_some_and(|declared| types.contains(&declared))
}

/// A value with nothing in it that nobody declared: structures hold what the standard gives them, and no more.
pub(super) fn known_members<'v>(property: &str, value: &'v Value) -> Option<Cow<'v, Value>> {
    let known: &[&str] = match property {
        "kill_chain_phases" => &["kill_chain_name", "phase_name"],
        "definition" => &["statement", "tlp"],
        _ => &[],
    };
    match value {
        Value::Array(items) => {
            let kept: Vec<Cow<Value>> =
                items.iter().filter_map(|item| known_members(property, item)).collect();
            let same = kept.len() == items.len() && kept.iter().all(|item| matches!(item, Cow::Borrowed(_)));
            Some(if same {
                Cow::Borrowed(value)
            } else {
                Cow::Owned(kept.into_iter().map(Cow::into_owned).collect())
            })
        }
        Value::Object(members) => {
            let text = |(name, member): (&String, &Value)| {
                (known.contains(&name.as_str()) && member.is_string()).then(|| (name.clone(), member.clone()))
            };
            let kept: Map<String, Value> = members.iter().filter_map(text).collect();
            match (kept.is_empty(), kept.len() == members.len()) {
                (true, _) => None,
                (false, true) => Some(Cow::Borrowed(value)),
                (false, false) => Some(Cow::Owned(Value::Object(kept))),
            }
        }
        _ => Some(Cow::Borrowed(value)),
    }
}

/// Where people write card numbers, and nothing else looks like one.
fn may_hold_cards(sort: Sort) -> bool {
    use Category::*;
    match sort {
        Sort::Prose | Sort::Sources => true,
        Sort::Data(category) => matches!(
            category,
            UserAccount
                | SubscriberInfo
                | ContentData
                | TrafficData
                | Url
                | Name
                | Alias
                | BankAccount
                | Payment
                | PanTruncated
                | HostArtefact
                | Harm
                | StrContent
                | ThreatContext
                | MalwareFamily
                | AttackPattern
        ),
        _ => false,
    }
}

/// The value with every payment card number in it cut; borrowed when there is none.
fn cut_cards(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::String(text) => match without_card_numbers(text) {
            Cow::Borrowed(_) => Cow::Borrowed(value),
            Cow::Owned(cut) => Cow::Owned(Value::String(cut)),
        },
        Value::Array(items) => {
            let cut: Vec<Cow<Value>> = items.iter().map(cut_cards).collect();
            match cut.iter().any(|item| matches!(item, Cow::Owned(_))) {
                true => Cow::Owned(cut.into_iter().map(Cow::into_owned).collect()),
                false => Cow::Borrowed(value),
            }
        }
        Value::Object(members) => {
            let cut: Vec<(&String, Cow<Value>)> =
                members.iter().map(|(name, item)| (name, cut_cards(item))).collect();
            match cut.iter().any(|(_, item)| matches!(item, Cow::Owned(_))) {
                true => Cow::Owned(
                    cut.into_iter().map(|(name, item)| (name.clone(), item.into_owned())).collect(),
                ),
                false => Cow::Borrowed(value),
            }
        }
        Value::Number(number) => match without_card_numbers(&number.to_string()) {
            Cow::Borrowed(_) => Cow::Borrowed(value),
            Cow::Owned(cut) => Cow::Owned(Value::String(cut)),
        },
        Value::Null | Value::Bool(_) => Cow::Borrowed(value),
    }
}
