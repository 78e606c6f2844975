//! Whose limit it is.

use std::panic::Location;

use crate::ambient;
use crate::clock;
use crate::fault::{Fault, Reason};
use crate::point::{self, Event, Name, Point};

/// An annotated function, or the place of a [`Timeout`](super::Timeout).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    Point(&'static Point),
    Name(&'static str),
    Place(&'static Location<'static>),
}

impl Who {
    pub(crate) fn name(self) -> Name {
        match self {
            Self::Point(point) => point.into(),
            Self::Name(name) => name.into(),
            Self::Place(at) => format!("{}:{}", at.file(), at.line()).into(),
        }
    }

    pub(super) fn tell(self, event: &Event<'_>) {
        if point::observed() {
            point::emit(&self.name(), event);
        }
    }

    /// It was not run.
    #[cold]
    pub(super) fn refuse(self, reason: Reason) -> Fault {
        let spent = ambient::deadline().filter(|_| reason == Reason::DeadlineSpent);
        let fault = match spent {
            Some(at) => Fault::spent(self.name(), clock::now() - at),
            None => Fault::rejected(self.name(), reason, None),
        };
        self.refused(fault)
    }

    /// The same, with a fault that is made already.
    #[cold]
    pub(super) fn refused(self, fault: Fault) -> Fault {
        self.tell(&Event::Rejected { fault: &fault });
        fault
    }
}
