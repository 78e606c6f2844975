//! A call to the pricing service, written as a single attempt, made fault tolerant twice: by one line
//! above the function, and as a value that many functions share.
//!
//! ```text
//! pricing (attribute)
//!   attempt 1 for sku-1, 250ms left
//!   attempt 1 for sku-2, 250ms left
//!   attempt 2 for sku-2, 235ms left
//!   attempt 3 for sku-2, 220ms left
//!   attempt 1 for sku-3, 250ms left
//!   attempt 2 for sku-3, 235ms left
//!   attempt 3 for sku-3, 220ms left
//!   attempt 1 for sku-4, 250ms left
//!   attempt 2 for sku-4, 235ms left
//!   attempt 1 for sku-6, 250ms left
//! pricing (builder)
//!   attempt 1 for sku-1, 250ms left
//!   attempt 1 for sku-2, 250ms left
//!   attempt 2 for sku-2, 235ms left
//!   attempt 3 for sku-2, 220ms left
//!   attempt 1 for sku-3, 250ms left
//!   attempt 2 for sku-3, 235ms left
//!   attempt 3 for sku-3, 220ms left
//!   attempt 1 for sku-4, 250ms left
//!   attempt 2 for sku-4, 235ms left
//!   attempt 1 for sku-6, 250ms left
//! its preset
//!   attempt 1 for sku-7, 250ms left
//!
//! pricing (builder)
//!   timeout: 250ms
//!   retry: 3 attempts, pauses 5ms with jitter None, budget 100.0 of 100 (0 refused)
//!   breaker: closed, 0 failures of 5 in a row
//!   bulkhead: 0 of 10 in flight, 0 waiting
//!   stood in: 3 times
//!   calls: 7 succeeded, 0 failed, 0 rejected, 0 in flight
//!
//! pricing (builder): the limit is 250ms
//! pricing (builder): retry: 3 attempts, pauses 5ms with jitter None, budget 100.0 of 100 (0 refused)
//! pricing (builder): the breaker is closed: 0 of 5 failures in a row; last error: no route to host
//! pricing (builder): 0 of 10 in flight
//! pricing (builder): fallback: stood in 3 times, of these 2 for a refusal; failed 0
//! pricing (builder): metrics: 7 succeeded, 0 failed, 0 rejected, 0 in flight
//! ```

use std::cell::Cell;
use std::io;
use std::time::Duration;

use dyno::breaker::Settings;
use dyno::clock;
use dyno::fallback;
use dyno::metrics;
use dyno::prelude::*;
use dyno::retry::Retry;
use dyno::service::{self, Call, Service};

thread_local! {
    /// How many more attempts the pricing service lets down; how often it was asked.
    static DOWN: Cell<u32> = const { Cell::new(0) };
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

/// The wire: it knows nothing of retries.
fn ask(sku: &str, call: &Call) -> Result<u32, io::Error> {
    ASKED.set(ASKED.get() + 1);
    println!(
        "  attempt {} for {sku}, {:?} left",
        call.attempt(),
        call.remaining().unwrap_or_default()
    );
    clock::sleep(Duration::from_millis(10));
    match DOWN.get() {
        0 => Ok(995),
        down => {
            DOWN.set(down - 1);
            Err(io::Error::other("no route to host"))
        }
    }
}

/// As an attribute. The list price stands in when all else fails.
#[service(
    name = "pricing (attribute)",
    timeout = 250ms,
    retry(3, delay = 5ms, budget = 20%),
    breaker(fail_max = 5, reset_timeout = 15s),
    bulkhead = 10,
    metrics,
    fallback = |_| Ok(500),
)]
fn price(sku: &str, call: &Call) -> Result<u32, io::Error> {
    ask(sku, call)
}

/// As a value: the same, for all who name it.
static PRICING: Service = Service::builder("pricing (builder)")
    .timeout(Duration::from_millis(250))
    .retry(Retry::new(3).delay(Duration::from_millis(5)))
    .budget(0.2)
    .breaker(Settings::new().fail_max(5).reset_timeout(Duration::from_secs(15)))
    .bulkhead(10)
    .metrics()
    .build();

fn price_by_value(sku: &str) -> Result<u32, io::Error> {
    PRICING.or(|_| Ok(500)).call(|call| ask(sku, call))
}

/// As an attribute that names the value: both call through the same breaker, places and budget.
#[service(PRICING, fallback = |_| Ok(500))]
fn price_by_preset(sku: &str, call: &Call) -> Result<u32, io::Error> {
    ask(sku, call)
}

/// What each way makes of the same day: a good call, one that needs three attempts, an outage.
fn day(name: &str, price: impl Fn(&str) -> Result<u32, io::Error>) -> Result<(), io::Error> {
    println!("{name}");
    ASKED.set(0);
    assert_eq!(price("sku-1")?, 995);
    DOWN.set(2);
    assert_eq!(price("sku-2")?, 995);
    assert_eq!(ASKED.get(), 4);

    DOWN.set(u32::MAX);
    assert_eq!(price("sku-3")?, 500); // three failures in a row …
    assert_eq!(price("sku-4")?, 500); // … and two: the breaker opens, and there is no third
    assert_eq!(ASKED.get(), 9);
    assert_eq!(price("sku-5")?, 500); // nobody is asked
    assert_eq!(ASKED.get(), 9);

    DOWN.set(0);
    clock::sleep(Duration::from_secs(15));
    assert_eq!(price("sku-6")?, 995); // the trial

    let seen = metrics::of(name).expect("it was called").total;
    assert_eq!((seen.successes, seen.failures), (6, 0), "what the callers got");
    assert_eq!(fallback::count(name).stood_in, 3);
    Ok(())
}

fn main() -> Result<(), io::Error> {
    let _frozen = clock::freeze(); // nobody waits
    day("pricing (attribute)", price)?;
    day("pricing (builder)", price_by_value)?;

    println!("its preset");
    assert_eq!(price_by_preset("sku-7")?, 995);
    println!("\n{}", PRICING.snapshot());
    PRICING.list();
    println!("\n{}", service::explain("pricing (builder)").expect("it is listed"));
    Ok(())
}
