//! Waiting in a task until another thread is done, or a moment has come.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::timers::Key;
use super::{Instant, Sleep, frozen};

/// As [`wait_until`](super::wait_until), or, without a deadline, as [`wait`](super::wait).
pub(crate) async fn wait_async(
    deadline: Option<Instant>,
    mut done: impl FnMut(&Waker) -> bool,
) -> bool {
    let mut end = match (deadline, frozen::current()) {
        (None, _) => End::Never,
        (Some(at), Some(clock)) => End::Frozen(Alarm { clock, at, key: None }),
        (Some(at), None) => End::Real(Sleep::until(at)),
    };
    poll_fn(|cx| {
        if done(cx.waker()) {
            return Poll::Ready(true);
        }
        match &mut end {
            End::Never => Poll::Pending,
            End::Real(sleep) => Pin::new(sleep).poll(cx).map(|()| false),
            End::Frozen(Alarm { clock, at, key }) => {
                if clock.wake_at(*at, key, cx.waker()) {
                    Poll::Ready(false)
                } else {
                    Poll::Pending
                }
            }
        }
    })
    .await
}

enum End {
    Never,
    Real(Sleep),
    Frozen(Alarm),
}

/// Forgotten by the clock when it is dropped.
struct Alarm {
    clock: Arc<frozen::Virtual>,
    at: Instant,
    key: Option<Key>,
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clock.forget(&mut self.key);
    }
}
