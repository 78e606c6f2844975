//! `#[breaker]`, `#[breaker("db", fail_max = 3)]`, `#[breaker(DB)]`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Ident, Lit, LitStr};

use super::{Common, Fallback, Layer, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::{Args, Failures, Key, failures, value};

pub(crate) struct Breaker {
    at: Ident,
    which: Which,
    settings: TokenStream,
    /// Every setting may stand in a `static` as it is.
    is_const: bool,
    failures: Failures,
}

enum Which {
    /// One for this function.
    Own,
    /// One for all who say this name.
    Named(LitStr),
    /// A static of the user's.
    Static(Expr),
}

const OWN: [Key; 4] = [
    Key::value("fail_max"),
    Key::value("reset_timeout"),
    Key::value("success_threshold"),
    Key::value("fallback"),
];

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = keys(&[&OWN, &failures::KEYS]);
    let read =
        Args { of: "`#[breaker]`", positional: 1, keys: &keys, open: false }.parse(args, diag);
    let mut breaker = Breaker {
        at: at.clone(),
        which: Which::Own,
        settings: TokenStream::new(),
        is_const: true,
        failures: Failures::default(),
    };
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    for arg in read {
        if common.take(&arg, diag) || breaker.failures.take(&arg, diag) {
            continue;
        }
        let Some(key) = &arg.key else {
            if let Some(expr) = arg.expr("the breaker", diag) {
                breaker.which = which(expr, diag);
            }
            continue;
        };
        let Some(expr) = arg.expr(&format!("`{key}`"), diag) else { continue };
        if key == "fallback" {
            layers.push(Box::new(Fallback::new(key, expr.clone())));
            continue;
        }
        if let Which::Static(of) = &breaker.which {
            let of = quote::ToTokens::to_token_stream(of);
            diag.error(
                key,
                format!("`{of}` has its settings where it is defined; set `{key}` there"),
            );
            continue;
        }
        breaker.set(key, expr, diag);
    }
    layers.push(Box::new(breaker));
    layers
}

fn which(expr: &Expr, diag: &mut Diag) -> Which {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(name) if !name.value().is_empty() => return Which::Named(name.clone()),
            Lit::Str(name) => diag.error(name, "the name of a breaker is not empty"),
            Lit::Int(int) => diag.error(
                int,
                format!("the failures a breaker allows are `fail_max = {}`", int.base10_digits()),
            ),
            other => {
                diag.error(other, "a breaker is a name such as `\"db\"`, or a static such as `DB`");
            }
        },
        Expr::Path(_)
        | Expr::Field(_)
        | Expr::Call(_)
        | Expr::MethodCall(_)
        | Expr::Reference(_) => {
            return Which::Static(expr.clone());
        }
        other => {
            diag.error(other, "a breaker is a name such as `\"db\"`, or a static such as `DB`");
        }
    }
    Which::Own
}

impl Breaker {
    fn set(&mut self, key: &Ident, expr: &Expr, diag: &mut Diag) {
        let what = format!("`{key}`");
        let read = if key == "reset_timeout" {
            value::duration(expr, &what)
        } else {
            value::count(expr, &what, 1)
        };
        let Some(value) = diag.take(read) else { return };
        self.is_const &= matches!(expr, Expr::Lit(_) | Expr::Path(_));
        let at = here(key.span());
        let setter = Ident::new(&key.to_string(), at);
        let settings = &self.settings;
        self.settings = quote_spanned!(at=> #settings.#setter(#value));
    }

    /// The statics it needs, and the expression that names the breaker.
    fn breaker(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let (p, settings) = (&cx.private, &self.settings);
        match &self.which {
            Which::Static(of @ Expr::Path(_)) => {
                (TokenStream::new(), quote_spanned!(at=> #p::Breaker::list(&#of)))
            }
            Which::Static(of) => (TokenStream::new(), quote_spanned!(at=> &#of)),
            Which::Named(name) => (
                quote_spanned! {at=>
                    static __DYNO_BREAKER: #p::SharedBreaker =
                        #p::SharedBreaker::new(#name, || #p::Breaker::new(#name)#settings);
                },
                quote_spanned!(at=> #p::SharedBreaker::get(&__DYNO_BREAKER)),
            ),
            Which::Own if self.is_const => {
                let point = cx.point();
                let made = quote_spanned!(at=> #p::Breaker::of(#point)#settings);
                (
                    quote_spanned!(at=> static __DYNO_BREAKER: #p::Breaker = #made;),
                    quote_spanned!(at=> #p::Breaker::list(&__DYNO_BREAKER)),
                )
            }
            Which::Own => {
                let point = cx.point();
                let made = quote_spanned!(at=> #p::Breaker::of(#point)#settings);
                (
                    quote_spanned! {at=>
                        static __DYNO_BREAKER: #p::LazyLock<#p::Breaker> = #p::LazyLock::new(|| #made);
                    },
                    quote_spanned!(at=> #p::Breaker::list(#p::LazyLock::force(&__DYNO_BREAKER))),
                )
            }
        }
    }
}

impl Layer for Breaker {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn inspects(&self) -> bool {
        true
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let (statics, breaker) = self.breaker(cx);
        let verdict = self.failures.verdict(at, cx);
        let refuse = cx.refuse(&quote_spanned!(at=> __dyno_fault));
        quote_spanned! {at=> {
            #statics
            let __dyno_entry = #p::Breaker::acquire(#breaker);
            match __dyno_entry {
                #p::Ok(__dyno_permit) => {
                    let __dyno_out = #inner;
                    #p::Permit::record(__dyno_permit, #verdict);
                    __dyno_out
                }
                #p::Err(__dyno_fault) => #refuse,
            }
        }}
    }
}
