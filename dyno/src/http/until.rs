//! Until when a call is to be done, its body included.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use crate::clock::{self, Instant, Sleep};
use crate::deadline::Deadline;
use crate::fault::{Fault, Reason};

/// The limit of a call, or the deadline further out, whichever is sooner.
#[derive(Clone, Copy)]
pub(super) struct Until {
    client: &'static str,
    at: Option<Instant>,
    /// Whose it is: the call's own, and how long it is.
    own: Option<Duration>,
}

impl Until {
    pub(super) const NEVER: Self = Self { client: "", at: None, own: None };

    /// From now on.
    pub(super) fn begin(client: &'static str, limit: Option<Duration>) -> Self {
        let outer = Deadline::current().map(Deadline::moment);
        let own = limit.map(|limit| (clock::now() + limit, limit));
        match (outer, own) {
            (Some(outer), Some((at, _))) if outer < at => {
                Self { client, at: Some(outer), own: None }
            }
            (_, Some((at, limit))) => Self { client, at: Some(at), own: Some(limit) },
            (outer, None) => Self { client, at: outer, own: None },
        }
    }

    /// `future`, unless it is late: by a timer that begins when one first waits.
    pub(super) async fn limit<F: Future>(
        &self,
        timer: &mut Option<Sleep>,
        mut future: Pin<&mut F>,
    ) -> Result<F::Output, Fault> {
        let Some(at) = self.at else { return Ok(future.await) };
        // A body that always has a piece more would never be looked at by a timer.
        if clock::reached(at) {
            return Err(self.fault());
        }
        std::future::poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            let timer = timer.get_or_insert_with(|| Sleep::until(at));
            Pin::new(timer).poll(cx).map(|()| Err(self.fault()))
        })
        .await
    }

    #[cold]
    fn fault(&self) -> Fault {
        match self.own {
            Some(limit) => Fault::timed_out(self.client, limit),
            None => Fault::rejected(self.client, Reason::DeadlineSpent, None),
        }
    }
}
