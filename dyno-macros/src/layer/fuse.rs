//! `#[fuse]`, `#[fuse("beta-search")]`, `#[fuse(BETA)]`: a switch, which looks at no outcome.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Ident};

use super::fallback::called;
use super::which::{Which, Words, lent};
use super::{Common, Layer, Said, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::{Args, Key};

pub(crate) struct Fuse {
    at: Ident,
    said: Said,
    which: Which,
    starts_off: bool,
    /// What stands in while it is off; what the function itself fails with is let through.
    fallback: Option<Expr>,
}

const OWN: [Key; 2] = [Key::flag("off"), Key::value("fallback")];
const WORDS: Words = Words { what: "fuse", name: "\"beta-search\"", path: "BETA" };

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let said = common.said(at);
    let keys = keys(&[&OWN]);
    let read =
        Args { of: &said.quoted(), positional: 1, keys: &keys, open: false }.parse(args, diag);
    let mut fuse =
        Fuse { at: at.clone(), said, which: Which::Own, starts_off: false, fallback: None };
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
            fuse.fallback = arg.expr("`fallback`", diag).cloned();
            if let Some(Expr::Array(list)) = &fuse.fallback {
                diag.error(
                    list,
                    "a fuse has one stand-in; put `#[fallback([…])]` above it for a chain",
                );
            }
        } else if let Some(of) = fuse.which.of_static() {
            diag.error(key, format!("`{of}` starts as it is defined; say `.off()` there"));
        } else {
            fuse.starts_off = true;
        }
    }
    vec![Box::new(fuse)]
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

    /// What the caller gets while it is off. A stand-in is a value of the function's own type, so
    /// nothing is asked of that type.
    fn instead(&self, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let fault = quote_spanned!(at=> __dyno_fault);
        let Some(expr) = &self.fallback else {
            let refuse = cx.refuse(&fault);
            return quote_spanned!(at=> #p::Err(__dyno_fault) => #refuse,);
        };
        let point = cx.point();
        let (fault, stands_in) = match expr {
            Expr::Closure(_) => (fault.clone(), called(expr, &fault, cx)),
            _ => (quote_spanned!(at=> _), quote_spanned!(at=> #expr)),
        };
        quote_spanned! {at=>
            #p::Err(#fault) => {
                #p::fell_back(#point, true);
                #stands_in
            }
        }
    }
}

impl Layer for Fuse {
    fn at(&self) -> &Ident {
        &self.at
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.which.check(&self.said, &WORDS, &keys(&[&OWN]), cx, diag);
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let (statics, fuse) = self.fuse(cx);
        let instead = self.instead(cx);
        quote_spanned! {at=> {
            #statics
            let __dyno_entry = #p::Fuse::check(#fuse);
            match __dyno_entry {
                #p::Ok(()) => #inner,
                #instead
            }
        }}
    }
}
