//! `#[retry(3, delay = 100ms)]`: an inline loop, so that borrows, `&mut self`, `?` and `.await`
//! behave as in a loop written by hand.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Ident;

use super::{Common, Fallback, Layer, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::args::Value;
use crate::grammar::{Args, Failures, Key, failures, value};

pub(crate) struct Retry {
    at: Ident,
    attempts: TokenStream,
    pause: TokenStream,
    failures: Failures,
    again: TokenStream,
}

const OWN: [Key; 4] =
    [Key::value("attempts"), Key::value("delay"), Key::value("backoff"), Key::value("fallback")];

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = keys(&[&OWN, &failures::KEYS]);
    let read = Args { of: "`#[retry]`", positional: 1, keys: &keys, open: false }.parse(args, diag);
    let here = here(at.span());
    let mut retry = Retry {
        at: at.clone(),
        attempts: quote_spanned!(here=> 3),
        pause: TokenStream::new(),
        failures: Failures::default(),
        again: TokenStream::new(),
    };
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    let (mut counted, mut paused) = (false, false);
    for arg in read {
        if common.take(&arg, diag) || retry.failures.take(&arg, diag) {
            continue;
        }
        let key = arg.key.as_ref().map_or_else(|| "attempts".to_owned(), Ident::to_string);
        let Some(expr) = arg.expr(&format!("`{key}`"), diag) else { continue };
        match key.as_str() {
            "attempts" if counted => {
                diag.error_at(arg.span(), "the number of attempts is given twice");
            }
            "attempts" => {
                counted = true;
                let read = value::count(expr, "the number of attempts in all", 1);
                retry.attempts = diag.take(read).unwrap_or_default();
            }
            "fallback" => {
                layers.push(Box::new(Fallback::new(arg.key.as_ref().unwrap_or(at), expr.clone())));
            }
            _ if paused => diag.error_at(
                arg.span(),
                "`delay` is the same pause each time and `backoff` a growing one; keep one of them",
            ),
            "delay" => {
                paused = true;
                let delay = diag.take(value::duration(expr, "`delay`"));
                retry.pause = quote_spanned!(here=> .delay(#delay));
            }
            _ => {
                paused = true;
                let range = diag.take(value::range(expr, "`backoff`"));
                retry.pause = quote_spanned!(here=> .backoff(#range));
            }
        }
        if let Value::Expr(expr) = &arg.value {
            if key == "attempts" && is_one(expr) {
                diag.error(
                    expr,
                    "one attempt in all is no retry; give at least 2, or drop the attribute",
                );
            }
        }
    }
    layers.push(Box::new(retry));
    layers
}

fn is_one(expr: &syn::Expr) -> bool {
    matches!(expr, syn::Expr::Lit(lit) if matches!(&lit.lit, syn::Lit::Int(int) if int.base10_digits() == "1"))
}

impl Layer for Retry {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn inspects(&self) -> bool {
        true
    }
    fn repeats(&self) -> bool {
        true
    }

    fn prepare(&mut self, cx: &mut Context, _diag: &mut Diag) {
        let (attempts, pause) = (&self.attempts, &self.pause);
        self.again = cx.fresh_arguments(&quote::quote!(#attempts #pause));
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, attempts, pause, again) = (&cx.private, &self.attempts, &self.pause, &self.again);
        let point = cx.point();
        let verdict = self.failures.verdict(&Failures::failure(at, cx), at, cx);
        let reset = cx.flagged.get().then(|| quote_spanned!(at=> __dyno_refused = false;));
        let failure = Failures::failure(at, cx);
        let (start, wait) = if cx.is_async {
            (
                quote_spanned!(at=> start_async),
                quote_spanned!(at=> #p::Pause::sleep(__dyno_pause).await),
            )
        } else {
            (quote_spanned!(at=> start), quote_spanned!(at=> #p::Pause::block(__dyno_pause)))
        };
        let inner = if cx.is_async {
            quote_spanned!(at=> #p::pinned(#p::Attempts::is_again(&__dyno_attempts), #p::pin!(async { #inner })).await)
        } else {
            inner
        };
        quote_spanned! {at=> {
            let __dyno_retry = &#p::Retry::new(#attempts)#pause;
            let mut __dyno_attempts = #p::Attempts::#start(#point, __dyno_retry);
            loop {
                #reset
                #again
                let __dyno_out = #inner;
                let __dyno_verdict = #verdict;
                match #p::Attempts::next(&mut __dyno_attempts, __dyno_verdict, || #p::asks!(#failure)) {
                    #p::None => break __dyno_out,
                    #p::Some(__dyno_pause) => {
                        #p::give_up(__dyno_out);
                        #wait
                    }
                }
            }
        }}
    }
}
