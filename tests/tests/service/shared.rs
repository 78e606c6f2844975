//! Presets by name, and services that are listed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dyno::__private::SharedService;
use dyno::breaker::Settings;
use dyno::retry::{Budget, Retry};
use dyno::service::{self, Builder, Service};

use super::support::{MS, SECOND};

fn preset() -> Builder {
    static BUDGET: Budget = Budget::new();
    let retry = Retry::new(3).delay(5 * MS).budget(&BUDGET);
    Service::builder("shared-preset").timeout(SECOND).retry(retry).breaker(Settings::new())
}

#[test]
fn all_who_ask_for_a_name_get_the_same() {
    static ATTRIBUTE: SharedService =
        SharedService::new("shared-preset", || Service::joining("shared-preset"));
    let one = preset().share();
    let found = service::named("shared-preset").expect("it is there");
    assert!(std::ptr::eq(one, found) && std::ptr::eq(one, preset().share()));
    assert_eq!(service::all().iter().filter(|it| it.name() == "shared-preset").count(), 1);
    // The budget is another moment's, and the same.
    assert_eq!(one.call(|_| None::<u8>), None);
    assert!(std::ptr::eq(one, preset().share()));

    assert!(std::ptr::eq(ATTRIBUTE.get(), one));
}

#[test]
fn one_that_is_defined_otherwise_elsewhere_is_refused() {
    let _one = Service::builder("shared-twice").timeout(SECOND).bulkhead(3).share();
    let other = || Service::builder("shared-twice").timeout(2 * SECOND).share();
    let panicked = catch_unwind(other).expect_err("they contradict one another");
    let told = panicked.downcast_ref::<String>().expect("a text");
    assert!(told.starts_with("service \"shared-twice\": defined as "), "{told}");
    assert!(told.contains("contradict one another in `timeout`, `bulkhead`"), "{told}");
    assert!(told.contains("shared.rs:"), "{told}");
}

#[test]
fn so_is_one_that_keeps_another_number_of_targets() {
    let of = |targets| {
        Service::builder("shared-targets").bulkhead(1).per_target().targets(targets).share()
    };
    let one = of(10);
    assert!(std::ptr::eq(one, of(10)));
    let panicked = catch_unwind(|| of(5000)).expect_err("they contradict one another");
    let told = panicked.downcast_ref::<String>().expect("a text");
    assert!(told.contains("contradict one another in `targets`"), "{told}");
}

#[test]
fn a_static_is_found_once_it_is_listed() {
    static LISTED: Service = Service::builder("shared-listed").build();
    assert!(service::named("shared-listed").is_none());
    assert!(std::ptr::eq(LISTED.list().list(), &raw const LISTED));
    assert!(service::named("shared-listed").is_some_and(|it| std::ptr::eq(it, &raw const LISTED)));
    assert_eq!(service::all().iter().filter(|it| it.name() == "shared-listed").count(), 1);
}

#[test]
fn a_name_that_nobody_has_given_says_what_to_do() {
    static NOBODY: SharedService =
        SharedService::new("shared-nobody", || Service::joining("shared-nobody"));
    let panicked = catch_unwind(AssertUnwindSafe(|| NOBODY.get())).expect_err("there is none");
    let told = panicked.downcast_ref::<String>().expect("a text");
    assert!(told.contains("service \"shared-nobody\": ") && told.contains(".share()"), "{told}");
    // Made later, it is found by the next call.
    let made = Service::builder("shared-nobody").share();
    assert!(std::ptr::eq(NOBODY.get(), made));
}

#[test]
fn threads_that_make_it_at_once_share_it() {
    fn preset_of_threads() -> &'static Service {
        Service::builder("shared-threads").bulkhead(3).share()
    }
    let make = || std::ptr::from_ref(preset_of_threads()).addr();
    let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(make)).collect();
    let addresses: Vec<usize> = threads.into_iter().map(|it| it.join().expect("it ends")).collect();
    assert!(addresses.iter().all(|one| *one == addresses[0]));
}
