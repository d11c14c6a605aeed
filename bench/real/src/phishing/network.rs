//! Who paid whom, and of whom it is known whether they phish.

use std::path::Path;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

const FOLDER: &str = "money/eth-phishing-tedge";

/// All that one account paid another.
#[derive(Clone, Copy, Deserialize)]
pub struct Flow {
    pub from: u32,
    pub to: u32,
    pub amount: f64,
    #[serde(rename = "n_transactions")]
    pub times: f64,
    #[serde(rename = "timestamp")]
    pub at: u32,
}

#[derive(Deserialize)]
struct Node {
    id: u32,
    label: Option<f64>,
    is_train: String,
    is_test: String,
}

pub struct Network {
    pub payments: Vec<Flow>,
    /// Per account, whom it paid or was paid by; each once.
    pub links: Vec<Vec<u32>>,
    pub accounts: usize,
    labelled: Vec<(u32, bool, bool)>,
}

impl Network {
    pub fn read(data: &Path) -> Result<Network> {
        let payments: Vec<Flow> = table(data, "edges.csv.gz")?;
        let nodes: Vec<Node> = table(data, "nodes_train_test_split.csv.gz")?;
        let count = nodes.iter().map(|node| node.id as usize + 1).max().unwrap_or(0);
        let labelled = nodes.iter().filter(|node| node.is_train == "True" || node.is_test == "True");
        let label = |node: &Node| (node.id, node.label == Some(1.0), node.is_train == "True");
        let mut labelled: Vec<(u32, bool, bool)> = labelled.map(label).collect();
        labelled.sort_unstable();
        let (accounts, links) = (nodes.len(), vec![Vec::new(); count]);
        let mut network = Network { payments, links, accounts, labelled };
        network.link();
        Ok(network)
    }

    fn link(&mut self) {
        for flow in self.payments.iter().filter(|flow| flow.from != flow.to) {
            self.links[flow.from as usize].push(flow.to);
            self.links[flow.to as usize].push(flow.from);
        }
        for links in &mut self.links {
            links.sort_unstable();
            links.dedup();
        }
    }

    /// One more than the largest number of an account.
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// Accounts that are known, and whether they phish.
    pub fn train(&self) -> Vec<(u32, bool)> {
        self.labelled
            .iter()
            .filter(|(.., is_train)| *is_train)
            .map(|(id, phishes, _)| (*id, *phishes))
            .collect()
    }

    /// Accounts to rank.
    pub fn test(&self) -> Vec<(u32, bool)> {
        self.labelled
            .iter()
            .filter(|(.., is_train)| !is_train)
            .map(|(id, phishes, _)| (*id, *phishes))
            .collect()
    }
}

fn table<T: DeserializeOwned>(data: &Path, name: &str) -> Result<Vec<T>> {
    let file =
        std::fs::File::open(data.join(FOLDER).join(name)).with_context(|| format!("{FOLDER}/{name}"))?;
    let rows = csv::Reader::from_reader(GzDecoder::new(file)).into_deserialize();
    Ok(rows.collect::<Result<_, _>>()?)
}
