//! Whose what a source tells is. Agreements let a partner be told what is this organisation's own; what others told under TLP:AMBER or
//! stricter is theirs to pass on (TLP 2.0), so that somebody has to say which is which.

use std::collections::{BTreeMap, HashMap};

use entente_agreement::Originator;
use entente_store::SourceWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, AppError, Role, Viewer};
use crate::clock;

/// Longest reference to a consent, in characters.
const LONGEST_REFERENCE: usize = 500;

/// Whose sources are, as it stands at one moment; those nobody spoke of are not among them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Originators(HashMap<String, Originator>);

/// A source, and whose it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SourceView {
    /// Its name, as given when something was taken in.
    pub(crate) source: String,
    /// own, consenting or other; absent while nobody said. What others told under TLP:AMBER or stricter is passed on only when they
    /// consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) whose: Option<String>,
    /// Where its consent can be found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// Who said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) said_by: Option<String>,
    /// When (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) said_at: Option<String>,
}

/// What somebody says of a source.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceSaid {
    /// Its name.
    pub(crate) source: String,
    /// own, consenting or other.
    #[schema(value_type = String)]
    pub(crate) whose: Originator,
    /// For `consenting`: where the consent can be found, such as a letter, a message, a file number.
    #[serde(default)]
    pub(crate) reference: Option<String>,
}

impl Originators {
    /// Whose a source is; `None` when nobody said.
    pub(crate) fn of(&self, source: &str) -> Option<Originator> {
        self.0.get(source).copied()
    }
}

impl App {
    /// Whose sources are, as people said.
    pub(super) fn originators(&self) -> anyhow::Result<Originators> {
        let words = self.desk.sources()?;
        let known = words.into_iter().filter_map(|word| Some((word.source, originator(&word.whose)?)));
        Ok(Originators(known.collect()))
    }

    /// The sources the viewer sees something of that came under no agreement, and those somebody spoke of.
    pub(crate) fn sources(&self, viewer: &Viewer) -> Result<Vec<SourceView>, AppError> {
        viewer.require(Role::Administrator)?;
        let mut sources = BTreeMap::new();
        let told = self.store.compartments()?;
        let told = told.iter().filter(|one| one.agreement.is_none() && one.handling.tlp <= viewer.tlp_max);
        for compartment in told {
            sources.entry(compartment.source.clone()).or_insert(None);
        }
        for word in self.desk.sources()? {
            sources.insert(word.source.clone(), Some(word));
        }
        Ok(sources.into_iter().map(|(source, word)| view(source, word)).collect())
    }

    /// Says whose a source is. What was told on an earlier word stays told; what waited for this one is decided on again.
    pub(crate) fn say_of_source(&self, viewer: &Viewer, said: SourceSaid) -> Result<SourceView, AppError> {
        viewer.require(Role::Administrator)?;
        let reference = said.reference.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let source = said.source.trim().to_owned();
        if source.is_empty() {
            return Err(AppError::invalid("Name the source."));
        }
        if said.whose == Originator::Consenting && reference.is_none() {
            return Err(AppError::invalid(
                "Say where the consent of this source can be found (`reference`): a letter, a message, a file number.",
            ));
        }
        if reference.as_ref().is_some_and(|text| text.chars().count() > LONGEST_REFERENCE) {
            return Err(AppError::invalid(format!(
                "The reference is longer than {LONGEST_REFERENCE} characters."
            )));
        }
        let word = SourceWord {
            source: source.clone(),
            whose: said.whose.as_str().to_owned(),
            reference: reference.filter(|_| said.whose == Originator::Consenting),
            said_by: viewer.name.clone(),
            said_at: clock::now(),
        };
        self.desk.say_of_source(&word)?;
        self.news.ring();
        Ok(view(source, Some(word)))
    }
}

fn originator(word: &str) -> Option<Originator> {
    Originator::ALL.into_iter().find(|whose| whose.as_str() == word)
}

fn view(source: String, word: Option<SourceWord>) -> SourceView {
    let Some(SourceWord { whose, reference, said_by, said_at, .. }) = word else {
        return SourceView { source, whose: None, reference: None, said_by: None, said_at: None };
    };
    let (said_by, said_at) = (Some(said_by), Some(said_at.to_string()));
    SourceView { source, whose: Some(whose), reference, said_by, said_at }
}
