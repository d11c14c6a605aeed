//! How fast items become durable on partners' wires, and how fast they are read. `cargo run --release -p entente-store
//! --example wire [ITEMS] [ITEMS AN APPEND]`. Two partners are told at once, as two threads would.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::time::Instant;

use entente_model::{ClaimNo, VertexNo};
use entente_store::NodeKey;
use entente_store::exchange::{
    Advance, AgreementHash, Append, Beside, CollectionQuery, Exchange, ItemKind, NewItem, PartnerEdit,
    PartyId, ReleasedObject, Seq,
};
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<u64>().ok());
    let (items, size) = (numbers.next().unwrap_or(200_000), numbers.next().unwrap_or(1_000));
    let folder = std::env::temp_dir().join(format!("entente-wire-{}", std::process::id()));
    let exchange = Exchange::open(&folder, &NodeKey { name: "bench.example", seed: &[1; 32] })?;
    let (one, other) = (PartyId::from("one"), PartyId::from("other"));
    for party in [&one, &other] {
        let edit =
            PartnerEdit { party: party.clone(), name: party.0.clone(), endpoint: None, pins: Vec::new() };
        exchange.put_partner(&edit, Timestamp::UNIX_EPOCH)?;
    }
    let alone = told(&exchange, &[&one], items, size)?;
    println!("told to one partner         {:>9.0} items/s, {size} an append", alone);
    let both = told(&exchange, &[&one, &other], items, size)?;
    println!("told to two partners        {:>9.0} items/s", both);
    let single = told(&exchange, &[&one], 500, 1)?;
    println!("one item an append          {:>9.2} ms each", 1_000.0 / single);
    let read = caught_up(&exchange, &one)?;
    println!("read by the stream          {:>9.0} items/s", read);
    let pages = pages(&exchange, &one)?;
    println!("TAXII pages of 1,000        {:>9.0} pages/s", pages);
    let start = Instant::now();
    exchange.verify()?;
    println!("verified                    {:>9.1} s for all", start.elapsed().as_secs_f64());
    drop(exchange);
    std::fs::remove_dir_all(&folder)?;
    let figures = [
        json!({"name": "wire, durable", "value": alone, "unit": "items/s", "target": 20_000, "better": "higher"}),
        json!({"name": "wire, pages of 1,000 from the store", "value": pages, "unit": "pages/s", "target": 200,
               "better": "higher"}),
    ];
    figures.iter().for_each(|figure| println!("{figure}"));
    Ok(())
}

/// Items a second, over all partners.
fn told(exchange: &Exchange, partners: &[&PartyId], items: u64, size: u64) -> Result<f64, Failure> {
    let start = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = partners
            .iter()
            .map(|partner| scope.spawn(move || tell(exchange, partner, items, size)))
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err("a panic".into())))
    })?;
    Ok((items * partners.len() as u64) as f64 / start.elapsed().as_secs_f64())
}

fn tell(exchange: &Exchange, partner: &PartyId, items: u64, size: u64) -> Result<(), Failure> {
    for _ in 0..items.div_ceil(size) {
        let from = exchange.cursor(partner)?;
        let claims = u64::from(from.0) + 1..=u64::from(from.0) + size;
        let append = Append {
            partner: partner.clone(),
            cursor: Some(Advance { from, to: ClaimNo(*claims.end() as u32) }),
            items: claims.map(item).collect::<Result<_, _>>()?,
            limits: Vec::new(),
            beside: Beside::default(),
            now: Timestamp::UNIX_EPOCH,
            seed: Sha256::digest(from.0.to_le_bytes()).into(),
        };
        exchange.append(append)?;
    }
    Ok(())
}

/// About 700 bytes, under an id without order.
fn item(no: u64) -> Result<NewItem, Failure> {
    let digest: [u8; 32] = Sha256::digest(no.to_le_bytes()).into();
    let id = format!("indicator--{}", uuid::Builder::from_custom_bytes(digest[..16].try_into()?).into_uuid());
    let body = json!({"type": "indicator", "id": id, "pattern": "x".repeat(600)}).to_string().into_bytes();
    Ok(NewItem {
        kind: ItemKind::Release,
        flow: Some("agreement/flow".into()),
        object: Some(ReleasedObject { id: id.parse()?, version: Some(Timestamp::from_second(no as i64)?) }),
        body,
        agreement: AgreementHash([3; 32]),
        clauses: vec!["3.1".into(), "4".into()],
        claim: Some(ClaimNo(no as u32)),
        original: Some(VertexNo(no as u32)),
        concerns: Vec::new(),
        referral: None,
    })
}

fn caught_up(exchange: &Exchange, partner: &PartyId) -> Result<f64, Failure> {
    let (start, mut after) = (Instant::now(), Seq(0));
    loop {
        let stretch = exchange.wire_after(partner, after, 1_000, 4 << 20)?;
        let Some(last) = stretch.items.last() else { break };
        after = last.seq;
    }
    Ok(after.0 as f64 / start.elapsed().as_secs_f64())
}

fn pages(exchange: &Exchange, partner: &PartyId) -> Result<f64, Failure> {
    let (start, mut added_after, mut pages) = (Instant::now(), None, 0);
    loop {
        let query = CollectionQuery {
            added_after,
            ids: Vec::new(),
            types: Vec::new(),
            versions: Vec::new(),
            agreements: Vec::new(),
            limit: 1_000,
        };
        let page = exchange.bodies(partner, &"agreement/flow".into(), &query, usize::MAX)?;
        added_after = page.added.map(|(_, last)| last);
        pages += 1;
        if !page.more {
            return Ok(f64::from(pages) / start.elapsed().as_secs_f64());
        }
    }
}
