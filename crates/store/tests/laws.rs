//! Laws that hold for any batches: importing again changes nothing, order does not decide what is newest, and the
//! past is what it was.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod told;

use entente_model::{
    ClaimNo, CompartmentNo, CompartmentSet, Draft, Kind, ObjectId, Reference, Selector, Tlp,
};
use entente_store::{AsOf, Batch, Stats, Status, Store, Summary};
use proptest::prelude::*;
use serde_json::json;
use told::*;
use uuid::Uuid;

/// One thing said: which object, as of which day, who says it, how it may be handled, what it mentions.
#[derive(Clone, Debug)]
struct Said {
    object: u8,
    day: u32,
    source: &'static str,
    tlp: Tlp,
    mentions: Vec<Mention>,
}

#[derive(Clone, Debug)]
enum Mention {
    Object(u8),
    Value(u8),
    ValueById(u8),
}

const OBJECTS: u8 = 4;
const VALUES: u8 = 3;

fn object_id(object: u8) -> ObjectId {
    match object {
        // An observable that always comes under an id of its own.
        0 => ObjectId::new(Kind::DomainName, Uuid::from_u128(1)),
        _ => ObjectId::new(Kind::Malware, Uuid::from_u128(object.into())),
    }
}

fn value(no: u8) -> Selector {
    Selector::Domain(format!("{no}.example"))
}

impl Said {
    fn draft(&self) -> Draft {
        let id = object_id(self.object).to_string();
        let mut draft = match self.object {
            0 => draft(json!({"type": "domain-name", "id": id, "value": "0.example", "x_day": self.day})),
            // What a source says of an object on a day is always the same.
            _ => malware(&id, self.day, &format!("{} on {} by {}", self.object, self.day, self.source)),
        };
        if self.object == 0 {
            draft.canonical = Some(value(0).id());
        }
        self.mentions.iter().fold(draft.under(self.tlp), |draft, mention| match mention {
            Mention::Object(no) => draft.linked("uses", Reference::Id(object_id(*no))),
            Mention::Value(no) => draft.linked("uses", Reference::Selector(value(*no))),
            Mention::ValueById(no) => draft.linked("uses", Reference::Id(value(*no).id())),
        })
    }
}

fn mention() -> impl Strategy<Value = Mention> {
    prop_oneof![
        (0..OBJECTS).prop_map(Mention::Object),
        (0..VALUES).prop_map(Mention::Value),
        (0..VALUES).prop_map(Mention::ValueById),
    ]
}

fn said() -> impl Strategy<Value = Said> {
    let source = prop_oneof![Just("a"), Just("b")];
    let tlp = prop_oneof![Just(Tlp::Clear), Just(Tlp::Red)];
    (0..OBJECTS, 1..6_u32, source, tlp, prop::collection::vec(mention(), 0..3))
        .prop_map(|(object, day, source, tlp, mentions)| Said { object, day, source, tlp, mentions })
}

fn batches() -> impl Strategy<Value = Vec<Vec<Said>>> {
    prop::collection::vec(prop::collection::vec(said(), 1..5), 1..6)
}

fn commit(store: &Store, batches: &[Vec<Said>]) -> Vec<Status> {
    each_batch(batches, |batch| store.commit(batch).unwrap().statuses)
}

/// Each list is one batch a source.
fn each_batch(batches: &[Vec<Said>], mut take: impl FnMut(Batch) -> Vec<Status>) -> Vec<Status> {
    let mut statuses = Vec::new();
    for (no, all) in batches.iter().enumerate() {
        for source in ["a", "b"] {
            let drafts = all.iter().filter(|said| said.source == source).map(Said::draft).collect();
            statuses.extend(take(batch_at(source, drafts, no as i64)));
        }
    }
    statuses
}

