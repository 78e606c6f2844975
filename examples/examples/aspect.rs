//! Code that runs before, after or around a function, written once.
//!
//! Advice is a function or a closure of yours; it learns where it runs. The attribute on top is the
//! outermost. What is `around` a function gets the rest of it, and need not run it. The clock is
//! frozen, so that the time taken is exact.
//!
//! ```text
//! > aspect::price
//!   aspect::price took 30ms
//! < aspect::price: Ok(99)
//! > aspect::price
//!   aspect::price took 30ms
//! < aspect::price: Err("there is no feather")
//!   payment is left out
//! < payment: None
//! ```

use std::fmt::Debug;
use std::time::Duration;

use dyno::aspect::JoinPoint;
use dyno::{aspect, clock};

fn leave(at: &JoinPoint<'_>, returned: &impl Debug) {
    println!("< {at}: {returned:?}");
}

fn timed<R>(at: &JoinPoint<'_>, body: impl FnOnce() -> R) -> R {
    let start = clock::now();
    let returned = body();
    println!("  {at} took {:?}", start.elapsed());
    returned
}

fn dry_run<R: Default>(at: &JoinPoint<'_>, _body: impl FnOnce() -> R) -> R {
    println!("  {at} is left out");
    R::default()
}

#[aspect(before = |at| println!("> {at}"), after = leave)]
#[aspect(around = timed)]
fn price(sku: &str) -> Result<u32, String> {
    clock::sleep(Duration::from_millis(30)); // as a database would
    if sku == "anvil" { Ok(99) } else { Err(format!("there is no {sku}")) }
}

#[aspect(name = "payment", around = dry_run, after = leave)]
fn pay(sum: u32) -> Option<u32> {
    println!("  paying {sum}");
    Some(sum)
}

fn main() {
    let _frozen = clock::freeze();
    let sum = price("anvil").unwrap_or_default() + price("feather").unwrap_or_default();
    pay(sum);
}
