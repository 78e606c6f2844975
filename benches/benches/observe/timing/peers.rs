//! The peers.

use std::hint::black_box;

use fastrace::Span;
use fastrace::collector::{Config, Reporter, SpanContext, SpanId, SpanRecord, TraceId};
use fastrace::local::LocalSpan;
use tracing::{info_span, subscriber};
use tracing_subscriber::Registry;

use super::by_hundreds;
use crate::group::Group;

const TRACING: &str = "tracing: no subscriber";
const FASTRACE: &str = "fastrace: no root";

/// Before anybody records.
pub(super) fn off(group: &mut Group) {
    group.batch(TRACING, |times| (0..times).for_each(traced));
    group.batch(FASTRACE, |times| (0..times).for_each(fast));
}

/// From here on tracing has a subscriber, for good.
pub(super) fn on(group: &mut Group) {
    // A second one would be a mistake of this bench's own.
    subscriber::set_global_default(Registry::default()).expect("the only one");
    fastrace::set_reporter(Nobody, Config::default());
    group.batch("tracing: `Registry`", |times| {
        by_hundreds(times, |spans| {
            let root = info_span!("root");
            root.in_scope(|| (0..spans).for_each(traced));
        });
    });
    group.batch("fastrace: under a root", |times| {
        by_hundreds(times, |spans| {
            let root = Span::root("root", SpanContext::new(TraceId(1), SpanId(1)));
            let _here = root.set_local_parent();
            (0..spans).for_each(fast);
        });
    });
}

#[inline(never)]
fn traced(i: u64) {
    let _span = info_span!("span").entered();
    black_box(i);
}

#[inline(never)]
fn fast(i: u64) {
    let _span = LocalSpan::enter_with_local_parent("span");
    black_box(i);
}

/// Who looks at what is collected.
struct Nobody;

impl Reporter for Nobody {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        drop(spans);
    }
}
