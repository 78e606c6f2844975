//! `only`, `except` and `except_if`: which failures a policy minds.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Pat, UnOp};

use super::args::{Arg, Key, Value};
use crate::diag::Diag;
use crate::expand::Context;

/// The keys that every policy with an opinion on failures takes.
pub(crate) const KEYS: [Key; 3] =
    [Key::pattern("only"), Key::pattern("except"), Key::value("except_if")];

/// Which failures count. The others are ignored: they move no counter and cause no retry.
#[derive(Default)]
pub(crate) struct Failures {
    only: Option<Choice>,
    except: Option<Choice>,
    except_if: Option<Expr>,
    /// Those that do not count are successes.
    excluded_succeed: bool,
}

struct Choice {
    pattern: Pat,
    guard: Option<Expr>,
}

impl Failures {
    /// Takes the argument if it is one of these keys.
    pub(crate) fn take(&mut self, arg: &Arg, diag: &mut Diag) -> bool {
        let Some(key) = &arg.key else { return false };
        match (key.to_string().as_str(), &arg.value) {
            ("only", Value::Pattern(pattern, guard)) => {
                check_names(pattern, guard.as_ref(), diag);
                self.only = Some(Choice { pattern: pattern.clone(), guard: guard.clone() });
            }
            ("except", Value::Pattern(pattern, guard)) => {
                if guard.is_none() && matches!(pattern, Pat::Wild(_)) {
                    diag.error(pattern, EXCLUDES_ALL);
                }
                check_names(pattern, guard.as_ref(), diag);
                self.except = Some(Choice { pattern: pattern.clone(), guard: guard.clone() });
            }
            ("except_if", Value::Expr(predicate)) => {
                if let Some(always) = always_true(predicate) {
                    diag.error(always, EXCLUDES_ALL);
                } else if is_no_closure(predicate) {
                    diag.error(predicate, "`except_if` is a closure, such as `|e| e.is_minor()`");
                }
                self.except_if = Some(predicate.clone());
            }
            _ => return false,
        }
        if self.only.is_some() && self.except.is_some() {
            diag.error(key, "`only` already says which failures count, and `except` contradicts it; keep one of them");
        }
        true
    }

    /// What is told of `__dyno_failure`: what the function says, and else dyno's own word.
    pub(crate) fn told(at: Span, cx: &Context) -> TokenStream {
        let p = &cx.private;
        if !cx.wrap {
            return quote_spanned!(at=> __dyno_failure);
        }
        quote_spanned! {at=>
            #p::Option::and_then(__dyno_failure, #p::Error::inner)
                => #p::Option::and_then(__dyno_failure, #p::Error::fault)
        }
    }

    /// Every failure counts.
    pub(crate) fn is_all(&self) -> bool {
        self.only.is_none() && self.except.is_none() && self.except_if.is_none()
    }

    /// What becomes of those that do not count: they are successes, or they are ignored.
    pub(crate) fn excluded(&mut self, succeed: bool) {
        self.excluded_succeed = succeed;
    }

    /// The failure that `__dyno_out` stands for, an `Option<&E>`.
    pub(crate) fn failure(at: Span, cx: &Context) -> TokenStream {
        cx.of_return("Outcome", "failure", &quote_spanned!(at=> &__dyno_out))
    }

