//! Metrics for those who have none: a counter and a histogram of prometheus, their handles held.

use std::sync::LazyLock;
use std::time::Instant;

use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts};

static SEEN: LazyLock<Seen> = LazyLock::new(Seen::new);

struct Seen {
    outcomes: [IntCounter; 2],
    latency: Histogram,
}

impl Seen {
    fn new() -> Self {
        let calls = IntCounterVec::new(Opts::new("calls", "how many"), &["point", "outcome"]);
        let calls = calls.expect("names that it allows");
        let options = HistogramOpts::new("latency", "in seconds");
        let latency = HistogramVec::new(options, &["point"]).expect("names that it allows");
        Self {
            outcomes: ["failure", "success"]
                .map(|outcome| calls.with_label_values(&["bench", outcome])),
            latency: latency.with_label_values(&["bench"]),
        }
    }

    fn note(&self, begun: Instant, well: bool) {
        self.latency.observe(begun.elapsed().as_secs_f64());
        self.outcomes[usize::from(well)].inc();
    }
}

pub(super) fn measured<T, E>(f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let begun = Instant::now();
    let out = f();
    SEEN.note(begun, out.is_ok());
    out
}

pub(super) async fn measured_async<T, E>(f: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let begun = Instant::now();
    let out = f.await;
    SEEN.note(begun, out.is_ok());
    out
}
