//! What a layer knows of the function it is around.

use std::cell::Cell;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, GenericParam, Ident, Lifetime, LitStr, Pat, ReturnType, Signature, Type};

use super::late::is_counted;
use crate::diag::Diag;
use crate::func::Body;
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
    /// What the layers outside of a `compound` retry see the function return.
    compounded: Option<Type>,
    plain: Type,
    /// Injected bindings, with their types.
    pub(crate) injected: Vec<(Pat, Type)>,
    /// The `&Call` of a service, with its type.
    pub(crate) called: Option<(Pat, Type)>,
    /// Injected bindings that a retry inside must renew.
    pub(crate) renewed: Vec<(Pat, Type)>,
    /// A refusal inside left a note in `__dyno_refused`.
    pub(crate) flagged: Cell<bool>,
    /// The body as a future, where what is inside is nothing else.
    pub(crate) future: Option<TokenStream>,
    /// A refusal inside left by the label of the fallback.
    pub(crate) jumped: Cell<bool>,
    /// A layer further out asks whether its time limit ended what is inside.
    pub(crate) minded: bool,
    /// So does [one that counts](super::late).
    pub(crate) counted: bool,
    /// A layer further in leaves that in `__dyno_late`.
    pub(crate) late: Cell<bool>,
    /// A layer further in runs its inside more than once.
    pub(crate) repeats_inside: bool,
    /// The join points further in.
    pub(crate) joins_inside: Vec<LitStr>,
    /// Arguments that the user may change, where a layer names them anew.
    pub(super) mutable: Vec<String>,
    /// Those that a layer further in names anew.
    pub(super) rebound_inside: Vec<String>,
    /// The label at which a layer further out takes refusals.
    refuge: Option<Lifetime>,
    /// Who takes them does not pass them on.
    taken: bool,
    /// The label of the layer itself, if it takes them.
    own_refuge: usize,
    /// A layer further out looks at the outcome.
    inspected: bool,
    /// A layer further out asks of an outcome whether it is a refusal, also beyond those that pass on
    /// what they catch.
    noted: bool,
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
            plain: body_ret.clone(),
            body_ret,
            wrap: common.wrap.is_some(),
            wrap_output: None,
            compounded: None,
            injected: Vec::new(),
            called: None,
            renewed: Vec::new(),
            flagged: Cell::new(false),
            future: None,
            jumped: Cell::new(false),
            minded: false,
            counted: false,
            late: Cell::new(false),
            repeats_inside: false,
            joins_inside: Vec::new(),
            mutable: Vec::new(),
            rebound_inside: Vec::new(),
            refuge: None,
            taken: false,
            own_refuge: 0,
            inspected: false,
            noted: false,
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
        cx.rewrite_output(common, is_boxed, diag);
        cx
    }

    /// What `wrap` and `compound` make of the return type.
    fn rewrite_output(&mut self, common: &Common, is_boxed: bool, diag: &mut Diag) {
        if let Some(wrap) = common.wrap.as_ref().filter(|_| is_boxed) {
            diag.error(wrap, "`wrap` cannot change what a boxed future returns; write the return type as `Result<T, dyno::Error<E>>`");
        } else if common.wrap.is_some() {
            self.plain = self.rewritten("Wrap", "Wrapped");
            self.wrap_output = Some(self.plain.clone());
        }
        if let Some(compound) = common.compound.as_ref().filter(|_| is_boxed) {
            diag.error(compound, "`compound` cannot change what a boxed future returns; put the attribute on an `async fn`");
        } else if common.compound.is_some() {
            self.compounded = Some(self.rewritten("Compound", "Compounded"));
        }
        self.ret = self.plain.clone();
    }

    /// `-> Result<T, E>` becomes what `of` makes of it, such as `-> Result<T, dyno::Error<E>>`.
    fn rewritten(&mut self, of: &str, name: &str) -> Type {
        let ret = &self.plain;
        // The user's own span: what is wrong with the type is told under it.
        let at = ret.span();
        let (p, of, name) = (&self.private, Ident::new(of, at), Ident::new(name, at));
        let new: Type = syn::parse_quote_spanned!(at=> <#ret as #p::#of>::#name);
        self.sig.output = syn::parse_quote_spanned!(here(at)=> -> #new);
        new
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

    /// What becomes of a time-out, a failure as any other: the fallback further out, unless
    /// somebody in between has to hear of it, or the return value that says so.
    pub(crate) fn fail(&self, fault: &TokenStream) -> TokenStream {
        if self.inspected || self.refuge.is_none() {
            // Nobody is to take it for a refusal.
            return self.of_return("Refuse", "refuse", fault);
        }
        self.refuse(fault)
    }

    /// What becomes of a fault that a layer has caught and passes on: it goes on as it would have without
    /// that layer.
    pub(crate) fn pass_on(&self, at: Span) -> TokenStream {
        let p = &self.private;
        let fault = quote_spanned!(at=> __dyno_fault);
        let refused = self.refuse(&fault);
        let differs = self.inspected || self.refuge.is_none();
        if !(differs && self.noted) {
            return refused;
        }
        let failed = self.fail(&fault);
        quote_spanned! {at=>
            if #p::Fault::is_timed_out(&__dyno_fault) { #failed } else { #refused }
        }
    }

    /// `true` when a layer further out asks whether an outcome is a refusal.
    pub(crate) fn is_noted(&self) -> bool {
        self.noted
    }

    /// The label at which the layer itself takes refusals.
    pub(crate) fn own_refuge(&self, at: Span) -> Lifetime {
        refuge(self.own_refuge, at)
    }

    /// What becomes of a `Fault`: the fallback further out, or the return value that says so.
    pub(crate) fn refuse(&self, fault: &TokenStream) -> TokenStream {
        let at = Span::mixed_site();
        let p = &self.private;
        if let Some(refuge) = &self.refuge {
            self.jumped.set(true);
            return quote_spanned!(at=> break #refuge #p::Err(#fault));
        }
        self.noted(self.of_return("Refuse", "refuse", fault))
    }

    /// `true` when a fallback further out takes what is refused.
    pub(crate) fn has_refuge(&self) -> bool {
        self.refuge.is_some()
    }

    /// `true` when one further out takes what is refused for good: the return type need not say so.
    pub(crate) fn is_taken(&self) -> bool {
        self.refuge.is_some() && self.taken
    }

    /// What the caller gets for a refusal, seen from outside by those who ask for one.
    pub(crate) fn noted(&self, value: TokenStream) -> TokenStream {
        if !self.is_noted() {
            return value;
        }
        self.flagged.set(true);
        quote_spanned! {Span::mixed_site()=> {
            __dyno_refused = true;
            #value
        }}
    }

    /// Takes note of the layers outside and inside of the one that comes next.
    pub(crate) fn look_around(&mut self, outside: &[Box<dyn Layer>], inside: &[Box<dyn Layer>]) {
        (self.refuge, self.taken) = (None, false);
        (self.inspected, self.noted) = (false, false);
        let refuges = outside.iter().filter(|layer| layer.catches()).count();
        self.own_refuge = refuges;
        let (mut enclosed, mut caught) = (false, false);
        for layer in outside.iter().rev() {
            if layer.catches() && !caught {
                // One that encloses what is inside has its label in there.
                self.refuge = (!enclosed).then(|| refuge(refuges - 1, Span::mixed_site()));
                caught = true;
            }
            let asks = layer.inspects() || layer.notes_refusals();
            self.noted |= asks;
            if layer.catches() && !layer.passes_on() {
                self.taken = !enclosed;
                break;
            }
            // What asks for a refusal has to come to see it. One that catches passes on from its outside.
            enclosed |= !layer.catches() && (layer.encloses() || layer.notes_refusals());
            self.inspected |= asks && !caught;
        }
        self.minded = outside.iter().any(|layer| layer.minds_time());
        self.counted = !self.is_async && is_counted(outside);
        self.repeats_inside = inside.iter().any(|layer| layer.repeats());
        self.joins_inside = inside.iter().filter_map(|layer| layer.join().cloned()).collect();
        let rebound = |name: &&String| inside.iter().any(|layer| layer.rebinds(name));
        self.rebound_inside = self.mutable.iter().filter(rebound).cloned().collect();
        let compounded = self.compounded.as_ref().filter(|_| inside.iter().any(|l| l.compounds()));
        self.ret = compounded.unwrap_or(&self.plain).clone();
    }

    /// `true` when the function has a parameter of this name, or an injected value.
    pub(crate) fn has_value(&self, name: &Ident) -> bool {
        let inputs = self.sig.inputs.to_token_stream();
        let injected = self.injected.iter().chain(&self.called);
        let injected = injected.map(|(pat, _)| pat.to_token_stream());
        mentions(injected.chain([inputs]).collect(), &[name.to_string()])
    }

    /// `true` when the tokens name a generic of the function, `Self` or `impl`: then they cannot
    /// stand in an item.
    pub(crate) fn mentions_generics(&self, tokens: &impl ToTokens) -> bool {
        mentions(tokens.to_token_stream(), &self.generics)
    }
}

/// The label of the `number`-th layer that takes refusals.
fn refuge(number: usize, at: Span) -> Lifetime {
    let number = if number == 0 { String::new() } else { format!("_{}", number + 1) };
    Lifetime::new(&format!("'__dyno_refused{number}"), at)
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
