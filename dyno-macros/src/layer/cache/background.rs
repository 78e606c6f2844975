//! `refresh = background`: the body as a closure of its arguments, called here or off the caller's path.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Ident, Pat, PatIdent, Type};

use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::layer::Said;
use crate::layer::inject::plain;

/// The body with what it takes.
pub(super) struct Body {
    /// `|sku: &str, region: Region|`
    params: TokenStream,
    /// What the caller has: `sku, region`
    lent: Vec<TokenStream>,
    /// `let sku = ToOwned::to_owned(sku);`
    owned: TokenStream,
    /// What is lent of that: `Borrow::borrow(&sku), region`
    of_owned: Vec<TokenStream>,
}

/// Takes the arguments out of the signature's patterns: the body binds them as the user wrote it.
pub(super) fn body(key: &Ident, said: &Said, cx: &mut Context, diag: &mut Diag) -> Body {
    if !cx.injected.is_empty() {
        let at = said.attribute();
        diag.error(key, format!("a refresh in the background outlives the call, and with it what is injected; leave `refresh` out of {at}, or ask for what it needs within, by `Lazy` or `Registry::get`"));
    }
    let p = cx.private.clone();
    let mut body = Body {
        params: TokenStream::new(),
        lent: Vec::new(),
        owned: TokenStream::new(),
        of_owned: Vec::new(),
    };
    for (i, input) in cx.sig.inputs.iter_mut().enumerate() {
        let arg = match input {
            FnArg::Typed(arg) => arg,
            FnArg::Receiver(receiver) => {
                diag.error(
                    receiver,
                    "a refresh in the background outlives the call, and `self` with it; put the attribute on a function that takes what it needs",
                );
                continue;
            }
        };
        let ty = &arg.ty;
        let at = here(ty.span());
        let name = match &*arg.pat {
            Pat::Ident(PatIdent { ident, subpat: None, by_ref: None, .. }) => ident.clone(),
            _ => format_ident!("__dyno_arg{i}", span = Span::mixed_site()),
        };
        let inner = std::mem::replace(&mut *arg.pat, syn::parse_quote!(#name));
        let attrs = &arg.attrs;
        body.params.extend(quote_spanned!(at=> #(#attrs)* #inner: #ty,));
        arg.attrs.retain(|attr| attr.path().is_ident("cfg"));
        body.lent.push(name.to_token_stream());
        match plain(ty) {
            Type::Reference(reference) if reference.mutability.is_some() => diag.error(
                reference,
                "a refresh in the background outlives the call, and cannot change what the caller lends; take the value, or leave out `refresh`",
            ),
            Type::Reference(_) => {
                body.owned.extend(quote_spanned!(at=> let #name = #p::ToOwned::to_owned(#name);));
                body.of_owned.push(quote_spanned!(at=> #p::Borrow::borrow(&#name)));
            }
            _ => {
                body.owned.extend(quote_spanned!(at=> let #name = #p::Clone::clone(&#name);));
                body.of_owned.push(name.to_token_stream());
            }
        }
    }
    body
}

impl Body {
    /// `let __dyno_compute = |…| -> R { inner };`, which also says whether dyno refused it.
    pub(super) fn bound(&self, inner: &TokenStream, at: Span, cx: &Context) -> TokenStream {
        let (p, params, ret) = (&cx.private, &self.params, &cx.ret);
        let is_async = cx.is_async.then(|| quote_spanned!(at=> async));
        let (ret, inner) = if cx.flagged.get() {
            let ret = quote_spanned!(at=> (#ret, #p::bool));
            let inner = quote_spanned! {at=>
                let mut __dyno_refused = false;
                let __dyno_out = #inner;
                (__dyno_out, __dyno_refused)
            };
            (ret, inner)
        } else {
            (ret.to_token_stream(), inner.clone())
        };
        quote_spanned!(at=> let __dyno_compute = #is_async |#params| -> #ret { #inner };)
    }

    /// The body, called for the caller.
    pub(super) fn called(&self, at: Span, cx: &Context) -> TokenStream {
        let (lent, wait) = (&self.lent, wait(at, cx));
        let call = quote_spanned!(at=> __dyno_compute(#(#lent),*)#wait);
        if !cx.flagged.get() {
            return call;
        }
        quote_spanned! {at=> {
            let (__dyno_out, __dyno_was_refused) = #call;
            __dyno_refused = __dyno_was_refused;
            __dyno_out
        }}
    }

    /// The body, called off the caller's path, for what `settled` makes of `__dyno_out`.
    pub(super) fn refreshed(&self, settled: &TokenStream, at: Span, cx: &Context) -> TokenStream {
        let Self { owned, of_owned, .. } = self;
        let p = &cx.private;
        let wait = wait(at, cx);
        let out = if cx.flagged.get() {
            quote_spanned!(at=> (__dyno_out, mut __dyno_refused))
        } else {
            quote_spanned!(at=> __dyno_out)
        };
        let work = quote_spanned! {at=> {
            let #out = __dyno_compute(#(#of_owned),*)#wait;
            #p::give_up({ #settled });
        }};
        let refresh = if cx.is_async {
            quote_spanned!(at=> #p::refresh_async(async move #work))
        } else {
            quote_spanned!(at=> #p::refresh_on_pool(move || #work))
        };
        quote_spanned!(at=> #owned #refresh;)
    }
}

fn wait(at: Span, cx: &Context) -> Option<TokenStream> {
    cx.is_async.then(|| quote_spanned!(at=> .await))
}
