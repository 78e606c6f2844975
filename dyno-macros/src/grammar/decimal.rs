//! Numbers with a fraction, as a person writes them.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Lit, UnOp};

/// A number above `floor` and at most `most`: a literal, or an expression of type `f64`; `low` is what
/// is said of one that is not above.
pub(crate) fn decimal(
    expr: &Expr,
    what: &str,
    (floor, low): (f64, &str),
    most: f64,
) -> syn::Result<TokenStream> {
    let wrong = |message: &str| Err(syn::Error::new_spanned(expr, format!("{what} {message}")));
    match expr {
        Expr::Paren(paren) => decimal(&paren.expr, what, (floor, low), most),
        Expr::Group(group) => decimal(&group.expr, what, (floor, low), most),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => wrong("cannot be negative"),
        Expr::Lit(lit) => {
            let number: f64 = match &lit.lit {
                Lit::Int(int) if int.suffix().is_empty() => int.base10_parse()?,
                Lit::Float(float) if matches!(float.suffix(), "" | "f64") => {
                    float.base10_parse()?
                }
                _ => return wrong("is a number, such as `2` or `1.5`"),
            };
            if number <= floor {
                return wrong(low);
            }
            if number > most {
                return wrong(&format!("must be at most {most}"));
            }
            let number = proc_macro2::Literal::f64_unsuffixed(number);
            Ok(quote_spanned!(Span::mixed_site().located_at(expr.span())=> #number))
        }
        Expr::Range(_) | Expr::Closure(_) | Expr::Array(_) => {
            wrong("is a number, such as `2` or `1.5`")
        }
        _ => Ok(expr.to_token_stream()),
    }
}
