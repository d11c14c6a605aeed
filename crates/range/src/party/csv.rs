//! CSV: the sinkhole report as Shadowserver heads it, the bank's and the exchange's exports.

use std::io::Write;

use crate::record::{Alert, Coin, Customer, Hit, Holding, Payment, coin_hash, tag};
use crate::world::{asset, date, iso, spaced};

pub(super) const SINKHOLE: &str = "timestamp,severity,ip,protocol,port,asn,geo,region,city,hostname,naics,sector,tag,\
public_source,infection,family,variant,application,version,event_id,dst_ip,dst_port,dst_asn,dst_geo,dst_region,\
dst_city,dst_hostname,dst_naics,dst_sector";
pub(super) const LEDGER: &str = "tran_id,orig_iban,bene_iban,tx_type,amount,currency,timestamp";
pub(super) const ACCOUNTS: &str =
    "iban,opened,holder_id,holder_kind,holder_name,birth_year,country,phone,email,device_id";
pub(super) const ALERTS: &str = "alert_id,iban,reason,timestamp";
pub(super) const WALLETS: &str = "hash,block_timestamp,from_address,to_address,value,asset";
pub(super) const CUSTOMERS: &str = "address,holder_id,holder_name,country,iban,email,phone,opened";

pub(super) fn line(out: &mut Vec<u8>, text: &str) {
    out.extend(text.as_bytes());
    out.push(b'\n');
}

/// Writing to memory does not fail.
macro_rules! put {
    ($out:expr, $($what:tt)*) => {
        write!($out, $($what)*).unwrap_or_default()
    };
}
pub(super) use put;

pub(super) fn hit(out: &mut Vec<u8>, hit: &Hit) {
    let Hit { ip, port, asn, country, family, sink_ip, sink_port, host, .. } = hit;
    let infection = family.to_ascii_lowercase();
    put!(out, "{},high,{ip},tcp,{port},{asn},{country},,,,,,{infection},,{infection},", spaced(hit.at));
    put!(out, "{family},,,,{},{sink_ip},{sink_port},64496,NL,,,{host},,\n", tag(hit.serial));
}

pub(super) fn payment(out: &mut Vec<u8>, payment: &Payment) {
    let Payment { from, to, kind, cents, .. } = payment;
    let (whole, part) = (cents / 100, cents % 100);
    let (id, at) = (tag(payment.serial), iso(payment.at));
    put!(out, "{id},{from},{to},{kind},{whole}.{part:02},EUR,{at}\n");
}

pub(super) fn holding(out: &mut Vec<u8>, holding: &Holding) {
    let Holding { iban, name, country, phone, email, device, .. } = holding;
    let kind = if holding.is_firm { "organization" } else { "individual" };
    let year = holding.birth_year.map(|year| year.to_string()).unwrap_or_default();
    let (opened, holder) = (date(holding.opened), tag(holding.holder | 1 << 61));
    put!(out, "{iban},{opened},{holder},{kind},{name},{year},{country},{phone},{email},{device}\n");
}

pub(super) fn alert(out: &mut Vec<u8>, alert: &Alert) {
    put!(out, "{},{},\"{}\",{}\n", tag(alert.serial), alert.iban, alert.reason, iso(alert.at));
}

pub(super) fn coin(out: &mut Vec<u8>, coin: &Coin) {
    let Coin { from, to, micro, .. } = coin;
    let (whole, part) = (micro / 1_000_000, micro % 1_000_000);
    let (hash, at) = (coin_hash(coin.serial), iso(coin.at));
    put!(out, "{hash},{at},{from},{to},{whole}.{part:06},{}\n", asset(from));
}

pub(super) fn customer(out: &mut Vec<u8>, customer: &Customer) {
    let Customer { address, name, country, iban, email, phone, .. } = customer;
    let (holder, opened) = (tag(customer.holder ^ (1 << 60)), date(customer.opened));
    put!(out, "{address},{holder},{name},{country},{iban},{email},{phone},{opened}\n");
}
