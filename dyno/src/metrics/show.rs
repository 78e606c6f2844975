//! Metrics as a table, for people.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use super::Snapshot;

/// The metrics of all points at one moment, by name; displayed as a table.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Snapshots(pub(super) Vec<Snapshot>);

impl Deref for Snapshots {
    type Target = [Snapshot];
    fn deref(&self) -> &[Snapshot] {
        &self.0
    }
}

impl IntoIterator for Snapshots {
    type Item = Snapshot;
    type IntoIter = std::vec::IntoIter<Snapshot>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Snapshots {
    type Item = &'a Snapshot;
    type IntoIter = std::slice::Iter<'a, Snapshot>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// Points of which no column says anything are left out.
impl fmt::Display for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |s: &&Snapshot| COLUMNS.iter().any(|column| (column.of)(s).is_some());
        table(&self.0.iter().filter(said).collect::<Vec<_>>(), f)
    }
}

/// A table of one row.
impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table(&[self], f)
    }
}

/// A column: its title, and what it says of a point; left out where it says nothing of any.
struct Column {
    title: &'static str,
    of: fn(&Snapshot) -> Option<String>,
}

const COLUMNS: [Column; 12] = [
    Column {
        title: "calls/s",
        of: |s| s.counts_calls().then(|| format!("{:.1}", s.request_rate())),
    },
    Column { title: "failed", of: failed },
    Column { title: "in flight", of: |s| s.counts_calls().then(|| s.in_flight.to_string()) },
    Column { title: "p50", of: |s| time(s, Snapshot::median) },
    Column { title: "p95", of: |s| time(s, Snapshot::p95) },
    Column { title: "p99", of: |s| time(s, Snapshot::p99) },
    Column { title: "max", of: |s| time(s, |s| s.latency.max()) },
    Column { title: "rejected", of: |s| some(s.rejected().total()) },
    Column { title: "timed out", of: |s| some(s.window.policies.timed_out) },
    Column { title: "retries", of: |s| some(s.window.policies.retried) },
    Column { title: "fallbacks", of: |s| some(s.window.policies.fallbacks()) },
    Column { title: "cache hits", of: cache_hits },
];

fn failed(s: &Snapshot) -> Option<String> {
    s.counts_calls().then(|| format!("{:.1}%", 100.0 * s.failure_ratio()))
}

fn cache_hits(s: &Snapshot) -> Option<String> {
    s.window.policies.cache.hit_ratio().map(|ratio| format!("{:.1}%", 100.0 * ratio))
}

fn some(count: u64) -> Option<String> {
    (count > 0).then(|| count.to_string())
}

fn time(s: &Snapshot, of: fn(&Snapshot) -> Duration) -> Option<String> {
    (s.latency.count() > 0).then(|| short(of(s)))
}

/// Three digits and a unit: `1.23ms`, `12.3ms`, `123ms`.
fn short(time: Duration) -> String {
    let nanos = time.as_secs_f64() * 1e9;
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "us")];
    let (unit, name) = units.into_iter().find(|(unit, _)| nanos >= *unit).unwrap_or((1.0, "ns"));
    let value = nanos / unit;
    let digits = if name == "ns" || value >= 99.95 { 0 } else { usize::from(value < 9.995) + 1 };
    format!("{value:.digits$}{name}")
}

fn table(snapshots: &[&Snapshot], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let first = "point";
    let width = snapshots.iter().map(|s| s.name.chars().count()).max();
    let width = width.unwrap_or(0).max(first.len());
    let columns = COLUMNS.iter().filter_map(|column| {
        let cells: Vec<Option<String>> = snapshots.iter().map(|s| (column.of)(s)).collect();
        let widest = cells.iter().flatten().map(String::len).max()?;
        Some((column.title, cells, widest.max(column.title.len())))
    });
    let columns: Vec<_> = columns.collect();
    write!(f, "{first:width$}")?;
    for (title, _, wide) in &columns {
        write!(f, "  {title:>wide$}")?;
    }
    for (row, snapshot) in snapshots.iter().enumerate() {
        write!(f, "\n{:width$}", snapshot.name)?;
        for (_, cells, wide) in &columns {
            write!(f, "  {:>wide$}", cells[row].as_deref().unwrap_or("-"))?;
        }
    }
    Ok(())
}
