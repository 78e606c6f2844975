//! `#[inject(db = connect_db, mail = tag("smtp"), fallback = None)]`: takes parameters out of the
//! signature and binds them in front of the body.

mod dep;
mod emit;
mod ends;
mod parse;
mod shape;

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, FnArg, Ident, Pat, Type};

use super::Layer;
use crate::diag::{Diag, closest, hint};
use crate::expand::{Context, here, unname};

pub(crate) use dep::{Dep, Source};
pub(crate) use parse::options;
pub(super) use parse::parse;
pub(crate) use shape::{Wrapper, classify};

pub(crate) struct Inject {
    at: Ident,
    deps: Vec<Dep>,
    /// For those that have none of their own.
    fallback: Option<(Ident, Expr)>,
    on_error: Option<OnError>,
    pub(crate) with: Option<Ident>,
}

/// What a function without room for an error does when a dependency cannot be had.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnError {
    Panic,
    None,
    Default,
}

impl Inject {
    /// These dependencies, and nothing said for all.
    pub(crate) fn new(at: Ident, deps: Vec<Dep>) -> Self {
        Self { at, deps, fallback: None, on_error: None, with: None }
    }

    /// Takes over what another attribute asks for.
    pub(crate) fn merge(&mut self, other: &mut Self, diag: &mut Diag) {
        for dep in other.deps.drain(..) {
            if self.deps.iter().any(|known| known.name == dep.name) {
                let name = &dep.name;
                diag.error(
                    name,
                    format!("`{name}` is injected by another `#[inject]` above already"),
                );
                continue;
            }
            self.deps.push(dep);
        }
        if let Some((key, _)) = other.fallback.as_ref().filter(|_| self.fallback.is_some()) {
            diag.error(key, "another `#[inject]` of this function has a `fallback` for all already; give this one to its parameter: `db(connect, fallback = …)`");
        }
        self.fallback = self.fallback.take().or(other.fallback.take());
        if self.on_error.is_some() && other.on_error.is_some_and(|it| Some(it) != self.on_error) {
            diag.error(&other.at, "another `#[inject]` of this function has another `on_error`; a function ends in one way");
        }
        self.on_error = self.on_error.or(other.on_error);
        self.with = self.with.take().or(other.with.take());
    }

    /// "`db` by `connect_db`", for the documentation.
    pub(crate) fn descriptions(&self) -> Vec<String> {
        self.deps.iter().map(|dep| format!("`{}` {}", dep.name, dep.source.describe())).collect()
    }

    /// Takes the parameters out of the signature.
    fn take_parameters(&mut self, cx: &mut Context, diag: &mut Diag) {
        for dep in &mut self.deps {
            let is_it =
                |arg: &FnArg| matches!(arg, FnArg::Typed(arg) if is_named(&arg.pat, &dep.name));
            let Some(at) = cx.sig.inputs.iter().position(is_it) else {
                diag.error(&dep.name, no_parameter(&dep.name, cx));
                continue;
            };
            let mut inputs: Vec<FnArg> = std::mem::take(&mut cx.sig.inputs).into_iter().collect();
            let FnArg::Typed(mut arg) = inputs.remove(at) else { continue };
            cx.sig.inputs = inputs.into_iter().collect();
            if matches!(plain(&arg.ty), Type::ImplTrait(_)) {
                let name = &dep.name;
                diag.error(&arg.ty, format!("the type of `{name}` decides what is injected; name it, or take `&dyn Trait`"));
                cx.sig.inputs.insert(at, FnArg::Typed(arg));
                continue;
            }
            unname(&mut arg.ty, &mut cx.sig);
            cx.injected.push(((*arg.pat).clone(), (*arg.ty).clone()));
            if let Some(attr) = arg.attrs.iter().find(|attr| attr.path().is_ident("cfg")) {
                diag.error(
                    attr,
                    "an injected parameter cannot depend on `cfg`; put the `cfg` on the function",
                );
            }
            dep.bind(*arg.pat, *arg.ty, arg.attrs, diag);
        }
        self.deps.retain(Dep::is_bound);
    }

    /// Hands the fallback for all to those that it can stand in for.
    fn share_fallback(&mut self, diag: &mut Diag) {
        let Some((key, expr)) = self.fallback.take() else { return };
        let is_none = matches!(&expr, Expr::Path(path) if path.path.is_ident("None"));
        let mut used = false;
        for dep in &mut self.deps {
            if dep.fallback.is_some() || dep.wrapper() == Wrapper::Result || dep.is_handle() {
                continue;
            }
            if is_none && dep.wrapper() != Wrapper::Option {
                continue;
            }
            used = true;
            dep.fallback = Some(expr.clone());
        }
        if !used && !self.deps.is_empty() {
            let message = if is_none {
                "`fallback = None` stands in for `Option` parameters only, and none is injected here; take the parameter as `Option<…>`"
            } else {
                "this fallback is for nobody: no injected parameter is without one that could use it"
            };
            diag.error(key, message);
        }
    }

    /// What the layer binds for the layers and the body inside of it.
    pub(crate) fn lets(&self, cx: &Context, inline: bool) -> TokenStream {
        emit::lets(self, cx, inline)
    }
}

fn is_named(pat: &Pat, name: &Ident) -> bool {
    matches!(pat, Pat::Ident(pat) if pat.ident == *name)
}

fn no_parameter(name: &Ident, cx: &Context) -> String {
    let names: Vec<String> = cx
        .sig
        .inputs
        .iter()
        .filter_map(|arg| match arg {
            FnArg::Typed(arg) => match &*arg.pat {
                Pat::Ident(pat) => Some(pat.ident.to_string()),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect();
    let function = &cx.sig.ident;
    let keys = parse::FOR_ALL.map(|key| key.name);
    if let Some(near) = closest(&name.to_string(), &keys) {
        return format!(
            "`#[inject]` has no key `{name}`, and `{function}` no such parameter; did you mean `{near}`?"
        );
    }
    if names.is_empty() {
        return format!(
            "`{function}` has no parameter `{name}`; add it, with its type, to be injected"
        );
    }
    format!(
        "`{function}` has no parameter `{name}`; {}",
        hint(&name.to_string(), names.iter().map(String::as_str))
    )
}

impl Layer for Inject {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn as_inject(&self) -> Option<&Inject> {
        Some(self)
    }
    fn as_inject_mut(&mut self) -> Option<&mut Inject> {
        Some(self)
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.take_parameters(cx, diag);
        self.share_fallback(diag);
        if cx.repeats_inside {
            for dep in &mut self.deps {
                cx.renewed.extend(dep.renewed());
            }
        }
        if let Some(on_error) = self.on_error {
            for dep in &mut self.deps {
                dep.on_error = Some(on_error);
            }
        }
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let lets = self.lets(cx, false);
        quote_spanned!(at=> '__dyno_inject: { #lets #inner })
    }
}

/// The type a parameter names, through the invisible groups of `macro_rules!`.
pub(crate) fn plain(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => plain(&group.elem),
        Type::Paren(paren) => plain(&paren.elem),
        other => other,
    }
}
