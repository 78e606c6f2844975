//! Expansions as a person reads them, under `snapshots/`.
//!
//! `DYNO_SNAPSHOTS=write cargo test -p dyno-macros` writes what they are now; read the difference
//! before it is committed.

use std::path::Path;

use super::expand;

/// One plain use stays on one screen.
const SCREEN: usize = 40;

fn snapshot(name: &str, attributes: &[(&str, &str)], item: &str) -> usize {
    let tokens = expand(attributes, item);
    let file = syn::parse2(tokens).unwrap_or_else(|error| panic!("{name}: {error}"));
    let now = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("snapshots/{name}.rs"));
    if std::env::var("DYNO_SNAPSHOTS").is_ok_and(|what| what == "write") {
        std::fs::write(&path, &now).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(now, before, "the expansion of `{name}` is not what snapshots/{name}.rs holds");
    now.lines().count()
}

#[test]
fn plain_uses_fit_on_a_screen() {
    let plain = [
        ("inject", "db = connect", "fn f(db: &Db, id: u8) -> Result<u8, E> { db.get(id) }"),
        ("retry", "3, backoff = 50ms..2s", "fn f(name: String) -> Result<u8, E> { ask(name) }"),
        ("timeout", "250ms", "async fn f(name: &str) -> Result<u8, E> { ask(name).await }"),
        ("breaker", "", "fn f(name: String) -> Result<u8, E> { ask(name) }"),
        ("fuse", "", "fn f(name: String) -> Result<u8, E> { ask(name) }"),
        ("bulkhead", "10", "fn f(name: String) -> Result<u8, E> { ask(name) }"),
        ("rate", "100/1s", "async fn f(name: String) -> Result<u8, E> { ask(name).await }"),
        ("fallback", "|_| Ok(1)", "fn f(name: String) -> Result<u8, E> { ask(name) }"),
        ("cache", "ttl = 60s", "fn f(name: &str) -> Result<u8, E> { ask(name) }"),
        ("metrics", "", "fn f(name: String) -> Result<u8, E> { ask(name) }"),
        ("timing", "", "async fn f(name: &str) -> Result<u8, E> { ask(name).await }"),
        ("harness", "", "fn f(name: String) -> Result<u8, E> { ask(name) }"),
        ("aspect", "", "fn f(name: String) -> u8 { ask(name) }"),
        (
            "service",
            "timeout = 1s, retry = 3",
            "async fn f(name: &str) -> Result<u8, E> { ask(name).await }",
        ),
    ];
    for (kind, args, item) in plain {
        let lines = snapshot(kind, &[(kind, args)], item);
        assert!(lines <= SCREEN, "a plain `#[{kind}]` expands to {lines} lines");
    }
    let item = "fn f(name: &str) -> Result<u8, E> { ask(name) }";
    let lines = snapshot("aspect_join_point", &[("aspect", "\"shop::price\"")], item);
    assert!(lines <= SCREEN, "a plain join point expands to {lines} lines");
}

#[test]
fn a_time_out_on_a_pool_of_a_name() {
    let item = "fn f(name: String) -> Result<u8, E> { ask(name) }";
    let args = "250ms, on_pool(\"io\", size = 10, queue = 50)";
    let lines = snapshot("timeout_on_named_pool", &[("timeout", args)], item);
    assert!(lines <= SCREEN, "it expands to {lines} lines");
}

#[test]
fn a_stack_is_one_expansion_with_the_body_once() {
    let stack = [
        ("inject", "db = connect, rates = dial.await, fallback = None"),
        ("fallback", "|_| Ok(Price::listed(sku))"),
        ("retry", "3, only = E::Http(500..=599)"),
        ("breaker", "\"rates\", fail_max = 3"),
    ];
    let item = "/// The price.\npub async fn price(db: &Db, rates: Option<&Rates>, sku: &str) -> Result<Price, E> { the_body(db, rates, sku) }";
    snapshot("stack", &stack, item);
    let text = expand(&stack, item).to_string();
    assert_eq!(text.matches("the_body").count(), 1, "{text}");
}

#[test]
fn a_breaker_with_every_kind_of_setting() {
    let args = "\"hosts\", key = host, keys = 64, idle = 10m, skip = host.is_local(), window = 10s, failure_rate = 50%, slow = PATIENCE, expected_in = 2s, reset_timeout = 1s..60s, recover = [1%, TENTH], rule = MINE, trip_error = rejected, starts = half_open, only = E::Http(500..), excluded = success, retry_after = |e| e.retry_after()";
    let item = "async fn f(host: Host) -> Result<u8, E> { ask(host).await }";
    snapshot("breaker_settings", &[("breaker", args)], item);
}

