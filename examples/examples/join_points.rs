//! Filters and advice that are set while the program runs.
//!
//! A join point lends its arguments and its result to filters, which may be set before there is a
//! function, per tenant, and taken away again. A pointcut binds advice to every function whose name
//! matches. The clock is frozen, so that the time taken is exact.
//!
//! ```text
//! shop::price: 2 filters, 1 function
//! anvil: Ok(198)
//! 2000 anvils: Err("shop::price: argument filter 2 failed: at most 100")
//! at acme: Ok(99)
//! shop::price(sku = "ANVIL", quantity = 1) succeeded after 30ms
//! shop::ship(order = 7) failed after 0ns: order 7 is not paid
//! without: Ok(198000)
//! ```

use std::time::Duration;

use dyno::aspect::{Advice, Call, End, Pointcut};
use dyno::registry::Registry;
use dyno::{Fault, aspect, clock};

#[aspect("shop::price")]
fn price(sku: &str, quantity: u32) -> Result<u32, Fault> {
    clock::sleep(Duration::from_millis(30)); // as a database would
    Ok(quantity * if sku == "anvil" { 99 } else { 5 })
}

#[aspect(name = "shop::ship")]
fn ship(order: u32) -> Result<(), String> {
    Err(format!("order {order} is not paid"))
}

/// Writes a line for each call.
struct Log;

impl Advice for Log {
    fn after(&self, at: &Call<'_>, end: &End<'_>) {
        let error = end.error().map(|error| format!(": {error}")).unwrap_or_default();
        let name = at.join_points().first().copied().unwrap_or(at.name());
        let arguments = at.arguments().unwrap_or_default();
        println!("{name}({arguments}) {} after {:?}{error}", end.how(), end.took());
    }
}

type Order = (String, u32);

fn main() -> Result<(), Fault> {
    let _frozen = clock::freeze();

    // Nobody has called the function yet.
    let join = aspect::join("shop::price");
    join.arguments(|(sku, _): &mut Order| sku.make_ascii_lowercase())?;
    let most = join.arguments(
        |(_, quantity): &mut Order| {
            if *quantity > 100 { Err("at most 100") } else { Ok(()) }
        },
    )?;
    for join in aspect::joins() {
        let functions = join.functions.len();
        println!("{}: {} filters, {functions} function", join.name, join.argument_filters);
    }
    println!("anvil: {:?}", price("ANVIL", 2));
    println!("2000 anvils: {:?}", price("ANVIL", 2000).map_err(|fault| fault.to_string()));

    // A tenant with a pipeline of its own.
    let acme = Registry::global().child();
    let half = |price: &mut Result<u32, Fault>| *price = price.clone().map(|price| price / 2);
    join.clone().within(&acme).result(half)?;
    println!("at acme: {:?}", acme.scope(|| price("anvil", 2)));

    let log = Pointcut::new("shop::*").arguments().bind(Log);
    let _ = price("ANVIL", 1);
    let _ = ship(7);
    drop(log);

    most.remove()?;
    println!("without: {:?}", price("ANVIL", 2000));
    Ok(())
}
