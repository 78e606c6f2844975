//! A whole service as a layer.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::balance::Balancer;
use dyno::balance::Policy::RoundRobin;
use dyno::breaker::{Settings, TripError};
use dyno::limit::Bulkhead;
use dyno::retry::Retry;
use dyno::service::Service as Preset;
use dyno::{Error, Fault, Reason, clock, metrics, tower as layers};
use http::Request;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_test::mock;

use crate::support::*;

fn to(host: &str) -> Request<()> {
    Request::builder().uri(format!("http://{host}/price")).body(()).expect("a request")
}

/// IN-58: a breaker for each service that is called, patched into a client by one layer.
#[test]
fn in_58_a_breaker_for_each_host_is_one_layer() {
    static SERVICES: Preset = Preset::builder("tower::in58")
        .breaker(Settings::new().fail_max(3).reset_timeout(SECOND).trip_error(TripError::Rejected))
        .per_target()
        .build();
    let frozen = clock::freeze();
    let transport = at_once(|request: Request<()>| match request.uri().host() {
        Some("up") => Ok(http::Response::new("fine")),
        _ => Err(io::Error::other("connection refused")),
    });
    let count = transport.seen.clone();
    let layers = (layers::layer(&SERVICES).keyed(layers::host), layers::wrap());
    let mut client = layers.layer(transport);
    let mut ask = |host| block_on(call(&mut client, to(host))).map(http::Response::into_body);
    let is_io = |outcome: Result<&str, Error<io::Error>>| matches!(outcome, Err(Error::Inner(_)));
    let is_503 = |outcome: Result<&str, Error<io::Error>>| {
        outcome
            .is_err_and(|error| error.fault().and_then(Fault::reason) == Some(Reason::BreakerOpen))
    };
    assert!(is_io(ask("down")) && count.calls() == 1);
    assert!(is_io(ask("down")) && count.calls() == 2);
    assert!(is_503(ask("down")) && count.calls() == 3);
    assert!(is_503(ask("down")) && count.calls() == 3);
    // Another host has a breaker of its own, and names of hosts are the same in any letters.
    assert_eq!(ask("up").expect("it is up"), "fine");
    assert!(is_503(ask("DOWN")) && count.calls() == 4);
    frozen.advance(2 * SECOND);
    assert!(is_503(ask("down")) && count.calls() == 5);
}

/// IN-59: who goes past the breaker is never turned away.
#[test]
fn in_59_without_the_layer_nothing_is_turned_away() {
    let mut client =
        layers::wrap().layer(at_once(|_: Request<()>| Err::<(), _>(io::Error::other("down"))));
    for _ in 0..5 {
        let failed = now(call(&mut client, to("down"))).expect_err("down");
        assert!(matches!(failed, Error::Inner(_)));
    }
}

#[test]
fn all_policies_of_a_service_are_in_the_way_of_a_request() {
    static SHOP: Preset = Preset::builder("tower::all")
        .timeout(Duration::from_secs(10))
        .attempt_timeout(SECOND)
        .retry(Retry::new(3).delay(Duration::from_millis(100)))
        .retry_on_timeout()
        .breaker(Settings::new().fail_max(5))
        .bulkhead(10)
        .metrics()
        .build();
    let _frozen = clock::freeze();
    let attempts = AtomicU32::new(0);
    let inner = Strict::new(move |_: Request<()>| {
        let attempt = attempts.fetch_add(1, Ordering::Relaxed);
        async move {
            match attempt {
                0 => pending().await,
                1 => Ok::<_, Infallible>(
                    http::Response::builder().status(503).body("busy").expect("an answer"),
                ),
                _ => Ok(http::Response::new("fine")),
            }
        }
    });
    let seen = inner.seen.clone();
    let mut service = (layers::layer(&SHOP), layers::wrap()).layer(inner);
    let start = clock::now();
    let answer = block_on(call(&mut service, to("shop"))).expect("the third");
    assert_eq!((answer.into_body(), seen.calls()), ("fine", 3));
    assert_eq!(start.elapsed(), SECOND + 200 * MS);
    let counted = metrics::of("tower::all").expect("it was called").total;
    assert_eq!((counted.successes, counted.failures), (1, 0));
}

