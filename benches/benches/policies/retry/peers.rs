//! A loop by hand, and the peers, each set up as its own documentation would.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use ::retry::OperationResult;
use ::retry::delay::Fixed;
use backon::{BlockingRetryable as _, ConstantBuilder, ExponentialBuilder, Retryable as _};
use layered::{Execute, Service as _, Stack as _};
use seatbelt::RecoveryInfo;
use throttle_net::{Backoff, RetryAction, RetryBudget};
use tokio_retry::strategy::FixedInterval;
use tower::retry::Policy;
use tower::retry::budget::{Budget as _, TpsBudget};
use tower::{Layer as _, service_fn};
use tower_resilience_retry::{RetryBudgetBuilder, RetryConfigBuilder, RetryLayer};

use super::Situation;
use crate::call::{Fail, Refusing, call, call_async};
use crate::group::Group;
use crate::leak;
use crate::peers::{context, serve};

const PAUSE: Duration = Duration::from_millis(50);

pub(super) fn enter(group: &mut Group, situation: Situation) {
    match situation {
        Situation::Plain => {
            enter_sync(group);
            enter_async(group);
            enter_tower(group, "tower", || Again { left: 2, budget: None });
            enter_resilience(group, "tower-resilience", RetryLayer::builder());
            enter_seatbelt(group);
        }
        Situation::Budgeted => enter_budgeted(group),
    }
}

pub(super) fn by_hand(x: u64) -> Result<u64, Fail> {
    let mut left = 3;
    loop {
        left -= 1;
        match call(x) {
            Err(_) if left > 0 => {}
            outcome => return outcome,
        }
    }
}

fn enter_sync(group: &mut Group) {
    group.call("retry: fixed", |x| {
        ::retry::retry(Fixed::from_millis(50).take(2), || OperationResult::from(call(x)))
    });
    group.call("backon: constant", |x| {
        (|| call(x)).retry(ConstantBuilder::new().with_max_times(2)).call()
    });
    group.call("backon: exponential, jitter", |x| {
        (|| call(x)).retry(ExponentialBuilder::new().with_max_times(2).with_jitter()).call()
    });
}

fn enter_async(group: &mut Group) {
    group.call_async("backon: constant", async |x| {
        (|| call_async(x)).retry(ConstantBuilder::new().with_max_times(2)).await
    });
    group.call_async("backon: exponential, jitter", async |x| {
        let gently = ExponentialBuilder::new().with_max_times(2).with_jitter();
        (|| call_async(x)).retry(gently).await
    });
    group.call_async("tokio-retry: fixed", async |x| {
        tokio_retry::Retry::start(FixedInterval::new(PAUSE).take(2), || call_async(x)).await
    });
    group.call_async("tokio-retry2: fixed", async |x| {
        let strategy = tokio_retry2::strategy::FixedInterval::new(PAUSE).take(2);
        tokio_retry2::Retry::spawn(strategy, async || {
            call_async(x).await.map_err(tokio_retry2::RetryError::transient)
        })
        .await
    });
    let retry = leak(throttle_net::Retry::new(Backoff::constant(PAUSE)).max_attempts(3));
    group.call_async("throttle-net: constant", |x| {
        retry.run(move || call_async(x), |_| RetryAction::Retry)
    });
}

fn enter_budgeted(group: &mut Group) {
    let budget = leak(Arc::new(TpsBudget::new(Duration::from_secs(10), 1, 0.2)));
    let again = || Again { left: 2, budget: Some(Arc::clone(budget)) };
    enter_tower(group, "tower: `TpsBudget`", again);

    let bucket = RetryBudgetBuilder::new().token_bucket().build().expect("settings that it allows");
    let layer = RetryLayer::builder().budget(bucket);
    enter_resilience(group, "tower-resilience: token bucket", layer);

    let retry = leak(throttle_net::Retry::new(Backoff::constant(PAUSE)).max_attempts(3));
    let budget = leak(RetryBudget::new(0.2, 1));
    group.call_async("throttle-net: `RetryBudget`", |x| {
        retry.run_with_budget(budget, move || call_async(x), |_| RetryAction::Retry)
    });
}

/// tower's, of which every thread has a service.
fn enter_tower(group: &mut Group, name: &str, policy: impl Fn() -> Again + Copy + Sync + 'static) {
    group.call_own(name, move || {
        let mut service = tower::retry::Retry::new(policy(), service_fn(call_async));
        async move |x| serve(&mut service, x).await
    });
}

/// What tower leaves to its users.
#[derive(Clone)]
struct Again {
    left: u32,
    budget: Option<Arc<TpsBudget>>,
}

impl Policy<u64, u64, Fail> for Again {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut u64, outcome: &mut Result<u64, Fail>) -> Option<Ready<()>> {
        let budget = self.budget.as_ref();
        if outcome.is_ok() {
            budget.inspect(|budget| budget.deposit());
            return None;
        }
        let may = self.left > 0 && budget.is_none_or(|budget| budget.withdraw());
        self.left -= u32::from(may);
        may.then(|| ready(()))
    }

    fn clone_request(&mut self, x: &u64) -> Option<u64> {
        Some(*x)
    }
}

fn enter_resilience(group: &mut Group, name: &str, builder: RetryConfigBuilder<u64, u64, Fail>) {
    let layer = leak(builder.max_attempts(3).fixed_backoff(PAUSE).build());
    group.call_own(name, || {
        let mut service = layer.layer(service_fn(call_async));
        async move |x| serve(&mut service, x).await
    });
}

fn enter_seatbelt(group: &mut Group) {
    let layer = seatbelt::retry::Retry::layer("bench", &context())
        .clone_input()
        .recovery_with(|outcome: &Result<u64, Fail>, _| match outcome {
            Ok(_) => RecoveryInfo::never(),
            Err(_) => RecoveryInfo::retry(),
        })
        .max_retry_attempts(2);
    let service = leak((layer, Execute::new(call_async)).into_service());
    group.call_async("seatbelt", |x| service.execute(x));
}

impl Refusing for ::retry::Error<Fail> {
    fn refuses(&self) -> bool {
        self.error.refuses()
    }
}
