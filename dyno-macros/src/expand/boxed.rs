//! What `#[async_trait]` makes of an `async fn`: `… Box::pin(async move { BODY })`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ReturnType, Type};

/// The parts of such a body.
pub(crate) struct Boxed {
    pub(crate) before: TokenStream,
    /// `Box::pin`
    pub(crate) pin: TokenStream,
    pub(crate) body: TokenStream,
    /// The `T` of `Pin<Box<dyn Future<Output = T> + …>>`.
    pub(crate) output: Type,
}

/// Finds them when the last expression of the body has that form.
pub(crate) fn find(tokens: &TokenStream, output: &ReturnType) -> Option<Boxed> {
    let ReturnType::Type(_, ty) = output else { return None };
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let TokenTree::Group(args) = trees.last()? else { return None };
    if args.delimiter() != Delimiter::Parenthesis {
        return None;
    }
    let inner: Vec<TokenTree> = args.stream().into_iter().collect();
    let [TokenTree::Ident(a), TokenTree::Ident(m), TokenTree::Group(body)] = inner.as_slice()
    else {
        return None;
    };
    if a != "async" || m != "move" || body.delimiter() != Delimiter::Brace {
        return None;
    }
    let head = &trees[..trees.len() - 1];
    let cut = head.len().checked_sub(4)?;
    let text: String = head[cut..].iter().map(ToString::to_string).collect();
    (text == "Box::pin").then_some(())?;
    Some(Boxed {
        before: head[..cut].iter().cloned().collect(),
        pin: head[cut..].iter().cloned().collect(),
        body: body.stream(),
        output: future_output(ty)?,
    })
}

fn future_output(ty: &Type) -> Option<Type> {
    syn::parse2(behind_output(ty.to_token_stream())?).ok()
}

fn behind_output(tokens: TokenStream) -> Option<TokenStream> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let is_output = |pair: &[TokenTree]| {
        matches!(pair, [TokenTree::Ident(name), TokenTree::Punct(equals)]
            if name == "Output" && equals.as_char() == '=')
    };
    let at = trees.windows(2).position(is_output)?;
    let mut depth = 0_i32;
    let mut before = ' ';
    let mut found = Vec::new();
    for tree in &trees[at + 2..] {
        if let TokenTree::Punct(punct) = tree {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if before != '-' => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                break;
            }
            before = punct.as_char();
        } else {
            before = ' ';
        }
        found.push(tree.clone());
    }
    Some(found.into_iter().collect())
}
