//! What cannot be built: told at once, for all, and the rest is in use.

use std::sync::Arc;

use dyno::Registry;
use dyno::fault::InjectErrorKind;

use crate::program;
use crate::support::{Count, block_on, why};

#[dyno::test]
fn a_fallback_makes_it_optional_unless_the_run_is_strict() {
    let _world = dyno::inject::isolated();
    let _spare = dyno::swap(program::spare, || Err("no spare".to_owned()));
    let tenant = Registry::new();
    tenant.set("warm_up.mail", Arc::new(1_u8)).expect("not sealed");
    let _entered = tenant.enter();
    let report = block_on(dyno::warm_up().run_async()).expect("a fallback stands in for it");
    let spare =
        report.built().iter().find(|it| it.provider.ends_with("::spare")).expect("declared");
    assert!(!spare.required);
    assert!(
        spare.error().is_some_and(|it| it.to_string().contains("no spare (asked ")),
        "{report}"
    );
    assert!(report.to_string().contains("failed: "), "{report}");

    let error = block_on(dyno::warm_up().strict().run_async()).expect_err("it is strict");
    let failed: Vec<_> = error.failed().map(|it| it.provider).collect();
    assert_eq!(failed, ["warm_up::program::spare"]);
    let text = error.to_string();
    assert!(text.starts_with("1 of 23 dependencies could not be built:"), "{text}");
    assert!(text.contains("warm_up::program::manage: parameter `spare` (spare, "), "{text}");
    let source = std::error::Error::source(&error).expect("the first of them");
    assert!(source.to_string().contains("no spare (asked "), "{source}");
}

#[dyno::test]
fn a_tag_that_is_not_bound_is_told_by_a_strict_run() {
    let _world = dyno::inject::isolated();
    let _entered = Registry::new().enter();
    assert!(block_on(dyno::warm_up().run_async()).is_ok());
    let error = block_on(dyno::warm_up().strict().run_async()).expect_err("nothing is registered");
    let text = error.to_string();
    assert!(
        text.contains("nothing is registered for `u8` under the tag \"warm_up.mail\""),
        "{text}"
    );
}

#[dyno::test]
fn what_needs_it_fails_with_it_and_the_next_run_tries_again() {
    let _world = dyno::inject::isolated();
    let asked = Arc::new(Count::new());
    let asking = asked.clone();
    let _config = dyno::swap(program::config, move || {
        assert!(asking.up() > 1, "no config");
        program::Config
    });
    let error = block_on(dyno::warm_up().run_async()).expect_err("much needs it");
    let mut failed: Vec<_> = error.failed().map(|it| it.provider).collect();
    failed.sort_unstable();
    let of = |name: &str| format!("warm_up::program::{name}");
    assert_eq!(failed, ["config", "open_db", "repo", "service", "session"].map(of));
    assert_eq!(asked.get(), 1, "one failure is told to all who need it");
    for failed in error.failed().filter_map(|it| it.error()) {
        assert!(failed.to_string().contains("the provider panicked: no config"), "{failed}");
    }
    assert!(why(program::serve()).to_string().contains("no config"));
    // At once: who asks for a run does not want to hear of the last one.
    let report = block_on(dyno::warm_up().run_async()).expect("it is there now");
    assert!(report.built().iter().all(|it| it.error().is_none() || !it.required), "{report}");
    assert_eq!(asked.get(), 2);
    assert!(program::serve().is_ok());
}

#[dyno::test]
fn nothing_is_built_after_a_shut_down() {
    let _world = dyno::inject::isolated();
    let _report = block_on(dyno::warm_up().run_async()).expect("all can be built");
    dyno::shutdown().run().expect("nothing fails");
    let error = block_on(dyno::warm_up().run_async()).expect_err("it is over");
    for failed in error.failed().filter_map(|it| it.error()) {
        assert!(matches!(failed.kind(), InjectErrorKind::ShutDown), "{failed}");
    }
    assert!(error.failed().count() >= 21, "{error}");
}
