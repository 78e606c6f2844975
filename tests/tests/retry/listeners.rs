//! Who is told, and that they harm nobody.

use std::sync::Mutex;
use std::time::Duration;

use dyno::clock;
use dyno::point::Stop;
use dyno::retry::{Listener, retry};

use super::support::{Flaky, MS, Scribe, block_on};

#[test]
fn a_call_that_goes_well_is_told_as_well() {
    static SCRIBE: Scribe = Scribe::new();
    assert_eq!(retry(3).listen(&SCRIBE).run(|| Some(1)), Some(1));
    assert_eq!(SCRIBE.told(), ["attempt 1", "succeeded after 1"]);
}

#[test]
fn async_attempts_are_told_when_they_begin() {
    static SCRIBE: Scribe = Scribe::new();
    let _frozen = clock::freeze();
    let flaky = Flaky::new(2);
    let tries = retry(3).delay(MS).listen(&SCRIBE).run_async(async || {
        let told = SCRIBE.told();
        assert!(told.last().is_some_and(|last| last.starts_with("attempt ")), "{told:?}");
        flaky.call()
    });
    assert_eq!(block_on(tries), Ok(2));
    assert_eq!(SCRIBE.told(), ["succeeded after 2"]);
}

#[test]
fn it_hears_under_which_name_it_is() {
    struct Where(Mutex<Vec<String>>);
    impl Listener for Where {
        fn gave_up(&self, point: &str, _attempts: u32, _why: Stop) {
            self.0.lock().expect("held briefly").push(point.to_owned());
        }
    }
    static WHERE: Where = Where(Mutex::new(Vec::new()));
    let (_, line) = (retry(1).listen(&WHERE).run(|| None::<u8>), line!());
    assert_eq!(*WHERE.0.lock().expect("held briefly"), [format!("{}:{line}", file!())]);
}

#[test]
fn a_panicking_listener_harms_nobody() {
    struct Angry;
    impl Listener for Angry {
        fn attempt(&self, _point: &str, _attempt: u32) {
            panic!("attempt")
        }
        fn retry(&self, _point: &str, _attempt: u32, _after: Duration) {
            panic!("retry")
        }
        fn gave_up(&self, _point: &str, _attempts: u32, _why: Stop) {
            panic!("gave up")
        }
        fn succeeded(&self, _point: &str, _attempts: u32) {
            panic!("succeeded")
        }
    }
    let flaky = Flaky::new(2);
    assert_eq!(retry(3).listen(&Angry).run(|| flaky.call()), Ok(2));
    assert_eq!(retry(3).listen(&Angry).run(|| None::<u8>), None);
}
