//! The scope of one test.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::thread;

use super::carry::{Entered, Scope};
use super::frame::{Frame, Holds, PushedItems};
use super::{CURRENT, active, number};

/// Opens the scope of one test: what is pushed inside holds for all threads that carry the scope,
/// and nothing of it is left when the guard is dropped. `#[dyno::test]` does this.
#[must_use = "the test's scope ends when the guard is dropped"]
pub fn test(name: &'static str) -> TestScope {
    let id = number();
    let lead = thread::current().id();
    let holds = Holds::Test { name, lead, pushed: PushedItems::default() };
    let frame = Frame::new(id, None, holds);
    let entered = Scope::of_frame(frame.clone()).enter();
    TestScope { frame, _entered: entered }
}

/// Ends the scope of a test when dropped.
pub struct TestScope {
    frame: Arc<Frame>,
    _entered: Entered,
}

impl Drop for TestScope {
    fn drop(&mut self) {
        self.frame.close();
        if let Holds::Test { pushed, .. } = &self.frame.holds {
            // What was never taken out goes now; a guard that comes later finds nothing.
            drop(pushed.take_all());
        }
    }
}

impl fmt::Debug for TestScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TestScope({})", self.frame.id)
    }
}

/// `true` on the thread that opened a [`test`], outside of anything pushed for the thread alone.
#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn leads_test() -> bool {
    CURRENT.with_borrow(|current| match current.as_ref().map(|frame| &frame.holds) {
        Some(Holds::Test { lead, .. }) => *lead == thread::current().id(),
        _ => false,
    })
}

/// The number of the test in force here.
#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn test_id() -> Option<u64> {
    if active() { Scope::current().test_frame().map(|frame| frame.id) } else { None }
}

/// What the test in force here keeps of this type, made when first asked for; it dies with the test.
#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn of_test<T: Any + Send + Sync + Default>() -> Option<Arc<T>> {
    let scope = Scope::current();
    let frame = scope.test_frame()?;
    let Holds::Test { pushed, .. } = &frame.holds else { return None };
    let mut pushed = pushed.lock();
    // Looked at under the lock: what is pushed before the test closes goes when it does.
    if frame.is_closed() {
        return None;
    }
    if let Some(kept) = pushed.iter().find_map(|(_, item)| item.clone().downcast().ok()) {
        return Some(kept);
    }
    let kept = Arc::new(T::default());
    pushed.push((number(), kept.clone()));
    Some(kept)
}
