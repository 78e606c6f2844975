//! `#[retry(3, delay = 100ms)]`: an inline loop, so that borrows, `&mut self`, `?` and `.await`
//! behave as in a loop written by hand.

mod settings;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, Ident, Lifetime};

use self::settings::Settings;
use super::which::check_word;
use super::{Common, Fallback, Layer, Said, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::args::Value;
use crate::grammar::{Arg, Args, Failures, Key, failures};

pub(crate) struct Retry {
    at: Ident,
    said: Said,
    settings: Settings,
    failures: Failures,
    /// A success for which this does not hold is good enough.
    not_if: Option<Expr>,
    /// How long to wait, by the failure.
    asks: Option<Expr>,
    /// All errors are returned.
    compound: bool,
    /// The value without a key.
    lone: Option<Expr>,
    again: TokenStream,
    /// A service of which only the program knows how often it tries.
    preset: Option<TokenStream>,
}

const OWN: [Key; 4] = [
    Key::value("retry_if"),
    Key::value("retry_after"),
    Key::flag("compound"),
    Key::value("fallback"),
];

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let said = common.said(at);
    let keys = common.keys(&[&settings::KEYS, &OWN, &failures::KEYS]);
    let (read, whole) = Args { of: &said.quoted(), positional: 1, keys: &keys, open: false }
        .parse_whole(args, diag);
    let mut retry = Retry {
        at: at.clone(),
        said,
        settings: Settings::new(common.private()),
        failures: Failures::default(),
        not_if: None,
        asks: None,
        compound: false,
        lone: None,
        again: TokenStream::new(),
        preset: None,
    };
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    for arg in read {
        if common.take(&arg, diag) || retry.failures.take(&arg, diag) {
            continue;
        }
        if let (None, Value::Expr(expr)) = (&arg.key, &arg.value) {
            retry.lone = Some(expr.clone());
        }
        let key = arg.key.as_ref().map_or_else(|| "attempts".to_owned(), Ident::to_string);
        match key.as_str() {
            "compound" => {
                retry.compound = true;
                common.compound.clone_from(&arg.key);
            }
            "fallback" => {
                if let Some(expr) = arg.expr("`fallback`", diag) {
                    let at = arg.key.as_ref().unwrap_or(at);
                    layers.push(Box::new(Fallback::new(at, expr.clone())));
                }
            }
            "retry_if" => retry.not_if = closure(&arg, "|value| value.is_stale()", diag),
            "retry_after" => {
                retry.asks = closure(&arg, "|error| error.retry_after()", diag);
            }
            key => retry.settings.set(key, &arg, &retry.said, diag),
        }
    }
    if whole {
        retry.settings.check(diag);
    }
    layers.push(Box::new(retry));
    layers
}

fn closure(arg: &Arg, example: &str, diag: &mut Diag) -> Option<Expr> {
    let key = arg.key.as_ref()?;
    let expr = arg.expr(&format!("`{key}`"), diag)?;
    if failures::is_no_closure(expr) {
        diag.error(expr, format!("`{key}` is a closure, such as `{example}`"));
        return None;
    }
    Some(expr.clone())
}

/// One attempt of a preset: what is turned away leaves the loop, unless the service tries it again.
fn refused_or_not(
    service: &TokenStream,
    label: &Lifetime,
    inner: &TokenStream,
    at: Span,
    cx: &Context,
) -> TokenStream {
    let p = &cx.private;
    let refused = cx.refuse(&quote_spanned!(at=> __dyno_fault));
    let leave = if cx.has_refuge() { refused } else { quote_spanned!(at=> break #refused) };
    let wait = wait(at, cx);
    quote_spanned! {at=>
        let __dyno_end: #p::Result<_, #p::Fault> = #label: { #p::Ok(#inner) };
        let __dyno_out = match __dyno_end {
            #p::Ok(__dyno_out) => __dyno_out,
            #p::Err(__dyno_fault) => {
                match #p::Service::after_refusal(#service, &mut __dyno_attempts, &__dyno_fault) {
                    #p::None => #leave,
                    #p::Some(__dyno_pause) => {
                        #p::drop(__dyno_fault);
                        #wait;
                        continue;
                    }
                }
            }
        };
    }
}

