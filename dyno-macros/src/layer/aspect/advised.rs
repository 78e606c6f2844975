//! Where pointcuts put their advice: around all that an aspect is.

use std::cell::Cell;

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Ident;

use super::chosen::Choice;
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::layer::Layer;

pub(super) struct Advised {
    at: Ident,
    choice: Choice,
    /// A layer further out takes what is refused inside.
    passes_on: Cell<bool>,
    arguments: Vec<Ident>,
}

impl Advised {
    pub(super) fn new(at: Ident, choice: Choice) -> Self {
        Self { at, choice, passes_on: Cell::new(false), arguments: Vec::new() }
    }
}

impl Layer for Advised {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn encloses(&self) -> bool {
        true
    }
    fn catches(&self) -> bool {
        self.passes_on.get()
    }
    fn passes_on(&self) -> bool {
        self.passes_on.get()
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.choice.check(cx, diag);
        self.arguments = self.choice.named(cx);
        self.passes_on.set(cx.has_refuge());
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, ret, point) = (&cx.private, &cx.ret, cx.point());
        let (arguments, joins) = (&self.arguments, &cx.joins_inside);
        // Nobody else sees a label through what encloses the body.
        let caught = self.passes_on.get() && cx.jumped.replace(false);
        let body = if caught {
            let label = cx.own_refuge(at);
            quote_spanned!(at=> #label: { #p::Ok(#inner) })
        } else {
            inner
        };
        let advised = match &cx.future {
            _ if !cx.is_async => {
                quote_spanned!(at=> #p::advise(&mut __dyno_advised, || #body))
            }
            Some(future) if !caught => {
                quote_spanned!(at=> #p::advise_async(&mut __dyno_advised, #p::pin!(#future)).await)
            }
            _ => {
                quote_spanned!(at=> #p::advise_async(&mut __dyno_advised, #p::pin!(async { #body })).await)
            }
        };
        let site = quote_spanned! {at=>
            #p::advised!(
                __dyno_advised = #p::AdviceSite::new(#point, &[#(#joins),*]) #(, #arguments)*
            );
        };
        if !caught {
            return quote_spanned! {at=> {
                #site
                let __dyno_out = #advised;
                #p::advised_end!(__dyno_advised, &__dyno_out);
                __dyno_out
            }};
        }
        let goes_on = cx.pass_on(at);
        quote_spanned! {at=> {
            #site
            let __dyno_end: #p::Result<#ret, #p::Fault> = #advised;
            match __dyno_end {
                #p::Ok(__dyno_out) => {
                    #p::advised_end!(__dyno_advised, &__dyno_out);
                    __dyno_out
                }
                #p::Err(__dyno_fault) => {
                    #p::advised_end!(__dyno_advised, &#p::Err::<(), _>(&__dyno_fault));
                    #goes_on
                }
            }
        }}
    }
}
