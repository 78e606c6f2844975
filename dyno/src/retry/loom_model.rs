//! Every interleaving of the budget, by the model checker loom:
//! `RUSTFLAGS="--cfg loom" cargo test -p dyno --lib --release --no-default-features --features retry loom`

use loom::sync::Arc;
use loom::sync::atomic::AtomicU64;
use loom::thread;

use super::budget::bucket::{Bucket, Level, TICKS_A_SECOND, TOKEN};

type Model = Bucket<AtomicU64>;

const CAPACITY: u32 = 4 * TOKEN;

fn bucket(tokens: u32) -> Arc<Model> {
    let level = Level { parts: tokens * TOKEN, tick: 0 };
    Arc::new(Bucket::new(AtomicU64::new(level.word())))
}

fn spawn<R: 'static>(
    bucket: &Arc<Model>,
    f: impl FnOnce(&Model) -> R + 'static,
) -> thread::JoinHandle<R> {
    let bucket = bucket.clone();
    thread::spawn(move || f(&bucket))
}

#[test]
fn model_the_last_token_is_taken_once() {
    loom::model(|| {
        let bucket = bucket(1);
        let take = |bucket: &Model| bucket.withdraw(TOKEN, 0, 0, CAPACITY);
        let (one, other) = (spawn(&bucket, take), spawn(&bucket, take));
        let taken = [one, other].map(|taking| taking.join().expect("joins"));
        assert!(taken[0] != taken[1], "one of the two");
        assert_eq!(bucket.level().parts, 0);
    });
}

#[test]
fn model_what_is_put_in_while_others_take_is_not_lost() {
    loom::model(|| {
        let bucket = bucket(1);
        let putting = spawn(&bucket, |bucket| bucket.deposit(3 * TOKEN / 10, CAPACITY));
        let taken = bucket.withdraw(TOKEN, 0, 0, CAPACITY);
        putting.join().expect("joins");
        assert!(taken);
        assert_eq!(bucket.level().parts, 3 * TOKEN / 10);
    });
}

#[test]
fn model_a_second_of_the_reserve_is_given_once() {
    loom::model(|| {
        let bucket = bucket(0);
        // One token a second, and a second has passed; one thread is a tick behind the other.
        let one = spawn(&bucket, |bucket| bucket.withdraw(TOKEN, TICKS_A_SECOND, 1, CAPACITY));
        let other =
            spawn(&bucket, |bucket| bucket.withdraw(TOKEN, TICKS_A_SECOND + 1, 1, CAPACITY));
        let taken = [one, other].map(|taking| taking.join().expect("joins"));
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
        assert!(bucket.level().parts <= TOKEN / TICKS_A_SECOND);
    });
}

#[test]
fn model_it_never_holds_more_than_it_can() {
    loom::model(|| {
        let bucket = bucket(3);
        let put = |bucket: &Model| bucket.deposit(TOKEN * 3 / 4, CAPACITY);
        let (one, other) = (spawn(&bucket, put), spawn(&bucket, put));
        one.join().expect("joins");
        other.join().expect("joins");
        assert_eq!(bucket.level().parts, CAPACITY);
    });
}
