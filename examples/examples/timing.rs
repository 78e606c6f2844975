//! Where the time of one request goes, with nothing passed up or down.
//!
//! An order looks for the stock, on a thread of its own, and for a price, which is tried again. Each
//! annotated function is an interval of the recording in force, and policies add marks of what they
//! did: `+` begins, `=` ends, `-` is a moment. On the left are milliseconds, `V` being those of the
//! line above. With an argument, the same is written there as a picture, a waterfall:
//! `cargo run -p examples --example timing order.svg`. The clock is frozen, so that the figures are
//! exact.
//!
//! ```text
//!       0.00 + request 113.0mS
//!          V   + order 113.0mS
//!          V     + stock of anvil 25.0mS [thread]
//!      15.00       - not on shelf 5
//!      25.00     = stock of anvil
//!          V     + price 80.0mS
//!          V       + attempt 20.0mS
//!      45.00       = attempt
//!          V       - price: attempt 1 failed, trying again in 40.0ms
//!      85.00       + attempt 20.0mS
//!     105.00       = attempt
//!          V       - price: succeeded after 2 attempts
//!          V     = price
//!          V     + print the bill 8.0mS
//!     113.00     = print the bill
//!          V   = order
//!          V = request
//!
//! of 113ms the attempts took 40ms, and the pause between them 40ms
//! ```

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, fs, io};

use dyno::timing::Node;
use dyno::{clock, retry, timing};

const MS: Duration = Duration::from_millis(1);

#[timing(name = "order")]
fn order(sku: &'static str) -> Result<u32, String> {
    let units = dyno::spawn(move || stock(sku)).join().map_err(|_| "the stock is unknown")?;
    let price = price(sku)?;
    let _printing = timing::span("print the bill");
    clock::sleep(8 * MS);
    Ok(units * price)
}

#[timing("stock of {sku}")]
fn stock(sku: &str) -> u32 {
    clock::sleep(15 * MS);
    timing::mark(format_args!("not on shelf {}", sku.len()));
    clock::sleep(10 * MS);
    4
}

#[timing(name = "price")] // all attempts, and the pause between them
#[retry(3, delay = 40ms)]
#[timing("attempt")] // each of them
fn price(sku: &str) -> Result<u32, String> {
    static IS_AWAKE: AtomicBool = AtomicBool::new(false);
    clock::sleep(20 * MS);
    let was_awake = IS_AWAKE.swap(true, Ordering::Relaxed);
    was_awake.then_some(995).ok_or_else(|| format!("no answer about {sku}"))
}

fn main() -> io::Result<()> {
    let _frozen = clock::freeze();
    let (bill, tree) = timing::record("request", || order("anvil"));
    assert_eq!(bill, Ok(3_980));
    println!("{tree}");

    let of = |name: &'static str| tree.iter().filter(move |node| node.name() == name);
    let took = |name| of(name).filter_map(Node::duration).sum::<Duration>();
    let (attempts, price, all) = (took("attempt"), took("price"), tree.duration());
    let pause = price.saturating_sub(attempts);
    println!("of {all:?} the attempts took {attempts:?}, and the pause between them {pause:?}");

    if let Some(path) = env::args().nth(1) {
        fs::write(path, tree.to_chrome_trace())?;
    }
    Ok(())
}
