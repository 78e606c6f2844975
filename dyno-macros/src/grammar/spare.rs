//! What a value too many was meant for.

use quote::ToTokens;
use syn::{Expr, Lit};

use super::args::{Arg, Key, Value};
use super::value::number;
use crate::diag::closest;

/// What to write in place of `value`, which reads `text` and for which there is no room behind
/// `before`; `None` where nothing is likely.
pub(super) fn meant(text: &str, value: &Value, before: &[Arg], keys: &[Key]) -> Option<String> {
    let knows = |name: &str| keys.iter().any(|key| key.name == name);
    let first = before.iter().find(|arg| arg.key.is_none()).map(|arg| &arg.value);
    if first.is_none() && is_text(value) && knows("name") {
        return Some(format!("the point is called so by `name = {text}`"));
    }
    let (Some(Value::Expr(first)), Value::Expr(value)) = (first, value) else { return None };
    if knows("with") {
        return Some("for a chain write a list: `[…, …]`".to_owned());
    }
    if is_formatted(first) {
        return Some("an argument is written within the text, by its name: `{sku}`".to_owned());
    }
    if matches!(value, Expr::Path(_)) {
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        if let Some(key) = closest(text, &names) {
            return Some(format!("did you mean `{key}`?"));
        }
    }
    let is_place = matches!(value, Expr::Path(_) | Expr::Field(_) | Expr::Reference(_));
    if is_place && knows("key") && matches!(first, Expr::Path(_) | Expr::Array(_)) {
        return Some(format!("calls of one key are told by `key = {text}`"));
    }
    let key = match value {
        Expr::Binary(_) if knows("rate") => "rate",
        _ if number(value).is_some() && knows("fail_max") => "fail_max",
        _ if number(value).is_some() && knows("size") => "size",
        _ if number(value).is_some() && knows("queue") => "limit",
        _ => return None,
    };
    match first {
        Expr::Path(_) => {
            let of = first.to_token_stream();
            Some(format!("`{of}` has its settings where it is defined: leave this out"))
        }
        Expr::Lit(lit) if matches!(lit.lit, Lit::Str(_)) => Some(format!("write `{key} = {text}`")),
        _ => None,
    }
}

/// A text with a place for something in it.
fn is_formatted(expr: &Expr) -> bool {
    let Expr::Lit(lit) = expr else { return false };
    matches!(&lit.lit, Lit::Str(text) if text.value().contains('{'))
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::Expr(Expr::Lit(lit)) if matches!(lit.lit, Lit::Str(_)))
}
