//! `#[cache(ttl = 60s)]`, `#[cache("prices", ttl = 60s, key = (sku, region))]`.

mod background;
mod key;
mod settings;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Lit, LitStr, ReturnType};

use self::settings::Settings;
use super::{Common, Layer, Said};
use crate::diag::Diag;
use crate::expand::{Context, here, located};
use crate::grammar::{Arg, Args, Failures, Key, failures};

struct Cache {
    at: Ident,
    said: Said,
    name: Option<LitStr>,
    settings: Settings,
    /// Which failures are kept for `negative`.
    failures: Failures,
    key: Option<Expr>,
    weight: Option<Expr>,
    /// The key, lent.
    parts: TokenStream,
    /// The body, when it may run in the background.
    body: Option<background::Body>,
}

const OWN: [Key; 2] = [Key::value("key"), Key::value("weight")];

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let said = common.said(at);
    let keys = common.keys(&[&settings::KEYS, &OWN, &failures::KEYS]);
    let (read, whole) = Args { of: &said.quoted(), positional: 1, keys: &keys, open: false }
        .parse_whole(args, diag);
    let mut cache = Cache {
        at: at.clone(),
        said,
        name: None,
        settings: Settings::new(common.private()),
        failures: Failures::default(),
        key: None,
        weight: None,
        parts: TokenStream::new(),
        body: None,
    };
    for arg in &read {
        if common.take(arg, diag) || cache.failures.take(arg, diag) {
            continue;
        }
        match &arg.key {
            None => cache.name = name(arg, &cache.said, diag),
            Some(key) if key == "key" => cache.key = chosen(arg, diag),
            Some(key) if key == "weight" => cache.weigh(arg, diag),
            Some(key) => cache.settings.set(key, arg, diag),
        }
    }
    if whole {
        cache.check(&read, diag);
    }
    vec![Box::new(cache)]
}

/// What a value is kept under, which differs from call to call.
fn chosen(arg: &Arg, diag: &mut Diag) -> Option<Expr> {
    let expr = arg.expr("`key`", diag)?;
    match expr {
        Expr::Closure(_) => diag.error(
            expr,
            "`key` is an expression of the arguments, such as `(sku, region.id)`, and no closure",
        ),
        Expr::Lit(_) => diag.error(
            expr,
            "`key` is the same for all calls; choose arguments, such as `key = (sku, region)`, or write `key = ()` for one value; a name is given by `name = \"…\"`",
        ),
        _ => return Some(expr.clone()),
    }
    None
}

/// The name that several functions share.
fn name(arg: &Arg, said: &Said, diag: &mut Diag) -> Option<LitStr> {
    match arg.expr("the name of the cache", diag)? {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(name) if name.value().is_empty() => {
                diag.error(name, "the name of a cache is not empty");
                None
            }
            Lit::Str(name) => Some(name.clone()),
            other => {
                let message = format!(
                    "how long a value lives is `ttl`: write `ttl = {}`",
                    other.to_token_stream()
                );
                diag.error(other, message);
                None
            }
        },
        other => {
            let example = said.with("\"prices\", ttl = 60s");
            diag.error(
                other,
                format!(
                    "a cache is shared by name, such as {example}; how long a value lives is `ttl`"
                ),
            );
            None
        }
    }
}

impl Cache {
    fn weigh(&mut self, arg: &Arg, diag: &mut Diag) {
        let Some(expr) = arg.expr("`weight`", diag) else { return };
        if failures::is_no_closure(expr) {
            diag.error(expr, "`weight` is a closure of the value, such as `|page| page.len()`");
        }
        self.weight = Some(expr.clone());
    }

    /// Keys that mean nothing without another.
    fn check(&self, args: &[Arg], diag: &mut Diag) {
        self.settings.check(diag);
        for key in args.iter().filter_map(|arg| arg.key.as_ref()) {
            let alone = match key.to_string().as_str() {
                "weight" if self.settings.given("capacity").is_none() => {
                    "`weight` is how much of `capacity` a value takes, and there is no `capacity`"
                }
                "only" | "except" | "except_if" if self.settings.given("negative").is_none() => {
                    "this chooses which failures are kept for `negative`, and none are kept; give `negative = 5s`"
                }
                _ => continue,
            };
            diag.error(key, alone);
        }
    }

