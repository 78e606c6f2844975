//! Something else when a call fails: another way, then another, then a value.
//!
//! A list is tried in turn until something does not fail. When all fail, the last error keeps the
//! one before as its source, down to what was wrong in the first place. `only` leaves the other
//! errors to the caller. A caller cannot tell what stood in from a real answer; the counts can.
//!
//! ```text
//! anvil: 995
//! rope: 120 (from the cache)
//! tnt: 1 (the list price)
//! piano: not in the list (standing in for: not cached (standing in for: no answer about piano))
//!   because of: not cached (standing in for: no answer about piano)
//!   because of: no answer about piano
//! discounts: Ok(10), Ok(0), Err(Expired)
//! discount: stood in 1 times, refused 0, failed 0
//! price: stood in 3 times, refused 0, failed 1
//! ```

use std::error::Error;

use dyno::fallback;

type BoxError = Box<dyn Error + Send + Sync>;

#[fallback([cached(sku), list_price(sku)], name = "price")]
fn price(sku: &str) -> Result<String, BoxError> {
    match sku {
        "anvil" => Ok("995".into()),
        _ => Err(format!("no answer about {sku}").into()),
    }
}

fn cached(sku: &str) -> Result<String, BoxError> {
    (sku == "rope").then(|| "120 (from the cache)".into()).ok_or("not cached".into())
}

fn list_price(sku: &str) -> Result<String, BoxError> {
    (sku == "tnt").then(|| "1 (the list price)".into()).ok_or("not in the list".into())
}

#[derive(Debug)]
enum NoDiscount {
    Busy,
    Expired,
}

#[fallback(only = NoDiscount::Busy, with = Ok(0), name = "discount")]
fn discount(code: &str) -> Result<u8, NoDiscount> {
    match code {
        "spring" => Ok(10),
        "summer" => Err(NoDiscount::Busy),
        _ => Err(NoDiscount::Expired),
    }
}

fn main() {
    for sku in ["anvil", "rope", "tnt", "piano"] {
        let error = match price(sku) {
            Ok(price) => {
                println!("{sku}: {price}");
                continue;
            }
            Err(error) => error,
        };
        println!("{sku}: {error}");
        let mut next = error.source();
        while let Some(cause) = next {
            println!("  because of: {cause}");
            next = cause.source();
        }
    }
    let [spring, summer, winter] = ["spring", "summer", "winter"].map(discount);
    println!("discounts: {spring:?}, {summer:?}, {winter:?}");
    for (point, count) in fallback::counts() {
        let fallback::Count { stood_in, refused, failed, .. } = count;
        println!("{point}: stood in {stood_in} times, refused {refused}, failed {failed}");
    }
}
