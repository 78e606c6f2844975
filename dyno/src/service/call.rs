//! What an attempt may know of the call it belongs to.

use std::fmt;
use std::sync::Arc;
#[cfg(feature = "http")]
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::IdempotencyKey;
use crate::balance::Target;
use crate::deadline::Deadline;
use crate::point::Point;

/// One attempt of a call: a service hands it to what it calls.
///
/// ```
/// use dyno::retry::Retry;
/// use dyno::service::Service;
///
/// static ORDERS: Service = Service::builder("orders").retry(Retry::new(3)).build();
///
/// let mut sent = Vec::new();
/// let placed: Option<u32> = ORDERS.call(|call| {
///     sent.push(call.idempotency_key());
///     (call.attempt() == 2).then_some(17)
/// });
/// assert!(placed == Some(17) && sent[0] == sent[1]); // placed once, however often it was sent
/// ```
pub struct Call {
    who: Who,
    /// What its key is made of.
    drawn: u64,
    attempt: u32,
    /// Clients that were made of it, and copies: what each sends has a key of its own.
    #[cfg(feature = "http")]
    parts: AtomicU32,
    target: Option<Arc<Target>>,
}

/// Whose call it is.
#[derive(Clone, Copy)]
enum Who {
    Point(&'static Point),
    Name(&'static str),
}

impl Call {
    /// That of an annotated function.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn new(
        point: &'static Point,
        drawn: u64,
        attempt: u32,
        target: Option<Arc<Target>>,
    ) -> Self {
        Self::of(Who::Point(point), drawn, attempt, target)
    }

    /// That of a service.
    #[inline]
    pub(super) fn named(
        name: &'static str,
        drawn: u64,
        attempt: u32,
        target: Option<Arc<Target>>,
    ) -> Self {
        Self::of(Who::Name(name), drawn, attempt, target)
    }

    #[inline]
    const fn of(who: Who, drawn: u64, attempt: u32, target: Option<Arc<Target>>) -> Self {
        Self {
            who,
            drawn,
            attempt,
            #[cfg(feature = "http")]
            parts: AtomicU32::new(0),
            target,
        }
    }

    /// What the key of all attempts of one call is made of.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn draw() -> u64 {
        super::key::draw()
    }

    /// The number of the attempt, the first being 1.
    #[inline]
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Until when the attempt is to be done, where there is a limit: that of the attempt, of the
    /// whole call, or one further out, whichever is soonest. It is the one in force where this is
    /// asked.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        Deadline::current()
    }

    /// How long it is until then.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline().map(Deadline::remaining)
    }

    /// Whom to call, where the service has a balancer or was called for a target.
    #[inline]
    #[must_use]
    pub fn target(&self) -> Option<&Target> {
        self.target.as_deref()
    }

    /// The same in all attempts of one call, and in no other call.
    #[must_use]
    pub fn idempotency_key(&self) -> IdempotencyKey {
        IdempotencyKey::drawn(self.drawn)
    }

    /// The name of the service or of the function.
    #[must_use]
    pub fn point(&self) -> &'static str {
        match self.who {
            Who::Point(point) => point.name(),
            Who::Name(name) => name,
        }
    }
}

#[cfg(feature = "http")]
impl Call {
    /// The number of the next client.
    pub(crate) fn next_part(&self) -> u32 {
        self.parts.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn shared_target(&self) -> Option<Arc<Target>> {
        self.target.clone()
    }
}

impl Clone for Call {
    fn clone(&self) -> Self {
        Self {
            who: self.who,
            drawn: self.drawn,
            attempt: self.attempt,
            // Far from those of the others.
            #[cfg(feature = "http")]
            parts: AtomicU32::new((self.next_part() + 1) << 12),
            target: self.target.clone(),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({}, attempt {}", self.point(), self.attempt)?;
        match &self.target {
            Some(target) => write!(f, ", {target})"),
            None => f.write_str(")"),
        }
    }
}
