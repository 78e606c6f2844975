//! The ways in. The fault of a call that is refused is large, and made where it is wanted.

use super::Rate;
use super::core::{Miss, Time};
use super::wait::Waiting;
use crate::clock;
use crate::limit::refused::Refused;

#[doc(hidden)]
impl Rate {
    /// Now, or not at all.
    #[inline]
    pub fn try_enter(&self, calls: u32) -> Result<(), Refused<'_>> {
        match self.core.take(calls, &Real) {
            Ok(()) => Ok(()),
            Err(miss) => self.refuse(miss, calls),
        }
    }

    /// Now, or after a wait.
    #[inline]
    pub fn enter(&self) -> Result<(), Refused<'_>> {
        match self.core.take(1, &Real) {
            Ok(()) => Ok(()),
            Err(miss) if self.wait_nanos() == 0 => self.refuse(miss, 1),
            Err(_) => self.block(),
        }
    }

    /// The same without blocking the thread.
    pub async fn enter_async(&self) -> Result<(), Refused<'_>> {
        match self.core.take(1, &Real) {
            Ok(()) => Ok(()),
            Err(miss) if self.wait_nanos() == 0 => self.refuse(miss, 1),
            Err(_) => Waiting::new(self).await,
        }
    }

    /// Now, if it may; where it may not nothing is counted, nor told.
    #[cfg(feature = "tower")]
    pub(crate) fn pass(&self) -> bool {
        self.core.take(1, &Real).is_ok()
    }

    /// A call that comes too soon waits.
    #[cfg(feature = "tower")]
    pub(crate) fn waits(&self) -> bool {
        self.wait_nanos() != 0
    }

    #[cold]
    fn block(&self) -> Result<(), Refused<'_>> {
        Waiting::new(self).block()
    }

    #[inline]
    fn refuse(&self, miss: Miss, calls: u32) -> Result<(), Refused<'_>> {
        match miss {
            Miss::Early(left) => Err(Refused::limited(self, left)),
            Miss::Held => self.take_behind(calls),
        }
    }

    /// Behind the lock: others wait, or it is being changed.
    #[cold]
    fn take_behind(&self, calls: u32) -> Result<(), Refused<'_>> {
        loop {
            let line = self.line();
            if !line.is_empty() {
                let others = line.len() + (calls as usize - 1);
                let left = self.core.left(others, Real.now());
                return Err(Refused::limited(self, left));
            }
            drop(line);
            match self.core.take(calls, &Real) {
                Ok(()) => return Ok(()),
                Err(Miss::Early(left)) => return Err(Refused::limited(self, left)),
                Err(Miss::Held) => {}
            }
        }
    }
}

/// The clock that holds here.
pub(super) struct Real;

impl Time for Real {
    #[inline]
    fn now(&self) -> u64 {
        clock::now().as_nanos()
    }

    #[inline]
    fn coarse(&self) -> u64 {
        clock::coarse().as_nanos()
    }
}
