//! The mark of what is made once more, so that retries further in leave it at one attempt.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;

use crate::ambient::{Ambient, Within};

/// Where the mark of a further attempt is put.
pub trait Mark {
    /// Puts it there.
    fn set(&mut self);
}

/// On the thread, until the attempts are over or a panic ends them.
#[doc(hidden)]
pub struct OnThread(Option<Within>);

impl OnThread {
    pub(super) const NEW: Self = Self(None);
}

impl fmt::Debug for OnThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OnThread({})", self.0.is_some())
    }
}

impl Mark for OnThread {
    #[inline]
    fn set(&mut self) {
        if self.0.is_none() {
            self.0 = Some(mark());
        }
    }
}

#[cold]
#[inline(never)]
fn mark() -> Within {
    Ambient::AGAIN.enter()
}

/// On the polls of each further attempt, by [`once_more`].
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct InTask;

impl Mark for InTask {
    #[inline]
    fn set(&mut self) {}
}

/// `attempt`; when it is a further one, everything it calls is made once more.
#[inline]
pub async fn once_more<F: Future>(again: bool, attempt: F) -> F::Output {
    let mut attempt = pin!(attempt);
    poll_fn(move |cx| {
        let _mark = again.then(mark);
        attempt.as_mut().poll(cx)
    })
    .await
}
