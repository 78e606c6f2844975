//! The text format, line by line.

use std::fmt::{self, Display, Write};
use std::time::Duration;

use super::super::family::QUANTILES;
use crate::metrics::Snapshot;

#[derive(Clone, Copy)]
pub(super) enum Type {
    Counter,
    Gauge,
    Histogram,
    Summary,
}

/// All series of one name; what it is stands before the first, and where there is none, nowhere.
pub(super) struct Family<'a, W> {
    out: &'a mut W,
    name: &'static str,
    about: &'static str,
    kind: Type,
    begun: bool,
}

impl<'a, W: Write> Family<'a, W> {
    pub(super) fn new(out: &'a mut W, name: &'static str, about: &'static str, kind: Type) -> Self {
        Self { out, name, about, kind, begun: false }
    }

    fn begin(&mut self) -> fmt::Result {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let kind = match self.kind {
            Type::Counter => "counter",
            Type::Gauge => "gauge",
            Type::Histogram => "histogram",
            Type::Summary => "summary",
        };
        writeln!(self.out, "# HELP {} {}", self.name, self.about)?;
        writeln!(self.out, "# TYPE {} {kind}", self.name)
    }

    pub(super) fn sample<'l>(
        &mut self,
        suffix: &str,
        labels: impl IntoIterator<Item = (&'l str, &'l str)>,
        value: impl Display,
    ) -> fmt::Result {
        self.begin()?;
        write!(self.out, "{}{suffix}", self.name)?;
        let mut before = '{';
        for (label, value) in labels {
            write!(self.out, "{before}{label}=\"{}\"", Escaped(value))?;
            before = ',';
        }
        writeln!(self.out, "}} {value}")
    }
}

/// The latencies of a point: a histogram since the start, or, without buckets, the latest percentiles.
pub(super) fn latency<W: Write>(
    family: &mut Family<'_, W>,
    name: (&'static str, &str),
    point: &Snapshot,
    buckets: &[f64],
) -> fmt::Result {
    let total = &point.latency_total;
    if buckets.is_empty() {
        for (percent, quantile, _) in QUANTILES {
            let latest = (point.latency.count() > 0).then(|| point.latency.percentile(percent));
            // Without calls there is none.
            let latest = latest.map_or(f64::NAN, |latest| latest.as_secs_f64());
            family.sample("", [name, ("quantile", &quantile.to_string())], latest)?;
        }
    } else {
        for bound in buckets {
            let within = Duration::try_from_secs_f64(*bound)
                .map_or(total.count(), |bound| total.at_most(bound));
            family.sample("_bucket", [name, ("le", &bound.to_string())], within)?;
        }
        family.sample("_bucket", [name, ("le", "+Inf")], total.count())?;
    }
    family.sample("_sum", [name], total.sum().as_secs_f64())?;
    family.sample("_count", [name], total.count())
}

struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
