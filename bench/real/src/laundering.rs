//! Accounts of a simulated bank ranked by suspicion. Labels are read for the score alone.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result};
use entente_graph::money::{Choice, Findings, Order, Pattern, Payment, Payments};
use entente_model::VertexNo;
use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::score;

const ARCHIVE: &str = "money/amlsim/20K_cycle200.tgz";
const DAY: u32 = 86_400;

/// Accounts of a plain cycle at most: AMLSim's have three to five or more, and each further one takes six times as long.
const PLAIN_HOPS: usize = 5;

pub struct Bank {
    pub payments: Vec<Payment>,
    /// Every account, and whether it launders.
    pub accounts: Vec<(VertexNo, bool)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    source_node_id: u32,
    target_node_id: u32,
    value: f64,
    /// A day.
    time: u32,
}

#[derive(Deserialize)]
struct Node {
    nodeid: u32,
    #[serde(rename = "isFraud")]
    is_fraud: u8,
}

impl Bank {
    pub fn read(data: &Path) -> Result<Bank> {
        let rows: Vec<Row> = member(data, "transactions.csv")?;
        let nodes: Vec<Node> = member(data, "nodes.csv")?;
        let payment = |row: &Row| Payment {
            payer: VertexNo(row.source_node_id),
            payee: VertexNo(row.target_node_id),
            amount: row.value,
            at: row.time * DAY,
        };
        let accounts = nodes.iter().map(|node| (VertexNo(node.nodeid), node.is_fraud == 1)).collect();
        Ok(Bank { payments: rows.iter().map(payment).collect(), accounts })
    }

    /// Of payments that are alike in everything, the first.
    fn once(&self) -> Bank {
        let mut told = HashSet::new();
        let is_new = |paid: &&Payment| told.insert((paid.payer, paid.payee, paid.amount.to_bits(), paid.at));
        let payments = self.payments.iter().filter(is_new).copied().collect();
        Bank { payments, accounts: self.accounts.clone() }
    }

    fn ranked(&self, by: impl Fn(VertexNo) -> f64) -> Vec<(f64, bool)> {
        self.accounts.iter().map(|(account, launders)| (by(*account), *launders)).collect()
    }
}

fn member<T: for<'de> Deserialize<'de>>(data: &Path, name: &str) -> Result<Vec<T>> {
    let file = std::fs::File::open(data.join(ARCHIVE)).context(ARCHIVE)?;
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.path()?.ends_with(name) {
            let mut text = Vec::new();
            entry.read_to_end(&mut text)?;
            return Ok(csv::Reader::from_reader(text.as_slice()).deserialize().collect::<Result<_, _>>()?);
        }
    }
    anyhow::bail!("no {name} in {ARCHIVE}")
}

pub fn measure(data: &Path, out: &mut dyn Write) -> Result<()> {
    let bank = Bank::read(data)?;
    writeln!(out, "the ledger as it is")?;
    rank(&bank, out)?;
    writeln!(
        out,
        "\neach payment once: the simulator wrote those of launderers up to five times, and no others"
    )?;
    rank(&bank.once(), out)
}

fn rank(bank: &Bank, out: &mut dyn Write) -> Result<()> {
    let sought = bank.accounts.iter().filter(|(_, launders)| *launders).count();
    writeln!(out, "{} payments, {} accounts, {sought} launder", bank.payments.len(), bank.accounts.len())?;
    baselines(bank, out)?;
    let payments = Payments::new(bank.payments.iter().copied());
    for (name, choice) in choices() {
        writeln!(out, "{name}")?;
        by_patterns(bank, &payments.findings(&choice), out)?;
    }
    Ok(())
}

fn by_patterns(bank: &Bank, found: &Findings, out: &mut dyn Write) -> Result<()> {
    let suspects = ranked(bank, found);
    let named = || suspects.iter().filter(|(bits, _)| *bits > 0.0);
    let right = named().filter(|(_, launders)| *launders).count();
    writeln!(
        out,
        "  {} accounts named, of which {right} launder; {} searches cut short",
        named().count(),
        found.cut_short
    )?;
    score::line("  all patterns", &suspects, out)?;
    for pattern in Pattern::ALL {
        let of_it = found.of(pattern);
        let name = format!("  {pattern:?} alone, {} findings", of_it.findings.len());
        score::line(&name, &ranked(bank, &of_it), out)?;
    }
    Ok(())
}

