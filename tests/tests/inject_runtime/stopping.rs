//! Shutting down.

use super::*;
use dyno::__private::{StopResult, stopped};

static STOPPED: std::sync::Mutex<Vec<&str>> = std::sync::Mutex::new(Vec::new());

#[derive(Debug)]
struct Part(&'static str);

fn stop(part: &Part) {
    STOPPED.lock().expect("not poisoned").push(part.0);
}

fn refuse(part: &Part) -> Result<(), String> {
    stop(part);
    Err(format!("{} will not", part.0))
}

async fn later(part: &Part) {
    dyno::clock::sleep_async(Duration::from_millis(1)).await;
    stop(part);
}

fn explode(part: &Part) -> StopResult {
    stop(part);
    panic!("boom")
}

#[test]
fn what_was_completed_last_is_stopped_first_and_all_errors_are_told() {
    fn base() -> Part {
        Part("base")
    }
    fn middle() -> Result<Part, dyno::Fault> {
        point!();
        site!(BASE: Part = base, stop(|it| stopped(stop(it))));
        BASE.get()?;
        Ok(Part("middle"))
    }
    fn top() -> Result<Part, dyno::Fault> {
        point!();
        site!(MIDDLE: Part = middle, stop(|it| stopped(refuse(it))));
        MIDDLE.get()?;
        Ok(Part("top"))
    }
    fn last() -> Part {
        Part("last")
    }
    point!();
    site!(TOP: Part = top, stop_async(|it| Box::pin(async move { stopped(later(it).await) })));
    site!(LAST: Part = last, stop(explode));
    let _clock = dyno::clock::freeze();
    {
        let _world = dyno::inject::isolated();
        TOP.get().expect("it is built");
        LAST.get().expect("it is built");
        let error = dyno::shutdown().run().expect_err("two refuse");
        assert_eq!(
            std::mem::take(&mut *STOPPED.lock().expect("not poisoned")),
            ["last", "top", "middle", "base"]
        );
        let text = error.to_string();
        assert!(text.contains("middle will not") && text.contains("panicked"), "{text}");
        let refused = TOP.get().expect_err("it is over");
        assert!(matches!(refused.kind(), InjectErrorKind::ShutDown));
        assert!(dyno::shutdown().run().is_ok(), "nothing is stopped twice");
    }
    assert!(TOP.get().is_ok(), "outside nothing was shut down");
}

#[test]
fn a_hook_that_hangs_is_given_up() {
    static HOLD: Barrier = Barrier::new(2);
    fn stuck() -> u8 {
        1
    }
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a stop hook gets a reference")]
    fn hang(_: &u8) {
        HOLD.wait();
    }
    point!();
    site!(STUCK: u8 = stuck, stop(|it| stopped(hang(it))));
    let _clock = dyno::clock::freeze();
    let _world = dyno::inject::isolated();
    STUCK.get().expect("it is built");
    let error = dyno::shutdown().timeout(Duration::from_secs(2)).run().expect_err("it hangs");
    assert!(error.to_string().contains("not stopped within 2s"), "{error}");
    HOLD.wait();
}
