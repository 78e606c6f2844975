//! No more at once, and no more in a second, than a dependency can bear.
//!
//! Five callers come together to a printer with two places, and each prints for 40 ms: two print,
//! two find a place within the 50 ms that they wait, and one does not. Then there is a call every
//! 50 ms to a search that allows ten a second: it bears with a burst of ten, so half of the calls
//! are turned away only when that is used up (`.`: found, `-`: turned away). The clock is frozen, so
//! that time passes at once and is told exactly.
//!
//! ```text
//! 40.0ms  printed for 1
//! 40.0ms  printed for 2
//! 50.0ms  5 is told: printer: the bulkhead is full, try again in 40.0ms
//! 80.0ms  printed for 4
//! 80.0ms  printed for 3
//! ...................-.-.-.-.-.-
//! the first to be turned away: search: the rate limit is reached, try again in 50.0ms
//! ```

use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use dyno::{Fault, bulkhead, clock, rate};

const MS: Duration = Duration::from_millis(1);

#[bulkhead(2, wait = 50ms, name = "printer")]
async fn print(caller: u32) -> Result<String, Fault> {
    clock::sleep_async(40 * MS).await;
    Ok(format!("printed for {caller}"))
}

#[rate(10/1s, name = "search")]
fn search(words: &str) -> Result<usize, Fault> {
    Ok(words.len())
}

/// Goes round all tasks until they have ended.
fn run(mut tasks: Vec<Pin<Box<dyn Future<Output = ()>>>>) {
    let mut cx = Context::from_waker(Waker::noop());
    while !tasks.is_empty() {
        tasks.retain_mut(|task| task.as_mut().poll(&mut cx).is_pending());
    }
}

fn main() {
    let (frozen, start) = (clock::freeze(), clock::now());
    let told = |caller| async move {
        let told = print(caller).await.unwrap_or_else(|fault| format!("{caller} is told: {fault}"));
        println!("{:.1?}  {told}", start.elapsed());
    };
    run((1..=5).map(|caller| Box::pin(told(caller)) as Pin<Box<_>>).collect());

    let (mut calls, mut first) = (String::new(), None);
    for _ in 0..30 {
        match search("anvils") {
            Ok(_) => calls.push('.'),
            Err(fault) => {
                calls.push('-');
                first.get_or_insert(fault);
            }
        }
        frozen.advance(50 * MS);
    }
    println!("{calls}");
    println!("the first to be turned away: {}", first.expect("more came than are allowed"));
}
