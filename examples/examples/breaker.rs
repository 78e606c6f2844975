//! Stop calling what keeps failing, and find out when it has recovered.
//!
//! Three failures in a row open the breaker; for 15 s it turns every call away, and the warehouse is
//! left alone. Then one call may try: a failure opens it anew, a success closes it. The clock is
//! frozen, so that seconds pass at once.
//!
//! ```text
//!       (asking for anvils)
//!  0 s  closed    no route to host
//!       (asking for anvils)
//!  0 s  closed    no route to host
//!       (asking for anvils)
//!  0 s  open      no route to host
//!  0 s  open      warehouse: the breaker is open, try again in 15.0s
//!       (asking for anvils)
//! 15 s  open      no route to host
//!       (asking for anvils)
//! 30 s  closed    7 left
//! 30 s  open      warehouse: the breaker is open, try again in 15.0s
//! ```

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use dyno::breaker::Breaker;
use dyno::{breaker, clock};

static WAREHOUSE: Breaker =
    Breaker::new("warehouse").fail_max(3).reset_timeout(Duration::from_secs(15));

static UP: AtomicBool = AtomicBool::new(false);

#[breaker(WAREHOUSE)]
fn in_stock(sku: &str) -> Result<String, String> {
    println!("      (asking for {sku})");
    if UP.load(Relaxed) { Ok("7 left".into()) } else { Err("no route to host".into()) }
}

fn main() {
    let (frozen, start) = (clock::freeze(), clock::now());
    let show = || {
        let answer = in_stock("anvils").unwrap_or_else(|error| error);
        println!("{:>2} s  {:9} {answer}", start.elapsed().as_secs(), WAREHOUSE.state());
    };
    (0..4).for_each(|_| show());
    frozen.advance(Duration::from_secs(15));
    show();
    frozen.advance(Duration::from_secs(15));
    UP.store(true, Relaxed);
    show();
    WAREHOUSE.trip(); // by hand
    show();
}
