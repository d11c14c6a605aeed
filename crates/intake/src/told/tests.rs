//! Each format by a small file written for the project: what it ties, one bad record among good ones, cut anywhere.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use entente_model::{Atlas, Handling, Kind, Tlp};

use crate::{Intake, Limits, Outcome, Settings, Summary};

mod accounts;
mod mail;
mod pacs;
mod sinkhole;
mod tables;

/// A file, what it ties, and how often a record in it is bad.
struct Case {
    name: &'static str,
    text: &'static str,
    ties: &'static [&'static str],
    bad: u64,
}

const CASES: &[Case] = &[
    Case {
        name: "scan",
        text: r#"{"timestamp":"2026-03-01T00:00:00Z","ip":"192.0.2.7","port":443,"hostnames":["Shop.Example"],"tls":{"cert_sha256":"8b9ea3f189c976474876e12c3b2b6614b2cd3963438d3ed3df1dc0aa40de68c0","spki_sha256":"C94F","jarm":"dfe7"},"ssh":{"host_key":"SHA256:ab"},"http":{"trackers":["ua-1-1"]}}
{"timestamp":"2026-03-01T00:00:00Z","ip":"192.0.2.900","port":443}
{"timestamp":"2026-03-01T00:00:00Z","ip":"192.0.2.8","port":22,"http":{"favicon":"-12"}}
"#,
        ties: &[
            "shop.example resolves-to 192.0.2.7",
            "192.0.2.7 presents 8b9ea3f189c976474876e12c3b2b6614b2cd3963438d3ed3df1dc0aa40de68c0",
            "shop.example presents 8b9ea3f189c976474876e12c3b2b6614b2cd3963438d3ed3df1dc0aa40de68c0",
            "8b9ea3f189c976474876e12c3b2b6614b2cd3963438d3ed3df1dc0aa40de68c0 has-fingerprint c94f",
            "192.0.2.7 has-fingerprint dfe7",
            "192.0.2.7 has-fingerprint SHA256:ab",
            "shop.example has-fingerprint UA-1-1",
            "192.0.2.8 has-fingerprint -12",
        ],
        bad: 1,
    },
    Case {
        name: "passive DNS",
        text: r#"{"rrname":"a.example.","rrtype":"A","rdata":["192.0.2.7","192.0.2.8"],"time_first":1772323200,"time_last":1772323300,"count":2}
{"rrname":"a.example","rrtype":"NS","rdata":"ns1.host.example","zone_time_first":1772323200,"zone_time_last":1772323200}
{"rrname":"a.example","rrtype":"A","rdata":"192.0.2.9","time_first":1772323200,"time_last":1}
{"rrname":"a.example","rrtype":"TXT","rdata":"v=spf1","time_first":1772323200,"time_last":1772323200}
"#,
        ties: &[
            "a.example resolves-to 192.0.2.7",
            "a.example resolves-to 192.0.2.8",
            "a.example uses-name-server ns1.host.example",
        ],
        bad: 1,
    },
    Case {
        name: "RDAP",
        text: r#"{"objectClassName":"domain","ldhName":"A.example","events":[{"eventAction":"registration","eventDate":"2026-03-01T00:00:00Z"}],"nameservers":[{"objectClassName":"nameserver","ldhName":"ns1.host.example"}],"entities":[{"roles":["registrant"],"vcardArray":["vcard",[["fn",{},"text","Rosa Wendland"],["email",{},"text","rosa@mail.example"],["tel",{},"uri","tel:+999673103563"]]]},{"roles":["registrar"],"vcardArray":["vcard",[["email",{},"text","desk@registrar.example"]]]}]}
{"objectClassName":"domain","ldhName":"b.example","entities":[{"roles":["registrant"],"vcardArray":["vcard",[["email",{},"text","no address"]]]}]}
{"objectClassName":"nameserver","ldhName":"ns1.host.example"}
"#,
        ties: &[
            "a.example uses-name-server ns1.host.example",
            "a.example registered-by rosa@mail.example",
            "a.example registered-by +999673103563",
        ],
        bad: 1,
    },
    Case {
        name: "X-ARF",
        text: r#"{"xarf_version":"4.2.0","report_id":"93196bec-36f4-49cb-b61a-27bd97ff3537","timestamp":"2026-03-01T00:00:00Z","source_identifier":"192.0.2.7","category":"infrastructure","type":"botnet","malware_family":"Marl","c2_server":"c2.example"}
{"xarf_version":"4.2.0","report_id":"93196bec-36f4-49cb-b61a-27bd97ff3538","timestamp":"2026-03-01T00:00:00Z","source_identifier":"192.0.2.8","category":"content","type":"phishing","url":"https://c2.example/login"}
{"xarf_version":"4.2.0","report_id":"93196bec-36f4-49cb-b61a-27bd97ff3539","source_identifier":"192.0.2.8","category":"content"}
"#,
        ties: &[
            "192.0.2.7 communicates-with c2.example",
            "192.0.2.7 infected-by Marl",
            "observed-data object 192.0.2.8",
            "observed-data object https://c2.example/login",
        ],
        bad: 1,
    },
    Case {
        name: "victims' reports",
        text: r#"{"report_id":"r1","reported":"2026-03-07T04:34:41Z","incident_time":"2026-03-06T16:04:23Z","report_type":"phishing","victim":{"name":"Nobody Known","age":68,"phone":"+999494446057"},"subjects":[{"type":"url","value":"hxxps://bank[.]example/login"},{"type":"iban","value":"DE89 3704 0044 0532 0130 00"},{"type":"phone","value":"+999 639 395 48"}]}
{"report_id":"r2","reported":"2026-03-07T04:34:41Z","report_type":"phishing","subjects":[{"type":"horoscope","value":"Leo"}]}
{"report_id":"r3","reported":"2026-03-07T04:34:41Z","report_type":"phishing","subjects":[]}
"#,
        ties: &[
            "victim-report subject https://bank.example/login",
            "victim-report subject DE89370400440532013000",
            "victim-report subject +99963939548",
        ],
        bad: 2,
    },
    Case {
        name: "sinkhole",
        text: "timestamp,severity,ip,protocol,port,asn,geo,infection,family,dst_ip,dst_port,dst_hostname
2026-03-01 00:00:00,high,192.0.2.7,tcp,1920,64496,IE,marl,Marl,198.51.100.1,443,c2.example
2026-03-01 00:00:00,high,no address,tcp,1920,64496,IE,marl,Marl,198.51.100.1,443,c2.example
2026-03-01 00:00:00,high,192.0.2.8,tcp
2026-03-01 00:00:00,high,192.0.2.9,tcp,1920,64496,IE,osier,,198.51.100.1,443,
",
        ties: &[
            "192.0.2.7 infected-by Marl",
            "192.0.2.7 communicates-with c2.example",
            "c2.example resolves-to 198.51.100.1",
            "192.0.2.9 infected-by osier",
            "192.0.2.9 communicates-with 198.51.100.1",
            "infrastructure consists-of 198.51.100.1",
            "198.51.100.1 sinkholed-by infrastructure",
            "observed-data object network-traffic",
            "network-traffic src 192.0.2.7",
            "network-traffic dst c2.example",
            "network-traffic src 192.0.2.9",
            "network-traffic dst 198.51.100.1",
        ],
        bad: 2,
    },
    Case {
        name: "ledger",
        text: "tran_id,orig_iban,bene_iban,tx_type,amount,currency,timestamp
t1,DE89370400440532013000,GB33BUKB20201555555555,SEPA,12.50,EUR,2026-03-01T00:00:00Z
t2,DE89370400440532013001,GB33BUKB20201555555555,SEPA,12.50,EUR,2026-03-01T00:00:00Z
",
        ties: &[
            "payment debtor-account DE89370400440532013000",
            "payment creditor-account GB33BUKB20201555555555",
        ],
        bad: 1,
    },
    Case {
        name: "wallets",
        text: "hash,block_timestamp,from_address,to_address,value,asset
0x29,2026-03-01T00:00:00Z,0x46369a7e4ee28af393e8f4a5c02db75d2876b2a7,0xf61a27b2e11baca5003d42c3097f9fc5cb246ac9,0.24,ETH
0x2a,2026-03-01T00:00:00Z,,0xf61a27b2e11baca5003d42c3097f9fc5cb246ac9,0.24,ETH
",
        ties: &[
            "payment debtor-account 0x46369A7e4eE28aF393e8F4a5C02db75D2876b2A7",
            "payment creditor-account 0xf61a27b2E11Baca5003D42C3097F9fc5cB246ac9",
        ],
        bad: 1,
    },
    Case {
        name: "accounts",
        text: "iban,opened,holder_id,holder_kind,holder_name,birth_year,country,phone,email,device_id
DE89370400440532013000,2026-03-01,h1,individual,\"Known, Nobody\",1970,DE,+999673103563,nobody@mail.example,d1
DE89370400440532013000,soon,h1,individual,Nobody,1970,DE,,,
",
        ties: &[
            "DE89370400440532013000 held-by identity",
            "+999673103563 held-by identity",
            "nobody@mail.example held-by identity",
            "DE89370400440532013000 has-fingerprint d1",
        ],
        bad: 1,
    },
    Case {
        name: "alerts",
        text: "alert_id,iban,reason,timestamp
a1,DE89370400440532013000,\"many small credits, one large debit\",2026-03-01T00:00:00Z
a2,,none,2026-03-01T00:00:00Z
",
        ties: &["note object DE89370400440532013000"],
        bad: 1,
    },
    Case {
        name: "customers",
        text: "address,holder_id,holder_name,country,iban,email,phone,opened
0x46369a7e4ee28af393e8f4a5c02db75d2876b2a7,c1,Nobody Known,GB,DE89370400440532013000,nobody@mail.example,,2026-03-01
not a wallet,c2,Nobody Known,GB,,,,2026-03-01
",
        ties: &[
            "0x46369A7e4eE28aF393e8F4a5C02db75D2876b2A7 held-by identity",
            "DE89370400440532013000 held-by identity",
            "nobody@mail.example held-by identity",
        ],
        bad: 1,
    },
    Case {
        name: "pacs.008",
        text: r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>M1</MsgId></GrpHdr>
<CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId><TxId>T1</TxId><UETR>4c1be20e-086c-48b2-9733-e2ed59073f64</UETR></PmtId><IntrBkSttlmAmt Ccy="EUR">12.50</IntrBkSttlmAmt><IntrBkSttlmDt>2026-03-01</IntrBkSttlmDt><Dbtr><Nm>A &amp; B</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct><CdtrAcct><Id><IBAN>GB33BUKB20201555555555</IBAN></Id></CdtrAcct><RmtInf><Ustrd>for &#65;</Ustrd></RmtInf></CdtTrfTxInf>
<CdtTrfTxInf><PmtId><EndToEndId>E2</EndToEndId><TxId>T2</TxId></PmtId><IntrBkSttlmDt>2026-03-01</IntrBkSttlmDt><DbtrAcct><Id><Othr><Id>12345</Id></Othr></Id></DbtrAcct></CdtTrfTxInf>
</FIToFICstmrCdtTrf></Document>
"#,
        ties: &[
            "payment debtor-account DE89370400440532013000",
            "payment creditor-account GB33BUKB20201555555555",
        ],
        bad: 1,
    },
    Case {
        name: "mailbox",
        text: "From spam@a.example Sun Mar  1 00:00:00 2026
Received: from unknown ([192.0.2.7]) by mx.b.example with ESMTP id 1;
Received: from invented ([192.0.2.66]) by mx.invented.example with ESMTP id 2;
\tSun, 1 Mar 2026 00:00:00 +0000
Message-ID: <1@b.example>
Date: Sun, 1 Mar 2026 00:00:00 +0000
From: \"Your bank\" <spam@a.example>
Reply-To: <other@a.example>
To: <nobody@b.example>
Subject: Act now
Content-Type: text/plain; charset=utf-8

Open https://bank.example/login, or call +999494446057.
>From here on nothing is said.

From spam@a.example Sun Mar  1 00:00:01 2026

",
        ties: &[
            "email-message from spam@a.example",
            "email-message to nobody@b.example",
            "email-message reply-to other@a.example",
            "email-message received-from 192.0.2.7",
            "email-message contains https://bank.example/login",
            "email-message contains +999494446057",
        ],
        bad: 1,
    },
];

