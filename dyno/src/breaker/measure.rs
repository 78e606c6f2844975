//! `window = EXPRESSION` of an attribute: the type of the expression says what it is measured in.

use std::time::Duration;

use super::{Breaker, Settings};

/// What a window is given to.
pub trait Windowed: Sized {
    /// A window of so many calls.
    #[must_use]
    fn of_calls(self, calls: u32) -> Self;
    /// A window of so long.
    #[must_use]
    fn of_time(self, time: Duration) -> Self;
}

impl Windowed for Breaker {
    fn of_calls(self, calls: u32) -> Self {
        self.window_calls(calls)
    }
    fn of_time(self, time: Duration) -> Self {
        self.window_time(time)
    }
}

impl Windowed for Settings {
    fn of_calls(self, calls: u32) -> Self {
        self.window_calls(calls)
    }
    fn of_time(self, time: Duration) -> Self {
        self.window_time(time)
    }
}

/// What a window may be measured in.
#[diagnostic::on_unimplemented(
    message = "a window is a number of calls or a duration, not a `{Self}`",
    label = "neither a `u32` nor a `Duration`"
)]
pub trait Measure {
    /// Gives `to` a window of this size.
    fn window<W: Windowed>(self, to: W) -> W;
}

impl Measure for u32 {
    fn window<W: Windowed>(self, to: W) -> W {
        to.of_calls(self)
    }
}

impl Measure for Duration {
    fn window<W: Windowed>(self, to: W) -> W {
        to.of_time(self)
    }
}

/// `to` with a window of this size.
///
/// # Panics
/// When the window is empty or too large, as the methods of [`Settings`] do.
#[must_use]
pub fn window<W: Windowed>(to: W, size: impl Measure) -> W {
    size.window(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_says_what_a_window_is_measured_in() {
        let breaker = window(Breaker::new("measured").failure_rate(0.5), 2 * 50);
        assert_eq!(breaker.settings().window, Settings::new().window_calls(100).window);
        let settings = window(Settings::new(), Duration::from_secs(5));
        assert_eq!(settings.window, Settings::new().window_time(Duration::from_secs(5)).window);
    }
}
