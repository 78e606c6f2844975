//! `balance = PRICES`, `balance(["http://a:1", "http://b:1"], key = user)`: a target for each attempt.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprArray, ExprLit, Ident, Lit};

use super::call::takes_call;
use super::given::{self, Policy};
use super::target;
use crate::diag::Diag;
use crate::expand::{Context, here, located};
use crate::grammar::args::Value;
use crate::grammar::share::{self, Bounds};
use crate::grammar::{Arg, Args, Failures, Key, failures, value};
use crate::layer::breaker::{OfTargets, is_const_expr};
use crate::layer::which::{check_word, is_place, lent};
use crate::layer::{Common, Layer, Said};

pub(super) struct Balance {
    at: Ident,
    said: Said,
    targets: Targets,
    /// Calls of the same key go to the same target.
    key: Option<Expr>,
    failures: Failures,
    retry_after: Option<Expr>,
    /// `.policy(…)`, `.breaker(…)`
    settings: TokenStream,
    /// All of that may stand in a `static` as it is.
    is_const: bool,
    /// The function is told which target it is.
    told: bool,
}

/// Who picks.
enum Targets {
    None,
    Static(Expr),
    Own(ExprArray),
}

const OWN: [Key; 6] = [
    Key::value("key"),
    Key::value("policy"),
    Key::value("max_ejected"),
    Key::value("slow_start"),
    Key::value("decay"),
    Key::value("retry_after"),
];

const SAY: &str = "who balances is a static such as `PRICES`, or a list of targets such as `[\"http://10.0.0.1:80\"]`";
const POLICIES: [&str; 5] = ["p2c", "round_robin", "weighted", "least_in_flight", "random"];

/// Reads it, with what the breakers of its targets are given beside it.
pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    breaker: Option<OfTargets>,
    common: &mut Common,
    diag: &mut Diag,
) -> Balance {
    let said = common.said(at);
    let keys = common.keys(&[&OWN, &failures::KEYS]);
    let (read, whole) = Args { of: &said.quoted(), positional: 1, keys: &keys, open: false }
        .parse_whole(args, diag);
    let mut balance = Balance {
        at: at.clone(),
        said,
        targets: Targets::None,
        key: None,
        failures: Failures::default(),
        retry_after: None,
        settings: TokenStream::new(),
        is_const: true,
        told: false,
    };
    let p = common.private();
    for arg in &read {
        if !balance.failures.take(arg, diag) {
            balance.take(arg, &p, diag);
        }
    }
    if matches!(balance.targets, Targets::None) && whole && diag.is_empty() {
        let it = balance.said.quoted();
        diag.error(at, format!("{it} does not say among whom; {SAY}"));
    }
    if let Some(breaker) = breaker {
        balance.of_breaker(breaker);
    }
    balance
}

