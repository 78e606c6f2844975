//! Which arguments of a function an aspect is about.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{FnArg, Ident, Pat, PatType, ReturnType, Token, Type};

use crate::diag::{Diag, hint};
use crate::expand::Context;
use crate::grammar::Arg;
use crate::grammar::args::Value;
use crate::layer::inject::plain;

/// `args(sku, quantity)`, or all of them.
#[derive(Clone)]
pub(super) struct Choice(Option<Vec<Ident>>);

impl Choice {
    pub(super) const ALL: Self = Self(None);

    pub(super) fn read(arg: &Arg, diag: &mut Diag) -> Self {
        let Value::Group(names) = &arg.value else { return Self::ALL };
        let names = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(names.clone());
        let names = names.map_err(|error| {
            let message = "`args` lists arguments by name: `args(sku, quantity)`";
            syn::Error::new(error.span(), message)
        });
        Self(diag.take(names).map(|names| names.into_iter().collect()))
    }

    /// `true` when it may be about this argument.
    pub(super) fn may_take(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.iter().any(|each| each == name))
    }

    /// What is chosen by name and is no argument is told.
    pub(super) fn check(&self, cx: &Context, diag: &mut Diag) {
        let Some(names) = &self.0 else { return };
        let known: Vec<String> = arguments(cx).filter_map(name).map(Ident::to_string).collect();
        for (at, name) in names.iter().enumerate() {
            let injected = cx.injected.iter();
            let injected = injected.map(|(pat, _)| pat.to_token_stream().to_string());
            if names[..at].contains(name) {
                diag.error(name, format!("`{name}` is chosen twice"));
            } else if injected.into_iter().any(|each| name == &each) {
                diag.error(name, format!("`{name}` is injected, and no argument of the call"));
            } else if !known.iter().any(|each| name == each) {
                let hint = hint(&name.to_string(), known.iter().map(String::as_str));
                diag.error(name, format!("the function has no argument `{name}`; {hint}"));
            }
        }
    }

    /// The arguments that have a name, in the order of the choice; what only drops one is left out.
    pub(super) fn named(&self, cx: &Context) -> Vec<Ident> {
        match &self.0 {
            Some(names) => names.clone(),
            None => {
                let names = arguments(cx).filter(|arg| !is_cfg(arg)).filter_map(name);
                names.filter(|name| !name.to_string().starts_with('_')).cloned().collect()
            }
        }
    }

    /// The chosen arguments, in the order of the choice.
    pub(super) fn of<'a>(&self, cx: &'a Context) -> Vec<&'a PatType> {
        match &self.0 {
            None => arguments(cx).collect(),
            Some(names) => {
                let find = |chosen| arguments(cx).find(|arg| name(arg) == Some(chosen));
                names.iter().filter_map(find).collect()
            }
        }
    }
}

fn arguments(cx: &Context) -> impl Iterator<Item = &PatType> {
    cx.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(arg) => Some(arg),
        FnArg::Receiver(_) => None,
    })
}

/// Its name, unless it is taken apart.
pub(super) fn name(arg: &PatType) -> Option<&Ident> {
    match &*arg.pat {
        Pat::Ident(pat) if pat.subpat.is_none() && pat.by_ref.is_none() => Some(&pat.ident),
        _ => None,
    }
}

pub(super) fn is_cfg(arg: &PatType) -> bool {
    arg.attrs.iter().any(|attr| attr.path().is_ident("cfg"))
}

/// How an argument can be handed to filters.
pub(super) enum Handed {
    /// As it is.
    ByValue,
    /// In its owned form.
    Owned,
    /// Not at all.
    Never(String),
}

/// What is seen of it in the text; the rest is for the compiler to say.
pub(super) fn handed(arg: &PatType, cx: &Context) -> Handed {
    let Some(name) = name(arg) else {
        return Handed::Never(
            "filters see arguments by name; give this one a name and take it apart in the body, or"
                .into(),
        );
    };
    if is_cfg(arg) {
        return Handed::Never(format!("`{name}` is not always there;"));
    }
    match plain(&arg.ty) {
        Type::Reference(lent) if lent.mutability.is_some() => {
            Handed::Never(format!("`{name}` is lent to be changed, and has no owned form;"))
        }
        Type::Reference(lent) if lent.lifetime.as_ref().is_some_and(|it| it.ident == "static") => {
            Handed::ByValue
        }
        Type::Reference(lent) if borrows(lent.elem.to_token_stream()) => {
            Handed::Never(format!("`{name}` borrows in two places, and has no owned form;"))
        }
        Type::Reference(lent) => {
            let lifetime = lent.lifetime.as_ref().map(|it| it.ident.to_string());
            if returned(cx).is_some_and(|out| lends(&out, lifetime.as_deref(), cx)) {
                return Handed::Never(format!(
                    "the result may borrow from `{name}`, of which filters make another;"
                ));
            }
            Handed::Owned
        }
        ty if borrows(ty.to_token_stream()) => {
            Handed::Never(format!("`{name}` borrows, and filters see what is owned;"))
        }
        _ => Handed::ByValue,
    }
}

fn returned(cx: &Context) -> Option<TokenStream> {
    match &cx.sig.output {
        ReturnType::Type(_, ty) => Some(ty.to_token_stream()),
        ReturnType::Default => None,
    }
}

/// Why the result cannot be handed to filters, if that is seen in the text.
pub(super) fn kept_result(cx: &Context) -> Option<&'static str> {
    let out = returned(cx)?;
    if borrows(out.clone()) {
        return Some("the result borrows, and filters see what is owned");
    }
    let mut trees = out.into_iter();
    trees.any(|tree| mentions_impl(&tree)).then_some("filters cannot name the type of the result")
}

fn mentions_impl(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => group.stream().into_iter().any(|tree| mentions_impl(&tree)),
        _ => false,
    }
}

/// The result may borrow from an argument of this lifetime.
fn lends(out: &TokenStream, lifetime: Option<&str>, cx: &Context) -> bool {
    let of_self = cx.sig.receiver().is_some_and(|receiver| borrows(receiver.to_token_stream()));
    let mut named = false;
    let mut elided = false;
    lifetimes(out.clone(), &mut |name| match (name, lifetime) {
        (None | Some("_"), _) => elided = true,
        (Some(name), Some(lifetime)) => named |= name == lifetime,
        (Some(_), None) => {}
    });
    named || elided && !of_self
}

/// `true` for what borrows for less than the life of the program, as far as the text says.
fn borrows(ty: TokenStream) -> bool {
    let mut found = false;
    lifetimes(ty, &mut |name| found |= name != Some("static"));
    found
}

/// Every lifetime, `None` for a reference without one; what a function takes or returns is its own.
fn lifetimes(tokens: TokenStream, see: &mut dyn FnMut(Option<&str>)) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        let before = at.checked_sub(1).and_then(|at| trees.get(at));
        match tree {
            TokenTree::Group(group) => {
                let of_function = matches!(before, Some(TokenTree::Ident(word)) if ["fn", "Fn", "FnMut", "FnOnce"].iter().any(|it| word == it));
                if !(of_function && group.delimiter() == Delimiter::Parenthesis) {
                    lifetimes(group.stream(), see);
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                if let Some(TokenTree::Ident(name)) = trees.get(at + 1) {
                    see(Some(&name.to_string()));
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let named = matches!(trees.get(at + 1), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                if !named {
                    see(None);
                }
            }
            _ => {}
        }
        at += 1;
    }
}
