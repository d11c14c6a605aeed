//! Logistic regression with a quadratic penalty, by Newton's method with halved steps, for features that are rare and already on one scale:
//! [`crate::phishing`]'s fit would cut what is many deviations from the mean.

const ROUNDS: usize = 40;

/// One compared pair: what is weighed, whether it is the same, and how often it counts.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub terms: &'a [f64],
    pub same: bool,
    pub weight: f64,
}

/// One weight a term, and one beside.
pub fn fit(rows: &[Row], terms: usize, penalty: f64) -> Vec<f64> {
    let mut weights = vec![0.0; terms + 1];
    let mut loss = penalised(rows, &weights, penalty);
    for _ in 0..ROUNDS {
        let step = newton(rows, &weights, penalty);
        let shorter = (0..12).map(|halved| 0.5_f64.powi(halved)).map(|share| along(&weights, &step, share));
        let better =
            shorter.map(|weights| (penalised(rows, &weights, penalty), weights)).find(|(new, _)| *new < loss);
        let Some((new, moved)) = better else { break };
        let gained = loss - new;
        (loss, weights) = (new, moved);
        if gained < 1e-9 * loss.abs() {
            break;
        }
    }
    weights
}

pub fn probability(weights: &[f64], terms: &[f64]) -> f64 {
    1.0 / (1.0 + f64::exp(-score(weights, terms)))
}

/// Mean loss of what was called, each row counted by its weight.
pub fn loss(rows: &[Row], weights: &[f64]) -> f64 {
    let of = |row: &Row| {
        let score = score(weights, row.terms);
        // ln(1 + e^-x), without overflow.
        let signed = if row.same { -score } else { score };
        row.weight * (signed.max(0.0) + (-signed.abs()).exp().ln_1p())
    };
    rows.iter().map(of).sum()
}

fn score(weights: &[f64], terms: &[f64]) -> f64 {
    let sum: f64 = terms.iter().zip(weights).map(|(term, weight)| term * weight).sum();
    sum + weights[terms.len()]
}

fn penalised(rows: &[Row], weights: &[f64], penalty: f64) -> f64 {
    let squares: f64 = weights[..weights.len() - 1].iter().map(|weight| weight * weight).sum();
    loss(rows, weights) + penalty / 2.0 * squares
}

fn along(weights: &[f64], step: &[f64], share: f64) -> Vec<f64> {
    weights.iter().zip(step).map(|(weight, step)| weight - share * step).collect()
}

/// Where the slope vanishes, if the loss were a parabola.
fn newton(rows: &[Row], weights: &[f64], penalty: f64) -> Vec<f64> {
    let size = weights.len();
    let (mut slope, mut curve) = (vec![0.0; size], vec![vec![0.0; size]; size]);
    let mut terms = vec![1.0; size];
    for row in rows {
        terms[..size - 1].copy_from_slice(row.terms);
        let called = probability(weights, row.terms);
        let (error, bend) =
            (row.weight * (called - f64::from(u8::from(row.same))), row.weight * called * (1.0 - called));
        for (place, term) in terms.iter().enumerate().filter(|(_, term)| **term != 0.0) {
            slope[place] += error * term;
            curve[place].iter_mut().zip(&terms).for_each(|(sum, other)| *sum += bend * term * other);
        }
    }
    for place in 0..size {
        let shrink = if place + 1 == size { 1e-9 } else { penalty };
        slope[place] += shrink * weights[place];
        curve[place][place] += shrink;
    }
    solve(curve, slope)
}

/// Gauss's elimination; the matrix is positive definite, so no rows are exchanged.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for pivot in 0..size {
        for row in pivot + 1..size {
            let share = matrix[row][pivot] / matrix[pivot][pivot];
            let (above, below) = matrix.split_at_mut(row);
            below[0].iter_mut().zip(&above[pivot]).skip(pivot).for_each(|(value, by)| *value -= share * by);
            right[row] -= share * right[pivot];
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_odds_of_one_yes_or_no_are_found() {
        let (yes, no) = ([1.0], [0.0]);
        let row = |terms, same, weight| Row { terms, same, weight };
        let rows = [
            row(&yes[..], true, 3.0),
            row(&yes[..], false, 1.0),
            row(&no[..], true, 1.0),
            row(&no[..], false, 4.0),
        ];
        let weights = fit(&rows, 1, 1e-9);
        assert!((probability(&weights, &yes) - 0.75).abs() < 1e-6);
        assert!((probability(&weights, &no) - 0.2).abs() < 1e-6);
    }
}
