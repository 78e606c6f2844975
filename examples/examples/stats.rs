//! What the latencies of a run say: the middle, the tail, and their shape.
//!
//! A thousand answers take about 20 ms each, and every fiftieth finds a cold cache and takes ten times as long.
//! The mean tells of neither; the percentiles tell of both, and the histogram shows them. Then two halves, each
//! kept by a thread of its own without a list of them, are merged into the same figures.
//!
//! ```text
//! mean 23.6ms, stdev 25.3ms, median 20.0ms, p95 24.0ms, p99 200.0ms
//!   0.0ns ..  25.0ms  980 ########################################
//!  25.0ms ..  50.0ms    0
//!  50.0ms ..  75.0ms    0
//!  75.0ms .. 100.0ms    0
//! 100.0ms .. 125.0ms    0
//! 125.0ms .. 150.0ms    0
//! 150.0ms .. 175.0ms    0
//! 175.0ms ..=200.0ms   20 #
//! n 1000, mean 0.0236, stdev 0.0253, min 0.0160, max 0.2000
//! ```

use std::thread;
use std::time::Duration;

use dyno::stats::{Histogram, Running, mean, median, percentiles, stdev};

fn answers() -> Vec<Duration> {
    let ms = |n: u64| if n % 50 == 49 { 200 } else { 16 + n * 7 % 9 };
    (0..1000).map(|n| Duration::from_millis(ms(n))).collect()
}

fn main() {
    let took = answers();
    tell(&took).expect("there are answers");
}

fn tell(took: &[Duration]) -> Option<()> {
    let (mean, stdev, median) = (mean(took)?, stdev(took)?, median(took)?);
    let [p95, p99] = percentiles([95, 99], took)?;
    println!(
        "mean {mean:.1?}, stdev {stdev:.1?}, median {median:.1?}, p95 {p95:.1?}, p99 {p99:.1?}"
    );

    let mut histogram = Histogram::new(Duration::ZERO..=Duration::from_millis(200), 8);
    histogram.extend(took.iter().copied());
    print!("{histogram:.1}");

    let halves = thread::scope(|scope| {
        let half = |half: &[Duration]| half.iter().copied().collect::<Running>();
        let (first, second) = took.split_at(500);
        [first, second]
            .map(|data| scope.spawn(move || half(data)))
            .map(thread::ScopedJoinHandle::join)
    });
    let mut all = Running::new();
    for half in halves {
        all.merge(&half.expect("it does not panic"));
    }
    println!("{all:.4}");
    Some(())
}
