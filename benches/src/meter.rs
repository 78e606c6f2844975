//! What is read: the CPU time of this thread, and of finished child processes.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use nix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};

/// CPU time of this thread: it stands still while others have the core.
///
/// # Panics
/// When the system has no such clock.
pub fn thread_cpu() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a clock of the thread").into()
}

/// CPU time, user and system, of all finished children and what they waited for.
///
/// # Panics
/// When the system does not count it.
pub fn children_cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the children's usage");
    duration(usage.user_time()) + duration(usage.system_time())
}

/// How often the system has taken the core away from this thread.
#[cfg(target_os = "linux")]
pub(crate) fn preempted() -> i64 {
    getrusage(UsageWho::RUSAGE_THREAD).map_or(0, |usage| usage.involuntary_context_switches())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn preempted() -> i64 {
    0
}

fn duration(time: TimeVal) -> Duration {
    let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// The output of a future that never waits.
///
/// # Panics
/// When it does wait.
pub fn poll_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a contender waited: it is to be ready at once"),
    }
}

/// The output of a future, by a tokio runtime of this thread's own: for contenders that wait for each
/// other.
///
/// # Panics
/// When there can be no such runtime, or the future is run by one already.
pub fn block_on<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: Runtime =
            Builder::new_current_thread().enable_time().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}
