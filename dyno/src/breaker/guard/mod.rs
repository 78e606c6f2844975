//! Guarding what comes in pieces: one call that lasts from the making of an iterator to its end.

mod iter;
#[cfg(feature = "stream")]
mod stream;

pub use iter::GuardIter;
#[cfg(feature = "stream")]
pub use stream::GuardStream;

use std::fmt;

use super::{Permit, Report};
use crate::outcome::{Outcome, Verdict};

/// The permit of something that comes in pieces.
struct Watch<'a> {
    /// None once something has failed: the breaker knows, and what comes now passes through.
    permit: Option<Permit<'a>>,
    ended: bool,
}

impl<'a> Watch<'a> {
    fn new(permit: Permit<'a>) -> Self {
        Self { permit: Some(permit), ended: false }
    }

    /// Runs the user's `f`, which makes one piece; `None` once there are no more.
    fn piece<R>(&mut self, f: impl FnOnce() -> R, what: impl FnOnce(&R) -> Piece) -> Option<R> {
        if self.ended {
            return None;
        }
        // Until both have returned: a panic ends it.
        self.ended = true;
        let turn = Turn(self.permit.take());
        let made = f();
        let piece = what(&made);
        self.permit = turn.over(piece);
        self.ended = piece == Piece::End;
        Some(made)
    }
}

/// Dropped early, or by a panic of the code that uses the pieces: that says nothing.
impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            permit.ignored();
        }
    }
}

/// What the user's code has made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    #[cfg(feature = "stream")]
    Pending,
    Item(Verdict),
    End,
}

impl Piece {
    fn of<R: Outcome>(item: Option<&R>) -> Self {
        item.map_or(Self::End, |item| Self::Item(Verdict::of(item)))
    }
}

/// The permit while the user's code runs. Dropped with it by nothing but a panic of that code.
struct Turn<'a>(Option<Permit<'a>>);

impl<'a> Turn<'a> {
    /// The permit, if the call goes on.
    fn over(mut self, piece: Piece) -> Option<Permit<'a>> {
        let permit = self.0.take()?;
        match piece {
            Piece::End => permit.success(),
            Piece::Item(Verdict::Failure) => permit.failure(),
            Piece::Item(_) => return Some(permit),
            #[cfg(feature = "stream")]
            Piece::Pending => return Some(permit),
        }
        None
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(permit) = self.0.take() {
            let panicked = |f: &mut fmt::Formatter<'_>| f.write_str("it panicked");
            // Its outcome is the panic, whatever the breaker would have returned.
            drop(permit.settle(Verdict::Failure, &Report::new(&panicked)));
        }
    }
}
