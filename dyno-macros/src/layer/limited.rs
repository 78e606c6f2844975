//! What `#[bulkhead]` and `#[rate]` have in common: which one it is, one for each key, and how it is
//! made.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use super::Said;
use super::breaker::is_const_expr;
use super::which::{Which, Words, lent};
use crate::diag::Diag;
use crate::expand::{Context, here, located};
use crate::grammar::{Arg, Key, value};

/// The kind of limit.
pub(super) struct Kind {
    pub(super) words: Words,
    /// `Bulkhead`
    pub(super) of: &'static str,
    /// The key without which it limits nothing, what it says, and how it is written.
    pub(super) limit: &'static str,
    pub(super) needs: &'static str,
    pub(super) example: &'static str,
}

/// The keys of one by key.
pub(super) const KEYED: [Key; 3] = [Key::value("key"), Key::value("keys"), Key::value("idle")];

/// One limit, as an attribute says it.
pub(super) struct Limited {
    kind: &'static Kind,
    at: Ident,
    said: Said,
    pub(super) which: Which,
    /// One for each value of this.
    key: Option<Expr>,
    /// What the constructor takes besides the name: `10`, or `100, per`.
    limit: Option<Given>,
    /// `.wait(…)`, `.keys(…)`
    calls: Vec<Given>,
    /// All of that may stand in a `static` as it is.
    is_const: bool,
}

/// What is given of it.
struct Given {
    tokens: TokenStream,
    /// Where a constant stands that only the compiler can look at.
    constant: Option<Span>,
}

impl Limited {
    pub(super) fn new(kind: &'static Kind, at: &Ident, said: Said) -> Self {
        Self {
            kind,
            at: at.clone(),
            said,
            which: Which::Own,
            key: None,
            limit: None,
            calls: Vec::new(),
            is_const: true,
        }
    }

    pub(super) fn at(&self) -> &Ident {
        &self.at
    }

    pub(super) fn said(&self) -> &Said {
        &self.said
    }

    pub(super) fn span(&self) -> Span {
        here(self.at.span())
    }

    /// Takes what limits it, which is made of `from`.
    pub(super) fn limit(&mut self, limit: TokenStream, from: &Expr) {
        self.is_const &= is_const(from);
        self.limit = Some(Given { tokens: limit, constant: constant(from) });
    }

    pub(super) fn has_limit(&self) -> bool {
        self.limit.is_some()
    }

