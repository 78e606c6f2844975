//! How `#[retry] #[breaker] #[inject]` on one function become one expansion.
//!
//! An attribute macro sees its siblings' tokens, not what they resolve to. So none of ours expands
//! while another attribute that *looks* like ours is still waiting: it writes its own layer into
//! `#[::dyno::__private::__pipeline(..)]`, moves the waiting look-alikes in front of it and lets
//! the compiler resolve them. The last one expands everything, in the order of the text.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Meta, Token, parenthesized};

use crate::diag::Diag;
use crate::expand;
use crate::func::Func;
use crate::layer::{self, Common};

/// One `kind(args)` of the pipeline.
pub(crate) struct Entry {
    pub(crate) name: Ident,
    pub(crate) args: TokenStream,
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        let content;
        parenthesized!(content in input);
        Ok(Self { name, args: content.parse()? })
    }
}

/// One of our attributes.
pub(crate) fn attribute(kind: &str, args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut func: Func = match syn::parse2(item.clone()) {
        Ok(func) => func,
        Err(error) => return with_error(item, &error),
    };
    let mut entries = match take_pipeline(&mut func.attrs) {
        Ok(entries) => entries,
        Err(error) => return with_error(item, &error),
    };
    // The name carries the span of the attribute: an error without a better place lands there.
    entries.push(Entry { name: Ident::new(kind, Span::call_site()), args });

    let (waiting, rest): (Vec<_>, Vec<_>) = func.attrs.drain(..).partition(looks_like_ours);
    if waiting.is_empty() {
        func.attrs = rest;
        return expand_all(entries, func);
    }
    let krate = krate(&entries);
    let layers = entries.iter().map(|Entry { name, args }| quote!(#name(#args)));
    func.attrs = waiting;
    func.attrs.push(syn::parse_quote!(#[#krate::__private::__pipeline(#(#layers),*)]));
    func.attrs.extend(rest);
    quote!(#func)
}

/// Reached only when every look-alike turned out to be somebody else's.
pub(crate) fn pipeline(args: TokenStream, item: &TokenStream) -> TokenStream {
    let entries = Punctuated::<Entry, Token![,]>::parse_terminated.parse2(args);
    match (entries, syn::parse2(item.clone())) {
        (Ok(entries), Ok(func)) => expand_all(entries.into_iter().collect(), func),
        (Err(error), _) | (_, Err(error)) => with_error(item, &error),
    }
}

/// `crate = path` of any of the attributes, else `::dyno`: the one place that says so.
pub(crate) fn krate(entries: &[Entry]) -> TokenStream {
    entries
        .iter()
        .find_map(|entry| crate_key(&entry.args))
        .unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> ::dyno))
}

/// The tokens behind `crate =`, if they are a path: while one is typed, it is still missing.
pub(crate) fn crate_key(args: &TokenStream) -> Option<TokenStream> {
    let mut trees = args.clone().into_iter().peekable();
    let mut first = true;
    while let Some(tree) = trees.next() {
        let is_key = matches!(&tree, TokenTree::Ident(ident) if first && ident == "crate")
            && matches!(trees.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '=');
        if is_key {
            trees.next();
            let is_comma = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == ',');
            let path: TokenStream = trees.take_while(|tree| !is_comma(tree)).collect();
            let is_path = syn::Path::parse_mod_style.parse2(path.clone()).is_ok();
            return is_path.then_some(path);
        }
        first = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == ',');
    }
    None
}

fn expand_all(entries: Vec<Entry>, func: Func) -> TokenStream {
    let mut diag = Diag::default();
    let mut common = Common::new(krate(&entries));
    let layers = layer::parse(entries, &mut common, &mut diag);
    expand::function(layers, func, common, diag)
}

fn with_error(item: &TokenStream, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#item #error)
}

fn take_pipeline(attrs: &mut Vec<Attribute>) -> syn::Result<Vec<Entry>> {
    let is_pipeline = |attr: &Attribute| {
        let last = attr.path().segments.last();
        last.is_some_and(|segment| segment.ident == "__pipeline")
    };
    let Some(at) = attrs.iter().position(is_pipeline) else {
        return Ok(Vec::new());
    };
    let attr = attrs.remove(at);
    let entries = attr.parse_args_with(Punctuated::<Entry, Token![,]>::parse_terminated)?;
    Ok(entries.into_iter().collect())
}

/// Only decides what is *asked*; the compiler decides what it *is*.
fn looks_like_ours(attr: &Attribute) -> bool {
    fn ours(path: &syn::Path) -> bool {
        path.segments.last().is_some_and(|segment| layer::is_kind(&segment.ident))
    }
    if ours(attr.path()) {
        return true;
    }
    // #[cfg_attr(predicate, retry(3))]
    let Meta::List(list) = &attr.meta else { return false };
    attr.path().is_ident("cfg_attr")
        && list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|metas| metas.iter().skip(1).any(|meta| ours(meta.path())))
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.name.to_tokens(tokens);
        self.args.to_tokens(tokens);
    }
}
