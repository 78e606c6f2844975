//! What a layer knows of the function it is around.

use std::cell::Cell;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, FnArg, GenericParam, Ident, Lifetime, LitStr, Pat, ReturnType, Signature, Type};

use crate::diag::Diag;
use crate::func::Body;
use crate::layer::inject::plain;
use crate::layer::{Common, Layer};

#[expect(clippy::struct_excessive_bools, reason = "each is one thing a layer may ask")]
pub(crate) struct Context {
    /// `::dyno::__private`
    pub(crate) private: TokenStream,
    pub(crate) sig: Signature,
    pub(crate) is_async: bool,
    /// What the layers see the function return.
    pub(crate) ret: Type,
    /// What the user's body returns.
    pub(crate) body_ret: Type,
    /// The attribute's `wrap`: the signature returns room for a `Fault`.
    pub(crate) wrap: bool,
    pub(crate) wrap_output: Option<Type>,
    /// Injected bindings, with their types.
    pub(crate) injected: Vec<(Pat, Type)>,
    /// Injected bindings that a retry inside must renew.
    pub(crate) renewed: Vec<(Pat, Type)>,
    /// A refusal inside left a note in `__dyno_refused`.
    pub(crate) flagged: Cell<bool>,
    /// A refusal inside left by the label of the fallback.
    pub(crate) jumped: Cell<bool>,
    /// A layer further in runs its inside more than once.
    pub(crate) repeats_inside: bool,
    /// A fallback further out takes refusals.
    refuge: bool,
    /// A layer further out looks at the outcome.
    inspected: bool,
    named: Option<LitStr>,
    /// The point is named after this function, not after its sibling `f_with`.
    alias: Option<String>,
    generics: Vec<String>,
    point: Cell<bool>,
    labels: Cell<usize>,
}

impl Context {
    pub(crate) fn new(
        sig: &mut Signature,
        common: &Common,
        boxed: Option<Type>,
        diag: &mut Diag,
    ) -> Self {
        let krate = &common.krate;
        let is_async = sig.asyncness.is_some() || boxed.is_some();
        let is_boxed = boxed.is_some();
        let written = boxed.unwrap_or_else(|| match &sig.output {
            ReturnType::Type(_, ty) => (**ty).clone(),
            ReturnType::Default => syn::parse_quote_spanned!(sig.ident.span()=> ()),
        });
        let body_ret = erase_impl(written);
        let mut cx = Self {
            private: common.private(),
            sig: sig.clone(),
            is_async,
            ret: body_ret.clone(),
            body_ret,
            wrap: common.wrap.is_some(),
            wrap_output: None,
            injected: Vec::new(),
            renewed: Vec::new(),
            flagged: Cell::new(false),
            jumped: Cell::new(false),
            repeats_inside: false,
            refuge: false,
            inspected: false,
            named: common.name.clone(),
            alias: common.alias.clone(),
            generics: sig
                .generics
                .params
                .iter()
                .map(generic_name)
                .chain(common.generics.iter().cloned())
                .chain(["Self".to_owned(), "impl".to_owned()])
                .collect(),
            point: Cell::new(false),
            labels: Cell::new(0),
        };
        if let Some(wrap) = &common.wrap {
            if is_boxed {
                diag.error(wrap, "`wrap` cannot change what a boxed future returns; write the return type as `Result<T, dyno::Error<E>>`");
            } else {
                cx.rewrite_output(&krate.clone());
            }
        }
        cx
    }

