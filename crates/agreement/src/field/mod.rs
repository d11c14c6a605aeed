//! What every field of every kind of object is. Declared once; what is not declared does not leave.

mod domain;
mod observable;
mod other;

use entente_model::{Kind, KindFamily};

use crate::{Category, SubjectClass};

/// What a field of a kind of object is, and so under which conditions it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    property: &'static str,
    sort: Sort,
    required: bool,
    searchable: bool,
}

/// What sort of field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Makes the object an object: its type, its id, the version of the standard.
    Frame,
    /// Says nothing about a person or a case: a word of a vocabulary, a number, a time. Leaves with the object.
    Plain,
    /// Data of a category. Leaves when the flow covers the category, in the form the flow says.
    Data(Category),
    /// Free text. Leaves when the flow lets free text leave.
    Prose,
    /// Names other objects. Leaves as these do.
    Reference,
    /// Names who made the object. Leaves when that identity leaves as it is.
    Attribution,
    /// Names markings. Replaced by those it leaves under.
    Markings,
    /// References to documents and catalogues. Entries of public catalogues leave, others are free text.
    Sources,
    /// A detection pattern. Leaves when every value in it leaves, in the form that leaves in.
    Pattern,
    /// Extensions by name. Each is declared as `extensions.` and its name.
    Extensions,
    /// Never leaves under any flow.
    Never,
}

impl Declaration {
    const fn new(property: &'static str, sort: Sort) -> Declaration {
        Declaration { property, sort, required: false, searchable: false }
    }

    const fn required(mut self) -> Declaration {
        self.required = true;
        self
    }

    const fn searchable(mut self) -> Declaration {
        self.searchable = true;
        self
    }

    /// The property.
    pub fn property(&self) -> &'static str {
        self.property
    }

    /// What sort of field it is.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// True when an object of the kind is none without it.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// True when it may be returned to a partner at all.
    pub fn is_returnable(&self) -> bool {
        self.sort != Sort::Never
    }

    /// True when a partner may search by it, where it is also returned to them as it is. Searching by what is hidden
    /// would tell it.
    pub fn is_searchable(&self) -> bool {
        self.searchable
    }

    /// Whom the field is about when nobody said; none where it is about no person.
    pub fn subject(&self) -> Option<SubjectClass> {
        match self.sort {
            Sort::Data(category) => category.subject(),
            _ => None,
        }
    }
}

const fn plain(property: &'static str) -> Declaration {
    Declaration::new(property, Sort::Plain)
}

const fn data(property: &'static str, category: Category) -> Declaration {
    Declaration::new(property, Sort::Data(category))
}

const fn prose(property: &'static str) -> Declaration {
    Declaration::new(property, Sort::Prose)
}

const fn reference(property: &'static str) -> Declaration {
    Declaration::new(property, Sort::Reference)
}

const fn never(property: &'static str) -> Declaration {
    Declaration::new(property, Sort::Never)
}

/// What every object has.
const EVERY: &[Declaration] = &[
    Declaration::new("type", Sort::Frame).required(),
    Declaration::new("id", Sort::Frame).required().searchable(),
    Declaration::new("spec_version", Sort::Frame).searchable(),
    Declaration::new("object_marking_refs", Sort::Markings),
    Declaration::new("granular_markings", Sort::Markings),
    Declaration::new("extensions", Sort::Extensions),
];

/// What objects with an author and versions have besides.
const AUTHORED: &[Declaration] = &[
    Declaration::new("created_by_ref", Sort::Attribution),
    plain("created").required().searchable(),
    plain("modified").required().searchable(),
    plain("revoked"),
    prose("labels"),
    plain("confidence"),
    plain("lang"),
    Declaration::new("external_references", Sort::Sources),
    // How the readers of MISP keep what STIX has no property for.
    prose("x_misp_comment"),
    prose("x_misp_description"),
    prose("x_misp_meta"),
    prose("x_misp_related"),
    plain("x_misp_event_date"),
    plain("x_misp_version"),
    never("x_misp_author_ref"),
    never("x_misp_extends_uuid"),
    never("x_misp_data"),
    never("x_misp_url"),
    never("x_misp_filename"),
];

/// What observables have besides.
const OBSERVED: &[Declaration] = &[
    plain("defanged"),
    never("x_misp_data"),
    never("x_misp_url"),
    never("x_misp_filename"),
    never("x_misp_comment"),
];