/// The default; and, because the simulator's documentation names a schedule in which the payments of a cycle fall in any order, within
/// the whole time, that.
fn choices() -> [(&'static str, Choice); 3] {
    let any_time = Choice { window: u32::MAX, ..Choice::default() };
    [
        ("each payment after the one before, within 30 days", Choice::default()),
        ("each payment after the one before, at any time", any_time),
        ("payments of a cycle in any order, at any time", Choice { order: Order::Any, ..any_time }),
    ]
}

fn ranked(bank: &Bank, found: &Findings) -> Vec<(f64, bool)> {
    let suspects: HashMap<VertexNo, f64> = found.suspects().into_iter().collect();
    bank.ranked(|account| suspects.get(&account).copied().unwrap_or_default())
}

fn baselines(bank: &Bank, out: &mut dyn Write) -> Result<()> {
    let (mut degree, mut volume): (HashMap<VertexNo, f64>, HashMap<VertexNo, f64>) = Default::default();
    for paid in &bank.payments {
        for account in [paid.payer, paid.payee] {
            *degree.entry(account).or_default() += 1.0;
            *volume.entry(account).or_default() += paid.amount;
        }
    }
    let of = |map: &HashMap<VertexNo, f64>, account| map.get(&account).copied().unwrap_or_default();
    score::line("at random", &bank.ranked(|_| 0.0), out)?;
    score::line("number of payments", &bank.ranked(|account| of(&degree, account)), out)?;
    score::line("fewest payments", &bank.ranked(|account| -of(&degree, account)), out)?;
    score::line("volume", &bank.ranked(|account| of(&volume, account)), out)?;
    score::line("least volume", &bank.ranked(|account| -of(&volume, account)), out)?;
    let repeated = repeated(&bank.payments);
    score::line("most equal payments to one account", &bank.ranked(|account| of(&repeated, account)), out)?;
    let cycles = plain_cycles(&bank.payments);
    score::line(
        "number of cycles, whatever amount and time",
        &bank.ranked(|account| of(&cycles, account)),
        out,
    )
}

/// How often each account at most paid one other, or was paid by one other, the same amount.
fn repeated(payments: &[Payment]) -> HashMap<VertexNo, f64> {
    let mut counts: HashMap<(VertexNo, VertexNo, u64), f64> = HashMap::new();
    for paid in payments {
        *counts.entry((paid.payer, paid.payee, paid.amount.to_bits())).or_default() += 1.0;
    }
    let mut most: HashMap<VertexNo, f64> = HashMap::new();
    for ((payer, payee, _), count) in counts {
        for account in [payer, payee] {
            let known = most.entry(account).or_default();
            *known = known.max(count);
        }
    }
    most
}

/// In how many cycles of accounts who paid one another each account is.
fn plain_cycles(payments: &[Payment]) -> HashMap<VertexNo, f64> {
    let mut to: HashMap<VertexNo, Vec<VertexNo>> = HashMap::new();
    let pairs: HashSet<(VertexNo, VertexNo)> = payments.iter().map(|paid| (paid.payer, paid.payee)).collect();
    pairs.into_iter().for_each(|(payer, payee)| to.entry(payer).or_default().push(payee));
    let mut counts = HashMap::new();
    for start in to.keys() {
        go_on(&to, &mut vec![*start], &mut counts);
    }
    counts
}

fn go_on(
    to: &HashMap<VertexNo, Vec<VertexNo>>,
    way: &mut Vec<VertexNo>,
    counts: &mut HashMap<VertexNo, f64>,
) {
    for next in to.get(&way[way.len() - 1]).into_iter().flatten() {
        if *next == way[0] && way.len() > 2 {
            way.iter().for_each(|account| *counts.entry(*account).or_default() += 1.0);
        } else if *next > way[0] && way.len() < PLAIN_HOPS && !way.contains(next) {
            way.push(*next);
            go_on(to, way, counts);
            way.pop();
        }
    }
}
