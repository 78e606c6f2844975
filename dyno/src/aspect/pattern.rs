//! Which names a pointcut is about.

use std::fmt;

/// A pattern of names: `shop::*`, `**::price`, `shop::**::get_*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Box<str>);

impl Pattern {
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        for segment in text.split("::") {
            if segment.is_empty() {
                let what = if text.is_empty() { "is empty" } else { "has an empty segment" };
                return Err(format!(
                    "aspect: the pattern {text:?} {what}; write one such as \"shop::*\""
                ));
            }
            if segment != "**" && segment.contains("**") {
                return Err(format!(
                    "aspect: `**` of the pattern {text:?} is to be a segment by itself; write \"shop::**::get_*\""
                ));
            }
        }
        Ok(Self(text.into()))
    }

    /// `true` when all of `name` is what the pattern says.
    pub(super) fn matches(&self, name: &str) -> bool {
        let pattern: Vec<&str> = self.0.split("::").collect();
        let name: Vec<&str> = name.split("::").collect();
        wild(&pattern, &name, |part| *part == "**", |part, segment| within(part, segment))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `*` stands for any part of a segment.
fn within(pattern: &str, segment: &str) -> bool {
    wild(pattern.as_bytes(), segment.as_bytes(), |byte| *byte == b'*', |a, b| a == b)
}

/// Matches all of `text`, where a part of the pattern that is `any` stands for any number of
/// elements: the greedy search that goes back to the last such part only, in place of recursion.
fn wild<P, T>(
    pattern: &[P],
    text: &[T],
    any: impl Fn(&P) -> bool,
    same: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut t) = (0, 0);
    // Behind the last `any`, and how far it has been stretched.
    let mut last: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(part) if any(part) => {
                p += 1;
                last = Some((p, t));
            }
            Some(part) if same(part, &text[t]) => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((behind, stretched)) = last else { return false };
                last = Some((behind, stretched + 1));
                (p, t) = (behind, stretched + 1);
            }
        }
    }
    pattern[p..].iter().all(any)
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_star_stays_within_a_segment_and_two_go_across() {
        let matching = [
            ("shop::price", "shop::price"),
            ("shop::*", "shop::price"),
            ("*", "price"),
            ("shop::get_*", "shop::get_"),
            ("shop::get_*", "shop::get_price"),
            ("shop::*_price", "shop::list_price"),
            ("shop::*r*c*", "shop::price"),
            ("shop.*", "shop.price.net"),
            ("**", "price"),
            ("**", "shop::cart::Cart::add"),
            ("**::price", "price"),
            ("**::price", "shop::cart::price"),
            ("shop::**", "shop"),
            ("shop::**", "shop::cart::add"),
            ("shop::**::add", "shop::add"),
            ("shop::**::add", "shop::a::add::b::add"),
            ("**::Cart::**", "shop::cart::Cart::add"),
            ("**::*::add", "shop::add"),
            ("*é*", "café"),
        ];
        for (pattern, name) in matching {
            assert!(Pattern::new(pattern).unwrap().matches(name), "{pattern} {name}");
        }
        let others = [
            ("shop::price", "shop::prices"),
            ("shop::price", "the::shop::price"),
            ("shop::*", "shop"),
            ("shop::*", "shop::cart::add"),
            ("shop::*", "workshop::price"),
            ("*", "shop::price"),
            ("shop::get_*", "shop::set_price"),
            ("shop::*_price", "shop::list_prices"),
            ("Shop::*", "shop::price"),
            ("**::price", "shop::price::net"),
            ("shop::**::add", "shop::cart::remove"),
            ("**::*::add", "add"),
            ("shop:*", "shop::price"),
        ];
        for (pattern, name) in others {
            assert!(!Pattern::new(pattern).unwrap().matches(name), "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_that_means_nothing_is_told() {
        for (text, told) in [
            ("", "is empty"),
            ("::price", "has an empty segment"),
            ("shop::", "has an empty segment"),
            ("shop::::price", "has an empty segment"),
            ("shop**", "a segment by itself"),
            ("***", "a segment by itself"),
        ] {
            let error = Pattern::new(text).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
