//! Durations, counts, ranges, rates, windows and words, as a person writes them.
//!
//! A literal is checked here, at compile time; any other expression is handed on as it is and
//! checked when the policy is built.

use std::ops::RangeInclusive;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprRange, Lit, RangeLimits, UnOp};

use crate::diag::hint;

const UNITS: [(&str, u64); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A whole number of at least `least`: a literal, or an expression of type `u32`.
pub(crate) fn count(expr: &Expr, what: &str, least: u32) -> syn::Result<TokenStream> {
    count_in(expr, what, least..=u32::MAX)
}

/// A whole number in `range`: a literal, or an expression of type `u32`.
pub(crate) fn count_in(
    expr: &Expr,
    what: &str,
    range: RangeInclusive<u32>,
) -> syn::Result<TokenStream> {
    let (least, most) = (*range.start(), *range.end());
    let fail = |message: String| Err(syn::Error::new_spanned(expr, message));
    match expr {
        Expr::Paren(paren) => count_in(&paren.expr, what, range),
        Expr::Group(group) => count_in(&group.expr, what, range),
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) if int.suffix().is_empty() || int.suffix() == "u32" => {
                match int.base10_parse::<u32>() {
                    Ok(number) if number < least => {
                        fail(format!("{what} must be at least {least}"))
                    }
                    Ok(number) if number <= most => Ok(int.to_token_stream()),
                    _ => fail(format!("{what} must be at most {most}")),
                }
            }
            Lit::Int(int) if is_unit(int.suffix()) => {
                fail(format!("{what} is a number, not a duration; write `{}`", int.base10_digits()))
            }
            Lit::Str(text) if text.value().trim().parse::<u32>().is_ok() => {
                fail(format!("{what} is a number, not text; write `{}`", text.value().trim()))
            }
            lit => match whole(lit) {
                Some(number) => fail(format!("{what} is a whole number; write `{number}`")),
                None => fail(format!("{what} must be a whole number, such as `{}`", least.max(3))),
            },
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            fail(format!("{what} must be at least {least}"))
        }
        Expr::Range(_) => fail(format!("{what} is a number, not a range")),
        _ => Ok(expr.to_token_stream()),
    }
}

/// The number of `5_u64` and `5.0`.
fn whole(lit: &Lit) -> Option<u32> {
    let digits = match lit {
        Lit::Int(int) => int.base10_digits(),
        Lit::Float(float) => {
            let digits = float.base10_digits();
            digits.split_once('.').map_or(digits, |(whole, part)| {
                if part.trim_matches('0').is_empty() { whole } else { "" }
            })
        }
        _ => "",
    };
    digits.parse().ok()
}

/// The number, where it is a literal.
pub(crate) fn number(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Paren(paren) => number(&paren.expr),
        Expr::Group(group) => number(&group.expr),
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) if !is_unit(int.suffix()) => int.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// `250ms`, or an expression of type `Duration`.
pub(crate) fn duration(expr: &Expr, what: &str) -> syn::Result<TokenStream> {
    let duration = duration_or_zero(expr, what)?;
    match literal(expr, what)? {
        Some(0) => Err(syn::Error::new_spanned(expr, format!("{what} must be more than zero"))),
        _ => Ok(duration),
    }
}

/// The same where `0s` means something.
pub(crate) fn duration_or_zero(expr: &Expr, what: &str) -> syn::Result<TokenStream> {
    if matches!(expr, Expr::Range(_) | Expr::Closure(_) | Expr::Array(_)) {
        let message = format!("{what} is one duration, such as `2s`");
        return Err(syn::Error::new_spanned(expr, message));
    }
    Ok(literal(expr, what)?.map_or_else(|| expr.to_token_stream(), |n| tokens(n, expr.span())))
}

