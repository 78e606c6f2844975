//! What is asked for by type and tag.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use dyno::fault::InjectErrorKind;
use dyno::{Fault, Registry, inject};

use crate::support::{Count, at_once, block_on, watch, why};

trait Mailer: Send + Sync {
    fn host(&self) -> String;
}
struct Smtp(&'static str);
impl Mailer for Smtp {
    fn host(&self) -> String {
        self.0.to_owned()
    }
}

fn smtp(host: &'static str) -> Arc<dyn Mailer> {
    Arc::new(Smtp(host))
}

mod missing {
    use super::*;

    #[inject(mail = tag("tags.primry"))]
    fn misspelt(mail: &dyn Mailer) -> Result<String, Fault> {
        Ok(mail.host())
    }
    #[inject(mail = tag("tags.number"))]
    fn wrong_type(mail: Arc<dyn Mailer>) -> Result<String, Fault> {
        Ok(mail.host())
    }
    const LATE: &str = "tags.late";
    #[inject(mail = tag(LATE))]
    async fn late(mail: &dyn Mailer) -> Result<String, Fault> {
        Ok(mail.host())
    }

    #[test]
    fn the_nearest_spelling_is_offered() {
        let global = Registry::global();
        global.set("tags.primary", smtp("a")).expect("not sealed");
        global.set("tags.replica", smtp("b")).expect("not sealed");
        let error = why(misspelt());
        let InjectErrorKind::NotRegistered { nearest, known, tag, .. } = error.kind() else {
            panic!("{error}");
        };
        assert_eq!(nearest.as_deref(), Some("tags.primary"));
        assert_eq!(tag.as_deref(), Some("tags.primry"));
        assert!(known.iter().any(|it| *it == "tags.replica"), "{error}");
        let text = error.to_string();
        assert!(text.contains("misspelt: parameter `mail` (tag(\"tags.primry\"), "), "{text}");
        assert!(text.contains("under the tag \"tags.primry\"; did you mean \"tags.primary\"?"));
    }

    #[test]
    fn another_type_under_the_tag_is_named() {
        Registry::global().set("tags.number", Arc::new(7_u64)).expect("not sealed");
        let text = why(wrong_type()).to_string();
        assert!(text.contains("it is the tag of `u64`"), "{text}");
        assert!(text.contains("dyn injection::tags::Mailer"), "{text}");
    }

    #[test]
    fn what_comes_late_is_found_at_once() {
        assert!(why(block_on(late())).to_string().contains("nothing is registered for"));
        Registry::global().set("tags.late", smtp("late")).expect("not sealed");
        assert_eq!(block_on(late()), Ok("late".to_owned()));
    }
}

mod changed {
    use super::*;

    #[inject(mail = tag("tags.mail"))]
    fn host(mail: &dyn Mailer) -> Result<String, Fault> {
        Ok(mail.host())
    }
    #[inject(mail = tag("tags.mail"))]
    fn holds(then: impl FnOnce(), mail: &dyn Mailer) -> Result<String, Fault> {
        then();
        Ok(mail.host())
    }

    #[test]
    fn the_next_call_sees_it_and_a_call_keeps_what_it_began_with() {
        let global = Registry::global();
        global.set("tags.mail", smtp("one")).expect("not sealed");
        assert_eq!(host().as_deref(), Ok("one"));
        let during = holds(|| {
            let old = global.swap("tags.mail", smtp("two")).expect("not sealed");
            assert_eq!(old.map(|old| old.host()).as_deref(), Some("one"));
            assert_eq!(host().as_deref(), Ok("two"));
        });
        assert_eq!(during.as_deref(), Ok("one"));
        assert_eq!(at_once(8, |_| host()), vec![Ok("two".to_owned()); 8]);
        global.remove::<dyn Mailer>("tags.mail").expect("not sealed");
        assert!(host().is_err());
        global.set("tags.mail", smtp("three")).expect("not sealed");
        assert_eq!(host().as_deref(), Ok("three"));
    }

    #[inject(mail = tag("tags.sealed"))]
    fn of_sealed(mail: &dyn Mailer) -> Result<String, Fault> {
        Ok(mail.host())
    }

    #[test]
    fn a_sealed_registry_does_not_change() {
        let registry = Registry::new();
        registry.set("tags.sealed", smtp("kept")).expect("not sealed");
        registry.seal();
        let error = registry.swap("tags.sealed", smtp("new")).map(drop).expect_err("sealed");
        assert!(matches!(error.kind(), InjectErrorKind::Sealed));
        assert!(registry.set("tags.other", smtp("new")).is_err());
        assert!(registry.remove::<dyn Mailer>("tags.sealed").is_err());
        assert_eq!(registry.scope(of_sealed).as_deref(), Ok("kept"));
        let child = registry.child();
        child.set("tags.sealed", smtp("child")).expect("a child is open");
        assert_eq!(child.scope(of_sealed).as_deref(), Ok("child"));
    }
}

mod provided {
    use super::*;

    static ASKED: Count = Count::new();
    fn connect() -> Result<Smtp, String> {
        ASKED.up();
        (0..50).for_each(|_| std::thread::yield_now());
        Ok(Smtp("built"))
    }
    #[inject(mail = tag("tags.provided"))]
    fn host(mail: &Smtp) -> Result<String, Fault> {
        Ok(mail.host())
    }

    #[test]
    fn a_provider_is_asked_once() {
        Registry::global().provide::<Smtp, _>("tags.provided", connect).expect("not sealed");
        assert_eq!(at_once(16, |_| host()), vec![Ok("built".to_owned()); 16]);
        assert_eq!(ASKED.get(), 1);
    }

    async fn dial() -> Smtp {
        crate::support::yields(3).await;
        Smtp("dialled")
    }
    #[inject(mail = tag("tags.async"))]
    async fn host_async(mail: &Smtp) -> Result<String, Fault> {
        Ok(mail.host())
    }

    #[test]
    fn an_async_provider_is_awaited_by_an_async_function() {
        Registry::global().provide_async::<Smtp, _>("tags.async", dial).expect("not sealed");
        assert_eq!(block_on(host_async()).as_deref(), Ok("dialled"));
    }

    #[inject(left = tag("tags.slow"), right = tag("tags.slower"))]
    async fn of_two(left: &u8, right: &u16) -> Result<u16, Fault> {
        Ok(u16::from(*left) + right)
    }

    #[test]
    fn what_is_there_is_not_waited_for() {
        let _watch = watch();
        let global = Registry::global();
        global.set("tags.slow", Arc::new(1_u8)).expect("not sealed");
        global.set("tags.slower", Arc::new(2_u16)).expect("not sealed");
        let mut asking = Box::pin(of_two());
        let polled = asking.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(polled, Poll::Ready(Ok(3)));
    }

    #[inject(left = tag("tags.left"), right = tag("tags.right"))]
    fn side_by_side(left: &Here, right: &Here) -> Result<bool, Fault> {
        Ok(left.0 == right.0)
    }
    struct Here(u8);

    #[test]
    fn two_tags_that_are_there_cost_no_worker() {
        let global = Registry::global();
        global.set("tags.left", Arc::new(Here(1))).expect("not sealed");
        global.set("tags.right", Arc::new(Here(1))).expect("not sealed");
        let before = workers();
        for _ in 0..500 {
            assert_eq!(side_by_side(), Ok(true));
        }
        // Other tests may hire some meanwhile.
        let hired = workers() - before;
        assert!(hired < 500, "{hired} build workers for 500 calls that build nothing");
    }

    /// The number of the next build worker: they are counted in their names.
    fn workers() -> usize {
        #[inject(number = worker, scope = registry)]
        fn next(number: &usize) -> usize {
            *number
        }
        fn worker() -> usize {
            let name = std::thread::current().name().unwrap_or_default().to_owned();
            name.trim_start_matches("dyno-build-").parse().expect("a build worker")
        }
        Registry::new().scope(next)
    }
}