    /// A setting more: `.wait(value)`.
    pub(super) fn set(&mut self, key: &Ident, value: &TokenStream, from: Option<&Expr>) {
        self.is_const &= from.is_none_or(is_const);
        let constant = from.and_then(constant);
        let setter = Ident::new(&key.to_string(), here(key.span()));
        let at = constant.unwrap_or_else(|| setter.span());
        self.calls.push(Given { tokens: quote_spanned!(at=> .#setter(#value)), constant });
    }

    /// A duration more.
    pub(super) fn set_time(&mut self, key: &Ident, arg: &Arg, diag: &mut Diag) {
        let what = format!("`{key}`");
        let Some(expr) = arg.expr(&what, diag) else { return };
        if let Some(time) = diag.take(value::duration(expr, &what)) {
            self.set(key, &time, Some(expr));
        }
    }

    /// A number more, of at least 1.
    pub(super) fn set_count(&mut self, key: &Ident, arg: &Arg, diag: &mut Diag) {
        let what = format!("`{key}`");
        let Some(expr) = arg.expr(&what, diag) else { return };
        if let Some(count) = diag.take(value::count(expr, &what, 1)) {
            self.set(key, &count, Some(expr));
        }
    }

    /// Takes the argument if it is of one by key.
    pub(super) fn take(&mut self, key: &Ident, arg: &Arg, diag: &mut Diag) -> bool {
        match key.to_string().as_str() {
            "key" => self.key = arg.expr("`key`", diag).cloned(),
            "keys" => self.set_count(key, arg, diag),
            "idle" => self.set_time(key, arg, diag),
            _ => return false,
        }
        true
    }

    /// Keys that mean nothing without another, or beside a static.
    pub(super) fn check(&self, args: &[Arg], settings: &[&str], diag: &mut Diag) {
        let Kind { words, limit, needs, example, .. } = self.kind;
        let what = words.what;
        let of_static = self.which.of_static();
        for key in args.iter().filter_map(|arg| arg.key.as_ref()) {
            let by_key = key == "keys" || key == "idle";
            let is_setting = by_key || settings.iter().any(|setting| key == setting);
            if let Some(of) = of_static.as_ref().filter(|_| is_setting) {
                let message =
                    format!("`{of}` has its settings where it is defined; set `{key}` there");
                diag.error(key, message);
            } else if by_key && self.key.is_none() {
                let means = if key == "keys" {
                    format!("`keys` bounds how many {what}s `key` makes")
                } else {
                    format!("`idle` is how long an unused {what} of a `key` is kept")
                };
                diag.error(key, format!("{means}, and there is no `key`"));
            }
        }
        let is_given = args.iter().any(|arg| match &arg.key {
            Some(key) => key == limit,
            None => true,
        });
        if matches!(self.which, Which::Own) && !is_given {
            let (it, example) = (self.said.quoted(), self.said.with(example));
            diag.error(&self.at, format!("{it} needs to know {needs}, such as {example}"));
        }
    }

    pub(super) fn prepare(&self, keys: &[Key], cx: &Context, diag: &mut Diag) {
        self.which.check(&self.said, &self.kind.words, keys, cx, diag);
    }

    /// What stands before the call, and the expression that names the limit.
    pub(super) fn name(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = self.span();
        let p = &cx.private;
        let of = Ident::new(self.kind.of, at);
        let Some(key) = &self.key else {
            let (statics, one) = self.one(&of, cx);
            return match &self.which {
                Which::Named(_) => (statics, one),
                // Another place may hold it: it cannot be listed.
                Which::Static(of) if !matches!(of, Expr::Path(_)) => (statics, one),
                _ => (statics, quote_spanned!(at=> #p::#of::list(#one))),
            };
        };
        let keyed = Ident::new(&format!("Keyed{of}"), at);
        let (statics, all) = self.one(&keyed, cx);
        let key = lent(key);
        (statics, quote_spanned!(at=> #p::#keyed::get(#all, #key)))
    }

    /// What binds the one of a key: what the key is made of is not held any longer.
    pub(super) fn bound(&self, name: &mut TokenStream) -> Option<TokenStream> {
        let at = self.span();
        let binding = Ident::new(&format!("__dyno_{}", self.kind.words.what), at);
        let bound = self.key.is_some().then(|| quote_spanned!(at=> let #binding = #name;));
        if bound.is_some() {
            *name = quote_spanned!(at=> &#binding);
        }
        bound
    }

    /// The statics of what is a `Bulkhead` or a `KeyedBulkhead`, and the expression that names it.
    fn one(&self, of: &Ident, cx: &Context) -> (TokenStream, TokenStream) {
        let at = self.span();
        let p = &cx.private;
        let name = format!("__DYNO_{}", self.kind.of.to_uppercase());
        let name = Ident::new(&name, at);
        match &self.which {
            Which::Static(path) => (TokenStream::new(), lent(path)),
            Which::Named(said) => {
                let shared = Ident::new(&format!("Shared{of}"), at);
                let made = self.made(of, "new", &quote!(#said), cx);
                (
                    quote_spanned! {at=>
                        static #name: #p::#shared = #p::#shared::new(#said, || #made);
                    },
                    quote_spanned!(at=> #p::#shared::get(&#name)),
                )
            }
            Which::Own => {
                let point = cx.point();
                let made = self.made(of, "of", &point, cx);
                if self.is_const {
                    return (
                        quote_spanned!(at=> static #name: #p::#of = #made;),
                        quote_spanned!(at=> &#name),
                    );
                }
                (
                    quote_spanned! {at=>
                        static #name: #p::LazyLock<#p::#of> = #p::LazyLock::new(|| #made);
                    },
                    quote_spanned!(at=> #p::LazyLock::force(&#name)),
                )
            }
        }
    }

    /// One with all that is given.
    fn made(&self, of: &Ident, how: &str, called: &TokenStream, cx: &Context) -> TokenStream {
        let made = match &self.limit {
            Some(Given { tokens, constant }) => {
                let at = constant.unwrap_or_else(|| self.span());
                // What a constant panics with is told under all of the call.
                let p = located(cx.private.clone(), at);
                let (of, how) = (Ident::new(&of.to_string(), at), Ident::new(how, at));
                quote_spanned!(at=> #p::#of::#how(#called, #tokens))
            }
            None => {
                let p = &cx.private;
                quote_spanned!(self.span()=> #p::#of::joining(#called))
            }
        };
        self.calls.iter().fold(made, |made, Given { tokens, constant }| match *constant {
            Some(at) => quote_spanned!(at=> (#made) #tokens),
            None => quote!(#made #tokens),
        })
    }

    /// The label of a block, and what leaves it with the value that says so when it is refused.
    pub(super) fn leave(&self, cx: &Context) -> (TokenStream, TokenStream) {
        let at = self.span();
        let p = &cx.private;
        let refuse = cx.refuse(&quote_spanned!(at=> #p::TurnedAway::fault(__dyno_refusal)));
        if cx.has_refuge() {
            return (TokenStream::new(), refuse);
        }
        let label = cx.label("limited", at);
        (quote_spanned!(at=> #label:), quote_spanned!(at=> break #label #refuse))
    }
}

fn is_const(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(binary) => is_const_expr(&binary.left) && is_const_expr(&binary.right),
        _ => is_const_expr(expr),
    }
}

/// Where a constant stands, if it is one.
fn constant(expr: &Expr) -> Option<Span> {
    let is = match expr {
        Expr::Binary(binary) => [&binary.left, &binary.right].iter().any(|side| is_path(side)),
        _ => is_path(expr),
    };
    (is && is_const(expr)).then(|| here(expr.span()))
}

fn is_path(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(_))
}
