//! The listeners that come with it.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::sync::{Arc, Barrier, Mutex, Once};
use std::time::Duration;

use dyno::breaker::{Breaker, Counting, Listening, Logging, Tracing};
use dyno::clock;
use tracing::field::{Field, Visit};
use tracing::span;
use tracing::{Event, Metadata, Subscriber};

use super::support::{SECOND, err, fail, ok};

/// Lets all happen that may happen at a breaker, once at least.
fn live(breaker: &Breaker) {
    let frozen = clock::freeze();
    assert_eq!(ok(breaker), Ok(true));
    drop(breaker.acquire());
    fail(breaker, 2);
    assert!(ok(breaker).is_err());
    frozen.advance(SECOND);
    assert_eq!(ok(breaker), Ok(true));
    breaker.metrics_only();
    fail(breaker, 2);
    breaker.force_open();
    breaker.reset();
}

fn breaker(name: &'static str) -> Breaker {
    Breaker::new(name).fail_max(2).reset_timeout(SECOND)
}

#[test]
fn counting_counts_each_kind() {
    let breaker = breaker("ready-counted");
    let counting = Counting::new();
    let listening = breaker.listen(counting.clone());
    live(&breaker);
    let counts = counting.counts();
    assert_eq!((counts.calls, counts.successes, counts.failures), (7, 2, 4));
    assert_eq!((counts.ignored, counts.rejected, counts.lost), (1, 1, 0));
    // closed -> open -> half-open -> closed -> metrics-only -> forced-open -> closed
    assert_eq!((counts.state_changes, counts.opened), (6, 1));
    assert_eq!((counts.exceeded, counts.resets), (1, 1));
    assert_eq!(counting.take(), counts);
    assert_eq!(counting.counts(), Counting::new().counts(), "it has begun anew");
    drop(listening);
    breaker.trip();
    assert_eq!(counting.counts().opened, 0, "it listens no more");
}

#[test]
fn counting_misses_nothing_under_many_threads_and_adds_up_several_breakers() {
    static ONE: Breaker = Breaker::new("ready-one").fail_max(u32::MAX);
    static OTHER: Breaker = Breaker::new("ready-other");
    let counting = Counting::new();
    let _listening = [&ONE, &OTHER].map(|breaker| breaker.listen(counting.clone()));
    let start = Arc::new(Barrier::new(4));
    let calling = [ONE.name(), OTHER.name(), ONE.name(), OTHER.name()].map(|name| {
        let start = start.clone();
        dyno::spawn(move || {
            start.wait();
            for _ in 0..500 {
                drop(if name == ONE.name() { err(&ONE) } else { ok(&OTHER) });
            }
        })
    });
    for thread in calling {
        thread.join().expect("no thread panics");
    }
    let counts = counting.counts();
    let told = counts.calls + counts.successes + counts.failures;
    assert_eq!(told + counts.lost, 4000, "what was not told is told of");
    if counts.lost == 0 {
        assert_eq!((counts.calls, counts.successes, counts.failures), (2000, 1000, 1000));
    }
}

/// A subscriber that keeps what it is told, in a line each.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {field}={value:?}").expect("a string");
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").expect("a string");
    }
}

