//! The `let`s that bind the dependencies of a function.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Pat, Type};

use super::Inject;
use super::dep::{Dep, Lifetime, Param, Source};
use super::shape::{Shape, Wrapper};
use crate::expand::{Context, here};

/// The statics, the parallel build of what is cold, then one binding each.
pub(super) fn lets(inject: &Inject, cx: &Context, inline: bool) -> TokenStream {
    let deps: Vec<Emit<'_>> =
        inject.deps.iter().filter_map(|dep| Emit::new(dep, cx, inline)).collect();
    let statics: TokenStream = deps.iter().map(Emit::statics).collect();
    let together = together(&deps, cx, here(inject.at.span()));
    let bindings: TokenStream = deps.iter().map(Emit::binding).collect();
    quote!(#statics #together #bindings)
}

/// Several cold ones are built side by side.
fn together(deps: &[Emit<'_>], cx: &Context, at: Span) -> TokenStream {
    let p = &cx.private;
    let is_eager = |dep: &&Emit<'_>| dep.is_typed() && !dep.dep.is_handle();
    let sites: Vec<&Ident> = deps.iter().filter(is_eager).map(|dep| &dep.site).collect();
    if sites.len() < 2 {
        return TokenStream::new();
    }
    let build = if cx.is_async {
        quote_spanned!(at=> #p::build_together_async(&[#(&#sites),*]).await;)
    } else {
        quote_spanned!(at=> #p::build_together(&[#(&#sites),*]);)
    };
    quote_spanned!(at=> if !(#(#p::Site::is_hot(&#sites))&&*) { #build })
}

/// One dependency on its way into tokens.
pub(super) struct Emit<'a> {
    pub(super) dep: &'a Dep,
    pub(super) param: &'a Param,
    pub(super) cx: &'a Context,
    /// The bindings stand in the body itself, not in a layer inside of others.
    pub(super) inline: bool,
    pub(super) at: Span,
    /// The static: `__DYNO_DB`.
    site: Ident,
    /// What `get` gave: `__dyno_db`.
    held: Ident,
}

impl<'a> Emit<'a> {
    fn new(dep: &'a Dep, cx: &'a Context, inline: bool) -> Option<Self> {
        let at = here(dep.name.span());
        let name = dep.name.to_string();
        let name = name.trim_start_matches("r#");
        Some(Self {
            dep,
            param: dep.param.as_ref()?,
            cx,
            inline,
            at,
            site: format_ident!("__DYNO_{}", name.to_uppercase(), span = at),
            held: format_ident!("__dyno_{name}", span = at),
        })
    }

    pub(super) fn target(&self) -> &Type {
        self.param.shape.target()
    }

    /// A blocking function borrows from the registry what it only looks at.
    fn lends(&self) -> bool {
        self.is_typed()
            && matches!(self.dep.source, Source::Tag(_) | Source::ByType)
            && matches!(self.param.shape, Shape::Ref(_))
            && self.param.wrapper == Wrapper::None
    }

    /// The site can stand in a static with its type, and be known before any call.
    fn is_typed(&self) -> bool {
        let source = match &self.dep.source {
            Source::Provider { expr, .. } | Source::Tag(expr) => self.cx.mentions_generics(expr),
            Source::ByType => false,
        };
        !self.dep.per_call()
            && !self.dep.lazy
            && !source
            && !self.cx.mentions_generics(self.target())
    }

    fn slot(&self) -> TokenStream {
        let (p, at, target) = (&self.cx.private, self.at, self.target());
        match &self.dep.source {
            Source::Tag(tag) => quote_spanned!(at=> #p::Slot::<#target>::tagged(#p::Some(#tag))),
            Source::ByType => quote_spanned!(at=> #p::Slot::<#target>::tagged(#p::None)),
            Source::Provider { .. } => {
                let known = self.known();
                quote_spanned!(at=> #known.slot)
            }
        }
    }

    /// The provider's slot, and whether it can fail. Told twice, with the same spans, so that what
    /// does not fit is told once.
    pub(super) fn known(&self) -> TokenStream {
        let (p, target) = (&self.cx.private, self.target());
        let maker = match (&self.dep.source, self.dep.lifetime) {
            (Source::Tag(_) | Source::ByType, _) => return TokenStream::new(),
            (Source::Provider { is_async: false, .. }, Some(Lifetime::Registry)) => "per_registry",
            (Source::Provider { is_async: true, .. }, Some(Lifetime::Registry)) => {
                "per_registry_async"
            }
            (Source::Provider { is_async: false, .. }, _) => "of",
            (Source::Provider { is_async: true, .. }, _) => "of_async",
        };
        let Source::Provider { expr, .. } = &self.dep.source else { return TokenStream::new() };
        // The maker carries the provider's span: what does not fit is told there.
        let maker = Ident::new(maker, expr.span());
        let p = p.clone().into_iter().map(|mut tree| {
            tree.set_span(expr.span());
            tree
        });
        let p: TokenStream = p.collect();
        quote_spanned!(expr.span()=> #p::Slot::<#target>::#maker(#expr))
    }

    /// The site, and the note to the linker that it exists.
    fn statics(&self) -> TokenStream {
        if self.dep.per_call() {
            return self.call_site();
        }
        let (p, at, site, target) = (&self.cx.private, self.at, &self.site, self.target());
        let (point, parameter) = (self.cx.point(), self.dep.name.to_string());
        let spelled = self.dep.source.spelled();
        if !self.is_typed() {
            return quote_spanned! {at=>
                static #site: #p::GenericSite = #p::GenericSite::new(#point, #parameter, #spelled);
            };
        }
        let slot = self.slot();
        let covered = (self.dep.fallback.is_some() || self.param.wrapper != Wrapper::None)
            .then(|| quote_spanned!(at=> .with_fallback()));
        let deferred = self.dep.is_handle().then(|| quote_spanned!(at=> .deferred()));
        let stop = self.stop();
        quote_spanned! {at=>
            static #site: #p::Site<#target> =
                #p::Site::new(#point, #parameter, #spelled, || #slot)#covered #deferred #stop;
            #p::register! { &#site }
        }
    }

    /// What shuts it down: `.stop(…)`.
    fn stop(&self) -> Option<TokenStream> {
        let (p, at) = (&self.cx.private, self.at);
        Some(match self.dep.stop.as_ref()? {
            Expr::Await(wait) => {
                let stop = &wait.base;
                quote_spanned!(at=> .stop_async(|value| #p::Box::pin(async move { #p::stopped((#stop)(value).await) })))
            }
            stop => quote_spanned!(at=> .stop(|value| #p::stopped((#stop)(value)))),
        })
    }

    /// A value for each call has a site as well, for the graph and for its fallback.
    fn call_site(&self) -> TokenStream {
        let Source::Provider { expr, .. } = &self.dep.source else { return TokenStream::new() };
        let (p, at, site) = (&self.cx.private, self.at, &self.site);
        let (point, parameter) = (self.cx.point(), self.dep.name.to_string());
        let spelled = self.dep.source.spelled();
        let generic = self.cx.mentions_generics(expr) || self.dep.lazy;
        let (named, register) = if generic {
            (quote_spanned!(at=> #spelled), TokenStream::new())
        } else {
            let named = quote_spanned!(at=> #p::type_name_of_val(&#expr));
            (named, quote_spanned!(at=> #p::register! { &#site }))
        };
        let covered = self.covered().then(|| quote_spanned!(at=> .with_fallback()));
        quote_spanned! {at=>
            static #site: #p::CallSite =
                #p::CallSite::new(#point, #parameter, #spelled, || #named)#covered;
            #register
        }
    }

    /// Something else is to be had where it is not.
    fn covered(&self) -> bool {
        self.dep.fallback.is_some() || self.param.wrapper == Wrapper::Option
    }

    /// `Result<Held<T>, InjectError>`, or with `or` a `Result` of that.
    fn get(&self, or: bool) -> TokenStream {
        let (p, at, site) = (&self.cx.private, self.at, &self.site);
        let wait = self.cx.is_async.then(|| quote_spanned!(at=> .await));
        let method = match (or, self.cx.is_async) {
            (false, false) if self.lends() => "loan",
            (false, false) => "get",
            (false, true) => "get_async",
            (true, false) => "get_or",
            (true, true) => "get_or_async",
        };
        let method = Ident::new(method, at);
        if self.is_typed() {
            return quote_spanned!(at=> #p::Site::#method(&#site)#wait);
        }
        let (slot, stop) = (self.slot(), self.stop());
        quote_spanned!(at=> #p::GenericSite::#method(&#site, || #slot #stop)#wait)
    }

    fn fresh(&self) -> TokenStream {
        let (p, at, target) = (&self.cx.private, self.at, self.target());
        let Source::Provider { expr, is_async } = &self.dep.source else {
            return TokenStream::new();
        };
        let (point, parameter, spelled) =
            (self.cx.point(), self.dep.name.to_string(), self.dep.source.spelled());
        let (name, wait) = match (is_async, self.cx.is_async) {
            (true, _) => ("fresh_async", Some(quote_spanned!(at=> .await))),
            (false, _) => ("fresh", None),
        };
        let name = Ident::new(name, here(expr.span()));
        quote_spanned!(at=> #p::#name::<#target, _, _>(#point, #parameter, #spelled, #expr)#wait)
    }

    fn binding(&self) -> TokenStream {
        let (p, at, site, held) = (&self.cx.private, self.at, &self.site, &self.held);
        let (ty, attrs) = (&self.param.ty, &self.param.attrs);
        let pat = self.pattern();
        if self.dep.is_handle() {
            let handle = match &self.param.shape {
                Shape::Lazy(_) => Ident::new("Lazy", at),
                _ => Ident::new("Live", at),
            };
            return quote_spanned!(at=> #(#attrs)* let #pat: #ty = #p::#handle::of(&#site););
        }
        let covered = self.covered();
        let check = if covered { TokenStream::new() } else { self.check() };
        let got = match (self.dep.per_call(), self.fresh()) {
            (false, _) => self.get(covered),
            (true, fresh) if covered => quote_spanned!(at=> #p::CallSite::or(&#site, #fresh)),
            (true, fresh) => fresh,
        };
        let refuse = self.refuse();
        let convert = self.convert(covered);
        let fallback = format_ident!("{held}_fallback", span = at);
        let stands = self.stands_in_by_reference().then(|| quote_spanned!(at=> let #fallback;));
        let held_mut = self.dep.per_call().then(|| quote_spanned!(at=> mut));
        let taken = match self.param.wrapper {
            Wrapper::Result => quote_spanned!(at=> let #held_mut #held = #got;),
            _ => quote_spanned! {at=>
                let #held_mut #held = match #got {
                    #p::Ok(__dyno_value) => __dyno_value,
                    #p::Err(__dyno_error) => #refuse,
                };
            },
        };
        quote_spanned!(at=> #check #taken #stands #(#attrs)* let #pat: #ty = #convert;)
    }

    /// The user's pattern; a retry inside binds it again, with its `mut`.
    fn pattern(&self) -> Pat {
        let mut pat = self.param.pat.clone();
        if let (Pat::Ident(pat), true) = (&mut pat, self.cx.repeats_inside) {
            if self.dep.renewed().is_some() {
                pat.mutability = None;
            }
        }
        pat
    }

    fn stands_in_by_reference(&self) -> bool {
        self.dep.fallback.is_some()
            && self.param.wrapper == Wrapper::None
            && matches!(self.param.shape, Shape::Ref(_))
    }

    /// What `get` gave, as the parameter wants it.
    fn convert(&self, covered: bool) -> TokenStream {
        let (p, at, held) = (&self.cx.private, self.at, &self.held);
        let wrapper = self.param.wrapper;
        if wrapper == Wrapper::None && !covered {
            return self.plainly(&quote!(#held), false);
        }
        let inside = quote_spanned!(at=> __dyno_value);
        let by_ref = matches!(self.param.shape, Shape::Ref(_) | Shape::Mut(_));
        let scrutinee = match (&self.param.shape, by_ref) {
            (Shape::Mut(_), _) => quote_spanned!(at=> &mut #held),
            (_, true) => quote_spanned!(at=> &#held),
            _ => quote_spanned!(at=> #held),
        };
        let value = self.plainly(&inside, by_ref);
        let (some, none) = match wrapper {
            Wrapper::Option => (quote_spanned!(at=> #p::Some(#value)), self.fallback_value(by_ref)),
            Wrapper::Result => {
                let error = if by_ref {
                    quote_spanned!(at=> #p::Clone::clone(__dyno_error))
                } else {
                    quote_spanned!(at=> __dyno_error)
                };
                (quote_spanned!(at=> #p::Ok(#value)), quote_spanned!(at=> #p::Err(#error)))
            }
            Wrapper::None => (value, self.fallback_value(by_ref)),
        };
        quote_spanned! {at=>
            match #scrutinee {
                #p::Ok(__dyno_value) => #some,
                #p::Err(__dyno_error) => #none,
            }
        }
    }

    /// What stands in, of the parameter's own type; for `&T` anything that borrows as `T`.
    fn fallback_value(&self, by_ref: bool) -> TokenStream {
        let (p, at) = (&self.cx.private, self.at);
        let ignore = quote_spanned!(at=> let _ = __dyno_error;);
        let Some(expr) = &self.dep.fallback else {
            return quote_spanned!(at=> { #ignore #p::None });
        };
        let value = match expr {
            Expr::Closure(_) if by_ref => {
                quote_spanned!(at=> #p::with(#p::Clone::clone(__dyno_error), #expr))
            }
            Expr::Closure(_) => quote_spanned!(at=> #p::with(__dyno_error, #expr)),
            _ => quote_spanned!(at=> { #ignore #expr }),
        };
        if !self.stands_in_by_reference() {
            return value;
        }
        let fallback = format_ident!("{}_fallback", self.held, span = at);
        let target = self.target();
        quote_spanned! {at=> {
            #fallback = #value;
            #p::Borrow::<#target>::borrow(&#fallback)
        }}
    }

    /// `&T`, `Arc<T>` or `T` out of what is held.
    fn plainly(&self, held: &TokenStream, is_ref: bool) -> TokenStream {
        let (p, at) = (&self.cx.private, self.at);
        let ty = here(self.param.ty.span());
        match (&self.param.shape, self.dep.per_call()) {
            (Shape::Ref(_), false) => {
                let held =
                    if is_ref { quote_spanned!(at=> #held) } else { quote_spanned!(at=> &#held) };
                quote_spanned!(at=> #p::Deref::deref(#held))
            }
            (Shape::Ref(_), true) | (Shape::Mut(_), _) if is_ref => quote_spanned!(at=> #held),
            (Shape::Ref(_), true) => quote_spanned!(at=> &#held),
            (Shape::Mut(_), _) => quote_spanned!(at=> &mut #held),
            (Shape::Arc(_), false) => quote_spanned!(at=> #p::Held::into_arc(#held)),
            (Shape::Arc(_), true) => quote_spanned!(at=> #p::Arc::new(#held)),
            (_, true) => quote_spanned!(at=> #held),
            (_, false) => {
                let target = self.target();
                quote_spanned!(ty=> <#target as #p::Cloned>::cloned(#p::Deref::deref(&#held)))
            }
        }
    }
}
