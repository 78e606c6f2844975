//! Malformed attributes: an error each time, never a panic, and the function all the same.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::{expand, parse};

const KINDS: [&str; 14] = [
    "inject", "retry", "timeout", "breaker", "fuse", "bulkhead", "rate", "fallback", "cache",
    "metrics", "timing", "harness", "aspect", "service",
];
const ITEM: &str = "fn f(db: &Db, id: u8) -> Result<u8, E> { Ok(id) }";

const NONSENSE: &[&str] = &[
    "= 3",
    "=",
    ",",
    ",,",
    "3,,",
    "db = ,",
    "a b",
    "fn",
    "struct X",
    "#",
    "..",
    "=> 3",
    "'a",
    "!",
    "delay",
    "only",
    "only =",
    "only = if",
    "except = |",
    "except_if",
    "name",
    "name =",
    "crate",
    "crate =",
    "crate = 3",
    "wrap(3)",
    "fallback",
    "fallback =",
    "-",
    "1.2.3",
    "5 5",
    "\"a\" \"b\"",
    "reset_timeout = 5parsecs",
    "delay = 9999999999999999999999s",
    "backoff = ..",
    "attempts = 1e99",
    "db(",
    "db()()",
    "db(=)",
    "db(connect connect)",
    "on_error",
    "on_error =",
    "scope = 3",
    "stop",
    "before",
    "around =",
    "self",
    "super::x = 3",
    "r#type == 3",
    "50% 50%",
    "failure_rate = 50% 50%",
    "failure_rate = %",
    "window =",
    "window = 10x",
    "window",
    "expected_in",
    "expected_in = 0s",
    "expected_in = 3",
    "expected_in = 1s..2s",
    "slow = 2s, expected_in = 1s",
    "on_pool = 3",
    "on_pool()",
    "on_pool(3)",
    "on_pool(size = 10)",
    "on_pool(\"io\", size = 0, queue = 0, idle = 0s)",
    "on_pool = \"\"",
    "pool",
    "pool = 3",
    "pool(\"io\", limit = 3)",
    "recover",
    "recover = [",
    "recover = [1%",
    "recover = [1% 2%]",
    "recover = [,]",
    "recover = []",
    "recover = 5%",
    "recover = [5%, 1%]",
    "jitter = -1%",
    "trip_error",
    "trip_error = ",
    "trip_error = other",
    "starts = 3",
    "excluded = success success",
    "rule = &R",
    "key",
    "key =",
    "keys = 0",
    "skip = true",
    "retry_after = ",
    "off = 3",
    "10s",
    "limit = 0",
    "queue = 0",
    "100/",
    "100/s",
    "100/0s",
    "0/1s",
    "1s/100",
    "rate = 100",
    "burst = 0",
    "smooth = 1",
    "burst = 2, smooth",
    "wait = 5",
    "off()",
    "\"of {\", \"of }\"",
    "label = \"a\"",
    "except_if = |_| true",
    "ttl",
    "ttl = 60",
    "ttl = 1s..2s",
    "early",
    "early = 3",
    "early = xfetch(1)",
    "early = exponential()",
    "beta = 0",
    "curve = 3",
    "capacity = 0",
    "weight = 3",
    "refresh = 3",
    "latency",
    "latency = on",
    "latency = 5ms",
    "latency = off, latency = off",
    "fields",
    "fields = id",
    "fields(",
    "fields(id id)",
    "fields(= 3)",
    "fields(id = )",
    "fields(id.x)",
    "fields(nobody)",
    "fields()()",
    "level = 3",
    "level = fatal",
    "at_most = 3",
    "at_most = 0/1s",
    "keep = 0",
    "keep = 16s",
    "panics",
    "panics = maybe",
    "rejected = \"off\"",
    "sink",
    "sink = \"x\"",
    "defaults = 3",
    "retry_on_timeout = 3",
    "retry(",
    "retry(3",
    "retry(,)",
    "retry(3 3)",
    "retry()()",
    "retry = , breaker",
    "breaker(fail_max)",
    "metrics(3), timing(3)",
    "balance",
    "balance =",
    "balance = []",
    "balance = [3]",
    "balance = \"http://a:1\"",
    "balance([\"http://a:1\"], policy)",
    "balance([\"http://a:1\"], policy = 3)",
    "balance(key = 3)",
    "balance = X, breaker",
    "pool",
    "pool(size = 3)",
    "pool = 3",
    "deadline, timeout, attempt_timeout",
    "timeout = 2s, attempt_timeout = 3s",
    "retry = off",
    "defaults, cache = off",
    "\"pricing\", timeout = 1s",
    "\"\"",
    "X, X",
    "{}",
    "[]",
    "()",
    "args",
    "args =",
    "args = 3",
    "args(",
    "args(3)",
    "args(a b)",
    "args(nobody)",
    "no_result",
    "no_result = 3",
    "\"x\", no_result()",
];

