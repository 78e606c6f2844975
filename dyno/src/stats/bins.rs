//! How many bins a histogram has when nobody says so.

use super::rank::percentiles;
use super::{Sample, stdev};

/// A rule for the number of a histogram's bins, for [`Histogram::by`](super::Histogram::by).
///
/// Every rule ends at [`MOST`](Bins::MOST), and no histogram has more bins than values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bins {
    /// Of width 2 · IQR / ∛n: narrow where there are many, and few outliers change it (D. Freedman,
    /// P. Diaconis, "On the Histogram as a Density Estimator: L₂ Theory", 1981). Where half of the
    /// values are the same, which leaves no width, as [`Sturges`](Bins::Sturges).
    #[default]
    FreedmanDiaconis,
    /// ⌈log₂ n⌉ + 1: few, made for what is bell-shaped (H. A. Sturges, "The Choice of a Class Interval",
    /// 1926).
    Sturges,
    /// Of width 3.49 · s / ∛n: the best for what is normally distributed (D. W. Scott, "On Optimal and
    /// Data-Based Histograms", Biometrika 66, 1979).
    Scott,
    /// ⌈√n⌉: a rule of thumb.
    SquareRoot,
}

impl Bins {
    /// No rule asks for more: values far out would leave most of them empty.
    pub const MOST: usize = 1000;

    /// Of finite values, of which there is one at least, `width` between the least and the greatest.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn count(self, values: &[f64], width: f64) -> usize {
        let n = values.len() as f64;
        let by_width = |one: f64| {
            if one > 0.0 { (width / one).ceil() } else { n.log2().ceil() + 1.0 }
        };
        let bins = match self {
            Self::FreedmanDiaconis => by_width(2.0 * quartiles(values) / n.cbrt()),
            Self::Scott => by_width(3.49 * stdev(values).unwrap_or_default() / n.cbrt()),
            Self::Sturges => by_width(0.0),
            Self::SquareRoot => n.sqrt().ceil(),
        };
        (bins as usize).min(values.len()).clamp(1, Self::MOST)
    }
}

/// How far the quartiles are apart.
fn quartiles<T: Sample>(values: &[T]) -> f64 {
    percentiles([25, 75], values).map_or(0.0, |[lower, upper]| upper.minus(lower))
}
