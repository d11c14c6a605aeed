//! How fast the exchange is: two nodes over TLS on one machine, durable on both. `cargo xtask bench exchange` runs it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use entente_model::Tlp;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::{Two, learn, party};
use crate::app::App;
use crate::app::agreement::wire_party;
use crate::app::exchange::discloser::Desk;
use crate::{clock, peer};

/// Claims of the catch-up, when nobody says otherwise.
const CLAIMS: u64 = 1_000_000;
/// Claims learned in one commit while much is learned at once.
const AT_ONCE: u64 = 8_000;
/// The live feed: so many claims a second, in commits of so many, for so long.
const RATE: u64 = 1_000;
const IN_ONE: u64 = 10;
const SECONDS: u64 = 20;

#[expect(clippy::disallowed_methods, reason = "a bench is told by whoever runs it how much to do")]
fn claims() -> u64 {
    std::env::var("ENTENTE_BENCH_CLAIMS").ok().and_then(|text| text.parse().ok()).unwrap_or(CLAIMS)
}

fn figure(name: &str, value: f64, unit: &str, target: Option<f64>, better: &str) {
    println!("{}", json!({"name": name, "value": value, "unit": unit, "target": target, "better": better}));
}

/// Seconds of processor time that this process has taken so far (proc(5)); what else the machine does is not in it.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<f64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    ticks.iter().sum::<f64>() / 100.0
}

fn uuid(number: u64) -> Uuid {
    let wide = (u128::from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)) << 64) | u128::from(number);
    uuid::Builder::from_random_bytes(wide.to_be_bytes()).into_uuid()
}

/// Six indicators in ten objects, a family, a domain name, and two relationships between them.
fn object(number: u64) -> Value {
    let dated = |kind: &str| {
        json!({
            "type": kind, "spec_version": "2.1", "id": format!("{kind}--{}", uuid(number)),
            "created": "2026-03-02T11:00:00.000Z", "modified": "2026-09-14T08:00:00.000Z",
        })
    };
    let name = format!("wick-{number}.lamp-relay.example");
    let mut object = match number % 10 {
        0 => dated("malware"),
        1 => {
            return json!({ "type": "domain-name", "spec_version": "2.1", "value": name,
            "id": entente_model::Selector::domain(&name).expect("a name").id().to_string() });
        }
        2 | 3 => dated("relationship"),
        _ => dated("indicator"),
    };
    let (family, indicator) = (number - number % 10, number - number % 10 + 4);
    let own = match number % 10 {
        0 => json!({ "name": format!("Lantern {number}"), "is_family": true, "malware_types": ["bot"],
            "description": "what only the company may read ".repeat(8) }),
        2 | 3 => {
            json!({ "relationship_type": "indicates", "target_ref": format!("malware--{}", uuid(family)),
            "source_ref": format!("indicator--{}", uuid(indicator + number % 10 - 2)),
            "description": "what only the company may read ".repeat(8) })
        }
        _ => {
            json!({ "name": name, "pattern": format!("[domain-name:value = '{name}']"), "pattern_type": "stix",
            "valid_from": "2026-03-02T00:00:00Z", "indicator_types": ["malicious-activity"],
            "description": "what only the company may read ".repeat(8) })
        }
    };
    object.as_object_mut().expect("an object").extend(own.as_object().expect("an object").clone());
    object
}

fn feed(app: &App, numbers: std::ops::Range<u64>, now: Timestamp) {
    let objects: Vec<Value> = numbers.map(object).collect();
    learn(app, "company", Tlp::Green, &objects, now);
}

fn percentile(times: &mut [f64], part: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let place = ((times.len().saturating_sub(1)) as f64 * part).round() as usize;
    times.get(place).copied().unwrap_or(f64::NAN)
}

