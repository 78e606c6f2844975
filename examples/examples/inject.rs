//! Dependencies named at the function, and gone from its signature.
//!
//! A provider is a function that makes a value; whoever names it shares the one it makes. `warm_up`
//! builds them all, each as soon as what it needs is there. `SHOP_DISCOUNT` is not set, so a
//! fallback stands in; set it to 10 and see. The times differ from run to run.
//!
//! ```text
//! provider                   began       took  thread        outcome
//! inject::open_db          276.2µs     60.1ms  dyno-build-1  built
//! inject::read_discount    258.1µs    331.5µs  dyno-build-2  failed, has a fallback
//! inject::load_prices       60.5ms     40.1ms  dyno-build-2  built
//! inject::fetch_rates      351.3µs     80.1ms  dyno-build-3  built
//! failed: inject::price: parameter `off` (read_discount, examples/examples/inject.rs:50): the provider failed: environment variable not found (asked again in 100.0ms)
//! wall 100.8ms, one after the other 180.6ms
//! critical path 100.2ms: inject::open_db -> inject::load_prices
//! an anvil: Some(91.08), a saddle: None
//! ```

use std::collections::HashMap;
use std::time::Duration;
use std::{env, error::Error};

use dyno::{clock, inject};

struct Db(&'static [(&'static str, f64)]);
struct Prices(HashMap<&'static str, f64>);
struct Rates(f64);
struct Discount(f64);

fn open_db() -> Db {
    clock::sleep(Duration::from_millis(60)); // as a slow disk would
    Db(&[("anvil", 99.0), ("feather", 0.5)])
}

fn fetch_rates() -> Rates {
    clock::sleep(Duration::from_millis(80));
    Rates(0.92)
}

fn read_discount() -> Result<Discount, Box<dyn Error + Send + Sync>> {
    Ok(Discount(env::var("SHOP_DISCOUNT")?.parse()?))
}

#[inject(db = open_db)] // a provider may have needs of its own
fn load_prices(db: &Db) -> Prices {
    clock::sleep(Duration::from_millis(40));
    Prices(db.0.iter().copied().collect())
}

#[inject(prices = load_prices, rates = fetch_rates, off(read_discount, fallback = Discount(0.0)))]
fn price(sku: &str, prices: &Prices, rates: &Rates, off: &Discount) -> Option<f64> {
    Some(prices.0.get(sku)? * rates.0 * (1.0 - off.0 / 100.0))
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", dyno::warm_up().run()?);
    println!("an anvil: {:.2?}, a saddle: {:.2?}", price("anvil"), price("saddle"));
    Ok(())
}