#[test]
fn nonsense_is_an_error_in_every_attribute() {
    for kind in KINDS {
        for &args in NONSENSE {
            let Ok(args_tokens) = args.parse::<TokenStream>() else { continue };
            let out = crate::stack::attribute(kind, args_tokens, &parse(ITEM)).to_string();
            assert!(out.contains("fn f"), "#[{kind}({args})] lost the function: {out}");
            // A value may be any expression; what it means is for the compiler to say.
            let is_value =
                !matches!(kind, "inject" | "aspect") && syn::parse_str::<syn::Expr>(args).is_ok();
            let fine = is_value || args == "," && kind != "inject";
            assert!(fine || out.contains("compile_error"), "#[{kind}({args})] was accepted: {out}");
        }
    }
}

/// Every beginning of a valid argument list, as an editor sees it while it is typed.
#[test]
fn half_typed_arguments_never_panic() {
    let valid = [
        (
            "inject",
            "db(connect, fallback = Db::new(), stop = close), id = tag(\"x\"), on_error = panic, with",
        ),
        (
            "retry",
            "3, backoff = 50ms..2s, only = E::A | E::B if again(e), name = \"x\", crate = ::dyno",
        ),
        (
            "retry",
            "retries = 4, backoff = 50ms..2s, factor = 1.5, jitter = equal, max_elapsed = 10s, budget = 20%, except_if = |e| minor(e), retry_if = |value| *value > 3, retry_after = |e| e.after(), rejected = retry, nested = allow, listen = LOG, idempotent, compound",
        ),
        (
            "retry",
            "attempts = MOST, pauses = MINE, budget = \"shop\", fallback = [Ok(1), |e| Err(e)]",
        ),
        ("retry", "3, delay = 5ms, budget = Budget::global(), rejected = stop, nested = stop"),
        ("timeout", "250ms, fallback = Ok(1), name = \"x\", wrap"),
        ("timeout", "limit = LIMIT, crate = ::dyno"),
        (
            "breaker",
            "\"db\", fail_max = 3, reset_timeout = 15s, except = E::A, fallback = |_| Ok(1), wrap",
        ),
        (
            "breaker",
            "window = 10s, failure_rate = 50%, min_calls = LEAST, slow = 2s, slow_rate = 80%, reset_timeout = 1s..60s, jitter = 0%, trials = 3, success_threshold = 5, success_rate = 0.8, probe_timeout = 5s, recover = [1%, TENTH, 50%], rule = rules::MINE, trip_error = rejected, starts = half_open",
        ),
        (
            "breaker",
            "\"hosts\", key = (id % 4), keys = 64, idle = 10m, skip = id == 0, excluded = success, only = E::A | E::B, retry_after = |e| e.after(), window = WINDOW",
        ),
        ("breaker", "DB, key = &id, excluded = ignored, except = E::A, skip = !armed(), wrap"),
        ("fuse", "\"beta\", off, fallback = |_| Ok(1), name = \"x\", wrap, crate = ::dyno"),
        ("bulkhead", "10, wait = 50ms, queue = 100, fallback = |_| Ok(1), name = \"x\", wrap"),
        ("bulkhead", "\"db\", limit = LIMIT, key = (id % 4), keys = 64, idle = 10m, wait = WAIT"),
        ("bulkhead", "DB, key = &id, crate = ::dyno"),
        ("rate", "100/1s, burst = 20, wait = 50ms, fallback = |_| Ok(1), name = \"x\", wrap"),
        ("rate", "\"api\", rate = (CALLS / PER), smooth, key = (id % 4), keys = 64, idle = 10m"),
        ("rate", "API, key = &id, crate = ::dyno"),
        ("fallback", "|e| match e { E::A => Ok(1), other => Err(other) }"),
        ("fallback", "[cached(id), |e| match e { E::A => Ok(1), other => Err(other) }, Ok(0)]"),
        ("fallback", "only = E::A | E::B if minor(e), with = |_| Ok(1), name = \"x\""),
        ("fallback", "with = [cached(id), Ok(0)], except = E::A"),
        (
            "metrics",
            "\"shop\", latency = off, only = E::A | E::B if minor(e), wrap, crate = ::dyno",
        ),
        ("metrics", "SHOP, except = E::A, except_if = |e| minor(e)"),
        ("metrics", "latency = off, name = \"x\""),
        (
            "cache",
            "\"x\", ttl = 60s, early = exponential(2), key = (id, id % 2), capacity = 10, weight = |it| *it as usize, grace = 1s, stale_if_error = 5m",
        ),
        ("cache", "curve = MINE, negative = 5s, only = E::A, refresh = background, key = id, wrap"),
        (
            "harness",
            "fields(id, twice = id * 2), at_most = 10/1m, level = warn, keep = 16, panics = off, rejected = off, sink = |report| note(report), except = E::A",
        ),
        (
            "harness",
            "fields(db = db.name()), at_most = MOST / PERIOD, keep = KEPT, sink = AUDIT, only = E::A if minor(e), name = \"x\", wrap",
        ),
        (
            "service",
            "deadline = 2s, metrics(\"shop\"), timing(\"price of {id}\"), fallback = |e| match e { E::A => Ok(1), e => Err(e) }, cache(ttl = 60s, key = id), harness(fields(id)), timeout = 1s, rate = 100/1s, retry(3, backoff = 50ms..1s, budget = 20%), breaker(\"db\", fail_max = 3), bulkhead(10, wait = 50ms), attempt_timeout = 100ms, expected_in = 50ms, only = E::A | E::B if minor(e), retry_on_timeout, name = \"x\", wrap, crate = ::dyno",
        ),
        (
            "service",
            "balance([\"http://a:1\", MORE], key = id, policy = least_in_flight, max_ejected = 30%, decay = 5s, slow_start = SLOW, retry_after = |e| e.after(), except_if = |e| minor(e)), breaker(fail_max = LEAST, reset_timeout = 1s..60s), defaults, bulkhead = off",
        ),
        ("service", "balance = PRICES, retry"),
        (
            "service",
            "\"pricing\", fallback(only = E::A, with = Ok(1)), balance(key = id), except = E::A, metrics, timing, harness, cache(ttl = 1s), wrap",
        ),
        ("service", "shop::PRICING, fallback = Ok(1)"),
        ("timing", "\"price of {id}\", name = \"x\", wrap, crate = ::dyno"),
        ("aspect", "before = audit(&id), after = |_, _| {}, around = timed"),
        ("aspect", "\"shop::price\", before = audit, args(id), no_result, name = \"x\", wrap"),
    ];
    for (kind, args) in valid {
        let trees: Vec<TokenTree> = parse(args).into_iter().collect();
        for end in 0..=trees.len() {
            let part: TokenStream = trees[..end].iter().cloned().collect();
            let out = crate::stack::attribute(kind, part.clone(), &parse(ITEM)).to_string();
            assert!(out.contains("fn f"), "#[{kind}({part})] lost the function: {out}");
        }
        let whole = expand(&[(kind, args)], ITEM).to_string();
        assert!(!whole.contains("compile_error"), "#[{kind}({args})]: {whole}");
    }
}

