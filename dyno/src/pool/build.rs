//! Workers that build: each a rayon pool of one thread.
//!
//! One thread, because a provider that calls rayon then works in a pool where there is nothing to
//! steal but its own work; and a caller that waits parks, because a rayon thread that waits by
//! helping may pick up a job that waits for it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::scope::Scope;

static NUMBER: AtomicUsize = AtomicUsize::new(1);

thread_local! {
    static AT_WORK: Cell<bool> = const { Cell::new(false) };
}

/// `true` on a thread that builds already: what it needs is built in place.
pub(crate) fn at_work() -> bool {
    AT_WORK.get()
}

/// The workers of one run; they are given back with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crew(Arc<Mutex<Vec<ThreadPool>>>);

impl Crew {
    /// Runs `job` on an idle worker, or on a new one; here, where no thread can be had.
    ///
    /// The job carries the scope and the build that are in force here.
    pub(crate) fn spawn(&self, job: impl FnOnce() + Send + 'static) {
        let scope = Scope::of_worker();
        #[cfg(feature = "tokio")]
        let runtime = tokio::runtime::Handle::try_current().ok();
        let job = move || {
            #[cfg(feature = "tokio")]
            let _runtime = runtime.as_ref().map(tokio::runtime::Handle::enter);
            scope.run(job);
        };
        let Some(worker) = self.idle().or_else(hire) else { return job() };
        let crew = Arc::downgrade(&self.0);
        let worker = Arc::new(Mutex::new(Some(worker)));
        let mine = worker.clone();
        let task = move || {
            AT_WORK.set(true);
            // A panic that left a rayon job would end the program; whoever waits for the job sees
            // that it has let go.
            let _told_by_the_hook = catch_unwind(AssertUnwindSafe(job));
            let worker = mine.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let (Some(crew), Some(worker)) = (crew.upgrade(), worker) {
                crew.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
            }
        };
        // Held while the job is handed over, so that it cannot give its worker back before.
        if let Some(pool) = &*worker.lock().unwrap_or_else(PoisonError::into_inner) {
            pool.spawn(task);
        }
    }

    fn idle(&self) -> Option<ThreadPool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

fn hire() -> Option<ThreadPool> {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    ThreadPoolBuilder::new()
        .num_threads(1)
        .thread_name(move |_| format!("dyno-build-{number}"))
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_worker_is_used_again_within_a_run() {
        let crew = Crew::default();
        let (tell, told) = mpsc::channel();
        let mut names = Vec::new();
        for _ in 0..3 {
            let tell = tell.clone();
            crew.spawn(move || {
                assert!(at_work());
                let _ = tell.send(std::thread::current().name().map(str::to_owned));
            });
            names.push(told.recv().expect("the job runs"));
            while crew.0.lock().expect("not poisoned").is_empty() {
                std::thread::yield_now();
            }
        }
        names.dedup();
        assert_eq!(names.len(), 1, "{names:?}");
        assert!(names[0].as_ref().is_some_and(|name| name.starts_with("dyno-build-")));
    }

    #[test]
    fn a_job_that_uses_rayon_stays_on_its_worker() {
        let (tell, told) = mpsc::channel();
        Crew::default().spawn(move || {
            let here = std::thread::current().id();
            let (a, b) = rayon::join(
                || std::thread::current().id() == here,
                || std::thread::current().id() == here,
            );
            let _ = tell.send(a && b);
        });
        assert_eq!(told.recv(), Ok(true));
    }
}
