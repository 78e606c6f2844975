//! `#[rate(100/1s)]`, `#[rate("api", rate = 100/1s, burst = 20)]`, `#[rate(API)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, Ident, Lit};

use super::limited::{KEYED, Kind, Limited};
use super::which::{Which, Words};
use super::{Common, Fallback, Layer, keys};
use crate::diag::Diag;
use crate::expand::Context;
use crate::grammar::{Arg, Args, Key, rate};

struct Rate {
    limited: Limited,
}

static KIND: Kind = Kind {
    words: Words { what: "rate", name: "\"api\"", path: "API" },
    of: "Rate",
    limit: "rate",
    needs: "how many calls are let in, and in how long",
    example: "100/1s",
};

const OWN: [Key; 5] = [
    Key::value("rate"),
    Key::value("burst"),
    Key::flag("smooth"),
    Key::value("wait"),
    Key::value("fallback"),
];

fn known() -> Vec<Key> {
    keys(&[&OWN, &KEYED])
}

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = common.keys(&[&OWN, &KEYED]);
    let mut limited = Limited::new(&KIND, at, common.said(at));
    let (read, whole) =
        Args { of: &limited.said().quoted(), positional: 1, keys: &keys, open: false }
            .parse_whole(args, diag);
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    let mut bursts: Option<&Ident> = None;
    for arg in &read {
        if common.take(arg, diag) {
            continue;
        }
        let Some(key) = &arg.key else {
            positional(&mut limited, arg, diag);
            continue;
        };
        if limited.take(key, arg, diag) {
            continue;
        }
        match key.to_string().as_str() {
            "rate" if limited.has_limit() => diag.error(key, "the rate is given twice"),
            "rate" => {
                if let Some(expr) = arg.expr("`rate`", diag) {
                    take_rate(&mut limited, expr, diag);
                }
            }
            "burst" | "smooth" if bursts.is_some() => {
                diag.error(key, "`smooth` is a `burst` of 1; keep one of them");
            }
            "smooth" => {
                bursts = Some(key);
                limited.set(key, &TokenStream::new(), None);
            }
            "burst" => {
                bursts = Some(key);
                limited.set_count(key, arg, diag);
            }
            "wait" => limited.set_time(key, arg, diag),
            _ => {
                if let Some(expr) = arg.expr("`fallback`", diag) {
                    layers.push(Box::new(Fallback::new(key, expr.clone())));
                }
            }
        }
    }
    if whole {
        limited.check(&read, &["rate", "burst", "smooth", "wait"], diag);
    }
    layers.push(Box::new(Rate { limited }));
    layers
}

/// A rate, or which one it is.
fn positional(limited: &mut Limited, arg: &Arg, diag: &mut Diag) {
    let Some(expr) = arg.expr("`rate`", diag) else { return };
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(text) if rate::is_text(&text.value()) => {
                take_rate(limited, expr, diag);
                limited.limit(quote!(1, ::core::time::Duration::from_secs(1)), expr);
            }
            Lit::Str(_) => limited.which = Which::read(expr, &KIND.words, diag),
            _ => take_rate(limited, expr, diag),
        },
        Expr::Unary(_) | Expr::Binary(_) | Expr::Range(_) | Expr::Paren(_) | Expr::Tuple(_) => {
            take_rate(limited, expr, diag);
        }
        _ => limited.which = Which::read(expr, &KIND.words, diag),
    }
}

fn take_rate(limited: &mut Limited, expr: &Expr, diag: &mut Diag) {
    if let Some((calls, per)) = diag.take(rate::rate(expr, "`rate`")) {
        limited.limit(quote!(#calls, #per), expr);
    }
}

impl Layer for Rate {
    fn at(&self) -> &Ident {
        self.limited.at()
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.limited.prepare(&known(), cx, diag);
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = self.limited.span();
        let p = &cx.private;
        let (statics, mut rate) = self.limited.name(cx);
        let bound = self.limited.bound(&mut rate);
        let entry = if cx.is_async {
            quote_spanned!(at=> #p::Rate::enter_async(#rate).await)
        } else {
            quote_spanned!(at=> #p::Rate::enter(#rate))
        };
        let (label, leave) = self.limited.leave(cx);
        let mut knock = quote_spanned!(at=> if let #p::Err(__dyno_refusal) = #entry { #leave; });
        if bound.is_some() {
            // That of a key is gone before the call is made.
            knock = quote_spanned!(at=> { #bound #knock; });
        }
        quote_spanned! {at=> #label {
            #statics
            #knock
            #inner
        }}
    }
}
