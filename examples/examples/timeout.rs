//! Not to wait longer than it is worth.
//!
//! A time-out drops an async function that is late, and what it calls sees how much time is left.
//! A blocking function cannot be ended from outside: it may ask for the deadline, or run
//! `on_pool`, where it goes on and nobody waits for it. The clock is frozen, so that time passes at
//! once and is told exactly.
//!
//! ```text
//! 100.0ms  995
//! 250.0ms  quote: no answer within 250ms
//! 200.0ms  995, and 100.0ms left
//! 300.0ms  check_out: no answer within 300ms
//! 250.0ms  sum: the deadline is spent
//! 400.0ms  report: no answer within 250ms (told after 400.0ms)
//! ```

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dyno::{Deadline, clock, timeout};

const MS: Duration = Duration::from_millis(1);

#[timeout(250ms, name = "quote")]
async fn quote(takes: Duration) -> Result<u32, String> {
    clock::sleep_async(takes).await;
    Ok(995)
}

#[timeout(300ms, name = "check_out")]
async fn check_out(quotes: u32) -> Result<String, String> {
    let mut price = 0;
    for _ in 0..quotes {
        price = quote(200 * MS).await?; // its own limit, or what is left of 300 ms
    }
    let left = Deadline::current().map(Deadline::remaining).unwrap_or_default();
    Ok(format!("{price}, and {left:.1?} left"))
}

#[timeout(250ms, name = "sum")]
fn sum(rows: u32) -> Result<u32, String> {
    (0..rows).try_fold(0, |sum, row| {
        Deadline::check("sum")?;
        clock::sleep(50 * MS); // hard work
        Ok(sum + row)
    })
}

#[timeout(250ms, on_pool, name = "report")]
fn report() -> Result<u32, String> {
    clock::sleep(400 * MS); // it does not ask
    Ok(1)
}

fn block_on<R>(future: impl Future<Output = R>) -> R {
    let (mut future, mut cx) = (pin!(future), Context::from_waker(Waker::noop()));
    loop {
        let Poll::Ready(output) = future.as_mut().poll(&mut cx) else { continue };
        return output;
    }
}

fn show<T: ToString>(call: impl FnOnce() -> Result<T, String>) {
    let start = clock::now();
    let said = call().map_or_else(|error| error, |value| value.to_string());
    println!("{:.1?}  {said}", start.elapsed());
}

fn main() {
    let _frozen = clock::freeze();
    show(|| block_on(quote(100 * MS)));
    show(|| block_on(quote(400 * MS)));
    show(|| block_on(check_out(1)));
    show(|| block_on(check_out(2)));
    show(|| sum(9));
    show(report);
}
