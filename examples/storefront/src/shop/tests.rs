//! What a test of annotated functions looks like: fakes for the providers, time at will.

use std::time::Duration;

use super::*;
use crate::services::{self, Script, Service};

const SMALL: &str = "sku,name,category,price_cents,weight_g,stock_hint\n\
                     A-1,Anvil,tools,9900,20000,4\n";

/// Up all day, and quick.
fn quiet() -> Script {
    let (greeting, latency_us) = (Duration::ZERO, 0..1);
    Script { seed: 1, greeting, latency_us, hiccups: 0, forgotten: 0, down: 0..0 }
}

/// A warehouse that is down from this request on.
fn warehouse(down: u64) -> Service {
    services::stock(Script { down: down..u64::MAX, ..quiet() }).expect("a port is free")
}

#[dyno::test]
fn a_dead_warehouse_costs_nobody_an_order() {
    let _time = dyno::clock::freeze();
    let warehouse = warehouse(1);
    let addr = warehouse.addr();
    let _catalogue = dyno::swap(open_catalogue, || Catalogue::load(SMALL));
    let _stock = dyno::swap(connect_stock, move || Ok(Stock::connect(addr)?));
    let anvil = product("A-1").expect("it is in the catalogue");

    let up = services::for_request(0, || on_hand(&anvil)).expect("it is up");
    assert!(!up.printed);
    let down = services::for_request(1, || on_hand(&anvil)).expect("there is a fallback");
    assert_eq!(down, Units::printed(&anvil));
    assert_eq!(down.count, 4);
    assert_eq!(warehouse.seen().cut_off, 3, "it is tried three times");
}

/// One test for both: limits and breakers are the program's, not a test's.
#[dyno::test]
fn the_exchange_is_asked_as_agreed_and_quoted_from_memory_when_it_is_down() {
    let (_time, start) = (dyno::clock::freeze(), dyno::clock::now());
    let exchange = services::rates(Script { down: 1..u64::MAX, ..quiet() }).expect("a free port");
    let addr = exchange.addr();
    let _rates = dyno::swap(connect_rates, move || Ok(Rates::connect(addr)?));
    let _notes = dyno::swap(begin_notes, Notes::default);
    let fresh = rate(Currency::Chf).expect("it is up");
    for _ in 1..1_100 {
        assert_eq!(rate(Currency::Chf).expect("it is up"), fresh);
    }
    // A thousand at once; for each that came too soon, a millisecond.
    assert_eq!(start.elapsed(), Duration::from_millis(100));
    assert_eq!(exchange.seen().answered, 1_100);

    let down = |currency| services::for_request(1, || rate(currency)).expect("there is a fallback");
    assert_eq!(down(Currency::Chf), Rate { second_best: true, ..fresh });
    assert_eq!(down(Currency::Sek), Rate::printed(Currency::Sek));
}

/// A cache is the program's as well; no other test asks for a surcharge.
#[dyno::test]
fn the_carrier_is_asked_once_for_all_and_not_missed_for_an_hour() {
    let time = dyno::clock::freeze();
    let carrier = services::carrier(Script { down: 1..u64::MAX, ..quiet() }).expect("a free port");
    let addr = carrier.addr();
    let _carrier = dyno::swap(connect_carrier, move || Ok(Carrier::connect(addr)?));
    let fresh = Surcharge { percent: 11, printed: false };
    for _ in 0..100 {
        assert_eq!(surcharge(Currency::Sek).expect("it is up"), fresh);
    }
    assert_eq!(carrier.seen().answered, 1);

    let down = || services::for_request(1, || surcharge(Currency::Sek)).expect("it was known");
    time.advance(Duration::from_secs(3_600));
    assert_eq!(down(), fresh);
    time.advance(Duration::from_secs(1));
    assert_eq!(down(), Surcharge::PRINTED);
    assert_eq!(carrier.seen().cut_off, 2);
}

#[dyno::test]
fn what_was_made_of_the_real_catalogue_is_made_anew_of_the_fake() {
    let real = postage(20_000).expect("there is a tariff");
    let small = dyno::swap(open_catalogue, || Catalogue::load(SMALL));
    // The fake's anvil fits into one parcel; the real catalogue has nothing that heavy.
    let fake = postage(20_000).expect("there is a tariff");
    assert!(fake < real, "{fake} {real}");
    drop(small);
    assert_eq!(postage(20_000).expect("there is a tariff"), real);
}

#[dyno::test]
fn a_provider_that_fails_is_told_by_name() {
    let _catalogue = dyno::swap(open_catalogue, || Catalogue::load("sku\nA-1\n"));
    let error = product("A-1").expect_err("there is no catalogue");
    assert_eq!(error.kind(), "refused");
    let told = error.to_string();
    for part in ["shop::product", "`catalogue`", "open_catalogue", "missing field"] {
        assert!(told.contains(part), "no {part} in: {told}");
    }
}

#[dyno::test]
fn an_unknown_number_is_the_customers_mistake() {
    let error = product("XX-1").expect_err("there is no such product");
    assert_eq!(error.to_string(), "no product has the number XX-1");
}
