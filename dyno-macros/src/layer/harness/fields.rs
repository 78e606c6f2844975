//! `fields(sku, total = order.total())`: what a report shows besides the error.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, FnArg, Ident, Member, Token};

use crate::diag::{Diag, closest};
use crate::expand::{Context, here, located};

/// What is shown.
#[derive(Default)]
pub(super) struct Shown(Vec<Field>);

struct Field {
    name: Ident,
    /// An argument of that name where there is none.
    value: Option<Expr>,
}

impl Shown {
    /// Reads what stands in the parentheses.
    pub(super) fn read(key: &Ident, tokens: TokenStream, diag: &mut Diag) -> Self {
        if tokens.is_empty() {
            diag.error(key, "nothing is shown: write `fields(sku, total = order.total())`");
        }
        let mut shown = Self::default();
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let field = field(input)?;
                if shown.0.iter().any(|other| other.name == field.name) {
                    diag.error(&field.name, format!("the field `{}` is there twice", field.name));
                }
                shown.0.push(field);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = read.parse2(tokens) {
            diag.push(error);
        }
        shown
    }

    /// A lone name is an argument.
    pub(super) fn check(&self, cx: &Context, diag: &mut Diag) {
        for field in self.0.iter().filter(|field| field.value.is_none()) {
            let name = &field.name;
            if cx.has_value(name) {
                continue;
            }
            let said = name.to_string();
            let known = arguments(cx);
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = closest(&said, &known).map_or_else(
                || format!("anything else is written as `{said} = …`"),
                |near| format!("did you mean `{near}`?"),
            );
            diag.error(name, format!("the function has no argument `{said}`; {hint}"));
        }
    }

    /// What is kept before the call, a statement after it, and what shows it.
    pub(super) fn kept(&self, cx: &Context) -> (TokenStream, TokenStream, TokenStream) {
        let p = &cx.private;
        let all = here(proc_macro2::Span::call_site());
        if self.0.is_empty() {
            let none = quote_spanned!(all=> #p::no_fields);
            return (TokenStream::new(), TokenStream::new(), none);
        }
        let (mut kept, mut shown) = (TokenStream::new(), TokenStream::new());
        for Field { name, value } in &self.0 {
            let at = here(name.span());
            let word = name.unraw().to_string();
            let local = format_ident!("__dyno_field_{word}", span = at);
            kept.extend(match value {
                Some(value) => quote_spanned!(at=> let #local = #value;),
                None => quote_spanned!(at=> let #local = (&#p::Keep(&#name)).keep();),
            });
            let p = located(p.clone(), at);
            shown.extend(quote_spanned! {at=>
                #p::Fields::put(__dyno_to, #word, &|__dyno_f| {
                    (&&&#p::Tell(&#local)).tell(__dyno_f)
                });
            });
        }
        let kept = quote_spanned! {all=>
            #[allow(unused_imports)]
            use #p::{KeepCopied as _, KeepLent as _};
            #kept
        };
        let shown = quote_spanned! {all=>
            let __dyno_fields = |__dyno_to: &mut #p::Fields| {
                #[allow(unused_imports)]
                use #p::{TellDebug as _, TellDisplay as _, TellUnshown as _};
                #shown
            };
        };
        (kept, shown, quote_spanned!(all=> __dyno_fields))
    }
}

fn field(input: ParseStream<'_>) -> syn::Result<Field> {
    let named = input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]);
    if named {
        let name = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new(name.span(), format!("the value of `{name}` is missing")));
        }
        return Ok(Field { name, value: Some(input.parse()?) });
    }
    let expr: Expr = input.parse()?;
    if let Expr::Path(path) = &expr {
        if let (Some(name), None) = (path.path.get_ident(), &path.qself) {
            return Ok(Field { name: name.clone(), value: None });
        }
    }
    let (name, text) = (meant(&expr), expr.to_token_stream().to_string());
    let message = format!("give it a name: `{name} = {}`", text.replace(' ', ""));
    Err(syn::Error::new(expr.span(), message))
}

/// What it may be called.
fn meant(expr: &Expr) -> String {
    match expr {
        Expr::MethodCall(call) => call.method.to_string(),
        Expr::Field(field) => match &field.member {
            Member::Named(name) => name.to_string(),
            Member::Unnamed(_) => meant(&field.base),
        },
        Expr::Path(path) => path
            .path
            .segments
            .last()
            .map_or("value".to_owned(), |last| last.ident.to_string().to_lowercase()),
        Expr::Reference(reference) => meant(&reference.expr),
        Expr::Unary(unary) => meant(&unary.expr),
        Expr::Paren(paren) => meant(&paren.expr),
        _ => "value".to_owned(),
    }
}

/// The names that an argument may be meant by.
fn arguments(cx: &Context) -> Vec<String> {
    let mut names = Vec::new();
    for input in &cx.sig.inputs {
        match input {
            FnArg::Receiver(_) => names.push("self".to_owned()),
            FnArg::Typed(arg) => words(arg.pat.to_token_stream(), &mut names),
        }
    }
    names
}

fn words(tokens: TokenStream, names: &mut Vec<String>) {
    for tree in tokens {
        match tree {
            proc_macro2::TokenTree::Ident(word) => names.push(word.to_string()),
            proc_macro2::TokenTree::Group(group) => words(group.stream(), names),
            _ => {}
        }
    }
}
