//! A counter by hand, and the peers.

use std::future::pending;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use benches::block_on;
use breaker_machines::BulkheadSemaphore;
use throttle_net::{Bulkhead, ThrottleError};
use tokio::sync::Semaphore;
use tower::limit::ConcurrencyLimit;
use tower::load_shed::LoadShed;
use tower::{Layer as _, service_fn};
use tower_resilience_bulkhead::{BulkheadConfigBuilder, BulkheadServiceError};

use super::{PLACES, Situation};
use crate::call::{Fail, GOOD, Refusing, call, call_async};
use crate::group::Group;
use crate::leak;
use crate::peers::{begin, serve};

pub(super) fn enter(group: &mut Group, situation: Situation) {
    tokio(group, situation);
    tower(group, situation);
    resilience(group, situation);
    throttle_net(group, situation);
    machines(group, situation);
}

/// What all others do more than: a word that is added to and taken from.
pub(super) fn by_hand(group: &mut Group, situation: Situation) {
    let taken = leak(AtomicU32::new(0));
    if situation == Situation::Full {
        taken.store(PLACES, Ordering::Relaxed);
    }
    group.call("by hand: `fetch_add`, and a guard's `fetch_sub`", move |x| {
        let _place = Place::take(taken)?;
        call(x)
    });
}

struct Place<'a>(&'a AtomicU32);

impl<'a> Place<'a> {
    fn take(taken: &'a AtomicU32) -> Result<Self, Fail> {
        // It is given back, also when it is one too many.
        let place = Self(taken);
        if taken.fetch_add(1, Ordering::Acquire) < PLACES { Ok(place) } else { Err(Fail::Refused) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}

fn semaphore(situation: Situation) -> &'static Arc<Semaphore> {
    let permits = if situation == Situation::Full { 0 } else { PLACES as usize };
    leak(Arc::new(Semaphore::new(permits)))
}

fn tokio(group: &mut Group, situation: Situation) {
    let semaphore = semaphore(situation);
    group.call("tokio: `try_acquire`", move |x| {
        let _permit = semaphore.try_acquire().map_err(|_| Fail::Refused)?;
        call(x)
    });
    if situation == Situation::Free {
        group.call_async("tokio: `acquire`", async |x| {
            let _permit = semaphore.acquire().await.map_err(|_| Fail::Refused)?;
            call_async(x).await
        });
    }
}

fn tower(group: &mut Group, situation: Situation) {
    let semaphore = semaphore(situation);
    let make = || ConcurrencyLimit::with_semaphore(service_fn(call_async), Arc::clone(semaphore));
    match situation {
        Situation::Free => group.call_own("tower: `ConcurrencyLimit`", move || {
            let mut service = make();
            async move |x| serve(&mut service, x).await
        }),
        Situation::Full => group.call_own("tower: `LoadShed`, `ConcurrencyLimit`", move || {
            let mut service = LoadShed::new(make());
            async move |x| serve(&mut service, x).await
        }),
    }
}

fn resilience(group: &mut Group, situation: Situation) {
    let waiting = || BulkheadConfigBuilder::new().max_concurrent_calls(PLACES as usize);
    if situation == Situation::Free {
        resilient(group, situation, "tower-resilience: waits", waiting());
    }
    let rejecting = waiting().reject_when_full();
    resilient(group, situation, "tower-resilience: `reject_when_full`", rejecting);
}

fn resilient(group: &mut Group, situation: Situation, name: &str, builder: BulkheadConfigBuilder) {
    let layer = leak(builder.build_with_handle().expect("settings that it allows").0);
    if situation == Situation::Full {
        for _ in 0..PLACES {
            let mut service = layer.layer(service_fn(|_| pending::<Result<u64, Fail>>()));
            block_on(async { begin(async move { serve(&mut service, GOOD).await }) });
        }
    }
    group.call_own(name, || {
        let mut service = layer.layer(service_fn(call_async));
        async move |x| serve(&mut service, x).await
    });
}

fn throttle_net(group: &mut Group, situation: Situation) {
    let bulkhead = leak(Bulkhead::new(PLACES));
    if situation == Situation::Full {
        while let Some(permit) = bulkhead.try_acquire() {
            mem::forget(permit);
        }
    }
    group.call("throttle-net: `try_acquire`", |x| {
        let _permit = bulkhead.try_acquire().ok_or(Fail::Refused)?;
        call(x)
    });
    group.call_async("throttle-net: `try_call`", async |x| {
        bulkhead.try_call(move || call_async(x)).await.unwrap_or(Err(Fail::Refused))
    });
    if situation == Situation::Free {
        group.call_async("throttle-net: `acquire`", async |x| {
            let _permit = bulkhead.acquire().await.map_err(refused)?;
            call_async(x).await
        });
    }
}

fn refused(_: ThrottleError) -> Fail {
    Fail::Refused
}

fn machines(group: &mut Group, situation: Situation) {
    let bulkhead = leak(Arc::new(BulkheadSemaphore::new(PLACES as usize)));
    if situation == Situation::Full {
        while let Some(permit) = bulkhead.try_acquire() {
            mem::forget(permit);
        }
    }
    group.call("breaker-machines: `try_acquire`", |x| {
        let _permit = bulkhead.try_acquire().ok_or(Fail::Refused)?;
        call(x)
    });
}

impl Refusing for BulkheadServiceError<Fail> {
    fn refuses(&self) -> bool {
        self.is_bulkhead()
    }
}
