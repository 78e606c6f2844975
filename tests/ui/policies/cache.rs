//! `#[cache]`: settings that contradict one another or mean nothing, and keys that cannot be kept.

use dyno::{cache, inject};

#[cache(60s)]
fn ttl_without_its_key() -> u8 {
    1
}

#[cache("")]
fn no_name() -> u8 {
    1
}

#[cache(PRICES)]
fn by_static() -> u8 {
    1
}

#[cache(ttl = 60)]
fn no_unit() -> u8 {
    1
}

#[cache(ttl = 0s)]
fn gone_at_once() -> u8 {
    1
}

#[cache(tll = 60s)]
fn misspelt() -> u8 {
    1
}

#[cache(ttl = 60s, early = xfech)]
fn no_such_rule() -> u8 {
    1
}

#[cache(ttl = 60s, early = linear(2))]
fn linear_takes_no_number() -> u8 {
    1
}

#[cache(ttl = 60s, early = exponential(-1))]
fn negative_power() -> u8 {
    1
}

#[cache(ttl = 60s, early = MINE)]
fn a_rule_of_ones_own() -> u8 {
    1
}

#[cache(early = xfetch, grace = 5s, stale_if_error = 5m, refresh = background)]
fn never_expires() -> u8 {
    1
}

#[cache(ttl = 60s, early = linear, beta = 2)]
fn beta_of_another_rule() -> u8 {
    1
}

#[cache(ttl = 60s, curve = MINE)]
fn two_rules() -> u8 {
    1
}

#[cache(ttl = 60s, key = |sku| sku)]
fn key_by_closure(sku: u8) -> u8 {
    sku
}

#[cache(ttl = 60s, key = "prices")]
fn key_of_all_calls(sku: u8) -> u8 {
    sku
}

#[cache(ttl = 60s, grace = 0s, beta = 2)]
fn the_default_rule_and_no_grace() -> u8 {
    1
}

#[cache(capacity = 0)]
fn no_room() -> u8 {
    1
}

#[cache(weight = |value: &String| value.len())]
fn weight_of_nothing() -> String {
    String::new()
}

#[cache(capacity = 5, weight = 3)]
fn weight_no_closure() -> String {
    String::new()
}

#[cache(ttl = 60s, only = Error::Gone)]
fn chooses_among_none() -> Result<u8, Error> {
    Ok(1)
}

#[cache(ttl = 60s, refresh = backgruond)]
fn no_such_refresh() -> u8 {
    1
}

struct Shop;
impl Shop {
    #[cache(ttl = 60s)]
    fn which_of_self(&self) -> u8 {
        1
    }

    #[cache(ttl = 60s, key = (), refresh = background)]
    fn outlives_self(&self) -> u8 {
        1
    }
}

#[cache(ttl = 60s)]
fn borrowed_within(region: Option<&str>) -> u8 {
    region.map_or(0, |_| 1)
}

#[cache(ttl = 60s)]
fn without_a_name((sku, _): (u8, u8)) -> u8 {
    sku
}

#[cache(ttl = 60s)]
fn lends(text: &str) -> &str {
    text
}

#[cache(ttl = 60s)]
fn hidden() -> impl Iterator<Item = u8> {
    0..3
}

#[inject(shop = open)]
#[cache(ttl = 60s, refresh = background)]
fn lent_for_one_call(shop: &Shop, sku: u8) -> u8 {
    sku
}

#[cache(ttl = 60s, refresh = background)]
fn changes_what_is_lent(sku: &mut u8) -> u8 {
    *sku
}

enum Error {
    Gone,
}

fn open() -> Shop {
    Shop
}

fn main() {}
