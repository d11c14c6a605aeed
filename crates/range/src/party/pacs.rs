//! Payments between banks: pacs.008.001.08 (ISO 20022), a document a part.

use std::io::Write;

use super::Part;
use super::csv::{line, put};
use crate::record::{Payment, tag, uuid};
use crate::world::{date, iso};

pub(super) fn begin(out: &mut Vec<u8>, part: Part) {
    line(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    line(out, "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>");
    put!(out, "<GrpHdr><MsgId>RANGE{:06}</MsgId><CreDtTm>{}</CreDtTm>", part.number + 1, iso(part.at));
    put!(out, "<NbOfTxs>{}</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>\n", part.count);
}

pub(super) fn end(out: &mut Vec<u8>) {
    line(out, "</FIToFICstmrCdtTrf></Document>");
}

pub(super) fn write(out: &mut Vec<u8>, payment: &Payment) {
    let id = tag(payment.serial);
    let (whole, part) = (payment.cents / 100, payment.cents % 100);
    put!(out, "<CdtTrfTxInf><PmtId><EndToEndId>E{id}</EndToEndId><TxId>{id}</TxId>");
    put!(out, "<UETR>{}</UETR></PmtId>", uuid(payment.serial));
    put!(out, "<PmtTpInf><SvcLvl><Cd>{}</Cd></SvcLvl></PmtTpInf>", payment.kind);
    put!(out, "<IntrBkSttlmAmt Ccy=\"EUR\">{whole}.{part:02}</IntrBkSttlmAmt>");
    put!(out, "<IntrBkSttlmDt>{}</IntrBkSttlmDt>", date(payment.at));
    put!(out, "<AccptncDtTm>{}</AccptncDtTm><ChrgBr>SLEV</ChrgBr>", iso(payment.at));
    party(out, "Dbtr", &payment.from, true);
    party(out, "Cdtr", &payment.to, false);
    line(out, "</CdtTrfTxInf>");
}

/// The standard wants the debtor's account before the agent, and the creditor's after; SEPA writes NOTPROVIDED for a name
/// that did not come along.
fn party(out: &mut Vec<u8>, side: &str, iban: &str, account_first: bool) {
    let agent = format!(
        "<{side}Agt><FinInstnId><ClrSysMmbId><MmbId>{}</MmbId></ClrSysMmbId></FinInstnId></{side}Agt>",
        iban.get(4..12).unwrap_or_default()
    );
    let holder = format!("<{side}><Nm>NOTPROVIDED</Nm></{side}>");
    let account = format!("<{side}Acct><Id><IBAN>{iban}</IBAN></Id></{side}Acct>");
    match account_first {
        true => put!(out, "{holder}{account}{agent}"),
        false => put!(out, "{agent}{holder}{account}"),
    }
}
