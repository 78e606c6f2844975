//! Async functions and async providers, on a tiny executor and on tokio.

use std::future::Future;
use std::sync::{LazyLock, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dyno::fault::InjectErrorKind;
use dyno::{Fault, inject};

use crate::support::{Count, PATIENCE, block_on, watch, why, yields};

#[derive(Clone, Debug, PartialEq)]
struct Db(usize);

fn sendable<T: Send>(value: T) -> T {
    value
}

mod tiny_executor {
    use super::*;

    static CONNECTED: Count = Count::new();
    static OPENED: Count = Count::new();
    fn open() -> usize {
        OPENED.up()
    }
    #[inject(file = open)]
    async fn connect(file: &usize) -> Result<Db, String> {
        yields(3).await;
        CONNECTED.up();
        Ok(Db(*file * 10))
    }
    #[inject(db = connect.await, file = open)]
    async fn ask(n: usize, db: &Db, file: &usize) -> Result<usize, Fault> {
        yields(1).await;
        Ok(db.0 + *file + n)
    }
    #[inject(db = connect.await)]
    fn ask_blocking(db: &Db) -> Result<usize, Fault> {
        Ok(db.0)
    }

    #[test]
    fn builds_async_and_blocking_providers_once() {
        assert!(matches!(why(ask_blocking()).kind(), InjectErrorKind::NeedsWarmUp));
        assert_eq!(CONNECTED.get(), 0);
        let asking: Vec<_> =
            (0..16).map(|n| std::thread::spawn(move || block_on(sendable(ask(n))))).collect();
        let all: Vec<_> = asking.into_iter().map(|it| it.join().expect("no panic")).collect();
        let expected: Vec<_> = (0..16).map(|n| Ok(11 + n)).collect();
        assert_eq!(all, expected);
        assert_eq!((CONNECTED.get(), OPENED.get()), (1, 1));
        assert_eq!(ask_blocking(), Ok(10), "it is there now");
    }
}

mod tokio_runtime {
    use super::*;

    static CONNECTED: Count = Count::new();
    async fn connect() -> Result<Db, String> {
        tokio::task::yield_now().await;
        tokio::spawn(yields(5)).await.map_err(|error| error.to_string())?;
        Ok(Db(CONNECTED.up()))
    }
    #[inject(db = connect.await)]
    async fn ask(db: &Db) -> Result<usize, Fault> {
        yields(1).await;
        Ok(db.0)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn builds_once_for_all_tasks() {
        let _watch = watch();
        let tasks: Vec<_> = (0..64).map(|_| tokio::spawn(ask())).collect();
        for task in tasks {
            assert_eq!(task.await.expect("no panic"), Ok(1));
        }
        assert_eq!(CONNECTED.get(), 1);
    }

    type Gate = (mpsc::Sender<()>, Mutex<mpsc::Receiver<()>>);
    static GATE: LazyLock<Gate> = LazyLock::new(|| {
        let (open, opened) = mpsc::channel();
        (open, opened.into())
    });
    fn waits() -> Result<Db, mpsc::RecvTimeoutError> {
        GATE.1.lock().expect("not poisoned").recv_timeout(PATIENCE).map(|()| Db(3))
    }
    #[inject(db = waits)]
    async fn ask_waiting(db: &Db) -> Result<usize, Fault> {
        Ok(db.0)
    }

    #[tokio::test]
    async fn is_not_blocked_by_a_blocking_provider() {
        let _watch = watch();
        // One thread: were it blocked, nobody could open the gate.
        let opens = async {
            yields(10).await;
            GATE.0.send(()).expect("somebody listens");
        };
        assert_eq!(tokio::join!(ask_waiting(), opens), (Ok(3), ()));
    }

    fn on_a_worker() -> Result<Db, tokio::runtime::TryCurrentError> {
        let runtime = tokio::runtime::Handle::try_current()?;
        Ok(Db(runtime.block_on(async { tokio::spawn(async { 4 }).await }).unwrap_or(0)))
    }
    #[inject(db = on_a_worker)]
    async fn ask_worker(db: &Db) -> Result<usize, Fault> {
        Ok(db.0)
    }

    #[tokio::test]
    async fn is_at_hand_in_a_blocking_provider() {
        let _watch = watch();
        assert_eq!(ask_worker().await, Ok(4));
    }

    static LEFT: Count = Count::new();
    async fn left() -> u8 {
        meet(&LEFT).await;
        1
    }
    async fn right() -> u16 {
        meet(&LEFT).await;
        2
    }
    async fn meet(here: &Count) {
        here.up();
        while here.get() < 2 {
            tokio::task::yield_now().await;
        }
    }
    #[inject(left = left.await, right = right.await)]
    async fn both(left: &u8, right: &u16) -> u16 {
        u16::from(*left) + right
    }

    #[tokio::test]
    async fn builds_the_parameters_of_one_call_together() {
        let _watch = watch();
        assert_eq!(both().await, 3);
    }
}

mod failures {
    use super::*;

    static ASKED: Count = Count::new();
    async fn flaky() -> Result<Db, String> {
        yields(2).await;
        match ASKED.up() {
            1 => Err("refused".to_owned()),
            2 => panic!("lost"),
            n => Ok(Db(n)),
        }
    }
    #[inject(db = flaky.await)]
    async fn ask(db: &Db) -> Result<usize, Fault> {
        Ok(db.0)
    }

    #[test]
    fn are_told_and_tried_again_after_a_pause() {
        let frozen = dyno::clock::freeze();
        let failures =
            [(1, "the provider failed: refused", 100), (2, "the provider panicked: lost", 200)];
        for (n, text, pause) in failures {
            for _ in 0..3 {
                let error = why(block_on(ask())).to_string();
                assert!(error.contains("ask: parameter `db` (flaky, "), "{error}");
                assert!(
                    error.ends_with(&format!("{text} (asked again in {pause}.0ms)")),
                    "{error}"
                );
            }
            assert_eq!(ASKED.get(), n);
            frozen.advance(Duration::from_secs(1));
        }
        assert_eq!((block_on(ask()), ASKED.get()), (Ok(3), 3));
    }
}

mod cancelled {
    use super::*;

    static BUILT: Count = Count::new();
    async fn slow() -> Db {
        yields(3).await;
        Db(BUILT.up())
    }
    #[inject(db = slow.await)]
    async fn ask(db: &Db) -> usize {
        db.0
    }

    #[test]
    fn the_next_who_waits_takes_over() {
        let mut cx = Context::from_waker(Waker::noop());
        let mut leader = Box::pin(ask());
        let mut followers = [Box::pin(ask()), Box::pin(ask())];
        assert!(leader.as_mut().poll(&mut cx).is_pending());
        assert!(followers.iter_mut().all(|it| it.as_mut().poll(&mut cx).is_pending()));
        drop(leader);
        for follower in followers {
            assert_eq!(block_on(follower), 1);
        }
        assert_eq!(BUILT.get(), 1);
    }

    static HALF: Count = Count::new();
    async fn hangs_once() -> Db {
        if HALF.up() == 1 {
            std::future::pending::<()>().await;
        }
        Db(7)
    }
    #[inject(db = hangs_once.await)]
    async fn ask_again(db: &Db) -> usize {
        db.0
    }

    #[test]
    fn nobody_waits_for_what_was_given_up() {
        let mut cx = Context::from_waker(Waker::noop());
        let mut given_up = Box::pin(ask_again());
        assert_eq!(given_up.as_mut().poll(&mut cx), Poll::Pending);
        drop(given_up);
        assert_eq!((block_on(ask_again()), HALF.get()), (7, 2));
    }
}
