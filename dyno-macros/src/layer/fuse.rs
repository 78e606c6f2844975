//! `#[fuse]`, `#[fuse("beta-search")]`, `#[fuse(BETA)]`: a switch, which looks at no outcome.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Ident};

use super::which::{Which, Words, lent};
use super::{Common, Fallback, Layer, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::{Args, Key};

pub(crate) struct Fuse {
    at: Ident,
    which: Which,
    starts_off: bool,
}

const OWN: [Key; 2] = [Key::flag("off"), Key::value("fallback")];
const WORDS: Words = Words { what: "fuse", name: "\"beta-search\"", path: "BETA" };

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = keys(&[&OWN]);
    let read = Args { of: "`#[fuse]`", positional: 1, keys: &keys, open: false }.parse(args, diag);
    let mut fuse = Fuse { at: at.clone(), which: Which::Own, starts_off: false };
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    for arg in read {
        if common.take(&arg, diag) {
            continue;
        }
        let Some(key) = &arg.key else {
            if let Some(expr) = arg.expr("the fuse", diag) {
                fuse.which = Which::read(expr, &WORDS, diag);
            }
            continue;
        };
        if key == "fallback" {
            if let Some(expr) = arg.expr("`fallback`", diag) {
                layers.push(Box::new(Fallback::new(key, expr.clone())));
            }
        } else if let Some(of) = fuse.which.of_static() {
            diag.error(key, format!("`{of}` starts as it is defined; say `.off()` there"));
        } else {
            fuse.starts_off = true;
        }
    }
    layers.push(Box::new(fuse));
    layers
}

impl Fuse {
    /// What stands before the call, and the expression that names the fuse.
    fn fuse(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let (p, starts_off) = (&cx.private, self.starts_off);
        match &self.which {
            Which::Static(of @ Expr::Path(_)) => {
                let of = lent(of);
                (TokenStream::new(), quote_spanned!(at=> #p::Fuse::list(#of)))
            }
            Which::Static(of) => (TokenStream::new(), lent(of)),
            Which::Named(name) => (
                quote_spanned! {at=>
                    static __DYNO_FUSE: #p::SharedFuse = #p::SharedFuse::new(#name, #starts_off);
                },
                quote_spanned!(at=> #p::SharedFuse::get(&__DYNO_FUSE)),
            ),
            Which::Own => {
                let point = cx.point();
                let off = starts_off.then(|| quote_spanned!(at=> .off()));
                (
                    quote_spanned!(at=> static __DYNO_FUSE: #p::Fuse = #p::Fuse::of(#point)#off;),
                    quote_spanned!(at=> #p::Fuse::list(&__DYNO_FUSE)),
                )
            }
        }
    }
}

impl Layer for Fuse {
    fn at(&self) -> &Ident {
        &self.at
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let (statics, fuse) = self.fuse(cx);
        let refuse = cx.refuse(&quote_spanned!(at=> __dyno_fault));
        quote_spanned! {at=> {
            #statics
            let __dyno_entry = #p::Fuse::check(#fuse);
            match __dyno_entry {
                #p::Ok(()) => #inner,
                #p::Err(__dyno_fault) => #refuse,
            }
        }}
    }
}
