//! The policies of a service that names none.
//!
//! dace's `fault_tolerant` has had them for years: 5 s in all, 3 retries, a circuit that is tested again after 10 s,
//! 10 calls in flight, of which the next one is turned away at once. What its retries lacked is pauses
//! and a budget.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::given::{Given, Policy};
use crate::expand::here;

/// `true` when it is one of them.
pub(super) fn has(name: &str) -> bool {
    ["metrics", "timeout", "retry", "breaker", "bulkhead"].contains(&name)
}

/// Puts in those that are not given, where they are asked for.
pub(super) fn fill(given: &mut Given) {
    if !given.is_usual() {
        return;
    }
    let named = given.usual.clone().unwrap_or_else(|| given.at.clone());
    let at = here(named.span());
    let usual: [(&str, TokenStream); 5] = [
        ("metrics", TokenStream::new()),
        ("timeout", quote_spanned!(at=> 5s)),
        ("retry", quote_spanned!(at=> retries = 3, backoff = 50ms..1s, budget = 20%)),
        ("breaker", quote_spanned!(at=> fail_max = 5, reset_timeout = 10s)),
        ("bulkhead", quote_spanned!(at=> 10)),
    ];
    let balances = given.policy("balance").is_some_and(|balance| !balance.is_list());
    for (name, args) in usual {
        let by_target = name == "breaker" && balances;
        if !given.has(name) && !by_target && !given.off.iter().any(|off| off == name) {
            given.policies.push(Policy::new(name, args, &named));
        }
    }
}
