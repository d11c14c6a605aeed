//! Random agreements, claims and circumstances, from a seed that a failing test prints.

use std::collections::BTreeSet;

use entente_agreement::{
    AddressStep, Agreement, Approval, ApprovalMode, ApprovalWhen, Approvals, Assertion, CaseScope, Category,
    Consent, Context, Country, Epoch, Flow, Form, FreeText, LegalBasis, LegalInstrument, MayMust, MinQuality,
    Office, Originator, PassOnAnswer, PlaceStep, PurposeCode, Sector, Select, Sensitivity, SpecialCategories,
    SubjectClass, ThirdCountry, TimeStep, Transfer, Transform, Trigger,
};
use entente_model::{
    Compartment, Conditions, DataCategory, Grade, GradeScheme, Handling, PermissibleActions, Tlp,
};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::support::{NOW, at, template};

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, sides: usize) -> usize {
        (self.next() % sides as u64) as usize
    }

    /// True once in so many times.
    pub(crate) fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    pub(crate) fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Each with this chance out of eight.
    pub(crate) fn some<T: Ord + Clone>(&mut self, all: &[T], eighths: usize) -> BTreeSet<T> {
        all.iter().filter(|_| self.below(8) < eighths).cloned().collect()
    }

    fn maybe<T>(&mut self, sides: usize, value: impl FnOnce(&mut Dice) -> T) -> Option<T> {
        self.one_in(sides).then(|| value(self))
    }
}

/// A strategy for agreements that can be signed and are in force at [`NOW`].
pub(crate) fn agreements() -> impl Strategy<Value = Agreement> {
    any::<u64>().prop_map(agreement)
}

/// The first agreement from this seed on that can be signed.
pub(crate) fn agreement(seed: u64) -> Agreement {
    let mut dice = Dice::new(seed);
    loop {
        let made = attempt(&mut dice);
        if made.check().iter().all(|finding| !finding.is_error()) {
            return made;
        }
    }
}

const PLACES: [&str; 4] = ["NL", "ES", "GB", "US"];

fn attempt(dice: &mut Dice) -> Agreement {
    let mut agreement = template("company-police");
    let mut third = agreement.parties[0].clone();
    third.id = "unit".parse().expect("an id");
    agreement.parties.push(third);
    for (party, seed) in agreement.parties.iter_mut().zip(1_u8..) {
        party.sector = dice.of(Sector::ALL);
        party.jurisdiction = dice.of(&PLACES).parse::<Country>().expect("a country");
        let ed25519 = crate::support::key(seed).verifying_key();
        party.keys = vec![entente_agreement::PartyKey::Sign { id: "k1".parse().expect("an id"), ed25519 }];
    }
    agreement.case_scope = match dice.below(4) {
        0 => CaseScope::Listed(vec!["case 7".to_owned(), "it's \"8\"\\".to_owned()]),
        1 => CaseScope::Operation("lantern".to_owned()),
        _ => CaseScope::General,
    };
    agreement.purposes = PurposeCode::ALL
        .iter()
        .map(|code| entente_agreement::Purpose { code: *code, offence_codes: vec![], text: None })
        .collect();
    let flows = 1 + dice.below(3);
    agreement.flows = (0..flows).map(|number| flow(dice, &agreement.flows[0], number)).collect();
    agreement
}

fn flow(dice: &mut Dice, like: &Flow, number: usize) -> Flow {
    let mut flow = like.clone();
    flow.id = format!("flow-{number}").parse().expect("an id");
    flow.route_via = dice.maybe(6, |dice| dice.of(&["unit", "police"]).parse().expect("an id"));
    flow.trigger = if dice.one_in(2) { Trigger::RealTimePush } else { dice.of(Trigger::ALL) };
    flow.purposes = dice.some(PurposeCode::ALL, 4);
    flow.legal_basis.sender = basis(dice, &flow.legal_basis.sender);
    flow.legal_basis.recipient = basis(dice, &flow.legal_basis.recipient);
    let width = 1 + dice.below(8);
    flow.data_categories = dice.some(Category::ALL, width);
    flow.excluded_categories = if dice.one_in(2) { dice.some(Category::ALL, 1) } else { BTreeSet::new() };
    flow.data_subjects = dice.some(SubjectClass::ALL, 5);
    flow.special_categories = dice.of(SpecialCategories::ALL);
    flow.min_quality = dice.maybe(4, |dice| match dice.below(2) {
        0 => MinQuality {
            scheme: GradeScheme::Europol,
            source: dice.of(&['A', 'B', 'C', 'X']),
            information: 1 + dice.below(4) as u8,
        },
        _ => MinQuality {
            scheme: GradeScheme::Admiralty,
            source: dice.of(&['A', 'C', 'F', 'G']),
            information: 1 + dice.below(6) as u8,
        },
    });
    flow.distinguish_facts = dice.one_in(4);
    flow.free_text = if dice.one_in(4) { FreeText::Permitted } else { FreeText::Withheld };
    flow.transforms = (0..dice.below(5)).map(|_| transform(dice)).collect();
    flow.max_tlp = dice.of(&Tlp::ALL);
    flow.permissible_actions_ceiling = dice.of(&PermissibleActions::ALL);
    flow.provider_attribution = dice.of(MayMust::ALL);
    flow.transfer = dice.maybe(2, |dice| Transfer {
        footing: dice.of(ThirdCountry::ALL),
        reference: dice.maybe(2, |_| "decision 7".to_owned()),
    });
    flow.approvals = Approvals {
        mode: if dice.one_in(2) { ApprovalMode::Auto } else { dice.of(ApprovalMode::ALL) },
        when: match dice.below(3) {
            0 => ApprovalWhen::Always,
            1 => ApprovalWhen::PersonalData,
            _ => ApprovalWhen::TlpAtLeast(dice.of(&Tlp::ALL)),
        },
    };
    flow
}

