//! Every interleaving of the gate, by the model checker loom:
//! `RUSTFLAGS="--cfg loom" cargo test -p dyno --lib --no-default-features --features limit --release loom`

mod places;
mod waiting;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use loom::sync::atomic::{AtomicU64, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;

use super::gate::Gate;
use super::wait::Wait;
use crate::queue::Waiters;

type Model = Gate<AtomicU64, Mutex<Waiters>>;

fn gate(limit: u64) -> Arc<Model> {
    Arc::new(Gate {
        word: AtomicU64::new(0),
        limit: AtomicU64::new(limit),
        queue: Mutex::new(Waiters::new()),
    })
}

/// How many are in at a time, counted by those who are, one after another: whoever comes next sees
/// what the one before has written.
struct Inside(AtomicU64);

impl Inside {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(0)))
    }

    /// Comes in as the only one, and goes again.
    fn visit(&self, gate: &Model) {
        assert_eq!(self.0.load(Ordering::Relaxed), 0, "another one is in");
        self.0.store(1, Ordering::Relaxed);
        self.0.store(0, Ordering::Relaxed);
        gate.leave();
    }
}

fn spawn<R: 'static>(
    gate: &Arc<Model>,
    f: impl FnOnce(&Model) -> R + 'static,
) -> thread::JoinHandle<R> {
    let gate = gate.clone();
    thread::spawn(move || f(&gate))
}

fn poll(wait: &mut Wait<'_, AtomicU64, Mutex<Waiters>>) -> Poll<bool> {
    Pin::new(wait).poll(&mut Context::from_waker(Waker::noop()))
}

/// Nobody is in, nobody waits, and all places are to be had.
fn is_empty(gate: &Model, limit: u64) {
    assert_eq!((gate.count(), gate.waiting()), (0, 0));
    for _ in 0..limit {
        assert!(gate.pass(), "a place is lost");
    }
    assert!(!gate.pass(), "there is a place too many");
}
