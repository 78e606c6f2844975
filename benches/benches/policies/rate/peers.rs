//! The peers.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{DefaultClock, MonotonicClock};
use governor::{Quota, RateLimiter};
use leaky_bucket::RateLimiter as LeakyBucket;
use ratelimit::Ratelimiter;
use throttle_net::{PerKey, Throttle};
use tower::limit::rate::{Rate, RateLimit};
use tower::{Layer as _, service_fn};
use tower_resilience_ratelimiter::{RateLimiterLayer, RateLimiterServiceError, WindowType};

use super::{Situation, key};
use crate::call::{Fail, Refusing, call, call_async};
use crate::group::Group;
use crate::leak;
use crate::peers::serve;

pub(super) fn enter(group: &mut Group, situation: Situation) {
    if situation == Situation::Keyed {
        governor_by_key(group);
        throttle_net_by_key(group);
        return;
    }
    governor(group, situation);
    ratelimit(group, situation);
    leaky_bucket(group, situation);
    throttle_net(group, situation);
    if situation == Situation::Allowed {
        tower(group, situation);
    }
    resilience(group, situation, "tower-resilience: fixed window", WindowType::Fixed);
    resilience(group, situation, "tower-resilience: sliding counter", WindowType::SlidingCounter);
}

fn quota(situation: Situation) -> Quota {
    let (calls, per) = situation.rate();
    let each = Quota::with_period(per / calls).expect("not zero");
    each.allow_burst(NonZeroU32::new(calls).expect("not zero"))
}

fn governor(group: &mut Group, situation: Situation) {
    let quanta = leak(RateLimiter::direct_with_clock(quota(situation), DefaultClock::default()));
    let instant = leak(RateLimiter::direct_with_clock(quota(situation), MonotonicClock));
    let _ = (quanta.check(), instant.check());
    group.call("governor: quanta", |x| {
        quanta.check().map_err(|_| Fail::Refused)?;
        call(x)
    });
    group.call("governor: `Instant`", |x| {
        instant.check().map_err(|_| Fail::Refused)?;
        call(x)
    });
    if situation == Situation::Allowed {
        group.call_async("governor: quanta, `until_ready`", async |x| {
            quanta.until_ready().await;
            call_async(x).await
        });
    }
}

fn governor_by_key(group: &mut Group) {
    let limiter = leak(RateLimiter::dashmap(quota(Situation::Keyed)));
    group.call("governor: quanta, `DashMap`", |x| {
        limiter.check_key(&key(x)).map_err(|_| Fail::Refused)?;
        call(x)
    });
}

fn ratelimit(group: &mut Group, situation: Situation) {
    let (calls, per) = situation.rate();
    let builder = Ratelimiter::builder(calls.into()).period(per).initial_available(calls.into());
    let limiter = leak(builder.build().expect("settings that it allows"));
    let _ = limiter.try_wait();
    group.call("ratelimit", |x| {
        limiter.try_wait().map_err(|_| Fail::Refused)?;
        call(x)
    });
}

fn leaky_bucket(group: &mut Group, situation: Situation) {
    let (calls, per) = situation.rate();
    let calls = calls as usize;
    let mut builder = LeakyBucket::builder();
    let limiter = leak(builder.max(calls).initial(calls).refill(calls).interval(per).build());
    let _ = limiter.try_acquire(1);
    group.call(
        "leaky-bucket",
        |x| {
            if limiter.try_acquire(1) { call(x) } else { Err(Fail::Refused) }
        },
    );
}

fn throttle_net(group: &mut Group, situation: Situation) {
    let (calls, per) = situation.rate();
    let limiter = leak(Throttle::per_duration(calls, per));
    let _ = limiter.try_acquire();
    group.call(
        "throttle-net",
        |x| {
            if limiter.try_acquire() { call(x) } else { Err(Fail::Refused) }
        },
    );
}

fn throttle_net_by_key(group: &mut Group) {
    let (calls, per) = Situation::Keyed.rate();
    let limiter = leak(PerKey::per_duration(calls, per));
    group.call("throttle-net: `PerKey`", |x| {
        if limiter.try_acquire(&key(x)) { call(x) } else { Err(Fail::Refused) }
    });
}

fn tower(group: &mut Group, situation: Situation) {
    let (calls, per) = situation.rate();
    group.call_own("tower: `RateLimit`", move || {
        let mut service = RateLimit::new(service_fn(call_async), Rate::new(calls.into(), per));
        async move |x| serve(&mut service, x).await
    });
}

fn resilience(group: &mut Group, situation: Situation, name: &str, window: WindowType) {
    let (calls, per) = situation.rate();
    let builder = RateLimiterLayer::builder().limit_for_period(calls as usize).refresh_period(per);
    let builder = builder.timeout_duration(Duration::ZERO).window_type(window);
    let layer = leak(builder.build_with_handle().expect("settings that it allows").0);
    let make = || {
        let mut service = layer.layer(service_fn(call_async));
        async move |x| serve(&mut service, x).await
    };
    let _ = benches::block_on(make()(1));
    group.call_own(name, make);
}

impl Refusing for RateLimiterServiceError<Fail> {
    fn refuses(&self) -> bool {
        self.is_rate_limited()
    }
}
