//! The same among tasks.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use dyno::cache::Cache;
use dyno::{Deadline, Scope, clock};
use tokio::sync::oneshot;

use crate::support::{Computed, MS, SECOND, TEN, shared};

fn block_on<R>(future: impl Future<Output = R>) -> R {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().build().expect("a runtime").block_on(future)
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_thousand_tasks_that_find_none_compute_once() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().expect("a runtime");
    let (cache, computed) = (shared::<u64, usize>(TEN), Computed::default());
    runtime.block_on(async {
        let ask = |_| {
            let (cache, computed) = (cache.clone(), computed.clone());
            tokio::spawn(async move {
                let compute = || async {
                    tokio::task::yield_now().await;
                    computed.next()
                };
                cache.get_or_async(&1, compute).await
            })
        };
        for task in (0..1000).map(ask).collect::<Vec<_>>() {
            assert_eq!(task.await.expect("it ends"), 1);
        }
    });
    assert_eq!((computed.times(), cache.counts().calls(), cache.counts().miss), (1, 1000, 1));
}

#[test]
fn a_thousand_tasks_that_meet_an_expired_value_are_served_at_once() {
    let clock = clock::freeze();
    let cache = shared::<u64, usize>(TEN);
    block_on(cache.get_or_async(&1, || async { 1 }));
    clock.advance(10 * SECOND);
    let mut leads = pin!(cache.get_or_async(&1, || async {
        tokio::task::yield_now().await;
        2
    }));
    assert!(poll(leads.as_mut()).is_pending());
    for _ in 0..1000 {
        let asks = pin!(cache.get_or_async(&1, || async { unreachable!("one is at it") }));
        assert_eq!(poll(asks), Poll::Ready(1));
    }
    assert_eq!(block_on(leads), 2);
    assert_eq!((cache.counts().stale, cache.get(&1)), (1000, Some(2)));
}

#[test]
fn when_the_one_that_computes_is_dropped_one_that_waits_does() {
    let (cache, computed) = (Cache::<u64, usize>::new("f", TEN), Computed::default());
    block_on(async {
        let mut leads = Box::pin(cache.get_or_async(&1, pending::<usize>));
        assert!(poll(leads.as_mut()).is_pending());
        let ask = || Box::pin(cache.get_or_async(&1, || async { computed.next() }));
        let (mut first, mut second, mut third) = (ask(), ask(), ask());
        for one in [&mut first, &mut second, &mut third] {
            assert!(poll(one.as_mut()).is_pending());
        }
        drop(leads);
        // It is the first one's turn, and it goes away.
        drop(first);
        // Nobody else's.
        assert!(poll(third.as_mut()).is_pending());
        assert_eq!(second.await, 1);
        assert_eq!(third.await, 1);
    });
    assert_eq!((computed.times(), cache.counts().waited, cache.counts().miss), (1, 1, 2));
}

#[test]
fn one_that_waits_and_goes_away_is_not_missed() {
    let cache = Cache::<u64, usize>::new("f", TEN);
    block_on(async {
        let (end, ended) = oneshot::channel();
        let mut leads = Box::pin(cache.get_or_async(&1, || async { ended.await.unwrap_or(7) }));
        assert!(poll(leads.as_mut()).is_pending());
        let mut waits = Box::pin(cache.get_or_async(&1, || async { unreachable!() }));
        let mut stays = Box::pin(cache.get_or_async(&1, || async { unreachable!() }));
        assert!(poll(waits.as_mut()).is_pending() && poll(stays.as_mut()).is_pending());
        drop(waits);
        end.send(8).unwrap();
        assert_eq!((leads.await, stays.await), (8, 8));
    });
}

#[test]
fn the_last_that_goes_away_leaves_nothing() {
    let cache = Cache::<u64, usize>::new("f", TEN);
    let mut leads = Box::pin(cache.get_or_async(&1, pending::<usize>));
    assert!(poll(leads.as_mut()).is_pending());
    let mut waits = Box::pin(cache.get_or_async(&1, pending::<usize>));
    assert!(poll(waits.as_mut()).is_pending());
    drop((leads, waits));
    assert_eq!(block_on(cache.get_or_async(&1, || async { 3 })), 3);
}