#[test]
fn items_that_are_no_functions_are_kept() {
    for item in [
        "struct S;",
        "enum E { A }",
        "impl S { fn f() {} }",
        "trait T { fn f(); }",
        "mod m {}",
        "use a::b;",
        "static X: u8 = 1;",
        "const X: u8 = 1;",
        "type A = B;",
        "macro_rules! m { () => {} }",
        "",
        "async",
        "fn",
        "fn f",
        "fn f(",
        "pub fn f() -> ;",
    ] {
        let Ok(tokens) = item.parse::<TokenStream>() else { continue };
        for kind in KINDS {
            let out = crate::stack::attribute(kind, TokenStream::new(), &tokens);
            let text = out.to_string();
            assert!(text.contains("compile_error"), "#[{kind}] {item}: {text}");
            assert!(text.starts_with(&quote!(#tokens).to_string()), "{item} was lost: {text}");
        }
    }
}

#[test]
fn half_typed_bodies_still_expand() {
    for body in ["{ let x = }", "{ db. }", "{ if }", "{ match db { }", "{ } }"] {
        let Ok(item) = format!("fn f(db: &Db) -> Option<u8> {body}").parse::<TokenStream>() else {
            continue;
        };
        let out = crate::stack::attribute("inject", parse("db = connect"), &item).to_string();
        assert!(!out.contains("compile_error"), "{body}: {out}");
    }
}
