//! `#[fallback(|error| …)]`, `#[fallback([first, second])]`, `#[fallback(only = …, with = …)]`: what
//! stands in when the call fails.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use super::{Common, Layer};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::{Args, Failures, Key, failures};

pub(crate) struct Fallback {
    at: Ident,
    /// Each stands in for the one before it.
    chain: Vec<Expr>,
    failures: Failures,
}

const OWN: [Key; 1] = [Key::value("with")];

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let said = common.said(at);
    let keys = common.keys(&[&OWN, &failures::KEYS]);
    let before = diag.is_empty();
    let read =
        Args { of: &said.quoted(), positional: 1, keys: &keys, open: false }.parse(args, diag);
    let mut failures = Failures::default();
    let mut found: Option<Expr> = None;
    for arg in read {
        if common.take(&arg, diag) || failures.take(&arg, diag) {
            continue;
        }
        if found.is_some() {
            let list = said.with("[first, second]");
            diag.error_at(
                arg.span(),
                format!("what stands in is given twice; a chain is a list: {list}"),
            );
        }
        found = arg.expr("the fallback", diag).cloned().or(found);
    }
    let Some(expr) = found else {
        if before && diag.is_empty() {
            let how = if failures.is_all() {
                said.with("|_| Ok(0)")
            } else {
                "`with = |_| Ok(0)`".to_owned()
            };
            let it = said.quoted();
            let message = format!(
                "{it} needs what stands in: a value, or a closure that gets the error, such as {how}"
            );
            diag.error(at, message);
        }
        return Vec::new();
    };
    if matches!(&expr, Expr::Array(list) if list.elems.is_empty()) {
        diag.error(&expr, "the list of fallbacks is empty");
    }
    let fallback = Fallback { failures, ..Fallback::new(at, expr) };
    vec![Box::new(fallback)]
}

impl Fallback {
    pub(crate) fn new(at: &Ident, expr: Expr) -> Self {
        let chain = match expr {
            Expr::Array(list) => list.elems.into_iter().collect(),
            one => vec![one],
        };
        Self { at: Ident::new("fallback", at.span()), chain, failures: Failures::default() }
    }