    /// `-> Result<T, E>` becomes `-> Result<T, dyno::Error<E>>`.
    fn rewrite_output(&mut self, krate: &TokenStream) {
        let ret = &self.body_ret;
        let at = here(ret.span());
        let wrapped: Type =
            syn::parse_quote_spanned!(at=> <#ret as #krate::__private::Wrap>::Wrapped);
        self.sig.output = syn::parse_quote_spanned!(at=> -> #wrapped);
        self.ret = wrapped.clone();
        self.wrap_output = Some(wrapped);
    }

    /// The function's `Point`; asking for it makes the static.
    pub(crate) fn point(&self) -> TokenStream {
        self.point.set(true);
        quote_spanned!(Span::mixed_site()=> &__DYNO_POINT)
    }

    /// A label that no other layer has: the compiler warns of one that shadows another.
    pub(crate) fn label(&self, name: &str, at: Span) -> Lifetime {
        let before = self.labels.replace(self.labels.get() + 1);
        let number = if before == 0 { String::new() } else { format!("_{}", before + 1) };
        Lifetime::new(&format!("'__dyno_{name}{number}"), at)
    }

    /// The statics at the top of the body.
    pub(crate) fn statics(&self) -> TokenStream {
        if !self.point.get() {
            return TokenStream::new();
        }
        let at = Span::mixed_site();
        let p = &self.private;
        let given = match &self.named {
            Some(name) => quote_spanned!(at=> #p::Some(#name)),
            None => quote_spanned!(at=> #p::None),
        };
        let alias = self.alias.as_ref().map(|name| quote_spanned!(at=> .called(#name)));
        quote_spanned! {at=>
            fn __dyno_here() {}
            static __DYNO_POINT: #p::Point =
                #p::Point::new(#given, || #p::type_name_of_val(&__dyno_here))#alias;
        }
    }

    /// `<Ret as Trait>::method(arg)`: an unmet bound underlines the return type the user wrote, once.
    pub(crate) fn of_return(&self, of: &str, method: &str, arg: &TokenStream) -> TokenStream {
        // The user's own span: the compiler tells two errors of the same place once.
        let (ret, at) = (&self.ret, self.ret.span());
        let p = &self.private;
        let (of, method) = (Ident::new(of, at), Ident::new(method, at));
        quote_spanned!(at=> <#ret as #p::#of>::#method(#arg))
    }

    /// `closure` called with `value`, which gives a `to`; the compiler speaks of it under the closure.
    pub(crate) fn with(&self, value: &TokenStream, closure: &Expr, to: &Type) -> TokenStream {
        let at = here(closure.span());
        let p = located(self.private.clone(), at);
        quote_spanned!(at=> #p::with::<_, #to>(#value, #closure))
    }

    /// What becomes of a `Fault`: the fallback further out, or the return value that says so.
    pub(crate) fn refuse(&self, fault: &TokenStream) -> TokenStream {
        let at = Span::mixed_site();
        let p = &self.private;
        if self.refuge {
            self.jumped.set(true);
            return quote_spanned!(at=> break '__dyno_refused #p::Err(#fault));
        }
        let refuse = self.of_return("Refuse", "refuse", fault);
        if self.inspected {
            self.flagged.set(true);
            quote_spanned! {at=> {
                __dyno_refused = true;
                #refuse
            }}
        } else {
            refuse
        }
    }

    /// `true` when a fallback further out takes what is refused.
    pub(crate) fn has_refuge(&self) -> bool {
        self.refuge
    }

    /// Takes note of the layers outside and inside of the one that comes next.
    pub(crate) fn look_around(&mut self, outside: &[Box<dyn Layer>], inside: &[Box<dyn Layer>]) {
        (self.refuge, self.inspected) = (false, false);
        let mut enclosed = false;
        for layer in outside.iter().rev() {
            enclosed |= layer.encloses();
            if layer.catches() {
                self.refuge = !enclosed;
                break;
            }
            self.inspected |= layer.inspects();
        }
        self.repeats_inside = inside.iter().any(|layer| layer.repeats());
    }

    /// `let x = again(&x);` for every value an attempt may use up; patterns are bound here.
    ///
    /// What the attribute itself uses, `used`, may be of no use to the body.
    pub(crate) fn fresh_arguments(&mut self, used: &TokenStream) -> TokenStream {
        let p = self.private.clone();
        let mut lets = TokenStream::new();
        for (i, input) in self.sig.inputs.iter_mut().enumerate() {
            let FnArg::Typed(arg) = input else { continue };
            if matches!(plain(&arg.ty), Type::Reference(_)) && matches!(*arg.pat, Pat::Ident(_)) {
                continue;
            }
            if matches!(*arg.pat, Pat::Wild(_)) {
                continue;
            }
            // Lint levels of a parameter move to its rebinding; `cfg` holds for both.
            let attrs = arg.attrs.clone();
            arg.attrs.retain(|attr| attr.path().is_ident("cfg"));
            let at = Span::mixed_site().located_at(arg.ty.span());
            let (outer, inner) = match &mut *arg.pat {
                Pat::Ident(pat) if pat.subpat.is_none() && pat.by_ref.is_none() => {
                    let inner = pat.clone();
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
            lets.extend(
                quote_spanned!(at=> #quiet #(#attrs)* let #inner = #p::Again::again(&#outer);),
            );
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

    /// `true` when the function has a parameter of this name, or an injected value.
    pub(crate) fn has_value(&self, name: &Ident) -> bool {
        let inputs = self.sig.inputs.to_token_stream();
        let injected = self.injected.iter().map(|(pat, _)| pat.to_token_stream());
        mentions(injected.chain([inputs]).collect(), &[name.to_string()])
    }

    /// `true` when the tokens name a generic of the function, `Self` or `impl`: then they cannot
    /// stand in an item.
    pub(crate) fn mentions_generics(&self, tokens: &impl ToTokens) -> bool {
        mentions(tokens.to_token_stream(), &self.generics)
    }
}

/// Points at the user's token, resolves at the macro.
pub(crate) fn here(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}

/// The same tokens, of which the compiler speaks under `at`.
pub(crate) fn located(tokens: TokenStream, at: Span) -> TokenStream {
    let moved = |mut tree: TokenTree| {
        tree.set_span(tree.span().located_at(at));
        tree
    };
    tokens.into_iter().map(moved).collect()
}

/// `T` of `T: Clone`, `N` of `const N: usize`, `a` of `'a`.
pub(crate) fn generic_name(param: &GenericParam) -> String {
    match param {
        GenericParam::Type(ty) => ty.ident.to_string(),
        GenericParam::Const(constant) => constant.ident.to_string(),
        GenericParam::Lifetime(lifetime) => lifetime.lifetime.ident.to_string(),
    }
}

pub(crate) fn mentions(tokens: TokenStream, names: &[String]) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => names.iter().any(|name| ident == name),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}

pub(crate) fn span_of(body: &Body) -> Span {
    body.brace.span.join()
}

/// `Result<impl Display, E>` → `Result<_, E>`: a closure may not name `impl Trait`.
fn erase_impl(ty: Type) -> Type {
    match ty {
        Type::ImplTrait(impl_trait) => syn::parse_quote_spanned!(impl_trait.span()=> _),
        Type::Path(mut path) => {
            for segment in &mut path.path.segments {
                if let syn::PathArguments::AngleBracketed(args) = &mut segment.arguments {
                    for arg in &mut args.args {
                        if let syn::GenericArgument::Type(ty) = arg {
                            *ty = erase_impl(ty.clone());
                        }
                    }
                }
            }
            Type::Path(path)
        }
        Type::Tuple(mut tuple) => {
            for elem in &mut tuple.elems {
                *elem = erase_impl(elem.clone());
            }
            Type::Tuple(tuple)
        }
        Type::Reference(mut reference) => {
            *reference.elem = erase_impl(*reference.elem);
            Type::Reference(reference)
        }
        Type::Group(group) => erase_impl(*group.elem),
        // `&(dyn Error + Send)` needs its own.
        Type::Paren(paren) if matches!(*paren.elem, Type::TraitObject(_)) => Type::Paren(paren),
        Type::Paren(paren) => erase_impl(*paren.elem),
        other => other,
    }
}
