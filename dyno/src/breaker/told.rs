//! What a breaker tells, and whom: the caller, its listeners, the observers of the program.
//!
//! Always after the fact, and outside of every lock.

use std::sync::atomic::Ordering;

use super::core::{Real, Refusal};
use super::listen::Happened;
use super::settings::{Settings, Share, TripError};
use super::settle::LISTENED;
use super::why::{Change, Why};
use super::window::End;
use super::{Breaker, Report};
use crate::fault::explain::Opened;
use crate::fault::{Facts, Fault, LastError, Reason};
use crate::outcome::Verdict;
use crate::point::{self, Event};

impl Breaker {
    /// Tells those who listen that a call may not pass.
    #[inline]
    pub(super) fn reject(&self, refusal: Refusal) -> Refusal {
        if point::observed() || self.ways.load(Ordering::Relaxed) & LISTENED != 0 {
            self.tell_rejected(refusal);
        }
        refusal
    }

    #[cold]
    pub(super) fn tell_rejected(&self, refusal: Refusal) {
        let fault = self.fault(refusal);
        point::emit(self.name(), &Event::Rejected { fault: &fault });
        self.listeners.tell(self, Happened::Rejected { fault });
    }

    /// What is told to a caller that may not pass.
    pub(super) fn fault(&self, refusal: Refusal) -> Fault {
        Fault::refused(self.shared_name(), self.facts_of(refusal.reason), refusal.retry_after())
    }

    /// The numbers of a refusal that has just been made for this reason.
    #[inline]
    pub(super) fn facts_of(&self, reason: Reason) -> Facts {
        let last = LastError::from_number(self.last.load(Ordering::Relaxed));
        match reason {
            Reason::BreakerOpen => Facts::Open(last),
            reason => self.facts(reason, last),
        }
    }

    /// What is seldom told.
    #[cold]
    fn facts(&self, reason: Reason, last: Option<LastError>) -> Facts {
        let settings = self.settings_in_force();
        match reason {
            Reason::ForcedOpen => Facts::ForcedOpen(last),
            // All of them were taken, whatever has become of them since.
            Reason::HalfOpenBusy => Facts::Trials { permits: settings.permits(), last },
            Reason::Recovering => match self.core.stage(self.core.view(), &settings, &Real) {
                Some((share, _)) => {
                    Facts::Share { millionths: Share::of(share).millionths(), last }
                }
                None => Facts::Plain(reason),
            },
            reason => Facts::Plain(reason),
        }
    }

    /// What the call that has opened it returns in place of its own outcome. A call that succeeded
    /// and was only too slow keeps what it has.
    pub(super) fn instead(&self, settings: &Settings, failed: bool) -> Option<Fault> {
        let rejected = matches!(settings.trip_error, Some(TripError::Rejected));
        (rejected && failed)
            .then(|| self.fault(Refusal::new(Reason::BreakerOpen, self.retry_after(settings))))
    }

    /// Keeps why it has opened, and the words of the error that has done it.
    pub(super) fn keep_error(&self, report: &Report<'_>, end: End, why: Why, settings: &Settings) {
        let text = if end.failed { report.text() } else { "too slow".to_owned() };
        self.keep(&text, why.opened(settings));
    }

    pub(super) fn keep(&self, text: &str, opened: Opened) {
        self.last.store(LastError::keep(text, opened).number(), Ordering::Relaxed);
    }

    pub(super) fn tell_end(&self, ways: u8, verdict: Verdict, report: &Report<'_>) {
        if ways & LISTENED != 0 {
            let happened = match verdict {
                Verdict::Success => Happened::Success,
                Verdict::Failure => Happened::Failure { error: report.text().into() },
                Verdict::Ignored => Happened::Ignored,
            };
            self.listeners.tell(self, happened);
        }
    }

    /// After the change, and outside of every lock.
    pub(super) fn tell_change(&self, change: Change) {
        let Change { from, to, why } = change;
        if point::observed() {
            let (from, to) = (from.as_str(), to.as_str());
            point::emit(self.name(), &Event::Breaker { from, to, why: format_args!("{why}") });
        }
        self.listeners.tell(self, Happened::StateChange { change });
    }

    pub(super) fn tell_reset(&self) {
        self.listeners.tell(self, Happened::Reset);
    }
}