#[test]
fn a_retry_with_every_kind_of_setting() {
    let args = "retries = 4, backoff = 50ms..2s, factor = 1.5, jitter = equal, max_elapsed = 10s, budget = 20%, only = E::Http(500..), retry_if = |value| value.is_stale(), retry_after = |e| e.after(), rejected = retry, nested = allow, listen = LOG, idempotent, compound";
    let item = "async fn f(host: Host) -> Result<u8, E> { ask(host).await }";
    let stack = [
        ("fallback", "[cached(1), |e| Err(e)]"),
        ("retry", args),
        ("timeout", "1s"),
        ("breaker", "DB"),
    ];
    snapshot("retry_settings", &stack, item);
}

#[test]
fn a_time_out_of_what_blocks() {
    let item = "fn f(name: String) -> Result<u8, E> { ask(name) }";
    snapshot("timeout_blocking", &[("timeout", "250ms"), ("fuse", "")], item);
    snapshot(
        "timeout_on_pool",
        &[("breaker", "DB"), ("timeout", "250ms, on_pool"), ("fuse", "")],
        item,
    );
}

#[test]
fn a_fallback_for_some() {
    let item = "fn f(sku: &str) -> Result<u8, E> { ask(sku) }";
    snapshot("fallback_for_some", &[("fallback", "only = E::Down, with = cached(sku)")], item);
}

#[test]
fn a_harness_with_every_kind_of_setting() {
    let args = "fields(host, port = host.port()), only = E::Http(500..), at_most = 10/1s, level = warn, keep = kept(), rejected = off, sink = |report| note(report)";
    let item = "async fn f(host: Host) -> Result<u8, E> { ask(host).await }";
    snapshot("harness_settings", &[("breaker", "DB"), ("harness", args), ("fuse", "")], item);
}

#[test]
fn limits_with_every_kind_of_setting() {
    let item = "async fn f(host: Host) -> Result<u8, E> { ask(host).await }";
    let bulkhead = (
        "bulkhead",
        "\"hosts\", limit = 10, key = host, keys = 64, idle = 10m, wait = 50ms, queue = QUEUE",
    );
    let rate = ("rate", "RATE / PERIOD, key = host.name(), smooth, wait = patience()");
    snapshot("limits", &[bulkhead, rate], item);
}

#[test]
fn metrics_above_and_below_a_fallback() {
    let stack = [
        ("metrics", "\"shop.answers\", latency = off"),
        ("fallback", "|_| Ok(1)"),
        ("metrics", "except = E::NotFound"),
        ("breaker", "DB"),
    ];
    let item = "async fn f(sku: &str) -> Result<u8, E> { ask(sku).await }";
    snapshot("metrics_stack", &stack, item);
}

#[test]
fn an_aspect_of_every_kind() {
    let item = "async fn f(&self, mut sku: String, sum: &mut u32) -> Result<u8, E> { the_body(sku, sum).await }";
    let args = "\"shop::price\", before = enter, after = leave, args(sku), no_result";
    let stack = [("fallback", "Ok(1)"), ("aspect", args), ("fuse", ""), ("retry", "2")];
    snapshot("aspect_settings", &stack, item);
}

#[test]
fn services() {
    let item =
        "async fn f(call: &Call, host: &str) -> Result<u8, E> { the_body(call, host).await }";
    let keys = "balance([\"http://a:1\", \"http://b:1\"], key = host), retry = 3, breaker(fail_max = 3, except = E::NotFound), bulkhead = 10, attempt_timeout = 100ms, fallback = Ok(1), timeout = 1s";
    snapshot("service_balanced", &[("service", keys)], item);
    snapshot("service_preset", &[("service", "PRICING, fallback = Ok(1)")], item);
    let blocks = "fn f(call: &Call, host: String) -> Result<u8, E> { the_body(call, host) }";
    snapshot("service_named", &[("service", "\"pricing\"")], blocks);
    snapshot(
        "service_on_pool",
        &[("service", "retry = 3, pool(\"io\", size = 10, queue = 50), attempt_timeout = 100ms")],
        blocks,
    );
    for (keys, item) in [(keys, item), ("PRICING", item), ("\"pricing\"", blocks)] {
        let text = expand(&[("service", keys)], item).to_string();
        assert_eq!(text.matches("the_body").count(), 1, "{text}");
    }
}

#[test]
fn a_sibling_takes_the_body() {
    let item = "fn f(&self, db: &Db, id: u8) -> Result<u8, E> { the_body(db, id) }";
    let tokens = expand(&[("inject", "db = connect, with"), ("retry", "2")], item);
    assert_eq!(tokens.to_string().matches("the_body").count(), 1);
    assert!(tokens.to_string().contains("fn f_with"));
}
