//! Every vocabulary by its name, for a form that offers its words and says what each is called in a sentence.

use serde::Serialize;

use super::*;

/// A word as it stands in the document, and what it is called in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Word {
    /// The word.
    pub word: &'static str,
    /// Its phrase.
    pub phrase: &'static str,
}

macro_rules! vocabularies {
    ($( $name:literal = $kind:ident; )*) => {
        vec![ $( ($name, $kind::ALL.iter().map(|one| Word { word: one.as_str(), phrase: one.phrase() }).collect()), )* ]
    };
}

/// Every vocabulary that stands in the document, under the name of the member that holds its words.
pub fn vocabularies() -> Vec<(&'static str, Vec<Word>)> {
    vocabularies! {
        "instrument_type" = InstrumentType;
        "legal_effect" = LegalEffect;
        "role" = PartyRole;
        "sector" = Sector;
        "data_protection_role" = DataProtectionRole;
        "regime" = Regime;
        "purpose" = PurposeCode;
        "confidentiality_of_agreement" = Confidentiality;
        "renewal" = RenewalKind;
        "costs" = Costs;
        "publicity" = Publicity;
        "admissibility" = Admissibility;
        "trigger" = Trigger;
        "instrument" = LegalInstrument;
        "data_subject" = SubjectClass;
        "special_categories" = SpecialCategories;
        "free_text" = FreeText;
        "may_must" = MayMust;
        "onward" = OnwardAllowed;
        "third_country" = ThirdCountry;
        "use_rule" = UseRule;
        "retention_start" = RetentionStart;
        "on_end" = OnEnd;
        "approval" = ApprovalMode;
        "epoch" = Epoch;
        "time_step" = TimeStep;
        "place_step" = PlaceStep;
        "address_step" = AddressStep;
        "data_category" = Category;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_phrase_and_stands_once_in_its_vocabulary() {
        for (name, words) in vocabularies() {
            assert!(!words.is_empty() && words.iter().all(|word| !word.phrase.is_empty()), "{name}");
            let mut spelled: Vec<&str> = words.iter().map(|word| word.word).collect();
            spelled.sort_unstable();
            spelled.dedup();
            assert_eq!(spelled.len(), words.len(), "{name}");
        }
    }
}