fn intake() -> Intake {
    let settings = Settings {
        handling: Handling::unmarked(Tlp::Green),
        format: None,
        now: "2026-11-26T12:00:00Z".parse().expect("a time"),
        limits: Limits::default(),
    };
    Intake::new(settings, Arc::new(Atlas::empty()))
}

/// Why, and the record's bytes.
type Reject = (String, Vec<u8>);

/// What a text ties, by label or kind, but for what follows from values by themselves; its rejects; and the sum.
fn read(text: &[u8]) -> (BTreeSet<String>, Vec<Reject>, Summary) {
    let (mut objects, mut rejects) = (Vec::new(), Vec::new());
    let summary = intake().read("file", &mut &*text, &mut |record| {
        match record.outcome {
            Outcome::Drafts(drafts) => objects.extend(drafts),
            Outcome::Rejected { reason, raw } => rejects.push((reason, raw)),
            Outcome::Known | Outcome::Excluded(_) => {}
        }
        ControlFlow::Continue(())
    });
    let summary = summary.expect("memory reads");
    let label = |id: &str| {
        let of = objects.iter().find(|draft| draft.object.id().to_string() == id);
        let of = of.map(|draft| &draft.object);
        let own = of.and_then(|object| entente_model::Selector::of_object(object).into_iter().next());
        match (own, of) {
            (Some(selector), _) => selector.label(),
            (None, Some(object)) if *object.kind() == Kind::Malware => {
                object.text("name").unwrap_or("").to_owned()
            }
            _ => id.split("--").next().unwrap_or("").to_owned(),
        }
    };
    let mut ties = BTreeSet::new();
    for draft in &objects {
        for link in &draft.links {
            if let (entente_model::Reference::Id(source), entente_model::Reference::Id(target)) =
                (&link.source, &link.target)
            {
                ties.insert(format!(
                    "{} {} {}",
                    label(&source.to_string()),
                    link.kind,
                    label(&target.to_string())
                ));
            }
        }
    }
    (ties, rejects, summary)
}