    /// An expression of type `Verdict` on `failure`, an `Option<&E>`.
    pub(crate) fn verdict(&self, failure: &TokenStream, at: Span, cx: &Context) -> TokenStream {
        let p = &cx.private;
        let judged = self.judged(failure, at, cx);
        if cx.flagged.get() {
            quote_spanned!(at=> if __dyno_refused { #p::Verdict::Ignored } else { #judged })
        } else {
            judged
        }
    }

    /// The same, whether or not dyno had refused the call.
    pub(crate) fn judged(&self, failure: &TokenStream, at: Span, cx: &Context) -> TokenStream {
        let p = &cx.private;
        if self.is_all() && !cx.wrap {
            return quote_spanned!(at=> #p::verdict(#failure));
        }
        let counts = self.counts(at, cx);
        quote_spanned! {at=>
            match #failure {
                #p::None => #p::Verdict::Success,
                #counts
            }
        }
    }

    fn counts(&self, at: Span, cx: &Context) -> TokenStream {
        let p = &cx.private;
        // The guard may speak of the error as `e`, so the name is the user's.
        let name = self.name(at);
        let excluded = if self.excluded_succeed { "Success" } else { "Ignored" };
        let excluded = Ident::new(excluded, at);
        let counted = Ident::new("Failure", at);
        let mut judged = match (&self.only, &self.except) {
            (Some(only), _) => only.verdict(&name, &counted, &excluded, at, cx),
            (None, Some(except)) => except.verdict(&name, &excluded, &counted, at, cx),
            (None, None) => quote_spanned!(at=> match #name { _ => #p::Verdict::#counted, }),
        };
        if let Some(predicate) = &self.except_if {
            let excuses = cx.with(
                &name.to_token_stream(),
                predicate,
                &syn::parse_quote!(::core::primitive::bool),
            );
            judged = quote_spanned! {at=>
                if #excuses { #p::Verdict::#excluded } else { #judged }
            };
        }
        if cx.wrap {
            // dyno's own word is no failure of the function, unless it was too slow.
            judged = quote_spanned! {at=>
                match #p::Error::inner(#name) {
                    #p::None => #p::Error::verdict(#name),
                    #p::Some(#name) => #judged,
                }
            };
        }
        quote_spanned! {at=>
            #[allow(unused_variables, unreachable_patterns, clippy::all, clippy::pedantic)]
            #p::Some(#name) => #judged,
        }
    }

    fn name(&self, at: Span) -> Ident {
        let guard = self.only.as_ref().or(self.except.as_ref()).and_then(|c| c.guard.as_ref());
        match guard.and_then(|guard| find_e(guard.to_token_stream())) {
            Some(span) => Ident::new("e", span),
            None => Ident::new("__dyno_failure", guard.map_or(at, |g| at.located_at(g.span()))),
        }
    }
}

impl Choice {
    /// `chosen` for a `failure` that is one of these, else `others`.
    fn verdict(
        &self,
        failure: &Ident,
        chosen: &Ident,
        others: &Ident,
        at: Span,
        cx: &Context,
    ) -> TokenStream {
        let (p, Self { pattern, guard }) = (&cx.private, self);
        let guard = guard.as_ref().map(|guard| quote_spanned!(at=> if #guard));
        let cases = alternatives(pattern);
        let value = by_value(&cases).then(|| quote_spanned!(at=> *));
        let judged = quote_spanned! {at=>
            match #value #failure {
                #pattern #guard => #p::Verdict::#chosen,
                _ => #p::Verdict::#others,
            }
        };
        let [one] = cases.as_slice() else { return judged };
        let Some(name) = lone_name(one).filter(|name| is_capital(name)) else { return judged };
        // A slip of the pen would be a name for every failure: it is none that both patterns bind,
        // so it does not compile. Of several patterns the compiler sees to that by itself.
        let any = quote_spanned!(at.located_at(name.span())=> _);
        quote_spanned! {at=> {
            if false { match #p::another(#failure) { #name | #any => {} } }
            #judged
        }}
    }
}

const EXCLUDES_ALL: &str = "this excludes every failure, so the attribute can do nothing";

/// A lone name in lower case stands for every failure.
fn check_names(pattern: &Pat, guard: Option<&Expr>, diag: &mut Diag) {
    for name in alternatives(pattern).into_iter().filter_map(lone_name) {
        let said = name.to_string();
        if guard.is_none() && !is_capital(name) {
            let message = format!(
                "this pattern takes every failure: `{said}` is a name for it; write a pattern such as `Error::Busy`, or a guard such as `{said} if {said}.is_minor()`"
            );
            diag.error(name, message);
        }
    }
}

/// `A`, `B` of `A | B`.
fn alternatives(pattern: &Pat) -> Vec<&Pat> {
    match pattern {
        Pat::Or(or) => or.cases.iter().flat_map(alternatives).collect(),
        Pat::Paren(paren) => alternatives(&paren.pat),
        one => vec![one],
    }
}

/// A name that the compiler takes for a variant, a constant, or a binding.
fn lone_name(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(pat)
            if pat.subpat.is_none() && pat.by_ref.is_none() && pat.mutability.is_none() =>
        {
            Some(&pat.ident)
        }
        _ => None,
    }
}

fn is_capital(name: &Ident) -> bool {
    name.to_string().starts_with(char::is_uppercase)
}

/// `TIMEOUT`
fn is_constant(name: &Ident) -> bool {
    !name.to_string().contains(char::is_lowercase)
}

/// They are matched against the failure itself, as text and constants may be references; others
/// against a reference to it, out of which nothing is moved.
fn by_value(cases: &[&Pat]) -> bool {
    let is_name = |case: &Pat| lone_name(case).is_some_and(is_capital);
    let is_value = |case: &Pat| match case {
        Pat::Lit(_) | Pat::Range(_) | Pat::Path(_) => true,
        other => lone_name(other).is_some_and(is_constant),
    };
    cases.iter().all(|case| is_name(case) || is_value(case))
        && cases.iter().any(|case| is_value(case))
}

/// The `true` of `|_| true`.
fn always_true(predicate: &Expr) -> Option<&Expr> {
    let Expr::Closure(closure) = predicate else { return None };
    let mut body = &*closure.body;
    while let Expr::Block(block) = body {
        let [syn::Stmt::Expr(only, None)] = block.block.stmts.as_slice() else { return None };
        body = only;
    }
    matches!(body, Expr::Lit(lit) if matches!(&lit.lit, syn::Lit::Bool(is) if is.value))
        .then_some(body)
}

/// A literal or a range, which cannot be called.
pub(crate) fn is_no_closure(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(paren) => is_no_closure(&paren.expr),
        Expr::Group(group) => is_no_closure(&group.expr),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && is_no_closure(&unary.expr),
        _ => matches!(expr, Expr::Lit(_) | Expr::Range(_) | Expr::Array(_)),
    }
}

/// Where the guard says `e`.
fn find_e(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|tree| match tree {
        proc_macro2::TokenTree::Ident(ident) if ident == "e" => Some(ident.span()),
        proc_macro2::TokenTree::Group(group) => find_e(group.stream()),
        _ => None,
    })
}
