//! `#[aspect(before = f, after = g, around = h)]`: what runs at the join point, known statically.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Ident};

use super::{Common, Layer, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::{Args, Key};

pub(crate) struct Aspect {
    at: Ident,
    before: Option<Expr>,
    after: Option<Expr>,
    around: Option<Expr>,
}

const OWN: [Key; 3] = [Key::value("before"), Key::value("after"), Key::value("around")];

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = keys(&[&OWN]);
    let read =
        Args { of: "`#[aspect]`", positional: 0, keys: &keys, open: false }.parse(args, diag);
    let mut aspect = Aspect { at: at.clone(), before: None, after: None, around: None };
    let mut failed = !diag.is_empty();
    for arg in read {
        if common.take(&arg, diag) {
            continue;
        }
        let Some(key) = &arg.key else { continue };
        let expr = arg.expr(&format!("`{key}`"), diag).cloned();
        failed |= expr.is_none();
        match key.to_string().as_str() {
            "before" => aspect.before = expr,
            "after" => aspect.after = expr,
            _ => {
                if let Some(Expr::Await(wait)) = &expr {
                    diag.error(wait.await_token, "in an async function `around` is awaited by itself; write it without `.await`");
                }
                aspect.around = expr;
            }
        }
    }
    let idle = aspect.before.is_none() && aspect.after.is_none() && aspect.around.is_none();
    if idle && !failed {
        diag.error(at, "this aspect has no advice; give `before = f`, `after = g` or `around = h`");
    }
    vec![Box::new(aspect)]
}

/// The advice, and whether it is to be awaited: `before = audit.await`.
fn awaited(expr: &Expr) -> (&Expr, bool) {
    match expr {
        Expr::Await(wait) => (&wait.base, true),
        other => (other, false),
    }
}

impl Aspect {
    /// A function or closure is called with `args`; any other expression is run as it stands.
    fn advice(expr: Option<&Expr>, args: &TokenStream) -> Option<TokenStream> {
        let (advice, waits) = awaited(expr?);
        let at = here(syn::spanned::Spanned::span(advice));
        let wait = waits.then(|| quote_spanned!(at=> .await));
        Some(match advice {
            Expr::Path(_) | Expr::Closure(_) | Expr::Field(_) => {
                quote_spanned!(at=> (#advice)(#args)#wait;)
            }
            _ => quote_spanned!(at=> #advice #wait;),
        })
    }
}

impl Layer for Aspect {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn encloses(&self) -> bool {
        self.around.is_some()
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, point) = (&cx.private, cx.point());
        let join = quote_spanned!(at=> &__dyno_join);
        let before = Self::advice(self.before.as_ref(), &join);
        let after = Self::advice(self.after.as_ref(), &quote_spanned!(at=> #join, &__dyno_out));
        let call = match self.around.as_ref().map(|expr| awaited(expr).0) {
            None => inner,
            Some(around) if cx.is_async => {
                quote_spanned!(at=> (#around)(#join, async { #inner }).await)
            }
            Some(around) => quote_spanned!(at=> (#around)(#join, || #inner)),
        };
        quote_spanned! {at=> {
            let __dyno_join = #p::JoinPoint::new(#point);
            #before
            let __dyno_out = #call;
            #after
            __dyno_out
        }}
    }
}
