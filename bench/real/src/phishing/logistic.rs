//! Logistic regression with a quadratic penalty, by gradient descent.

/// Enough for the weights of a few standardised features to settle.
const STEPS: usize = 3000;
const RATE: f64 = 0.3;

pub struct Logistic {
    means: Vec<f64>,
    deviations: Vec<f64>,
    /// One a feature, and one beside.
    weights: Vec<f64>,
}

impl Logistic {
    pub fn fit(rows: &[Vec<f64>], labels: &[bool], penalty: f64) -> Logistic {
        let columns = rows.first().map_or(0, Vec::len);
        let mean = |of: &dyn Fn(&Vec<f64>) -> f64| rows.iter().map(of).sum::<f64>() / rows.len() as f64;
        let means: Vec<f64> = (0..columns).map(|column| mean(&|row| row[column])).collect();
        let deviation = |column: usize| mean(&|row| (row[column] - means[column]).powi(2)).sqrt().max(1e-9);
        let deviations = (0..columns).map(deviation).collect();
        let mut model = Logistic { means, deviations, weights: vec![0.0; columns + 1] };
        let rows: Vec<Vec<f64>> = rows.iter().map(|row| model.standardised(row)).collect();
        for _ in 0..STEPS {
            model.step(&rows, labels, penalty);
        }
        model
    }

    fn step(&mut self, rows: &[Vec<f64>], labels: &[bool], penalty: f64) {
        let mut gradient = vec![0.0; self.weights.len()];
        for (row, label) in rows.iter().zip(labels) {
            let error = self.of_standardised(row) - f64::from(u8::from(*label));
            gradient.iter_mut().zip(row).for_each(|(sum, value)| *sum += error * value);
        }
        let last = self.weights.len() - 1;
        for (place, weight) in self.weights.iter_mut().enumerate() {
            let shrink = if place == last { 0.0 } else { penalty * *weight };
            *weight -= RATE * (gradient[place] / rows.len() as f64 + shrink);
        }
    }

    pub fn probability(&self, row: &[f64]) -> f64 {
        self.of_standardised(&self.standardised(row))
    }

    /// In deviations from the mean; what is further out than in any usual account counts no more; and a one for the last weight.
    fn standardised(&self, row: &[f64]) -> Vec<f64> {
        let value =
            |(value, (mean, deviation)): (&f64, (&f64, &f64))| ((value - mean) / deviation).clamp(-5.0, 5.0);
        row.iter().zip(self.means.iter().zip(&self.deviations)).map(value).chain([1.0]).collect()
    }

    fn of_standardised(&self, row: &[f64]) -> f64 {
        let sum: f64 = row.iter().zip(&self.weights).map(|(value, weight)| value * weight).sum();
        1.0 / (1.0 + f64::exp(-sum))
    }
}