/// `&STATIC`, or an expression that is a `&'static`.
pub(crate) fn of_static(expr: &Expr, what: &str) -> syn::Result<TokenStream> {
    let at = Span::mixed_site().located_at(expr.span());
    match expr {
        Expr::Path(_) => Ok(quote_spanned!(at=> &#expr)),
        Expr::Reference(_) | Expr::Call(_) | Expr::MethodCall(_) => Ok(expr.to_token_stream()),
        _ => Err(syn::Error::new_spanned(
            expr,
            format!("{what} is the path of a static, such as `MINE`"),
        )),
    }
}

/// `50ms..2s`, or an expression of type `Range<Duration>`.
pub(crate) fn range(expr: &Expr, what: &str) -> syn::Result<TokenStream> {
    let Expr::Range(ExprRange { start, end, limits, .. }) = expr else {
        if literal(expr, what)?.is_some() {
            let text = expr.to_token_stream();
            return Err(syn::Error::new_spanned(
                expr,
                format!("{what} is a range from the first to the longest, such as `{text}..2s`"),
            ));
        }
        return Ok(expr.to_token_stream());
    };
    let (Some(start), Some(end)) = (start, end) else {
        return Err(syn::Error::new_spanned(
            expr,
            format!("{what} needs both ends, such as `50ms..2s`"),
        ));
    };
    if let RangeLimits::Closed(token) = limits {
        return Err(syn::Error::new_spanned(token, format!("{what} is written with `..`")));
    }
    let (from, to) = (literal(start, what)?, literal(end, what)?);
    if from == Some(0) {
        return Err(syn::Error::new_spanned(start, format!("{what} must start above zero")));
    }
    if let (Some(from), Some(to)) = (from, to) {
        if from >= to {
            return Err(syn::Error::new_spanned(
                expr,
                format!("{what} is empty: it must start with the shorter duration"),
            ));
        }
    }
    let start = duration(start, what)?;
    let end = duration(end, what)?;
    Ok(quote_spanned!(expr.span()=> (#start)..(#end)))
}

/// What a window is measured in.
pub(crate) enum Window {
    Calls(TokenStream),
    Time(TokenStream),
    /// An expression: its type says it.
    Either,
}

/// `100` or `10s`, or an expression of type `u32` or `Duration`.
pub(crate) fn window(expr: &Expr, what: &str) -> syn::Result<Window> {
    const LEAST: u64 = 100_000_000;
    match expr {
        Expr::Paren(paren) => window(&paren.expr, what),
        Expr::Group(group) => window(&group.expr, what),
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) if int.suffix().is_empty() || is_type(int.suffix()) => {
                count_in(expr, what, 1..=100_000).map(Window::Calls)
            }
            Lit::Int(_) | Lit::Float(_) if literal(expr, what)?.is_some_and(|n| n < LEAST) => {
                Err(syn::Error::new_spanned(
                    expr,
                    format!("{what} must be at least 100ms: it is counted in ten parts"),
                ))
            }
            Lit::Int(_) | Lit::Float(_) => duration(expr, what).map(Window::Time),
            _ => Err(not_a_window(expr, what)),
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            Err(syn::Error::new_spanned(expr, format!("{what} cannot be negative")))
        }
        Expr::Range(_) | Expr::Closure(_) => Err(not_a_window(expr, what)),
        _ => Ok(Window::Either),
    }
}

fn not_a_window(expr: &Expr, what: &str) -> syn::Error {
    let message = format!("{what} is a number of calls such as `100`, or a duration such as `10s`");
    syn::Error::new_spanned(expr, message)
}

/// One of `words`.
pub(crate) fn word<'a>(expr: &Expr, what: &str, words: &[&'a str]) -> syn::Result<&'a str> {
    let said = match expr {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    };
    let Some(said) = said else {
        let message = format!("{what} is one of: {}", words.join(", "));
        return Err(syn::Error::new_spanned(expr, message));
    };
    words.iter().copied().find(|word| *word == said).ok_or_else(|| {
        let hint = hint(&said, words.iter().copied());
        syn::Error::new_spanned(expr, format!("{what} cannot be `{said}`; {hint}"))
    })
}

/// `u64`, `i8`, `usize`
fn is_type(suffix: &str) -> bool {
    suffix.strip_prefix(['u', 'i']).is_some_and(|bits| bits == "size" || bits.parse::<u8>().is_ok())
}

pub(super) fn is_unit(suffix: &str) -> bool {
    UNITS.iter().any(|(unit, _)| *unit == suffix)
}

/// The nanoseconds of a duration literal; `None` for an expression that is no literal.
pub(crate) fn literal(expr: &Expr, what: &str) -> syn::Result<Option<u64>> {
    let lit = match expr {
        Expr::Lit(lit) => &lit.lit,
        Expr::Paren(paren) => return literal(&paren.expr, what),
        Expr::Group(group) => return literal(&group.expr, what),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            return Err(syn::Error::new_spanned(expr, format!("{what} cannot be negative")));
        }
        _ => return Ok(None),
    };
    let (digits, suffix) = match lit {
        Lit::Int(int) => (int.base10_digits(), int.suffix()),
        Lit::Float(float) => (float.base10_digits(), float.suffix()),
        Lit::Str(text) => {
            let text = text.value();
            let text = text.trim();
            return Err(syn::Error::new_spanned(
                lit,
                format!(
                    "{what} is written without quotes, such as `{}`",
                    if text.is_empty() { "250ms" } else { text }
                ),
            ));
        }
        _ => {
            return Err(syn::Error::new_spanned(
                lit,
                format!("{what} is a duration, such as `250ms`"),
            ));
        }
    };
    if suffix.is_empty() {
        return Err(syn::Error::new_spanned(
            lit,
            format!("{what} has no unit; write `{digits}ms` or `{digits}s`"),
        ));
    }
    let units = UNITS.iter().map(|(unit, _)| *unit);
    let Some((_, scale)) = UNITS.iter().find(|(unit, _)| *unit == suffix) else {
        let lower = suffix.to_lowercase();
        let hint = hint(if is_unit(&lower) { &lower } else { suffix }, units);
        return Err(syn::Error::new_spanned(lit, format!("{what} has no unit `{suffix}`; {hint}")));
    };
    nanos(digits, *scale)
        .map(Some)
        .ok_or_else(|| syn::Error::new_spanned(lit, format!("{what} is out of range")))
}

