//! One payment that cannot be read costs no other, and accounts without an IBAN are accounts.

use std::collections::BTreeSet;

use entente_model::Kind;

use super::{Reject, Summary, read, told};

const OPEN: &str = "<?xml version=\"1.0\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>\n";
const CLOSE: &str = "</FIToFICstmrCdtTrf></Document>\n";
const PAYER: &str = "<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>";

/// A transfer with `more` inside.
fn transfer(name: &str, more: &str) -> String {
    format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>{name}</EndToEndId><TxId>{name}</TxId></PmtId>\
         <IntrBkSttlmAmt Ccy=\"EUR\">1</IntrBkSttlmAmt><IntrBkSttlmDt>2026-03-01</IntrBkSttlmDt>{PAYER}\
         <CdtrAcct><Id><IBAN>GB33BUKB20201555555555</IBAN></Id></CdtrAcct>{more}</CdtTrfTxInf>\n"
    )
}

/// A transfer to whoever `account` says.
fn paid_to(account: &str) -> String {
    format!(
        "{OPEN}<CdtTrfTxInf><PmtId><TxId>T</TxId></PmtId><IntrBkSttlmDt>2026-03-01</IntrBkSttlmDt>{PAYER}{account}\
         </CdtTrfTxInf>{CLOSE}"
    )
}

fn sums((_, rejects, summary): (BTreeSet<String>, Vec<Reject>, Summary)) -> (u64, u64, Vec<Reject>) {
    (summary.accepted, summary.rejected, rejects)
}

#[test]
fn a_malformed_payment_costs_no_other() {
    let bad = [
        ("an ampersand", "<Dbtr><Nm>A & B</Nm></Dbtr>", "not closed"),
        ("an unknown letter", "<Dbtr><Nm>A &nobody; B</Nm></Dbtr>", "write `&amp;`"),
        ("a sign", "<Dbtr><Nm>A < B</Nm></Dbtr>", "is open where"),
        ("crossed tags", "<Dbtr><Nm>A</Dbtr></Nm>", "`<Nm>` is open where `</Dbtr>` stands"),
        ("an end too many", "</Nm>", "is open where `</Nm>` stands"),
        ("an end too few", "<Dbtr><Nm>A</Nm>", "`<Dbtr>` is open where `</CdtTrfTxInf>` stands"),
        ("no letter", "<Dbtr><Nm>A<!B></Nm></Dbtr>", "not well-formed"),
    ];
    for (what, more, why) in bad {
        let malformed = transfer("BAD", more);
        let text =
            [OPEN, &transfer("A", ""), &malformed, &transfer("C", ""), &transfer("D", ""), CLOSE].concat();
        let (accepted, rejected, rejects) = sums(read(text.as_bytes()));
        assert_eq!((accepted, rejected), (3, 1), "{what}: {rejects:?}");
        let (reason, raw) = &rejects[0];
        assert!(reason.contains(why), "{what}: {reason}");
        let raw = String::from_utf8_lossy(raw);
        assert!(raw.contains(malformed.trim_end()), "{what}: the payment as it stood, {raw}");
        assert!(!raw.contains("<EndToEndId>C<"), "{what}: and no other");
        let (_, _, again) = sums(read(raw.as_bytes()));
        assert_eq!(&again[0].0, reason, "{what}: a reject stands by itself");
    }
}

#[test]
fn letters_of_another_encoding_cost_no_other() {
    let before = [OPEN, &transfer("A", "")].concat();
    let bad = transfer("B", "<Dbtr><Nm>Mller</Nm></Dbtr>");
    let (start, end) = bad.split_once("ller").expect("the name");
    let after = [&transfer("C", ""), CLOSE].concat();
    let text =
        [before.as_bytes(), start.as_bytes(), b"\xfc", b"ller", end.as_bytes(), after.as_bytes()].concat();
    let (accepted, rejected, rejects) = sums(read(&text));
    assert_eq!((accepted, rejected), (2, 1), "{rejects:?}");
}

