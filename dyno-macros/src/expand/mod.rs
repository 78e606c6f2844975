//! Layers × function → tokens. The body appears exactly once, with the user's own spans.

mod anew;
mod boxed;
mod context;
mod late;
mod lifetimes;
mod with;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ReturnType, Type};

use crate::diag::Diag;
use crate::func::{Body, Func};
use crate::layer::inject::Inject;
use crate::layer::{Common, Layer};

pub(crate) use context::{Context, generic_name, here, located, span_of};
pub(crate) use lifetimes::unname;

/// The function with all its layers around the body.
pub(crate) fn function(
    mut layers: Vec<Box<dyn Layer>>,
    mut func: Func,
    common: Common,
    mut diag: Diag,
) -> TokenStream {
    let Some(body) = func.body.take() else {
        if let Some(token) = &func.sig.constness {
            diag.error(token, "dyno's attributes run code that is not const; drop the `const`");
        }
        let what = layers.first().map_or("this attribute", |_| "a dyno attribute");
        diag.error(
            &func.sig,
            format!("{what} needs a body to put its layer around; put it on the implementation"),
        );
        let errors = diag.into_tokens();
        return quote!(#func #errors);
    };
    refuse(&func, &body, &layers, &mut diag);
    if let Some((outer, sibling)) = with::split(&mut layers, &mut func, &body, &common, &mut diag) {
        func.body = Some(outer);
        let inner_common = common.of_sibling(&func.sig.ident);
        let sibling = function(sibling.layers, sibling.func, inner_common, Diag::default());
        let function = function(layers, func, common, diag);
        return quote!(#function #sibling);
    }
    let boxed = match func.sig.asyncness {
        None => boxed::find(&body.tokens, &func.sig.output),
        Some(_) => None,
    };
    let mut cx =
        Context::new(&mut func.sig, &common, boxed.as_ref().map(|b| b.output.clone()), &mut diag);
    prepare(&mut layers, &mut cx, &mut func, &mut diag);
    describe(&mut func, &layers);
    if diag.is_empty() {
        func.body = Some(build(&layers, &body, boxed, &mut cx));
        func.sig = cx.sig;
        return func.into_token_stream();
    }
    func.sig = std::mem::replace(&mut cx.sig, func.sig.clone());
    with_errors(func, body, &cx, diag)
}

/// What no layer can be put around.
fn refuse(func: &Func, body: &Body, layers: &[Box<dyn Layer>], diag: &mut Diag) {
    if let Some(token) = &func.sig.constness {
        diag.error(token, "dyno's attributes run code that is not const, so they cannot be on a `const fn`; drop the `const`");
    }
    let never =
        matches!(&func.sig.output, ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)));
    if let Some(layer) = layers.iter().find(|layer| never && layer.as_inject().is_none()) {
        let message = format!(
            "a function that never returns has no outcome for `#[{}]` to look at",
            layer.at()
        );
        diag.error(&func.sig.output, message);
    }
    if is_wrapped(&body.tokens) {
        let at = layers.first().map_or_else(Span::call_site, |layer| layer.at().span());
        diag.error_at(at, "this attribute was imported under another name, so it would stand outside of the others whatever the text says; use it under the name dyno gives it");
    }
}

