//! `#[breaker]`, `#[breaker("db", fail_max = 3)]`, `#[breaker(DB)]`, `#[breaker(key = host)]`.

mod settings;
mod targets;

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, GenericArgument, Ident, Lit, PathArguments, Type};

pub(super) use self::settings::is_const_expr;
use self::settings::{Settings, is_setting};
pub(super) use self::targets::{OfTargets, of_targets};
use super::which::{Which, Words, lent};
use super::{Common, Fallback, Layer, Said, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::{Arg, Args, Failures, Key, failures, value};

pub(crate) struct Breaker {
    at: Ident,
    said: Said,
    which: Which,
    settings: Settings,
    failures: Failures,
    /// One for each value of this.
    key: Option<Expr>,
    /// `.keys(1024).idle(…)`
    limits: TokenStream,
    /// The call is not guarded when this holds.
    skip: Option<Expr>,
    /// How long it stays open, by the failure that opens it.
    retry_after: Option<Expr>,
}

const WORDS: Words = Words { what: "breaker", name: "\"db\"", path: "DB" };

const OWN: [Key; 7] = [
    Key::value("key"),
    Key::value("keys"),
    Key::value("idle"),
    Key::value("skip"),
    Key::value("excluded"),
    Key::value("retry_after"),
    Key::value("fallback"),
];

fn known() -> Vec<Key> {
    keys(&[&settings::keys(), &OWN, &failures::KEYS])
}

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let (breaker, mut layers) = read(at, args, common, diag);
    layers.push(Box::new(breaker));
    layers
}

