//! What the breaker tests share.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::Fault;
use dyno::breaker::Breaker;
use dyno::point::{self, Event, Observing};

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
