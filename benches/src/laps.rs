//! What one contender took, batch by batch.

/// Nanoseconds per call of each batch, in the order of the rounds.
#[derive(Clone, Debug)]
pub struct Laps {
    /// The contender.
    pub name: String,
    pub(crate) batches: Vec<f64>,
}

impl Laps {
    /// Of the fastest batch: the least disturbed one.
    pub fn min(&self) -> f64 {
        self.batches.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Of the middle batch.
    pub fn median(&self) -> f64 {
        median(self.batches.clone())
    }

    /// The median of what this took longer than `floor` in the same round, of a race on one thread:
    /// there every batch counts.
    pub fn over(&self, floor: &Self) -> f64 {
        median(self.batches.iter().zip(&floor.batches).map(|(mine, its)| mine - its).collect())
    }

    /// How many batches count.
    pub fn count(&self) -> usize {
        self.batches.len()
    }
}

/// NaN when there is none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laps(batches: &[f64]) -> Laps {
        Laps { name: String::new(), batches: batches.to_vec() }
    }

    #[test]
    fn figures() {
        let noisy = laps(&[3.0, 1.0, 9.0, 2.0, 2.5]);
        assert_eq!(noisy.min().to_bits(), 1f64.to_bits());
        assert_eq!(noisy.median().to_bits(), 2.5f64.to_bits());
        assert!(laps(&[]).median().is_nan());
    }

    #[test]
    fn what_disturbs_a_whole_round_does_not_show_in_the_difference() {
        let floor = laps(&[1.0, 5.0, 1.0, 7.0, 1.0]);
        let mine = laps(&[2.0, 6.0, 2.0, 8.0, 2.0]);
        assert_eq!(mine.over(&floor).to_bits(), 1f64.to_bits());
    }
}