/// The breaker, and what stands in.
fn read(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> (Breaker, Vec<Box<dyn Layer>>) {
    let said = common.said(at);
    let keys = common.keys(&[&settings::keys(), &OWN, &failures::KEYS]);
    let (read, whole) = Args { of: &said.quoted(), positional: 1, keys: &keys, open: false }
        .parse_whole(args, diag);
    let mut breaker = Breaker {
        at: at.clone(),
        said,
        which: Which::Own,
        settings: Settings::new(common.private()),
        failures: Failures::default(),
        key: None,
        limits: TokenStream::new(),
        skip: None,
        retry_after: None,
    };
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    for arg in &read {
        if common.take(arg, diag) || breaker.failures.take(arg, diag) {
            continue;
        }
        match &arg.key {
            None => {
                if let Some(expr) = arg.expr("the breaker", diag) {
                    breaker.which = which(expr, &breaker.said, diag);
                }
            }
            Some(key) if key == "fallback" => {
                if let Some(expr) = arg.expr("`fallback`", diag) {
                    layers.push(Box::new(Fallback::new(key, expr.clone())));
                }
            }
            Some(key) => breaker.take(key, arg, diag),
        }
    }
    if whole {
        breaker.check(&read, diag);
    }
    (breaker, layers)
}

/// A number is most likely meant as this.
fn which(expr: &Expr, said: &Said, diag: &mut Diag) -> Which {
    match value::number(expr) {
        Some(number) => {
            let write = said.with(&format!("fail_max = {number}"));
            let message =
                format!("how many failures in a row open it is `fail_max`: write {write}");
            diag.error(expr, message);
            Which::Own
        }
        None => Which::read(expr, &WORDS, diag),
    }
}

impl Breaker {
    fn take(&mut self, key: &Ident, arg: &Arg, diag: &mut Diag) {
        let is_limit = key == "keys" || key == "idle";
        if let Some(of) = self.which.of_static().filter(|_| is_limit || is_setting(key)) {
            diag.error(
                key,
                format!("`{of}` has its settings where it is defined; set `{key}` there"),
            );
            return;
        }
        if is_setting(key) {
            return self.settings.set(key, arg, diag);
        }
        let what = format!("`{key}`");
        let Some(expr) = arg.expr(&what, diag) else { return };
        let read = match key.to_string().as_str() {
            "keys" => value::count(expr, &what, 1),
            "idle" => value::duration(expr, &what),
            "excluded" => {
                if let Some(word) = diag.take(value::word(expr, &what, &["success", "ignored"])) {
                    self.failures.excluded(word == "success");
                }
                return;
            }
            "skip" => {
                if matches!(expr, Expr::Lit(lit) if matches!(&lit.lit, Lit::Bool(is) if is.value)) {
                    diag.error(expr, "this skips every call, so the attribute can do nothing");
                }
                self.skip = Some(expr.clone());
                return;
            }
            "key" => {
                self.key = Some(expr.clone());
                return;
            }
            _ if failures::is_no_closure(expr) => {
                let message = "`retry_after` is a closure, such as `|error| error.retry_after()`; a fixed time is `reset_timeout = 5s`";
                return diag.error(expr, message);
            }
            _ => {
                self.retry_after = Some(expr.clone());
                return;
            }
        };
        let Some(value) = diag.take(read) else { return };
        self.settings.is_const &= is_const_expr(expr);
        let (at, limits) = (here(key.span()), &self.limits);
        let setter = Ident::new(&key.to_string(), at);
        self.limits = quote_spanned!(at=> #limits.#setter(#value));
    }

    /// Keys that mean nothing without another.
    fn check(&self, args: &[Arg], diag: &mut Diag) {
        self.settings.check(diag);
        for key in args.iter().filter_map(|arg| arg.key.as_ref()) {
            let alone = match key.to_string().as_str() {
                "keys" if self.key.is_none() => {
                    "`keys` bounds how many breakers `key` makes, and there is no `key`"
                }
                "idle" if self.key.is_none() => {
                    "`idle` is how long an unused breaker of a `key` is kept, and there is no `key`"
                }
                "excluded" if self.failures.is_all() => {
                    "`excluded` is what becomes of failures that do not count, and all of them do; choose some by `only`, `except` or `except_if`"
                }
                _ => continue,
            };
            // A static says by itself that these are not for here.
            if key == "excluded" || self.which.of_static().is_none() {
                diag.error(key, alone);
            }
        }
    }

    /// What stands before the call, and the expression that names the breaker.
    fn breaker(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let p = &cx.private;
        if let Some(key) = &self.key {
            let (statics, keyed) = self.keyed(cx);
            let key = lent(key);
            let statics = quote_spanned! {at=>
                #statics
                let __dyno_breaker = #p::Keyed::get(#keyed, #key);
            };
            return (statics, quote_spanned!(at=> &__dyno_breaker));
        }
        let (statics, breaker) = match &self.which {
            Which::Static(of @ Expr::Path(_)) => {
                let of = lent(of);
                (TokenStream::new(), quote_spanned!(at=> #p::Breaker::list(#of)))
            }
            Which::Static(of) => {
                let of = lent(of);
                (
                    quote_spanned!(at=> let __dyno_breaker = #of;),
                    quote_spanned!(at=> __dyno_breaker),
                )
            }
            Which::Named(name) => {
                let made = self.settings.of(&quote_spanned!(at=> #p::Breaker::new(#name)));
                (
                    quote_spanned! {at=>
                        static __DYNO_BREAKER: #p::SharedBreaker =
                            #p::SharedBreaker::new(#name, || #made);
                    },
                    quote_spanned!(at=> #p::SharedBreaker::get(&__DYNO_BREAKER)),
                )
            }
            Which::Own => {
                let point = cx.point();
                let made = self.settings.of(&quote_spanned!(at=> #p::Breaker::of(#point)));
                let (statics, own) = self.own("__DYNO_BREAKER", "Breaker", &made, cx);
                (statics, quote_spanned!(at=> #p::Breaker::list(#own)))
            }
        };
        if self.skip.is_none() {
            return (statics, breaker);
        }
        let bound = quote_spanned!(at=> #statics let __dyno_breaker = #breaker;);
        (bound, quote_spanned!(at=> __dyno_breaker))
    }

    /// The statics of the breakers by key, and the expression that names them.
    fn keyed(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let (p, limits) = (&cx.private, &self.limits);
        let settings = self.settings.of(&quote_spanned!(at=> #p::Settings::new()));
        let made = match &self.which {
            Which::Static(of) => return (TokenStream::new(), lent(of)),
            Which::Named(name) => {
                return (
                    quote_spanned! {at=>
                        static __DYNO_BREAKERS: #p::SharedKeyed = #p::SharedKeyed::new(
                            #name,
                            || #p::Keyed::new(#name, #settings)#limits,
                        );
                    },
                    quote_spanned!(at=> #p::SharedKeyed::get(&__DYNO_BREAKERS)),
                );
            }
            Which::Own => {
                let point = cx.point();
                quote_spanned!(at=> #p::Keyed::of(#point, #settings)#limits)
            }
        };
        self.own("__DYNO_BREAKERS", "Keyed", &made, cx)
    }

    /// A static of what `made` makes, lazily unless it is constant.
    fn own(
        &self,
        name: &str,
        of: &str,
        made: &TokenStream,
        cx: &Context,
    ) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let (p, name, of) = (&cx.private, Ident::new(name, at), Ident::new(of, at));
        if self.settings.is_const {
            return (
                quote_spanned!(at=> static #name: #p::#of = #made;),
                quote_spanned!(at=> &#name),
            );
        }
        (
            quote_spanned! {at=>
                static #name: #p::LazyLock<#p::#of> = #p::LazyLock::new(|| #made);
            },
            quote_spanned!(at=> #p::LazyLock::force(&#name)),
        )
    }

    /// A call whose end counts nowhere, or one that has to be let in.
    fn entry(&self, breaker: &TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let acquired = quote_spanned!(at=> #p::Breaker::enter(#breaker));
        let Some(skip) = &self.skip else { return acquired };
        quote_spanned! {at=>
            if #skip { #p::Ok(#p::Breaker::unguarded(#breaker)) } else { #acquired }
        }
    }

    /// The end of the call, and what is told of its failure.
    fn settle(&self, verdict: &TokenStream, late: &TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let failure = Failures::told(at, cx);
        let ask = self.retry_after.as_ref().map(|ask| quote_spanned!(at=> , #ask));
        quote_spanned!(at=> #p::settle!(__dyno_permit, #verdict, __dyno_out, #failure #ask #late))
    }
}

/// The `Infallible` of `Result<T, Infallible>`.
fn never_fails(ret: &Type) -> Option<&Type> {
    let Type::Path(path) = ret else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Result")?;
    let PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    let GenericArgument::Type(error) = args.args.iter().nth(1)? else { return None };
    let never = match error {
        Type::Never(_) => true,
        Type::Path(path) => path.path.segments.last().is_some_and(|s| s.ident == "Infallible"),
        _ => false,
    };
    never.then_some(error)
}

impl Layer for Breaker {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn inspects(&self) -> bool {
        true
    }
    fn counts(&self) -> bool {
        true
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.which.check(&self.said, &WORDS, &known(), cx, diag);
        // Others may open one that is shared, and these need no failures.
        let by_failures = matches!(self.which, Which::Own)
            && !["slow", "expected_in", "rule"].iter().any(|key| self.settings.gives(key));
        if let Some(error) = never_fails(&cx.body_ret).filter(|_| by_failures) {
            diag.error(
                error,
                "a function that cannot fail never opens its breaker, so the attribute can do nothing; drop it, or count slow calls by `slow = 2s`",
            );
        }
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let (before, breaker) = self.breaker(cx);
        let entry = self.entry(&breaker, cx);
        let failure = Failures::failure(at, cx);
        let verdict = self.failures.verdict(&quote_spanned!(at=> __dyno_failure), at, cx);
        let (note, late) = cx.note_of_late(at);
        let settle = self.settle(&verdict, &late, cx);
        let refuse = cx.refuse(&quote_spanned!(at=> __dyno_fault));
        // No more than the permit is there while the call is made: a future would have to hold it.
        let turned_away = cx.refuse(&quote_spanned!(at=> #p::Refused::fault(__dyno_refusal)));
        let (label, leave) = if cx.has_refuge() {
            (None, turned_away)
        } else {
            let label = cx.label("guarded", at);
            (Some(quote_spanned!(at=> #label:)), quote_spanned!(at=> break #label #turned_away))
        };
        quote_spanned! {at=> #label {
            #before
            let __dyno_permit = match #entry {
                #p::Ok(__dyno_permit) => __dyno_permit,
                #p::Err(__dyno_refusal) => #leave,
            };
            #note
            let __dyno_out = #inner;
            let __dyno_failure = #failure;
            let __dyno_tripped = #settle;
            if let #p::Some(__dyno_fault) = __dyno_tripped { #refuse } else { __dyno_out }
        }}
    }
}
