//! The settings of a retry: what each key takes, and the builder call it becomes.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Lit, LitStr};

use crate::diag::Diag;
use crate::expand::here;
use crate::grammar::args::Value;
use crate::grammar::share::{self, Bounds};
use crate::grammar::{Arg, Key};
use crate::grammar::{decimal, value};

pub(super) const KEYS: [Key; 14] = [
    Key::value("attempts"),
    Key::value("retries"),
    Key::value("delay"),
    Key::value("backoff"),
    Key::value("factor"),
    Key::value("jitter"),
    Key::value("pauses"),
    Key::value("max_elapsed"),
    Key::value("budget"),
    Key::value("rejected"),
    Key::value("timed_out"),
    Key::value("nested"),
    Key::value("listen"),
    Key::flag("idempotent"),
];

/// The settings of one attribute.
pub(super) struct Settings {
    /// `::dyno::__private`
    private: TokenStream,
    /// `new(3)`, `retries(2)`
    count: Option<TokenStream>,
    /// `.delay(…)`, `.jitter(…)`
    calls: TokenStream,
    /// What stands before: the budget of its own.
    before: TokenStream,
    /// All of it may stand in a constant.
    is_const: bool,
    /// What dyno turned away is tried again.
    pub(super) rejected: bool,
    /// What its time limit ended is not.
    pub(super) not_timed_out: bool,
    /// The keys that say how long to pause.
    paused: Vec<Ident>,
    shaped: Vec<Ident>,
}

impl Settings {
    pub(super) fn new(private: TokenStream) -> Self {
        Self {
            private,
            count: None,
            calls: TokenStream::new(),
            before: TokenStream::new(),
            is_const: true,
            rejected: false,
            not_timed_out: false,
            paused: Vec::new(),
            shaped: Vec::new(),
        }
    }