/// The median of a thousand appends of a kilobyte, each forced to the disk.
fn bare_disk(room: &std::path::Path) -> f64 {
    let mut file = std::fs::File::create(room.join("bare")).expect("a file");
    let mut times: Vec<f64> = (0..1_000)
        .map(|_| {
            let begin = Instant::now();
            file.write_all(&[7; 1_024]).expect("written");
            file.sync_data().expect("on the disk");
            begin.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    percentile(&mut times, 0.5)
}

/// The median of a thousand kilobytes sent over loopback and answered.
fn bare_socket() -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let mut there = TcpStream::connect(listener.local_addr().expect("an address")).expect("a socket");
    let (mut here, _) = listener.accept().expect("a client");
    there.set_nodelay(true).and_then(|()| here.set_nodelay(true)).expect("no delay");
    let echo = std::thread::spawn(move || {
        let mut bytes = [0; 1_024];
        while here.read_exact(&mut bytes).is_ok() && here.write_all(&bytes).is_ok() {}
    });
    let mut bytes = [7; 1_024];
    let mut times: Vec<f64> = (0..1_000)
        .map(|_| {
            let begin = Instant::now();
            there.write_all(&bytes).expect("sent");
            there.read_exact(&mut bytes).expect("answered");
            begin.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    drop(there);
    echo.join().expect("an end");
    percentile(&mut times, 0.5)
}

/// Waits until the police have an item; answers when.
fn arrived(police: &App, seq: u64) -> Instant {
    let mut heard = 0;
    loop {
        if police.received_up_to(&party("company")).expect("a cursor") >= seq {
            return Instant::now();
        }
        heard = police.news().wait(heard, Duration::from_secs(1));
    }
}

fn told(company: &App) -> u64 {
    company.exchange.told(&wire_party(&party("police"))).expect("told").0
}

#[test]
#[ignore = "it measures: `cargo xtask bench exchange`"]
fn exchange_speed() {
    let now = clock::now();
    let two = Two::agreed_at(now, |agreement| {
        agreement.flows.iter_mut().for_each(|flow| flow.limits.max_items_per_day = None);
    });
    let Two { company, police, rooms, .. } = two;
    let (company, police) = (Arc::new(company), Arc::new(police));
    let (disk, socket) = (bare_disk(rooms[0].path()), bare_socket());
    figure("bare append and fdatasync, p50", disk, "ms", None, "lower");
    figure("bare TCP over loopback and back, p50", socket, "ms", None, "lower");

    let count = claims();
    let begin = Instant::now();
    for first in (0..count).step_by(AT_ONCE as usize) {
        feed(&company, first..(first + AT_ONCE).min(count), clock::now());
    }
    figure("learned, durable", count as f64 / begin.elapsed().as_secs_f64(), "claims/s", None, "higher");
    let (begin, busy) = (Instant::now(), processor());
    let mut desk = Desk::default();
    company.disclose(&mut desk, &clock::now).expect("a round");
    company.exchange.settle();
    let rate = count as f64 / begin.elapsed().as_secs_f64();
    figure("claim to wire, decided, transformed and logged", rate, "claims/s", Some(20_000.0), "higher");
    let each = (processor() - busy) * 1e6 / count as f64;
    figure("the same, processor time of a claim", each, "\u{b5}s", Some(50.0), "lower");
    drop(desk);
    assert!(told(&company) >= count, "{} of {count} were told", told(&company));

    let runtime = runtime();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a listener");
    let at = listener.local_addr().expect("an address").to_string();
    let serving = company.clone();
    runtime.spawn(async move { peer::serve(serving, listener).await.map(|_| ()) });
    let owner = police.owner().expect("the owner");
    police.place_partner(&owner, &party("company"), None, &at, clock::now()).expect("placed");
    let (begin, busy) = (Instant::now(), processor());
    let following = follow(&police);
    let took = arrived(&police, told(&company)).duration_since(begin).as_secs_f64();
    figure("a million claims caught up", took * 1e6 / count as f64, "s", Some(60.0), "lower");
    figure("wire to claim over TLS, durable", count as f64 / took, "claims/s", None, "higher");

    let each = (processor() - busy) * 1e6 / count as f64;
    figure("the same, processor time of a claim on both sides", each, "\u{b5}s", None, "lower");

    live(&company, &police, count, disk, socket);
    following.shutdown_background();
    reconnect(&company, &police);
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

/// Follows the company's wire until the runtime is shut down.
fn follow(police: &Arc<App>) -> Runtime {
    let runtime = runtime();
    runtime.spawn(peer::connect_to_partners(police.clone()));
    runtime
}

fn live(company: &Arc<App>, police: &Arc<App>, from: u64, disk: f64, socket: f64) {
    company.disclose_as_it_comes().expect("a thread");
    let base = told(company);
    let commits = RATE * SECONDS / IN_ONE;
    let receiver = police.clone();
    let arriving = std::thread::spawn(move || {
        (1..=commits).map(|commit| arrived(&receiver, base + commit * IN_ONE)).collect::<Vec<_>>()
    });
    let every = Duration::from_secs(1).mul_f64(IN_ONE as f64 / RATE as f64);
    let begin = Instant::now();
    let (_never, pause) = std::sync::mpsc::channel::<()>();
    let mut sent = Vec::new();
    for commit in 0..commits {
        let due = begin + every * commit as u32;
        // Nothing is ever sent: this is a wait with a limit.
        let _ = pause.recv_timeout(due.saturating_duration_since(Instant::now()));
        let first = from + commit * IN_ONE;
        feed(company, first..first + IN_ONE, clock::now());
        sent.push(Instant::now());
    }
    let rate = (commits * IN_ONE) as f64 / begin.elapsed().as_secs_f64();
    let came = arriving.join().expect("all came");
    let mut times: Vec<f64> = sent
        .iter()
        .zip(&came)
        .map(|(sent, came)| came.saturating_duration_since(*sent).as_secs_f64() * 1e3)
        .collect();
    let (p50, p99) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
    figure("live feed", rate, "claims/s", None, "higher");
    figure("commit here to commit there, p50", p50, "ms", Some(5.0), "lower");
    figure("commit here to commit there, p99", p99, "ms", Some(50.0), "lower");
    figure(
        "the same p50 against two bare syncs and a bare socket",
        p50 / (2.0 * disk + socket),
        "times",
        None,
        "lower",
    );
}

/// From dialling to the acknowledgement of what was there before.
fn reconnect(company: &Arc<App>, police: &Arc<App>) {
    let mut times = Vec::new();
    for _ in 0..5 {
        let seen = || company.exchange.health(&wire_party(&party("police"))).expect("health").last_seen;
        let (before, begin) = (seen(), Instant::now());
        let following = follow(police);
        while seen() == before {
            std::thread::yield_now();
        }
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        following.shutdown_timeout(Duration::from_secs(5));
    }
    figure("a reconnect with nothing new", percentile(&mut times, 0.5), "ms", Some(100.0), "lower");
}
