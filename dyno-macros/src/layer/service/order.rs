//! The order of the policies, whatever the order of the keys.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Ident;

use super::balance::{self, Balance, Tries};
use super::call::{Call, Part, Target};
use super::given::{Given, Policy, names};
use crate::diag::Diag;
use crate::expand::here;
use crate::layer::timeout::Timeout;
use crate::layer::{
    Common, Layer, Parse, breaker, bulkhead, cache, fallback, harness, metrics, pool, rate, retry,
    timeout, timing,
};

/// The policies, outermost first, each with the parser of its attribute, where there is one.
const ORDER: [(&str, Option<Parse>); 14] = [
    ("deadline", Some(timeout::parse)),
    ("metrics", Some(metrics::parse)),
    ("timing", Some(timing::parse)),
    ("fallback", Some(fallback::parse)),
    ("cache", Some(cache::parse)),
    ("harness", Some(harness::parse)),
    ("timeout", Some(timeout::parse)),
    ("rate", Some(rate::parse)),
    ("retry", Some(retry::parse)),
    ("balance", None),
    ("breaker", Some(breaker::parse)),
    ("bulkhead", Some(bulkhead::parse)),
    ("pool", Some(pool::parse)),
    ("attempt_timeout", Some(timeout::parse)),
];

/// Their names.
pub(super) const NAMES: [&str; 14] = {
    let mut names = [""; 14];
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
    let tried = given.has("retry");
    let target = if given.has("balance") { Target::Picked } else { Target::None };
    let call = |at: &Ident, part| Box::new(Call::new(at, part, tried, target));
    let mut slots = Slots(ORDER.map(|_| Vec::new()));
    let unlimited = heard(&given, common);
    common.in_service = true;
    let mut balance = balance(&mut given, &mut slots, common, diag);
    for (name, parse) in ORDER {
        if name == "retry" {
            slots.push(name, call(&given.at, Part::Key));
            if let Some(balance) = &balance {
                slots.push(name, Box::new(Tries { at: balance.at().clone() }));
            }
        }
        if let (Some(parse), Some(policy)) = (parse, given.remove(name)) {
            let layers = parse(&policy.key, policy.args, common, diag);
            slots.extend(name, layers, diag);
        }
        if name == "balance" {
            if tried {
                slots.push(name, call(&given.at, Part::Number));
            }
            if let Some(balance) = balance.take() {
                slots.push(name, balance);
            }
        }
    }
    if let Some(at) = unlimited {
        slots.push("attempt_timeout", Box::new(Timeout::of_attempt(&at, common.said(&at))));
    }
    slots.push("attempt_timeout", call(&given.at, Part::Value));
    (common.in_service, common.attempts_hear) = (false, false);
    slots.0.into_iter().flatten().collect()
}

/// Has the attempts hear when the limit of the call has passed, where somebody counts them: `Some` where
/// they have no limit of their own.
fn heard(given: &Given, common: &mut Common) -> Option<Ident> {
    let whole = given.policy("timeout")?;
    common.attempts_hear = given.has("breaker") || given.has("balance");
    let unlimited = common.attempts_hear && !given.has("attempt_timeout") && !given.has("pool");
    unlimited.then(|| Ident::new("attempt_timeout", whole.key.span()))
}

/// Who balances, with what is given for the breakers of its targets.
fn balance(
    given: &mut Given,
    slots: &mut Slots,
    common: &mut Common,
    diag: &mut Diag,
) -> Option<Box<Balance>> {
    let Policy { key, args, .. } = given.remove("balance")?;
    let breaker = given.remove("breaker").map(|breaker| {
        let (breaker, fallback) = breaker::of_targets(&breaker.key, breaker.args, common, diag);
        slots.extend("breaker", fallback, diag);
        breaker
    });
    Some(Box::new(balance::parse(&key, args, breaker, common, diag)))
}

/// The layers by the policy that they belong to.
struct Slots([Vec<Box<dyn Layer>>; ORDER.len()]);

impl Slots {
    fn push(&mut self, name: &str, layer: Box<dyn Layer>) {
        if let Some(at) = NAMES.iter().position(|known| *known == name) {
            self.0[at].push(layer);
        }
    }

    /// What a policy's attribute makes: what stands in has one place, wherever it is written.
    fn extend(&mut self, name: &str, layers: Vec<Box<dyn Layer>>, diag: &mut Diag) {
        for layer in layers {
            if layer.at() != "fallback" {
                self.push(name, layer);
                continue;
            }
            let fallback = NAMES.iter().position(|known| *known == "fallback").unwrap_or_default();
            if self.0[fallback].is_empty() {
                self.0[fallback].push(layer);
            } else {
                diag.error(
                    layer.at(),
                    "what stands in is given already; a chain is a list: `fallback = [first, second]`",
                );
            }
        }
    }
}

/// What runs on a pool is waited for there no longer than an attempt may take.
fn limit_on_pool(given: &mut Given) {
    if !given.has("pool") {
        return;
    }
    let Some(limit) = given.remove("attempt_timeout") else { return };
    let at = here(limit.key.span());
    let args = limit.args;
    if let Some(pool) = given.policies.iter_mut().find(|policy| policy.key == "pool") {
        pool.add("limit", &quote_spanned!(at=> limit = #args));
    }
}

/// What the attribute of this name makes, where it is given.
pub(super) fn parsed(
    name: &str,
    given: &mut Given,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let parser = ORDER.iter().find(|(known, _)| *known == name);
    let Some((_, Some(parse))) = parser else { return Vec::new() };
    let Some(Policy { key, args, .. }) = given.remove(name) else { return Vec::new() };
    common.in_service = true;
    let layers = parse(&key, args, common, diag);
    common.in_service = false;
    layers
}

/// What is said for all of them, in the words of each.
pub(super) fn share(given: &mut Given) {
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
    limit_on_pool(given);
    if let Some((key, value)) = given.expected_in.take() {
        let said: TokenStream = quote_spanned!(here(key.span())=> #key = #value);
        match given.policies.iter_mut().find(|policy| policy.key == "breaker") {
            Some(breaker) => breaker.add("expected_in", &said),
            // Those of the targets.
            None => given.policies.push(Policy::new("breaker", said, &key)),
        }
    }
}