    /// The tokens the attribute itself evaluates.
    pub(super) fn used(&self) -> TokenStream {
        let (count, calls) = (&self.count, &self.calls);
        quote!(#count #calls)
    }

    /// What stands before, and a `&Retry`.
    pub(super) fn retry(&self, at: Span) -> (TokenStream, TokenStream) {
        let (p, calls, before) = (&self.private, &self.calls, &self.before);
        let count = self.count.clone().unwrap_or_else(|| quote_spanned!(at=> new(3)));
        let made = quote_spanned!(at=> #p::Retry::#count #calls);
        if self.is_const {
            return (before.clone(), quote_spanned!(at=> const { &#made }));
        }
        let bound = quote_spanned!(at=> #before let __dyno_retry = #made;);
        (bound, quote_spanned!(at=> &__dyno_retry))
    }

    /// Reads the setting that `arg` gives.
    pub(super) fn set(&mut self, key: &str, arg: &Arg, diag: &mut Diag) {
        let what = format!("`{key}`");
        if key == "budget" {
            return self.budget(arg, diag);
        }
        if key == "idempotent" {
            return;
        }
        let what = if key == "attempts" { "the number of attempts".to_owned() } else { what };
        let Some(expr) = arg.expr(&what, diag) else { return };
        let at = here(expr.span());
        let p = self.private.clone();
        match key {
            "attempts" | "retries" => return self.count(key, arg, expr, diag),
            "delay" | "backoff" | "pauses" => self.paused.extend(arg.key.clone()),
            "factor" | "jitter" => self.shaped.extend(arg.key.clone()),
            _ => {}
        }
        self.is_const &=
            is_const(expr) || matches!(key, "jitter" | "rejected" | "timed_out" | "nested");
        let call = match key {
            "delay" => value::duration(expr, &what).map(|it| quote_spanned!(at=> .delay(#it))),
            "max_elapsed" => {
                value::duration(expr, &what).map(|it| quote_spanned!(at=> .max_elapsed(#it)))
            }
            "backoff" => value::range(expr, &what).map(|it| quote_spanned!(at=> .backoff(#it))),
            "factor" => factor(expr).map(|it| quote_spanned!(at=> .factor(#it))),
            "jitter" => {
                value::word(expr, &what, &["full", "equal", "decorrelated", "none"]).map(|word| {
                    let variant = Ident::new(&(word[..1].to_uppercase() + &word[1..]), at);
                    quote_spanned!(at=> .jitter(#p::Jitter::#variant))
                })
            }
            "rejected" => value::word(expr, &what, &["retry", "stop"]).map(|word| {
                self.rejected = word == "retry";
                flag(self.rejected, "rejected", at)
            }),
            "timed_out" => value::word(expr, &what, &["retry", "stop"]).map(|word| {
                self.not_timed_out = word == "stop";
                flag(self.not_timed_out, "not_timed_out", at)
            }),
            "nested" => value::word(expr, &what, &["allow", "stop"])
                .map(|word| flag(word == "allow", "nested", at)),
            _ => value::of_static(expr, &what).map(|it| {
                let method = Ident::new(key, at);
                quote_spanned!(at=> .#method(#it))
            }),
        };
        self.calls.extend(diag.take(call));
    }

    fn count(&mut self, key: &str, arg: &Arg, expr: &Expr, diag: &mut Diag) {
        if self.count.is_some() {
            return diag.error_at(arg.span(), "the number of attempts is given twice");
        }
        let at = here(expr.span());
        self.is_const &= is_const(expr);
        let retries = key == "retries";
        let what = if retries { "the number of retries" } else { "the number of attempts in all" };
        let number = diag.take(value::count(expr, what, 1)).unwrap_or_default();
        self.count = Some(if retries {
            quote_spanned!(at=> retries(#number))
        } else {
            quote_spanned!(at=> new(#number))
        });
        if value::number(expr) == Some(1) && !retries {
            diag.error(
                expr,
                "one attempt in all is no retry; give at least 2, or leave the retry out",
            );
        }
    }

    /// A share is a budget of its own, a text one that is shared, all else a `&'static Budget`.
    fn budget(&mut self, arg: &Arg, diag: &mut Diag) {
        let p = self.private.clone();
        let at = here(arg.value.to_token_stream().span());
        if let Value::Expr(Expr::Lit(lit)) = &arg.value {
            if let Lit::Str(name) = &lit.lit {
                return self.shared_budget(name, diag);
            }
        }
        if share::is_literal(&arg.value) {
            let Some(share) = diag.take(share::share(&arg.value, "`budget`", Bounds::Some)) else {
                return;
            };
            self.before = quote_spanned! {at=>
                static __DYNO_BUDGET: #p::Budget = #p::Budget::new().share(#share);
            };
            self.calls.extend(quote_spanned!(at=> .budget(&__DYNO_BUDGET)));
            return;
        }
        let Some(expr) = arg.expr("`budget`", diag) else { return };
        match value::of_static(expr, "`budget`") {
            Ok(of) => {
                self.is_const &= is_const(expr);
                self.calls.extend(quote_spanned!(at=> .budget(#of)));
            }
            Err(_) => diag.error(
                expr,
                "`budget` is a share of the calls such as `20%`, a name such as `\"shop\"`, or a static such as `BUDGET`",
            ),
        }
    }

    fn shared_budget(&mut self, name: &LitStr, diag: &mut Diag) {
        if name.value().is_empty() {
            return diag.error(name, "the name of a budget is not empty");
        }
        let (p, at) = (self.private.clone(), here(name.span()));
        self.is_const = false;
        self.before = quote_spanned! {at=>
            static __DYNO_BUDGET: #p::SharedBudget = #p::SharedBudget::new(#name);
        };
        self.calls.extend(quote_spanned!(at=> .budget(#p::SharedBudget::get(&__DYNO_BUDGET))));
    }

    /// Settings that contradict one another.
    pub(super) fn check(&self, diag: &mut Diag) {
        if let [_, second, ..] = self.paused.as_slice() {
            diag.error(
                second,
                "`delay` is the same pause each time, `backoff` a growing one and `pauses` a rule of your own; keep one of them",
            );
        }
        let backoff = self.paused.iter().any(|key| key == "backoff");
        for key in self.shaped.iter().filter(|_| !backoff) {
            let message = format!(
                "`{key}` is how the pauses of `backoff` grow or differ; give `backoff = 50ms..2s`"
            );
            diag.error(key, message);
        }
    }
}

/// `.nested()`, if so.
fn flag(given: bool, name: &str, at: Span) -> TokenStream {
    let name = Ident::new(name, at);
    if given { quote_spanned!(at=> .#name()) } else { TokenStream::new() }
}

/// A literal or a constant; a word in lower case may be a parameter.
fn is_const(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) => true,
        Expr::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| !last.ident.to_string().contains(char::is_lowercase)),
        Expr::Range(range) => [&range.start, &range.end]
            .into_iter()
            .all(|end| end.as_ref().is_some_and(|end| is_const(end))),
        Expr::Unary(unary) => is_const(&unary.expr),
        Expr::Paren(paren) => is_const(&paren.expr),
        Expr::Group(group) => is_const(&group.expr),
        _ => false,
    }
}

/// `2`, `1.5`, or an expression of type `f64`.
fn factor(expr: &Expr) -> syn::Result<TokenStream> {
    const LOW: &str = "must be above 1: by it the pauses grow; the same pause each time is `delay`";
    decimal::decimal(expr, "`factor`", (1.0, LOW), 1000.0)
}
