//! The policies as layers of `tower`: before clients, before servers, before any service.
//!
//! ```
//! use std::time::Duration;
//! use dyno::{breaker::Breaker, limit::Bulkhead, retry::Retry, tower};
//! # use std::{convert::Infallible, future::Future, pin::pin, task::{Context, Poll, Waker}};
//! # use http::{Request, Response};
//! # use tower_layer::Layer;
//! # use tower_service::Service;
//! # #[derive(Clone)]
//! # struct Client;
//! # impl Service<Request<String>> for Client {
//! #     type Response = Response<String>;
//! #     type Error = Infallible;
//! #     type Future = std::future::Ready<Result<Response<String>, Infallible>>;
//! #     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
//! #         Poll::Ready(Ok(()))
//! #     }
//! #     fn call(&mut self, _: Request<String>) -> Self::Future {
//! #         std::future::ready(Ok(Response::new("995".to_owned())))
//! #     }
//! # }
//!
//! static PRICING: Breaker = Breaker::new("pricing");
//!
//! let layers = (
//!     tower::timeout(Duration::from_secs(2)), // outermost
//!     tower::retry(Retry::new(3)),
//!     tower::breaker(&PRICING),
//!     tower::bulkhead(Bulkhead::new("pricing", 10)),
//!     tower::wrap(), // innermost: makes room for a `Fault` in the client's error
//! );
//! // `ServiceBuilder::new().layer(layers).service(client)`, or as here without the crate `tower`:
//! let mut pricing = layers.layer(Client);
//! # let asked = pin!(pricing.call(Request::new(String::new())));
//! # let Poll::Ready(answer) = asked.poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
//! # assert_eq!(answer.unwrap().into_body(), "995");
//! ```

#![doc = include_str!("../../docs/tower_module.md")]

#[cfg(feature = "axum")]
mod answer;
mod breaker;
mod carries;
mod deadline;
mod deadline_out;
mod directed;
mod fallback;
mod gate;
mod judge;
mod limit;
mod metrics;
mod policy;
mod preset;
#[cfg(feature = "axum")]
mod respond;
mod retry;
mod timeout;
mod wrap;

#[cfg(feature = "axum")]
pub use self::answer::{AnswerFuture, AnswerLayer, AnswerService, answer};
pub use self::breaker::{BreakerFuture, BreakerLayer, BreakerService, breaker};
pub use self::carries::CarriesFault;
#[doc(hidden)]
pub use self::carries::Said;
pub use self::deadline::{DeadlineFuture, DeadlineLayer, DeadlineService, deadline};
pub use self::deadline_out::{
    DeadlineOutFuture, DeadlineOutLayer, DeadlineOutService, Headed, deadline_out,
};
pub use self::directed::Directs;
pub use self::fallback::{FallbackFuture, FallbackLayer, FallbackService, fallback};
#[doc(hidden)]
pub use self::gate::Gate;
pub use self::gate::{GatedFuture, GatedService};
pub use self::judge::{ByOutcome, ByStatus, ErrorsOnly, Judge};
pub use self::limit::{BulkheadGate, BulkheadLayer, RateGate, RateLayer, bulkhead, rate};
pub use self::metrics::{MetricsFuture, MetricsLayer, MetricsService, metrics};
pub use self::policy::Policy;
pub use self::preset::{
    Directed, Key, KeyedBy, PresetLayer, PresetService, Unkeyed, Whom, host, layer,
};
pub use self::retry::{Cloned, CopiedBy, Copies, RetryFuture, RetryLayer, RetryService, retry};
pub use self::timeout::{TimeoutFuture, TimeoutLayer, TimeoutService, timeout};
pub use self::wrap::{WrapFuture, WrapLayer, WrapService, wrap};

/// What a future of a layer says to whoever polls it again.
const OVER: &str = "a future of a layer was polled after it had ended";
