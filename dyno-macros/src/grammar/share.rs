//! Parts of a whole: `50%`, and lists of them.
//!
//! They become an `f64`, of which `1.0` is the whole. A literal is checked here, at compile time; any
//! other expression of type `f64` is handed on as it is and checked when the policy is built.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, Lit, LitFloat, LitInt, Token, UnOp};

use super::args::Value;
use crate::expand::here;

/// `50%`
pub(crate) struct Percent {
    minus: Option<Token![-]>,
    number: Lit,
    sign: Token![%],
}

impl Percent {
    /// `50 %` ends an argument; `50 % n` is a remainder. `50%..` and `50% 60%` are neither, and the
    /// percentage is what is to be said of them.
    pub(crate) fn peek(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        ahead.parse::<Option<Token![-]>>().is_ok()
            && (ahead.peek(LitInt) || ahead.peek(LitFloat))
            && ahead.parse::<Lit>().is_ok()
            && ahead.parse::<Token![%]>().is_ok()
            && (ahead.is_empty()
                || ahead.peek(Token![,])
                || ahead.peek(Token![..])
                || Self::peek(&ahead))
    }
}

impl Parse for Percent {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self { minus: input.parse()?, number: input.parse()?, sign: input.parse()? })
    }
}

impl ToTokens for Percent {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.minus.to_tokens(tokens);
        self.number.to_tokens(tokens);
        self.sign.to_tokens(tokens);
    }
}

impl Percent {
    /// `50.0`; a message about it stands under the whole percentage.
    fn number(&self, what: &str) -> syn::Result<f64> {
        let number: f64 = match &self.number {
            Lit::Int(int) if int.suffix().is_empty() => int.base10_parse()?,
            Lit::Float(float) if float.suffix().is_empty() => float.base10_parse()?,
            other => {
                return Err(syn::Error::new_spanned(other, format!("{what} has no unit but `%`")));
            }
        };
        Ok(if self.minus.is_some() { -number } else { number })
    }
}

/// Which shares are allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// Above nothing, up to all.
    Some,
    /// From nothing to all.
    Any,
    /// Above nothing, below all.
    Part,
}

impl Bounds {
    fn check(self, share: f64) -> Result<(), &'static str> {
        let (fits, allowed) = match self {
            Self::Some => (share > 0.0 && share <= 1.0, "must be above 0% and at most 100%"),
            Self::Any => ((0.0..=1.0).contains(&share), "must be at least 0% and at most 100%"),
            Self::Part => (share > 0.0 && share < 1.0, "must be above 0% and below 100%"),
        };
        if fits { Ok(()) } else { Err(allowed) }
    }
}

/// `50%` or `0.5`, or an expression of type `f64`.
pub(crate) fn share(value: &Value, what: &str, bounds: Bounds) -> syn::Result<TokenStream> {
    match literal(value, what, bounds)? {
        Some(share) => {
            bounds.check(share).map_err(|allowed| error(value, format!("{what} {allowed}")))?;
            Ok(tokens(value, share))
        }
        None => Ok(value.to_token_stream()),
    }
}

