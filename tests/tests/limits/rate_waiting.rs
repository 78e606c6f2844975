//! Waiting for one's turn: first come, first served, and never in vain.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dyno::clock::{self, Frozen};
use dyno::limit::Rate;
use dyno::{Deadline, Fault, Reason};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 'a>>;

fn waiting(rate: &Rate) -> Waiting<'_> {
    Box::pin(rate.acquire_async())
}

fn poll(waiting: &mut Waiting<'_>) -> Poll<Result<(), Fault>> {
    waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// One that waits.
fn queued(rate: &Rate) -> Waiting<'_> {
    let mut waiting = waiting(rate);
    assert!(poll(&mut waiting).is_pending());
    waiting
}

fn refused(polled: Poll<Result<(), Fault>>) -> (Reason, Duration) {
    let Poll::Ready(Err(fault)) = polled else { panic!("it is not refused: {polled:?}") };
    (fault.reason().expect("a reason"), fault.retry_after().expect("a time"))
}

fn is_in(waiting: &mut Waiting<'_>) -> bool {
    matches!(poll(waiting), Poll::Ready(Ok(())))
}

/// One call each second, of which one has just been made, on a clock that the test moves.
fn used(wait: Duration) -> (Frozen, Rate) {
    let frozen = clock::freeze().manual();
    let rate = Rate::new("turns", 1, SECOND).wait(wait);
    assert!(rate.try_acquire().is_ok());
    (frozen, rate)
}

#[test]
fn a_thread_waits_until_its_turn() {
    let _frozen = clock::freeze();
    let rate = Rate::new("turns", 4, SECOND).smooth().wait(SECOND);
    let start = clock::now();
    for turn in 0..8 {
        assert!(rate.acquire().is_ok());
        assert_eq!(clock::now() - start, turn * 250 * MS);
    }
    assert_eq!(rate.call(|| Some(7)), Some(7));
    assert_eq!(clock::now() - start, 2 * SECOND);
}

#[test]
fn a_task_waits_until_its_turn() {
    let _frozen = clock::freeze();
    let rate = Rate::new("turns", 4, SECOND).burst(2).wait(SECOND);
    let start = clock::now();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let ends = runtime.block_on(async {
        let turn = async || rate.acquire_async().await.map(|()| (clock::now() - start).as_millis());
        tokio::join!(turn(), turn(), turn(), turn(), turn())
    });
    assert_eq!(ends, (Ok(0), Ok(0), Ok(250), Ok(500), Ok(750)));
}

#[test]
fn who_would_wait_too_long_is_refused_at_once() {
    let (frozen, rate) = used(2 * SECOND);
    let mut first = queued(&rate);
    let mut second = queued(&rate);
    assert_eq!(refused(poll(&mut waiting(&rate))), (Reason::RateLimited, 3 * SECOND));
    assert_eq!((rate.snapshot().waiting, rate.snapshot().next_in), (2, 3 * SECOND));
    frozen.advance(SECOND);
    assert!(is_in(&mut first));
    // Now it would be in time, behind the other.
    let mut third = queued(&rate);
    frozen.advance(SECOND);
    assert!(is_in(&mut second) && poll(&mut third).is_pending());
    frozen.advance(SECOND);
    assert!(is_in(&mut third));
}

#[test]
fn who_would_come_too_late_for_its_deadline_is_refused_at_once() {
    let (frozen, rate) = used(2 * SECOND);
    let early = Deadline::within(SECOND, || refused(poll(&mut waiting(&rate))));
    assert_eq!(early, (Reason::DeadlineSpent, SECOND));
    // In the end it is the wait.
    let others = (queued(&rate), queued(&rate));
    let late = Deadline::within(SECOND, || refused(poll(&mut waiting(&rate))));
    assert_eq!(late, (Reason::RateLimited, 3 * SECOND));
    let fault = Deadline::within(SECOND, || rate.try_acquire()).expect_err("two wait");
    assert_eq!(fault.reason(), Some(Reason::RateLimited));
    drop(others);

    let mut soon = waiting(&rate);
    Deadline::within(SECOND + MS, || assert!(poll(&mut soon).is_pending()));
    // It is not in time to look.
    frozen.advance(SECOND + MS);
    assert_eq!(refused(poll(&mut soon)), (Reason::DeadlineSpent, Duration::ZERO));
    assert!(rate.try_acquire().is_ok(), "its turn is the next one's");
}

#[test]
fn nobody_overtakes_those_who_wait() {
    let (frozen, rate) = used(9 * SECOND);
    let mut first = queued(&rate);
    let mut second = queued(&rate);
    frozen.advance(SECOND);
    // It is the first one's turn, whether it has looked or not.
    let fault = rate.try_acquire().expect_err("two wait");
    assert_eq!(fault.retry_after(), Some(2 * SECOND));
    assert!(rate.try_acquire_many(1).is_err() && poll(&mut second).is_pending());
    assert!(is_in(&mut first));
    frozen.advance(SECOND);
    assert!(is_in(&mut second));
    frozen.advance(SECOND);
    assert!(rate.try_acquire().is_ok());
}

