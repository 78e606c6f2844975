//! What the breaker tests share.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use dyno::breaker::{Breaker, Happened, Listening};
use dyno::clock::Frozen;
use dyno::point::{self, Event, Observing};
use dyno::{Fault, Verdict};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// An error with room for dyno's word.
#[derive(Debug, PartialEq)]
pub(crate) enum Oops {
    Own(&'static str),
    Dyno(Fault),
}

impl From<Fault> for Oops {
    fn from(fault: Fault) -> Self {
        Self::Dyno(fault)
    }
}

impl Oops {
    pub(crate) fn fault(self) -> Fault {
        match self {
            Self::Dyno(fault) => fault,
            Self::Own(own) => panic!("the function ran: {own}"),
        }
    }
}

pub(crate) fn ok(breaker: &Breaker) -> Result<bool, Oops> {
    breaker.call(|| Ok(true))
}

pub(crate) fn err(breaker: &Breaker) -> Result<bool, Oops> {
    breaker.call(|| Err(Oops::Own("down")))
}

/// Fails `times` times; all of them must reach the function.
pub(crate) fn fail(breaker: &Breaker, times: u32) {
    for _ in 0..times {
        assert_eq!(err(breaker), Err(Oops::Own("down")));
    }
}

pub(crate) fn failures(breaker: &Breaker) -> u32 {
    breaker.snapshot().failures
}

/// One call that ends so.
pub(crate) fn end(breaker: &Breaker, verdict: Verdict) {
    breaker.acquire().expect("it passes").record(verdict);
}

/// Calls that pass: `s` succeeds, `f` fails.
pub(crate) fn calls(breaker: &Breaker, calls: &str) {
    for call in calls.chars() {
        end(breaker, if call == 's' { Verdict::Success } else { Verdict::Failure });
    }
}

/// One call that takes so long.
pub(crate) fn slow_call(breaker: &Breaker, clock: &Frozen, time: Duration, verdict: Verdict) {
    let permit = breaker.acquire().expect("it passes");
    clock.advance(time);
    permit.record(verdict);
}

/// What its window holds: calls, failures, slow calls.
pub(crate) fn seen(breaker: &Breaker) -> (u64, u64, u64) {
    let window = breaker.snapshot().window;
    (window.calls, window.failures, window.slow)
}

pub(crate) fn block_on<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}

/// What observers hear about the breaker called `name`, in short.
pub(crate) fn overhear(name: &'static str) -> (Observing, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = heard.clone();
    let watching = point::observe(move |point: &str, event: &Event<'_>| {
        if point == name {
            let said = match event {
                Event::Breaker { from, to, .. } => format!("{from} -> {to}"),
                Event::Rejected { fault, .. } => {
                    fault.reason().map_or_else(String::new, |reason| reason.to_string())
                }
                other => format!("{other:?}"),
            };
            to.lock().expect("held briefly").push(said);
        }
    });
    (watching, heard)
}

/// What a listener hears, in words.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn push(&self, what: impl Into<String>) {
        self.0.lock().expect("held briefly").push(what.into());
    }

    /// All of it, which is forgotten then.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("held briefly"))
    }

    pub(crate) fn count(&self, what: &str) -> usize {
        self.0.lock().expect("held briefly").iter().filter(|heard| *heard == what).count()
    }
}

/// Listens to `breaker`.
pub(crate) fn hear(breaker: &Breaker) -> (Listening<'_>, Heard) {
    let heard = Heard::default();
    let to = heard.clone();
    let listening =
        breaker.listen(move |_: &Breaker, happened: &Happened| to.push(happened.to_string()));
    (listening, heard)
}

/// The same, of changes alone: `from -> to`.
pub(crate) fn hear_changes(breaker: &Breaker) -> (Listening<'_>, Heard) {
    let heard = Heard::default();
    let to = heard.clone();
    let listening = breaker.listen(move |_: &Breaker, happened: &Happened| {
        if let Happened::StateChange { change, .. } = happened {
            to.push(format!("{} -> {}", change.from, change.to));
        }
    });
    (listening, heard)
}

/// Runs `f` on `threads` threads at once, all in this scope.
pub(crate) fn on_all<R: Send + 'static>(
    threads: usize,
    f: impl Fn(usize) -> R + Send + Sync + 'static,
) -> Vec<R> {
    let (f, start) = (Arc::new(f), Arc::new(Barrier::new(threads)));
    within_reason(move || {
        let run = |index| {
            let (f, start) = (f.clone(), start.clone());
            dyno::spawn(move || {
                start.wait();
                f(index)
            })
        };
        let running: Vec<_> = (0..threads).map(run).collect();
        running.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    })
}

/// Runs `f` on a thread of its own, in this scope; fails loudly when it hangs.
pub(crate) fn within_reason<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let (tell, told) = mpsc::channel();
    let thread = dyno::spawn(move || tell.send(f()));
    match told.recv_timeout(Duration::from_secs(20)) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panicked) => std::panic::resume_unwind(panicked),
            Ok(_) => unreachable!("it had sent"),
        },
    }
}

/// Once a second `threads` threads call at the same moment, each the breaker it is given: one of all
/// these calls runs, and fails.
pub(crate) fn one_of_all_fails_each_second<B: Deref<Target = Breaker> + 'static>(
    frozen: &Frozen,
    rounds: usize,
    threads: usize,
    breaker: impl Fn(usize) -> B + Send + Sync + 'static,
) {
    let gate = Arc::new(Barrier::new(threads + 1));
    let (breaker, ran) = (Arc::new(breaker), Arc::new(AtomicUsize::new(0)));
    let knock = |index| {
        let (gate, breaker, ran) = (gate.clone(), breaker.clone(), ran.clone());
        dyno::spawn(move || {
            for _ in 0..rounds {
                gate.wait();
                let _: Option<()> = breaker(index).call(|| {
                    ran.fetch_add(1, Ordering::Relaxed);
                    None
                });
                gate.wait();
            }
        })
    };
    let knocking: Vec<_> = (0..threads).map(knock).collect();
    for round in 1..=rounds {
        frozen.advance(SECOND);
        gate.wait();
        gate.wait();
        assert_eq!(ran.load(Ordering::Relaxed), round);
    }
    for thread in knocking {
        thread.join().expect("no thread panics");
    }
}
