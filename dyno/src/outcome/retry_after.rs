//! When a server wants to be asked again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// What the header `Retry-After` says (RFC 9110, 10.2.3): seconds, or a date, which is held against
/// the server's own clock where the answer tells it.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // Too many digits are as good as for ever.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = date(text)?;
    let told = headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(date_of);
    let now = told.unwrap_or_else(here);
    Some(Duration::from_secs(until.saturating_sub(now)))
}

fn here() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn date_of(text: &str) -> Option<u64> {
    date(text.trim())
}

/// Seconds since 1970 of an HTTP date (RFC 9110, 5.6.7), in the form that is to be sent:
/// `Sun, 06 Nov 1994 08:49:37 GMT`. Those of old are read by nobody's server any more.
fn date(text: &str) -> Option<u64> {
    let (_weekday, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let mut next = || words.next();
    let (day, month, year, time, zone) = (next()?, next()?, next()?, next()?, next()?);
    if zone != "GMT" || next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)?;
    let (year, day) = (number(year)?, number(day).filter(|day| (1..=31).contains(day))?);
    let mut parts = time.split(':').map(number);
    let mut part = |most: u64| parts.next().flatten().filter(|part| *part <= most);
    // A leap second has the number 60.
    let (hours, minutes, seconds) = (part(23)?, part(59)?, part(60)?);
    let days = days_before(year, month as u64 + 1)? + day - 1;
    Some(days * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

fn number(text: &str) -> Option<u64> {
    let counts = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if counts { text.parse().ok() } else { None }
}

/// Days from 1970 to the first of the month, by the Gregorian calendar.
fn days_before(year: u64, month: u64) -> Option<u64> {
    // A year that begins in March has its leap day at the end.
    let (year, month) =
        if month < 3 { (year.checked_sub(1)?, month + 9) } else { (year, month - 3) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5;
    days.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(after: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, after.parse().expect("a value"));
        if let Some(date) = date {
            headers.insert(DATE, date.parse().expect("a value"));
        }
        retry_after(&headers).map(|after| after.as_secs())
    }

    #[test]
    fn dates_are_read() {
        assert_eq!(date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(date("Tue, 29 Feb 2000 23:59:59 GMT"), Some(951_868_799));
        assert_eq!(date("Wed, 01 Mar 2000 00:00:00 GMT"), Some(951_868_800));
        for wrong in [
            "",
            "tomorrow",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nom 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1969 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT x",
            "Sun, 06 Nov +994 08:49:37 GMT",
        ] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn seconds_and_dates_are_heeded() {
        assert_eq!(said("120", None), Some(120));
        assert_eq!(said("99999999999999999999", None), Some(u64::MAX));
        assert_eq!((said("-1", None), said("1.5", None), said("soon", None)), (None, None, None));
        let (now, later) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:51:37 GMT");
        assert_eq!(said(later, Some(now)), Some(120));
        assert_eq!(said(now, Some(later)), Some(0), "it is over");
        assert_eq!(said(now, None), Some(0), "by the clock of this machine");
    }
}