fn nanos(digits: &str, scale: u64) -> Option<u64> {
    if let Ok(whole) = digits.parse::<u64>() {
        return whole.checked_mul(scale);
    }
    let (whole, fraction) = digits.split_once('.')?;
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    let mut nanos = whole.checked_mul(scale)?;
    let mut part = scale;
    for digit in fraction.chars() {
        part /= 10;
        nanos = nanos.checked_add(u64::from(digit.to_digit(10)?) * part)?;
    }
    Some(nanos)
}

/// The shortest constructor that says the same, as a person would write it.
fn tokens(nanos: u64, at: Span) -> TokenStream {
    let at = Span::mixed_site().located_at(at);
    let (name, scale) =
        [("from_secs", 1_000_000_000), ("from_millis", 1_000_000), ("from_micros", 1_000)]
            .into_iter()
            .find(|(_, scale)| nanos % scale == 0)
            .unwrap_or(("from_nanos", 1));
    let name = syn::Ident::new(name, at);
    let number = proc_macro2::Literal::u64_unsuffixed(nanos / scale);
    quote_spanned!(at=> ::core::time::Duration::#name(#number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_str;

    fn of(text: &str) -> Result<String, String> {
        let expr: Expr = parse_str(text).map_err(|e| e.to_string())?;
        duration(&expr, "`delay`")
            .map(|t| t.to_string().replace(' ', ""))
            .map_err(|e| e.to_string())
    }

    #[test]
    fn durations_read_as_written() {
        for (text, call) in [
            ("250ms", "from_millis(250)"),
            ("15s", "from_secs(15)"),
            ("5m", "from_secs(300)"),
            ("1h", "from_secs(3600)"),
            ("100us", "from_micros(100)"),
            ("1.5s", "from_millis(1500)"),
            ("1_000ms", "from_secs(1)"),
            ("3ns", "from_nanos(3)"),
        ] {
            assert_eq!(of(text), Ok(format!("::core::time::Duration::{call}")), "{text}");
        }
        assert_eq!(of("PAUSE"), Ok("PAUSE".to_owned()));
        assert_eq!(of("Duration::from_secs(1)"), Ok("Duration::from_secs(1)".to_owned()));
    }

    #[test]
    fn wrong_durations_say_what_to_write() {
        for (text, part) in [
            ("60", "no unit; write `60ms` or `60s`"),
            ("\"60s\"", "without quotes, such as `60s`"),
            ("5sec", "no unit `sec`"),
            ("0s", "more than zero"),
            ("-5s", "cannot be negative"),
            ("99999999999h", "out of range"),
        ] {
            let error = of(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn windows_and_words() {
        let expr = |text: &str| parse_str::<Expr>(text).unwrap();
        let of = |text: &str| window(&expr(text), "`window`").map_err(|e| e.to_string());
        assert!(matches!(of("100"), Ok(Window::Calls(_))));
        assert!(matches!(of("(10s)"), Ok(Window::Time(_))));
        assert!(matches!(of("WINDOW"), Ok(Window::Either)));
        for (text, part) in [
            ("0", "at least 1"),
            ("100_001", "at most 100000"),
            ("99ms", "at least 100ms"),
            ("1.5", "no unit"),
            ("-5", "negative"),
            ("\"10s\"", "such as `10s`"),
            ("1s..2s", "such as `10s`"),
        ] {
            let error = of(text).err().unwrap_or_default();
            assert!(error.contains(part), "{text}: {error}");
        }
        let states = ["open", "half_open"];
        assert_eq!(word(&expr("half_open"), "`starts`", &states).ok(), Some("half_open"));
        let error = word(&expr("halfopen"), "`starts`", &states).unwrap_err().to_string();
        assert_eq!(error, "`starts` cannot be `halfopen`; did you mean `half_open`?");
        let error = word(&expr("State::Open"), "`starts`", &states).unwrap_err().to_string();
        assert_eq!(error, "`starts` is one of: open, half_open");
    }

    #[test]
    fn counts_and_ranges_are_checked() {
        let expr = |text: &str| parse_str::<Expr>(text).unwrap();
        assert!(count(&expr("0"), "`attempts`", 1).is_err());
        assert!(
            count(&expr("\"3\""), "`attempts`", 1).unwrap_err().to_string().contains("write `3`")
        );
        assert!(
            count(&expr("3s"), "`attempts`", 1).unwrap_err().to_string().contains("not a duration")
        );
        assert!(count(&expr("n + 1"), "`attempts`", 1).is_ok());
        assert!(range(&expr("2s..50ms"), "`backoff`").unwrap_err().to_string().contains("empty"));
        assert!(range(&expr("50ms"), "`backoff`").unwrap_err().to_string().contains("50ms..2s"));
        assert!(range(&expr("50ms..2s"), "`backoff`").is_ok());
    }
}