fn basis(dice: &mut Dice, like: &LegalBasis) -> LegalBasis {
    let mut basis = like.clone();
    if dice.one_in(2) {
        basis.instrument = dice.of(LegalInstrument::ALL);
    }
    basis.order_ref = dice.maybe(2, |_| "order 7".to_owned());
    basis.expires_at = dice.maybe(4, |dice| dice.of(&MOMENTS.map(at)[1..]));
    basis
}

fn transform(dice: &mut Dice) -> Transform {
    let fields = [
        "ipv4-addr.value",
        "*.created",
        "file.name",
        "location.country",
        "indicator.valid_until",
        "sighting.count",
    ];
    let select = match dice.below(3) {
        0 => Select::Field(dice.of(&fields).parse().expect("a field")),
        _ => Select::Category(dice.of(Category::ALL)),
    };
    let form = match dice.below(11) {
        0 => Form::Drop,
        1 => Form::Mask,
        2 => Form::TruncateIp(dice.of(AddressStep::ALL)),
        3 => Form::GeneraliseTime(dice.of(TimeStep::ALL)),
        4 => Form::GeneralisePlace(dice.of(PlaceStep::ALL)),
        5 => Form::BandAmount,
        6 => Form::Pseudonymise(dice.of(Epoch::ALL)),
        7 => Form::TruncatePan,
        8 => Form::IbanToBank,
        9 => Form::EmailToDomain,
        _ => Form::Count,
    };
    Transform { select, form }
}

/// Before, at and after each moment that counts in an agreement from the template.
const MOMENTS: [&str; 7] = [
    "2025-12-31T23:59:59Z",
    "2026-01-01T00:00:00Z",
    "2026-11-26T11:59:59Z",
    NOW,
    "2026-11-26T12:00:01Z",
    "2027-12-31T23:59:59Z",
    "2028-01-01T00:00:00Z",
];

pub(crate) const CLASSES: [DataCategory; 6] = [
    DataCategory::ThreatIntelligence,
    DataCategory::Infrastructure,
    DataCategory::MalwareArtefact,
    DataCategory::AccountIdentifier,
    DataCategory::Financial,
    DataCategory::Identity,
];

pub(crate) fn compartment(dice: &mut Dice) -> Compartment {
    Compartment {
        source: dice.of(&["company", "sensors", "police"]).to_owned(),
        agreement: dice.maybe(4, |_| "01J0000000000000000000000B".to_owned()),
        handling: Handling {
            tlp: dice.of(&Tlp::ALL),
            pap: if dice.one_in(2) { PermissibleActions::Clear } else { dice.of(&PermissibleActions::ALL) },
            conditions: Conditions {
                no_court_use: dice.one_in(4),
                no_onward: dice.one_in(4),
                other: dice.maybe(8, |_| "not on a Sunday".to_owned()),
            },
            grade: dice
                .of(&["X4", "A1", "B2", "C3", "X1", "admiralty:A1", "admiralty:F6", "admiralty:C3"])
                .parse::<Grade>()
                .expect("a grade"),
        },
        category: dice.of(&CLASSES),
        case: dice.maybe(3, |dice| dice.of(&["case 7", "it's \"8\"\\", "lantern", "other"]).to_owned()),
    }
}

pub(crate) fn context(dice: &mut Dice) -> Context {
    let offices = [Office::Officer, Office::Prosecutor, Office::Judge, Office::Dpo];
    let mut context = Context::live(moment(dice));
    if dice.one_in(2) {
        context.trigger = dice.of(Trigger::ALL);
    }
    context.purpose = dice.maybe(2, |dice| dice.of(PurposeCode::ALL));
    context.subjects = dice.maybe(3, |dice| dice.some(SubjectClass::ALL, 1));
    context.assertion = dice.maybe(3, |dice| dice.of(Assertion::ALL));
    context.sensitivities = if dice.one_in(4) { dice.some(Sensitivity::ALL, 1) } else { BTreeSet::new() };
    context.onward = dice.maybe(2, |dice| {
        dice.of(&[PassOnAnswer::Allowed, PassOnAnswer::NeedsConsent, PassOnAnswer::Forbidden])
    });
    context.originator = dice.maybe(2, |dice| dice.of(&Originator::ALL));
    context.approvals = (0..dice.below(4))
        .map(|_| Approval { by: dice.of(&["ann", "ben", "cat"]).to_owned(), office: dice.of(&offices) })
        .collect();
    context.requested_by = dice.maybe(2, |dice| dice.of(&["ann", "ben"]).to_owned());
    context.consent =
        dice.maybe(3, |_| Consent { by: "sensors".to_owned(), reference: "letter 7".to_owned() });
    context
}

/// Mostly now, sometimes at the edges.
fn moment(dice: &mut Dice) -> Timestamp {
    if dice.one_in(3) { at(dice.of(&MOMENTS)) } else { at(NOW) }
}
