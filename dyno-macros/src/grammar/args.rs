//! One parser for the arguments of every attribute.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Pat, Token, bracketed, parenthesized, token};

use super::share::Percent;
use super::spare;
use crate::diag::{Diag, hint};

/// A key that an attribute knows.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) takes: Takes,
}

impl Key {
    pub(crate) const fn value(name: &'static str) -> Self {
        Self { name, takes: Takes::Value }
    }
    pub(crate) const fn pattern(name: &'static str) -> Self {
        Self { name, takes: Takes::Pattern }
    }
    pub(crate) const fn flag(name: &'static str) -> Self {
        Self { name, takes: Takes::Flag }
    }
    pub(crate) const fn path(name: &'static str) -> Self {
        Self { name, takes: Takes::Path }
    }
    pub(crate) const fn list(name: &'static str) -> Self {
        Self { name, takes: Takes::List }
    }
    pub(crate) const fn group(name: &'static str) -> Self {
        Self { name, takes: Takes::Group }
    }
    pub(crate) const fn policy(name: &'static str) -> Self {
        Self { name, takes: Takes::Policy }
    }
}

/// What stands behind a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// `key = expression`
    Value,
    /// `key = pattern if guard`
    Pattern,
    /// `key`
    Flag,
    /// `key = path`
    Path,
    /// `key = [value, value]`, or one expression that is such a list.
    List,
    /// `key(…)`
    Group,
    /// `key`, `key = value` or `key(…)`: what the attribute of that name takes.
    Policy,
}

/// One argument.
pub(crate) struct Arg {
    pub(crate) key: Option<Ident>,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    Flag,
    Expr(Expr),
    Percent(Percent),
    /// `[…]` of values, any of which may be a percentage.
    List(token::Bracket, Vec<Value>),
    Pattern(Pat, Option<Expr>),
    Path(syn::Path),
    /// `key(…)`
    Group(TokenStream),
}

impl Arg {
    /// Where to point at: the key, or the value without one.
    pub(crate) fn span(&self) -> Span {
        match (&self.key, &self.value) {
            (Some(key), _) => key.span(),
            (None, Value::Expr(expr)) => syn::spanned::Spanned::span(expr),
            _ => Span::call_site(),
        }
    }

    /// The value as an expression; other kinds are refused with `what`.
    pub(crate) fn expr(&self, what: &str, diag: &mut Diag) -> Option<&Expr> {
        match &self.value {
            Value::Expr(expr) => Some(expr),
            Value::Percent(percent) => {
                diag.error(percent, format!("{what} is no percentage"));
                None
            }
            Value::List(..) => {
                diag.error(&self.value, format!("{what} is no list"));
                None
            }
            _ => {
                diag.error_at(self.span(), format!("{what} needs a value: `… = value`"));
                None
            }
        }
    }
}

/// How a list of arguments is to be read.
pub(crate) struct Args<'a> {
    /// What it is called in messages: `` `#[retry]` ``.
    pub(crate) of: &'a str,
    /// How many values without a key may come first.
    pub(crate) positional: usize,
    pub(crate) keys: &'a [Key],
    /// Any other name is a key as well, alone, with a value or with a group: `#[inject(db = …)]`.
    pub(crate) open: bool,
}

