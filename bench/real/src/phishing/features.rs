//! What an account is judged by.

use super::network::{Flow, Network};
use super::spread::{Votes, rank_from, vote};

#[derive(Clone, Copy, PartialEq)]
pub enum Use {
    /// Its own payments, and those of whom it had to do with.
    Payments,
    /// And what spreads from known accounts.
    All,
}

/// One way of an account's payments.
#[derive(Clone, Copy, Default)]
struct Side {
    others: f64,
    times: f64,
    amount: f64,
    largest: f64,
    /// Sum of logarithms of how many accounts the others had to do with.
    degrees: f64,
    /// Others who had to do with nobody else here.
    strangers: f64,
    first: Option<u32>,
    last: u32,
}

impl Side {
    fn add(&mut self, flow: &Flow, degree: usize) {
        self.others += 1.0;
        self.times += flow.times;
        self.amount += flow.amount;
        self.largest = self.largest.max(flow.amount);
        self.degrees += (degree as f64).ln_1p();
        self.strangers += f64::from(u8::from(degree == 1));
        self.first = Some(self.first.unwrap_or(flow.at).min(flow.at));
        self.last = self.last.max(flow.at);
    }

    fn features(&self) -> [f64; 7] {
        let each = self.others.max(1.0);
        [
            self.others.ln_1p(),
            self.times.ln_1p(),
            self.amount.ln_1p(),
            (self.amount / self.times.max(1.0)).ln_1p(),
            self.largest / self.amount.max(f64::MIN_POSITIVE),
            self.degrees / each,
            self.strangers / each,
        ]
    }
}

/// The features of every account, by all that is known.
pub fn of_all(network: &Network, known: &[(u32, bool)], uses: Use) -> Vec<Vec<f64>> {
    let mut rows = of_payments(network);
    if uses == Use::All {
        rows.iter_mut().zip(of_spread(network, known)).for_each(|(row, spread)| row.extend(spread));
    }
    rows
}

/// The features of known accounts, each as if it and its fold were not known.
pub fn out_of_fold(network: &Network, known: &[(u32, bool)], folds: usize, uses: Use) -> Vec<Vec<f64>> {
    let mut rows = vec![Vec::new(); known.len()];
    for fold in 0..folds {
        let others = known.iter().enumerate().filter(|(place, _)| place % folds != fold);
        let others: Vec<(u32, bool)> = others.map(|(_, known)| *known).collect();
        let all = of_all(network, &others, uses);
        for (place, (account, _)) in known.iter().enumerate().filter(|(place, _)| place % folds == fold) {
            rows[place] = all[*account as usize].clone();
        }
    }
    rows
}

fn of_payments(network: &Network) -> Vec<Vec<f64>> {
    let mut sides = vec![[Side::default(); 2]; network.len()];
    let degree = |account: u32| network.links[account as usize].len();
    for flow in &network.payments {
        sides[flow.to as usize][0].add(flow, degree(flow.from));
        sides[flow.from as usize][1].add(flow, degree(flow.to));
    }
    sides.iter().map(|[paid_in, paid_out]| of_sides(paid_in, paid_out)).collect()
}

fn of_sides(paid_in: &Side, paid_out: &Side) -> Vec<f64> {
    let days = |seconds: u32| (f64::from(seconds) / 86_400.0).ln_1p();
    let first = paid_in.first.into_iter().chain(paid_out.first).min().unwrap_or_default();
    let last = paid_in.last.max(paid_out.last);
    let gathered = paid_in.last.saturating_sub(paid_in.first.unwrap_or_default());
    let passed_on = (paid_out.amount + 0.01).ln() - (paid_in.amount + 0.01).ln();
    let mut row = [paid_in.features(), paid_out.features()].concat();
    // Not when: known phishing is of the time in which somebody looked for it.
    row.extend([days(last - first), days(gathered), passed_on.clamp(-3.0, 3.0)]);
    row
}

fn of_spread(network: &Network, known: &[(u32, bool)]) -> impl Iterator<Item = [f64; 4]> {
    let of = |phishes: bool| {
        let seeds: Vec<u32> =
            known.iter().filter(|(_, label)| *label == phishes).map(|(account, _)| *account).collect();
        rank_from(network, &seeds)
    };
    let (near, far) = (of(true), of(false));
    let (direct, sharing) = (vote(network, known, Votes::Neighbours), vote(network, known, Votes::Sharing));
    let degrees: Vec<f64> = network.links.iter().map(|links| links.len().max(1) as f64).collect();
    (0..network.len()).map(move |account| {
        // By degree, as a walk is oftener at who has much to do with anybody.
        let per_link = |rank: f64| (rank / degrees[account] * 1e6).ln_1p();
        [per_link(near[account]), per_link(far[account]), direct[account], sharing[account]]
    })
}