    /// What is stored of `__dyno_out`, or served in its place: the value the caller gets.
    fn settled(&self, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let weigh = self.weight.as_ref().map(|weight| {
            let at = here(weight.span());
            quote_spanned!(at=> #p::Lead::weigh(&mut __dyno_lead, #weight);)
        });
        let settle = if self.settings.given("negative").is_some() {
            let failure = Failures::failure(at, cx);
            let verdict = self.failures.judged(&failure, at, cx);
            quote_spanned! {at=>
                let __dyno_verdict = #verdict;
                #p::Lead::settle_if(__dyno_lead, __dyno_out, __dyno_verdict)
            }
        } else {
            quote_spanned!(at=> #p::Lead::settle(__dyno_lead, __dyno_out))
        };
        if !cx.flagged.get() {
            return quote_spanned!(at=> #weigh #settle);
        }
        // dyno's own word is not kept, whatever it looks like.
        let refused = if self.serves_stale() {
            quote_spanned!(at=> #p::Lead::refused(__dyno_lead, __dyno_out, &mut __dyno_refused))
        } else {
            quote_spanned!(at=> { #p::give_up(__dyno_lead); __dyno_out })
        };
        quote_spanned!(at=> if __dyno_refused { #refused } else { #weigh #settle })
    }

    /// What `inner` is computed for: stored, and served.
    fn led(&self, inner: &TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let settled = self.settled(cx);
        if !cx.jumped.replace(false) {
            return quote_spanned!(at=> { let __dyno_out = #inner; #settled });
        }
        let label = cx.own_refuge(at);
        let goes_on = cx.pass_on(at);
        quote_spanned! {at=>
            match #label: { #p::Ok::<_, #p::Fault>(#inner) } {
                #p::Ok(__dyno_out) => { #settled }
                #p::Err(__dyno_fault) => match #p::Lead::stale_or(__dyno_lead, __dyno_fault) {
                    #p::Ok(__dyno_kept) => __dyno_kept,
                    #p::Err(__dyno_fault) => #goes_on,
                },
            }
        }
    }

    /// A value that has expired may stand in for a failure.
    fn serves_stale(&self) -> bool {
        self.settings.given("stale_if_error").is_some()
    }

    /// How what the function returns is kept; what is wrong with its type is told under it.
    fn how(&self, cx: &Context) -> TokenStream {
        let (ret, at) = (&cx.ret, cx.ret.span());
        let p = located(cx.private.clone(), at);
        let negative = self.settings.given("negative").map(|_| quote_spanned!(at=> .negative()));
        quote_spanned!(at=> #p::kept(#p::keeps!(#ret)#negative))
    }

    /// The statics, and what is found in the cache.
    fn looked(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = here(self.at.span());
        let (p, parts, point) = (&cx.private, &self.parts, cx.point());
        let made = self.settings.made(at);
        let name = match &self.name {
            Some(name) => quote_spanned!(at=> #p::Some(#name)),
            None => quote_spanned!(at=> #p::None),
        };
        let how = self.how(cx);
        let statics = quote_spanned! {at=>
            static __DYNO_CACHE: #p::CacheSite =
                #p::CacheSite::new(#point, #name, || #made);
        };
        let look = match (self.settings.given("backend"), cx.is_async) {
            (None, false) => "look",
            (None, true) => "look_async",
            (Some(_), false) => "look_through",
            (Some(_), true) => "look_through_async",
        };
        let wait = cx.is_async.then(|| quote_spanned!(at=> .await));
        let look = Ident::new(look, at);
        let looked = quote_spanned!(at=> #p::CacheSite::#look(&__DYNO_CACHE, #parts, #how)#wait);
        (statics, looked)
    }
}

impl Layer for Cache {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn notes_refusals(&self) -> bool {
        true
    }
    fn catches(&self) -> bool {
        self.body.is_none()
    }
    fn passes_on(&self) -> bool {
        true
    }
    fn encloses(&self) -> bool {
        self.body.is_some()
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        check_kept(cx, diag);
        let at = self.at.span();
        self.parts = key::parts(self.key.as_ref(), at, cx, diag);
        if let Some(key) = self.settings.given("refresh") {
            self.body = Some(background::body(key, &self.said, cx, diag));
        }
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (statics, looked) = self.looked(cx);
        let p = located(cx.private.clone(), cx.ret.span());
        // The compiler tells two errors of the same place once.
        let looks = quote_spanned!(cx.ret.span()=> #p::Looked);
        let weighed = self.weight.as_ref().map(|_| quote_spanned!(at=> mut));
        let hit = quote_spanned!(at=> #looks::Hit(__dyno_kept));
        let (bound, inner, hit) = match &self.body {
            None => {
                let hit =
                    quote_spanned!(at=> #hit | #looks::Refresh(__dyno_kept, _) => __dyno_kept,);
                (TokenStream::new(), inner, hit)
            }
            Some(body) => {
                let refreshed = body.refreshed(&self.settled(cx), at, cx);
                let hit = quote_spanned! {at=>
                    #hit => __dyno_kept,
                    #looks::Refresh(__dyno_kept, #weighed __dyno_lead) => {
                        #refreshed
                        __dyno_kept
                    }
                };
                (body.bound(&inner, at, cx), body.called(at, cx), hit)
            }
        };
        let led = self.led(&inner, cx);
        let peels = self
            .key
            .as_ref()
            .map(|_| quote_spanned!(at=> #[allow(unused_imports)] use #p::Peel as _;));
        quote_spanned! {at=> {
            #statics
            #peels
            #bound
            match #looked {
                #hit
                #looks::Lead(#weighed __dyno_lead) => #led
            }
        }}
    }
}

/// What is kept has a name, and borrows nothing.
fn check_kept(cx: &Context, diag: &mut Diag) {
    // Of a boxed future, what that gives.
    if key::borrows(&cx.body_ret) {
        diag.error(
            &cx.body_ret,
            "what is kept outlives the call, so it cannot borrow from it; return a value, or an `Arc`",
        );
    }
    let is_impl = |tree| matches!(tree, TokenTree::Ident(word) if word == "impl");
    let ReturnType::Type(_, ty) = &cx.sig.output else { return };
    if ty.to_token_stream().into_iter().any(is_impl) {
        diag.error(ty, "what is kept needs a type with a name; name what the function returns");
    }
}
