//! With the crate `tracing`, both ways.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use dyno::clock;
use dyno::timing::{self, Recording, TracingLayer, Tree};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber, info, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use super::support::{block_on, ms, outline, pass, turn};

/// Writes down what it hears.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn push(&self, line: String) {
        self.0.lock().expect("not poisoned").push(line);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().expect("not poisoned").clone()
    }
}

struct Value(String);

impl Visit for Value {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        self.0 = format!("{value:?}");
    }
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Heard {
    fn on_new_span(&self, attrs: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        let mut value = Value(String::new());
        attrs.record(&mut value);
        let depth = cx.span(id).map_or(0, |span| span.scope().skip(1).count());
        self.push(format!("{}+{} {}", " ".repeat(depth), attrs.metadata().target(), value.0));
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        let mut value = Value(String::new());
        event.record(&mut value);
        let depth = cx.event_scope(event).map_or(0, Iterator::count);
        self.push(format!("{}-{}", " ".repeat(depth), value.0));
    }

    fn on_close(&self, _: Id, _: Context<'_, S>) {
        self.push("=".to_owned());
    }
}

#[test]
fn spans_and_marks_are_told_where_that_is_asked_for() {
    let heard = Heard::default();
    let subscriber = Registry::default().with(heard.clone());
    tracing::subscriber::with_default(subscriber, || {
        let ((), _tree) = timing::record("unasked", || timing::span("unasked").end());
        let ((), tree) = Recording::new("root").with_tracing().run(|| {
            let _span = timing::span("query");
            timing::mark("sent");
        });
        assert_eq!(tree.len(), 3);
    });
    assert_eq!(
        heard.lines(),
        ["+dyno::timing \"root\"", " +dyno::timing \"query\"", "  -sent", "=", "="]
    );
}

#[test]
fn spans_of_futures_are_told_too() {
    let heard = Heard::default();
    let subscriber = Registry::default().with(heard.clone());
    tracing::subscriber::with_default(subscriber, || {
        let recorded = Recording::new("root").with_tracing().run_async(async {
            timing::span_async("query", async {
                turn().await;
                info!("inside");
            })
            .await;
        });
        let ((), _tree) = block_on(recorded);
        info!("outside");
    });
    assert_eq!(
        heard.lines(),
        ["+dyno::timing \"root\"", " +dyno::timing \"query\"", "  -inside", "=", "=", "-outside"]
    );
}

fn taken(f: impl FnOnce()) -> Tree {
    let subscriber = Registry::default().with(TracingLayer::new());
    tracing::subscriber::with_default(subscriber, || timing::record("root", f).1)
}

#[test]
fn spans_and_events_of_the_crate_are_taken_in() {
    let _time = clock::freeze();
    let tree = taken(|| {
        let _outer = timing::span("of dyno");
        let query = info_span!("query", rows = 7, sku = "s-1");
        pass(1);
        query.in_scope(|| {
            pass(2);
            info!(hit = true, "cache asked");
            let _deep = timing::span("deep");
        });
        info!("outside");
        query.in_scope(|| info!("again"));
        pass(4);
        drop(query);
        pass(8);
    });
    assert_eq!(
        outline(&tree),
        [
            "root",
            "  of dyno",
            "    query rows=7 sku=\"s-1\"",
            "      -cache asked hit=true",
            "      deep",
            "      -again",
            "    -outside",
        ]
    );
    let query = &tree.nodes()[2];
    assert_eq!((query.start(), query.duration()), (Some(ms(0)), Some(ms(7))));
}

#[test]
fn a_span_with_a_parent_of_its_own_is_inside_of_that() {
    let tree = taken(|| {
        let parent = info_span!("parent");
        let worker = {
            let (parent, here) = (parent.clone(), tracing::dispatcher::get_default(Clone::clone));
            std::thread::spawn(move || {
                tracing::dispatcher::with_default(&here, || {
                    // Nothing is recorded on this thread, but for what belongs to the span.
                    info!("lost");
                    let child = info_span!(parent: &parent, "child");
                    child.in_scope(|| info!("inside of child"));
                });
            })
        };
        worker.join().expect("joins");
    });
    assert_eq!(outline(&tree), ["root", "  parent", "    child", "      -inside of child"]);
}

#[test]
fn a_span_that_outlives_the_recording_is_shown_as_running() {
    let subscriber = Registry::default().with(TracingLayer::new());
    tracing::subscriber::with_default(subscriber, || {
        let (span, tree) = timing::record("root", || info_span!("long"));
        assert_eq!(outline(&tree), ["root", "  ~long"]);
        span.in_scope(|| assert!(!timing::is_recorded()));
        let ((), next) = timing::record("next", || span.in_scope(|| info!("here")));
        assert_eq!(outline(&next), ["next", "  -here"]);
        drop(span);
    });
}

#[test]
fn what_is_told_does_not_come_back() {
    let subscriber = Registry::default().with(TracingLayer::new());
    let tree = tracing::subscriber::with_default(subscriber, || {
        Recording::new("root")
            .with_tracing()
            .run(|| {
                let _span = timing::span("once");
                timing::mark("once as well");
            })
            .1
    });
    assert_eq!(outline(&tree), ["root", "  once", "    -once as well"]);
}
