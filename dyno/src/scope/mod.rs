//! What is in force here: overrides, a virtual clock, a tenant's registry.
//!
//! A scope is a stack of things that hold for this thread or task until their guard is dropped.
//! Modules [`push`] what they want to be in force and [`find`] it again; where no scope is alive in
//! the whole program, asking costs one relaxed load. [`Scope::current`] carries it elsewhere.
//!
//! ```
//! # struct Tenant(&'static str);
//! use dyno::scope;
//! let _acme = scope::push(std::sync::Arc::new(Tenant("acme")));
//! let name = dyno::spawn(|| scope::find(|tenant: &std::sync::Arc<Tenant>| Some(tenant.0)));
//! assert_eq!(name.join().unwrap(), Some("acme"));
//! ```

mod along;
mod carry;
mod frame;
mod test;
#[cfg(test)]
mod tests;
mod work;

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

#[cfg_attr(not(feature = "timing"), allow(unused_imports))]
pub(crate) use along::{Along, RECORDING};
pub use carry::{Entered, Scope, spawn};
pub use test::{TestScope, test};
#[cfg_attr(not(feature = "registry"), allow(unused_imports))]
pub(crate) use test::{leads_test, of_test, test_id};
#[cfg_attr(not(feature = "registry"), allow(unused_imports))]
pub(crate) use work::{run_within, within};

use self::frame::{Frame, Holds};

/// How many frames are alive in the program, and whether reads must look twice for another reason.
static LIVE: AtomicUsize = AtomicUsize::new(0);
static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    // Frames are dropped outside of the borrow: a destructor may ask what is in force.
    static CURRENT: RefCell<Option<Arc<Frame>>> = const { RefCell::new(None) };
}

/// `true` while any scope is alive in the program: one relaxed load.
#[inline]
pub fn active() -> bool {
    LIVE.load(Ordering::Relaxed) != 0
}

/// From now on [`active`] is always `true`: fast paths look twice.
#[cfg_attr(not(feature = "inject"), allow(dead_code))]
pub(crate) fn stay_active() {
    LIVE.fetch_add(1, Ordering::Relaxed);
}

/// While it lives [`active`] is `true`: fast paths look twice.
#[derive(Debug)]
pub(crate) struct Awake(());

#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn awake() -> Awake {
    LIVE.fetch_add(1, Ordering::Relaxed);
    Awake(())
}

impl Drop for Awake {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Puts `item` in force for this thread until the guard is dropped.
///
/// Inside a [`test()`] it holds for every thread of the test.
#[must_use = "the item leaves the scope when the guard is dropped"]
pub fn push<T: Any + Send + Sync>(item: Arc<T>) -> Pushed {
    let top = CURRENT.with_borrow(Clone::clone);
    let Some(frame) = top else { return push_here(item) };
    let Holds::Test { pushed, .. } = &frame.holds else { return push_here(item) };
    let id = number();
    pushed.lock().push((id, item));
    Pushed { id, frame, here: PhantomData }
}

/// Puts `item` in force for this thread alone, also inside a [`test()`], until the guard is dropped.
#[must_use = "the item leaves the scope when the guard is dropped"]
pub fn push_here<T: Any + Send + Sync>(item: Arc<T>) -> Pushed {
    let id = number();
    CURRENT.with_borrow_mut(|current| {
        let frame = Frame::new(id, current.take(), Holds::One(item));
        *current = Some(frame.clone());
        Pushed { id, frame, here: PhantomData }
    })
}

/// One more is alive; its number.
fn number() -> u64 {
    LIVE.fetch_add(1, Ordering::Relaxed);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The innermost `T` in force here for which `look` has an answer.
pub fn find<T: Any + Send + Sync, R>(mut look: impl FnMut(&Arc<T>) -> Option<R>) -> Option<R> {
    if !active() {
        return None;
    }
    // Cloned so that `look` may push and enter as it likes.
    let mut next = CURRENT.with_borrow(Clone::clone);
    while let Some(frame) = next.take() {
        for item in frame.items() {
            let Ok(item) = item.downcast::<T>() else { continue };
            if let Some(found) = look(&item) {
                return Some(found);
            }
        }
        next.clone_from(&frame.parent);
    }
    None
}

/// Takes its item out of the scope when dropped; stays on its thread.
pub struct Pushed {
    id: u64,
    frame: Arc<Frame>,
    here: PhantomData<*const ()>,
}

impl Drop for Pushed {
    fn drop(&mut self) {
        if let Holds::Test { pushed, .. } = &self.frame.holds {
            drop(pushed.take(self.id));
            return;
        }
        self.frame.close();
        pop_closed();
    }
}

impl fmt::Debug for Pushed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pushed({})", self.id)
    }
}

/// Guards may be dropped in any order: what is closed goes when it comes to the top.
fn pop_closed() {
    while let Some(frame) = pop_one() {
        drop(frame);
    }
}

fn pop_one() -> Option<Arc<Frame>> {
    CURRENT.with_borrow_mut(|current| {
        let top = current.as_ref().filter(|frame| frame.is_closed())?;
        let parent = top.parent.clone();
        mem::replace(current, parent)
    })
}
