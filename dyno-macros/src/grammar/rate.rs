//! `100/1s`: how many in how long.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{BinOp, Expr, ExprBinary, Lit};

use super::value::{self, count, duration};

/// How many, and how long, each a literal or an expression.
pub(crate) fn rate(expr: &Expr, what: &str) -> syn::Result<(TokenStream, TokenStream)> {
    let example = "such as `100/1s`";
    let fail = |at: &dyn ToTokens, message: String| {
        Err(syn::Error::new_spanned(at.to_token_stream(), message))
    };
    let (left, right) = match expr {
        Expr::Paren(paren) => return rate(&paren.expr, what),
        Expr::Group(group) => return rate(&group.expr, what),
        Expr::Binary(ExprBinary { left, op: BinOp::Div(_), right, .. }) => (left, right),
        Expr::Lit(lit) => {
            return match &lit.lit {
                Lit::Str(text) if is_text(&text.value()) => fail(
                    expr,
                    format!("{what} is written without quotes: `{}`", unquoted(&text.value())),
                ),
                _ if is_time(expr) => {
                    let text = expr.to_token_stream();
                    fail(
                        expr,
                        format!(
                            "{what} is a number per duration; write how many calls in it, such as `100/{text}`"
                        ),
                    )
                }
                Lit::Int(int) if int.suffix().is_empty() => fail(
                    expr,
                    format!(
                        "{what} is a number per duration; write in how long, such as `{int}/1s`"
                    ),
                ),
                _ => fail(expr, format!("{what} is a number per duration, {example}")),
            };
        }
        _ => return fail(expr, format!("{what} is a number per duration, {example}")),
    };
    if is_time(left) && value::number(right).is_some() {
        let (time, number) = (left.to_token_stream(), right.to_token_stream());
        return fail(expr, format!("{what} is a number per duration; write `{number}/{time}`"));
    }
    if let Some(unit) = lone_unit(right) {
        return fail(
            right,
            format!("{what} says how long as well; write `{}/1{unit}`", left.to_token_stream()),
        );
    }
    Ok((
        count(left, &format!("the number of calls of {what}"), 1)?,
        duration(right, &format!("the period of {what}"))?,
    ))
}

/// A rate in quotes, which is no name.
pub(crate) fn is_text(text: &str) -> bool {
    let Some((calls, per)) = text.split_once('/') else { return false };
    let unit = per.trim().trim_start_matches(|c: char| c.is_ascii_digit());
    calls.trim().parse::<u32>().is_ok() && value::is_unit(unit)
}

/// `100/1s` of `100 / s`
fn unquoted(text: &str) -> String {
    let (calls, per) = text.split_once('/').unwrap_or((text, ""));
    let (calls, per) = (calls.trim(), per.trim());
    let one = if per.starts_with(|c: char| c.is_ascii_digit()) { "" } else { "1" };
    format!("{calls}/{one}{per}")
}

/// `1s`
fn is_time(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) => value::is_unit(int.suffix()),
            Lit::Float(float) => value::is_unit(float.suffix()),
            _ => false,
        },
        _ => false,
    }
}

/// The `s` of `100/s`.
fn lone_unit(expr: &Expr) -> Option<String> {
    let Expr::Path(path) = expr else { return None };
    let word = path.path.get_ident()?.to_string();
    value::is_unit(&word).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<String, String> {
        let expr: Expr = syn::parse_str(text).map_err(|error| error.to_string())?;
        let read = rate(&expr, "`rate`").map_err(|error| error.to_string())?;
        Ok(format!("{} in {}", read.0, read.1.to_string().replace(' ', "")))
    }

    #[test]
    fn rates_are_a_number_per_duration() {
        let second = "::core::time::Duration::from_secs(1)";
        assert_eq!(of("100/1s"), Ok(format!("100 in {second}")));
        assert_eq!(of("(100 / 1s)"), Ok(format!("100 in {second}")));
        assert_eq!(of("CALLS / PERIOD"), Ok("CALLS in PERIOD".to_owned()));
    }

    #[test]
    fn wrong_rates_say_what_to_write() {
        for (text, part) in [
            ("100", "such as `100/1s`"),
            ("1s", "such as `100/1s`"),
            ("\"100/1s\"", "without quotes: `100/1s`"),
            ("\"100/s\"", "without quotes: `100/1s`"),
            ("100/s", "write `100/1s`"),
            ("1s/100", "write `100/1s`"),
            ("100/1", "no unit; write `1ms` or `1s`"),
            ("0/1s", "must be at least 1"),
            ("100/0s", "must be more than zero"),
            ("0.5/1s", "whole number"),
            ("1..2", "such as `100/1s`"),
            ("100 * 1s", "such as `100/1s`"),
            ("CALLS", "such as `100/1s`"),
        ] {
            let error = of(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
