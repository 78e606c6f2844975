//! Tests on a runtime whose time is paused.

use std::future::{Future, pending};
use std::time::Duration;

use super::timeout;
use crate::{Deadline, clock};

const MS: Duration = Duration::from_millis(1);

fn paused<R>(future: impl Future<Output = R>) -> R {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().expect("a runtime").block_on(future)
}

#[test]
fn a_time_out_is_in_the_runtimes_time() {
    paused(async {
        let start = clock::now();
        let hour = Duration::from_secs(3600);
        let fault = timeout(hour).run_async(pending::<()>()).await.expect_err("late");
        assert!(fault.is_timed_out());
        // The runtime counts in milliseconds.
        let passed = start.elapsed();
        assert!(passed >= hour && passed <= hour + MS, "{passed:?}");
    });
}

#[test]
fn a_deadline_is_in_the_runtimes_time() {
    paused(async {
        Deadline::within_async(1000 * MS, async {
            clock::sleep_async(400 * MS).await;
            let left = Deadline::current().map(Deadline::remaining).expect("one");
            assert!(left <= 600 * MS && left >= 598 * MS, "{left:?}");
            let end = timeout(60_000 * MS).run_async(pending::<()>()).await;
            assert!(end.expect_err("late").is_timed_out());
            assert!(Deadline::check("runtime").is_err());
        })
        .await;
    });
}

#[test]
fn a_body_that_uses_up_its_turns_is_late_all_the_same() {
    paused(async {
        let mut polls = 0;
        let greedy = async {
            clock::sleep_async(MS).await;
            tokio::time::advance(1000 * MS).await;
            loop {
                tokio::task::consume_budget().await;
                polls += 1;
                assert!(polls < 100_000, "nobody ends it");
            }
        };
        let outcome = timeout(500 * MS).run_async(greedy).await;
        assert!(outcome.map(|(): ()| ()).expect_err("late").is_timed_out());
    });
}
