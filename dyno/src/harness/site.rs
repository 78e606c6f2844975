//! One place that reports, made by an attribute.

use std::fmt;
use std::panic::{self, resume_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use super::caught::{Panic, message};
use super::fields::Fields;
use super::history::History;
use super::report::{Kind, Level, Report};
use super::sink::{self, Sink};
use super::text::{bounded, first_word};
use super::told::Told;
use crate::clock::{self, Instant};
use crate::fault::{Fault, Word, is_last, word_in};
use crate::point::{Point, harmless};

/// The length of the text of an error.
const ERROR: usize = 1024;
/// The length of the text of a source.
const SOURCE: usize = 512;
/// Of so many sources the text is kept.
const SOURCES: usize = 8;
/// Of so many reports, unless it is said.
pub(super) const KEPT: usize = 16;

/// What an expansion reports by.
pub struct Harness {
    label: Label,
    level: Level,
    keep: usize,
    rejected: bool,
    at_most: Option<(u32, Duration)>,
    told: Mutex<Lately>,
    history: OnceLock<&'static History>,
}

/// What it reports of.
#[derive(Clone, Copy)]
enum Label {
    Point(&'static Point),
    #[cfg(feature = "service")]
    Name(&'static str, &'static panic::Location<'static>),
}

impl Label {
    fn name(self) -> &'static str {
        match self {
            Self::Point(point) => point.name(),
            #[cfg(feature = "service")]
            Self::Name(name, _) => name,
        }
    }

    fn location(self) -> &'static panic::Location<'static> {
        match self {
            Self::Point(point) => point.location(),
            #[cfg(feature = "service")]
            Self::Name(_, at) => at,
        }
    }
}

/// What has been told since.
struct Lately {
    since: Option<Instant>,
    told: u32,
    left_out: u64,
}

impl Harness {
    /// Reports what happens at `point`.
    #[must_use]
    pub const fn new(point: &'static Point) -> Self {
        Self::labelled(Label::Point(point))
    }

    /// Reports what happens at a service.
    #[cfg(feature = "service")]
    pub(crate) const fn named(name: &'static str, at: &'static panic::Location<'static>) -> Self {
        Self::labelled(Label::Name(name, at))
    }

    const fn labelled(label: Label) -> Self {
        Self {
            label,
            level: Level::Error,
            keep: KEPT,
            rejected: true,
            at_most: None,
            told: Mutex::new(Lately { since: None, told: 0, left_out: 0 }),
            history: OnceLock::new(),
        }
    }

    /// How grave its reports are.
    #[must_use]
    pub const fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// How many of its reports are kept.
    ///
    /// # Panics
    /// Unless they are 1 to 1000.
    #[must_use]
    pub const fn keep(mut self, reports: u32) -> Self {
        assert!(
            reports >= 1 && reports <= 1000,
            "harness: `keep` must be at least 1 and at most 1000: so many of the last reports are kept"
        );
        self.keep = reports as usize;
        self
    }

    /// What dyno has turned away is not reported.
    #[must_use]
    pub const fn not_rejected(mut self) -> Self {
        self.rejected = false;
        self
    }

    /// Of the reports of `period` the first so many are told.
    ///
    /// # Panics
    /// When either is zero.
    #[must_use]
    pub const fn at_most(mut self, reports: u32, period: Duration) -> Self {
        assert!(
            reports >= 1,
            "harness: `at_most` must allow at least 1 report: write how many and in how long, such as `10/1s`"
        );
        assert!(
            !period.is_zero(),
            "harness: the period of `at_most` must be more than zero: write how many and in how long, such as `10/1s`"
        );
        self.at_most = Some((reports, period));
        self
    }

    /// Reports what the call returns.
    #[cold]
    pub fn failed(&self, told: &Told<'_>, fields: &dyn Fn(&mut Fields), sink: Option<&dyn Sink>) {
        let kind = kind_of(told);
        self.report(kind, fields, sink, |report| describe(report, told));
    }

    /// Reports that dyno has refused to run what is inside, or has not waited for it.
    #[cold]
    pub fn refused(&self, fault: &Fault, fields: &dyn Fn(&mut Fields), sink: Option<&dyn Sink>) {
        self.failed(&crate::__private::told!(fault), fields, sink);
    }

    /// Reports a panic, which goes on.
    #[cold]
    pub fn panicked(
        &self,
        panic: Panic,
        fields: &dyn Fn(&mut Fields),
        sink: Option<&dyn Sink>,
    ) -> ! {
        self.report(Kind::Panicked, fields, sink, |report| {
            report.level = Level::Error;
            (report.error, report.is_cut) = bounded(ERROR, &|f| f.write_str(message(&panic)));
        });
        resume_unwind(panic)
    }

    fn report(
        &self,
        kind: Kind,
        fields: &dyn Fn(&mut Fields),
        sink: Option<&dyn Sink>,
        describe: impl FnOnce(&mut Report),
    ) {
        if kind == Kind::Rejected && !self.rejected {
            return;
        }
        let at = clock::now();
        let history = *self.history.get_or_init(|| History::named(self.label.name(), self.keep));
        let Some(left_out) = self.pass(at) else { return history.leave_out(kind) };
        let place = self.label.location();
        let mut report = blank(history.name(), (place.file(), place.line()), self.level, kind, at);
        report.left_out = left_out;
        describe(&mut report);
        publish(history, report, fields, sink);
    }

    /// How many were left out since the last one, if this one is told.
    fn pass(&self, now: Instant) -> Option<u64> {
        let Some((most, period)) = self.at_most else { return Some(0) };
        let mut lately = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // Of two threads the one that was later may come first.
        if lately.since.is_none_or(|since| now.duration_since(since) >= period) {
            lately.since = Some(now);
            lately.told = 0;
        }
        if lately.told == most {
            lately.left_out += 1;
            return None;
        }
        lately.told += 1;
        Some(std::mem::take(&mut lately.left_out))
    }
}

/// A report that says nothing yet.
pub(super) fn blank(
    point: &'static str,
    (file, line): (&'static str, u32),
    level: Level,
    kind: Kind,
    at: Instant,
) -> Report {
    Report {
        point,
        file,
        line,
        level,
        kind,
        error: String::new(),
        sources: Vec::new(),
        type_name: None,
        variant: None,
        fields: Vec::new(),
        at,
        thread: here(),
        left_out: 0,
        is_cut: false,
    }
}

/// Keeps it, and tells everybody.
pub(super) fn publish(
    history: &History,
    mut report: Report,
    fields: &dyn Fn(&mut Fields),
    sink: Option<&dyn Sink>,
) {
    let mut shown = Fields::default();
    harmless("the fields of", report.point, || fields(&mut shown));
    report.fields = shown.all;
    report.is_cut |= shown.cut;
    let report = Arc::new(report);
    history.add(report.clone());
    sink::tell(sink, &report);
}

/// What is known of the failure.
pub(super) fn describe(report: &mut Report, told: &Told<'_>) {
    (report.error, report.is_cut) = match told.fault {
        // What it is in may have no words.
        Some(fault) => bounded(ERROR, &|f| write!(f, "{fault}")),
        None => bounded(ERROR, told.error),
    };
    report.type_name = Some(told.type_name);
    report.variant = told.debug.and_then(|debug| first_word(&|f| debug.fmt(f)));
    // The name of a struct is that of its type.
    let last = told.type_name.split('<').next().and_then(|name| name.rsplit("::").next());
    report.variant = report.variant.take().filter(|variant| Some(variant.as_str()) != last);
    let mut next = told.chain.source;
    while let Some(source) = next {
        if report.sources.len() == SOURCES {
            report.is_cut = true;
            return;
        }
        // Beneath a fault there is only what it says itself.
        if !is_last(source) {
            let (text, cut) = bounded(SOURCE, &|f| write!(f, "{source}"));
            report.sources.push(text);
            report.is_cut |= cut;
        }
        next = source.source();
    }
}

pub(super) fn kind_of(told: &Told<'_>) -> Kind {
    if let Some(fault) = told.fault {
        return kind_of_fault(fault);
    }
    match told.chain.itself.or(told.chain.source).and_then(word_in) {
        Some(Word::Fault(fault)) => kind_of_fault(fault),
        Some(Word::Last(last)) if last.is_late() => Kind::TimedOut,
        Some(Word::Last(last)) if last.reason().is_some() => Kind::Rejected,
        Some(Word::Last(_)) | None => Kind::Failed,
    }
}

fn kind_of_fault(fault: &Fault) -> Kind {
    match fault {
        Fault::Rejected { .. } => Kind::Rejected,
        Fault::TimedOut { .. } => Kind::TimedOut,
        Fault::Inject(_) | Fault::Store { .. } | Fault::NoTarget { .. } | Fault::Aspect(_) => {
            Kind::Failed
        }
    }
}

fn here() -> String {
    let thread = thread::current();
    thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned)
}

impl fmt::Debug for Harness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Harness({})", self.label.name())
    }
}