impl Balance {
    fn take(&mut self, arg: &Arg, p: &TokenStream, diag: &mut Diag) {
        let Some(key) = &arg.key else {
            if let Some(expr) = arg.expr("who balances", diag) {
                self.targets = targets(expr, diag);
            }
            return;
        };
        let what = format!("`{key}`");
        let at = here(key.span());
        if let (Targets::Static(of), false) = (&self.targets, key == "key" || key == "retry_after")
        {
            let of = of.to_token_stream();
            diag.error(
                key,
                format!("`{of}` has its settings where it is defined; set `{key}` there"),
            );
            return;
        }
        if key == "max_ejected" {
            let share = diag.take(share::share(&arg.value, &what, Bounds::Any));
            self.is_const &= matches!(&arg.value, Value::Percent(_))
                || matches!(&arg.value, Value::Expr(expr) if is_const_expr(expr));
            self.settings.extend(share.map(|it| quote_spanned!(at=> .max_ejected(#it))));
            return;
        }
        let Some(expr) = arg.expr(&what, diag) else { return };
        let call = match key.to_string().as_str() {
            "key" => {
                self.key = Some(expr.clone());
                return;
            }
            "retry_after" if failures::is_no_closure(expr) => Err(syn::Error::new_spanned(
                expr,
                "`retry_after` is a closure, such as `|error| error.retry_after()`",
            )),
            "retry_after" => {
                self.retry_after = Some(expr.clone());
                return;
            }
            "policy" => value::word(expr, &what, &POLICIES).map(|word| {
                let variant = Ident::new(&camel(word), at);
                quote_spanned!(at=> .policy(#p::Balancing::#variant))
            }),
            _ => value::duration(expr, &what).map(|it| {
                self.is_const &= is_const_expr(expr);
                let setter = Ident::new(&key.to_string(), at);
                quote_spanned!(at=> .#setter(#it))
            }),
        };
        self.settings.extend(diag.take(call));
    }

    /// The breakers of the targets, which are not said twice.
    fn of_breaker(&mut self, breaker: OfTargets) {
        let OfTargets { settings, is_const, failures, retry_after } = breaker;
        let at = here(self.at.span());
        self.settings.extend(quote_spanned!(at=> .breaker(#settings)));
        self.is_const &= is_const;
        if self.failures.is_all() {
            self.failures = failures;
        }
        self.retry_after = self.retry_after.take().or(retry_after);
    }

    /// What stands before the call, and the expression that names the balancer.
    fn balancer(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let (p, settings) = (&cx.private, &self.settings);
        let list = match &self.targets {
            Targets::None => return (TokenStream::new(), TokenStream::new()),
            Targets::Static(of @ Expr::Path(_)) => {
                let p = located(p.clone(), here(of.span()));
                let of = lent(of);
                return (TokenStream::new(), quote_spanned!(at=> #p::Balancer::list(#of)));
            }
            Targets::Static(of) => return (TokenStream::new(), lent(of)),
            Targets::Own(list) => list,
        };
        let point = cx.point();
        let made = quote_spanned!(at=> #p::Balancer::of(#point, &#list)#settings);
        let (kind, made, named) = if self.is_const {
            (quote_spanned!(at=> #p::Balancer), made, quote_spanned!(at=> &__DYNO_BALANCER))
        } else {
            (
                quote_spanned!(at=> #p::LazyLock<#p::Balancer>),
                quote_spanned!(at=> #p::LazyLock::new(|| #made)),
                quote_spanned!(at=> #p::LazyLock::force(&__DYNO_BALANCER)),
            )
        };
        (
            quote_spanned!(at=> static __DYNO_BALANCER: #kind = #made;),
            quote_spanned!(at=> #p::Balancer::list(#named)),
        )
    }

    fn pick(&self, balancer: &TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let Some(key) = &self.key else {
            return quote_spanned!(at=> #p::Balancer::pick(#balancer, &__dyno_tried));
        };
        let key = lent(key);
        quote_spanned!(at=> #p::Balancer::pick_for(#balancer, #key, &__dyno_tried))
    }
}

/// The key beside a preset, which says itself among whom.
pub(super) fn key(balance: Option<Policy>, common: &mut Common, diag: &mut Diag) -> Option<Expr> {
    let Policy { key: at, args, .. } = balance?;
    let of = Said::new(&at, true).quoted();
    let keys = [Key::value("key")];
    let read = Args { of: &of, positional: 0, keys: &keys, open: false }.parse(args, diag);
    let _ = common;
    let key = read.first().and_then(|arg| arg.expr("`key`", diag)).cloned();
    if key.is_none() && diag.is_empty() {
        diag.error(at, "a preset says itself among whom is balanced; which calls go to the same target is said by `balance(key = user)`");
    }
    key
}

/// A static, or a list.
fn targets(expr: &Expr, diag: &mut Diag) -> Targets {
    if let Some(list) = given::list(expr) {
        return own(expr, list, diag);
    }
    let message = match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            let text = text.value();
            let all = text.split([',', ';']).map(str::trim).filter(|one| !one.is_empty());
            let all: Vec<String> = all.map(|one| format!("{one:?}")).collect();
            format!("targets are a list: `balance = [{}]`", all.join(", "))
        }
        Expr::Lit(_) => SAY.to_owned(),
        _ if is_place(expr) => return Targets::Static(expr.clone()),
        _ => SAY.to_owned(),
    };
    diag.error(expr, message);
    Targets::None
}

/// A list, of which what is text is looked at.
fn own(expr: &Expr, list: &ExprArray, diag: &mut Diag) -> Targets {
    if list.elems.is_empty() {
        diag.error(expr, "the list of targets is empty; targets that are found while the program runs are those of a static");
        return Targets::None;
    }
    if let Some(wrong) = list.elems.iter().find(|it| !is_target(it)) {
        diag.error(wrong, "a target is text, such as `\"http://10.0.0.1:80\"`");
        return Targets::None;
    }
    target::check(list, diag);
    Targets::Own(list.clone())
}

/// Text, or a constant that is one.
fn is_target(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(lit) => matches!(&lit.lit, Lit::Str(text) if !text.value().trim().is_empty()),
        Expr::Path(_) | Expr::Macro(_) => true,
        Expr::Group(group) => is_target(&group.expr),
        _ => false,
    }
}

/// `least_in_flight` → `LeastInFlight`
fn camel(word: &str) -> String {
    word.split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

impl Layer for Balance {
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
        self.told = takes_call(cx);
        if let Targets::Static(expr) = &self.targets {
            check_word(
                expr,
                &self.said,
                SAY,
                &[OWN.as_slice(), &failures::KEYS].concat(),
                cx,
                diag,
            );
        }
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let (statics, balancer) = self.balancer(cx);
        let picked = self.pick(&balancer, cx);
        let target = self.told.then(|| target(at, cx));
        let failure = Failures::failure(at, cx);
        let verdict = self.failures.verdict(&quote_spanned!(at=> __dyno_failure), at, cx);
        let failed = Failures::told(at, cx);
        let ask = self.retry_after.as_ref().map(|ask| quote_spanned!(at=> , #ask));
        let (note, late) = cx.note_of_late(at);
        let refuse = cx.refuse(&quote_spanned!(at=> __dyno_fault));
        let (label, leave) = if cx.has_refuge() {
            (None, refuse.clone())
        } else {
            let label = cx.label("balanced", at);
            (Some(quote_spanned!(at=> #label:)), quote_spanned!(at=> break #label #refuse))
        };
        let ready = match (&self.targets, cx.is_async) {
            (Targets::Static(_), true) => {
                ready(&quote_spanned!(at=> #p::Balancer::unresolved(#balancer)), &leave, at, cx)
            }
            _ => TokenStream::new(),
        };
        quote_spanned! {at=> #label {
            #statics
            #ready
            let __dyno_pick = match #picked {
                #p::Ok(__dyno_pick) => __dyno_pick,
                #p::Err(__dyno_fault) => #leave,
            };
            #target
            #note
            let __dyno_out = #inner;
            let __dyno_failure = #failure;
            let __dyno_tripped =
                #p::settled!(__dyno_pick, #verdict, __dyno_out, #failed #ask #late);
            if let #p::Some(__dyno_fault) = __dyno_tripped { #refuse } else { __dyno_out }
        }}
    }
}

/// Waits for targets that are not known yet: the pick would block the task.
pub(super) fn ready(
    unresolved: &TokenStream,
    leave: &TokenStream,
    at: Span,
    cx: &Context,
) -> TokenStream {
    let p = &cx.private;
    quote_spanned! {at=>
        if let #p::Some(__dyno_resolving) = #unresolved {
            if let #p::Err(__dyno_fault) = __dyno_resolving.await {
                #leave
            }
        }
    }
}

/// What the function is told.
fn target(at: Span, cx: &Context) -> TokenStream {
    let p = &cx.private;
    quote_spanned!(at=> let __dyno_target = #p::Arc::clone(#p::Pick::target(&__dyno_pick));)
}

/// Which targets a call has tried: around all its attempts.
pub(super) struct Tries {
    pub(super) at: Ident,
}

impl Layer for Tries {
    fn at(&self) -> &Ident {
        &self.at
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        quote_spanned! {at=> {
            let __dyno_tried = #p::Tried::new();
            #inner
        }}
    }
}