impl Args<'_> {
    /// Reads all arguments; what is wrong is told to `diag`, and the rest is returned.
    pub(crate) fn parse(&self, tokens: TokenStream, diag: &mut Diag) -> Vec<Arg> {
        let mut args: Vec<Arg> = Vec::new();
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                match self.arg(input, &args) {
                    Ok(arg) => args.push(arg),
                    Err(error) => {
                        diag.push(error);
                        skip_to_comma(input)?;
                    }
                }
                if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                    diag.push(input.error("expected `,`"));
                    skip_to_comma(input)?;
                    input.parse::<Option<Token![,]>>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = read.parse2(tokens) {
            diag.push(error);
        }
        args
    }

    /// The same, and whether all of it could be read: what is missing then is no mistake of its own.
    pub(crate) fn parse_whole(&self, tokens: TokenStream, diag: &mut Diag) -> (Vec<Arg>, bool) {
        let mut wrong = Diag::default();
        let args = self.parse(tokens, &mut wrong);
        let whole = wrong.is_empty();
        diag.absorb(wrong);
        (args, whole)
    }

    fn arg(&self, input: ParseStream<'_>, before: &[Arg]) -> syn::Result<Arg> {
        if let Ok((said, near)) = self.dashed(&input.fork()) {
            skip_to_comma(input)?;
            let text = said.to_string().replace(' ', "");
            let message = format!("{} has no key `{text}`; did you mean `{near}`?", self.of);
            return Err(syn::Error::new_spanned(said, message));
        }
        let Some(key) = self.key(input) else {
            let value = value(input)?;
            if before.iter().filter(|arg| arg.key.is_none()).count() >= self.positional {
                return Err(syn::Error::new_spanned(&value, self.no_room(&value, before)));
            }
            if before.iter().any(|arg| arg.key.is_some()) {
                return Err(syn::Error::new_spanned(
                    &value,
                    "a value without a key stands before all keys",
                ));
            }
            return Ok(Arg { key: None, value });
        };
        let known = self.keys.iter().find(|k| key == k.name);
        if before.iter().any(|arg| arg.key.as_ref() == Some(&key)) {
            skip_to_comma(input)?;
            let message = format!("`{key}` is given twice; keep one of them");
            return Err(syn::Error::new(key.span(), message));
        }
        let takes = match known {
            Some(known) => known.takes,
            None if self.open => return open_value(key, input),
            None => {
                skip_to_comma(input)?;
                return Err(self.unknown(&key));
            }
        };
        let value = behind(&key, takes, input)?;
        Ok(Arg { key: Some(key), value })
    }

    /// `fail-max`, and what it is called.
    fn dashed(&self, input: ParseStream<'_>) -> syn::Result<(TokenStream, &'static str)> {
        let words =
            Punctuated::<Ident, Token![-]>::parse_separated_nonempty_with(input, Ident::parse_any)?;
        let joined = words.iter().map(Ident::to_string).collect::<Vec<_>>().join("_");
        let known = self.keys.iter().find(|key| words.len() > 1 && key.name == joined);
        let known = known.ok_or_else(|| input.error("no key"))?;
        Ok((words.to_token_stream(), known.name))
    }

    /// The key, if one comes next: `name =`, a known flag, or any name of an open attribute.
    fn key(&self, input: ParseStream<'_>) -> Option<Ident> {
        if !input.peek(Ident::peek_any) {
            return None;
        }
        let assigned =
            (input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>]))
                || (!self.open && input.peek2(Token![:]) && !input.peek2(Token![::]));
        let ends = {
            let ahead = input.fork();
            ahead.call(Ident::parse_any).is_ok() && (ahead.is_empty() || ahead.peek(Token![,]))
        };
        let word = input.fork().call(Ident::parse_any).ok()?;
        let known = self.keys.iter().any(|k| word == k.name);
        let group = input.peek2(token::Paren);
        // A lone name where a value may stand is a value: `#[breaker(DB)]`.
        // `tag("x")` is a value, `tag = "x"` a key.
        let called_key = group && word != "tag";
        let named = assigned || (known && (ends || called_key)) || (self.open && (ends || group));
        let lone = ends && !known && !self.open && self.positional == 0;
        let called = group && !known && !self.open && self.positional == 0;
        if named || lone || called { input.call(Ident::parse_any).ok() } else { None }
    }

    fn no_room(&self, value: &Value, before: &[Arg]) -> String {
        let text = value.to_token_stream().to_string().replace(" / ", "/");
        if let Some(meant) = spare::meant(&text, value, before, self.keys) {
            return format!("`{text}` is one value too many; {meant}");
        }
        let names = self.keys.iter().map(|k| k.name).collect::<Vec<_>>().join(", ");
        match self.positional {
            0 => format!("{} takes no value without a key; its keys are: {names}", self.of),
            _ => {
                format!("`{text}` is one value too many; write `key = value`, with one of: {names}")
            }
        }
    }

    fn unknown(&self, key: &Ident) -> syn::Error {
        let hint = hint(&key.to_string(), self.keys.iter().map(|k| k.name));
        syn::Error::new(key.span(), format!("{} has no key `{key}`; {hint}", self.of))
    }
}

