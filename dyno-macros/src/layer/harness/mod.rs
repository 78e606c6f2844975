//! `#[harness]`, `#[harness(fields(sku), except = E::NotFound, at_most = 10/1s)]`: what fails is told
//! of, and goes on as it was.

mod fields;

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Ident, ReturnType};

use self::fields::Shown;
use super::breaker::is_const_expr;
use super::{Common, Layer};
use crate::diag::Diag;
use crate::expand::{Context, here, located};
use crate::grammar::args::Value;
use crate::grammar::{Arg, Args, Failures, Key, failures, rate, value};

pub(super) struct Harness {
    at: Ident,
    failures: Failures,
    shown: Shown,
    /// `.level(…).keep(16)`
    settings: TokenStream,
    /// All of that may stand in a `static` as it is.
    is_const: bool,
    /// Who is told in place of everybody.
    sink: Option<Expr>,
    /// The key by which panics are left alone.
    no_panics: Option<Ident>,
    /// What reports, if anything does: an `Option`.
    preset: Option<TokenStream>,
}

const OWN: [Key; 7] = [
    Key::group("fields"),
    Key::value("at_most"),
    Key::value("level"),
    Key::value("keep"),
    Key::value("panics"),
    Key::value("rejected"),
    Key::value("sink"),
];

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = common.keys(&[&OWN, &failures::KEYS]);
    let of = common.said(at).quoted();
    let read = Args { of: &of, positional: 0, keys: &keys, open: false }.parse(args, diag);
    let mut harness = Harness {
        at: at.clone(),
        failures: Failures::default(),
        shown: Shown::default(),
        settings: TokenStream::new(),
        is_const: true,
        sink: None,
        no_panics: None,
        preset: None,
    };
    for arg in &read {
        if common.take(arg, diag) || harness.failures.take(arg, diag) {
            continue;
        }
        let Some(key) = &arg.key else { continue };
        match &arg.value {
            Value::Group(fields) => harness.shown = Shown::read(key, fields.clone(), diag),
            _ => harness.set(key, arg, &common.private(), diag),
        }
    }
    vec![Box::new(harness)]
}

impl Harness {
    /// Of which only the program knows whether there is any. Panics go by: to catch them would cost
    /// those who have none.
    pub(super) fn of_preset(at: &Ident, failures: Failures, of: TokenStream) -> Self {
        Self {
            at: at.clone(),
            failures,
            shown: Shown::default(),
            settings: TokenStream::new(),
            is_const: true,
            sink: None,
            no_panics: Some(at.clone()),
            preset: Some(of),
        }
    }

    /// What is done with it, where there is one.
    fn reported(&self, done: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        match &self.preset {
            None => done,
            Some(_) => quote_spanned! {at=>
                if let #p::Some(__dyno_harness) = __dyno_harness { #done }
            },
        }
    }

