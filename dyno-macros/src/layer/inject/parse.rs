//! The arguments of `#[inject]`.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Ident, Lit};

use super::dep::{Dep, Lifetime, Source};
use super::{Inject, OnError};
use crate::diag::{Diag, closest, hint};
use crate::grammar::args::Value;
use crate::grammar::{Arg, Args, Key};
use crate::layer::{Common, Layer, keys};

pub(super) const FOR_ALL: [Key; 5] = [
    Key::value("fallback"),
    Key::value("on_error"),
    Key::value("scope"),
    Key::value("stop"),
    Key::flag("with"),
];

const FOR_ONE: [Key; 6] = [
    Key::value("fallback"),
    Key::value("scope"),
    Key::value("stop"),
    Key::flag("lazy"),
    Key::flag("optional"),
    Key::value("tag"),
];

pub(in crate::layer) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = keys(&[&FOR_ALL]);
    let read = Args { of: "`#[inject]`", positional: 0, keys: &keys, open: true }.parse(args, diag);
    let mut inject = Inject::new(at.clone(), Vec::new());
    let (mut scope, mut stop) = (None, None);
    let mut told = !diag.is_empty();
    for arg in read {
        // `name = "…"` names the point; `name = provider` is a parameter of that name.
        let is_parameter = matches!((&arg.key, &arg.value), (Some(key), Value::Expr(expr))
            if key == "name" && !matches!(expr, Expr::Lit(_)));
        if !is_parameter && common.take(&arg, diag) {
            continue;
        }
        let Arg { key: Some(key), value } = arg else { continue };
        match (key.to_string().as_str(), value) {
            ("with", Value::Flag) => inject.with = Some(key),
            ("fallback", Value::Expr(expr)) => inject.fallback = Some((key, expr)),
            ("on_error", Value::Expr(expr)) => inject.on_error = on_error(&expr, diag),
            ("scope", Value::Expr(expr)) => scope = lifetime(&expr, diag),
            ("stop", Value::Expr(expr)) => stop = Some((key, expr)),
            (_, value) => match one(&key, value, diag) {
                Some(dep) => inject.deps.push(dep),
                None => told = true,
            },
        }
    }
    if inject.deps.is_empty() && !told {
        diag.error(at, "`#[inject]` names nothing to inject; write `parameter = provider`, `parameter = tag(\"…\")` or a lone `parameter`");
    }
    for dep in &mut inject.deps {
        dep.lifetime = dep.lifetime.or(scope);
    }
    if let Some((key, expr)) = stop {
        match inject.deps.as_mut_slice() {
            [dep] => dep.stop = Some(expr),
            _ => diag.error(key, "several parameters are injected here; say which one it stops: `db(connect, stop = close)`"),
        }
    }
    vec![Box::new(inject)]
}

/// One parameter: `db`, `db = provider`, `db = tag("…")`, `db(provider, fallback = …)`.
fn one(key: &Ident, value: Value, diag: &mut Diag) -> Option<Dep> {
    match value {
        Value::Flag => Some(Dep::new(key.clone(), Source::ByType)),
        Value::Expr(expr) => {
            let known = FOR_ALL.map(|known| known.name);
            let mut wrong = Diag::default();
            let source = provider(&expr, &mut wrong);
            // What is no provider may well be the value of a misspelt key.
            match closest(&key.to_string(), &known) {
                Some(near) if source.is_none() => {
                    let message = format!("`#[inject]` has no key `{key}`; did you mean `{near}`?");
                    diag.error(key, message);
                }
                _ => diag.absorb(wrong),
            }
            Some(Dep::new(key.clone(), source?))
        }
        Value::Group(group) => {
            let args =
                Args { of: &format!("`{key}(…)`"), positional: 1, keys: &FOR_ONE, open: false };
            let read = args.parse(group, diag);
            let mut dep = Dep::new(key.clone(), Source::ByType);
            options(&mut dep, &read, diag);
            Some(dep)
        }
        other => {
            diag.error(other, format!("`{key}` needs a provider: `{key} = connect`"));
            None
        }
    }
}