/// What a kind declares of its own, and of which properties at least one has to be there.
pub(crate) struct Declared {
    kind: &'static str,
    own: &'static [Declaration],
    /// What an object of the kind tells by being there, even without any field: that somebody wrote to somebody, that
    /// something was seen. It leaves only when this category does.
    pub(crate) tells: Option<Category>,
    /// Each is a set of properties that together make the object one of its kind.
    pub(crate) any_of: &'static [&'static [&'static str]],
}

const fn kind(kind: &'static str, own: &'static [Declaration]) -> Declared {
    Declared { kind, own, tells: None, any_of: &[] }
}

impl Declared {
    const fn tells(mut self, category: Category) -> Declared {
        self.tells = Some(category);
        self
    }

    const fn any_of(mut self, any_of: &'static [&'static [&'static str]]) -> Declared {
        self.any_of = any_of;
        self
    }

    /// The kind's name.
    pub(crate) fn name(&self) -> &'static str {
        self.kind
    }
}

/// Every kind that can leave at all.
pub(crate) fn declared() -> impl Iterator<Item = &'static Declared> {
    [domain::KINDS, observable::KINDS, other::KINDS].into_iter().flatten()
}

/// What every field of a kind is; nothing for a kind nobody declared, which therefore never leaves.
pub fn declarations(kind: &Kind) -> Vec<&'static Declaration> {
    let Some(found) = declared().find(|declared| declared.kind == kind.as_str()) else { return Vec::new() };
    let shared = match kind.family() {
        KindFamily::Observable => OBSERVED,
        KindFamily::Domain | KindFamily::Relationship | KindFamily::Meta => AUTHORED,
    };
    // A kind's own declaration goes before one it shares.
    let mut all: Vec<&'static Declaration> = Vec::new();
    for declaration in found.own.iter().chain(shared).chain(EVERY) {
        if !all.iter().any(|earlier| earlier.property == declaration.property) {
            all.push(declaration);
        }
    }
    all
}

/// What a field is; none for a field nobody declared, which therefore never leaves.
pub fn declaration(kind: &Kind, property: &str) -> Option<&'static Declaration> {
    declarations(kind).into_iter().find(|declaration| declaration.property == property)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every property STIX 2.1 gives each type (parts 3 to 7 of the standard), and those of Entente's own types.
    const STANDARD: &str = include_str!("stix-2.1-properties.txt");

    fn standard() -> impl Iterator<Item = (Kind, Vec<&'static str>)> {
        STANDARD.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let (kind, properties) = line.split_once(": ")?;
            Some((Kind::from_name(kind), properties.split_whitespace().collect()))
        })
    }

    #[test]
    fn every_kind_and_field_has_an_entry() {
        let listed: Vec<Kind> = standard().map(|(kind, _)| kind).collect();
        for kind in Kind::KNOWN {
            assert!(listed.contains(kind), "`{kind}` is not in stix-2.1-properties.txt");
        }
        for (kind, properties) in standard() {
            for property in properties {
                assert!(declaration(&kind, property).is_some(), "`{kind}.{property}` is not declared");
            }
        }
    }

    #[test]
    fn what_nobody_declared_is_no_field() {
        assert!(declarations(&Kind::from_name("x-acme-person")).is_empty());
        assert!(declaration(&Kind::Malware, "x_acme_victim").is_none());
    }

    /// An object whose references alone say something must not leave for want of a field that is withheld.
    #[test]
    fn what_refers_tells_something() {
        for declared in declared() {
            let refers = declared.own.iter().any(|field| field.sort == Sort::Reference);
            let data =
                |field: &Declaration| field.required && matches!(field.sort, Sort::Data(_) | Sort::Prose);
            let named = |together: &&[&str]| {
                together.iter().any(|name| {
                    declared
                        .own
                        .iter()
                        .any(|field| field.property == *name && matches!(field.sort, Sort::Data(_)))
                })
            };
            let each = !declared.any_of.is_empty() && declared.any_of.iter().all(named);
            let governed = declared.tells.is_some() || each || declared.own.iter().any(data);
            assert!(!refers || governed, "`{}` could leave as mere references", declared.kind);
        }
    }

    #[test]
    fn no_kind_is_declared_twice() {
        let names: Vec<_> = declared().map(Declared::name).collect();
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(names.len(), distinct.len());
    }

    #[test]
    fn a_required_alternative_is_declared() {
        for declared in declared() {
            for property in declared.any_of.iter().copied().flatten() {
                let kind = Kind::from_name(declared.name());
                assert!(declaration(&kind, property).is_some(), "{kind}.{property}");
            }
        }
    }

    /// What may be searched by is never more than what may be returned.
    #[test]
    fn what_is_hidden_is_not_searched() {
        for declared in declared() {
            for field in declarations(&Kind::from_name(declared.name())) {
                assert!(
                    field.is_returnable() || !field.is_searchable(),
                    "{}.{}",
                    declared.name(),
                    field.property()
                );
            }
        }
    }
}