/// All that a viewer sees, by id: vertex numbers are the store's own affair.
fn picture(store: &Store, viewer: &CompartmentSet, as_of: AsOf) -> (Stats, Vec<Option<(Summary, String)>>) {
    let view = store.view(viewer, as_of).unwrap();
    let ids = (0..OBJECTS).map(object_id).chain((0..VALUES).map(|no| value(no).id()));
    let seen = ids.map(|id| {
        let vertex = view.vertex(&id).unwrap()?;
        let mut summary = view.summary(vertex).unwrap().unwrap();
        summary.vertex.0 = 0;
        let claims: Vec<_> =
            view.claims_of(vertex).unwrap().iter().map(|claim| (claim.no, claim.current)).collect();
        let object =
            view.object(vertex).unwrap().map(|object| String::from_utf8(object.canonical()).unwrap());
        Some((summary, format!("{object:?} {claims:?}")))
    });
    let seen = seen.collect();
    (view.stats().unwrap(), seen)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn importing_again_changes_nothing(batches in batches()) {
        // Handling that changes back and forth is news each time, so a source keeps to one here.
        let mut batches = batches;
        batches.iter_mut().flatten().for_each(|said| said.tlp = Tlp::Green);
        let (_folder, store) = open();
        commit(&store, &batches);
        let before = (store.extent().unwrap(), picture(&store, &CompartmentSet::all(), AsOf::Now));
        let again = commit(&store, &batches);
        prop_assert!(again.iter().all(|status| *status == Status::Unchanged), "{:?}", again);
        prop_assert_eq!((store.extent().unwrap(), picture(&store, &CompartmentSet::all(), AsOf::Now)), before);
        store.verify().unwrap();
    }

    #[test]
    fn a_rehearsal_answers_as_the_commits_would(batches in batches(), known in 0..6_usize) {
        let (_folder, store) = open();
        let known = known.min(batches.len());
        commit(&store, &batches[..known]);
        let before = (store.extent().unwrap(), picture(&store, &CompartmentSet::all(), AsOf::Now));
        let mut rehearsal = store.rehearse().unwrap();
        let rehearsed = each_batch(&batches[known..], |batch| rehearsal.take(&batch.into()).unwrap().statuses);
        prop_assert_eq!((store.extent().unwrap(), picture(&store, &CompartmentSet::all(), AsOf::Now)), before);
        prop_assert_eq!(rehearsed, commit(&store, &batches[known..]));
    }

    #[test]
    fn order_does_not_decide_what_is_newest(
        (batches, shuffled) in batches().prop_flat_map(|batches| {
            let flat: Vec<Said> = batches.iter().flatten().cloned().collect();
            (Just(batches), Just(flat).prop_shuffle())
        })
    ) {
        let (_one, first) = open();
        let (_two, second) = open();
        commit(&first, &batches);
        commit(&second, &shuffled.into_iter().map(|said| vec![said]).collect::<Vec<_>>());
        // Object 0 has no versions, so there the last word counts, whoever has it.
        for object in 1..OBJECTS {
            let id = object_id(object).to_string();
            let newest = |store: &Store| {
                let name = name(store, &id, AsOf::Now)?;
                Some(name.split(" by ").next().unwrap_or("").to_owned())
            };
            prop_assert_eq!(newest(&first), newest(&second));
        }
        second.verify().unwrap();
    }

    #[test]
    fn the_past_is_what_it_was(batches in batches(), viewer in prop::collection::vec(0..6_u16, 0..4)) {
        let (_folder, store) = open();
        commit(&store, &batches);
        let some: CompartmentSet = viewer.into_iter().map(CompartmentNo).collect();
        for length in 0..=batches.len() {
            let (_folder, then) = open();
            commit(&then, &batches[..length]);
            let last = then.extent().unwrap().claims_end.0 - 1;
            for viewer in [&some, &CompartmentSet::all()] {
                let past = picture(&store, viewer, AsOf::Claim(ClaimNo(last)));
                prop_assert_eq!(&past, &picture(&then, viewer, AsOf::Now));
                if length > 0 {
                    let second = jiff::Timestamp::from_second(length as i64 - 1).unwrap();
                    prop_assert_eq!(&past, &picture(&store, viewer, AsOf::Time(second)));
                }
            }
        }
    }
}
