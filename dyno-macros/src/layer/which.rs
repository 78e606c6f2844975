//! Which one a policy is: its own, one by name, or a static.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Lit, LitStr};

use super::Said;
use crate::diag::{Diag, closest};
use crate::expand::{Context, here};
use crate::grammar::Key;

/// Which breaker, which fuse.
pub(crate) enum Which {
    /// One for this function.
    Own,
    /// One for all who say this name.
    Named(LitStr),
    /// A static of the user's, or another place that has one.
    Static(Expr),
}

/// How messages speak of it.
pub(crate) struct Words {
    /// `breaker`
    pub(crate) what: &'static str,
    /// `"db"`
    pub(crate) name: &'static str,
    /// `DB`
    pub(crate) path: &'static str,
}

impl Words {
    fn neither(&self) -> String {
        let Self { what, name, path } = self;
        format!("a {what} is a name such as `{name}`, or a static such as `{path}`")
    }
}

impl Which {
    /// Reads the value without a key.
    pub(crate) fn read(expr: &Expr, words: &Words, diag: &mut Diag) -> Self {
        let what = words.what;
        match expr {
            Expr::Lit(lit) => match &lit.lit {
                Lit::Str(name) if !name.value().is_empty() => return Self::Named(name.clone()),
                Lit::Str(name) => {
                    diag.error(name, format!("the name of a {what} is not empty"));
                    return Self::Own;
                }
                _ => {}
            },
            _ if is_place(expr) => return Self::Static(expr.clone()),
            _ => {}
        }
        diag.error(expr, words.neither());
        Self::Own
    }

    /// A lone word in lower case is no static.
    pub(crate) fn check(
        &self,
        said: &Said,
        words: &Words,
        keys: &[Key],
        cx: &Context,
        diag: &mut Diag,
    ) {
        if let Self::Static(expr) = self {
            check_word(expr, said, &words.neither(), keys, cx, diag);
        }
    }

    /// The static, when it is one.
    pub(crate) fn of_static(&self) -> Option<TokenStream> {
        match self {
            Self::Static(of) => Some(of.to_token_stream()),
            _ => None,
        }
    }
}

/// A lone word in lower case is most likely a key of `what`, unless the function has such a
/// parameter; what it should be is said by `else_say`.
pub(crate) fn check_word(
    expr: &Expr,
    what: &Said,
    else_say: &str,
    keys: &[Key],
    cx: &Context,
    diag: &mut Diag,
) {
    let Expr::Path(path) = expr else { return };
    let Some(word) = path.path.get_ident().filter(|_| path.qself.is_none()) else { return };
    let text = word.to_string();
    if text.chars().any(char::is_uppercase) || cx.has_value(word) {
        return;
    }
    let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
    match closest(&text, &known) {
        Some(near) => {
            let what = what.quoted();
            diag.error(word, format!("{what} has no key `{text}`; did you mean `{near}`?"));
        }
        None => diag.error(word, else_say),
    }
}

/// An expression that may be the path of a static, or lead to one.
pub(crate) fn is_place(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Path(_) | Expr::Field(_) | Expr::Call(_) | Expr::MethodCall(_) | Expr::Reference(_)
    )
}

/// `&(expr)`, of which the compiler speaks under the user's token.
pub(crate) fn lent(expr: &Expr) -> TokenStream {
    let at = here(expr.span());
    match expr {
        Expr::Path(_) | Expr::Field(_) | Expr::Lit(_) => quote_spanned!(at=> &#expr),
        _ => quote_spanned!(at=> &(#expr)),
    }
}
