//! Try again, after a pause that grows, and only where it may help.
//!
//! `backoff = 100ms..1s` draws each pause between zero and a limit that doubles up to 1 s. The
//! clock is frozen, so that pauses pass at once and are told exactly; they differ from run to run.
//! Indented is what an observer hears.
//!
//! ```text
//!   retry::rate: Retry { attempt: 1, after: 26.995558ms }
//!   retry::rate: Retry { attempt: 2, after: 75.381615ms }
//!   retry::rate: Recovered { attempts: 3 }
//! EUR: Ok(0.92), attempts: 3, time: 102.377173ms
//!   retry::rate: Retry { attempt: 1, after: 58.373453ms }
//!   retry::rate: Retry { attempt: 2, after: 7.809736ms }
//!   retry::rate: Retry { attempt: 3, after: 182.466496ms }
//!   retry::rate: GaveUp { attempts: 4, why: Attempts }
//! EUR: Err(Busy), attempts: 4, time: 248.649685ms
//! XXX: Err(UnknownCurrency), attempts: 1, time: 0ns
//! ```

use dyno::point::{self, Event};
use dyno::{clock, retry};

struct Server {
    busy_until: u32,
    asked: u32,
}

#[derive(Debug)]
enum NoRate {
    Busy,
    UnknownCurrency,
}

#[retry(4, backoff = 100ms..1s, only = NoRate::Busy)]
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
    let rate = rate(&mut server, currency);
    println!("{currency}: {rate:?}, attempts: {}, time: {:?}", server.asked, start.elapsed());
}

fn main() {
    let _frozen = clock::freeze();
    let _watch = point::observe(|at: &str, event: &Event<'_>| println!("  {at}: {event:?}"));
    show(3, "EUR");
    show(9, "EUR");
    show(1, "XXX");
}