    /// A single one, for whatever happens.
    fn sole(&self) -> Option<&Expr> {
        match self.chain.as_slice() {
            [one] if self.failures.is_all() => Some(one),
            _ => None,
        }
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

/// Under the return type, as are all that ask for an outcome: the compiler tells of one place once.
fn stood_in(cx: &Context) -> TokenStream {
    let (p, ret) = (&cx.private, &cx.ret);
    quote_spanned!(ret.span()=> #p::stood_in::<#ret>)
}

/// Where a refusal from inside comes to: nothing is asked of a return type without failures.
fn ends(at: Span, cx: &Context) -> TokenStream {
    let (p, ret) = (&cx.private, &cx.ret);
    quote_spanned!(at=> (&#p::Ends::<#ret>::new()))
}

impl Layer for Fallback {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn catches(&self) -> bool {
        self.sole().is_some()
    }
    fn notes_refusals(&self) -> bool {
        self.sole().is_none()
    }
    fn hides_failures(&self) -> bool {
        self.failures.is_all()
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        match self.sole() {
            Some(closure @ Expr::Closure(_)) => self.around_closure(&inner, closure, cx),
            Some(value) => self.around_value(&inner, value, cx),
            None => self.around_chain(&inner, cx),
        }
    }
}

impl Fallback {
    /// A value takes what happened for the cause, should it be a failure itself.
    fn around_value(&self, inner: &TokenStream, value: &Expr, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, point, ret) = (&cx.private, cx.point(), &cx.ret);
        let end = quote_spanned!(at=> __dyno_end);
        if cx.jumped.replace(false) {
            let (label, ends) = (cx.own_refuge(at), ends(at, cx));
            return quote_spanned! {at=> {
                use #p::{EndsFailing as _, EndsPlain as _};
                let #end: #p::Result<_, #p::Fault> = #label: { #p::Ok(#inner) };
                match #ends.why(#end) {
                    #p::Ok(__dyno_out) => __dyno_out,
                    #p::Err(__dyno_why) => {
                        #p::fell_back(#point, #p::Result::is_err(&__dyno_why));
                        let __dyno_out: #ret = #value;
                        #ends.stood_in(#point, #p::both!(#ret, __dyno_out, __dyno_why))
                    }
                }
            }};
        }
        let why = quote_spanned!(ret.span()=> #p::why::<#ret>(#end));
        let stood_in = stood_in(cx);
        quote_spanned! {at=> {
            let #end: #p::Result<_, #p::Fault> = #p::Ok(#inner);
            match #why {
                #p::Ok(__dyno_out) => __dyno_out,
                #p::Err(__dyno_why) => {
                    #p::fell_back(#point, #p::Result::is_err(&__dyno_why));
                    let __dyno_out: #ret = #value;
                    #stood_in(#point, #p::both!(#ret, __dyno_out, __dyno_why))
                }
            }
        }}
    }

    /// A closure takes the error, or the refusal in that type where it can be had.
    fn around_closure(&self, inner: &TokenStream, closure: &Expr, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, point) = (&cx.private, cx.point());
        let called = called(closure, &quote_spanned!(at=> __dyno_error), cx);
        if !cx.jumped.replace(false) {
            let split = cx.of_return("Outcome", "split", &quote_spanned!(at=> __dyno_out));
            let stood_in = stood_in(cx);
            return quote_spanned! {at=> {
                let __dyno_out = #inner;
                match #split {
                    #p::Ok(__dyno_out) => __dyno_out,
                    #p::Err(__dyno_error) => {
                        #p::fell_back(#point, false);
                        #stood_in(#point, #called)
                    }
                }
            }};
        }
        let (label, ends) = (cx.own_refuge(at), ends(at, cx));
        quote_spanned! {at=> {
            use #p::{EndsFailing as _, EndsPlain as _, LiftInto as _, LiftKeep as _};
            let __dyno_end: #p::Result<_, #p::Fault> = #label: { #p::Ok(#inner) };
            match __dyno_end {
                #p::Ok(__dyno_out) => match #ends.split(__dyno_out) {
                    #p::Ok(__dyno_out) => __dyno_out,
                    #p::Err(__dyno_error) => {
                        #p::fell_back(#point, false);
                        #ends.stood_in(#point, #called)
                    }
                },
                #p::Err(__dyno_fault) => {
                    #p::fell_back(#point, true);
                    let __dyno_error = (&#ends.lifts()).lift(__dyno_fault);
                    #ends.stood_in(#point, #called)
                }
            }
        }}
    }

    /// Several, or one for some failures: a refusal is one of them, in the function's own error.
    fn around_chain(&self, inner: &TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, point) = (&cx.private, cx.point());
        let split = cx.of_return("Outcome", "split", &quote_spanned!(at=> __dyno_out));
        let flagged = cx.flagged.get();
        let refused =
            if flagged { quote_spanned!(at=> __dyno_refused) } else { quote_spanned!(at=> false) };
        // Those further out see a call that was answered.
        let reset = flagged.then(|| quote_spanned!(at=> __dyno_refused = false;));
        let stood_in = stood_in(cx);
        let stand_in = self.from(0, at, cx);
        let stand_in = quote_spanned! {at=>
            match #split {
                #p::Ok(__dyno_out) => __dyno_out,
                #p::Err(__dyno_error) => {
                    #p::fell_back(#point, #refused);
                    #reset
                    #stood_in(#point, #stand_in)
                }
            }
        };
        if self.failures.is_all() {
            return quote_spanned! {at=> {
                let __dyno_out = #inner;
                #stand_in
            }};
        }
        let verdict = self.failures.judged(&Failures::failure(at, cx), at, cx);
        quote_spanned! {at=> {
            let __dyno_out = #inner;
            let __dyno_verdict = #verdict;
            if #p::Verdict::is_failure(__dyno_verdict) { #stand_in } else { __dyno_out }
        }}
    }

    /// The `number`-th and those that stand in for it, where `__dyno_error` is what it stands in for.
    fn from(&self, number: usize, outer: Span, cx: &Context) -> TokenStream {
        let Some(expr) = self.chain.get(number) else { return TokenStream::new() };
        let at = outer.located_at(expr.span());
        let (p, ret) = (&cx.private, &cx.ret);
        let stand_in = match expr {
            Expr::Closure(_) => called(expr, &quote_spanned!(at=> __dyno_error), cx),
            _ => quote_spanned! {at=> {
                let __dyno_out: #ret = #expr;
                #p::both!(#ret, __dyno_out, #p::Ok::<_, #p::Fault>(__dyno_error))
            }},
        };
        if number + 1 == self.chain.len() {
            return stand_in;
        }
        let split = cx.of_return("Outcome", "split", &stand_in);
        let next = self.from(number + 1, outer, cx);
        quote_spanned! {at=>
            match #split {
                #p::Ok(__dyno_out) => __dyno_out,
                #p::Err(__dyno_error) => #next,
            }
        }
    }
}
