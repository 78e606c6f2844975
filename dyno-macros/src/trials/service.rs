//! `#[service]` is grammar: what it makes is what the attributes make that are written in its order.

use super::expand;

const SYNC: &str = "fn f(sku: String) -> Result<u8, E> { ask(sku) }";
const ASYNC: &str = "async fn f(sku: String) -> Result<u8, E> { ask(sku).await }";

/// The whole order, outermost first: a key of the service, and the attribute that says the same.
const ORDER: [(&str, &str, &str); 11] = [
    ("deadline = 2s", "timeout", "2s"),
    ("metrics", "metrics", ""),
    ("timing(\"price of {sku}\")", "timing", "\"price of {sku}\""),
    ("fallback = |_| Ok(1)", "fallback", "|_| Ok(1)"),
    ("harness(at_most = 10/1s)", "harness", "at_most = 10/1s"),
    ("timeout = 1s", "timeout", "1s"),
    ("rate = 100/1s", "rate", "100/1s"),
    ("retry(3, backoff = 50ms..1s)", "retry", "3, backoff = 50ms..1s, timed_out = stop"),
    ("breaker(\"db\", fail_max = 3)", "breaker", "\"db\", fail_max = 3"),
    ("bulkhead(10, wait = 50ms)", "bulkhead", "10, wait = 50ms"),
    ("attempt_timeout = 100ms", "timeout", "100ms"),
];

fn expanded(attributes: &[(&str, &str)], item: &str) -> String {
    expand(attributes, item).to_string()
}

fn service(keys: &str, item: &str) -> String {
    expanded(&[("service", keys)], item)
}

#[test]
fn a_policy_that_is_not_named_costs_nothing() {
    for item in [SYNC, ASYNC] {
        assert_eq!(service("retry = 3, retry_on_timeout", item), expanded(&[("retry", "3")], item));
        for (key, attribute, args) in ORDER {
            assert_eq!(service(key, item), expanded(&[(attribute, args)], item), "{key}");
        }
        for (key, attribute, args) in [
            ("retry = 3", "retry", "3, timed_out = stop"),
            ("breaker", "breaker", ""),
            ("breaker = DB", "breaker", "DB"),
            ("breaker = \"db\"", "breaker", "\"db\""),
            ("breaker(key = sku)", "breaker", "key = sku"),
            ("bulkhead = 10", "bulkhead", "10"),
            ("metrics(\"shop\")", "metrics", "\"shop\""),
            ("cache(ttl = 60s)", "cache", "ttl = 60s"),
            ("fallback(only = E::A, with = Ok(1))", "fallback", "only = E::A, with = Ok(1)"),
            ("timeout(250ms, fallback = Ok(1))", "timeout", "250ms, fallback = Ok(1)"),
            ("metrics, name = \"x\"", "metrics", "name = \"x\""),
            ("breaker, wrap", "breaker", "wrap"),
        ] {
            assert_eq!(service(key, item), expanded(&[(attribute, args)], item), "{key}");
        }
    }
}

/// What a service makes of these, which is what the attributes make. In a task an attempt that counts
/// hears that the limit of the call has passed, of which attributes know nothing.
fn as_written(service: &str, stack: &[(&str, &str)], item: &str) -> String {
    let written = expanded(stack, item);
    if item == SYNC {
        assert_eq!(service, written);
    } else {
        assert!(service.contains("limited_whole") && service.contains("attempted"), "{service}");
    }
    service.to_owned()
}

#[test]
fn attempts_hear_of_the_limit_where_somebody_counts_them() {
    for (keys, hear) in [
        ("timeout = 1s, breaker", true),
        ("timeout = 1s, balance = PRICES, attempt_timeout = 1ms", true),
        ("PRICING", true),
        ("timeout = 1s, retry = 3, attempt_timeout = 1ms", false),
        ("attempt_timeout = 1ms, breaker", false),
    ] {
        let made = service(keys, ASYNC);
        assert_eq!(made.contains("limited_whole") && made.contains("attempted"), hear, "{keys}");
    }
}

#[test]
fn the_order_is_the_same_whatever_the_text_says() {
    let stack: Vec<(&str, &str)> = ORDER.iter().map(|(_, kind, args)| (*kind, *args)).collect();
    for item in [SYNC, ASYNC] {
        let mut keys: Vec<&str> = ORDER.iter().map(|(key, ..)| *key).collect();
        let written = as_written(&service(&keys.join(", "), item), &stack, item);
        assert!(!written.contains("compile_error"), "{written}");
        for turn in 0..keys.len() {
            keys.rotate_left(1);
            if turn % 2 == 0 {
                keys.reverse();
            }
            assert_eq!(service(&keys.join(", "), item), written, "{keys:?}");
        }
    }
}

#[test]
fn the_usual_policies() {
    let usual = [
        ("metrics", ""),
        ("timeout", "5s"),
        ("retry", "retries = 3, backoff = 50ms..1s, budget = 20%, timed_out = stop"),
        ("breaker", "fail_max = 5, reset_timeout = 10s"),
        ("bulkhead", "10"),
    ];
    for item in [SYNC, ASYNC] {
        let written = as_written(&service("", item), &usual, item);
        for keys in ["", "defaults", "defaults, timeout = 5s", "bulkhead(10), defaults"] {
            assert_eq!(service(keys, item), written, "{keys}");
        }
        // What only speaks of policies names none of them.
        for of in ["retry_on_timeout", "expected_in = 200ms", "except = E::A"] {
            assert_eq!(service(of, item), service(&format!("defaults, {of}"), item), "{of}");
            assert_ne!(service(of, item), written, "{of}");
        }
        let mut without = usual.to_vec();
        without.retain(|(kind, _)| *kind != "breaker" && *kind != "metrics");
        without[0].1 = "1s";
        let keys = "defaults, metrics = off, timeout = 1s, breaker = off";
        assert_eq!(service(keys, item), expanded(&without, item));
    }
}

#[test]
fn failures_are_chosen_for_all_that_ask_or_by_each_itself() {
    let keys = "except = E::A if e.is_minor(), retry(3, only = E::B), breaker, bulkhead = 10, metrics, fallback = Ok(1)";
    let except = "except = E::A if e.is_minor()";
    let stack = [
        ("metrics", except),
        ("fallback", "Ok(1)"),
        ("retry", "3, only = E::B, timed_out = stop"),
        ("breaker", except),
        ("bulkhead", "10"),
    ];
    assert_eq!(service(keys, SYNC), expanded(&stack, SYNC));
}

#[test]
fn it_stands_where_it_is_written_among_others() {
    let stack = [("inject", "db = connect"), ("service", "breaker, retry = 2"), ("fuse", "")];
    let same = [
        ("inject", "db = connect"),
        ("retry", "2, timed_out = stop"),
        ("breaker", ""),
        ("fuse", ""),
    ];
    let item = "async fn f(db: &Db, id: u8) -> Result<u8, E> { db.get(id).await }";
    assert_eq!(expanded(&stack, item), expanded(&same, item));
}
