//! `#[bulkhead(10)]`, `#[bulkhead("db", limit = 10, wait = 50ms)]`, `#[bulkhead(DB)]`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Ident, Lit};

use super::limited::{KEYED, Kind, Limited};
use super::which::{Which, Words};
use super::{Common, Fallback, Layer, keys};
use crate::diag::Diag;
use crate::expand::Context;
use crate::grammar::{Arg, Args, Key, value};

struct Bulkhead {
    limited: Limited,
}

static KIND: Kind = Kind {
    words: Words { what: "bulkhead", name: "\"db\"", path: "DB" },
    of: "Bulkhead",
    limit: "limit",
    needs: "how many calls may be in flight at a time",
    example: "10",
};

const OWN: [Key; 4] =
    [Key::value("limit"), Key::value("wait"), Key::value("queue"), Key::value("fallback")];

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
            "limit" if limited.has_limit() => {
                diag.error(key, "how many calls may be in flight at a time is given twice");
            }
            "limit" => {
                if let Some(expr) = arg.expr("`limit`", diag) {
                    take_limit(&mut limited, expr, diag);
                }
            }
            "wait" => limited.set_time(key, arg, diag),
            "queue" => limited.set_count(key, arg, diag),
            _ => {
                if let Some(expr) = arg.expr("`fallback`", diag) {
                    layers.push(Box::new(Fallback::new(key, expr.clone())));
                }
            }
        }
    }
    if whole {
        limited.check(&read, &["limit", "wait", "queue"], diag);
        check_queue(&limited, &read, diag);
    }
    layers.push(Box::new(Bulkhead { limited }));
    layers
}

/// A number is the limit, all else says which one it is.
fn positional(limited: &mut Limited, arg: &Arg, diag: &mut Diag) {
    let Some(expr) = arg.expr("`limit`", diag) else { return };
    let is_number = match expr {
        Expr::Lit(lit) => !matches!(lit.lit, Lit::Str(_)),
        Expr::Unary(_) | Expr::Binary(_) | Expr::Range(_) | Expr::Paren(_) => true,
        _ => false,
    };
    if is_number {
        take_limit(limited, expr, diag);
    } else {
        limited.which = Which::read(expr, &KIND.words, diag);
    }
}

fn take_limit(limited: &mut Limited, expr: &Expr, diag: &mut Diag) {
    if let Some(limit) = diag.take(value::count(expr, "`limit`", 1)) {
        limited.limit(limit, expr);
    }
}

/// Another place of the same name, or a static, may say how long calls wait.
fn check_queue(limited: &Limited, args: &[Arg], diag: &mut Diag) {
    let given =
        |name: &str| args.iter().find_map(|arg| arg.key.as_ref().filter(|key| *key == name));
    if let (Some(queue), None, Which::Own) = (given("queue"), given("wait"), &limited.which) {
        diag.error(
            queue,
            "`queue` is how many calls may wait for a place, and none does; say how long: `wait = 50ms`",
        );
    }
}

impl Layer for Bulkhead {
    fn at(&self) -> &Ident {
        self.limited.at()
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.limited.prepare(&known(), cx, diag);
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = self.limited.span();
        let p = &cx.private;
        let (statics, mut bulkhead) = self.limited.name(cx);
        // The place is one of it, so that of a key has to stay as long.
        let bound = self.limited.bound(&mut bulkhead);
        let entry = if cx.is_async {
            // A future that need not wait costs as much as all else.
            quote_spanned! {at=>
                match #p::Bulkhead::pass(#bulkhead) {
                    #p::Some(__dyno_place) => #p::Ok(__dyno_place),
                    #p::None => #p::Bulkhead::enter_async(#bulkhead).await,
                }
            }
        } else {
            quote_spanned!(at=> #p::Bulkhead::enter(#bulkhead))
        };
        let (label, leave) = self.limited.leave(cx);
        quote_spanned! {at=> #label {
            #statics
            #bound
            let __dyno_place = match #entry {
                #p::Ok(__dyno_place) => __dyno_place,
                #p::Err(__dyno_refusal) => #leave,
            };
            let __dyno_out = #inner;
            __dyno_out
        }}
    }
}
