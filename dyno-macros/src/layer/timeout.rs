//! `#[timeout(250ms)]`: what is late is dropped, or told of its deadline, or left to a pool.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, FnArg, Ident, ReceiverKind, Type};

use super::which::check_word;
use super::{Common, Fallback, Layer, Said, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::{Args, Failures, Key, value};

pub(crate) struct Timeout {
    at: Ident,
    said: Said,
    limit: TokenStream,
    /// The same, as it is written.
    written: Option<Expr>,
    on_pool: Option<Ident>,
    /// There may be none: the limit is an `Option`.
    may_lack: bool,
    is_async: bool,
}

const OWN: [Key; 3] = [Key::value("limit"), Key::flag("on_pool"), Key::value("fallback")];

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let said = common.said(at);
    let keys = common.keys(&[&OWN]);
    let before = diag.is_empty();
    let read =
        Args { of: &said.quoted(), positional: 1, keys: &keys, open: false }.parse(args, diag);
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    let (mut limit, mut written, mut on_pool) = (None, None, None);
    for arg in read {
        if common.take(&arg, diag) {
            continue;
        }
        match arg.key.as_ref().map_or_else(|| "limit".to_owned(), Ident::to_string).as_str() {
            "on_pool" => on_pool.clone_from(&arg.key),
            "limit" if limit.is_some() => diag.error_at(arg.span(), "the limit is given twice"),
            "limit" => {
                let Some(expr) = arg.expr("the limit", diag) else { continue };
                written = Some(expr.clone());
                limit = Some(diag.take(value::duration(expr, "the limit")).unwrap_or_default());
            }
            key => {
                let Some(expr) = arg.expr(&format!("`{key}`"), diag) else { continue };
                layers.push(Box::new(Fallback::new(arg.key.as_ref().unwrap_or(at), expr.clone())));
            }
        }
    }
    if limit.is_none() && before && diag.is_empty() {
        let (it, example) = (said.quoted(), said.with("250ms"));
        diag.error(at, format!("{it} needs a limit, such as {example}"));
    }
    let limit = limit.unwrap_or_default();
    layers.push(Box::new(Timeout {
        at: at.clone(),
        said,
        limit,
        written,
        on_pool,
        may_lack: false,
        is_async: false,
    }));
    layers
}

/// What cannot be handed to another thread.
fn is_lent(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => {
            reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static")
        }
        Type::Group(group) => is_lent(&group.elem),
        Type::Paren(paren) => is_lent(&paren.elem),
        _ => false,
    }
}

/// The `Rc` of `Option<Rc<u8>>`; what else is not `Send` the compiler finds.
fn rc(tokens: &TokenStream) -> Option<Ident> {
    let mut trees = tokens.clone().into_iter().peekable();
    while let Some(tree) = trees.next() {
        let opens = matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '<');
        match tree {
            TokenTree::Ident(word) if opens && word == "Rc" => return Some(word),
            TokenTree::Group(group) => match rc(&group.stream()) {
                None => {}
                found => return found,
            },
            _ => {}
        }
    }
    None
}

/// What the pool cannot take.
fn check_pool(on_pool: &Ident, cx: &Context, diag: &mut Diag) {
    if cx.is_async {
        diag.error(on_pool, "`on_pool` is for functions that block; an async one is dropped when it is late, so leave it out");
        return;
    }
    for input in &cx.sig.inputs {
        if let Some(counted) = rc(&input.to_token_stream()) {
            diag.error(counted, "`on_pool` hands the arguments to another thread, and an `Rc` cannot go there; take an `Arc`");
            continue;
        }
        let (lent, remedy) = match input {
            FnArg::Receiver(receiver) => {
                (matches!(receiver.kind, ReceiverKind::Reference(..)), "take `self: Arc<Self>`")
            }
            FnArg::Typed(arg) => (is_lent(&arg.ty), "take it by value: a `String`, an `Arc`"),
        };
        if lent {
            diag.error(input, format!("`on_pool` hands the arguments to another thread, and this one is borrowed; {remedy}"));
        }
    }
}

/// `body` on the pool, which cannot reach the caller's note of a refusal.
fn on_pool(limited: &TokenStream, body: &TokenStream, at: Span, cx: &Context) -> TokenStream {
    let p = &cx.private;
    if !cx.flagged.get() {
        return quote_spanned!(at=> #p::on_pool(#limited, move || #body));
    }
    quote_spanned! {at=>
        #p::Result::map(
            #p::on_pool(#limited, move || {
                let mut __dyno_refused = false;
                let __dyno_end = #body;
                #p::Result::map(__dyno_end, |__dyno_out| (__dyno_out, __dyno_refused))
            }),
            |(__dyno_out, __dyno_was_refused)| {
                __dyno_refused = __dyno_was_refused;
                __dyno_out
            },
        )
    }
}

