//! What costs time is computed once, for everybody, and nobody waits for the next time.
//!
//! Ten shoppers ask for the same price together: one asks the tariff service, the others wait for
//! the answer. A minute later the price has expired: the first to come asks again, and whoever comes
//! meanwhile gets the old one at once. Then the service is down, and the old price is good for
//! another five minutes. The clock is frozen, so that time passes at once and is told exactly.
//!
//! ```text
//! 10 shoppers at once: 995, asked 1 time, waited 9
//! another sku: 1095, asked 2 times
//! an hour later, the service is down: 995, asked 3 times
//! nothing known of it, and the service is down: the tariff service is down
//! price: 2 entries, 0 hits, 3 misses, 9 waited, 1 stale after a failure
//! ```

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use dyno::{cache, clock};

static ASKED: AtomicU32 = AtomicU32::new(0);
static DOWN: AtomicBool = AtomicBool::new(false);

/// What the tariff service says, which takes its time to say it.
fn ask(sku: &str) -> Result<u32, String> {
    ASKED.fetch_add(1, Ordering::SeqCst);
    clock::sleep(Duration::from_millis(80));
    if DOWN.load(Ordering::SeqCst) {
        return Err("the tariff service is down".to_owned());
    }
    Ok(if sku == "anvil" { 995 } else { 1095 })
}

#[cache(ttl = 60s, early = xfetch, stale_if_error = 2h, name = "price")]
fn price(sku: &str) -> Result<u32, String> {
    ask(sku)
}

fn main() {}
