//! In which form each field leaves, decided once a flow.

mod luhn;
mod pattern;
mod pseudonym;
mod value;

use std::collections::{BTreeSet, HashMap};

use entente_model::{DataCategory, Kind};

use crate::field::{Declared, declared};
use crate::{
    Category, ClauseId, Declaration, Epoch, Flow, Form, FreeText, Party, PlaceStep, Select, Sensitivity,
    Sort, SpecialCategories, SubjectClass, declarations,
};
pub(crate) use luhn::without_card_numbers;
pub(crate) use pattern::{Judge, Side, rewrite_pattern};
pub use pseudonym::PseudonymKey;
pub(crate) use pseudonym::epoch_name;
pub(crate) use value::{Place, Shaped, shape};

/// In which form every field of every kind leaves by one flow.
#[derive(Debug)]
pub(crate) struct Sieve {
    kinds: HashMap<Kind, KindSieve>,
    changing: BTreeSet<DataCategory>,
    /// Some kind can leave in another form, so that what refers to many objects may not keep its id.
    pub(crate) rewrites: bool,
    pub(crate) free_text: bool,
    special: SpecialCategories,
    /// The recipient may know that suspicious transactions were reported.
    reports: bool,
    subjects: BTreeSet<SubjectClass>,
    clauses: Clauses,
}

/// The fields of one kind.
#[derive(Debug)]
pub(crate) struct KindSieve {
    pub(crate) fields: HashMap<&'static str, Field>,
    pub(crate) any_of: &'static [&'static [&'static str]],
    /// The clause by which nothing of the kind leaves, whatever its fields.
    pub(crate) barred: Option<ClauseId>,
    /// Some data of the kind leaves in another form than it has, or not at all.
    pub(crate) changes: bool,
    /// How long pseudonyms in it stay the same, the shortest.
    pub(crate) epoch: Epoch,
}

/// How one field leaves.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) declaration: &'static Declaration,
    pub(crate) treatment: Treatment,
    pub(crate) clause: ClauseId,
    /// The class of persons it would be about when nobody said, where the flow does not name that class.
    pub(crate) other_subject: Option<SubjectClass>,
}

/// What is done with a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Treatment {
    /// It leaves as it is.
    Keep,
    /// It leaves in another form.
    Change(Form),
    /// It does not leave.
    Drop,
    /// As its sort says: references, markings, sources, pattern, extensions.
    BySort,
}

/// The clauses that fields are decided by.
#[derive(Debug)]
struct Clauses {
    categories: ClauseId,
    subjects: ClauseId,
    transforms: ClauseId,
    free_text: ClauseId,
    fields: ClauseId,
    special: ClauseId,
}

impl Sieve {
    pub(crate) fn new(flow: &Flow, recipient: &Party) -> Sieve {
        let mut sieve = Sieve {
            kinds: HashMap::new(),
            changing: BTreeSet::new(),
            rewrites: false,
            free_text: flow.free_text == FreeText::Permitted,
            special: flow.special_categories,
            reports: recipient.sector.may_know_of_reports(),
            subjects: flow.data_subjects.clone(),
            clauses: Clauses {
                categories: ClauseId::of_flow(&flow.id, "data_categories"),
                subjects: ClauseId::of_flow(&flow.id, "data_subjects"),
                transforms: ClauseId::of_flow(&flow.id, "transforms"),
                free_text: ClauseId::of_flow(&flow.id, "free_text"),
                fields: ClauseId::new("agreement/fields"),
                special: ClauseId::of_flow(&flow.id, "special_categories"),
            },
        };
        for declared in declared() {
            let kind = Kind::from_name(declared.name());
            let fields = sieve.fields(flow, recipient, &kind, declared);
            sieve.rewrites |= fields.changes && fields.can_leave();
            if fields.changes {
                sieve.changing.insert(DataCategory::of(&kind));
            }
            sieve.kinds.insert(kind, fields);
        }
        sieve
    }

    /// The fields of a kind; none for a kind nobody declared.
    pub(crate) fn kind(&self, kind: &Kind) -> Option<&KindSieve> {
        self.kinds.get(kind)
    }

    /// True when something of this class leaves in another form than it has.
    pub(crate) fn changes(&self, class: DataCategory) -> bool {
        self.changing.contains(&class)
    }

    /// True when the flow may tell of persons of this class.
    pub(crate) fn names_subject(&self, subject: SubjectClass) -> bool {
        self.subjects.contains(&subject)
    }

    /// The clause by which what is marked as of this sort stays; none when it leaves. A special category leaves where the flow lets it
    /// and a person has said that it is strictly necessary.
    pub(crate) fn bars(&self, sort: Sensitivity, approved: bool) -> Option<ClauseId> {
        match sort {
            Sensitivity::SpecialCategory => {
                let leaves = self.special == SpecialCategories::StrictlyNecessary && approved;
                (!leaves).then(|| self.clauses.special.clone())
            }
            Sensitivity::SuspiciousTransactionReport if self.reports => None,
            sort => Some(ClauseId::new(&format!("law/{sort}"))),
        }
    }

    /// The clause by which fields nobody declared stay.
    pub(crate) fn undeclared(&self) -> &ClauseId {
        &self.clauses.fields
    }

    /// The clause by which free text stays.
    pub(crate) fn no_free_text(&self) -> &ClauseId {
        &self.clauses.free_text
    }

