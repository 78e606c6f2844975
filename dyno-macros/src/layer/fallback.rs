//! `#[fallback(|error| …)]` or `#[fallback(value)]`: what stands in when the call fails.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use super::{Common, Layer, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::Args;

pub(crate) struct Fallback {
    at: Ident,
    expr: Expr,
}

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = keys(&[]);
    let read =
        Args { of: "`#[fallback]`", positional: 1, keys: &keys, open: false }.parse(args, diag);
    let mut found = None;
    for arg in read {
        if common.take(&arg, diag) {
            continue;
        }
        found = arg.expr("the fallback", diag).cloned().or(found);
    }
    match found {
        Some(expr) => vec![Box::new(Fallback::new(at, expr))],
        None => {
            if diag.is_empty() {
                diag.error(
                    at,
                    "`#[fallback]` needs what stands in: a value, or a closure that gets the error, such as `#[fallback(|_| Ok(0))]`",
                );
            }
            Vec::new()
        }
    }
}

impl Fallback {
    pub(crate) fn new(at: &Ident, expr: Expr) -> Self {
        Self { at: Ident::new("fallback", at.span()), expr }
    }
}

/// The closure called with `error`, awaited when it is an async one.
pub(super) fn called(expr: &Expr, error: &TokenStream, cx: &Context) -> TokenStream {
    let at = here(expr.span());
    let waits = matches!(expr, Expr::Closure(closure) if closure.asyncness.is_some());
    if !(waits && cx.is_async) {
        return cx.with(error, expr, &cx.ret);
    }
    let made = cx.with(error, expr, &syn::parse_quote!(_));
    quote_spanned!(at=> #made.await)
}

impl Layer for Fallback {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn catches(&self) -> bool {
        true
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, point) = (&cx.private, cx.point());
        let out = quote_spanned!(at=> __dyno_out);
        let split = cx.of_return("Outcome", "split", &out);
        let jumped = cx.jumped.replace(false);
        let is_closure = matches!(self.expr, Expr::Closure(_));
        if !is_closure {
            let (expr, failure) =
                (&self.expr, cx.of_return("Outcome", "failure", &quote_spanned!(at=> &#out)));
            let ends = if jumped {
                quote_spanned!(at=> '__dyno_refused: { #p::Ok(#inner) })
            } else {
                quote_spanned!(at=> #p::Ok::<_, #p::Fault>(#inner))
            };
            return quote_spanned! {at=> {
                let __dyno_end: #p::Result<_, #p::Fault> = #ends;
                match __dyno_end {
                    #p::Ok(__dyno_out) if #p::Option::is_none(&#failure) => __dyno_out,
                    __dyno_end => {
                        #p::fell_back(#point, #p::Result::is_err(&__dyno_end));
                        #p::give_up(__dyno_end);
                        #expr
                    }
                }
            }};
        }
        let failed = called(&self.expr, &quote_spanned!(at=> __dyno_error), cx);
        let split = quote_spanned! {at=>
            match #split {
                #p::Ok(__dyno_out) => __dyno_out,
                #p::Err(__dyno_error) => {
                    #p::fell_back(#point, false);
                    #failed
                }
            }
        };
        if !jumped {
            return quote_spanned! {at=> {
                let __dyno_out = #inner;
                #split
            }};
        }
        let ret = &cx.ret;
        let error = quote_spanned!(at=> <#ret as #p::Outcome>::Failure);
        let lifted = quote_spanned!(at=> (&#p::Lift::<#error>::new()).lift(__dyno_fault));
        let refused = called(&self.expr, &quote_spanned!(at=> __dyno_error), cx);
        quote_spanned! {at=> {
            let __dyno_end: #p::Result<_, #p::Fault> = '__dyno_refused: { #p::Ok(#inner) };
            match __dyno_end {
                #p::Ok(__dyno_out) => #split,
                #p::Err(__dyno_fault) => {
                    use #p::{LiftInto as _, LiftKeep as _};
                    #p::fell_back(#point, true);
                    let __dyno_error = #lifted;
                    #refused
                }
            }
        }}
    }
}
