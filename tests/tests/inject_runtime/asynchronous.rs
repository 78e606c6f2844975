//! Async providers and tasks.

use super::*;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

async fn yields(times: usize) {
    for _ in 0..times {
        let mut first = true;
        std::future::poll_fn(|cx| {
            if std::mem::take(&mut first) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_is_built_once_for_all_tasks() {
    static BUILT: AtomicUsize = AtomicUsize::new(0);
    async fn connect() -> Result<usize, String> {
        BUILT.fetch_add(1, SeqCst);
        yields(20).await;
        Ok(7)
    }
    point!();
    site!(SITE: usize = connect, of_async);
    assert!(matches!(SITE.get().expect_err("nobody polls").kind(), InjectErrorKind::NeedsWarmUp));
    let tasks: Vec<_> = (0..64)
        .map(|_| tokio::spawn(async { *SITE.get_async().await.expect("it is built") }))
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("no panic"), 7);
    }
    assert_eq!(BUILT.load(SeqCst), 1);
    assert_eq!(*SITE.get().expect("it is there now"), 7);
}

#[test]
fn a_task_that_is_dropped_while_it_builds_hands_over() {
    static BUILT: AtomicUsize = AtomicUsize::new(0);
    async fn slow() -> usize {
        yields(3).await;
        BUILT.fetch_add(1, SeqCst)
    }
    point!();
    site!(SITE: usize = slow, of_async);
    let mut cx = Context::from_waker(Waker::noop());
    let mut leader = Box::pin(SITE.get_async());
    assert!(leader.as_mut().poll(&mut cx).is_pending());
    let mut follower = pin!(SITE.get_async());
    assert!(follower.as_mut().poll(&mut cx).is_pending());
    drop(leader);
    let value = watched_poll(follower);
    assert_eq!((value, BUILT.load(SeqCst)), (0, 1));
}

fn watched_poll(
    mut future: std::pin::Pin<
        &mut impl Future<Output = Result<dyno::inject::Held<usize>, dyno::InjectError>>,
    >,
) -> usize {
    for _ in 0..1000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return *value.expect("it is built");
        }
    }
    panic!("it hangs");
}

#[tokio::test]
async fn a_blocking_provider_does_not_block_the_task() {
    static GO: std::sync::LazyLock<(mpsc::Sender<()>, std::sync::Mutex<mpsc::Receiver<()>>)> =
        std::sync::LazyLock::new(|| {
            let (go, gone) = mpsc::channel();
            (go, gone.into())
        });
    fn waits() -> u8 {
        let _ = GO.1.lock().expect("not poisoned").recv_timeout(PATIENCE);
        3
    }
    point!();
    site!(SITE: u8 = waits);
    // On a runtime of one thread: were it blocked, nobody could send.
    let (value, ()) =
        tokio::join!(async { *SITE.get_async().await.expect("it is built") }, async {
            GO.0.send(()).expect("somebody listens");
        },);
    assert_eq!(value, 3);
}

#[tokio::test]
async fn the_fake_of_an_async_provider_may_be_either() {
    async fn connect() -> Result<String, String> {
        Ok("real".to_owned())
    }
    point!();
    site!(SITE: String = connect, of_async);
    {
        let _plain = dyno::swap(connect, || Ok("plain".to_owned()));
        assert_eq!(*SITE.get_async().await.expect("it is built"), "plain");
        assert_eq!(*SITE.get().expect("it blocks nobody"), "plain");
    }
    {
        let _later = dyno::swap(connect, || async {
            yields(2).await;
            Ok("later".to_owned())
        });
        assert!(SITE.get().is_err());
        assert_eq!(*SITE.get_async().await.expect("it is built"), "later");
    }
    assert_eq!(*SITE.get_async().await.expect("it is built"), "real");
}

#[tokio::test]
async fn an_async_cycle_is_told() {
    fn boxed<'a, T: 'a>(
        future: impl Future<Output = T> + Send + 'a,
    ) -> std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>> {
        Box::pin(future)
    }
    async fn a() -> Result<u8, dyno::Fault> {
        point!();
        site!(B: u16 = b, of_async);
        Ok(u8::try_from(*boxed(B.get_async()).await?).unwrap_or(0))
    }
    fn b() -> std::pin::Pin<Box<dyn Future<Output = Result<u16, dyno::Fault>> + Send>> {
        point!();
        site!(A: u8 = a, of_async);
        boxed(async { Ok(u16::from(*A.get_async().await?)) })
    }
    point!();
    site!(SITE: u8 = a, of_async);
    let error = SITE.get_async().await.expect_err("a cycle");
    assert!(matches!(error.kind(), InjectErrorKind::Cycle(path) if path.len() == 3), "{error}");
}

#[tokio::test]
async fn async_ones_are_built_together() {
    use dyno::__private::{AnySite, build_together_async};
    static HERE: AtomicUsize = AtomicUsize::new(0);
    async fn meet() {
        HERE.fetch_add(1, SeqCst);
        while HERE.load(SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
    }
    async fn left() -> u8 {
        meet().await;
        1
    }
    async fn right() -> u16 {
        meet().await;
        2
    }
    point!();
    site!(LEFT: u8 = left, of_async);
    site!(RIGHT: u16 = right, of_async);
    let sites: [&'static dyn AnySite; 2] = [&LEFT, &RIGHT];
    tokio::time::timeout(PATIENCE, build_together_async(&sites)).await.expect("they meet");
    assert!(LEFT.is_hot() && RIGHT.is_hot());
}
