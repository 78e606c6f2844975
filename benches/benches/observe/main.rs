//! What it costs to cache, to count, to time and to watch a call, and how a cache fares when many want
//! the same value as it expires.

mod cache;
mod calls;
mod group;
mod metrics;
mod timing;

use benches::{Bars, Section, quick};

type Part = fn(&mut Section, &mut Bars);

const PARTS: [(&str, Part); 4] = [
    ("cache", cache::run),
    ("metrics", metrics::run),
    ("timing", timing::run),
    ("calls", calls::run),
];

/// `--quick metrics` runs that part alone.
fn main() {
    let mut section = Section::new("observe");
    let mut bars = Bars::new();
    let chosen = |name: &str| quick() && std::env::args().any(|arg| arg == name);
    let all = !PARTS.iter().any(|(name, _)| chosen(name));
    for (name, run) in PARTS {
        if all || chosen(name) {
            run(&mut section, &mut bars);
        }
    }
    section.heading("Bars", "Of medians.");
    section.add(&bars);
    section.write();
}

/// For the contenders, which are entered for the whole run.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// A time after which nothing expires here.
const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);