/// What may be said about one parameter or field.
pub(crate) fn options(dep: &mut Dep, args: &[Arg], diag: &mut Diag) {
    for arg in args {
        let Some(key) = &arg.key else {
            if let Some(source) = arg.expr("the provider", diag).and_then(|e| provider(e, diag)) {
                dep.source = source;
            }
            continue;
        };
        match (key.to_string().as_str(), &arg.value) {
            ("fallback", Value::Expr(expr)) => dep.fallback = Some(expr.clone()),
            ("scope", Value::Expr(expr)) => dep.lifetime = lifetime(expr, diag),
            ("stop", Value::Expr(expr)) => dep.stop = Some(expr.clone()),
            ("tag", Value::Expr(expr)) => {
                if matches!(dep.source, Source::Provider { .. }) {
                    diag.error(key, "the provider says already where it comes from; drop the provider or the tag");
                }
                dep.source = Source::Tag(expr.clone());
            }
            ("lazy", _) => dep.lazy = true,
            ("optional", _) => dep.optional = Some(key.clone()),
            (_, value) => diag.error(value, format!("`{key}` needs a value: `{key} = …`")),
        }
    }
}

/// A provider as written: `connect`, `connect.await`, `tag("smtp")`, `|| connect("url")`.
pub(crate) fn provider(expr: &Expr, diag: &mut Diag) -> Option<Source> {
    match expr {
        Expr::Await(wait) => {
            Some(Source::Provider { expr: called(&wait.base, ".await", diag)?, is_async: true })
        }
        Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("tag")) => {
            match call.args.first() {
                Some(tag) if call.args.len() == 1 => Some(Source::Tag(tag.clone())),
                _ => {
                    diag.error(call, "a tag is one text: `tag(\"smtp\")`");
                    None
                }
            }
        }
        Expr::Lit(lit) => {
            let text = lit.to_token_stream();
            let what = if matches!(lit.lit, Lit::Str(_)) {
                format!("; by its tag it is `tag({text})`")
            } else {
                String::new()
            };
            diag.error(lit, format!("a provider is a function or closure that makes the value, not the value itself{what}; for a fixed value write `|| {text}`"));
            None
        }
        other => Some(Source::Provider { expr: called(other, "", diag)?, is_async: false }),
    }
}

/// A provider is named, not called: dyno calls it when the value is wanted.
fn called(expr: &Expr, wait: &str, diag: &mut Diag) -> Option<Expr> {
    if uses_self(expr.to_token_stream()) {
        diag.error(expr, "a provider outlives every call, so it cannot use `self`; take what it needs by injection");
        return None;
    }
    match expr {
        Expr::Call(call) => {
            let func = call.func.to_token_stream().to_string().replace(' ', "");
            let written = call.to_token_stream().to_string().replace(' ', "");
            let remedy =
                if call.args.is_empty() { func + wait } else { format!("|| {written}{wait}") };
            diag.error(call, format!("a provider is named, not called; write `{remedy}`"));
            None
        }
        Expr::MethodCall(call) => {
            diag.error(
                call,
                "a provider is a function or a closure; write `|| …` around this call",
            );
            None
        }
        _ => Some(expr.clone()),
    }
}

/// The value `self`, not the module of `self::open`.
fn uses_self(tokens: TokenStream) -> bool {
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let found = match tree {
            TokenTree::Ident(ident) if ident == "self" => {
                !matches!(trees.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':')
            }
            TokenTree::Group(group) => uses_self(group.stream()),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

fn lifetime(expr: &Expr, diag: &mut Diag) -> Option<Lifetime> {
    let word = expr.to_token_stream().to_string();
    match word.as_str() {
        "singleton" => Some(Lifetime::Singleton),
        "call" => Some(Lifetime::Call),
        "registry" => Some(Lifetime::Registry),
        _ => {
            let hint = hint(&word, ["singleton", "registry", "call"]);
            diag.error(expr, format!("there is no scope `{word}`; {hint}"));
            None
        }
    }
}

fn on_error(expr: &Expr, diag: &mut Diag) -> Option<OnError> {
    let word = expr.to_token_stream().to_string();
    match word.as_str() {
        "panic" => Some(OnError::Panic),
        "none" => Some(OnError::None),
        "default" => Some(OnError::Default),
        _ => {
            let hint = hint(&word, ["panic", "none", "default"]);
            diag.error(expr, format!("`on_error` knows no `{word}`; {hint}"));
            None
        }
    }
}
