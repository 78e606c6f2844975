//! The words of a compound.

use std::error::Error;
use std::fmt;

use super::CompoundError;

/// One line; with `{:#}` a line for each attempt.
impl<E: fmt::Display> fmt::Display for CompoundError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempts = self.len();
        if attempts == 1 {
            f.write_str("failed at the only attempt")?;
        } else {
            write!(f, "all {attempts} attempts failed")?;
        }
        if let Some(stop) = self.stop {
            write!(f, " ({stop})")?;
        }
        if !f.alternate() {
            return write!(f, ": {}", self.last);
        }
        for (attempt, (error, pause)) in self.earlier.iter().enumerate() {
            write!(f, "\n  {}: {error}\n     … {pause:.1?}", attempt + 1)?;
        }
        write!(f, "\n  {attempts}: {}", self.last)
    }
}

impl<E: fmt::Debug> fmt::Debug for CompoundError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CompoundError ")?;
        f.debug_list().entries(self).finish()
    }
}

/// Its source is the last error.
impl<E: Error + 'static> Error for CompoundError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.last)
    }
}
