//! The order of the policies, whatever the order of the keys.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::given::{Given, Policy, names};
use crate::diag::Diag;
use crate::expand::here;
use crate::layer::{
    Common, Layer, Parse, breaker, bulkhead, cache, fallback, harness, metrics, rate, retry,
    timeout, timing,
};

/// The policies, outermost first, each with the parser of its attribute.
const ORDER: [(&str, Parse); 12] = [
    ("deadline", timeout::parse),
    ("metrics", metrics::parse),
    ("timing", timing::parse),
    ("fallback", fallback::parse),
    ("cache", cache::parse),
    ("harness", harness::parse),
    ("timeout", timeout::parse),
    ("rate", rate::parse),
    ("retry", retry::parse),
    ("breaker", breaker::parse),
    ("bulkhead", bulkhead::parse),
    ("attempt_timeout", timeout::parse),
];

/// Their names.
pub(super) const NAMES: [&str; 12] = {
    let mut names = [""; 12];
    let mut at = 0;
    while at < names.len() {
        names[at] = ORDER[at].0;
        at += 1;
    }
    names
};

/// Those for which the service itself may say which failures count.
pub(super) const ASKING: [&str; 5] = ["retry", "breaker", "balance", "metrics", "harness"];

/// The layers, outermost first.
pub(super) fn layers(
    mut given: Given,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    share(&mut given);
    let mut slots: Vec<Vec<Box<dyn Layer>>> = ORDER.iter().map(|_| Vec::new()).collect();
    let fallback = NAMES.iter().position(|name| *name == "fallback").unwrap_or_default();
    for (at, (name, parse)) in ORDER.into_iter().enumerate() {
        let Some(Policy { key, args, .. }) = given.remove(name) else { continue };
        common.in_service = true;
        let layers = parse(&key, args, common, diag);
        common.in_service = false;
        for layer in layers {
            // What stands in has one place, wherever it is written.
            let slot = if layer.at() == "fallback" { fallback } else { at };
            if slot == fallback && !slots[slot].is_empty() {
                diag.error(
                    layer.at(),
                    "what stands in is given already; a chain is a list: `fallback = [first, second]`",
                );
                continue;
            }
            slots[slot].push(layer);
        }
    }
    slots.into_iter().flatten().collect()
}

/// What is said for all of them, in the words of each.
fn share(given: &mut Given) {
    let failures = std::mem::take(&mut given.failures);
    for policy in &mut given.policies {
        let own = names(&policy.args);
        let says = own.iter().any(|key| ["only", "except", "except_if"].iter().any(|it| key == it));
        if ASKING.iter().any(|name| policy.key == name) && !says {
            for (key, said) in &failures {
                policy.add(&key.to_string(), said);
            }
        }
        let at = here(policy.key.span());
        if policy.key == "retry" && given.retry_on_timeout.is_none() {
            policy.add("timed_out", &quote_spanned!(at=> timed_out = stop));
        }
    }
    if let (Some((key, value)), Some(breaker)) =
        (given.expected_in.take(), given.policies.iter_mut().find(|policy| policy.key == "breaker"))
    {
        let said: TokenStream = quote_spanned!(here(key.span())=> #key = #value);
        breaker.add("expected_in", &said);
    }
}
