//! Errors are told of where they happen, and handled where somebody can.
//!
//! The functions below return their errors as ever; the attribute on top tells of them: with the
//! arguments that were chosen, with what an error is due to, and not of what is no news. One sink
//! prints what there is to tell, indented. A till that is broken would tell the same thing all day:
//! so it may do so twice a minute, and the next report says how many were left out. A panic is told
//! as well, and goes on. What has been told lately can be asked for by name.
//!
//! ```text
//! 995
//!   ERROR price failed: cannot price anvil; caused by: the catalogue is on fire [sku=anvil, rows=3]
//! no price: cannot price anvil
//! no price: feather is sold out
//!   WARN  till failed: no paper [number=7]
//!   WARN  till failed: no paper [number=7]
//!   WARN  till failed: no paper [number=7] (3 before it left out)
//!   ERROR audit panicked: 12 coins are missing
//!   ERROR import failed: invalid digit found in string [line=2]
//! the sum is 30
//! audit: 0 failed, 1 panicked, 0 left out
//! import: 1 failed, 0 panicked, 0 left out
//! price: 1 failed, 0 panicked, 0 left out
//! till: 6 failed, 0 panicked, 3 left out
//! ```

use std::panic;
use std::time::Duration;

use dyno::clock;
use dyno::harness::{Level, Report};
use dyno::prelude::*;

#[derive(Debug, PartialEq)]
enum ShopError {
    SoldOut(String),
    Price(String, CatalogueError),
}

#[derive(Debug, PartialEq)]
struct CatalogueError;

#[harness(name = "price", fields(sku, rows = catalogue.len()), except = ShopError::SoldOut(_))]
fn price(catalogue: &[(&str, u32)], sku: &str) -> Result<u32, ShopError> {
    match catalogue.iter().find(|(known, _)| *known == sku) {
        Some((_, 0)) => Err(ShopError::SoldOut(sku.to_owned())),
        Some((_, price)) => Ok(*price),
        None => Err(ShopError::Price(sku.to_owned(), CatalogueError)),
    }
}

#[harness(name = "till", fields(number), level = warn, at_most = 2/1m)]
fn print_receipt(number: u32) -> Result<(), String> {
    Err("no paper".to_owned())
}

#[harness(name = "audit")]
fn audit(coins: u32) -> u32 {
    assert!(coins >= 100, "{} coins are missing", 100 - coins);
    coins
}

fn import(text: &str) -> u32 {
    let parsed = text.lines().enumerate().map(|(at, line)| {
        line.parse::<u32>().harness_with("import", |fields| {
            fields.add("line", at + 1);
        })
    });
    parsed.flatten().sum()
}

fn main() {
    let _frozen = clock::freeze();
    panic::set_hook(Box::new(|_| {})); // the harness tells of it
    harness::sink(|report: &Report| match report.level() {
        Level::Error => println!("  ERROR {report}"),
        Level::Warn => println!("  WARN  {report}"),
        Level::Info => println!("  INFO  {report}"),
    })
    .keep();

    for sku in ["hammer", "anvil", "feather"] {
        match price(&[("hammer", 995), ("feather", 0), ("rope", 50)], sku) {
            Ok(price) => println!("{price}"),
            Err(error) => println!("no price: {error}"),
        }
    }
    for _ in 0..5 {
        let _ = print_receipt(7);
    }
    clock::sleep(Duration::from_secs(60));
    let _ = print_receipt(7);
    let _ = panic::catch_unwind(|| audit(88));
    println!("the sum is {}", import("10\nO\n20"));

    for point in harness::all() {
        let counts = point.counts();
        let (failed, panicked, left_out) = (counts.failed, counts.panicked, counts.left_out);
        println!("{}: {failed} failed, {panicked} panicked, {left_out} left out", point.name());
    }
}

impl std::fmt::Display for ShopError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SoldOut(sku) => write!(f, "{sku} is sold out"),
            Self::Price(sku, _) => write!(f, "cannot price {sku}"),
        }
    }
}

impl std::error::Error for ShopError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::SoldOut(_) => None,
            Self::Price(_, error) => Some(error),
        }
    }
}

impl std::fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the catalogue is on fire")
    }
}

impl std::error::Error for CatalogueError {}
