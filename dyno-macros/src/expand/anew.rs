//! Arguments that a layer names anew, for what is inside.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Ident, Pat, Token, Type};

use super::context::{Context, here, mentions};
use crate::layer::Layer;
use crate::layer::inject::plain;

impl Context {
    /// `mut` moves to where an argument is named anew for the last time.
    pub(crate) fn lift_mutability(&mut self, layers: &[Box<dyn Layer>]) {
        for input in &mut self.sig.inputs {
            let FnArg::Typed(arg) = input else { continue };
            let Pat::Ident(pat) = &mut *arg.pat else { continue };
            let name = pat.ident.to_string();
            if pat.mutability.is_some() && layers.iter().any(|layer| layer.rebinds(&name)) {
                pat.mutability = None;
                self.mutable.push(name);
            }
        }
    }

    /// `mut`, where this is the last layer to name the argument anew.
    pub(crate) fn last_mut(&self, name: &Ident) -> Option<Token![mut]> {
        last_mut(name, &self.mutable, &self.rebound_inside)
    }

    /// `let x = again(&x);` for every value an attempt may use up; patterns are bound here.
    ///
    /// What the attribute itself uses, `used`, may be of no use to the body.
    pub(crate) fn fresh_arguments(&mut self, used: &TokenStream) -> TokenStream {
        let p = self.private.clone();
        let mut lets = TokenStream::new();
        let (mutable, inside) = (self.mutable.clone(), self.rebound_inside.clone());
        for (i, input) in self.sig.inputs.iter_mut().enumerate() {
            let FnArg::Typed(arg) = input else { continue };
            if matches!(*arg.pat, Pat::Wild(_)) {
                continue;
            }
            let lent = match (plain(&arg.ty), &*arg.pat) {
                (Type::Reference(reference), Pat::Ident(pat)) => {
                    let is_mut = pat.mutability.or(last_mut(&pat.ident, &mutable, &inside));
                    // Only where another reference may be put in its place is it used up.
                    if is_mut.is_none() || pat.by_ref.is_some() {
                        continue;
                    }
                    Some(reference.mutability)
                }
                _ => None,
            };
            // Lint levels of a parameter move to its rebinding; `cfg` holds for both.
            let attrs = arg.attrs.clone();
            arg.attrs.retain(|attr| attr.path().is_ident("cfg"));
            let at = Span::mixed_site().located_at(arg.ty.span());
            let (outer, inner) = match &mut *arg.pat {
                Pat::Ident(pat) if pat.subpat.is_none() && pat.by_ref.is_none() => {
                    let mut inner = pat.clone();
                    inner.mutability = inner.mutability.or(last_mut(&pat.ident, &mutable, &inside));
                    pat.mutability = None;
                    (pat.ident.clone(), Pat::Ident(inner))
                }
                _ => {
                    let fresh = format_ident!("__dyno_arg{i}", span = Span::mixed_site());
                    (fresh.clone(), std::mem::replace(&mut *arg.pat, syn::parse_quote!(#fresh)))
                }
            };
            let quiet = mentions(used.clone(), &[outer.to_string()])
                .then(|| quote_spanned!(at=> #[allow(unused_variables)]));
            let again = match lent {
                None => quote_spanned!(at=> #p::Again::again(&#outer)),
                Some(None) => quote_spanned!(at=> #outer),
                Some(Some(_)) => quote_spanned!(at=> &mut *#outer),
            };
            lets.extend(quote_spanned!(at=> #quiet #(#attrs)* let #inner = #again;));
        }
        for (pat, ty) in &self.renewed {
            let Pat::Ident(binding) = pat else { continue };
            let (name, at) = (&binding.ident, here(ty.span()));
            lets.extend(match ty {
                Type::Reference(reference) if reference.mutability.is_some() => {
                    quote_spanned!(at=> let #pat: #ty = &mut *#name;)
                }
                _ => quote_spanned!(at=> let #pat = #p::Again::again(&#name);),
            });
        }
        lets
    }
}

fn last_mut(name: &Ident, mutable: &[String], inside: &[String]) -> Option<Token![mut]> {
    let of = |names: &[String]| names.iter().any(|each| name == each);
    (of(mutable) && !of(inside)).then(<Token![mut]>::default)
}
