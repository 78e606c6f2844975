//! `pool("io", size = 10, queue = 50)`: the threads that a body which blocks runs on.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Expr, FnArg, Ident, ReceiverKind, Type};

use super::limited::{Kind, Limited};
use super::timeout::Timeout;
use super::which::{Which, Words};
use super::{Common, Layer, Said};
use crate::diag::Diag;
use crate::expand::Context;
use crate::grammar::args::Value;
use crate::grammar::{Arg, Args, Key, value};

/// Which pool, and what is said of it here.
pub(super) struct Pool {
    pub(super) key: Ident,
    /// None: that which dyno has for all.
    named: Option<Limited>,
}

static KIND: Kind = Kind {
    words: Words { what: "pool", name: "\"io\"", path: "IO" },
    of: "Pool",
    limit: "size",
    needs: "the name of the pool",
    example: "\"io\"",
};

const LIMIT: &str = "limit";
const OWN: [Key; 4] =
    [Key::value("size"), Key::value("queue"), Key::value("idle"), Key::value(LIMIT)];

/// The key `pool` of a service, of which `limit` is how long an attempt may take.
pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let said = common.said(at);
    let (named, written) = read(at, said.clone(), args, &OWN, diag);
    let pool = Pool { key: at.clone(), named: Some(named) };
    vec![Box::new(Timeout::on(at, said, written, pool, diag))]
}

/// The same beside a preset, which knows how long an attempt may take: an `Option`.
pub(super) fn of_preset(
    at: &Ident,
    args: TokenStream,
    limit: TokenStream,
    diag: &mut Diag,
) -> Box<dyn Layer> {
    let said = Said::new(at, true);
    let (named, _) = read(at, said.clone(), args, &OWN[..3], diag);
    let pool = Pool { key: at.clone(), named: Some(named) };
    Box::new(Timeout::on(at, said, None, pool, diag).within(limit))
}

/// The pool, and the limit if one is given beside it.
fn read(
    at: &Ident,
    said: Said,
    args: TokenStream,
    keys: &[Key],
    diag: &mut Diag,
) -> (Limited, Option<Expr>) {
    let mut limited = Limited::new(&KIND, at, said);
    let (read, whole) = Args { of: &limited.said().quoted(), positional: 1, keys, open: false }
        .parse_whole(args, diag);
    let mut limit = None;
    for arg in &read {
        match &arg.key {
            None => {
                if let Some(expr) = arg.expr("the pool", diag) {
                    limited.which = which(expr, diag);
                }
            }
            Some(key) if key == LIMIT => limit = arg.expr("`limit`", diag).cloned(),
            Some(key) if key == "idle" => limited.set_time(key, arg, diag),
            Some(key) => limited.set_count(key, arg, diag),
        }
    }
    if whole {
        check(&limited, &read, diag);
    }
    (limited, limit)
}

/// A number is most likely meant as its size.
fn which(expr: &Expr, diag: &mut Diag) -> Which {
    match value::number(expr) {
        Some(number) => {
            let message =
                format!("a pool has a name, by which others share it: `\"io\", size = {number}`");
            diag.error(expr, message);
            Which::Own
        }
        None => Which::read(expr, &KIND.words, diag),
    }
}

fn check(limited: &Limited, args: &[Arg], diag: &mut Diag) {
    let named = args.iter().any(|arg| arg.key.is_none());
    let settings = || args.iter().filter_map(|arg| arg.key.as_ref()).filter(|key| *key != LIMIT);
    if named {
        if let Some(of) = limited.which.of_static() {
            for key in settings() {
                let message =
                    format!("`{of}` has its settings where it is defined; set `{key}` there");
                diag.error(key, message);
            }
        }
        return;
    }
    let message = "a pool has a name such as `\"io\"`, or is a static such as `IO`";
    match settings().next() {
        Some(key) => diag.error(key, message),
        None => diag.error(limited.at(), message),
    }
}

impl Pool {
    /// `on_pool`, `on_pool = "io"`, `on_pool("io", size = 10)`.
    pub(super) fn of(key: &Ident, value: &Value, diag: &mut Diag) -> Self {
        let args = match value {
            Value::Flag => return Self { key: key.clone(), named: None },
            Value::Group(args) => args.clone(),
            value => value.to_token_stream(),
        };
        let (named, _) = read(key, Said::new(key, true), args, &OWN[..3], diag);
        Self { key: key.clone(), named: Some(named) }
    }

    /// What the pool cannot take.
    pub(super) fn prepare(&self, cx: &Context, diag: &mut Diag) {
        if let Some(named) = &self.named {
            named.prepare(&OWN[..3], cx, diag);
        }
        check_arguments(&self.key, cx, diag);
    }

    /// What stands before the call, and the expression that names the pool.
    pub(super) fn name(&self, cx: &Context) -> Option<(TokenStream, TokenStream)> {
        let named = self.named.as_ref()?;
        match &named.which {
            // A reference of the user's own, which is to live as long as the program.
            Which::Static(of) if !matches!(of, Expr::Path(_)) => {
                Some((TokenStream::new(), quote!(#of)))
            }
            _ => Some(named.name(cx)),
        }
    }
}

/// What cannot be handed to another thread.
fn is_lent(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => {
            reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static")
        }
        Type::Group(group) => is_lent(&group.elem),
        Type::Paren(paren) => is_lent(&paren.elem),
        _ => false,
    }
}

/// The `Rc` of `Option<Rc<u8>>`; what else is not `Send` the compiler finds.
fn rc(tokens: &TokenStream) -> Option<Ident> {
    let mut trees = tokens.clone().into_iter().peekable();
    while let Some(tree) = trees.next() {
        let opens = matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '<');
        match tree {
            TokenTree::Ident(word) if opens && word == "Rc" => return Some(word),
            TokenTree::Group(group) => match rc(&group.stream()) {
                None => {}
                found => return found,
            },
            _ => {}
        }
    }
    None
}

fn check_arguments(key: &Ident, cx: &Context, diag: &mut Diag) {
    if cx.is_async {
        let message = format!(
            "`{key}` is for functions that block; an async one is dropped when it is late, so leave it out"
        );
        diag.error(key, message);
        return;
    }
    for input in &cx.sig.inputs {
        if let Some(counted) = rc(&input.to_token_stream()) {
            let message = format!(
                "`{key}` hands the arguments to another thread, and an `Rc` cannot go there; take an `Arc`"
            );
            diag.error(counted, message);
            continue;
        }
        let (lent, remedy) = match input {
            FnArg::Receiver(receiver) => {
                (matches!(receiver.kind, ReceiverKind::Reference(..)), "take `self: Arc<Self>`")
            }
            FnArg::Typed(arg) => (is_lent(&arg.ty), "take it by value: a `String`, an `Arc`"),
        };
        if lent {
            diag.error(input, format!("`{key}` hands the arguments to another thread, and this one is borrowed; {remedy}"));
        }
    }
}
