//! Async providers in a run.

use std::sync::Arc;

use dyno::Registry;
use dyno::fault::InjectErrorKind;

use crate::program;
use crate::support::{Count, block_on, watch, watched, why, yields};

#[dyno::test]
fn a_blocking_function_needs_the_warm_up_and_has_it_afterwards() {
    let _world = dyno::inject::isolated();
    let cold = why(program::answer());
    assert!(matches!(cold.kind(), InjectErrorKind::NeedsWarmUp), "{cold}");
    assert!(cold.to_string().contains("`dyno::warm_up().run_async().await`"), "{cold}");
    let _report = block_on(dyno::warm_up().run_async()).expect("all can be built");
    assert_eq!(program::answer(), Ok(7));
    assert_eq!(dyno::spawn(program::answer).join().ok(), Some(Ok(7)));
}

#[dyno::test(tokio, threads = 2)]
async fn on_tokio_too() {
    let _watch = watch();
    let _world = dyno::inject::isolated();
    let dialled = Arc::new(Count::new());
    let dialling = dialled.clone();
    let _swap = dyno::swap(program::dial, move || {
        let dialling = dialling.clone();
        async move {
            tokio::time::sleep(std::time::Duration::ZERO).await;
            tokio::spawn(yields(3)).await.map_err(|error| error.to_string())?;
            dialling.up();
            Ok(program::Line)
        }
    });
    let runs =
        [tokio::spawn(dyno::warm_up().run_async()), tokio::spawn(dyno::warm_up().run_async())];
    for run in runs {
        let _report = run.await.expect("no panic").expect("all can be built");
    }
    let answers = tokio::task::spawn_blocking(program::answer);
    assert_eq!((answers.await.expect("no panic"), dialled.get()), (Ok(7), 1));
}

#[dyno::test]
fn a_blocking_run_builds_the_rest_and_says_what_it_cannot() {
    let _world = dyno::inject::isolated();
    let error = watched(|| dyno::warm_up().run()).expect_err("two are async");
    let mut failed: Vec<_> = error.failed().map(|it| it.provider).collect();
    failed.sort_unstable();
    assert_eq!(failed, ["warm_up::program::dial", "warm_up::program::session"]);
    assert!(error.to_string().starts_with("2 of 23 dependencies could not be built:"), "{error}");
    assert!(error.to_string().contains("run_async().await` first"), "{error}");
    assert!(program::serve().is_ok());
}

#[dyno::test]
fn a_blocking_fake_makes_it_one_for_blocking_runs() {
    let _world = dyno::inject::isolated();
    let _dial = dyno::swap(program::dial, || Ok(program::Line));
    let _session = dyno::swap(program::session, || Ok(program::Session(8)));
    let _report = watched(|| dyno::warm_up().run()).expect("nothing is async");
    assert_eq!(program::answer(), Ok(8));
}

#[dyno::test]
fn what_is_registered_is_built_too_blocking_or_async() {
    let _world = dyno::inject::isolated();
    for is_async in [false, true] {
        let tenant = Registry::new();
        let asked = Arc::new(Count::new());
        let asking = asked.clone();
        if is_async {
            let dial = move || {
                let asking = asking.clone();
                async move {
                    yields(2).await;
                    asking.up();
                    5_u8
                }
            };
            tenant.provide_async::<u8, _>("warm_up.mail", dial).expect("not sealed");
        } else {
            let open = move || {
                asking.up();
                5_u8
            };
            tenant.provide::<u8, _>("warm_up.mail", open).expect("not sealed");
        }
        tenant.scope(|| {
            let _report = block_on(dyno::warm_up().strict().run_async()).expect("it is registered");
            assert_eq!((program::manage(), asked.get()), (5, 1), "async: {is_async}");
        });
    }
}
