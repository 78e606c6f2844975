//! Keys as text, without an allocation for each look-up.

use std::cell::Cell;
use std::fmt::{self, Write};

/// Longer texts than this do not stay behind.
const KEPT: usize = 1024;

thread_local! {
    static BUFFER: Cell<String> = const { Cell::new(String::new()) };
}

/// Hands the text of `key` to `f`.
///
/// The thread's buffer is taken out meanwhile, so the `Display` of `key` may come here again: it
/// finds an empty one.
pub(super) fn of<K: fmt::Display + ?Sized, R>(key: &K, f: impl FnOnce(&str) -> R) -> R {
    // None while the thread ends.
    let mut text = BUFFER.try_with(Cell::take).unwrap_or_default();
    text.clear();
    write!(text, "{key}").expect("dyno: the `Display` of the key failed");
    let value = f(&text);
    if text.capacity() <= KEPT {
        let _ = BUFFER.try_with(|buffer| buffer.set(text));
    }
    value
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::of;

    #[test]
    fn a_key_may_look_up_another_while_it_is_written() {
        struct Outer;
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "outer and {}", of("inner", str::to_owned))
            }
        }
        assert_eq!(of(&Outer, str::to_owned), "outer and inner");
        assert_eq!(of(&7, str::to_owned), "7");
    }
}