#[test]
fn threads_come_in_the_order_in_which_they_came() {
    let (frozen, rate) = used(9 * SECOND);
    let rate = Arc::new(rate);
    let (tell, told) = mpsc::channel();
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let (rate, tell) = (rate.clone(), tell.clone());
            let thread = dyno::spawn(move || {
                let entered = rate.acquire();
                tell.send((number, entered)).expect("it listens");
            });
            frozen.wait_for_sleepers(number + 1);
            thread
        })
        .collect();
    for number in 0..4 {
        assert!(told.try_recv().is_err());
        frozen.advance(SECOND);
        let next = told.recv_timeout(Duration::from_secs(20));
        assert_eq!(next, Ok((number, Ok(()))));
    }
    for thread in threads {
        thread.join().expect("it ends");
    }
}

#[test]
fn who_goes_gives_its_place_to_those_behind() {
    let (frozen, rate) = used(9 * SECOND);
    let (first, second) = (queued(&rate), queued(&rate));
    let (mut third, mut fourth) = (queued(&rate), queued(&rate));
    drop(first);
    drop(second);
    frozen.advance(SECOND);
    assert!(poll(&mut fourth).is_pending() && is_in(&mut third));
    // Also when its turn had come.
    let fifth = queued(&rate);
    frozen.advance(SECOND);
    drop(fourth);
    let mut fifth = fifth;
    assert!(is_in(&mut fifth));
    let last = queued(&rate);
    drop(last);
    assert_eq!((rate.snapshot().waiting, rate.snapshot().next_in), (0, SECOND));
    frozen.advance(SECOND);
    assert!(rate.try_acquire().is_ok());
}

/// Who moves up is woken, or would sleep on until it is late; and whose turn is another by a change.
#[test]
fn who_moves_up_is_woken_and_who_waits_by_a_change() {
    struct Tell(mpsc::Sender<()>);
    impl std::task::Wake for Tell {
        fn wake(self: Arc<Self>) {
            self.0.send(()).expect("it listens");
        }
    }
    let (_frozen, rate) = used(9 * SECOND);
    let first = queued(&rate);
    let (tell, told) = mpsc::channel();
    let waker = Waker::from(Arc::new(Tell(tell)));
    let mut cx = Context::from_waker(&waker);
    let mut second = waiting(&rate);
    assert!(second.as_mut().poll(&mut cx).is_pending());
    assert!(told.try_recv().is_err());
    drop(first);
    assert!(told.try_recv().is_ok());
    assert!(second.as_mut().poll(&mut cx).is_pending());
    rate.change(2, SECOND);
    assert!(told.try_recv().is_ok());
}

/// A waker is somebody else's code: it may use the rate, and panic.
#[test]
fn a_waker_may_use_the_rate_and_panic() {
    struct Uses(Arc<Rate>);
    impl std::task::Wake for Uses {
        fn wake(self: Arc<Self>) {
            assert!(self.0.try_acquire().is_ok(), "others wait");
        }
    }
    impl Drop for Uses {
        fn drop(&mut self) {
            let _ = self.0.snapshot();
        }
    }
    let (frozen, rate) = used(9 * SECOND);
    let rate = Arc::new(rate);
    let first = queued(&rate);
    let waker = Waker::from(Arc::new(Uses(rate.clone())));
    let mut second = waiting(&rate);
    assert!(second.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    drop(first);
    rate.change(1, SECOND);
    frozen.advance(SECOND);
    assert!(is_in(&mut second));
}

#[test]
fn late_wake_ups_never_let_two_pass_at_once() {
    let frozen = clock::freeze().manual();
    let rate = Rate::new("turns", 1, SECOND).smooth().wait(9 * SECOND);
    assert!(rate.try_acquire().is_ok());
    let (mut first, mut second) = (queued(&rate), queued(&rate));
    frozen.advance(5 * SECOND);
    assert!(is_in(&mut first) && poll(&mut second).is_pending());
    frozen.advance(999 * MS);
    assert!(poll(&mut second).is_pending());
    frozen.advance(MS);
    assert!(is_in(&mut second));
}

/// Nobody else could move the clock; and the line is left as it was.
#[test]
fn who_alone_could_move_the_clock_may_not_wait_for_it() {
    let (_frozen, rate) = used(9 * SECOND);
    let acquire = std::panic::AssertUnwindSafe(|| rate.acquire());
    let panic = std::panic::catch_unwind(acquire).expect_err("it would hang");
    let said = panic.downcast_ref::<&str>().copied().unwrap_or_default();
    assert!(said.contains("sleeps on a manual clock"), "{said}");
    assert_eq!(rate.snapshot().waiting, 0);
    assert_eq!(rate.try_acquire().expect_err("early").retry_after(), Some(SECOND));
}

/// One that is first and is never polled again keeps nobody longer than it was ready to wait.
#[test]
fn one_that_does_not_look_blocks_nobody_for_ever() {
    let (frozen, rate) = used(2 * SECOND);
    let stalled = queued(&rate);
    let mut behind = queued(&rate);
    frozen.advance(SECOND + MS);
    assert!(poll(&mut behind).is_pending());
    frozen.advance(SECOND + 49 * MS);
    assert_eq!(refused(poll(&mut behind)).0, Reason::RateLimited);
    drop(stalled);
    assert!(rate.try_acquire().is_ok());
}

#[test]
fn a_change_is_for_those_who_wait_too() {
    let (frozen, rate) = used(3 * SECOND);
    let (mut first, mut second, mut third) = (queued(&rate), queued(&rate), queued(&rate));
    rate.change(1, 2 * SECOND);
    assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending());
    // Due after a second still, and then each two.
    assert_eq!(refused(poll(&mut third)), (Reason::RateLimited, 5 * SECOND));
    frozen.advance(SECOND);
    assert!(is_in(&mut first));
    rate.change(100, SECOND);
    assert!(poll(&mut second).is_pending());
    frozen.advance(10 * MS);
    assert!(is_in(&mut second));
    assert_eq!(rate.snapshot().waiting, 0);
}

