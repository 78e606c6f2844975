//! A histogram as bars.

use std::fmt;
use std::time::Duration;

use super::Histogram;

/// A line for each bin: where it is, how many there are, and a bar.
///
/// A precision (`{:.2}`) is that of the edges, which have as many digits as tell them apart unless it is
/// given; a width (`{:60}`) is how long the longest bar is, 40 unless
/// it is given.
impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = f.width().unwrap_or(40) as u64;
        let precision = f.precision().unwrap_or_else(|| digits(self));
        let edge = |value| edge(value, self.in_seconds(), precision);
        let last = self.bins().len() - 1;
        let mut rows: Vec<(String, &str, String, u64)> = self
            .bins()
            .enumerate()
            .map(|(at, bin)| {
                let dots = if at == last { "..=" } else { ".. " };
                (edge(bin.range.start), dots, edge(bin.range.end), bin.count)
            })
            .collect();
        if self.below() > 0 {
            let first = rows[0].0.clone();
            rows.insert(0, (String::new(), "<  ", first, self.below()));
        }
        if self.above() > 0 {
            let end = rows[rows.len() - 1].2.clone();
            rows.push((String::new(), ">  ", end, self.above()));
        }
        if self.nan() > 0 {
            rows.push((String::new(), "   ", "NaN".to_owned(), self.nan()));
        }
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
        let left = widest(&mut rows.iter().map(|row| row.0.chars().count()));
        let right = widest(&mut rows.iter().map(|row| row.2.chars().count()));
        let counts = widest(&mut rows.iter().map(|row| row.3.to_string().len()));
        let most = self.bins().map(|bin| bin.count).max().unwrap_or_default();
        let bins = rows.iter().position(|row| row.1.starts_with("..")).unwrap_or_default();
        for (at, (from, dots, to, count)) in rows.iter().enumerate() {
            write!(f, "{from:>left$} {dots}{to:>right$}  {count:>counts$}")?;
            let bar = if at >= bins && at <= bins + last { bar(*count, most, longest) } else { 0 };
            if bar > 0 {
                write!(f, " {}", "#".repeat(bar))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// What is there at all, is seen.
fn bar(count: u64, most: u64, longest: u64) -> usize {
    if count == 0 || longest == 0 {
        return 0;
    }
    let share = u128::from(count) * u128::from(longest) / u128::from(most.max(1));
    usize::try_from(share.max(1)).unwrap_or_default()
}

/// As many decimals as tell the edges apart, with two digits of a bin's width.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn digits(histogram: &Histogram) -> usize {
    if histogram.in_seconds() {
        return 2;
    }
    let whole = |edge: f64| edge.fract() == 0.0;
    if histogram.bins().all(|bin| whole(bin.range.start) && whole(bin.range.end)) {
        return 0;
    }
    let width = histogram.bins().next().map_or(1.0, |bin| bin.range.end - bin.range.start);
    (1.0 - width.log10().floor()).clamp(0.0, 17.0) as usize
}

fn edge(value: f64, seconds: bool, precision: usize) -> String {
    match Duration::try_from_secs_f64(value.abs()) {
        Ok(size) if seconds && value < 0.0 => format!("-{size:.precision$?}"),
        Ok(size) if seconds => format!("{size:.precision$?}"),
        _ => format!("{value:.precision$}"),
    }
}
