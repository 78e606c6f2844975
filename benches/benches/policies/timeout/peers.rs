//! The peers.

use layered::{Execute, Service as _, Stack as _};
use seatbelt::timeout::Timeout;
use tower::{Layer as _, service_fn};
use tower_resilience_timelimiter::{TimeLimiterError, TimeLimiterLayer};

use super::{LIMIT, Situation};
use crate::call::{Fail, Refusing, call_async, call_later};
use crate::group::Group;
use crate::leak;
use crate::peers::{context, serve};

pub(super) fn enter(group: &mut Group, situation: Situation) {
    match situation {
        Situation::Ready => enter_all(group, call_async),
        Situation::Later => enter_all(group, call_later),
    }
}

fn enter_all<F>(group: &mut Group, call: impl Fn(u64) -> F + Copy + Send + Sync + 'static)
where
    F: Future<Output = Result<u64, Fail>> + Send + 'static,
{
    group.call_async("tokio", move |x| async move {
        tokio::time::timeout(LIMIT, call(x)).await.unwrap_or(Err(Fail::Refused))
    });
    group.call_own("tower", move || {
        let mut service = tower::timeout::Timeout::new(service_fn(call), LIMIT);
        async move |x| serve(&mut service, x).await
    });
    let layer = leak(TimeLimiterLayer::builder().timeout_duration(LIMIT).build());
    group.call_own("tower-resilience", move || {
        let mut service = layer.layer(service_fn(call));
        async move |x| serve(&mut service, x).await
    });
    let layer = Timeout::layer("bench", &context()).timeout(LIMIT).timeout_error(|_| Fail::Refused);
    let service = leak((layer, Execute::new(call)).into_service());
    group.call_async("seatbelt", |x| service.execute(x));
}

impl Refusing for TimeLimiterError<Fail> {
    fn refuses(&self) -> bool {
        self.is_timeout()
    }
}
