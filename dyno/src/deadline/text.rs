//! What is left, as the header `grpc-timeout` has it: at most eight digits and a unit.
//!
//! After "gRPC over HTTP2", the protocol's description: `H`, `M`, `S`, `m`, `u`, `n` for hours,
//! minutes, seconds, and so on down to nanoseconds.

use std::fmt;
use std::str::{self, FromStr};
use std::time::Duration;

use super::Deadline;
use crate::clock;

const UNITS: [(char, u64); 6] = [
    ('n', 1),
    ('u', 1_000),
    ('m', 1_000_000),
    ('S', 1_000_000_000),
    ('M', 60 * 1_000_000_000),
    ('H', 3600 * 1_000_000_000),
];
const MOST: u64 = 99_999_999;

/// What is left as text, at the end of `buffer`: it goes along with every request, so without the
/// machinery of formatting.
pub(crate) fn text(left: Duration, buffer: &mut [u8; 9]) -> &[u8] {
    let left = clock::nanos(left);
    let fits = UNITS.iter().find(|(_, unit)| left / unit <= MOST);
    let (name, unit) = fits.unwrap_or(&('H', 3600 * 1_000_000_000));
    let mut left = left / unit;
    let mut begin = buffer.len() - 1;
    buffer[begin] = u8::try_from(*name).unwrap_or(b'H');
    while begin != 0 {
        begin -= 1;
        buffer[begin] = b'0' + u8::try_from(left % 10).unwrap_or(0);
        left /= 10;
        if left == 0 {
            break;
        }
    }
    &buffer[begin..]
}

/// What is left now, rounded down: `249999u`. The finest unit that leaves no more than eight digits.
impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; 9];
        f.pad(str::from_utf8(text(self.remaining(), &mut buffer)).unwrap_or_default())
    }
}

/// A deadline that much from now.
impl FromStr for Deadline {
    type Err = ParseDeadlineError;

    fn from_str(text: &str) -> Result<Self, ParseDeadlineError> {
        let wrong = || ParseDeadlineError { text: text.chars().take(20).collect() };
        let unit = text.chars().next_back().ok_or_else(wrong)?;
        let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        let digits = &text[..text.len() - unit.len_utf8()];
        let counts = (1..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let number: u64 = if counts { digits.parse().map_err(|_| wrong())? } else { 0 };
        if !counts {
            return Err(wrong());
        }
        Ok(Self::after(Duration::from_nanos(number.saturating_mul(*nanos))))
    }
}

/// Not one to eight digits with a unit behind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no deadline: {text:?}; it is one to eight digits and a unit of H, M, S, m, u, n, such as \"250m\""
)]
pub struct ParseDeadlineError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn what_is_left_reads_back() {
        let _frozen = clock::freeze();
        for (nanos, text) in [
            (0, "0n"),
            (1, "1n"),
            (99_999_999, "99999999n"),
            (100_000_000, "100000u"),
            (250_000_000, "250000u"),
            (3_600_000_000_000, "3600000m"),
            (360_000_000_000_000_000, "6000000M"),
            (u64::MAX, "5124095H"),
        ] {
            let deadline = Deadline::after(Duration::from_nanos(nanos));
            // Beyond the end of the clock's range it is the end.
            if nanos != u64::MAX {
                assert_eq!(deadline.to_string(), text, "{nanos}");
            }
            let read: Deadline = text.parse().expect(text);
            assert!(read <= deadline || nanos == u64::MAX, "never later");
        }
        let read: Deadline = "250m".parse().expect("a deadline");
        assert_eq!(read.remaining(), Duration::from_millis(250));
        assert_eq!(format!("{read:>9}"), "  250000u");
    }

    #[test]
    fn nonsense_is_told() {
        for text in
            ["", "m", "250", "250x", "250ms", "-1S", "+1S", "123456789n", "1.5S", "٣S", "5µ"]
        {
            let error = text.parse::<Deadline>().expect_err(text);
            assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
        }
    }
}
