//! Try again, after a pause that grows, only where it may help, and not when everybody does.
//!
//! `backoff = 100ms..1s` draws each pause between zero and a limit that doubles up to 1 s; with
//! `compound` the error tells of every attempt. The budget pays for six further attempts, then for
//! one each five calls, so that few calls fall on a server that is down. The clock is frozen.
//!
//! ```text
//! asked: 3, time: 121.8ms, EUR: 0.92
//! asked: 1, time: 0.0ns, XXX: failed at the only attempt
//!   1: no such currency
//! asked: 4, time: 214.6ms, EUR: all 4 attempts failed (no more are allowed)
//!   1: busy
//!      … 71.8ms
//!   2: busy
//!      … 96.2ms
//!   3: busy
//!      … 46.6ms
//!   4: busy
//! asked during the outage: 2 1 2 1 1 1 1 2 1 1
//! EUR: all 2 attempts failed (the retry budget is spent): busy
//! ```

use std::fmt;

use dyno::retry::{Budget, CompoundError};
use dyno::{clock, retry};

static BUDGET: Budget = Budget::new().share(0.2).reserve(0).capacity(6);

struct Server {
    busy_until: u32,
    asked: u32,
}

#[derive(Clone, Copy, Debug)]
enum NoRate {
    Busy,
    UnknownCurrency,
}

impl fmt::Display for NoRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Busy) { "busy" } else { "no such currency" })
    }
}

#[retry(4, backoff = 100ms..1s, jitter = full, only = NoRate::Busy, budget = BUDGET, compound)]
fn rate(server: &mut Server, currency: &str) -> Result<f64, NoRate> {
    server.asked += 1;
    match currency {
        _ if server.asked < server.busy_until => Err(NoRate::Busy),
        "EUR" => Ok(0.92),
        _ => Err(NoRate::UnknownCurrency),
    }
}

fn show(busy_until: u32, currency: &str) {
    let (mut server, start) = (Server { busy_until, asked: 0 }, clock::now());
    let rate: Result<f64, CompoundError<NoRate>> = rate(&mut server, currency);
    let said = rate.map_or_else(|error| format!("{error:#}"), |rate| rate.to_string());
    println!("asked: {}, time: {:.1?}, {currency}: {said}", server.asked, start.elapsed());
}

fn main() {
    fastrand::seed(7); // pauses are drawn
    let _frozen = clock::freeze();
    show(3, "EUR");
    show(1, "XXX");
    show(9, "EUR");
    print!("asked during the outage:");
    let mut spent = None;
    for _ in 0..10 {
        let mut server = Server { busy_until: 99, asked: 0 };
        spent = spent.or(rate(&mut server, "EUR").err());
        print!(" {}", server.asked);
    }
    println!("\nEUR: {}", spent.expect("it is down"));
}
