//! A timer that is started and stopped by hand, for those who pass it along.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::Label;
use super::pretty::PrettyTime;
use super::tree::{Timed, Tree};
use super::usage::Usage;
use crate::clock;

/// An interval that is started and stopped by hand, once each, with others inside of it.
///
/// Clones are the same timer, and may be used from several threads. [`span`](super::span) needs none
/// of this to be passed along.
///
/// ```
/// use std::time::Duration;
/// use dyno::{clock, timing::Timer};
/// let _time = clock::freeze();
/// let request = Timer::new("request");
/// request.start()?;
/// let query = request.child("query");
/// query.time(|| clock::sleep(Duration::from_millis(3)))?;
/// request.mark("answered");
/// request.stop()?;
/// assert_eq!(query.duration()?, Duration::from_millis(3));
/// assert_eq!((request.len(), request.stop().is_err()), (3, true));
/// # Ok::<(), dyno::timing::TimerError>(())
/// ```
#[derive(Clone)]
pub struct Timer {
    all: Arc<Mutex<Vec<Entry>>>,
    at: usize,
    resources: bool,
}

/// One timer of a tree of timers.
struct Entry {
    name: Cow<'static, str>,
    description: Option<String>,
    is_mark: bool,
    start: Option<u64>,
    stop: Option<u64>,
    thread: Option<(ThreadId, Option<String>)>,
    before: Option<Usage>,
    used: Option<Usage>,
    inside: Vec<usize>,
}

/// What a [`Timer`] cannot do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimerError {
    /// It was started before.
    #[error("timer `{name}`: it was started already; take a `child` for another interval")]
    AlreadyStarted {
        /// The timer.
        name: String,
    },
    /// It was stopped before.
    #[error("timer `{name}`: it was stopped already; take a `child` for another interval")]
    AlreadyStopped {
        /// The timer.
        name: String,
    },
    /// It has not been started.
    #[error("timer `{name}`: it has not been started; call `start` first")]
    NotStarted {
        /// The timer.
        name: String,
    },
    /// It has not been stopped.
    #[error("timer `{name}`: it still runs; it has a duration once it is stopped")]
    Unfinished {
        /// The timer.
        name: String,
    },
}

impl Entry {
    fn new(name: impl Label) -> Self {
        Self {
            name: name.label(),
            description: None,
            is_mark: false,
            start: None,
            stop: None,
            thread: None,
            before: None,
            used: None,
            inside: Vec::new(),
        }
    }

    fn begin(&mut self, resources: bool) {
        let here = thread::current();
        self.thread = Some((here.id(), here.name().map(str::to_owned)));
        self.before = if resources { Usage::here() } else { None };
        self.start = Some(clock::now().as_nanos());
    }

    fn called(&self) -> String {
        self.name.clone().into_owned()
    }
}

impl Timer {
    /// One that has not been started.
    pub fn new(name: impl Label) -> Self {
        let all = Arc::new(Mutex::new(vec![Entry::new(name)]));
        Self { all, at: 0, resources: false }
    }

    /// The same, with more to say of it.
    #[must_use]
    pub fn described(self, description: impl Into<String>) -> Self {
        self.with(|entry| entry.description = Some(description.into()));
        self
    }

    /// The same, which measures what its thread uses, on Unix, as do the children it has from now on.
    #[cfg(feature = "rusage")]
    #[must_use]
    pub fn with_resources(mut self) -> Self {
        self.resources = true;
        self
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<R>(&self, f: impl FnOnce(&mut Entry) -> R) -> R {
        f(&mut self.lock()[self.at])
    }

    /// Starts it.
    ///
    /// # Errors
    /// [`TimerError::AlreadyStarted`].
    pub fn start(&self) -> Result<&Self, TimerError> {
        self.with(|entry| {
            if entry.start.is_some() {
                return Err(TimerError::AlreadyStarted { name: entry.called() });
            }
            entry.begin(self.resources);
            Ok(self)
        })
    }

    /// Starts it under another name.
    ///
    /// # Errors
    /// [`TimerError::AlreadyStarted`]; it keeps its name.
    pub fn start_as(&self, name: impl Label) -> Result<&Self, TimerError> {
        let name = name.label();
        let _started = self.start()?;
        self.with(|entry| entry.name = name);
        Ok(self)
    }

    /// Stops it.
    ///
    /// # Errors
    /// [`TimerError::NotStarted`], [`TimerError::AlreadyStopped`]. A mark counts as stopped.
    pub fn stop(&self) -> Result<&Self, TimerError> {
        let now = clock::now().as_nanos();
        self.with(|entry| {
            let name = || entry.called();
            match entry.start {
                None => return Err(TimerError::NotStarted { name: name() }),
                Some(_) if entry.stop.is_some() || entry.is_mark => {
                    return Err(TimerError::AlreadyStopped { name: name() });
                }
                Some(start) => entry.stop = Some(now.max(start)),
            }
            // What another thread has used says nothing.
            let is_here =
                entry.thread.as_ref().is_some_and(|(id, _)| *id == thread::current().id());
            let now = entry.before.filter(|_| is_here).and_then(|_| Usage::here());
            entry.used = now.zip(entry.before).map(|(now, before)| now - before);
            Ok(self)
        })
    }

    /// Starts it, and stops it when the guard is dropped, be it by a panic, unless it was stopped
    /// before.
    ///
    /// # Errors
    /// [`TimerError::AlreadyStarted`].
    pub fn enter(&self) -> Result<Running<'_>, TimerError> {
        self.start().map(Running)
    }