#[test]
fn a_payment_without_an_end_costs_no_other() {
    let open = transfer("BAD", "").replace("</CdtTrfTxInf>", "");
    let text = [OPEN, &open, &transfer("A", ""), &transfer("B", ""), CLOSE].concat();
    let (accepted, rejected, rejects) = sums(read(text.as_bytes()));
    assert_eq!((accepted, rejected), (2, 1), "{rejects:?}");
    let (reason, raw) = &rejects[0];
    assert!(reason.contains("does not end before the next"), "{reason}");
    assert!(!String::from_utf8_lossy(raw).contains("<EndToEndId>A<"));
}

#[test]
fn a_payment_longer_than_any_may_be_costs_no_other() {
    let long = transfer("BAD", &format!("<RmtInf><Ustrd>{}</Ustrd></RmtInf>", "a".repeat(17 << 20)));
    let text = [OPEN, &transfer("A", ""), &long, &transfer("B", ""), CLOSE].concat();
    let (accepted, rejected, rejects) = sums(read(text.as_bytes()));
    assert_eq!((accepted, rejected), (2, 1));
    assert!(rejects[0].0.contains("longer than"), "{}", rejects[0].0);
}

#[test]
fn an_account_without_an_iban_is_an_account_of_its_bank() {
    let at = |bank: &str, number: &str| {
        paid_to(&format!(
            "<CdtrAgt><FinInstnId>{bank}</FinInstnId></CdtrAgt><CdtrAcct><Id><Othr><Id>{number}</Id></Othr></Id></CdtrAcct>"
        ))
    };
    let account = |text: &str| {
        let accounts = told(text, Kind::BankAccount).into_iter();
        let mut accounts = accounts.filter(|account| account.text("iban").is_none());
        let account = accounts.next().expect("an account");
        (account.id().to_string(), account)
    };
    let bic = "<BICFI>CHASUS33XXX</BICFI>";
    let (id, object) = account(&at(bic, "00123 4567"));
    assert_eq!(object.text("account_number"), Some("00123 4567"));
    assert_eq!((object.text("bank"), object.text("bic")), (Some("CHASUS33"), Some("CHASUS33XXX")));
    assert_eq!(
        account(&at("<BICFI>CHASUS33</BICFI>", "001234567")).0,
        id,
        "the bank and the number, however written"
    );
    let others = [
        at(bic, "001234568"),
        at("<BICFI>BOFAUS3N</BICFI>", "001234567"),
        at(
            "<ClrSysMmbId><ClrSysId><Cd>USABA</Cd></ClrSysId><MmbId>021000021</MmbId></ClrSysMmbId>",
            "001234567",
        ),
    ];
    let ids: BTreeSet<String> = others.iter().map(|text| account(text).0).chain([id]).collect();
    assert_eq!(ids.len(), 4, "another number, another bank: another account");
    let payments = told(&at(bic, "001234567"), Kind::Payment);
    assert_eq!(payments[0].text("creditor_account_ref"), Some(account(&at(bic, "001234567")).0.as_str()));
}

#[test]
fn a_number_without_its_bank_is_no_account_and_an_iban_is_one_wherever_it_stands() {
    let without = paid_to("<CdtrAcct><Id><Othr><Id>001234567</Id></Othr></Id></CdtrAcct>");
    let (accepted, rejected, rejects) = sums(read(without.as_bytes()));
    assert_eq!((accepted, rejected), (0, 1));
    assert!(rejects[0].0.contains("CdtrAgt does not say which bank"), "{}", rejects[0].0);
    let misplaced =
        paid_to("<CdtrAcct><Id><Othr><Id>GB33 BUKB 2020 1555 5555 55</Id></Othr></Id></CdtrAcct>");
    let accounts = told(&misplaced, Kind::BankAccount);
    assert!(accounts.iter().any(|account| account.text("iban") == Some("GB33BUKB20201555555555")));
}
