//! Metrics that cannot be.

use dyno::metrics;
use dyno::metrics::Metrics;

static SHOP: Metrics = Metrics::new("shop");

#[metrics("")]
fn nameless() {}

#[metrics(3)]
fn a_number_names_nothing() {}

#[metrics(latency = on)]
fn latency_is_on_by_itself() {}

#[metrics(latency)]
fn latency_without_a_value() {}

#[metrics(latency = 250ms)]
fn latency_is_no_limit() {}

#[metrics(SHOP, latency = off)]
fn settings_beside_a_static() {}

#[metrics(latencies = off)]
fn misspelt_latency() {}

#[metrics(fail_max = 3)]
fn a_key_of_the_breaker() {}

#[metrics(shop)]
fn no_key_and_no_static() {}

#[metrics]
#[metrics(latency = off)]
fn twice_under_one_name() {}

#[metrics("a", "b")]
fn two_names() {}

#[metrics(only = Some(_))]
fn no_failures_to_choose_among() -> u8 {
    1
}

#[metrics(except = _)]
fn excludes_all() -> Option<u8> {
    None
}

#[metrics(except_if = true)]
fn no_closure() -> Option<u8> {
    None
}

// One of them has a name of its own.
#[metrics("shop.answers")]
#[metrics]
fn twice_under_two_names() {}

const _: Metrics = Metrics::new("");

fn main() {}