/// What is injected leaves the signature before anybody else looks at it.
fn prepare(layers: &mut Vec<Box<dyn Layer>>, cx: &mut Context, func: &mut Func, diag: &mut Diag) {
    cx.lift_mutability(layers);
    for takes in [true, false] {
        for at in 0..layers.len() {
            let (before, rest) = layers.split_at_mut(at);
            if rest[0].takes_parameters() == takes {
                cx.look_around(before, &rest[1..]);
                rest[0].prepare(cx, diag);
            }
        }
        layers.retain(|layer| !layer.is_idle());
    }
    let unused = |input: &syn::FnArg| matches!(input, syn::FnArg::Typed(arg) if arg.pat.to_token_stream().to_string().starts_with('_'));
    if cx.sig.inputs.iter().any(unused) {
        // A key, a filter or a report may look at what the body does not use.
        func.attrs.push(syn::parse_quote!(#[allow(clippy::used_underscore_binding)]));
    }
    if layers.iter().any(|layer| layer.repeats()) {
        // A parameter that every attempt clones looks as if it could be a reference.
        func.attrs.push(syn::parse_quote!(#[allow(clippy::needless_pass_by_value)]));
    }
}

/// The function is emitted all the same, so that its callers and the editor stay quiet.
fn with_errors(mut func: Func, body: Body, cx: &Context, diag: Diag) -> TokenStream {
    let errors = diag.into_tokens();
    let p = &cx.private;
    let injected = cx.injected.iter().chain(&cx.called);
    let lets = injected.map(|(pat, ty)| quote!(let #pat: #ty = #p::never();));
    let tokens = body.tokens;
    let tokens =
        quote!(#[allow(unused_variables, unused_mut, unreachable_code)] { #(#lets)* #tokens });
    func.body = Some(Body { brace: body.brace, inner_attrs: body.inner_attrs, tokens });
    quote!(#func #errors)
}

/// The new body of the function.
fn build(
    layers: &[Box<dyn Layer>],
    body: &Body,
    boxed: Option<boxed::Boxed>,
    cx: &mut Context,
) -> Body {
    let user = boxed.as_ref().map_or_else(|| body.tokens.clone(), |b| b.body.clone());
    // Inject alone needs no closure: borrows, `#[track_caller]` and futures stay as written.
    let inline = boxed.is_none()
        && cx.wrap_output.is_none()
        && layers.iter().all(|l| l.as_inject().is_some());
    let expr = if inline {
        let lets = layers.iter().filter_map(|l| l.as_inject()).map(|inject| inject.lets(cx, true));
        let lets: TokenStream = lets.collect();
        let tail = plain_tail(body, &user, cx);
        quote!(#lets #tail)
    } else {
        wrapped(layers, body, &user, cx)
    };
    let at = Span::mixed_site();
    let statics = cx.statics();
    let flag = cx.flagged.get().then(|| quote_spanned!(at=> let mut __dyno_refused = false;));
    let inner = match boxed {
        Some(boxed::Boxed { before, pin, .. }) => quote!(#before #pin(async move { #flag #expr })),
        None => quote!(#flag #expr),
    };
    let marker = quote_spanned!(at=> const __DYNO_WRAPPED: () = (););
    Body {
        brace: body.brace,
        inner_attrs: body.inner_attrs.clone(),
        tokens: quote!(#marker #statics #inner),
    }
}

/// The user's block in the user's own braces: their edition says when its temporaries are dropped.
fn block(body: &Body, first: &TokenStream, user: &TokenStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    body.brace.surround(&mut tokens, |tokens| {
        first.to_tokens(tokens);
        user.to_tokens(tokens);
    });
    tokens
}

/// The body after `let`s: its temporaries must go before what the `let`s hold.
fn plain_tail(body: &Body, user: &TokenStream, cx: &Context) -> TokenStream {
    let at = here(span_of(body));
    let block = block(body, &TokenStream::new(), user);
    if matches!(cx.sig.output, ReturnType::Default) {
        return quote_spanned!(at=> let () = #block;);
    }
    if matches!(cx.ret, Type::Never(_)) {
        return block;
    }
    let ret = &cx.ret;
    // A body that ends by `return` or a panic leaves nothing to come to.
    quote_spanned! {at=>
        #[allow(clippy::diverging_sub_expression)]
        let __dyno_out: #ret = #block;
        #[allow(unreachable_code, unused_braces)] { __dyno_out }
    }
}

fn wrapped(
    layers: &[Box<dyn Layer>],
    body: &Body,
    user: &TokenStream,
    cx: &mut Context,
) -> TokenStream {
    let (p, ret) = (cx.private.clone(), cx.body_ret.clone());
    let at = here(span_of(body));
    let mut expr = if cx.is_async {
        // An async block takes its output type from its first `return`.
        let first = match ret {
            Type::Never(_) => TokenStream::new(),
            _ => quote_spanned!(at=> if false { return #p::never::<#ret>(); }),
        };
        let block = block(body, &first, user);
        if layers.iter().any(|layer| layer.repeats()) {
            let again = quote_spanned!(at=> #p::Attempts::is_again(&__dyno_attempts));
            quote_spanned!(at=> #p::pinned(#again, #p::pin!(async #block)).await)
        } else {
            cx.future = Some(quote_spanned!(at=> async #block));
            quote_spanned!(at=> (async #block).await)
        }
    } else {
        let block = block(body, &TokenStream::new(), user);
        quote_spanned!(at=> #p::call(|| -> #ret #block))
    };
    if cx.wrap_output.is_some() {
        expr = quote_spanned!(at=> #p::Wrap::wrap(#expr));
        cx.future = None;
    }
    for at in (0..layers.len()).rev() {
        cx.look_around(&layers[..at], &layers[at + 1..]);
        expr = layers[at].wrap(expr, cx);
        cx.future = None;
    }
    expr
}

/// One line of documentation for what no caller sees any more.
fn describe(func: &mut Func, layers: &[Box<dyn Layer>]) {
    if !func.attrs.iter().any(|attr| attr.path().is_ident("doc")) {
        return;
    }
    let lines: Vec<String> =
        layers.iter().filter_map(|l| l.as_inject()).flat_map(Inject::descriptions).collect();
    if !lines.is_empty() {
        let text = format!("\n\nInjected: {}.", lines.join(", "));
        func.attrs.push(syn::parse_quote!(#[doc = #text]));
    }
}

fn is_wrapped(tokens: &TokenStream) -> bool {
    let mut trees = tokens.clone().into_iter().take(2);
    let word = |tree: Option<proc_macro2::TokenTree>, text: &str| matches!(tree, Some(proc_macro2::TokenTree::Ident(ident)) if ident == text);
    word(trees.next(), "const") && word(trees.next(), "__DYNO_WRAPPED")
}
