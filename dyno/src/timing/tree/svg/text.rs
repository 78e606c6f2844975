//! Text in a picture: how wide it is, how it is cut, and what XML may hold.

use std::borrow::Cow;

/// The width of `text` in pixels, near enough: fonts differ by a tenth.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let of = |char: char| match char {
        'i' | 'l' | 'j' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' => 0.30,
        'f' | 't' | 'r' | 'I' | ' ' | '(' | ')' | '[' | ']' | '-' | '/' | '"' => 0.38,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.92,
        'A'..='Z' | '_' | '…' => 0.68,
        '\u{2e80}'.. => 1.05,
        _ => 0.58,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// `text`, cut to `room` pixels. Of a path the end says most, of a sentence the beginning.
pub(super) fn cut(text: &str, size: f64, room: f64) -> Cow<'_, str> {
    if width(text, size) <= room {
        return Cow::Borrowed(text);
    }
    let is_path = text.contains("::") && !text.contains(' ');
    let mut left = room - width("…", size);
    let mut fits = |char: &char| {
        left -= width(char.encode_utf8(&mut [0; 4]), size);
        left >= 0.0
    };
    if is_path {
        let kept: usize = text.chars().rev().take_while(&mut fits).map(char::len_utf8).sum();
        let end = &text[text.len() - kept..];
        // Whole segments, where one is left.
        let end = end.find("::").map_or(end, |at| &end[at + 2..]);
        Cow::Owned(format!("…{end}"))
    } else {
        let kept: usize = text.chars().take_while(&mut fits).map(char::len_utf8).sum();
        Cow::Owned(format!("{}…", text[..kept].trim_end()))
    }
}

/// `text` as XML may hold it.
pub(super) fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\n' | '\t' => xml.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                xml.push(char::REPLACEMENT_CHARACTER);
            }
            other => xml.push(other),
        }
    }
    xml
}

/// `12.3 ms`: three digits and a unit.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub(super) fn time(nanos: u64) -> String {
    let (unit, name) = match nanos {
        0 => return "0".to_owned(),
        1..=999 => return format!("{nanos} ns"),
        1_000..=999_499 => (1e3, "µs"),
        999_500..=999_499_999 => (1e6, "ms"),
        _ => (1e9, "s"),
    };
    let value = nanos as f64 / unit;
    let digits = usize::from(value < 9.995) + usize::from(value < 99.95);
    format!("{value:.digits$} {name}")
}

#[cfg(test)]
mod tests {
    use super::{cut, escaped, time, width};

    #[test]
    fn times_have_three_digits() {
        for (nanos, text) in [
            (0, "0"),
            (999, "999 ns"),
            (1_500, "1.50 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (12_345_678, "12.3 ms"),
            (99_960_000, "100 ms"),
            (2_000_000_000, "2.00 s"),
        ] {
            assert_eq!(time(nanos), text);
        }
    }

    #[test]
    fn a_path_keeps_its_end_and_a_sentence_its_beginning() {
        assert_eq!(cut("short", 12.0, 100.0), "short");
        let path = cut("shop::catalogue::prices::Prices::find_all", 12.0, 120.0);
        assert_eq!(path, "…Prices::find_all");
        let sentence = cut("a long sentence about nothing at all", 12.0, 120.0);
        assert!(sentence.starts_with("a long sen") && sentence.ends_with('…'), "{sentence}");
        assert!(width(&sentence, 12.0) <= 120.0);
        assert_eq!(cut("αβγδεζηθ", 12.0, 30.0).chars().last(), Some('…'));
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(escaped("<a> & \"b\"\u{0}\n"), "&lt;a&gt; &amp; &quot;b&quot;\u{fffd} ");
    }
}
