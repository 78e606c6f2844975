//! Who waits gets a place, and nobody else gets it.

use std::task::Wake;

use loom::sync::Notify;

use super::*;

struct Wakes(Notify);

impl Wake for Wakes {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.notify();
    }
}

/// In when it is woken: a model in which nobody wakes it hangs, which loom tells.
fn block(wait: &mut Wait<'_, AtomicU64, Mutex<Waiters>>) -> bool {
    let wakes = std::sync::Arc::new(Wakes(Notify::new()));
    let waker = Waker::from(wakes.clone());
    let mut wait = Pin::new(wait);
    loop {
        match wait.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(is_in) => return is_in,
            Poll::Pending => wakes.0.wait(),
        }
    }
}

#[test]
fn loom_the_place_of_who_leaves_is_the_first_waiters() {
    loom::model(|| {
        let gate = gate(1);
        assert!(gate.pass());
        let there = spawn(&gate, Model::leave);
        let mut wait = Wait::new(&gate, 1);
        assert!(block(&mut wait), "it may wait");
        assert_eq!(gate.count(), 1);
        there.join().expect("joins");
        gate.leave();
        is_empty(&gate, 1);
    });
}

#[test]
fn loom_two_that_wait_both_get_in() {
    loom::model(|| {
        let (gate, inside) = (gate(1), Inside::new());
        let there = inside.clone();
        let other = spawn(&gate, move |gate| {
            let mut wait = Wait::new(gate, 2);
            assert!(block(&mut wait));
            there.visit(gate);
        });
        let mut wait = Wait::new(&gate, 2);
        assert!(block(&mut wait));
        inside.visit(&gate);
        other.join().expect("joins");
        is_empty(&gate, 1);
    });
}

#[test]
fn loom_a_newcomer_does_not_overtake_who_waits() {
    loom::model(|| {
        let gate = gate(1);
        assert!(gate.pass());
        let mut wait = Wait::new(&gate, 1);
        assert!(poll(&mut wait).is_pending());
        let newcomer = spawn(&gate, Model::pass);
        gate.leave();
        assert!(!newcomer.join().expect("joins"), "it is the other's turn");
        assert_eq!(poll(&mut wait), Poll::Ready(true));
        gate.leave();
        is_empty(&gate, 1);
    });
}

#[test]
fn loom_a_place_given_to_one_that_goes_is_the_next_ones() {
    loom::model(|| {
        let gate = gate(1);
        assert!(gate.pass());
        let mut first = Wait::new(&gate, 2);
        assert!(poll(&mut first).is_pending());
        let mut second = Wait::new(&gate, 2);
        assert!(poll(&mut second).is_pending());
        let there = spawn(&gate, Model::leave);
        drop(first);
        assert!(block(&mut second));
        there.join().expect("joins");
        gate.leave();
        is_empty(&gate, 1);
    });
}

#[test]
fn loom_the_last_one_that_goes_leaves_the_gate_open() {
    loom::model(|| {
        let gate = gate(1);
        assert!(gate.pass());
        let mut wait = Wait::new(&gate, 1);
        assert!(poll(&mut wait).is_pending());
        let there = spawn(&gate, Model::leave);
        let given = wait.give_up();
        there.join().expect("joins");
        assert_eq!(gate.count(), u64::from(given));
        if given {
            gate.leave();
        }
        is_empty(&gate, 1);
    });
}

#[test]
fn loom_a_gate_that_grows_lets_in_who_waits() {
    loom::model(|| {
        let gate = gate(1);
        assert!(gate.pass());
        let there = spawn(&gate, |gate| gate.resize(2));
        let mut wait = Wait::new(&gate, 1);
        assert!(block(&mut wait));
        there.join().expect("joins");
        assert_eq!(gate.count(), 2);
        gate.leave();
        gate.leave();
        is_empty(&gate, 2);
    });
}

#[test]
fn loom_a_gate_that_shrinks_meanwhile_gives_its_one_place() {
    loom::model(|| {
        let gate = gate(2);
        assert!(gate.pass() && gate.pass());
        let mut wait = Wait::new(&gate, 1);
        assert!(poll(&mut wait).is_pending());
        let there = spawn(&gate, |gate| {
            gate.resize(1);
            assert!(gate.count() <= 2, "it lets one in for which there is no place");
        });
        gate.leave();
        gate.leave();
        there.join().expect("joins");
        assert_eq!(poll(&mut wait), Poll::Ready(true));
        gate.leave();
        is_empty(&gate, 1);
    });
}
