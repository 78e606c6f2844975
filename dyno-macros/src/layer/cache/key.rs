//! What a value is kept under: the arguments, lent.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, FnArg, Ident, Pat, Type};

use crate::diag::Diag;
use crate::expand::{Context, here, located};
use crate::layer::inject::plain;

/// The parts of a key, each a `&T`.
pub(super) fn parts(key: Option<&Expr>, at: Span, cx: &Context, diag: &mut Diag) -> TokenStream {
    let parts: Vec<TokenStream> = match key {
        Some(Expr::Tuple(tuple)) => tuple.elems.iter().map(|expr| part(expr, cx)).collect(),
        Some(expr) => vec![part(expr, cx)],
        None => all(cx, diag),
    };
    let at = here(key.map_or(at, Spanned::span));
    match parts.as_slice() {
        [one] => one.clone(),
        parts => quote_spanned!(at=> (#(#parts),*)),
    }
}

/// Every argument.
fn all(cx: &Context, diag: &mut Diag) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    for input in &cx.sig.inputs {
        match input {
            FnArg::Receiver(receiver) => diag.error(
                receiver,
                "of `self`, what makes a difference belongs to the key: choose it by `key = (self.id, …)`, or leave it out",
            ),
            FnArg::Typed(arg) => match &*arg.pat {
                Pat::Wild(_) => {}
                Pat::Ident(pat) => {
                    if borrows_within(&arg.ty) {
                        diag.error(
                            &arg.ty,
                            format!("`{}` borrows, so it cannot be kept as it is; choose what it is kept under by `key = (…)`, such as `{}.to_owned()`", pat.ident, pat.ident),
                        );
                    }
                    parts.push(of_argument(&pat.ident, &arg.ty, pat.ident.span(), cx));
                }
                other => diag.error(
                    other,
                    "this pattern has no name to be kept under; name the argument and take it apart in the body, or leave it out of the key by `key = (…)`",
                ),
            },
        }
    }
    parts
}

/// An expression of the user's; a lone argument as if it was not chosen.
fn part(expr: &Expr, cx: &Context) -> TokenStream {
    let at = here(expr.span());
    if let Some((name, ty)) = argument(expr, cx) {
        return of_argument(&name, ty, expr.span(), cx);
    }
    let p = &cx.private;
    quote_spanned!(at=> #p::lend(#p::part!(#expr)))
}

fn argument<'a>(expr: &Expr, cx: &'a Context) -> Option<(Ident, &'a Type)> {
    let Expr::Path(path) = expr else { return None };
    let name = path.path.get_ident()?;
    let ty = cx.sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(arg) if matches!(&*arg.pat, Pat::Ident(pat) if pat.ident == *name) => {
            Some(&*arg.ty)
        }
        _ => None,
    })?;
    Some((name.clone(), ty))
}

/// What cannot be a part of a key is told under it.
fn of_argument(name: &Ident, ty: &Type, at: Span, cx: &Context) -> TokenStream {
    let at = here(at);
    let p = located(cx.private.clone(), at);
    match plain(ty) {
        Type::Reference(reference) if reference.mutability.is_some() => {
            quote_spanned!(at=> #p::lend(&*#name))
        }
        Type::Reference(_) => quote_spanned!(at=> #p::lend(#name)),
        _ => quote_spanned!(at=> #p::lend(&#name)),
    }
}

/// `Option<&str>`, `Cow<'a, str>`: what would be kept is a borrow. `&str` is not: its text is kept.
fn borrows_within(ty: &Type) -> bool {
    match plain(ty) {
        Type::Reference(reference) => borrows(&reference.elem),
        other => borrows(other),
    }
}

/// `true` when the type says that it borrows, for less than the life of the program.
pub(super) fn borrows(ty: &impl ToTokens) -> bool {
    fn within(tokens: TokenStream) -> bool {
        let mut trees = tokens.into_iter().peekable();
        while let Some(tree) = trees.next() {
            match tree {
                TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                    let name = trees.next();
                    if !matches!(&name, Some(TokenTree::Ident(name)) if name == "static") {
                        return true;
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == '&' => {
                    let named = matches!(trees.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '\'');
                    if !named {
                        return true;
                    }
                }
                TokenTree::Group(group) if within(group.stream()) => return true,
                _ => {}
            }
        }
        false
    }
    within(ty.to_token_stream())
}
