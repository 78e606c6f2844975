//! Who is told of one retry's attempts.

use std::time::Duration;

use crate::point::Stop;

/// Hears of every attempt of the [retry](super::Retry::listen) it is given to. `point` is the name
/// of the function, or the file and line of an inline retry.
///
/// It is told on the thread that makes the attempt, under no lock; its panic ends with it.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use dyno::retry::{Listener, retry};
///
/// struct Counting(AtomicU32);
/// impl Listener for Counting {
///     fn attempt(&self, _point: &str, _attempt: u32) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
/// static MADE: Counting = Counting(AtomicU32::new(0));
/// assert_eq!(retry(3).listen(&MADE).run(|| None::<u8>), None);
/// assert_eq!(MADE.0.load(Ordering::Relaxed), 3);
/// ```
pub trait Listener: Send + Sync {
    /// An attempt begins, the first one being 1.
    fn attempt(&self, _point: &str, _attempt: u32) {}

    /// The attempt of this number has failed, and another one follows after this pause.
    fn retry(&self, _point: &str, _attempt: u32, _after: Duration) {}

    /// The last of so many attempts has failed, and why no other follows.
    fn gave_up(&self, _point: &str, _attempts: u32, _why: Stop) {}

    /// The last of so many attempts has succeeded.
    fn succeeded(&self, _point: &str, _attempts: u32) {}
}
