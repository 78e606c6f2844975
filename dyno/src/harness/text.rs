//! Text of bounded length.

use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::point::let_go;

/// What `write` writes, up to `most` bytes; whether more was to come. Nothing is formatted beyond.
///
/// It is somebody else's code, whose panic ends here.
pub(super) fn bounded(
    most: usize,
    write: &dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> (String, bool) {
    let mut to = Bounded { text: String::new(), most, cut: false };
    let done = catch_unwind(AssertUnwindSafe(|| {
        // What was cut off ends with an error.
        let _ = write!(to, "{}", By(write));
    }));
    if let Err(payload) = done {
        let_go(payload);
        return ("(what was to be shown panicked)".to_owned(), true);
    }
    if to.cut {
        to.text.push('…');
    }
    (to.text, to.cut)
}

/// The text that `value` begins with as a programmer sees it, if that is the name of a variant.
pub(super) fn first_word(write: &dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result) -> Option<String> {
    const MOST: usize = 64;
    let (text, cut) = bounded(MOST, write);
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let word = &text[..end];
    let is_word = word.starts_with(char::is_uppercase) && (end < text.len() || !cut);
    // A sentence begins with a word as well.
    let rest = text[end..].trim_start();
    let is_whole = rest.is_empty() || rest.starts_with(['(', '{']);
    (is_word && is_whole).then(|| word.to_owned())
}

struct Bounded {
    text: String,
    most: usize,
    cut: bool,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        if self.cut {
            return Err(fmt::Error);
        }
        let room = self.most - self.text.len();
        if more.len() <= room {
            self.text.push_str(more);
            return Ok(());
        }
        let end = (0..=room).rev().find(|end| more.is_char_boundary(*end)).unwrap_or(0);
        self.text.push_str(&more[..end]);
        self.cut = true;
        Err(fmt::Error)
    }
}

struct By<'a>(&'a dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result);

impl fmt::Display for By<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{bounded, first_word};

    #[test]
    fn text_ends_where_it_is_to_end() {
        assert_eq!(bounded(5, &|f| f.write_str("12345")), ("12345".to_owned(), false));
        assert_eq!(bounded(5, &|f| f.write_str("123456")), ("12345…".to_owned(), true));
        // Not in the middle of a character.
        assert_eq!(bounded(2, &|f| f.write_str("éé")), ("é…".to_owned(), true));
        assert_eq!(bounded(1, &|f| f.write_str("é")), ("…".to_owned(), true));
    }

    #[test]
    fn no_more_is_formatted_than_is_kept() {
        let asked = Cell::new(0);
        let (text, cut) = bounded(100, &|f| {
            for _ in 0..1_000_000 {
                asked.set(asked.get() + 1);
                f.write_str("12345678")?;
            }
            Ok(())
        });
        assert_eq!((text.len(), cut, asked.get()), (100 + '…'.len_utf8(), true, 13));
    }

    #[test]
    fn what_panics_is_told_so() {
        let (text, cut) = bounded(9, &|_| panic!("no words"));
        assert_eq!((text.as_str(), cut), ("(what was to be shown panicked)", true));
    }

    #[test]
    fn a_variant_is_the_first_word() {
        let of = |text: &'static str| first_word(&|f| f.write_str(text));
        assert_eq!(of("Worse(5)").as_deref(), Some("Worse"));
        assert_eq!(of("Http { status: 503 }").as_deref(), Some("Http"));
        assert_eq!(of("NotFound").as_deref(), Some("NotFound"));
        assert_eq!(of("No route to host"), None);
        assert_eq!(of("\"text\""), None);
        assert_eq!(of("7"), None);
    }
}
