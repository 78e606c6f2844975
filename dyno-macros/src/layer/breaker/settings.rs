//! The settings of a breaker: what each key takes, and the builder call it becomes.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use crate::diag::Diag;
use crate::expand::here;
use crate::grammar::args::Value;
use crate::grammar::share::{self, Bounds};
use crate::grammar::value::{self, Window};
use crate::grammar::{Arg, Key};

/// How a setting is read.
#[derive(Clone, Copy)]
enum Reads {
    /// A number between these.
    Count(u32, u32),
    Time,
    /// A duration, or a range of them when it grows.
    Reset,
    /// A number of calls, or a duration.
    Window,
    Share(Bounds),
    /// Rising percentages.
    Stages,
    /// The path of a static.
    Rule,
    /// A variant of the enum of this name.
    Word(&'static str, &'static [&'static str]),
}

const STATES: [&str; 6] =
    ["closed", "open", "half_open", "forced_open", "disabled", "metrics_only"];

const SETTINGS: [(&str, Reads); 17] = [
    ("fail_max", Reads::Count(1, u32::MAX)),
    ("reset_timeout", Reads::Reset),
    ("success_threshold", Reads::Count(1, 4000)),
    ("success_rate", Reads::Share(Bounds::Some)),
    ("trials", Reads::Count(1, 64)),
    ("probe_timeout", Reads::Time),
    ("jitter", Reads::Share(Bounds::Any)),
    ("window", Reads::Window),
    ("failure_rate", Reads::Share(Bounds::Some)),
    ("min_calls", Reads::Count(1, u32::MAX)),
    ("slow", Reads::Time),
    ("slow_rate", Reads::Share(Bounds::Some)),
    ("expected_in", Reads::Time),
    ("recover", Reads::Stages),
    ("rule", Reads::Rule),
    ("trip_error", Reads::Word("TripError", &["own", "rejected"])),
    ("starts", Reads::Word("State", &STATES)),
];

/// The keys of all settings.
pub(super) fn keys() -> Vec<Key> {
    let key = |(name, reads): &(&'static str, Reads)| match reads {
        Reads::Stages => Key::list(name),
        _ => Key::value(name),
    };
    SETTINGS.iter().map(key).collect()
}

/// `true` when the key is one of a setting.
pub(super) fn is_setting(key: &Ident) -> bool {
    SETTINGS.iter().any(|(name, _)| key == name)
}

/// The settings of one attribute.
pub(super) struct Settings {
    /// `::dyno::__private`
    private: TokenStream,
    /// `.fail_max(3)`, `.trials(2)`
    calls: Vec<Call>,
    /// `window = EXPRESSION`, of which only the type says what it is measured in.
    window: Option<TokenStream>,
    /// Every setting may stand in a `static` as it is.
    pub(super) is_const: bool,
    given: Vec<Given>,
}

struct Call {
    call: TokenStream,
    /// Where a constant stands that only the compiler can look at.
    constant: Option<Span>,
}

struct Given {
    key: Ident,
    value: TokenStream,
    number: Option<u32>,
    /// Of a duration that is a literal.
    nanos: Option<u64>,
    /// Of which it is said here what it comes to.
    is_share: bool,
}

impl Settings {
    pub(super) fn new(private: TokenStream) -> Self {
        Self { private, calls: Vec::new(), window: None, is_const: true, given: Vec::new() }
    }

    /// `made` with the settings.
    pub(super) fn of(&self, made: &TokenStream) -> TokenStream {
        let p = &self.private;
        let made = self.calls.iter().fold(made.clone(), |made, Call { call, constant }| {
            match *constant {
                // What a constant panics with is told under all of the expression.
                Some(at) => quote_spanned!(at=> (#made) #call),
                None => quote!(#made #call),
            }
        });
        match &self.window {
            None => made,
            Some(window) => {
                let at = here(window.span());
                quote_spanned!(at=> #p::window(#made, #window))
            }
        }
    }

    /// A setting without which the others cannot be judged.
    pub(super) fn gives(&self, key: &str) -> bool {
        self.given(key).is_some()
    }

    fn given(&self, key: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.key == key)
    }

    /// Reads the setting that `arg` gives.
    pub(super) fn set(&mut self, key: &Ident, arg: &Arg, diag: &mut Diag) {
        let Some((_, reads)) = SETTINGS.iter().find(|(name, _)| key == name) else { return };
        let (number, nanos) = match &arg.value {
            Value::Expr(expr) => (value::number(expr), value::literal(expr, "").ok().flatten()),
            _ => (None, None),
        };
        let is_share = share::is_literal(&arg.value);
        let value = arg.value.to_token_stream();
        self.given.push(Given { key: key.clone(), value, number, nanos, is_share });
        let fixed = is_const(&arg.value);
        self.is_const &= fixed;
        let what = format!("`{key}`");
        let read = match reads {
            Reads::Share(bounds) => share::share(&arg.value, &what, *bounds).map(one(key)),
            Reads::Stages => share::rising(&arg.value, &what).map(|list| {
                let list = self.stages(&arg.value, &list, fixed);
                one(key)(list)
            }),
            _ => match arg.expr(&what, diag) {
                Some(expr) => self.in_expr(key, *reads, expr, &what),
                None => return,
            },
        };
        let Some((setter, value)) = diag.take(read) else { return };
        if setter == "window" {
            self.window = Some(value);
            self.is_const = false;
            return;
        }
        let setter = Ident::new(&setter, here(key.span()));
        let constant = match &arg.value {
            Value::Expr(expr @ Expr::Path(_))
                if fixed && !matches!(reads, Reads::Word(..) | Reads::Rule) =>
            {
                Some(here(expr.span()))
            }
            _ => None,
        };
        let at = constant.unwrap_or_else(|| setter.span());
        self.calls.push(Call { call: quote_spanned!(at=> .#setter(#value)), constant });
    }

    /// The builder method and what it is called with.
    fn in_expr(
        &self,
        key: &Ident,
        reads: Reads,
        expr: &Expr,
        what: &str,
    ) -> syn::Result<(String, TokenStream)> {
        let at = here(expr.span());
        let p = &self.private;
        match reads {
            Reads::Count(least, most) => value::count_in(expr, what, least..=most).map(one(key)),
            Reads::Reset if matches!(expr, Expr::Range(_)) => {
                Ok(("reset_backoff".to_owned(), value::range(expr, what)?))
            }
            Reads::Window => Ok(match value::window(expr, what)? {
                Window::Calls(calls) => ("window_calls".to_owned(), calls),
                Window::Time(time) => ("window_time".to_owned(), time),
                Window::Either => ("window".to_owned(), expr.to_token_stream()),
            }),
            Reads::Rule if matches!(expr, Expr::Path(_)) => {
                Ok(one(key)(quote_spanned!(at=> &#expr)))
            }
            Reads::Rule => Err(syn::Error::new_spanned(
                expr,
                "`rule` is the path of a static that is a `Rule`, such as `MY_RULE`",
            )),
            Reads::Word(of, words) => {
                let word = value::word(expr, what, words)?;
                let (of, variant) = (Ident::new(of, at), Ident::new(&camel(word), at));
                Ok(one(key)(quote_spanned!(at=> #p::#of::#variant)))
            }
            _ => value::duration(expr, what).map(one(key)),
        }
    }

    /// The list as a `&'static [f64]`.
    fn stages(&self, value: &Value, list: &TokenStream, fixed: bool) -> TokenStream {
        let at = here(value.to_token_stream().span());
        let p = &self.private;
        match value {
            Value::List(..) if fixed => quote_spanned!(at=> &#list),
            // Read once, when the breaker is made.
            Value::List(..) => quote_spanned!(at=> #p::Box::leak(#p::Box::new(#list))),
            _ => list.clone(),
        }
    }

    /// Settings that contradict one another.
    pub(super) fn check(&self, diag: &mut Diag) {
        if let (Some(rate), None) = (self.given("slow_rate"), self.given("slow")) {
            diag.error(
                &rate.key,
                "`slow_rate` is the share of calls that take longer than `slow`; say how long that is: `slow = 2s`",
            );
        }
        let trials = self.given("success_threshold").map_or(Some(1), |trials| trials.number);
        if let Some(rate) = self.given("success_rate").filter(|r| r.is_share && trials == Some(1)) {
            diag.error(
                &rate.key,
                "`success_rate` is taken over `success_threshold` trials, and there is one; give `success_threshold`, such as 5",
            );
        }
        let number = |key| self.given(key).and_then(|given| Some((given, given.number?)));
        if let (Some((least, calls)), Some((_, size))) = (number("min_calls"), number("window")) {
            if calls > size {
                diag.error(
                    &least.value,
                    format!(
                        "`min_calls` must be at most {size}: the window never holds more calls"
                    ),
                );
            }
        }
        let nanos = |key| self.given(key).and_then(|given| Some((given, given.nanos?)));
        if let (Some((slow, longer)), Some((_, limit))) = (nanos("slow"), nanos("expected_in")) {
            if longer >= limit {
                diag.error(
                    &slow.value,
                    "`slow` must be shorter than `expected_in`: a call that takes longer than that has failed already",
                );
            }
        }
    }
}

/// The method is called as the key is.
fn one(key: &Ident) -> impl Fn(TokenStream) -> (String, TokenStream) {
    let name = key.to_string();
    move |value| (name.clone(), value)
}

/// `half_open` → `HalfOpen`
fn camel(word: &str) -> String {
    let capital = |part: &str| part[..1].to_uppercase() + &part[1..];
    word.split('_').map(capital).collect()
}

/// May stand in a `static` as it is.
fn is_const(value: &Value) -> bool {
    match value {
        Value::Percent(_) => true,
        Value::List(_, values) => values.iter().all(is_const),
        Value::Expr(expr) => is_const_expr(expr),
        _ => false,
    }
}

pub(in super::super) fn is_const_expr(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Path(_) => true,
        Expr::Range(range) => [&range.start, &range.end]
            .into_iter()
            .all(|end| end.as_ref().is_some_and(|end| is_const_expr(end))),
        Expr::Unary(unary) => is_const_expr(&unary.expr),
        Expr::Paren(paren) => is_const_expr(&paren.expr),
        Expr::Group(group) => is_const_expr(&group.expr),
        _ => false,
    }
}
