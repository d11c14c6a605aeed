//! How far a claim is believed by its grade.

use entente_model::{Grade, GradeScheme};

/// Of a hundred claims that nobody graded, so many are taken to hold.
const UNGRADED: f64 = 0.95;

/// The share of claims of a grade that are taken to hold: the source's reliability times the information's (Europol 4x4; the
/// Admiralty code, AJP-2.1). What cannot be judged counts as ungraded.
pub(super) fn of(grade: &Grade) -> f64 {
    if *grade == Grade::UNGRADED {
        return UNGRADED;
    }
    match grade.scheme {
        GradeScheme::Europol => europol(grade.source) * share(grade.information, &[1.0, 0.95, 0.85, 0.75]),
        GradeScheme::Admiralty => {
            admiralty(grade.source) * share(grade.information, &[1.0, 0.95, 0.85, 0.6, 0.3, 0.95])
        }
    }
}

fn europol(source: char) -> f64 {
    match source {
        'A' => 0.99,
        'B' => 0.95,
        'C' => 0.75,
        _ => UNGRADED,
    }
}

fn admiralty(source: char) -> f64 {
    match source {
        'A' => 0.99,
        'B' => 0.95,
        'C' => 0.85,
        'D' => 0.65,
        'E' => 0.3,
        _ => UNGRADED,
    }
}

fn share(digit: u8, of: &[f64]) -> f64 {
    of.get(usize::from(digit).wrapping_sub(1)).copied().unwrap_or(UNGRADED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_better_grade_is_believed_more() {
        let belief = |text: &str| of(&text.parse().expect("a grade"));
        for better in [["A1", "B2"], ["B2", "C3"], ["C3", "C4"], ["admiralty:A1", "admiralty:D4"]] {
            assert!(belief(better[0]) > belief(better[1]), "{better:?}");
        }
        assert!((of(&Grade::UNGRADED) - UNGRADED).abs() < f64::EPSILON);
    }
}
