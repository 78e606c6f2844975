//! The lifetimes of what a layer fills in: the caller lends nothing for it, so their names go with the
//! parameter.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Lifetime, Signature, Type, WherePredicate};

/// Takes out of `sig` the lifetimes that only `ty` named, which is no longer in it, and out of `ty` their
/// names. Such as that of every reference, where a trait's macro has named them all.
pub(crate) fn unname(ty: &mut Type, sig: &mut Signature) {
    let names: Vec<Lifetime> = sig.generics.lifetimes().map(|it| it.lifetime.clone()).collect();
    for name in names {
        if !mentions(ty, &name) || is_used(sig, &name) {
            continue;
        }
        if let Ok(unnamed) = syn::parse2(anonymous(ty.to_token_stream(), &name.ident)) {
            *ty = unnamed;
            remove(sig, &name);
        }
    }
}

fn mentions(tokens: &impl ToTokens, name: &Lifetime) -> bool {
    fn within(tokens: TokenStream, name: &Ident) -> bool {
        let mut is_name = false;
        tokens.into_iter().any(|tree| match tree {
            TokenTree::Group(group) => within(group.stream(), name),
            TokenTree::Punct(punct) => {
                is_name = punct.as_char() == '\'';
                false
            }
            TokenTree::Ident(ident) => std::mem::take(&mut is_name) && ident == *name,
            TokenTree::Literal(_) => false,
        })
    }
    within(tokens.to_token_stream(), &name.ident)
}

/// By anything but its own declaration.
fn is_used(sig: &Signature, name: &Lifetime) -> bool {
    let by_param = sig.generics.params.iter().any(|param| match param {
        GenericParam::Lifetime(own) if own.lifetime == *name => false,
        param => mentions(param, name),
    });
    let mut bounds = sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    by_param
        || bounds.any(|bound| !is_of(bound, name) && mentions(bound, name))
        || sig.inputs.iter().any(|input| mentions(input, name))
        || mentions(&sig.output, name)
}

/// `'name: 'other`
fn is_of(bound: &WherePredicate, name: &Lifetime) -> bool {
    matches!(bound, WherePredicate::Lifetime(bound) if bound.lifetime == *name)
}

fn remove(sig: &mut Signature, name: &Lifetime) {
    let params = std::mem::take(&mut sig.generics.params).into_iter();
    let is_it =
        |it: &GenericParam| matches!(it, GenericParam::Lifetime(it) if it.lifetime == *name);
    sig.generics.params = params.filter(|param| !is_it(param)).collect();
    if let Some(clause) = &mut sig.generics.where_clause {
        let bounds = std::mem::take(&mut clause.predicates).into_iter();
        clause.predicates = bounds.filter(|bound| !is_of(bound, name)).collect();
    }
}

/// `&'_ T` for `&'name T`.
fn anonymous(tokens: TokenStream, name: &Ident) -> TokenStream {
    let mut is_name = false;
    let each = tokens.into_iter().map(|tree| match tree {
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), anonymous(group.stream(), name));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        TokenTree::Ident(ident) if std::mem::take(&mut is_name) && ident == *name => {
            TokenTree::Ident(Ident::new("_", ident.span()))
        }
        TokenTree::Punct(punct) => {
            is_name = punct.as_char() == '\'';
            TokenTree::Punct(punct)
        }
        other => other,
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn unnamed(ty: &mut Type, mut sig: Signature) -> String {
        unname(ty, &mut sig);
        format!("{} | {}", sig.to_token_stream(), ty.to_token_stream())
    }

    #[test]
    fn what_nothing_else_names_goes() {
        let mut ty = parse_quote!(Option<&'d Db>);
        let sig = parse_quote!(fn f<'d: 's, 's, T>(s: &'s T) -> u8 where 'd: 's, T: 's);
        let expected: Signature = parse_quote!(fn f<'s, T>(s: &'s T) -> u8 where T: 's);
        let left: Type = parse_quote!(Option<&'_ Db>);
        let left = format!("{} | {}", expected.to_token_stream(), left.to_token_stream());
        assert_eq!(unnamed(&mut ty, sig), left);
    }

    #[test]
    fn what_something_else_names_stays() {
        for sig in [
            parse_quote!(fn f<'d>(s: &'d str)),
            parse_quote!(fn f<'d>() -> &'d str),
            parse_quote!(fn f<'d, T: 'd>(t: T)),
            parse_quote!(fn f<'d, 's>(s: &'s str) where 's: 'd),
            parse_quote!(fn f(s: &str)),
        ] {
            let mut ty: Type = parse_quote!(&'d Db);
            let before = format!("{} | & 'd Db", ToTokens::to_token_stream(&sig));
            assert_eq!(unnamed(&mut ty, sig), before);
        }
    }
}
