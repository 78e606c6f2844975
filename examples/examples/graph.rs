//! Who needs what, known before anything is built, and checked all at once.
//!
//! Two things are wrong here, on purpose: prices need offers, which need prices; and nobody has
//! registered a discount. `dyno::graph_test!();` makes a test of the check. With `-- mermaid` or
//! `-- dot` the graph is drawn instead. The last line is the call: an error, and no hang.
//!
//! ```text
//! graph::load_offers
//!   prices <- graph::load_prices  examples/examples/graph.rs:38
//! graph::load_prices
//!   db <- graph::open_db  examples/examples/graph.rs:33
//!   offers <- graph::load_offers  examples/examples/graph.rs:33
//! graph::checkout
//!   discount <- f64 "summer" [from the registry]  examples/examples/graph.rs:43
//!   prices <- graph::load_prices  examples/examples/graph.rs:43
//!
//! 2 problems in the dependency graph:
//!   1. dependency cycle: graph::load_offers (examples/examples/graph.rs:38) -> graph::load_prices (examples/examples/graph.rs:33) -> graph::load_offers
//!   2. graph::checkout: parameter `discount` (tag("summer"), examples/examples/graph.rs:43): nothing is registered for `f64` under the tag "summer"; register it with `set` or `provide` before its first use
//! Err(Inject(InjectError(graph::checkout: parameter `prices` (load_prices, examples/examples/graph.rs:43): dependency cycle: load_prices (examples/examples/graph.rs:33) -> load_offers (examples/examples/graph.rs:38) -> load_prices)))
//! ```

use dyno::{Fault, inject};

struct Db(f64);
struct Prices(f64);
struct Offers(f64);

fn open_db() -> Db {
    Db(99.0)
}

#[inject(db = open_db, offers = load_offers)]
fn load_prices(db: &Db, offers: &Offers) -> Result<Prices, Fault> {
    Ok(Prices(db.0 - offers.0))
}

#[inject(prices = load_prices)]
fn load_offers(prices: &Prices) -> Result<Offers, Fault> {
    Ok(Offers(prices.0 / 10.0))
}

#[inject(prices = load_prices, discount = tag("summer"))]
fn checkout(prices: &Prices, discount: f64) -> Result<f64, Fault> {
    Ok(prices.0 - discount)
}

fn main() {
    let graph = dyno::graph();
    match std::env::args().nth(1).as_deref() {
        Some("dot") => return println!("{}", graph.to_dot()),
        Some("mermaid") => return println!("{}", graph.to_mermaid()),
        _ => println!("{graph}"),
    }
    if let Err(problems) = graph.check() {
        println!("{problems}");
    }
    println!("{:?}", checkout());
}
