//! tower's own layers, a stack for each thread; around the call the breaker of failsafe.

use std::future::{Ready, ready};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use failsafe::futures;
use tokio::sync::Semaphore;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower::retry::budget::{Budget as _, TpsBudget};
use tower::retry::{Policy, RetryLayer};
use tower::{BoxError, ServiceBuilder, service_fn};

use super::backon::{Breaker, breaker, own};
use super::prometheus::measured_async;
use crate::call::call_async;
use crate::group::Group;
use crate::set::{ATTEMPT, ATTEMPTS, LIMIT, PLACES, PLENTY, SHARE, Set};
use crate::shared::serve;

pub(super) const NAME: &str = "tower, failsafe";

static BREAKER: LazyLock<Breaker> = LazyLock::new(breaker);
static PLACE: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(PLACES as usize)));
#[expect(clippy::cast_possible_truncation, reason = "a fifth in both")]
static BUDGET: LazyLock<Arc<TpsBudget>> =
    LazyLock::new(|| Arc::new(TpsBudget::new(Duration::from_secs(10), 1, SHARE as f32)));

pub(super) fn enter(group: &mut Group, set: Set) {
    let broken =
        async |x| futures::CircuitBreaker::call(&*BREAKER, call_async(x)).await.map_err(own);
    match set {
        Set::One => group.call_own(NAME, move || {
            let mut service = service_fn(broken);
            async move |x| serve(&mut service, x).await
        }),
        Set::Three => group.call_own(NAME, move || {
            let layers = ServiceBuilder::new().timeout(LIMIT).layer(RetryLayer::new(Again::new()));
            let mut service = layers.service(service_fn(broken));
            async move |x| serve(&mut service, x).await
        }),
        Set::Five => group.call_own(NAME, move || {
            let layers = ServiceBuilder::new().timeout(LIMIT).layer(RetryLayer::new(Again::new()));
            let layers = layers.layer(LoadShedLayer::new());
            let layers = layers.layer(GlobalConcurrencyLimitLayer::with_semaphore(PLACE.clone()));
            let mut service = layers.service(service_fn(broken));
            async move |x| measured_async(serve(&mut service, x)).await
        }),
        Set::All => group.call_own(NAME, move || {
            let layers = ServiceBuilder::new().timeout(LIMIT);
            let layers = layers.rate_limit(PLENTY.into(), Duration::from_secs(1));
            let layers = layers.layer(RetryLayer::new(Again::new())).layer(LoadShedLayer::new());
            let layers = layers.layer(GlobalConcurrencyLimitLayer::with_semaphore(PLACE.clone()));
            let mut service = layers.timeout(ATTEMPT).service(service_fn(broken));
            async move |x| measured_async(serve(&mut service, x)).await.or(Ok::<_, BoxError>(0))
        }),
    }
}

/// What tower leaves to its users.
#[derive(Clone)]
struct Again {
    left: u32,
    budget: Arc<TpsBudget>,
}

impl Again {
    fn new() -> Self {
        Self { left: ATTEMPTS - 1, budget: Arc::clone(&BUDGET) }
    }
}

impl<E> Policy<u64, u64, E> for Again {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut u64, outcome: &mut Result<u64, E>) -> Option<Ready<()>> {
        if outcome.is_ok() {
            self.budget.deposit();
            return None;
        }
        let may = self.left > 0 && self.budget.withdraw();
        self.left -= u32::from(may);
        may.then(|| ready(()))
    }

    fn clone_request(&mut self, x: &u64) -> Option<u64> {
        Some(*x)
    }
}
