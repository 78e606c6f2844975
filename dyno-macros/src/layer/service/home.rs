//! Keys that stand in the wrong place: those of a policy beside it, and those of the service in one.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Ident;

use super::given::is_comma;
use crate::diag::Diag;
use crate::grammar::Key;

/// A policy, what stands first in its parentheses, and keys that are its alone.
type Home = (&'static str, &'static str, &'static [&'static str]);

const HOMES: [Home; 8] = [
    ("retry", "", &["attempts", "retries"]),
    (
        "retry",
        "3",
        &[
            "delay",
            "backoff",
            "factor",
            "pauses",
            "max_elapsed",
            "budget",
            "rejected",
            "timed_out",
            "nested",
            "listen",
            "idempotent",
            "retry_if",
            "compound",
        ],
    ),
    (
        "breaker",
        "",
        &[
            "fail_max",
            "reset_timeout",
            "success_threshold",
            "success_rate",
            "trials",
            "probe_timeout",
            "window",
            "failure_rate",
            "min_calls",
            "slow",
            "slow_rate",
            "recover",
            "rule",
            "trip_error",
            "starts",
            "skip",
            "excluded",
        ],
    ),
    ("bulkhead", "", &["limit"]),
    ("bulkhead", "10", &["wait", "queue"]),
    ("rate", "100/1s", &["burst", "smooth"]),
    (
        "cache",
        "",
        &["ttl", "early", "capacity", "grace", "stale_if_error", "negative", "refresh", "backend"],
    ),
    ("balance", "PRICES", &["policy", "max_ejected", "slow_start", "decay"]),
];

/// What a service says once, for all of its policies.
const OF_ALL: [&str; 4] = ["name", "wrap", "crate", "retry_on_timeout"];

/// Leaves out the arguments that belong to a policy, and says so.
pub(super) fn outside(args: TokenStream, known: &[Key], diag: &mut Diag) -> TokenStream {
    let all = split(&args);
    let mut wrong = false;
    let mut kept = TokenStream::new();
    for arg in &all {
        match key_of(arg).and_then(|key| Some((elsewhere(&key, arg, &all, known)?, key))) {
            Some((message, key)) => {
                wrong = true;
                diag.error(key, message);
            }
            None => kept.extend(quote!(#arg,)),
        }
    }
    if wrong { kept } else { args }
}

/// Leaves out the arguments of a policy that belong to the service, and says so.
pub(super) fn within(policy: &Ident, args: TokenStream, diag: &mut Diag) -> TokenStream {
    let mut wrong = false;
    let mut kept = TokenStream::new();
    for arg in &split(&args) {
        let of_all = key_of(arg).filter(|key| OF_ALL.iter().any(|name| key == name));
        if let Some(key) = of_all {
            wrong = true;
            let arg = text(arg);
            diag.error(key, format!("`{arg}` belongs to `#[service(…)]` itself: write it beside `{policy}(…)`, not in it"));
        } else {
            kept.extend(quote!(#arg,));
        }
    }
    if wrong { kept } else { args }
}

/// What to write, where `key` belongs to a policy.
fn elsewhere(key: &Ident, arg: &TokenStream, all: &[TokenStream], known: &[Key]) -> Option<String> {
    if known.iter().any(|known| key == known.name) {
        return None;
    }
    if key == "on_pool" {
        return Some("a service has its body run on a pool by `pool = \"io\"`".to_owned());
    }
    let (policy, first, _) =
        HOMES.iter().find(|(_, _, keys)| keys.iter().any(|name| key == name))?;
    let said = all.iter().find_map(|other| said_of(policy, other));
    let said = said.unwrap_or_else(|| (*first).to_owned());
    let comma = if said.is_empty() { "" } else { ", " };
    let arg = text(arg);
    Some(format!("`{key}` belongs to `{policy}(…)`: write `{policy}({said}{comma}{arg})`"))
}

/// What is given to the policy already: the `3` of `retry = 3` and `retry(3)`.
fn said_of(policy: &str, arg: &TokenStream) -> Option<String> {
    key_of(arg).filter(|key| key == policy)?;
    let said: Vec<TokenTree> = arg.clone().into_iter().skip(1).collect();
    match said.as_slice() {
        [TokenTree::Group(group)] => Some(text(&group.stream())),
        [TokenTree::Punct(_), value @ ..] => Some(text(&value.iter().cloned().collect())),
        _ => None,
    }
}

/// The word that it begins with, unless more of a path or of an expression follows.
fn key_of(arg: &TokenStream) -> Option<Ident> {
    let mut trees = arg.clone().into_iter();
    let Some(TokenTree::Ident(key)) = trees.next() else { return None };
    match trees.next() {
        None | Some(TokenTree::Group(_)) => Some(key),
        Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => Some(key),
        _ => None,
    }
}

/// The arguments, each without its comma.
fn split(args: &TokenStream) -> Vec<TokenStream> {
    let mut all = vec![TokenStream::new()];
    for tree in args.clone() {
        if is_comma(&tree) {
            all.push(TokenStream::new());
        } else if let Some(last) = all.last_mut() {
            last.extend([tree]);
        }
    }
    all.retain(|arg| !arg.is_empty());
    all
}

/// As a person writes it.
fn text(tokens: &TokenStream) -> String {
    let text = tokens.to_token_stream().to_string();
    let tight = [
        (" %", "%"),
        (" ,", ","),
        (" / ", "/"),
        (" .. ", ".."),
        (" :: ", "::"),
        ("=::", "= ::"),
        (" (", "("),
    ];
    tight.iter().fold(text, |text, (loose, tight)| text.replace(loose, tight))
}

#[cfg(test)]
mod tests {
    use super::{HOMES, outside, text};
    use crate::diag::Diag;
    use crate::layer::service::given;

    fn told(args: &str) -> String {
        let mut diag = Diag::default();
        outside(args.parse().unwrap(), &given::known_names(), &mut diag);
        diag.into_tokens().to_string()
    }

    #[test]
    fn a_key_of_a_policy_is_sent_home_with_what_is_said_already() {
        assert!(told("budget = 20%").contains("write `retry(3, budget = 20%)`"));
        assert!(
            told("retry(2, delay = 1s), backoff = 1ms..1s").contains("(2, delay = 1s, backoff")
        );
        assert!(told("retry = 5, compound").contains("write `retry(5, compound)`"));
        assert!(told("fail_max = 5, breaker").contains("write `breaker(fail_max = 5)`"));
        assert!(told("retries = 3").contains("write `retry(retries = 3)`"));
        assert!(told("limit = 3").contains("write `bulkhead(limit = 3)`"));
        assert!(told("on_pool = \"io\"").contains("pool"));
        assert_eq!(told("retry = 3, timeout = 1s, balance = PRICES, expected_in = 3s"), "");
    }

    #[test]
    fn no_key_is_at_home_in_two_places_or_one_of_the_service() {
        let mut all: Vec<&str> = HOMES.iter().flat_map(|(_, _, keys)| *keys).copied().collect();
        let known = given::known_names();
        assert!(all.iter().all(|key| known.iter().all(|known| known.name != *key)));
        let before = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), before);
    }

    #[test]
    fn tokens_are_told_as_they_are_written() {
        assert_eq!(text(&"budget = 20 %".parse().unwrap()), "budget = 20%");
        assert_eq!(text(&"backoff = 50ms..1s".parse().unwrap()), "backoff = 50ms..1s");
    }
}
