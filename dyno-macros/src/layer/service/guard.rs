//! What an attempt of a preset passes: the rate, the target or its breaker, a place.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, Ident};

use super::balance;
use super::call::takes_call;
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::Failures;
use crate::layer::Layer;
use crate::layer::which::lent;

/// The label of a block, and what leaves it with the value that says why.
fn leave(fault: &TokenStream, at: Span, cx: &Context) -> (TokenStream, TokenStream) {
    let refuse = cx.refuse(fault);
    if cx.has_refuge() {
        return (TokenStream::new(), refuse);
    }
    let label = cx.label("passed", at);
    (quote_spanned!(at=> #label:), quote_spanned!(at=> break #label #refuse))
}

/// Leave by the rate.
pub(super) struct Rate {
    pub(super) at: Ident,
}

impl Layer for Rate {
    fn at(&self) -> &Ident {
        &self.at
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let entry = if cx.is_async {
            quote_spanned!(at=> #p::Service::enter_rate_async(__dyno_service).await)
        } else {
            quote_spanned!(at=> #p::Service::enter_rate(__dyno_service))
        };
        let fault = quote_spanned!(at=> #p::TurnedAway::fault(__dyno_refusal));
        let (label, leave) = leave(&fault, at, cx);
        quote_spanned! {at=> #label {
            if let #p::Err(__dyno_refusal) = #entry { #leave; }
            #inner
        }}
    }
}

/// A target where the service balances, and its own breaker where it has one.
pub(super) struct Guard {
    at: Ident,
    /// Calls of the same key go to the same target.
    key: Option<Expr>,
    failures: Failures,
    /// The function is told which target it is.
    told: bool,
}

impl Guard {
    pub(super) fn new(at: &Ident, key: Option<Expr>, failures: Failures) -> Self {
        Self { at: at.clone(), key, failures, told: false }
    }

    fn picked(&self, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        match self.key.as_ref().map(lent) {
            None => quote_spanned!(at=> #p::Service::pick(__dyno_service, &__dyno_tried)),
            Some(key) => {
                quote_spanned!(at=> #p::Service::pick_for(__dyno_service, #key, &__dyno_tried))
            }
        }
    }
}

impl Layer for Guard {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn inspects(&self) -> bool {
        true
    }
    fn counts(&self) -> bool {
        true
    }

    fn prepare(&mut self, cx: &mut Context, _diag: &mut Diag) {
        self.told = takes_call(cx);
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let picked = self.picked(cx);
        let fault = quote_spanned!(at=> __dyno_fault);
        let (label, leave) = leave(&fault, at, cx);
        let target = self.told.then(|| {
            quote_spanned! {at=>
                let __dyno_target = #p::Option::map(__dyno_pick.as_ref(), |__dyno_pick| {
                    #p::Arc::clone(#p::Pick::target(__dyno_pick))
                });
            }
        });
        let failure = Failures::failure(at, cx);
        let verdict = self.failures.verdict(&quote_spanned!(at=> __dyno_failure), at, cx);
        let failed = Failures::told(at, cx);
        let (note, late) = cx.note_of_late(at);
        let refuse = cx.refuse(&fault);
        let ready = if cx.is_async {
            let unresolved = quote_spanned!(at=> #p::Service::unresolved(__dyno_service));
            balance::ready(&unresolved, &leave, at, cx)
        } else {
            TokenStream::new()
        };
        quote_spanned! {at=> #label {
            #ready
            let __dyno_pick = match #picked {
                #p::Ok(__dyno_pick) => __dyno_pick,
                #p::Err(__dyno_fault) => #leave,
            };
            let __dyno_entry = #p::Service::enter_breaker(__dyno_service);
            let __dyno_permit = match #p::Result::map_err(__dyno_entry, #p::Refused::fault) {
                #p::Ok(__dyno_permit) => __dyno_permit,
                #p::Err(__dyno_fault) => #leave,
            };
            #target
            #note
            let __dyno_out = #inner;
            let __dyno_failure = #failure;
            let __dyno_verdict = #verdict;
            let mut __dyno_tripped = #p::None;
            if let #p::Some(__dyno_permit) = __dyno_permit {
                __dyno_tripped = #p::settle!(
                    __dyno_permit, __dyno_verdict, __dyno_out, #failed #late
                );
            }
            if let #p::Some(__dyno_pick) = __dyno_pick {
                __dyno_tripped = #p::settled!(
                    __dyno_pick, __dyno_verdict, __dyno_out, #failed #late
                );
            }
            if let #p::Some(__dyno_fault) = __dyno_tripped { #refuse } else { __dyno_out }
        }}
    }
}

/// A place in the bulkhead.
pub(super) struct Place {
    pub(super) at: Ident,
}

impl Layer for Place {
    fn at(&self) -> &Ident {
        &self.at
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let target = quote_spanned! {at=>
            #p::Option::map(__dyno_pick.as_ref(), |__dyno_pick| &**#p::Pick::target(__dyno_pick))
        };
        let entry = if cx.is_async {
            quote_spanned!(at=> #p::Service::enter_bulkhead_async(__dyno_service, #target).await)
        } else {
            quote_spanned!(at=> #p::Service::enter_bulkhead(__dyno_service, #target))
        };
        let (label, leave) = leave(&quote_spanned!(at=> __dyno_fault), at, cx);
        quote_spanned! {at=> #label {
            let __dyno_place = match #entry {
                #p::Ok(__dyno_place) => __dyno_place,
                #p::Err(__dyno_fault) => #leave,
            };
            let __dyno_out = #inner;
            __dyno_out
        }}
    }
}
