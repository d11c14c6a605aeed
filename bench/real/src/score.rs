//! How good a ranking or a grouping is.

use std::io::Write;

use anyhow::Result;

/// Average precision: the mean, over all that are sought, of the precision where each is found. What is ranked alike is found at
/// once, so that no order among equals helps.
pub fn average_precision(ranked: impl IntoIterator<Item = (f64, bool)>) -> f64 {
    let mut ranked: Vec<(f64, bool)> = ranked.into_iter().collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut seen, mut found, mut sum) = (0.0, 0.0, 0.0);
    for equals in ranked.chunk_by(|one, other| one.0 == other.0) {
        let right = equals.iter().filter(|(_, right)| *right).count() as f64;
        seen += equals.len() as f64;
        found += right;
        sum += right * found / seen;
    }
    if found > 0.0 { sum / found } else { 0.0 }
}

/// How many are right among the first so many; equals are taken in the order given.
pub fn right_among(ranked: impl IntoIterator<Item = (f64, bool)>, first: usize) -> usize {
    let mut ranked: Vec<(f64, bool)> = ranked.into_iter().collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    ranked.iter().take(first).filter(|(_, right)| *right).count()
}

/// One line of a table: name, average precision, right among the first hundred.
pub fn line(name: &str, ranked: &[(f64, bool)], out: &mut dyn Write) -> Result<()> {
    let ranked = || ranked.iter().copied();
    let (precision, right) = (average_precision(ranked()), right_among(ranked(), 100));
    writeln!(out, "{name:60} {precision:.3}  {right:3} of the first 100")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_are_found_at_once() {
        assert_eq!(average_precision([(2.0, true), (1.0, false)]), 1.0);
        assert_eq!(average_precision([(1.0, true), (1.0, false)]), 0.5);
        assert_eq!(average_precision([(2.0, false), (1.0, true)]), 0.5);
    }
}