impl Timeout {
    /// One of which only the program knows whether there is any.
    pub(super) fn of_preset(at: &Ident, said: Said, limit: TokenStream) -> Self {
        let at = at.clone();
        Self { at, said, limit, written: None, on_pool: None, may_lack: true, is_async: false }
    }

    /// How the call ended: a statement, and a `Result` of what is inside or a `Fault`.
    fn ended(&self, inside: &TokenStream, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let (p, point, limit) = (&cx.private, cx.point(), &self.limit);
        let (body, told) = if cx.jumped.replace(false) {
            let label = cx.own_refuge(at);
            let body = quote_spanned!(at=> #label: { #p::Ok::<_, #p::Fault>(#inside) });
            (body, quote_spanned!(at=> #p::Late::told(__dyno_end)))
        } else if self.is_async {
            let told = quote_spanned!(at=> #p::Result::map_err(__dyno_end, #p::Late::fault));
            (inside.clone(), told)
        } else {
            (quote_spanned!(at=> #p::Ok(#inside)), TokenStream::new())
        };
        if !self.is_async {
            return (
                TokenStream::new(),
                on_pool(&quote_spanned!(at=> #point, #limit), &body, at, cx),
            );
        }
        let future = cx.future.clone().unwrap_or_else(|| quote_spanned!(at=> async { #body }));
        let limited = if self.may_lack { "limited_if" } else { "limited_here" };
        let limited = Ident::new(limited, at);
        // What was late is gone, with all it held, before that is told.
        let ended = quote_spanned! {at=>
            let __dyno_end = #p::#limited(#point, #limit, #p::pin!(#future)).await;
        };
        (ended, told)
    }

    /// What fails when its time is over has failed by that, as far as anybody can tell.
    fn note(&self, cx: &Context) -> Option<TokenStream> {
        if !cx.minded {
            return None;
        }
        cx.late.set(true);
        let at = here(self.at.span());
        let p = &cx.private;
        let failure = Failures::failure(at, cx);
        let is_over = if self.may_lack {
            quote_spanned!(at=> #p::Option::is_some_and(__dyno_timed.as_ref(), #p::Timed::is_over))
        } else {
            quote_spanned!(at=> #p::Timed::is_over(&__dyno_timed))
        };
        Some(quote_spanned! {at=>
            __dyno_late |= #p::Option::is_some(&#failure) && #is_over;
        })
    }

    /// Refusals from inside and the time-out itself both come as a `Fault`.
    fn enclosed(&self, inside: &TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let (ended, told) = self.ended(inside, cx);
        let mut goes_on = cx.pass_on(at);
        if cx.minded {
            cx.late.set(true);
            goes_on = quote_spanned! {at=> {
                __dyno_late |= #p::Fault::is_timed_out(&__dyno_fault);
                #goes_on
            }};
        }
        quote_spanned! {at=> {
            #ended
            match #told {
                #p::Ok(__dyno_out) => __dyno_out,
                #p::Err(__dyno_fault) => #goes_on,
            }
        }}
    }
}

impl Layer for Timeout {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn catches(&self) -> bool {
        self.is_async || self.on_pool.is_some()
    }
    fn passes_on(&self) -> bool {
        true
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.is_async = cx.is_async;
        if let Some(expr) = &self.written {
            let say = "the limit is a duration, such as `250ms`";
            check_word(expr, &self.said, say, &keys(&[&OWN]), cx, diag);
        }
        if let Some(on_pool) = &self.on_pool {
            check_pool(on_pool, cx, diag);
        }
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        if self.catches() {
            return self.enclosed(&inner, cx);
        }
        let at = here(self.at.span());
        let (p, point, limit) = (&cx.private, cx.point(), &self.limit);
        let refuse = cx.refuse(&quote_spanned!(at=> __dyno_fault));
        let note = self.note(cx);
        let (enter, end) = if self.may_lack {
            (
                Ident::new("enter_if", at),
                quote_spanned!(at=> if let #p::Some(__dyno_timed) = __dyno_timed { #p::Timed::end(__dyno_timed); }),
            )
        } else {
            (Ident::new("enter", at), quote_spanned!(at=> #p::Timed::end(__dyno_timed);))
        };
        quote_spanned! {at=> {
            match #p::Timed::#enter(#point, #limit) {
                #p::Ok(__dyno_timed) => {
                    let __dyno_out = #inner;
                    #note
                    #end
                    __dyno_out
                }
                #p::Err(__dyno_fault) => #refuse,
            }
        }}
    }
}
