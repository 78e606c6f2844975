//! What the tests share.

use std::cell::RefCell;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::fallback::Failed;
use dyno::point::{self, Event, Observing};
use dyno::service::{Builder, Call, Service};
use dyno::{Fault, clock};

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A runtime of one thread, whose own timers are switched off.
pub(crate) fn block_on<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Shop {
    #[error("no route to host")]
    Down,
    #[error("no such product")]
    NotFound,
    #[error(transparent)]
    Dyno(#[from] Fault),
    #[error(transparent)]
    Failed(#[from] Failed),
}

impl Shop {
    pub(crate) fn fault(&self) -> &Fault {
        match self {
            Self::Dyno(fault) => fault,
            other => panic!("dyno has nothing to do with it: {other:?}"),
        }
    }
}

pub(crate) type Answer = Result<u32, Shop>;

/// What one attempt does: it takes so long, and gives this.
pub(crate) struct Step(pub(crate) Duration, pub(crate) Answer);

pub(crate) const OK: Step = Step(Duration::ZERO, Ok(995));
pub(crate) const DOWN: Step = Step(Duration::ZERO, Err(Shop::Down));

/// A service that is called from a thread, and one of the same settings that is called in a task.
pub(crate) struct Way {
    pub(crate) service: &'static Service,
    is_async: bool,
}

impl Way {
    pub(crate) fn call(&self, step: impl FnMut(&Call) -> Step) -> Answer {
        let step = RefCell::new(step);
        if self.is_async {
            return block_on(self.service.call_async(async |call| taken(&step, &call).await));
        }
        self.service.call(|call| {
            let Step(takes, gives) = step.borrow_mut()(call);
            clock::sleep(takes);
            gives
        })
    }

    /// The same with something that stands in.
    pub(crate) fn or(
        &self,
        step: impl FnMut(&Call) -> Step,
        or: impl FnOnce(dyno::Error<Shop>) -> Answer,
    ) -> Answer {
        let step = RefCell::new(step);
        if self.is_async {
            let call = self.service.or(or).call_async(async |call| taken(&step, &call).await);
            return block_on(call);
        }
        self.service.or(or).call(|call| {
            let Step(takes, gives) = step.borrow_mut()(call);
            clock::sleep(takes);
            gives
        })
    }

    /// How often it was called until it gave this up.
    pub(crate) fn attempts(&self, mut step: impl FnMut(&Call) -> Step) -> (u32, Answer) {
        let mut calls = 0;
        let answer = self.call(|call| {
            calls += 1;
            assert_eq!(call.attempt(), calls);
            step(call)
        });
        (calls, answer)
    }

    pub(crate) const fn is_async(&self) -> bool {
        self.is_async
    }
}

async fn taken(step: &RefCell<impl FnMut(&Call) -> Step>, call: &Call) -> Answer {
    let Step(takes, gives) = step.borrow_mut()(call);
    if !takes.is_zero() {
        clock::sleep_async(takes).await;
    }
    gives
}

/// A text for the life of the test program.
pub(crate) fn leaked(text: String) -> &'static str {
    Box::leak(text.into())
}

/// The scenario on a thread and in a task, each with a service of its own.
pub(crate) fn both(name: &str, make: impl Fn(Builder) -> Builder, scenario: impl Fn(&Way)) {
    for (is_async, how) in [(false, "here"), (true, "task")] {
        let _frozen = clock::freeze();
        let name = leaked(format!("{name}-{how}"));
        let service = Box::leak(Box::new(make(Service::builder(name)).build()));
        scenario(&Way { service, is_async });
    }
}

/// What observers hear about the point called `name`, in words.
pub(crate) fn overhear(name: &'static str) -> (Observing, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = heard.clone();
    let watching = point::observe(move |point: &str, event: &Event<'_>| {
        if point == name {
            to.lock().expect("held briefly").push(event.to_string());
        }
    });
    (watching, heard)
}
