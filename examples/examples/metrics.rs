//! How many calls, how they end, and how long they take, when a supplier gets into trouble.
//!
//! A shop is asked for a price ten times a second. For ten seconds its supplier is well, then two
//! answers in three are slow and wrong, and a breaker keeps callers away. What customers get is
//! counted above the fallback, what the supplier does below it: an attribute counts what comes to
//! where it stands. A table shows the last ten seconds, latencies those of the last sixty. The clock
//! is frozen, so that seconds pass at once and the figures are exact.
//!
//! ```text
//! point       calls/s  failed  in flight     p50     p95     p99     max
//! shop.price     10.0    0.0%          0  20.0ms  20.0ms  20.0ms  20.0ms
//! supplier       10.0    0.0%          0  20.0ms  20.0ms  20.0ms  20.0ms
//!
//! point       calls/s  failed  in flight     p50     p95     p99     max  rejected  fallbacks
//! shop.price     10.0    0.0%          0  20.2ms  80.0ms  80.0ms  80.0ms         -         81
//! supplier       10.0   69.0%          0  20.2ms  80.0ms  80.0ms  80.0ms        61          -
//!
//! of 200 calls 112 were answered and 63 turned away by the breaker, which opened 9 times
//! ```

use std::time::Duration;

use dyno::{breaker, clock, fallback, metrics};

const MS: Duration = Duration::from_millis(1);

#[metrics(name = "shop.price")] // what customers get
#[fallback(Ok(1_095))] // the list price
#[metrics("supplier")] // what the supplier does
#[breaker("supplier", window = 10, failure_rate = 50%, min_calls = 5, reset_timeout = 700ms)]
fn price(is_well: bool, call: u32) -> Result<u32, String> {
    let fails = !is_well && call % 3 != 0;
    clock::sleep(if fails { 80 * MS } else { 20 * MS });
    if fails { Err("no answer".to_owned()) } else { Ok(995) }
}

fn main() {
    let frozen = clock::freeze();
    for is_well in [true, false] {
        for call in 0..100 {
            let asked = clock::now();
            assert!(price(is_well, call).is_ok());
            frozen.advance((100 * MS).saturating_sub(asked.elapsed()));
        }
        println!("{}\n", metrics::all());
    }
    let supplier = metrics::of("supplier").expect("it was called");
    let (calls, all) = (supplier.total.calls(), &supplier.total);
    let (answered, turned_away) = (all.successes, all.rejected.breaker_open);
    print!(
        "of {calls} calls {answered} were answered and {turned_away} turned away by the breaker, "
    );
    println!("which opened {} times", all.policies.opened);
}
