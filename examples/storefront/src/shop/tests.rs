//! What a test of annotated functions looks like: fakes for the providers, time at will.

use std::time::Duration;

use super::*;
use crate::services::{self, Script};

const SMALL: &str = "sku,name,category,price_cents,weight_g,stock_hint\n\
                     A-1,Anvil,tools,9900,20000,4\n";

/// All are up for request 0; the first replica is down from 1 on, the other from 2 on.
fn failing() -> Script {
    Script::quiet().down_for(0, 1..u64::MAX).down_for(1, 2..u64::MAX)
}

// Balancers, limits and caches are the program's, not a test's: one test for each.

#[dyno::test]
async fn a_dead_warehouse_costs_nothing_and_two_cost_nobody_an_order() {
    let warehouses = services::stock(failing()).expect("ports are free");
    STOCK.set(warehouses.addresses()).expect("they are addresses");
    let _catalogue = dyno::swap(open_catalogue, || Catalogue::load(SMALL));
    let anvil = product("A-1").expect("it is in the catalogue");

    let up = services::for_request(0, on_hand(&anvil)).await.expect("both are up");
    for _ in 0..20 {
        let one = services::for_request(1, on_hand(&anvil)).await.expect("one is up");
        assert_eq!(one, up);
    }
    let [down, other] = warehouses.seen();
    assert!(down.cut_off <= 5, "it is passed over when it has failed five times: {down:?}");
    assert!(other.answered >= 20, "{other:?}");

    let none = services::for_request(2, on_hand(&anvil)).await.expect("there is a fallback");
    assert_eq!(none, Units::printed(&anvil));
    assert_eq!(none.count, 4);
}

#[dyno::test]
async fn the_exchange_is_asked_as_agreed_and_quoted_from_memory_when_it_is_down() {
    let (time, start) = (dyno::clock::freeze().manual(), dyno::clock::now());
    let exchanges = services::rates(failing()).expect("ports are free");
    RATES.set(exchanges.addresses()).expect("they are addresses");
    let _notes = dyno::swap(begin_notes, Notes::default);
    let fresh = rate(Currency::Chf).await.expect("it is up");
    for _ in 1..1_000 {
        assert_eq!(rate(Currency::Chf).await.expect("it is up"), fresh);
    }
    // A thousand at once; whoever comes too soon waits, a millisecond here.
    let soon = async { time.advance(Duration::from_millis(1)) };
    let (late, ()) = tokio::join!(rate(Currency::Chf), soon);
    assert_eq!(late.expect("it is up"), fresh);
    assert_eq!(start.elapsed(), Duration::from_millis(1));
    drop(time);

    let down = |currency| services::for_request(2, rate(currency));
    let noted = down(Currency::Chf).await.expect("there is a fallback");
    assert_eq!(noted, Rate { second_best: true, ..fresh });
    let printed = down(Currency::Sek).await.expect("there is another fallback");
    assert_eq!(printed, Rate::printed(Currency::Sek));
}

#[dyno::test]
async fn the_carrier_is_asked_once_for_all_and_not_missed_for_an_hour() {
    let time = dyno::clock::freeze().manual();
    let carriers = services::carrier(failing()).expect("ports are free");
    CARRIER.set(carriers.addresses()).expect("they are addresses");
    let fresh = Surcharge { percent: 11, printed: false };
    for _ in 0..100 {
        assert_eq!(surcharge(Currency::Sek).await.expect("it is up"), fresh);
    }
    let answered = || carriers.seen().map(|seen| seen.answered).iter().sum::<u64>();
    assert_eq!(answered(), 1);

    let down = || services::for_request(2, surcharge(Currency::Sek));
    time.advance(Duration::from_secs(3_600));
    assert_eq!(down().await.expect("it was known"), fresh);
    time.advance(Duration::from_secs(1));
    assert_eq!(down().await.expect("there is a fallback"), Surcharge::PRINTED);
    assert_eq!(answered(), 1);
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