/// `[1%, 10%, 50%]`, rising, or an expression of type `&'static [f64]`.
pub(crate) fn rising(value: &Value, what: &str) -> syn::Result<TokenStream> {
    let example = "such as `[1%, 10%, 50%]`";
    let Value::List(bracket, values) = value else {
        return match value {
            Value::Expr(expr)
                if !matches!(expr, Expr::Lit(_) | Expr::Range(_) | Expr::Unary(_)) =>
            {
                Ok(expr.to_token_stream())
            }
            _ => Err(error(value, format!("{what} is a list of rising percentages, {example}"))),
        };
    };
    if values.is_empty() {
        return Err(error(value, format!("{what} is empty; list rising percentages, {example}")));
    }
    let mut errors: Option<syn::Error> = None;
    let mut before: Option<f64> = None;
    let mut shares = Vec::new();
    for value in values {
        let read = share(value, &format!("each share of {what}"), Bounds::Part);
        let now = literal(value, what, Bounds::Part).ok().flatten();
        let read = match (before, now) {
            (Some(before), Some(now)) if read.is_ok() && now <= before => Err(error(
                value,
                format!("{what} must rise: each share is larger than the one before"),
            )),
            _ => read,
        };
        before = now.or(before);
        match read {
            Ok(share) => shares.push(share),
            Err(error) => match &mut errors {
                Some(all) => all.combine(error),
                None => errors = Some(error),
            },
        }
    }
    match errors {
        Some(errors) => Err(errors),
        None => Ok(quote_spanned!(here(bracket.span.join())=> [#(#shares),*])),
    }
}

/// `50%` or `0.5`
pub(crate) fn is_literal(value: &Value) -> bool {
    match value {
        Value::Percent(_) => true,
        Value::Expr(Expr::Lit(lit)) => matches!(lit.lit, Lit::Float(_)),
        _ => false,
    }
}

/// The share that a literal says; `None` for an expression that is no literal.
fn literal(value: &Value, what: &str, bounds: Bounds) -> syn::Result<Option<f64>> {
    match value {
        Value::Percent(percent) => Ok(Some(percent.number(what)? / 100.0)),
        Value::Expr(expr) => in_expr(expr, what, bounds),
        _ => Err(error(value, format!("{what} is a percentage, such as `50%`"))),
    }
}

fn in_expr(expr: &Expr, what: &str, bounds: Bounds) -> syn::Result<Option<f64>> {
    let fail = |message: String| Err(syn::Error::new_spanned(expr, message));
    let lit = match expr {
        Expr::Paren(paren) => return in_expr(&paren.expr, what, bounds),
        Expr::Group(group) => return in_expr(&group.expr, what, bounds),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            return Ok(in_expr(&unary.expr, what, bounds)?.map(|share| -share));
        }
        Expr::Range(_) | Expr::Closure(_) | Expr::Array(_) => {
            return fail(format!("{what} is one percentage, such as `50%`"));
        }
        Expr::Lit(lit) => &lit.lit,
        _ => return Ok(None),
    };
    match lit {
        Lit::Float(float) if matches!(float.suffix(), "" | "f64") => {
            let share: f64 = float.base10_parse()?;
            if share > 1.0 {
                let digits = float.base10_digits();
                let digits = digits.strip_suffix(".0").unwrap_or(digits);
                return fail(format!("{what} is more than all; write `{digits}%`"));
            }
            Ok(Some(share))
        }
        // One part in a hundred, or all?
        Lit::Int(int) if int.to_string() == "1" && bounds != Bounds::Part => {
            fail(format!("{what} is a percentage; write `1%` or `100%`"))
        }
        Lit::Int(int) if int.suffix().is_empty() => {
            fail(format!("{what} is a percentage; write `{}%`", int.base10_digits()))
        }
        Lit::Str(text) if text.value().trim_end().ends_with('%') => {
            fail(format!("{what} is written without quotes: `{}`", text.value().trim()))
        }
        _ => fail(format!("{what} is a percentage, such as `50%`")),
    }
}

fn error(at: &Value, message: String) -> syn::Error {
    syn::Error::new_spanned(at, message)
}

fn tokens(at: &Value, share: f64) -> TokenStream {
    let mut number = Literal::f64_unsuffixed(share);
    number.set_span(here(at.to_token_stream().span()));
    quote!(#number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diag;
    use crate::grammar::{Args, Key};

    /// The value of `key = …`, as an attribute reads it.
    fn value(text: &str) -> Value {
        let keys = [Key::list("key")];
        let args = Args { of: "`#[test]`", positional: 0, keys: &keys, open: false };
        let mut diag = Diag::default();
        let read = args.parse(format!("key = {text}").parse().unwrap(), &mut diag);
        assert!(diag.is_empty(), "{text}");
        read.into_iter().next().unwrap().value
    }

    fn said(read: syn::Result<TokenStream>) -> Result<String, String> {
        read.map(|tokens| tokens.to_string()).map_err(|e| e.to_string())
    }

    #[test]
    fn a_percentage_is_a_share() {
        for (text, is) in [("50%", "0.5"), ("12.5%", "0.125"), ("100%", "1.0"), ("0.25", "0.25")] {
            let read = said(share(&value(text), "`rate`", Bounds::Some));
            assert_eq!(read.as_deref(), Ok(is), "{text}");
        }
        assert_eq!(said(share(&value("RATE"), "`rate`", Bounds::Some)).as_deref(), Ok("RATE"));
        assert_eq!(said(share(&value("0%"), "`jitter`", Bounds::Any)).as_deref(), Ok("0.0"));
    }

    #[test]
    fn wrong_percentages_say_what_to_write() {
        for (text, part) in [
            ("0%", "above 0%"),
            ("-5%", "above 0%"),
            ("101%", "at most 100%"),
            ("50", "write `50%`"),
            ("50.0", "write `50%`"),
            ("1", "write `1%` or `100%`"),
            ("-0.5", "above 0%"),
            ("\"50%\"", "without quotes: `50%`"),
            ("50s", "such as `50%`"),
            ("50ms%", "no unit but `%`"),
            ("1..2", "one percentage"),
            ("[1%]", "is a percentage"),
        ] {
            let error = said(share(&value(text), "`rate`", Bounds::Some)).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_list_rises() {
        let read = |text: &str| said(rising(&value(text), "`recover`"));
        assert_eq!(read("[1%, FIRST, 50%,]").as_deref(), Ok("[0.01 , FIRST , 0.5]"));
        assert_eq!(read("STAGES").as_deref(), Ok("STAGES"));
        for (text, part) in [
            ("[]", "is empty"),
            ("10%", "is a list"),
            ("0.5", "is a list"),
            ("[0%]", "above 0%"),
            ("[50%, 100%]", "below 100%"),
            ("[10%, 10%]", "must rise"),
            ("[10%, X, 5%]", "must rise"),
            ("[5]", "write `5%`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert_eq!(rising(&value("[0%, 2, 1%]"), "`recover`").unwrap_err().into_iter().count(), 2);
    }
}