impl Subscriber for Sink {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "dyno::breaker"
    }
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().expect("held briefly").push(line.0);
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[test]
fn tracing_makes_an_event_with_fields_of_each() {
    let breaker = breaker("ready-traced");
    breaker.listen(Tracing).keep();
    let sink = Sink::default();
    tracing::subscriber::with_default(sink.clone(), || live(&breaker));
    let heard = sink.0.lock().expect("held briefly");
    let begins = "TRACE message=a call begins breaker=\"ready-traced\" kind=\"before_call\"";
    assert!(heard.iter().any(|line| line == begins), "{heard:#?}");
    for (level, kind, fields) in [
        ("TRACE", "success", ""),
        ("TRACE", "ignored", ""),
        ("DEBUG", "failure", " error=\"\""),
        ("DEBUG", "rejected", " reason=the breaker is open retry_after_ms=1000"),
        ("WARN", "state_change", " from=\"closed\" to=\"open\" why=2 failures in a row"),
        ("INFO", "state_change", " from=\"open\" to=\"half-open\" why="),
        ("INFO", "state_change", " from=\"half-open\" to=\"closed\" why=the trial succeeded"),
        ("WARN", "state_change", " from=\"metrics-only\" to=\"forced-open\" why=by hand"),
        ("WARN", "exceeded", " why=2 failures in a row"),
        ("INFO", "reset", ""),
    ] {
        let fields = format!(" breaker=\"ready-traced\" kind={kind:?}{fields}");
        let told = |line: &&String| line.starts_with(level) && line.contains(&fields);
        assert!(heard.iter().any(|line| told(&line)), "{level}{fields}: {heard:#?}");
    }
}

#[test]
fn tracing_says_nothing_that_nobody_wants() {
    let breaker = breaker("ready-untraced");
    breaker.listen(Tracing).keep();
    live(&breaker);
}

thread_local! {
    static LOGGED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// A log that keeps what this thread logs.
struct Log;

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}: {}", record.level(), record.target(), record.args());
        LOGGED.with_borrow_mut(|lines| lines.push(line));
    }
    fn flush(&self) {}
}

fn log(breaker: &Breaker) -> Listening<'_> {
    static SET: Once = Once::new();
    SET.call_once(|| {
        log::set_logger(&Log).expect("the only one");
        log::set_max_level(log::LevelFilter::Trace);
    });
    breaker.listen(Logging)
}

#[test]
fn logging_logs_each_by_its_weight() {
    let breaker = breaker("ready-logged");
    let listening = log(&breaker);
    live(&breaker);
    drop(listening);
    breaker.trip();
    let logged = LOGGED.take();
    for line in [
        "TRACE dyno::breaker: ready-logged: a call begins",
        "TRACE dyno::breaker: ready-logged: a call succeeded",
        "TRACE dyno::breaker: ready-logged: a call does not count",
        "DEBUG dyno::breaker: ready-logged: a call failed",
        "WARN dyno::breaker: ready-logged: closed -> open: 2 failures in a row",
        "INFO dyno::breaker: ready-logged: half-open -> closed: the trial succeeded",
        "WARN dyno::breaker: ready-logged: would open: 2 failures in a row",
        "INFO dyno::breaker: ready-logged: reset by hand",
    ] {
        assert!(logged.iter().any(|other| other == line), "{line}: {logged:#?}");
    }
    let rejected = "DEBUG dyno::breaker: ready-logged: a call was turned away: ";
    assert!(logged.iter().any(|line| line.starts_with(rejected)), "{logged:#?}");
    assert!(!logged.iter().any(|line| line.contains("closed -> open: by hand")), "{logged:#?}");
}

#[test]
fn texts_of_errors_are_passed_on() {
    use dyno::Verdict;
    use dyno::breaker::Report;

    let breaker = Breaker::new("ready-errors").fail_max(1).reset_timeout(Duration::MAX);
    let _listening = (log(&breaker), breaker.listen(Tracing));
    let sink = Sink::default();
    tracing::subscriber::with_default(sink.clone(), || {
        let permit = breaker.acquire().expect("closed");
        drop(permit.settle(Verdict::Failure, &Report::new(&|f| f.write_str("no route"))));
        assert!(ok(&breaker).is_err());
    });
    let (logged, traced) = (LOGGED.take(), sink.0.lock().expect("held briefly").join("\n"));
    let failed = "DEBUG dyno::breaker: ready-errors: a call failed: no route";
    assert!(logged.iter().any(|line| line == failed), "{logged:#?}");
    assert!(traced.contains(" error=\"no route\""), "{traced}");
    assert!(traced.contains(" reason=the breaker is open last_error=\"no route\""), "{traced}");
}
