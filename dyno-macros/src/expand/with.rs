//! `#[inject(db = …, with)]`: the sibling `f_with(db, …)` that takes everything as arguments.
//!
//! The body and the layers below `#[inject]` move to the sibling; the function itself resolves its
//! dependencies and calls it.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{FnArg, GenericParam, Ident, Pat};

use crate::diag::Diag;
use crate::func::{Body, Func};
use crate::layer::{Common, Layer};

pub(crate) struct Sibling {
    pub(crate) func: Func,
    pub(crate) layers: Vec<Box<dyn Layer>>,
}

/// Splits the layers when one asks for a sibling: the function's new body, and the sibling.
pub(crate) fn split(
    layers: &mut Vec<Box<dyn Layer>>,
    func: &mut Func,
    body: &Body,
    common: &Common,
    diag: &mut Diag,
) -> Option<(Body, Sibling)> {
    let mut injects = layers.iter().map(|layer| layer.as_inject());
    let at = injects.position(|inject| inject.is_some_and(|i| i.with.is_some()))?;
    let with = layers.iter_mut().filter_map(|l| l.as_inject_mut()).find_map(|i| i.with.take())?;
    if let Some(rewrites) = common.wrap.as_ref().or(common.compound.as_ref()) {
        let message = format!(
            "`{rewrites}` and `with` do not go together: the sibling keeps the return type as it is written"
        );
        diag.error(rewrites, message);
        return None;
    }
    if !diag.is_empty() {
        return None;
    }
    let inner = layers.split_off(at + 1);
    name_wildcards(func);
    let mut sibling = func.clone();
    sibling.sig.ident = sibling_name(&func.sig.ident);
    sibling.attrs.retain(|attr| {
        let kept = [
            "cfg",
            "cfg_attr",
            "allow",
            "expect",
            "warn",
            "deny",
            "must_use",
            "inline",
            "track_caller",
        ];
        kept.iter().any(|name| attr.path().is_ident(name))
    });
    let text = format!(" `{}` with every dependency given.", func.sig.ident);
    sibling.attrs.insert(0, syn::parse_quote!(#[doc = #text]));
    sibling.attrs.push(syn::parse_quote!(#[allow(clippy::too_many_arguments, dead_code)]));
    sibling.body = Some(body.clone());
    // What a layer of the sibling fills in, nobody hands on.
    let inputs = std::mem::take(&mut func.sig.inputs);
    let handed_on = |arg: &FnArg| !inner.iter().any(|layer| layer.fills_in(arg));
    func.sig.inputs = inputs.into_iter().filter(handed_on).collect();
    let call = call(func, &sibling.sig.ident, with.span());
    let outer = Body { brace: body.brace, inner_attrs: Vec::new(), tokens: call };
    Some((outer, Sibling { func: sibling, layers: inner }))
}

/// A parameter `_` gets a name, to be handed on under.
fn name_wildcards(func: &mut Func) {
    for (i, input) in func.sig.inputs.iter_mut().enumerate() {
        let FnArg::Typed(arg) = input else { continue };
        if matches!(*arg.pat, Pat::Wild(_)) {
            let name = format_ident!("_unused_{i}", span = Span::mixed_site());
            *arg.pat = syn::parse_quote!(#name);
        }
    }
}

fn sibling_name(name: &Ident) -> Ident {
    let text = name.to_string();
    format_ident!("{}_with", text.trim_start_matches("r#"), span = name.span())
}

/// `f_with(db, sku)`, as a method when there is a receiver.
fn call(func: &Func, name: &Ident, at: Span) -> TokenStream {
    let at = Span::mixed_site().located_at(at);
    let mut args = Vec::new();
    for input in &func.sig.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                let token = &receiver.self_token;
                args.push(quote!(#token));
            }
            FnArg::Typed(arg) => match &*arg.pat {
                Pat::Ident(pat) => {
                    let name = &pat.ident;
                    args.push(quote!(#name));
                }
                other => args.push(quote!(#other)),
            },
        }
    }
    let path = match func.sig.receiver() {
        Some(_) => quote_spanned!(at=> Self::#name),
        None => quote_spanned!(at=> #name),
    };
    let generics: Vec<TokenStream> = func
        .sig
        .generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(ty) => {
                let name = &ty.ident;
                Some(quote!(#name))
            }
            GenericParam::Const(constant) => {
                let name = &constant.ident;
                Some(quote!({ #name }))
            }
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    let turbofish = (!generics.is_empty()).then(|| quote_spanned!(at=> ::<#(#generics),*>));
    let wait = func.sig.asyncness.map(|_| quote_spanned!(at=> .await));
    quote_spanned!(at=> #path #turbofish (#(#args),*) #wait)
}
