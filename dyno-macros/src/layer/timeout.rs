//! `#[timeout(250ms)]`: what is late is dropped, or told of its deadline, or left to a pool.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, Ident};

use super::pool::Pool;
use super::which::check_word;
use super::{Common, Fallback, Layer, Said, keys};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::{Args, Failures, Key, value};

pub(crate) struct Timeout {
    at: Ident,
    said: Said,
    /// A service may have a pool and no limit.
    limit: Option<TokenStream>,
    /// The same, as it is written.
    written: Option<Expr>,
    on_pool: Option<Pool>,
    /// There may be none: the limit is an `Option`.
    may_lack: bool,
    part: Part,
    is_async: bool,
    /// Nothing is to be done on a thread.
    idle: bool,
}

/// What of a service it limits, where an attempt is to hear that the limit of the call has passed: ended
/// unheard it would count nowhere, and a dependency that hangs would never open its breaker.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Of no service, or nobody further in counts.
    Alone,
    Whole,
    Attempt,
}

const OWN: [Key; 3] = [Key::value("limit"), Key::policy("on_pool"), Key::value("fallback")];

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
            "on_pool" => {
                on_pool = arg.key.as_ref().map(|key| Pool::of(key, &arg.value, diag));
            }
            "limit" if limit.is_some() => diag.error_at(arg.span(), "the limit is given twice"),
            "limit" => {
                let Some(expr) = arg.expr("the limit", diag) else { continue };
                written = Some(expr.clone());
                limit = Some(limit_of(expr, diag));
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
    layers.push(Box::new(Timeout {
        at: at.clone(),
        said,
        limit,
        written,
        on_pool,
        may_lack: false,
        part: common.part(at),
        is_async: false,
        idle: false,
    }));
    layers
}

/// `body` on the pool, which cannot reach the caller's note of a refusal.
fn on_pool(
    (called, given): &(TokenStream, TokenStream),
    body: &TokenStream,
    at: Span,
    cx: &Context,
) -> TokenStream {
    let p = &cx.private;
    if !cx.flagged.get() {
        return quote_spanned!(at=> #called(#given, move || #body));
    }
    quote_spanned! {at=>
        #p::Result::map(
            #called(#given, move || {
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

/// How long a call may take.
fn limit_of(expr: &Expr, diag: &mut Diag) -> TokenStream {
    diag.take(value::duration(expr, "the limit")).unwrap_or_default()
}

/// What is known to be there or not, where it might be either.
fn perhaps(limit: Option<&TokenStream>, at: Span, cx: &Context) -> TokenStream {
    let p = &cx.private;
    match limit {
        Some(limit) => quote_spanned!(at=> #p::Some(#limit)),
        None => quote_spanned!(at=> #p::None),
    }
}

impl Timeout {
    /// One of which only the program knows whether there is any.
    pub(super) fn of_preset(at: &Ident, said: Said, part: Part, limit: TokenStream) -> Self {
        Self {
            at: at.clone(),
            said,
            limit: Some(limit),
            written: None,
            on_pool: None,
            may_lack: true,
            part,
            is_async: false,
            idle: false,
        }
    }

    /// An attempt without a limit of its own, within that of the whole call.
    pub(super) fn of_attempt(at: &Ident, said: Said) -> Self {
        Self {
            at: at.clone(),
            said,
            limit: None,
            written: None,
            on_pool: None,
            may_lack: false,
            part: Part::Attempt,
            is_async: false,
            idle: false,
        }
    }

    /// The same within a limit of which only the program knows whether there is any.
    pub(super) fn within(self, limit: TokenStream) -> Self {
        Self { limit: Some(limit), may_lack: true, ..self }
    }

    /// A body on `pool`, with a limit if there is one.
    pub(super) fn on(
        at: &Ident,
        said: Said,
        written: Option<Expr>,
        pool: Pool,
        diag: &mut Diag,
    ) -> Self {
        let limit = written.as_ref().map(|limit| limit_of(limit, diag));
        Self {
            at: at.clone(),
            said,
            limit,
            written,
            on_pool: Some(pool),
            may_lack: false,
            part: Part::Alone,
            is_async: false,
            idle: false,
        }
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
            let told = quote_spanned!(at=> #p::Late::ended(__dyno_end));
            (inside.clone(), told)
        } else {
            (quote_spanned!(at=> #p::Ok(#inside)), TokenStream::new())
        };
        if !self.is_async {
            let (statics, called) = self.called(cx);
            return (statics, on_pool(&called, &body, at, cx));
        }
        let future = cx.future.clone().unwrap_or_else(|| quote_spanned!(at=> async { #body }));
        let limited = match self.part {
            Part::Alone if self.may_lack => "limited_if",
            Part::Alone => "limited_here",
            Part::Whole => "limited_whole",
            Part::Attempt => "attempted",
        };
        let limited = Ident::new(limited, at);
        let limit = match limit {
            Some(limit) if self.may_lack || self.part == Part::Alone => limit.clone(),
            limit => perhaps(limit.as_ref(), at, cx),
        };
        // What was late is gone, with all it held, before that is told.
        let ended = quote_spanned! {at=>
            let __dyno_end = #p::#limited(#point, #limit, #p::pin!(#future)).await;
        };
        (ended, told)
    }

    /// What stands before the call on the pool, and what is called with what.
    fn called(&self, cx: &Context) -> (TokenStream, (TokenStream, TokenStream)) {
        let at = here(self.at.span());
        let (p, point) = (&cx.private, cx.point());
        let limit = &self.limit;
        let Some((statics, pool)) = self.on_pool.as_ref().and_then(|pool| pool.name(cx)) else {
            let called = quote_spanned!(at=> #p::on_pool);
            return (TokenStream::new(), (called, quote_spanned!(at=> #point, #limit)));
        };
        let limit = match limit {
            Some(limit) if self.may_lack => limit.clone(),
            limit => perhaps(limit.as_ref(), at, cx),
        };
        let called = quote_spanned!(at=> #p::on_named_pool);
        (statics, (called, quote_spanned!(at=> #point, #pool, #limit)))
    }

    /// What fails when its time is over has failed by that, as far as anybody can tell.
    fn note(&self, cx: &Context) -> Option<TokenStream> {
        if !(cx.minded || cx.counted) {
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
    fn is_idle(&self) -> bool {
        self.idle
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.is_async = cx.is_async;
        self.idle = self.part == Part::Attempt && self.limit.is_none() && !cx.is_async;
        if let Some(expr) = &self.written {
            let say = "the limit is a duration, such as `250ms`";
            check_word(expr, &self.said, say, &keys(&[&OWN]), cx, diag);
        }
        if let Some(on_pool) = &self.on_pool {
            on_pool.prepare(cx, diag);
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
