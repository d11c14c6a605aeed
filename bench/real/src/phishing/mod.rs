//! Accounts of Ethereum that phish, ranked from those known. What is fitted is fitted on the training accounts alone.

mod features;
mod logistic;
mod network;
mod spread;

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use crate::score;
use logistic::Logistic;
use network::Network;
use spread::{Votes, rank_from, vote};

/// Training accounts are parted so that none is judged by its own label.
const FOLDS: usize = 5;

/// Penalties tried on the training accounts.
const PENALTIES: [f64; 4] = [0.001, 0.01, 0.1, 1.0];

pub fn measure(data: &Path, out: &mut dyn Write) -> Result<()> {
    let network = Network::read(data)?;
    let test = network.test();
    let phishing = test.iter().filter(|(_, phishes)| *phishes).count();
    writeln!(
        out,
        "{} accounts, {} flows, {} known; {} to rank, of which {phishing} phish",
        network.accounts,
        network.payments.len(),
        network.train().len(),
        test.len()
    )?;
    for (name, scores) in rankings(&network) {
        let ranked: Vec<(f64, bool)> =
            test.iter().map(|(account, phishes)| (scores[*account as usize], *phishes)).collect();
        score::line(name, &ranked, out)?;
        let (low, high) = score::interval(&ranked);
        writeln!(out, "    with other accounts to rank, 95 times in 100: {low:.3} to {high:.3}")?;
    }
    Ok(())
}

/// A score per account by each way, the rivals first.
fn rankings(network: &Network) -> Vec<(&'static str, Vec<f64>)> {
    let train = network.train();
    let known: Vec<u32> = train.iter().filter(|(_, phishes)| *phishes).map(|(account, _)| *account).collect();
    let degree = |account: u32| network.links[account as usize].len() as f64;
    let degrees = (0..network.len() as u32).map(degree).collect();
    vec![
        ("at random", vec![0.0; network.len()]),
        ("number of accounts it had to do with", degrees),
        ("vote of neighbours", vote(network, &train, Votes::Neighbours)),
        ("vote of who has a neighbour in common", vote(network, &train, Votes::Sharing)),
        ("PageRank from known phishing accounts", rank_from(network, &known)),
        ("payments alone, fitted", fitted(network, features::Use::Payments)),
        ("payments and what spreads from known accounts, fitted", fitted(network, features::Use::All)),
    ]
}

fn fitted(network: &Network, uses: features::Use) -> Vec<f64> {
    let train = network.train();
    let rows = features::out_of_fold(network, &train, FOLDS, uses);
    let labels: Vec<bool> = train.iter().map(|(_, phishes)| *phishes).collect();
    let penalty = PENALTIES.into_iter().max_by(|one, other| {
        cross_validated(&rows, &labels, *one).total_cmp(&cross_validated(&rows, &labels, *other))
    });
    let model = Logistic::fit(&rows, &labels, penalty.unwrap_or(1.0));
    let all = features::of_all(network, &train, uses);
    all.iter().map(|row| model.probability(row)).collect()
}

/// Average precision on training accounts, each judged by a model that was not fitted on it.
fn cross_validated(rows: &[Vec<f64>], labels: &[bool], penalty: f64) -> f64 {
    let mut ranked = Vec::new();
    for fold in 0..FOLDS {
        let others = |place: &usize| place % FOLDS != fold;
        let kept: Vec<usize> = (0..rows.len()).filter(others).collect();
        let kept_rows: Vec<Vec<f64>> = kept.iter().map(|place| rows[*place].clone()).collect();
        let kept_labels: Vec<bool> = kept.iter().map(|place| labels[*place]).collect();
        let model = Logistic::fit(&kept_rows, &kept_labels, penalty);
        let judged = (0..rows.len()).filter(|place| !others(place));
        ranked.extend(judged.map(|place| (model.probability(&rows[place]), labels[place])));
    }
    score::average_precision(ranked)
}
