//! `#[dyno::test]`: a test with a scope of its own.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, ReturnType, Type};

use crate::diag::Diag;
use crate::func::{Body, Func};
use crate::grammar::{Args, Key, value};
use crate::stack;

const KEYS: [Key; 4] =
    [Key::flag("tokio"), Key::value("threads"), Key::flag("strict"), Key::path("crate")];

pub(crate) fn test(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut func: Func = match syn::parse2(item.clone()) {
        Ok(func) => func,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut diag = Diag::default();
    let krate =
        stack::crate_key(&args).unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> ::dyno));
    let settings = Settings::read(args, &mut diag);
    let is_inject = |attr: &syn::Attribute| {
        attr.path().segments.last().is_some_and(|segment| segment.ident == "inject")
    };
    if !func.sig.inputs.is_empty() && !func.attrs.iter().any(is_inject) {
        diag.error(&func.sig.inputs, "a test takes no arguments; put `#[inject(…)]` below `#[dyno::test]` to have them filled in");
    }
    if func.sig.asyncness.is_none() && (settings.tokio || settings.threads.is_some()) {
        diag.error(func.sig.fn_token, "a tokio test is an `async fn`");
    }
    let Some(body) = func.body.take() else {
        diag.error(&func.sig, "a test needs a body");
        let errors = diag.into_tokens();
        return quote!(#func #errors);
    };
    if !diag.is_empty() {
        func.body = Some(body);
        let errors = diag.into_tokens();
        return quote!(#func #errors);
    }
    expand(func, body, &settings, &krate)
}

#[derive(Default)]
struct Settings {
    tokio: bool,
    threads: Option<TokenStream>,
    strict: bool,
}

impl Settings {
    fn read(args: TokenStream, diag: &mut Diag) -> Self {
        let mut settings = Self::default();
        let read = Args { of: "`#[dyno::test]`", positional: 0, keys: &KEYS, open: false };
        for arg in read.parse(args, diag) {
            match arg.key.as_ref().map(Ident::to_string).as_deref() {
                Some("tokio") => settings.tokio = true,
                Some("strict") => settings.strict = true,
                Some("threads") => {
                    let Some(expr) = arg.expr("`threads`", diag) else { continue };
                    settings.threads = diag.take(value::count(expr, "`threads`", 1));
                }
                _ => {}
            }
        }
        settings
    }
}

/// The test function: the harness sees a plain `#[test]`.
fn expand(mut func: Func, body: Body, settings: &Settings, krate: &TokenStream) -> TokenStream {
    let at = Span::mixed_site();
    let p = quote_spanned!(at=> #krate::__private);
    let name = func.sig.ident.to_string();
    let name = name.trim_start_matches("r#");
    let ret: Type = match &func.sig.output {
        ReturnType::Type(_, ty) => (**ty).clone(),
        ReturnType::Default => syn::parse_quote_spanned!(at=> ()),
    };
    let strict =
        settings.strict.then(|| quote_spanned!(at=> let _strict = #krate::inject::strict();));
    let name = quote_spanned!(at=> ::core::concat!(::core::module_path!(), "::", #name));
    let mut block = TokenStream::new();
    let pinned =
        func.sig.asyncness.map(|_| quote_spanned!(at=> if false { return #p::never::<#ret>(); }));
    body.brace.surround(&mut block, |tokens| {
        pinned.to_tokens(tokens);
        body.tokens.to_tokens(tokens);
    });
    let call = if func.sig.asyncness.take().is_some() {
        let flavour = match &settings.threads {
            Some(threads) => quote_spanned!(at=> #p::Flavour::MultiThread(#threads)),
            None => quote_spanned!(at=> #p::Flavour::CurrentThread),
        };
        quote_spanned!(at=> #p::run_test_async(#name, #flavour, async { #strict (async #block).await }))
    } else {
        quote_spanned!(at=> #p::run_test(#name, || -> #ret { #strict #p::call(|| -> #ret #block) }))
    };
    // Last, so that what injects its arguments comes before it.
    func.attrs.push(syn::parse_quote_spanned!(at=> #[::core::prelude::v1::test]));
    func.body = Some(Body { brace: body.brace, inner_attrs: body.inner_attrs, tokens: call });
    func.into_token_stream()
}
