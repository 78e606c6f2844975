//! What the tests of the cache have in common.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use dyno::Scope;
use dyno::cache::{Cache, Early, Settings};

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Ten seconds, and nothing by chance.
pub(crate) const TEN: Settings = Settings::new().ttl(Duration::from_secs(10)).early(Early::None);

/// A computation that counts how often it was made, and gives that.
#[derive(Clone, Default)]
pub(crate) struct Computed(Arc<AtomicUsize>);

impl Computed {
    pub(crate) fn next(&self) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn times(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A cache for threads.
pub(crate) fn shared<K, V>(settings: Settings) -> Arc<Cache<K, V>>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Arc::new(Cache::new("test", settings))
}

/// Runs `f` on so many threads of this scope at a time.
pub(crate) fn on_threads<R: Send>(count: usize, f: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let (gate, scope) = (Barrier::new(count), Scope::current());
    thread::scope(|threads| {
        let run = |at| {
            let (gate, scope, f) = (&gate, scope.clone(), &f);
            threads.spawn(move || {
                gate.wait();
                scope.run(|| f(at))
            })
        };
        let running: Vec<_> = (0..count).map(run).collect();
        running.into_iter().map(|one| one.join().expect("no thread panics")).collect()
    })
}

/// Until `is_so`, which another thread makes true.
pub(crate) fn wait_for(is_so: impl Fn() -> bool) {
    for _ in 0..50_000_000_u64 {
        if is_so() {
            return;
        }
        thread::yield_now();
    }
    panic!("it never is");
}
