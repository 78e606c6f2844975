//! Counting, waiting with a limit, listening.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use dyno::fault::InjectErrorKind;
use dyno::point::{self, Event, Observing};
use dyno::{Fault, InjectError};

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `f` in the scope of the caller; a hang is a panic that names the test.
pub(crate) fn watched<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, finished) = mpsc::channel();
    let thread = dyno::spawn(move || done.send(f()));
    match finished.recv_timeout(PATIENCE) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{} hangs", name()),
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(_) => unreachable!("it has sent"),
        },
    }
}

/// Ends the program when it lives for too long: for what cannot be run on another thread.
#[must_use]
pub(crate) fn watch() -> mpsc::Sender<()> {
    let (alive, ended) = mpsc::channel::<()>();
    let name = name();
    let _watch = thread::spawn(move || {
        if ended.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            eprintln!("{name} hangs");
            std::process::exit(101);
        }
    });
    alive
}

/// The test harness names the thread after the test.
fn name() -> String {
    thread::current().name().unwrap_or("a test").to_owned()
}

/// How often something happened.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicUsize);

impl Count {
    pub(crate) const fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// Once more; the first time is 1.
    pub(crate) fn up(&self) -> usize {
        self.0.fetch_add(1, SeqCst) + 1
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(SeqCst)
    }
}

/// Runs `f` on so many plain threads, which begin together; their answers in order.
pub(crate) fn at_once<R: Send + 'static>(
    threads: usize,
    f: impl Fn(usize) -> R + Send + Sync + 'static,
) -> Vec<R> {
    let (start, f) = (Arc::new(Barrier::new(threads)), Arc::new(f));
    let run = |n| {
        let (start, f) = (start.clone(), f.clone());
        thread::spawn(move || {
            start.wait();
            f(n)
        })
    };
    let threads: Vec<_> = (0..threads).map(run).collect();
    watched(move || threads.into_iter().map(|it| it.join().expect("no panic")).collect())
}

/// Drives a future on this thread, which sleeps until it is woken.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let _watch = watch();
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// Lets others run, so many times.
pub(crate) async fn yields(times: usize) {
    for _ in 0..times {
        let mut first = true;
        std::future::poll_fn(|cx| {
            if std::mem::take(&mut first) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }
}

/// Waits until it is so: what happens on another thread, after the call that caused it.
pub(crate) fn until(so: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "{}: it never came to pass", name());
        thread::yield_now();
    }
}

/// Why a dependency could not be had.
pub(crate) fn why<T>(outcome: Result<T, Fault>) -> InjectError {
    match outcome {
        Err(Fault::Inject(error)) => error,
        Err(other) => panic!("another fault: {other}"),
        Ok(_) => panic!("it should have failed"),
    }
}

/// The steps of a cycle.
pub(crate) fn path(error: &InjectError) -> Vec<String> {
    match error.kind() {
        InjectErrorKind::Cycle(path) => path.iter().map(ToString::to_string).collect(),
        _ => panic!("no cycle: {error}"),
    }
}

/// What happened at points whose name ends so, as text.
pub(crate) fn hear(ending: &'static str) -> (Observing, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = heard.clone();
    let observing = point::observe(move |point: &str, event: &Event<'_>| {
        if point.ends_with(ending) {
            let text = match event {
                Event::Built { provider, .. } => format!("built {provider}"),
                Event::BuildFailed { provider, error } => format!("failed {provider}: {error}"),
                Event::Warning { message } => format!("warning {message}"),
                other => format!("{other:?}"),
            };
            told.lock().expect("not poisoned").push(text);
        }
    });
    (observing, heard)
}
