//! Dates as HTTP has them.

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The moment of an IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7), in seconds of a
/// count that begins anywhere. The two older forms are read by nobody and sent by nobody.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (_day_of_week, rest) = text.strip_suffix(" GMT")?.split_once(", ")?;
    let mut words = rest.split(' ');
    let day = number(words.next()?, 2)?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|known| *known == month)?;
    let year = number(words.next()?, 4)?;
    let mut time = words.next()?.split(':');
    let mut part = || number(time.next()?, 2);
    let (hour, minute, second) = (part()?, part()?, part()?);
    if words.next().is_some() || time.next().is_some() {
        return None;
    }
    Some(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let is_one = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_one { text.parse().ok() } else { None }
}

/// Days before this one. A year that begins in March has its leap day at the end, and months of which
/// the first `m` have `(153 m + 2) / 5` days.
fn days(year: i64, month: usize, day: i64) -> i64 {
    let month = i64::try_from(month).unwrap_or(0);
    let year = if month < 2 { year - 1 } else { year };
    let since_march = (month + 10) % 12;
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leaps + (153 * since_march + 2) / 5 + day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_apart_by_what_lies_between() {
        let of = |text: &str| seconds(text).unwrap_or_else(|| panic!("{text}"));
        let epoch = of("Thu, 01 Jan 1970 00:00:00 GMT");
        for (text, unix) in [
            ("Thu, 01 Jan 1970 00:00:01 GMT", 1),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
            ("Thu, 31 Dec 2026 12:00:00 GMT", 1_798_718_400),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ] {
            assert_eq!(of(text) - epoch, unix, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37:00 GMT",
            "Sun, 06 Nov 1994 08:49:37 x GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
        ] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
    }
}