/// What a known key takes.
fn behind(key: &Ident, takes: Takes, input: ParseStream<'_>) -> syn::Result<Value> {
    let wrong = |message: String| Err(syn::Error::new(key.span(), message));
    let is_group = input.peek(token::Paren);
    match takes {
        Takes::Flag if is_group || input.peek(Token![=]) || input.peek(Token![:]) => {
            skip_to_comma(input)?;
            return wrong(format!("`{key}` stands alone, without a value"));
        }
        Takes::Flag => return Ok(Value::Flag),
        Takes::Policy if input.is_empty() || input.peek(Token![,]) => return Ok(Value::Flag),
        Takes::Group | Takes::Policy if is_group => return group(input),
        Takes::Group => {
            skip_to_comma(input)?;
            return wrong(format!("what `{key}` lists is in parentheses: `{key}(…)`"));
        }
        _ => {}
    }
    if input.peek(Token![:]) {
        input.parse::<Token![:]>()?;
        let mut value = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            value.append(input.parse::<TokenTree>()?);
        }
        let value = if value.is_empty() { "value".to_owned() } else { value.to_string() };
        return wrong(format!("write `{key} = {}`", value.replace(" %", "%")));
    }
    if !input.peek(Token![=]) {
        let example = match takes {
            Takes::Pattern => "Pattern",
            Takes::Path => "path",
            Takes::List => "[value, value]",
            _ => "value",
        };
        skip_to_comma(input)?;
        return wrong(format!("`{key}` needs a value: `{key} = {example}`"));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return wrong(format!("the value of `{key}` is missing"));
    }
    match takes {
        Takes::Pattern => {
            let pattern = Pat::parse_multi_with_leading_vert(input)?;
            let guard = if input.peek(Token![if]) {
                input.parse::<Token![if]>()?;
                Some(input.parse()?)
            } else {
                None
            };
            Ok(Value::Pattern(pattern, guard))
        }
        Takes::Path => input.call(syn::Path::parse_mod_style).map(Value::Path),
        Takes::List if input.peek(token::Bracket) => list(input),
        _ => value(input),
    }
}

/// `name`, `name = expression` or `name(…)` of an attribute with names of the user's own.
fn open_value(key: Ident, input: ParseStream<'_>) -> syn::Result<Arg> {
    let value = if input.peek(token::Paren) {
        group(input)?
    } else if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new(key.span(), format!("the provider of `{key}` is missing")));
        }
        Value::Expr(ungrouped(input.parse()?))
    } else {
        Value::Flag
    };
    Ok(Arg { key: Some(key), value })
}

/// `(…)`
fn group(input: ParseStream<'_>) -> syn::Result<Value> {
    let content;
    parenthesized!(content in input);
    content.parse().map(Value::Group)
}

/// An expression, or `50%` or a list that begins so, which are none.
fn value(input: ParseStream<'_>) -> syn::Result<Value> {
    if Percent::peek(input) {
        input.parse().map(Value::Percent)
    } else if starts_with_percent(&input.fork()).is_ok_and(|starts| starts) {
        list(input)
    } else {
        input.parse().map(|expr| Value::Expr(ungrouped(expr)))
    }
}

/// What a macro's `$x:expr` stands for.
fn ungrouped(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => ungrouped(*group.expr),
        other => other,
    }
}

fn starts_with_percent(input: ParseStream<'_>) -> syn::Result<bool> {
    let content;
    bracketed!(content in input);
    Ok(Percent::peek(&content))
}

/// `[1%, 10%, 50%]`
fn list(input: ParseStream<'_>) -> syn::Result<Value> {
    let content;
    let bracket = bracketed!(content in input);
    let values = Punctuated::<Value, Token![,]>::parse_terminated_with(&content, value);
    // What is left behind an error would be a second one.
    content.parse::<TokenStream>()?;
    Ok(Value::List(bracket, values?.into_iter().collect()))
}

/// Leaves what cannot be read; the next argument is read all the same.
fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

impl ToTokens for Value {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Flag => {}
            Self::Expr(expr) => expr.to_tokens(tokens),
            Self::Percent(percent) => percent.to_tokens(tokens),
            Self::List(bracket, values) => {
                bracket.surround(tokens, |tokens| {
                    tokens.append_separated(values, <Token![,]>::default());
                });
            }
            Self::Pattern(pattern, guard) => {
                pattern.to_tokens(tokens);
                guard.to_tokens(tokens);
            }
            Self::Path(path) => path.to_tokens(tokens),
            Self::Group(group) => group.to_tokens(tokens),
        }
    }
}
