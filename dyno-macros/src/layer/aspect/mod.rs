//! `#[aspect(before = f, after = g, around = h)]`: what runs at the join point, known statically;
//! `#[aspect("shop::price")]`: filters that are set while the program runs; and, with any of it or
//! none, the place where pointcuts put their advice.

mod advised;
mod chosen;
mod filtered;

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Ident, Lit, LitStr};

use super::{Common, Layer, keys};
use crate::diag::{Diag, hint};
use crate::expand::{Context, here};
use crate::grammar::{Args, Key};
use advised::Advised;
use chosen::Choice;
use filtered::Filtered;

/// A word in lower case, most likely meant as a key.
fn plain_word(expr: &Expr) -> Option<String> {
    let Expr::Path(path) = expr else { return None };
    let word = path.path.get_ident()?.to_string();
    (!word.chars().any(char::is_uppercase)).then_some(word)
}

/// Static advice.
struct Aspect {
    at: Ident,
    before: Option<Expr>,
    after: Option<Expr>,
    around: Option<Expr>,
}

const OWN: [Key; 5] = [
    Key::value("before"),
    Key::value("after"),
    Key::value("around"),
    Key::group("args"),
    Key::flag("no_result"),
];

/// Outermost first: pointcuts, static advice, filters.
pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = keys(&[&OWN]);
    let read =
        Args { of: "`#[aspect]`", positional: 1, keys: &keys, open: false }.parse(args, diag);
    let mut aspect = Aspect { at: at.clone(), before: None, after: None, around: None };
    let (mut join, mut no_result, mut choice, mut chosen) = (None, None, Choice::ALL, None);
    for arg in read {
        if common.take(&arg, diag) {
            continue;
        }
        let Some(key) = &arg.key else {
            join = arg.expr("the join point", diag).and_then(|expr| name(expr, diag));
            continue;
        };
        match key.to_string().as_str() {
            "args" => {
                choice = Choice::read(&arg, diag);
                chosen = Some(key.clone());
            }
            "no_result" => no_result = Some(key.clone()),
            word => aspect.take(word, arg.expr(&format!("`{key}`"), diag).cloned(), diag),
        }
    }
    if let Some(key) = no_result.as_ref().filter(|_| join.is_none()) {
        diag.error(key, "`no_result` keeps the result from filters, and there are none without a join point: `#[aspect(\"shop::price\", no_result)]`");
    }
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    // One for all aspects of the function.
    let outermost = !std::mem::replace(&mut common.advised, true);
    if outermost {
        layers.push(Box::new(Advised::new(at.clone(), choice.clone())));
    } else if let Some(key) = chosen.as_ref().filter(|_| join.is_none()) {
        diag.error(key, "pointcuts see the arguments that the first `#[aspect]` of the function chooses; move `args` there");
    }
    if aspect.is_given() {
        layers.push(Box::new(aspect));
    } else if !outermost && join.is_none() && diag.is_empty() {
        diag.error(at, "this aspect does nothing that the one above does not; give `before = f`, `after = g`, `around = h` or the name of a join point");
    }
    if let Some(join) = join {
        layers.push(Box::new(Filtered::new(at.clone(), join, choice, no_result)));
    }
    layers
}

/// The name of a join point.
fn name(expr: &Expr, diag: &mut Diag) -> Option<LitStr> {
    if let Expr::Lit(lit) = expr {
        if let Lit::Str(name) = &lit.lit {
            if name.value().is_empty() {
                diag.error(name, "the name of a join point is not empty");
            }
            return Some(name.clone());
        }
    }
    let word = match expr {
        Expr::Call(call) => plain_word(&call.func),
        other => plain_word(other),
    };
    match word {
        Some(word) => {
            let hint = hint(&word, OWN.iter().map(|key| key.name));
            diag.error(expr, format!("`#[aspect]` has no key `{word}`, {hint}; a join point is a name such as `\"shop::price\"`"));
        }
        None => diag.error(expr, "a join point is a name such as `\"shop::price\"`"),
    }
    None
}

/// The advice, and whether it is to be awaited: `before = audit.await`.
fn awaited(expr: &Expr) -> (&Expr, bool) {
    match expr {
        Expr::Await(wait) => (&wait.base, true),
        other => (other, false),
    }
}

impl Aspect {
    fn take(&mut self, key: &str, expr: Option<Expr>, diag: &mut Diag) {
        match key {
            "before" => self.before = expr,
            "after" => self.after = expr,
            _ => {
                if let Some(Expr::Await(wait)) = &expr {
                    diag.error(wait.await_token, "in an async function `around` is awaited by itself; write it without `.await`");
                }
                self.around = expr;
            }
        }
    }

    fn is_given(&self) -> bool {
        self.before.is_some() || self.after.is_some() || self.around.is_some()
    }

    /// A function or closure is called with `args`; any other expression is run as it stands.
    fn advice(expr: Option<&Expr>, args: &TokenStream) -> Option<TokenStream> {
        let (advice, waits) = awaited(expr?);
        let at = here(syn::spanned::Spanned::span(advice));
        let wait = waits.then(|| quote_spanned!(at=> .await));
        Some(match advice {
            Expr::Path(_) | Expr::Closure(_) | Expr::Field(_) => {
                quote_spanned!(at=> (#advice)(#args)#wait;)
            }
            _ => quote_spanned!(at=> #advice #wait;),
        })
    }
}

impl Layer for Aspect {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn encloses(&self) -> bool {
        self.around.is_some()
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, point) = (&cx.private, cx.point());
        let join = quote_spanned!(at=> &__dyno_join);
        let before = Self::advice(self.before.as_ref(), &join);
        let after = Self::advice(self.after.as_ref(), &quote_spanned!(at=> #join, &__dyno_out));
        let call = match self.around.as_ref().map(|expr| awaited(expr).0) {
            None => inner,
            Some(around) if cx.is_async => {
                quote_spanned!(at=> (#around)(#join, async { #inner }).await)
            }
            Some(around) => quote_spanned!(at=> (#around)(#join, || #inner)),
        };
        quote_spanned! {at=> {
            let __dyno_join = #p::JoinPoint::new(#point);
            #before
            let __dyno_out = #call;
            #after
            __dyno_out
        }}
    }
}