#[test]
fn without_a_wait_an_async_call_is_refused_at_once_as_well() {
    let _frozen = clock::freeze();
    let rate = Rate::new("turns", 1, SECOND);
    assert!(is_in(&mut waiting(&rate)));
    assert_eq!(refused(poll(&mut waiting(&rate))), (Reason::RateLimited, SECOND));
}

mod any_order {
    use std::collections::VecDeque;

    use proptest::prelude::*;
    use proptest::test_runner::Config;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Advance(u64),
        Come,
        Go(usize),
        Look(usize),
        Try,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0_u64..1500).prop_map(Step::Advance),
            Just(Step::Come),
            (0_usize..6).prop_map(Step::Go),
            (0_usize..6).prop_map(Step::Look),
            Just(Step::Try),
        ]
    }

    /// The bound in every window, with times in milliseconds: two in a second, `burst` at once.
    fn conforms(passed: &[u64], now: u64, burst: u64) -> bool {
        let windows = passed.iter().rev().zip(2_u64..);
        windows.into_iter().all(|(since, count)| count.saturating_sub(burst) * 500 <= now - since)
    }

    proptest! {
        #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

        #[test]
        fn the_bound_and_the_order_hold_whoever_comes_and_goes(
            burst in 1_u32..4,
            steps in prop::collection::vec(step(), 1..80),
        ) {
            let frozen = clock::freeze().manual();
            let rate = Rate::new("any", 2, SECOND).burst(burst).wait(5 * SECOND);
            let begin = clock::now();
            let mut queue: VecDeque<Waiting<'_>> = VecDeque::new();
            let mut passed = Vec::new();
            let mut pass = |what: &str| {
                let now = u64::try_from((clock::now() - begin).as_millis()).expect("short");
                prop_assert!(conforms(&passed, now, u64::from(burst)), "{what}: {passed:?} {now}");
                passed.push(now);
                Ok(())
            };
            for step in steps {
                match step {
                    Step::Advance(millis) => frozen.advance(Duration::from_millis(millis)),
                    Step::Come => {
                        let mut new = waiting(&rate);
                        match poll(&mut new) {
                            Poll::Pending => queue.push_back(new),
                            Poll::Ready(Ok(())) => {
                                prop_assert!(queue.is_empty(), "it came before others");
                                pass("came")?;
                            }
                            Poll::Ready(Err(_)) => {}
                        }
                    }
                    Step::Go(at) => drop(queue.remove(at)),
                    Step::Look(at) => match queue.get_mut(at).map(poll) {
                        Some(Poll::Ready(Ok(()))) => {
                            prop_assert_eq!(at, 0, "out of turn");
                            drop(queue.pop_front());
                            pass("waited")?;
                        }
                        Some(Poll::Ready(Err(_))) => drop(queue.remove(at)),
                        _ => {}
                    },
                    Step::Try if rate.try_acquire().is_ok() => {
                        prop_assert!(queue.is_empty(), "it came before others");
                        pass("tried")?;
                    }
                    Step::Try => {}
                }
                prop_assert_eq!(rate.snapshot().waiting, queue.len());
            }
            // Nobody waits for ever, and nothing is held at the end.
            while let Some(mut first) = queue.pop_front() {
                frozen.advance(SECOND);
                prop_assert!(poll(&mut first).is_ready());
            }
            frozen.advance(2 * SECOND);
            prop_assert_eq!(rate.snapshot().available, burst);
            prop_assert!(rate.try_acquire_many(burst).is_ok());
        }
    }
}
