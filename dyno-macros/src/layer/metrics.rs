//! `#[metrics]`, `#[metrics("shop")]`, `#[metrics(SHOP)]`: counts the calls that come to it, and how
//! those ended that it let pass, in a type that may know no failure.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Ident, Lit};

use super::which::{Which, Words, check_word, is_place, lent};
use super::{Common, Layer, Said, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::{Arg, Args, Failures, Key, failures, value};

pub(super) struct Metrics {
    at: Ident,
    said: Said,
    which: Which,
    failures: Failures,
    /// `latency = off`
    untimed: Option<Ident>,
    /// What counts, if anything does: an `Option`.
    preset: Option<TokenStream>,
}

const OWN: [Key; 1] = [Key::value("latency")];
const WORDS: Words = Words { what: "metrics", name: "\"shop.price\"", path: "SHOP" };
const SAY: &str = "what counts is a name such as `\"shop.price\"`, or a static such as `SHOP`";

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let said = common.said(at);
    let keys = common.keys(&[&OWN, &failures::KEYS]);
    let read =
        Args { of: &said.quoted(), positional: 1, keys: &keys, open: false }.parse(args, diag);
    let failures = Failures::default();
    let mut metrics =
        Metrics { at: at.clone(), said, which: Which::Own, failures, untimed: None, preset: None };
    for arg in &read {
        if !common.take(arg, diag) && !metrics.failures.take(arg, diag) {
            metrics.take(arg, diag);
        }
    }
    if let (Some(of), Some(key)) = (metrics.which.of_static(), &metrics.untimed) {
        diag.error(
            key,
            format!("`{of}` has its settings where it is defined; say `.untimed()` there"),
        );
    }
    if matches!(metrics.which, Which::Own) {
        if common.counted {
            let named = metrics.said.with("\"shop.price.answer\"");
            diag.error(at, format!("`#[metrics]` is on this function already, and every call would count twice; give one of them a name of its own, such as {named}"));
        }
        common.counted = true;
    }
    vec![Box::new(metrics)]
}

impl Metrics {
    /// Of which only the program knows whether there are any.
    pub(super) fn of_preset(at: &Ident, said: Said, failures: Failures, of: TokenStream) -> Self {
        let which = Which::Own;
        Self { at: at.clone(), said, which, failures, untimed: None, preset: Some(of) }
    }

    /// The call that counts.
    fn started(&self, metrics: &TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        match &self.preset {
            None => quote_spanned!(at=> #p::Metrics::start(#metrics)),
            Some(of) => quote_spanned!(at=> #p::Option::map(#of, #p::Metrics::start)),
        }
    }

    /// What is done with it, where it counts.
    fn counted(&self, done: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        match &self.preset {
            None => done,
            Some(_) => quote_spanned! {at=>
                if let #p::Some(__dyno_counted) = __dyno_counted { #done }
            },
        }
    }

    fn take(&mut self, arg: &Arg, diag: &mut Diag) {
        let Some(key) = &arg.key else {
            if let Some(expr) = arg.expr("what counts", diag) {
                self.which = which(expr, diag);
            }
            return;
        };
        let Some(expr) = arg.expr("`latency`", diag) else { return };
        if value::word(expr, "", &["off"]).is_ok() {
            self.untimed = Some(key.clone());
        } else {
            diag.error(expr, "`latency` can only be `off`: without the key latencies are taken");
        }
    }

    /// What stands before the call, and the expression that names what counts.
    fn metrics(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let p = &cx.private;
        if self.preset.is_some() {
            return (TokenStream::new(), TokenStream::new());
        }
        let made = match &self.which {
            Which::Static(of) => return (TokenStream::new(), lent(of)),
            Which::Named(name) => quote_spanned!(at=> #p::Metrics::new(#name)),
            Which::Own => {
                let point = cx.point();
                quote_spanned!(at=> #p::Metrics::of(#point))
            }
        };
        let untimed = self.untimed.is_some().then(|| quote_spanned!(at=> .untimed()));
        (
            quote_spanned!(at=> static __DYNO_METRICS: #p::Metrics = #made #untimed;),
            quote_spanned!(at=> &__DYNO_METRICS),
        )
    }

    /// Counts how the call ended that left `__dyno_out`.
    fn end(&self, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        // Who chooses among failures says that there are some.
        let plain = self.failures.is_all() && !cx.wrap;
        let failure = if plain {
            quote_spanned! {at=> {
                use #p::{LookFailing as _, LookPlain as _};
                (&#p::Look(&__dyno_out)).failure()
            }}
        } else {
            Failures::failure(at, cx)
        };
        let verdict = self.failures.judged(&quote_spanned!(at=> __dyno_failure), at, cx);
        let end = quote_spanned!(at=> #p::counted!(__dyno_counted, #verdict, __dyno_failure););
        if !cx.flagged.get() {
            return quote_spanned!(at=> let __dyno_failure = #failure; #end);
        }
        // Of one that was tried again the outcome knows the reason, where it shows that.
        quote_spanned! {at=>
            let __dyno_failure = #failure;
            if __dyno_refused {
                let __dyno_asked = #p::refused!(__dyno_failure);
                #p::Counted::reject(__dyno_counted, #p::Asks::reason(&__dyno_asked));
            } else {
                #end
            }
        }
    }
}

/// A name or a static.
fn which(expr: &Expr, diag: &mut Diag) -> Which {
    let message = match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(name) if name.value().is_empty() => {
                "the name under which calls count is not empty; without one they count under the function's own"
            }
            Lit::Str(_) => return Which::read(expr, &WORDS, diag),
            _ => SAY,
        },
        _ if is_place(expr) => return Which::read(expr, &WORDS, diag),
        _ => SAY,
    };
    diag.error(expr, message);
    Which::Own
}

impl Layer for Metrics {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn catches(&self) -> bool {
        true
    }
    fn passes_on(&self) -> bool {
        true
    }
    fn notes_refusals(&self) -> bool {
        true
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        if let Which::Static(expr) = &self.which {
            check_word(expr, &self.said, SAY, &keys(&[&OWN, &failures::KEYS]), cx, diag);
        }
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let (statics, metrics) = self.metrics(cx);
        let end = self.counted(self.end(cx), cx);
        let started = self.started(&metrics, cx);
        if !cx.jumped.replace(false) {
            return quote_spanned! {at=> {
                #statics
                let __dyno_counted = #started;
                let __dyno_out = #inner;
                #end
                __dyno_out
            }};
        }
        // A refusal comes here with its reason, and goes on as it would have without.
        let label = cx.own_refuge(at);
        let refused = cx.pass_on(at);
        let faulted = quote_spanned!(at=> #p::Counted::fault(__dyno_counted, &__dyno_fault););
        let faulted = self.counted(faulted, cx);
        quote_spanned! {at=> {
            #statics
            let __dyno_counted = #started;
            let __dyno_end: #p::Result<_, #p::Fault> = #label: { #p::Ok(#inner) };
            match __dyno_end {
                #p::Ok(__dyno_out) => {
                    #end
                    __dyno_out
                }
                #p::Err(__dyno_fault) => {
                    #faulted
                    #refused
                }
            }
        }}
    }
}
