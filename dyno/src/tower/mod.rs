//! The policies as layers of `tower`.

#[cfg(feature = "axum")]
mod answer;
mod breaker;
mod carries;
mod deadline;
mod deadline_out;
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
pub use self::fallback::{FallbackFuture, FallbackLayer, FallbackService, fallback};
#[doc(hidden)]
pub use self::gate::Gate;
pub use self::gate::{GatedFuture, GatedService};
pub use self::judge::{ByOutcome, ByStatus, ErrorsOnly, Judge};
pub use self::limit::{BulkheadGate, BulkheadLayer, RateGate, RateLayer, bulkhead, rate};
pub use self::metrics::{MetricsFuture, MetricsLayer, MetricsService, metrics};
pub use self::policy::Policy;
pub use self::preset::{Key, KeyedBy, PresetLayer, PresetService, Unkeyed, host, layer};
pub use self::retry::{Cloned, CopiedBy, Copies, RetryFuture, RetryLayer, RetryService, retry};
pub use self::timeout::{TimeoutFuture, TimeoutLayer, TimeoutService, timeout};
pub use self::wrap::{WrapFuture, WrapLayer, WrapService, wrap};

/// What a future of a layer says to whoever polls it again.
const OVER: &str = "a future of a layer was polled after it had ended";