#[test]
fn every_format_ties_what_it_tells() {
    for case in CASES {
        let (ties, rejects, summary) = read(case.text.as_bytes());
        let wanted: BTreeSet<String> = case.ties.iter().map(|tie| (*tie).to_owned()).collect();
        assert_eq!(ties, wanted, "{}: {rejects:?}", case.name);
        assert_eq!(summary.rejected, case.bad, "{}: {rejects:?}", case.name);
    }
}

/// A reject, mended or not, is known again for what it is.
#[test]
fn a_reject_stands_by_itself() {
    for case in CASES.iter().filter(|case| case.name != "mailbox") {
        let (_, rejects, _) = read(case.text.as_bytes());
        for (reason, raw) in rejects {
            let (_, again, summary) = read(&raw);
            let reasons: Vec<&String> = again.iter().map(|(reason, _)| reason).collect();
            assert_eq!((reasons, summary.records), (vec![&reason], 1), "{}", case.name);
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_accounted_for() {
    for case in CASES {
        for end in 0..case.text.len() {
            let (_, _, summary) = read(&case.text.as_bytes()[..end]);
            let Summary { records, accepted, known, excluded, rejected } = summary;
            assert_eq!(records, accepted + known + excluded + rejected, "{} cut at {end}", case.name);
        }
    }
}

#[test]
fn a_row_without_an_end_is_refused_within_the_limit() {
    let head = "tran_id,orig_iban,bene_iban,tx_type,amount,currency,timestamp\n\"";
    let text = [head.as_bytes(), &vec![b'a'; 40 << 20]].concat();
    let (_, rejects, _) = read(&text);
    assert!(rejects.iter().any(|(reason, _)| reason.contains("longer than")), "{:?}", rejects.first());
}

/// The objects of a kind that a text tells.
fn told(text: &str, kind: Kind) -> Vec<entente_model::Object> {
    let mut objects = Vec::new();
    let summary = intake().read("file", &mut text.as_bytes(), &mut |record| {
        if let Outcome::Drafts(drafts) = record.outcome {
            objects.extend(drafts.into_iter().map(|draft| draft.object));
        }
        ControlFlow::Continue(())
    });
    summary.expect("memory reads");
    objects.retain(|object| object.kind() == &kind);
    objects
}

#[test]
fn a_bank_s_suspicion_is_marked_as_what_no_agreement_lets_through() {
    let alerts = "alert_id,iban,reason,timestamp\na1,DE89370400440532013000,odd,2026-03-01T00:00:00Z\n";
    let notes = told(alerts, Kind::Note);
    assert_eq!(notes.len(), 1);
    let labels = notes[0].json()["labels"].to_string();
    assert!(labels.contains("entente:suspicious_transaction_report"), "{labels}");
}