#[test]
fn requests_are_copied_only_where_another_attempt_may_follow() {
    static ONCE: Preset = Preset::builder("tower::once").bulkhead(10).build();
    static THRICE: Preset = Preset::builder("tower::thrice").retry(Retry::new(3)).build();
    #[derive(Debug)]
    struct Counted(Arc<AtomicU32>);
    let copies = |preset: &'static Preset, copied: bool| {
        let copies = Arc::new(AtomicU32::new(0));
        let inner = at_once(|_: Counted| Err::<(), BoxError>("down".into()));
        let seen = inner.seen.clone();
        let layer =
            layers::layer(preset).errors_only().copying(move |Counted(copies): &Counted| {
                copies.fetch_add(1, Ordering::Relaxed);
                copied.then(|| Counted(copies.clone()))
            });
        assert!(block_on(call(&mut layer.layer(inner), Counted(copies.clone()))).is_err());
        (copies.load(Ordering::Relaxed), seen.calls(), seen.clones())
    };
    assert_eq!(copies(&ONCE, true), (0, 1, 1));
    assert_eq!(copies(&THRICE, true), (2, 3, 3));
    assert_eq!(copies(&THRICE, false), (1, 1, 1), "it cannot be copied");
}

#[test]
fn a_request_that_cannot_be_copied_is_not_tried_again_when_it_is_late() {
    static LATE: Preset = Preset::builder("tower::late once")
        .attempt_timeout(Duration::from_secs(1))
        .retry(Retry::new(3))
        .retry_on_timeout()
        .build();
    let _frozen = clock::freeze();
    let inner = Strict::new(|()| pending::<Result<(), BoxError>>());
    let seen = inner.seen.clone();
    let layer = layers::layer(&LATE).errors_only();
    let mut service = layer.clone().copying(|(): &()| None).layer(inner.clone());
    let late = block_on(call(&mut service, ())).expect_err("late");
    assert!(late.downcast_ref().is_some_and(Fault::is_timed_out), "{late}");
    assert_eq!(seen.calls(), 1);
    assert!(block_on(call(&mut layer.layer(inner), ())).is_err());
    assert_eq!(seen.calls(), 4);
}

#[test]
fn what_is_refused_further_in_is_no_failure_of_the_service() {
    static OUTER: Preset = Preset::builder("tower::outer preset")
        .retry(Retry::new(3))
        .breaker(Settings::new().fail_max(1))
        .metrics()
        .build();
    let bulkhead = Arc::new(Bulkhead::new("tower::inner of a preset", 1));
    let stack = ServiceBuilder::new()
        .layer(layers::layer(&OUTER).errors_only())
        .map_err(BoxError::from)
        .layer(layers::bulkhead(bulkhead.clone()))
        .layer(layers::wrap());
    let inner = at_once(|()| Ok::<_, Infallible>(()));
    let seen = inner.seen.clone();
    let mut service = stack.service(inner);
    let place = bulkhead.acquire_owned().expect("free");
    let refused = now(call(&mut service, ())).expect_err("full");
    assert!(refused.to_string().contains("the bulkhead is full"), "{refused}");
    drop(place);
    assert!(now(call(&mut service, ())).is_ok(), "the breaker is closed");
    assert_eq!((seen.calls(), bulkhead.snapshot().turned_away), (1, 1));
    let counted = metrics::of("tower::outer preset").expect("it was called").total;
    assert_eq!((counted.failures, counted.rejected.bulkhead_full), (0, 1));
}

