//! Several dependencies at once.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::task::{Context, Poll, Wake, Waker};

use super::any::{AnySite, AnySlot};
use super::build::Asked;
use crate::pool::build::Crew;

/// Builds those that are not there yet, all at once, each on a worker of its own. What fails is
/// left for [`get`](super::site::Site::get) to tell.
pub fn build_together(sites: &[&'static dyn AnySite]) {
    let mut cold = cold(sites);
    cold.retain(|(slot, _)| !slot.core().is_async());
    // One alone is built by the one who asks for it.
    if cold.len() < 2 {
        return;
    }
    let crew = Crew::default();
    let (done, all_done) = mpsc::channel::<()>();
    for (slot, asked) in cold {
        let done = done.clone();
        crew.spawn(move || {
            let _told_by_get = slot.build(asked);
            drop(done);
        });
    }
    drop(done);
    // Nothing is ever sent: this ends when the last worker lets go.
    let _ended = all_done.recv();
}

/// As [`build_together`], without blocking: async providers are polled in this task.
pub async fn build_together_async(sites: &[&'static dyn AnySite]) {
    let cold = cold(sites);
    if cold.len() < 2 {
        return;
    }
    let mut together = Together::default();
    for (slot, asked) in cold {
        together.add(async move {
            let _told_by_get = slot.build_async(asked).await;
        });
    }
    poll_fn(|cx| {
        loop {
            match together.poll_next(cx) {
                Poll::Ready(Some(())) => {}
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await;
}

fn cold(sites: &[&'static dyn AnySite]) -> Vec<(&'static dyn AnySlot, Asked)> {
    let mut cold: Vec<(&'static dyn AnySlot, Asked)> = Vec::with_capacity(sites.len());
    for site in sites {
        let Some(slot) = site.slot() else { continue };
        if !slot.core().is_ready()
            && !cold.iter().any(|(it, _)| it.core().address() == slot.core().address())
        {
            cold.push((slot, site.asked()));
        }
    }
    cold
}

/// Futures that are polled together, each only when it has been woken.
pub(super) struct Together<'a, R> {
    going: Vec<(Arc<Bell>, Going<'a, R>)>,
}

type Going<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

/// Wakes the task, and remembers for whom.
struct Bell {
    rung: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl<R> Default for Together<'_, R> {
    fn default() -> Self {
        Self { going: Vec::new() }
    }
}

impl<'a, R> Together<'a, R> {
    pub(super) fn add(&mut self, future: impl Future<Output = R> + Send + 'a) {
        let bell = Bell { rung: AtomicBool::new(true), task: Mutex::default() };
        self.going.push((Arc::new(bell), Box::pin(future)));
    }

    /// The next that ends; `None` when there is none left.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<R>> {
        for (at, (bell, future)) in self.going.iter_mut().enumerate() {
            bell.hear(cx.waker());
            if !bell.rung.swap(false, Ordering::AcqRel) {
                continue;
            }
            let waker = Waker::from(bell.clone());
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                drop(self.going.swap_remove(at));
                return Poll::Ready(Some(value));
            }
        }
        if self.going.is_empty() { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl Bell {
    fn hear(&self, task: &Waker) {
        let mut mine = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if !mine.as_ref().is_some_and(|it| it.will_wake(task)) {
            *mine = Some(task.clone());
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task.wake();
        }
    }
}