    /// Runs `f` between start and stop.
    ///
    /// # Errors
    /// [`TimerError::AlreadyStarted`]; `f` is not run.
    pub fn time<R>(&self, f: impl FnOnce() -> R) -> Result<R, TimerError> {
        let _running = self.enter()?;
        Ok(f())
    }

    /// One more timer inside of this one, not started.
    #[must_use = "a timer runs once it is started"]
    pub fn child(&self, name: impl Label) -> Self {
        self.add(Entry::new(name))
    }

    fn add(&self, entry: Entry) -> Self {
        let mut all = self.lock();
        let at = all.len();
        all.push(entry);
        all[self.at].inside.push(at);
        Self { all: self.all.clone(), at, resources: self.resources }
    }

    /// A moment inside of this one: a timer that is started, and never stopped.
    pub fn mark(&self, name: impl Label) {
        let mut entry = Entry::new(name);
        entry.begin(false);
        entry.is_mark = true;
        let _mark = self.add(entry);
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> String {
        self.with(|entry| entry.called())
    }

    /// What else there is to say of it.
    #[must_use]
    pub fn description(&self) -> Option<String> {
        self.with(|entry| entry.description.clone())
    }

    /// How long it ran.
    ///
    /// # Errors
    /// [`TimerError::NotStarted`], [`TimerError::Unfinished`].
    pub fn duration(&self) -> Result<Duration, TimerError> {
        self.with(|entry| match (entry.start, entry.stop) {
            (Some(start), Some(stop)) => Ok(Duration::from_nanos(stop - start)),
            (Some(_), None) => Err(TimerError::Unfinished { name: entry.called() }),
            (None, _) => Err(TimerError::NotStarted { name: entry.called() }),
        })
    }

    /// Started and not stopped: a mark, or an interval that runs.
    #[must_use]
    pub fn is_mark(&self) -> bool {
        self.with(|entry| entry.start.is_some() && entry.stop.is_none())
    }

    /// Everything but a [mark](Self::is_mark): not started, or stopped.
    #[must_use]
    pub fn is_interval(&self) -> bool {
        !self.is_mark()
    }

    /// What its thread used between start and stop; `None` when they were on two threads.
    #[cfg(feature = "rusage")]
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        self.with(|entry| entry.used)
    }

    /// This timer and all inside of it, each before what is inside of it.
    pub fn iter(&self) -> impl Iterator<Item = Self> + use<> {
        let places = places(&self.lock(), self.at);
        let of = self.clone();
        places.into_iter().map(move |(at, ..)| Self { at, ..of.clone() })
    }

    /// How many that are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is always the timer itself")]
    pub fn len(&self) -> usize {
        places(&self.lock(), self.at).len()
    }

    /// This timer and all inside of it as they are now.
    #[must_use]
    pub fn tree(&self) -> Tree {
        let all = self.lock();
        let places = places(&all, self.at);
        let starts = places.iter().filter_map(|(at, ..)| all[*at].start);
        let began = starts.min().unwrap_or(0);
        let until = all[self.at].stop.unwrap_or_else(|| clock::now().as_nanos());
        let mut threads = Vec::new();
        let mut ids = HashMap::new();
        let timed = places.into_iter().map(|(at, depth, parent)| {
            let entry = &all[at];
            let thread = entry.thread.as_ref().map_or(0, |(id, name)| {
                *ids.entry(*id).or_insert_with(|| {
                    threads.push(name.clone().unwrap_or_else(|| "thread".to_owned()));
                    threads.len() - 1
                })
            });
            Timed {
                name: entry.name.clone(),
                description: entry.description.clone(),
                is_mark: entry.is_mark,
                start: entry.start.map(|start| start - began),
                end: entry.stop.map(|stop| stop - began),
                usage: entry.used,
                depth,
                parent,
                thread,
            }
        });
        let timed: Vec<Timed> = timed.collect();
        Tree::of_timers(timed, threads, until.saturating_sub(began))
    }
}

/// Pre-order: place, depth, and which of the places before it is in.
fn places(all: &[Entry], root: usize) -> Vec<(usize, usize, Option<usize>)> {
    let mut places = Vec::new();
    let mut next = vec![(root, 0, None)];
    while let Some(place) = next.pop() {
        let here = places.len();
        places.push(place);
        let inside = all[place.0].inside.iter().rev();
        next.extend(inside.map(|at| (*at, place.1 + 1, Some(here))));
    }
    places
}

/// A timer that runs; it stops when this is dropped.
#[must_use = "the timer stops when the guard is dropped"]
#[derive(Debug)]
pub struct Running<'t>(&'t Timer);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // It may have been stopped by hand.
        let _stopped_before = self.0.stop();
    }
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.tree(), f)
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|entry| {
            write!(f, "Timer({}, ", entry.name)?;
            match (entry.start, entry.stop) {
                (None, _) => f.write_str("not started)"),
                (Some(_), None) if entry.is_mark => f.write_str("mark)"),
                (Some(_), None) => f.write_str("running)"),
                (Some(start), Some(stop)) => {
                    let took = Duration::from_nanos(stop - start);
                    write!(f, "{})", PrettyTime::from(took))
                }
            }
        })
    }
}