#[test]
fn an_error_goes_to_nobody_else() {
    let cache = Cache::<u64, usize>::new("f", TEN);
    block_on(async {
        let (end, ended) = oneshot::channel::<()>();
        let mut leads = Box::pin(cache.try_get_or_async(&1, || async {
            ended.await.unwrap();
            Err("down")
        }));
        assert!(poll(leads.as_mut()).is_pending());
        let mut waits = Box::pin(cache.try_get_or_async(&1, || async { Ok::<_, &str>(2) }));
        assert!(poll(waits.as_mut()).is_pending());
        end.send(()).unwrap();
        assert_eq!((leads.await, waits.await), (Err("down"), Ok(2)));
    });
}

#[test]
fn who_would_wait_beyond_the_deadline_computes_alone() {
    let clock = clock::freeze();
    let cache = Cache::<u64, usize>::new("f", TEN);
    let mut leads = Box::pin(cache.get_or_async(&1, pending::<usize>));
    assert!(poll(leads.as_mut()).is_pending());
    let asks = cache.get_or_async(&1, || async { 2 });
    let start = clock::now();
    assert_eq!(block_on(Deadline::within_async(50 * MS, asks)), 2);
    assert_eq!((start.elapsed(), cache.get(&1)), (50 * MS, None));
    drop((leads, clock));
}

#[test]
fn threads_and_tasks_wait_for_one_another() {
    let clock = clock::freeze();
    let cache = shared::<u64, usize>(TEN);
    let (end, ended) = oneshot::channel::<()>();
    let mut leads = Box::pin(cache.get_or_async(&1, || async {
        ended.await.unwrap();
        7
    }));
    assert!(poll(leads.as_mut()).is_pending());
    let asks = cache.clone();
    let there = dyno::spawn(move || asks.get_or(&1, || unreachable!("one is at it")));
    clock.wait_for_sleepers(1);
    end.send(()).unwrap();
    assert_eq!((block_on(leads), there.join().unwrap()), (7, 7));
}

#[test]
fn its_futures_may_go_to_other_threads() {
    fn is_send<T: Send>(of: T) -> T {
        of
    }
    let cache = Arc::new(Cache::<String, Vec<u8>>::new("send", TEN));
    let key = "a".to_owned();
    let future = is_send(cache.get_or_async(&key, || async { vec![1] }));
    assert_eq!(block_on(Scope::current().run_async(future)), [1]);
    let future = is_send(cache.try_get_or_async("b", || async { Err::<Vec<u8>, _>("down") }));
    assert_eq!(block_on(future), Err("down"));
}

/// Many that come, wait, fail and go away, on several threads.
#[test]
fn nobody_is_left_waiting() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().expect("a runtime");
    let (cache, computed) = (shared::<u64, usize>(TEN.capacity(4)), Computed::default());
    runtime.block_on(async {
        let ask = |n: u64| {
            let (cache, computed) = (cache.clone(), computed.clone());
            tokio::spawn(async move {
                let compute = || async {
                    for _ in 0..n % 5 {
                        tokio::task::yield_now().await;
                    }
                    let nth = computed.next();
                    if nth % 3 == 0 { Err(nth) } else { Ok(nth) }
                };
                let key = n % 6;
                let asks = cache.try_get_or_async(&key, compute);
                if n % 4 == 0 {
                    // Given up after a turn or two.
                    let mut asks = pin!(asks);
                    for _ in 0..n % 7 {
                        if poll(asks.as_mut()).is_ready() {
                            return;
                        }
                        tokio::task::yield_now().await;
                    }
                } else {
                    let _ = asks.await;
                }
                if n % 11 == 0 {
                    cache.remove(&key);
                }
            })
        };
        let tasks: Vec<_> = (0..5000).map(ask).collect();
        for task in tasks {
            task.await.expect("it ends");
        }
    });
    assert!(cache.len() <= 4);
    assert_eq!(cache.total_weight(), cache.len() as u64);
    for key in 0..6 {
        assert!(cache.get_or(&key, || 0) < 100_000, "and nobody leads any longer");
    }
}
