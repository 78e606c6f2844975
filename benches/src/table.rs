//! Tables in Markdown, and bars: what was promised beside what was measured.

use std::fmt::{self, Write as _};

/// A table whose first column is text and whose others are figures.
#[derive(Debug)]
pub struct Table(String);

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = Self(String::new());
        table.row(columns);
        let right = columns.iter().skip(1).map(|_| "---:");
        let rule: Vec<_> = std::iter::once("---").chain(right).collect();
        table.row(&rule);
        table
    }

    /// One more row.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        let cells: Vec<_> = cells.iter().map(AsRef::as_ref).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "| {} |", cells.join(" | "));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was promised beside what was measured: `yes` only where it holds.
#[derive(Debug)]
pub struct Bars(Table);

impl Bars {
    /// None yet.
    pub fn new() -> Self {
        Self(Table::new(&["promise", "bar", "measured", "met"]))
    }

    /// `measured` may be up to `bar`.
    pub fn at_most(&mut self, what: &str, bar: f64, measured: f64, unit: &str) {
        self.judge(what, "<=", bar, measured, unit, measured <= bar);
    }

    /// `measured` must be `bar` or more.
    pub fn at_least(&mut self, what: &str, bar: f64, measured: f64, unit: &str) {
        self.judge(what, ">=", bar, measured, unit, measured >= bar);
    }

    fn judge(&mut self, what: &str, sign: &str, bar: f64, measured: f64, unit: &str, met: bool) {
        let met = if met { "yes" } else { "**no**" };
        let bar = format!("{sign} {bar} {unit}");
        let measured = format!("{measured:.2} {unit}");
        self.0.row(&[what, bar.trim(), measured.trim(), met]);
    }
}

impl Default for Bars {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Nanoseconds for a cell.
pub fn ns(value: f64) -> String {
    if value.is_nan() {
        "-".to_owned()
    } else if value.abs() < 100.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_that_is_missed_says_no() {
        let mut bars = Bars::new();
        bars.at_most("fast", 1.0, 1.01, "ns");
        bars.at_most("known", 1.0, f64::NAN, "ns");
        bars.at_least("wide", 1.8, 1.9, "");
        assert_eq!(
            bars.to_string(),
            "| promise | bar | measured | met |\n| --- | ---: | ---: | ---: |\n\
             | fast | <= 1 ns | 1.01 ns | **no** |\n\
             | known | <= 1 ns | NaN ns | **no** |\n\
             | wide | >= 1.8 | 1.90 | yes |\n"
        );
    }
}