#[test]
fn nor_is_it_when_an_error_of_ones_own_has_it_and_is_boxed() {
    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Shop(#[from] Fault);
    static OUTER: Preset = Preset::builder("tower::outer of a shop")
        .retry(Retry::new(3))
        .breaker(Settings::new().fail_max(1))
        .build();
    let inner = at_once(|()| Err::<(), _>(Shop(Fault::rejected("db", Reason::BulkheadFull, None))));
    let seen = inner.seen.clone();
    let stack = ServiceBuilder::new()
        .layer(layers::layer(&OUTER).errors_only())
        .map_err(BoxError::from)
        .service(inner);
    let mut service = stack;
    for calls in 1..=2 {
        assert!(now(call(&mut service, ())).is_err());
        assert_eq!(seen.calls(), calls, "it is not tried again, and opens nothing");
    }
}

#[test]
fn every_attempt_goes_to_the_target_that_was_chosen_for_it() {
    static TARGETS: Balancer =
        Balancer::new("tower::directed", &["http://a:1", "https://[::1]:2"]).policy(RoundRobin);
    static SHOP: Preset =
        Preset::builder("tower::directed").balance(&TARGETS).retry(Retry::new(2)).build();
    let _frozen = clock::freeze();
    let uris = Arc::new(Mutex::new(Vec::new()));
    let to_uris = uris.clone();
    let inner = at_once(move |request: Request<()>| {
        to_uris.lock().expect("held briefly").push(request.uri().to_string());
        Err::<http::Response<()>, BoxError>("down".into())
    });
    let mut service = layers::layer(&SHOP).directed().layer(inner.clone());
    let request = Request::builder().uri("http://somewhere/price?sku=1").body(());
    assert!(block_on(call(&mut service, request.expect("a request"))).is_err());
    let mut seen = std::mem::take(&mut *uris.lock().expect("held briefly"));
    seen.sort();
    assert_eq!(seen, ["http://a:1/price?sku=1", "https://[::1]:2/price?sku=1"]);
    assert!(TARGETS.snapshot().targets.iter().all(|it| it.in_flight == 0));

    // Requests of the same key go to the same one.
    let keyed = layers::layer(&SHOP).keyed(|_: &Request<()>| "caller".to_owned()).directed();
    let mut service = keyed.layer(inner);
    for _ in 0..4 {
        let one = Request::builder().uri("/").body(()).expect("a request");
        assert!(block_on(call(&mut service, one)).is_err());
    }
    let seen = uris.lock().expect("held briefly");
    let first: Vec<_> = seen.iter().step_by(2).collect();
    assert!(first.iter().all(|uri| *uri == first[0]) && first[0].ends_with('/'), "{seen:?}");
}

#[test]
fn a_layer_that_would_not_know_whom_a_request_is_for_is_refused() {
    static TARGETS: Balancer = Balancer::new("tower::undirected", &["http://a:1"]);
    static CHOOSES: Preset = Preset::builder("tower::undirected").balance(&TARGETS).build();
    static KEEPS: Preset = Preset::builder("tower::unkeyed").bulkhead(1).per_target().build();
    static PLAIN: Preset = Preset::builder("tower::plain").bulkhead(1).build();
    let told = |f: &dyn Fn()| {
        let panicked = catch_unwind(AssertUnwindSafe(f)).expect_err("nobody knows");
        panicked.downcast_ref::<String>().cloned().expect("a text")
    };
    let inner = || at_once(|_: Request<()>| Ok::<_, BoxError>(http::Response::new(())));
    let text = told(&|| drop(layers::layer(&CHOOSES).layer(inner())));
    assert!(text.starts_with("tower::undirected: it chooses") && text.contains("`directed()`"));
    let text = told(&|| drop(layers::layer(&KEEPS).layer(inner())));
    assert!(text.starts_with("tower::unkeyed: it keeps") && text.contains("`keyed("), "{text}");
    let text = told(&|| drop(layers::layer(&PLAIN).directed()));
    assert!(text.starts_with("tower::plain: `directed` needs"), "{text}");
}

#[test]
fn every_attempt_is_made_by_a_service_that_was_made_ready_for_it() {
    static RETRIED: Preset = Preset::builder("tower::readied").retry(Retry::new(3)).build();
    let layer = layers::layer(&RETRIED).errors_only();
    let (mut service, mut handle) = mock::spawn_layer::<&str, &str, _>(layer);
    let mut asked = call(service.get_mut(), "price");
    assert!(poll(&mut asked).is_pending());
    handle.allow(0);
    next(&mut handle).1.send_error("down");
    assert!(poll(&mut asked).is_pending());
    assert!(is_idle(&mut handle), "it is not ready");
    handle.send_error("no connection");
    handle.allow(1);
    assert!(poll(&mut asked).is_pending(), "the third attempt, after the second was not ready");
    next(&mut handle).1.send_response("995");
    assert_eq!(now(asked).expect("the third"), "995");
}

#[test]
fn a_call_that_is_cancelled_leaves_nothing_behind() {
    static HOSTS: Preset = Preset::builder("tower::cancelled preset")
        .breaker(Settings::new().fail_max(1))
        .bulkhead(1)
        .per_target()
        .build();
    let layer = layers::layer(&HOSTS).errors_only().keyed(|host: &&str| (*host).to_owned());
    let (mut service, mut handle) = mock::spawn_layer::<&str, &str, _>(layer);
    let mut first = call(service.get_mut(), "a");
    assert!(poll(&mut first).is_pending());
    let mut second = call(service.get_mut(), "a");
    let std::task::Poll::Ready(refused) = poll(&mut second) else { panic!("it is full") };
    assert_eq!(reason(refused), Some(Reason::BulkheadFull));
    let mut other = call(service.get_mut(), "b");
    assert!(poll(&mut other).is_pending(), "it has a place of its own");
    drop(first);
    let mut third = call(service.get_mut(), "a");
    assert!(poll(&mut third).is_pending());
    drop((other, third));
    assert!(!is_idle(&mut handle));
}

#[test]
fn a_panic_passes_and_counts() {
    static PANICS: Preset =
        Preset::builder("tower::preset panics").breaker(Settings::new().fail_max(1)).build();
    let mut service = layers::layer(&PANICS)
        .errors_only()
        .layer(Strict::new(|()| -> std::future::Ready<Result<(), BoxError>> { panic!("at once") }));
    let mut asked = call(&mut service, ());
    assert!(panics(|| poll(&mut asked)));
    drop(asked);
    assert_eq!(reason(now(call(&mut service, ()))), Some(Reason::BreakerOpen));
}

#[test]
fn a_service_in_an_arc_does_as_well_and_clones_share_it() {
    let built = Preset::builder("tower::arc").breaker(Settings::new().fail_max(1)).build();
    let layer = layers::layer(Arc::new(built)).errors_only();
    let failing = || at_once(|()| Err::<(), BoxError>("down".into()));
    assert_eq!(reason(now(call(&mut layer.layer(failing()), ()))), None);
    let other = now(call(&mut layer.clone().layer(failing()), ()));
    assert_eq!(reason(other), Some(Reason::BreakerOpen));
}

#[test]
#[should_panic(expected = "tower::nothing kept: `keyed` needs a service that keeps something by \
                           target: say `per_target()` where it is built")]
fn a_key_for_nothing_is_refused() {
    static PLAIN: Preset = Preset::builder("tower::nothing kept").bulkhead(10).build();
    let _ = layers::layer(&PLAIN).keyed(|()| String::new());
}

#[test]
fn a_host_is_read_off_the_uri_or_the_header() {
    let of = |uri: &str, header: Option<&str>| {
        let mut request = Request::builder().uri(uri);
        if let Some(host) = header {
            request = request.header("host", host);
        }
        layers::host(&request.body(()).expect("a request"))
    };
    assert_eq!(of("http://Prices.internal:8080/a?b", None), "prices.internal:8080");
    assert_eq!(of("https://user:secret@prices.internal/", Some("other")), "prices.internal");
    assert_eq!(of("/a", Some("Prices.internal")), "prices.internal");
    assert_eq!(of("/a", None), "");
    assert_eq!(of("http://[::1]:80/", None), "[::1]:80");
}

#[tokio::test]
async fn its_future_is_send_and_holds_no_borrow() {
    static SHOP: Preset = Preset::builder("tower::send")
        .timeout(SECOND)
        .retry(Retry::new(3))
        .breaker(Settings::new())
        .per_target()
        .build();
    fn is_service<S>(service: S) -> S
    where
        S: Service<Request<()>, Future: Send + 'static> + Clone + Send + Sync + 'static,
    {
        service
    }
    let stack =
        ServiceBuilder::new().layer(layers::layer(&SHOP).keyed(layers::host)).layer(layers::wrap());
    let service = is_service(stack.service(statuses([503])));
    let asked = tokio::spawn(async move { service.oneshot(to("shop")).await });
    assert_eq!(asked.await.expect("no panic").expect("an answer").status(), 200);
}