    /// The clause by which data about other persons stays.
    pub(crate) fn other_subjects(&self) -> &ClauseId {
        &self.clauses.subjects
    }

    fn fields(&self, flow: &Flow, recipient: &Party, kind: &Kind, declared: &Declared) -> KindSieve {
        let declarations = declarations(kind);
        let fields =
            declarations.iter().map(|field| (field.property(), self.field(flow, recipient, kind, field)));
        let fields: HashMap<_, _> = fields.collect();
        let epochs = fields.values().filter_map(|field: &Field| match field.treatment {
            Treatment::Change(Form::Pseudonymise(epoch)) => Some(epoch),
            _ => None,
        });
        let epoch = epochs.max().unwrap_or(Epoch::Agreement);
        let changes = fields.values().any(Field::changes);
        let barred = declared.tells.and_then(|category| refusal(flow, recipient, category));
        KindSieve { fields, any_of: declared.any_of, barred, changes, epoch }
    }

    fn field(&self, flow: &Flow, recipient: &Party, kind: &Kind, field: &'static Declaration) -> Field {
        let (treatment, clause) = self.treatment(flow, recipient, kind, field);
        let subject = field.subject().filter(|subject| !flow.data_subjects.contains(subject));
        Field { declaration: field, treatment, clause, other_subject: subject }
    }

    fn treatment(
        &self,
        flow: &Flow,
        recipient: &Party,
        kind: &Kind,
        field: &Declaration,
    ) -> (Treatment, ClauseId) {
        let clauses = &self.clauses;
        let rule = transform(flow, kind, field);
        let shaped = |otherwise: Treatment| match &rule {
            Some(Form::Drop) => Treatment::Drop,
            Some(form) => Treatment::Change(form.clone()),
            None => otherwise,
        };
        let by_rule = |otherwise: Treatment| (shaped(otherwise), clauses.transforms.clone());
        match field.sort() {
            Sort::Never => (Treatment::Drop, clauses.fields.clone()),
            Sort::Frame => (Treatment::Keep, clauses.fields.clone()),
            Sort::Plain => by_rule(Treatment::Keep),
            Sort::Data(category) => match refusal(flow, recipient, category) {
                Some(clause) => (Treatment::Drop, clause),
                None => by_rule(Treatment::Keep),
            },
            Sort::Prose if !self.free_text => (Treatment::Drop, clauses.free_text.clone()),
            Sort::Prose => by_rule(Treatment::Keep),
            Sort::Pattern if !flow.covers(Category::DetectionPattern) => {
                (Treatment::Drop, clauses.categories.clone())
            }
            Sort::Markings => (Treatment::BySort, clauses.transforms.clone()),
            // What these hold has forms of its own, so any rule about the whole takes it away.
            Sort::Reference | Sort::Attribution | Sort::Sources | Sort::Pattern | Sort::Extensions => {
                let treatment = if rule.is_some() { Treatment::Drop } else { Treatment::BySort };
                (treatment, clauses.transforms.clone())
            }
        }
    }
}

/// The clause by which a category stays with the sender; none when it leaves.
fn refusal(flow: &Flow, recipient: &Party, category: Category) -> Option<ClauseId> {
    let bases = [&flow.legal_basis.sender, &flow.legal_basis.recipient];
    if category == Category::ContentData && bases.iter().any(|basis| basis.instrument.excludes_content()) {
        return Some(ClauseId::new("law/content_data"));
    }
    let about_reports = matches!(category, Category::StrExistence | Category::StrContent);
    if about_reports && !recipient.sector.may_know_of_reports() {
        return Some(ClauseId::new("law/suspicious_transaction_report"));
    }
    if category.is_never_disclosed() {
        return Some(ClauseId::new(&format!("law/{category}")));
    }
    (!flow.covers(category)).then(|| ClauseId::of_flow(&flow.id, "data_categories"))
}

/// The form the flow's rules give a field: one about the field itself goes before one about its category.
fn transform(flow: &Flow, kind: &Kind, field: &Declaration) -> Option<Form> {
    let property = field.property();
    let own = flow.transforms.iter().find(|rule| match &rule.select {
        Select::Field(name) => name.is(kind.as_str(), property),
        Select::Category(_) => false,
    });
    let general = flow.transforms.iter().find(|rule| match (&rule.select, field.sort()) {
        (Select::Category(category), Sort::Data(own)) => *category == own,
        (Select::Category(category), Sort::Pattern) => *category == Category::DetectionPattern,
        // A place that leaves as a region leaves without its country too.
        (Select::Category(Category::PostalAddress), _) => {
            rule.form == Form::GeneralisePlace(PlaceStep::Region)
                && *kind == Kind::Location
                && property == "country"
        }
        _ => false,
    });
    own.or(general).map(|rule| rule.form.clone())
}

impl KindSieve {
    /// True when nothing the kind needs is always withheld.
    fn can_leave(&self) -> bool {
        let stays = |field: &&Field| field.declaration.is_required() && field.treatment == Treatment::Drop;
        self.barred.is_none() && !self.fields.values().any(|field| stays(&field))
    }
}

impl Field {
    fn changes(&self) -> bool {
        let data = matches!(self.declaration.sort(), Sort::Data(_) | Sort::Pattern | Sort::Plain);
        data && (self.other_subject.is_some()
            || matches!(self.treatment, Treatment::Drop | Treatment::Change(_)))
    }
}