    fn set(&mut self, key: &Ident, arg: &Arg, p: &TokenStream, diag: &mut Diag) {
        let what = format!("`{key}`");
        let Some(expr) = arg.expr(&what, diag) else { return };
        let at = here(key.span());
        let call = match key.to_string().as_str() {
            "at_most" => rate::rate(expr, &what).map(|(reports, period)| {
                self.is_const &= is_const_rate(expr);
                quote_spanned!(at=> .at_most(#reports, #period))
            }),
            "keep" => value::count_in(expr, &what, 1..=1000).map(|reports| {
                self.is_const &= is_const_expr(expr);
                quote_spanned!(at=> .keep(#reports))
            }),
            "level" => value::word(expr, &what, &["error", "warn", "info"]).map(|word| {
                let level = Ident::new(&(word[..1].to_uppercase() + &word[1..]), at);
                quote_spanned!(at=> .level(#p::Level::#level))
            }),
            "panics" => value::word(expr, &what, &["on", "off"]).map(|word| {
                self.no_panics = (word == "off").then(|| key.clone());
                TokenStream::new()
            }),
            "rejected" => value::word(expr, &what, &["on", "off"]).map(|word| {
                let off = word == "off";
                if off { quote_spanned!(at=> .not_rejected()) } else { TokenStream::new() }
            }),
            _ if failures::is_no_closure(expr) => Err(syn::Error::new_spanned(
                expr,
                "`sink` is a static or a function, such as `AUDIT`, or a closure, such as `|report| audit(report)`",
            )),
            _ => {
                self.sink = Some(expr.clone());
                Ok(TokenStream::new())
            }
        };
        self.settings.extend(diag.take(call));
    }

    /// A static, and a reference to it.
    fn harness(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        if let Some(of) = &self.preset {
            let bound = quote_spanned!(at=> let __dyno_harness = #of;);
            return (bound, quote_spanned!(at=> __dyno_harness));
        }
        let (p, point, settings) = (&cx.private, cx.point(), &self.settings);
        let made = quote_spanned!(at=> #p::Harness::new(#point)#settings);
        if self.is_const {
            return (
                quote_spanned!(at=> static __DYNO_HARNESS: #p::Harness = #made;),
                quote_spanned!(at=> &__DYNO_HARNESS),
            );
        }
        (
            quote_spanned! {at=>
                static __DYNO_HARNESS: #p::LazyLock<#p::Harness> = #p::LazyLock::new(|| #made);
            },
            quote_spanned!(at=> #p::LazyLock::force(&__DYNO_HARNESS)),
        )
    }

    /// Who is told.
    fn sink(&self, cx: &Context) -> TokenStream {
        let p = &cx.private;
        let Some(expr) = &self.sink else { return quote_spanned!(here(self.at.span())=> #p::None) };
        let at = here(expr.span());
        let p = located(p.clone(), at);
        match expr {
            Expr::Closure(_) => quote_spanned!(at=> #p::Some(&#p::heard(#expr))),
            _ => quote_spanned!(at=> #p::Some(&#expr)),
        }
    }

    /// What is done with `__dyno_out`, where `call` is what every report is made with.
    fn look(&self, call: &TokenStream, rest: &TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        if self.failures.is_all() && !cx.wrap {
            return quote_spanned!(at=> #p::looked!(#call, &__dyno_out, #rest););
        }
        let failure = Failures::failure(at, cx);
        let verdict = self.failures.judged(&quote_spanned!(at=> __dyno_failure), at, cx);
        let failed = quote_spanned!(at=> #p::Verdict::is_failure(#verdict));
        if !cx.wrap {
            return quote_spanned! {at=>
                let __dyno_failure = #failure;
                if #failed {
                    #p::failed!(#call, __dyno_failure, #rest);
                }
            };
        }
        quote_spanned! {at=>
            let __dyno_failure = #failure;
            if let #p::Some(__dyno_fault) = #p::Option::and_then(__dyno_failure, #p::Error::fault) {
                #p::Harness::refused(#call, __dyno_fault, #rest);
            } else if #failed {
                let __dyno_failure = #p::Option::and_then(__dyno_failure, #p::Error::inner);
                #p::failed!(#call, __dyno_failure, #rest);
            }
        }
    }

    /// How the call ends, with its panic where that is told of, and the refusals that come here.
    fn end(&self, inner: &TokenStream, jumped: bool, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let mut inside = inner.clone();
        if jumped {
            let label = cx.own_refuge(at);
            inside = quote_spanned!(at=> #label: { #p::Ok::<_, #p::Fault>(#inner) });
        }
        if self.no_panics.is_some() {
            return inside;
        }
        if !cx.is_async {
            return quote_spanned!(at=> #p::caught(|| #inside));
        }
        let future = cx.future.clone().unwrap_or_else(|| quote_spanned!(at=> async { #inside }));
        quote_spanned!(at=> #p::caught_async(#p::pin!(#future)).await)
    }
}

impl Layer for Harness {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn catches(&self) -> bool {
        true
    }
    fn passes_on(&self) -> bool {
        true
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.shown.check(cx, diag);
        if let Some(key) = self.no_panics.as_ref().filter(|_| self.preset.is_none()) {
            if matches!(cx.sig.output, ReturnType::Default) {
                diag.error(
                    key,
                    "this function returns nothing, so without its panics the attribute can do nothing; drop the key",
                );
            }
        }
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let jumped = cx.jumped.replace(false);
        let (before, harness) = self.harness(cx);
        let (kept, bound, fields) = self.shown.kept(cx);
        let sink = self.sink(cx);
        let rest = quote_spanned!(at=> &#fields, #sink);
        let end = self.end(&inner, jumped, cx);
        let look = self.reported(self.look(&harness, &rest, cx), cx);
        let (mut out, mut refused) = (quote_spanned!(at=> __dyno_out), None);
        if jumped {
            out = quote_spanned!(at=> #p::Ok(__dyno_out));
            let goes_on = cx.pass_on(at);
            let told = quote_spanned!(at=> #p::Harness::refused(#harness, &__dyno_fault, #rest););
            let told = self.reported(told, cx);
            refused = Some(quote_spanned! {at=>
                #p::Err(__dyno_fault) => {
                    #told
                    #goes_on
                }
            });
        }
        let mut arms = quote_spanned! {at=>
            #out => {
                #look
                __dyno_out
            }
            #refused
        };
        if self.no_panics.is_none() {
            let ended = quote_spanned!(at=> #p::Ok(__dyno_end));
            let raised = quote_spanned! {at=>
                #p::Err(__dyno_panic) => #p::Harness::panicked(#harness, __dyno_panic, #rest),
            };
            arms = if jumped {
                quote_spanned!(at=> #ended => match __dyno_end { #arms }, #raised)
            } else {
                quote_spanned! {at=>
                    #p::Ok(__dyno_out) => {
                        #look
                        __dyno_out
                    }
                    #raised
                }
            };
        }
        quote_spanned! {at=> {
            #before
            #kept
            let __dyno_end = #end;
            #bound
            match __dyno_end { #arms }
        }}
    }
}

/// `LIMIT / PERIOD` of constants.
fn is_const_rate(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(binary) => is_const_expr(&binary.left) && is_const_expr(&binary.right),
        Expr::Paren(paren) => is_const_rate(&paren.expr),
        Expr::Group(group) => is_const_rate(&group.expr),
        _ => false,
    }
}
