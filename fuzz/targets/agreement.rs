//! Agreements, acts and notices as a partner may send them: what reads as an agreement says the same when it is written and read again,
//! has findings and clauses, and, when it can be signed, a policy in each direction.
#![no_main]

use std::sync::LazyLock;

use entente_agreement::{
    Agreement, Party, PartyId, PartyKey, Policy, SecretKey, SignedAgreement, SignedNotice, SignedReceipt,
    Standing, StandingAct, Template,
};

/// Parties that are compiled for; an agreement may have thousands.
const PARTIES: usize = 4;

static KNOWN: LazyLock<Agreement> = LazyLock::new(|| Template::ALL[0].agreement());

fn key(seed: u8) -> SecretKey {
    SecretKey::new(format!("k{seed}").parse().expect("an id"), &[seed; 32])
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(act) = serde_json::from_slice::<StandingAct>(bytes) {
        assert!(act.verify(&KNOWN).is_err(), "nobody signed it");
    }
    let _ = serde_json::from_slice::<SignedNotice>(bytes).map(|notice| notice.verify(&KNOWN));
    let _ = serde_json::from_slice::<SignedReceipt>(bytes);
    if let Ok(signed) = serde_json::from_slice::<SignedAgreement>(bytes) {
        let _ = signed.verify();
    }
    if let Ok(agreement) = serde_json::from_slice::<Agreement>(bytes) {
        weigh(agreement);
    }
});

fn weigh(mut agreement: Agreement) {
    let again: Agreement = serde_json::from_str(&agreement.canonical()).expect("its own JSON");
    assert_eq!(again.hash(), agreement.hash(), "it is the same when it is read again");
    agreement.check();
    agreement.clauses();
    let keys: Vec<SecretKey> = (1..).take(agreement.parties.len().min(PARTIES)).map(key).collect();
    for (party, key) in agreement.parties.iter_mut().zip(&keys) {
        party.keys = vec![PartyKey::Sign { id: key.id().clone(), ed25519: key.verifying_key() }];
    }
    let parties: Vec<PartyId> = agreement.parties.iter().map(|party: &Party| party.id.clone()).collect();
    let now = agreement.valid_from;
    let mut signed = SignedAgreement::draft(agreement);
    if !parties.iter().zip(&keys).all(|(party, key)| signed.sign(party, key).is_ok()) {
        return;
    }
    if let Ok(Standing::InForce(in_force)) = signed.standing(&[], None, now) {
        for me in parties.iter().take(PARTIES) {
            for partner in parties.iter().take(PARTIES).filter(|partner| *partner != me) {
                let policy = Policy::compile(&in_force, me, partner);
                policy.expect("what can be signed can be executed").text();
            }
        }
    }
}
