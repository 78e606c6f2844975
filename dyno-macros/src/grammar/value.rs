//! Durations, counts, ranges, rates and percentages, as a person writes them.
//!
//! A literal is checked here, at compile time; any other expression is handed on as it is and
//! checked when the policy is built.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, ExprBinary, ExprRange, Lit, LitFloat, LitInt, RangeLimits, Token, UnOp};

use crate::diag::hint;

const UNITS: [(&str, u64); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// `50%`
pub(crate) struct Percent {
    number: Lit,
    sign: Token![%],
}

impl Percent {
    /// `50 %` ends an argument; `50 % n` is a remainder.
    pub(crate) fn peek(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        (ahead.peek(LitInt) || ahead.peek(LitFloat))
            && ahead.parse::<Lit>().is_ok()
            && ahead.parse::<Token![%]>().is_ok()
            && (ahead.is_empty() || ahead.peek(Token![,]))
    }
}

impl Parse for Percent {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self { number: input.parse()?, sign: input.parse()? })
    }
}

impl ToTokens for Percent {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.number.to_tokens(tokens);
        self.sign.to_tokens(tokens);
    }
}

/// A whole number of at least `least`: a literal, or an expression of type `u32`.
pub(crate) fn count(expr: &Expr, what: &str, least: u32) -> syn::Result<TokenStream> {
    let fail = |message: String| Err(syn::Error::new_spanned(expr, message));
    match expr {
        Expr::Paren(paren) => count(&paren.expr, what, least),
        Expr::Group(group) => count(&group.expr, what, least),
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) if int.suffix().is_empty() || int.suffix() == "u32" => {
                let number: u32 = match int.base10_parse() {
                    Ok(number) => number,
                    Err(_) => return fail(format!("{what} must be at most {}", u32::MAX)),
                };
                if number < least {
                    return fail(format!("{what} must be at least {least}"));
                }
                Ok(int.to_token_stream())
            }
            Lit::Int(int) if is_unit(int.suffix()) => {
                fail(format!("{what} is a number, not a duration; write `{}`", int.base10_digits()))
            }
            Lit::Str(text) if text.value().trim().parse::<u32>().is_ok() => {
                fail(format!("{what} is a number, not text; write `{}`", text.value().trim()))
            }
            _ => fail(format!("{what} must be a whole number, such as `{}`", least.max(3))),
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            fail(format!("{what} must be at least {least}"))
        }
        Expr::Range(_) => fail(format!("{what} is a number, not a range")),
        _ => Ok(expr.to_token_stream()),
    }
}

/// `250ms`, or an expression of type `Duration`.
pub(crate) fn duration(expr: &Expr, what: &str) -> syn::Result<TokenStream> {
    match literal(expr, what)? {
        Some(0) => Err(syn::Error::new_spanned(expr, format!("{what} must be more than zero"))),
        Some(nanos) => Ok(tokens(nanos, expr.span())),
        None => Ok(expr.to_token_stream()),
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

/// `100/1s`: how many in how long, both literals, or an error.
#[cfg_attr(not(test), expect(dead_code, reason = "the rate policy reads it"))]
pub(crate) fn rate(expr: &Expr, what: &str) -> syn::Result<(TokenStream, TokenStream)> {
    match expr {
        Expr::Binary(ExprBinary { left, op: syn::BinOp::Div(_), right, .. }) => {
            Ok((count(left, what, 1)?, duration(right, what)?))
        }
        _ => Err(syn::Error::new_spanned(
            expr,
            format!("{what} is a number per duration, such as `100/1s`"),
        )),
    }
}

/// `50%` as a fraction in (0, 1].
#[cfg_attr(not(test), expect(dead_code, reason = "the rate rules of the breaker read it"))]
pub(crate) fn percentage(percent: &Percent, what: &str) -> syn::Result<f64> {
    let number: f64 = match &percent.number {
        Lit::Int(int) if int.suffix().is_empty() => int.base10_parse()?,
        Lit::Float(float) if float.suffix().is_empty() => float.base10_parse()?,
        other => return Err(syn::Error::new_spanned(other, format!("{what} has no unit but `%`"))),
    };
    if number > 0.0 && number <= 100.0 {
        Ok(number / 100.0)
    } else {
        Err(syn::Error::new_spanned(percent, format!("{what} must be above 0% and at most 100%")))
    }
}

fn is_unit(suffix: &str) -> bool {
    UNITS.iter().any(|(unit, _)| *unit == suffix)
}

/// The nanoseconds of a duration literal; `None` for an expression that is no literal.
fn literal(expr: &Expr, what: &str) -> syn::Result<Option<u64>> {
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
    let Some((_, scale)) = UNITS.iter().find(|(unit, _)| *unit == suffix) else {
        let hint = hint(suffix, UNITS.iter().map(|(unit, _)| *unit));
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
    fn rates_and_percentages() {
        let expr: Expr = parse_str("100/1s").unwrap();
        let (count, per) = rate(&expr, "`rate`").unwrap();
        assert_eq!(count.to_string(), "100");
        assert!(per.to_string().contains("from_secs"));
        for (text, value) in
            [("50%", Some(0.5)), ("0%", None), ("101%", None), ("12.5%", Some(0.125))]
        {
            let percent: Percent = parse_str(text).unwrap();
            assert_eq!(percentage(&percent, "`failure_rate`").ok(), value, "{text}");
        }
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
