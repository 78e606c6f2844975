//! Layers one above another, and what is asked of them elsewhere.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::error_handling::HandleErrorLayer;
use axum::response::IntoResponse;
use axum::routing::get;
use dyno::breaker::Breaker;
use dyno::limit::{Bulkhead, Rate};
use dyno::metrics::Metrics;
use dyno::retry::Retry;
use dyno::tower::CarriesFault;
use dyno::{Error, Fault, tower as layers};
use http::{Request, Response};
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceBuilder, ServiceExt};

use crate::support::*;

static DB: Breaker = Breaker::new("tower::stack");
static PLACES: Bulkhead = Bulkhead::new("tower::stack places", 10);
static RATE: Rate = Rate::new("tower::stack rate", 1_000_000, SECOND);
static METRICS: Metrics = Metrics::new("tower::stack metrics");

/// Peers' complaint: three layers or more met bounds that nobody could fulfil.
fn guarded<S, B, R, E>(
    service: S,
) -> impl Service<Request<B>, Response = Response<R>, Error = Error<E>, Future: Send + 'static>
+ Clone
+ Send
+ Sync
+ 'static
where
    S: Service<Request<B>, Response = Response<R>, Error = E> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
    B: Clone + Send + Sync + 'static,
    R: Send + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    ServiceBuilder::new()
        .layer(layers::timeout(5 * SECOND))
        .layer(layers::metrics(&METRICS))
        .layer(layers::fallback(|failed: Result<Response<R>, Error<E>>| failed))
        .layer(layers::rate(&RATE))
        .layer(layers::retry(Retry::new(3)))
        .layer(layers::breaker(&DB))
        .layer(layers::bulkhead(&PLACES))
        .layer(layers::timeout(SECOND))
        .layer(layers::deadline_out())
        .layer(layers::wrap())
        .service(service)
}

/// As hyper's server, tonic and tower's own layers ask.
fn into_boxed<E: Into<BoxError>>(error: E) -> BoxError {
    error.into()
}

#[tokio::test]
async fn a_stack_of_all_is_one_service_with_one_error() {
    let mut service = guarded(statuses([503, 503]));
    let other = service.clone();
    let answer = tokio::spawn(async move { other.oneshot(Request::new(())).await });
    assert_eq!(answer.await.expect("no panic").expect("an answer").status(), 200);
    let answer = service.ready().await.expect("ready").call(Request::new(())).await;
    assert_eq!(answer.map_err(into_boxed).expect("an answer").status(), 200);
    // Tower's own boxed service takes it, and its layers go above and below.
    let boxed = BoxCloneSyncService::new(service);
    let stack = ServiceBuilder::new()
        .layer(layers::breaker(&DB))
        .map_err(into_boxed)
        .layer(tower::util::MapErrLayer::new(|error: Error<Infallible>| error))
        .service(boxed);
    assert!(stack.oneshot(Request::new(())).await.is_ok());
}

#[test]
fn a_boxed_error_tells_a_refusal_however_it_was_wrapped() {
    use dyno::Reason::BreakerOpen;
    let fault = || Fault::rejected("db", BreakerOpen, Some(SECOND));
    let bare: BoxError = fault().into();
    assert_eq!(bare.fault().and_then(Fault::reason), Some(BreakerOpen));
    // One further in was made a boxed error: a breaker further out counts it as little as before.
    let breaker = Arc::new(Breaker::new("tower::boxed").fail_max(1));
    let refusals: [fn(Fault) -> BoxError; 3] = [
        |fault| fault.into(),
        |fault| Error::<std::io::Error>::Fault(fault).into(),
        |fault| std::io::Error::from(fault).into(),
    ];
    let stack = ServiceBuilder::new().layer(layers::breaker(breaker.clone()).errors_only());
    for refusal in refusals {
        let mut service = stack.service(at_once(move |()| Err::<(), _>(refusal(fault()))));
        assert!(now(call(&mut service, ())).is_err());
        assert_eq!(breaker.state(), dyno::breaker::State::Closed);
    }
    let late = |()| Err::<(), BoxError>(Fault::timed_out("db", SECOND).into());
    assert!(now(call(&mut stack.service(at_once(late)), ())).is_err());
    assert_eq!(breaker.state(), dyno::breaker::State::Open);
}

#[test]
fn an_error_of_ones_own_may_carry_a_fault() {
    #[derive(Debug, thiserror::Error)]
    enum ShopError {
        #[error(transparent)]
        Dyno(#[from] Fault),
    }
    impl CarriesFault for ShopError {
        fn fault(&self) -> Option<&Fault> {
            let Self::Dyno(fault) = self;
            Some(fault)
        }
    }
    let stack = ServiceBuilder::new()
        .layer(layers::retry(Retry::new(3)).errors_only())
        .layer(layers::bulkhead(Bulkhead::new("tower::own", 1)));
    let inner = at_once(|()| Err::<(), ShopError>(Fault::timed_out("db", SECOND).into()));
    let seen = inner.seen.clone();
    assert!(now(call(&mut stack.service(inner), ())).is_err());
    assert_eq!(seen.calls(), 3);
}

async fn hello() -> &'static str {
    "hello"
}

async fn asked(router: Router, path: &str) -> u16 {
    let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
    router.oneshot(request).await.expect("infallible").status().as_u16()
}

#[tokio::test]
async fn an_axum_router_takes_them_as_layers() {
    let breaker = Arc::new(Breaker::new("tower::router"));
    // As a tuple, outermost first.
    let layers_of_dyno = (
        layers::answer(),
        layers::metrics(&METRICS),
        layers::breaker(breaker.clone()),
        layers::bulkhead(&PLACES),
        layers::rate(&RATE),
        layers::timeout(SECOND),
        layers::wrap(),
    );
    let router =
        Router::new().route("/", get(hello)).layer(layers_of_dyno).layer(layers::deadline());
    assert_eq!(asked(router.clone(), "/").await, 200);
    breaker.trip();
    assert_eq!(asked(router, "/").await, 503);
}

#[tokio::test]
async fn axum_s_own_error_layer_does_as_well() {
    let breaker = Arc::new(Breaker::new("tower::handled"));
    breaker.trip();
    let stack = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(|error: Error<Infallible>| async move {
            (http::StatusCode::IM_A_TEAPOT, error.into_response().status().to_string())
        }))
        .layer(layers::breaker(breaker))
        .layer(layers::wrap());
    let router = Router::new().route("/", get(hello)).layer(stack);
    assert_eq!(asked(router, "/").await, 418);
}

/// A client of `reqwest` is a service of tower.
#[test]
fn a_reqwest_client_takes_them_as_layers() {
    fn is_service<S: Service<reqwest::Request, Error = Error<reqwest::Error>> + Clone + Send>(
        _: S,
    ) {
    }
    let stack = ServiceBuilder::new()
        .layer(layers::retry(Retry::new(3)).copying(reqwest::Request::try_clone))
        .layer(layers::breaker(&DB))
        .layer(layers::bulkhead(&PLACES))
        .layer(layers::timeout(SECOND))
        .layer(layers::deadline_out())
        .layer(layers::wrap());
    is_service(stack.service(reqwest::Client::new()));
}
