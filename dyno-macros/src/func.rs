//! A function whose body is never parsed: half-typed bodies still expand.

use proc_macro2::TokenStream;
use quote::{ToTokens, TokenStreamExt};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Token, Visibility, token};

#[derive(Clone)]
pub(crate) struct Func {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) body: Option<Body>,
    pub(crate) semi: Option<Token![;]>,
}

#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) brace: token::Brace,
    pub(crate) inner_attrs: Vec<Attribute>,
    pub(crate) tokens: TokenStream,
}

impl Parse for Func {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let default = input.peek(Token![default]) && !input.peek2(Token![!]);
        let defaultness = if default { input.parse()? } else { None };
        if !is_function(input) {
            return Err(input.error("dyno's attributes go on a function; put this one on the method or function it is meant for"));
        }
        let sig = input.parse()?;
        let (mut body, mut semi) = (None, None);
        if input.peek(Token![;]) {
            semi = input.parse()?;
        } else {
            let content;
            let brace = syn::braced!(content in input);
            let inner_attrs = content.call(Attribute::parse_inner)?;
            body = Some(Body { brace, inner_attrs, tokens: content.parse()? });
        }
        Ok(Self { attrs, vis, defaultness, sig, body, semi })
    }
}

/// Looks past the qualifiers for `fn`, so that a struct or an impl gets a message of its own.
fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    loop {
        if ahead.peek(Token![fn]) {
            return true;
        }
        let qualifier = ahead.peek(Token![const])
            || ahead.peek(Token![async])
            || ahead.peek(Token![unsafe])
            || ahead.peek(Token![extern])
            || ahead.peek(syn::LitStr)
            || (ahead.peek(syn::Ident) && ahead.peek2(Token![fn]));
        if !qualifier || ahead.parse::<proc_macro2::TokenTree>().is_err() {
            return false;
        }
    }
}

impl ToTokens for Func {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attrs);
        self.vis.to_tokens(tokens);
        self.defaultness.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        match &self.body {
            Some(body) => body.to_tokens(tokens),
            None => self.semi.to_tokens(tokens),
        }
    }
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.brace.surround(tokens, |tokens| {
            tokens.append_all(&self.inner_attrs);
            self.tokens.to_tokens(tokens);
        });
    }
}
