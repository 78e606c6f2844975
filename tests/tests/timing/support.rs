//! What the tests have in common.

use std::time::Duration;

use dyno::clock;
use dyno::timing::Tree;

pub(crate) fn pass(millis: u64) {
    clock::sleep(Duration::from_millis(millis));
}

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// `"  -name"` for each: the depth, what it is, the name.
pub(crate) fn outline(tree: &Tree) -> Vec<String> {
    let line = |node: &dyno::timing::Node| {
        let sign = match () {
            () if node.is_mark() => "-",
            () if node.is_running() => "~",
            () => "",
        };
        format!("{:indent$}{sign}{}", "", node.name(), indent = 2 * node.depth())
    };
    tree.iter().map(line).collect()
}

/// Drives a future that never waits for anything but itself.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut cx) {
            return out;
        }
        std::thread::yield_now();
    }
}

/// Pending once.
pub(crate) async fn turn() {
    let mut first = true;
    std::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::take(&mut first) {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
}