/// Waits for the next attempt.
fn wait(at: Span, cx: &Context) -> TokenStream {
    let p = &cx.private;
    if cx.is_async {
        quote_spanned!(at=> #p::Pause::sleep(__dyno_pause).await)
    } else {
        quote_spanned!(at=> #p::Pause::block(__dyno_pause))
    }
}

impl Retry {
    /// As often as a service says.
    pub(super) fn of_preset(
        at: &Ident,
        service: TokenStream,
        failures: Failures,
        common: &Common,
    ) -> Self {
        let mut settings = Settings::new(common.private());
        // Should it not mind, it is told for nothing.
        settings.not_timed_out = true;
        Self {
            at: at.clone(),
            said: common.said(at),
            settings,
            failures,
            not_if: None,
            asks: None,
            compound: false,
            lone: None,
            again: TokenStream::new(),
            preset: Some(service),
        }
    }

    /// What stands before, and the attempts.
    fn attempts(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let (p, point) = (&cx.private, cx.point());
        let suffix = if cx.is_async { "_async" } else { "" };
        if let Some(service) = &self.preset {
            let attempts = Ident::new(&format!("attempts{suffix}"), at);
            let attempts = quote_spanned!(at=> #p::Service::#attempts(#service, #point));
            return (TokenStream::new(), attempts);
        }
        let (before, retry) = self.settings.retry(at);
        let start = Ident::new(&format!("start{suffix}"), at);
        (before, quote_spanned!(at=> #p::Attempts::#start(#point, #retry)))
    }

    /// How the attempt that left `__dyno_out` ended.
    fn verdict(&self, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let verdict = self.failures.verdict(&Failures::failure(at, cx), at, cx);
        let Some(not_if) = &self.not_if else { return verdict };
        let value = cx.of_return("Succeeds", "success", &quote_spanned!(at=> &__dyno_out));
        quote_spanned!(at=> #p::not_if(#verdict, #value, #not_if))
    }

    /// One attempt: a statement that binds `__dyno_out`, and how it ended.
    fn attempt(&self, inner: &TokenStream, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let p = &cx.private;
        if !(self.catches() && cx.jumped.replace(false)) {
            return (quote_spanned!(at=> let __dyno_out = #inner;), self.verdict(cx));
        }
        let label = cx.own_refuge(at);
        if let Some(service) = &self.preset {
            return (refused_or_not(service, &label, inner, at, cx), self.verdict(cx));
        }
        let refused = cx.of_return("Refuse", "refuse", &quote_spanned!(at=> __dyno_fault));
        let attempt = quote_spanned! {at=>
            let mut __dyno_rejected = #p::Asks::Nothing;
            let __dyno_end: #p::Result<_, #p::Fault> = #label: { #p::Ok(#inner) };
            let __dyno_out = match __dyno_end {
                #p::Ok(__dyno_out) => __dyno_out,
                #p::Err(__dyno_fault) => {
                    __dyno_rejected = #p::Asks::of(&__dyno_fault);
                    #refused
                }
            };
        };
        let verdict = self.verdict(cx);
        let verdict = quote_spanned! {at=>
            if #p::Asks::is_some(&__dyno_rejected) { #p::Verdict::Failure } else { #verdict }
        };
        (attempt, verdict)
    }

    /// What follows the attempt; what the failure asks for is looked at only then.
    fn next(&self, rejected: bool, late: bool, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let mut failure = cx.of_return("Outcome", "failure", &quote_spanned!(at=> __dyno_out));
        if cx.wrap && self.asks.is_some() {
            failure = quote_spanned!(at=> #p::Option::and_then(#failure, #p::Error::inner));
        }
        let ask = self.asks.as_ref().map(|ask| quote_spanned!(at=> , #ask));
        let call = quote_spanned!(at=> __dyno_attempts, __dyno_verdict, __dyno_out);
        let keeps = self.settings.not_timed_out && ask.is_some();
        if !(rejected || late || keeps) {
            return quote_spanned!(at=> #p::next!(#call, #failure #ask));
        }
        let call = quote_spanned!(at=> &mut #call);
        let mut asks = quote_spanned!(at=> #p::asks!(#failure #ask));
        if keeps {
            // What it asks for beside makes no other failure of it.
            asks = quote_spanned! {at=>
                match #p::asks!(#failure) {
                    #p::Asks::TimedOut => #p::Asks::TimedOut,
                    _ => #asks,
                }
            };
        }
        if rejected {
            asks = quote_spanned!(at=> #p::Asks::or(__dyno_rejected, || #asks));
        }
        if late {
            asks = quote_spanned!(at=> #p::Asks::late(__dyno_late, || #asks));
        }
        let left_alone = quote_spanned!(at=> #p::left_alone!(__dyno_out));
        let asks = quote_spanned!(at=> #p::Asks::or_left_alone(#asks, #left_alone));
        quote_spanned!(at=> #p::Attempts::after(#call, |__dyno_out| { #asks }))
    }
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
    fn catches(&self) -> bool {
        // Of a preset only the program knows whether it tries again what was turned away.
        self.settings.rejected || self.preset.is_some()
    }
    fn passes_on(&self) -> bool {
        self.preset.is_some()
    }
    fn minds_time(&self) -> bool {
        self.settings.not_timed_out
    }
    fn compounds(&self) -> bool {
        self.compound
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        if let Some(expr) = &self.lone {
            let keys = keys(&[&settings::KEYS, &OWN, &failures::KEYS]);
            let say = "the number of attempts in all is a whole number, such as `3`";
            check_word(expr, &self.said, say, &keys, cx, diag);
        }
        self.again = cx.fresh_arguments(&self.settings.used());
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, again) = (&cx.private, &self.again);
        let rejected = self.settings.rejected && cx.jumped.get();
        let (attempt, verdict) = self.attempt(&inner, cx);
        let late = cx.late.replace(false);
        let next = self.next(rejected, late, cx);
        let note = late.then(|| quote_spanned!(at=> let mut __dyno_late = false;));
        let reset = cx.flagged.get().then(|| quote_spanned!(at=> __dyno_refused = false;));
        let wait = wait(at, cx);
        let (before, attempts) = self.attempts(cx);
        let (errors, mut end, keep) = if self.compound {
            (
                Some(quote_spanned!(at=> let mut __dyno_errors = #p::Errors::new();)),
                quote_spanned!(at=> #p::Errors::end(__dyno_errors, __dyno_out, &__dyno_attempts)),
                quote_spanned! {at=>
                    #p::Errors::keep(&mut __dyno_errors, __dyno_out, &__dyno_pause);
                },
            )
        } else {
            let left = quote_spanned!(at=> #p::give_up(__dyno_out););
            (None, quote_spanned!(at=> __dyno_out), left)
        };
        if rejected && cx.is_noted() {
            cx.flagged.set(true);
            end = quote_spanned!(at=> {
                __dyno_refused |= #p::Asks::is_some(&__dyno_rejected);
                #end
            });
        }
        quote_spanned! {at=> {
            #before
            let mut __dyno_attempts = #attempts;
            #errors
            loop {
                #reset
                #note
                #again
                #attempt
                let __dyno_verdict = #verdict;
                match #next {
                    #p::Next::Done(__dyno_out) => break #end,
                    #p::Next::More(__dyno_out, __dyno_pause) => {
                        #keep
                        #wait
                    }
                }
            }
        }}
    }
}
