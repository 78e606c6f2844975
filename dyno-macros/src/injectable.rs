//! `#[derive(Injectable)]`: a constructor that takes the plain fields and finds the others.
//!
//! The constructor is written as a function with one parameter a field and handed to `#[inject]`:
//! there is one way to inject.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Data, DeriveInput, Expr, Field, Fields, Ident, Meta};

use crate::diag::Diag;
use crate::expand;
use crate::func::{Body, Func};
use crate::grammar::args::Value;
use crate::grammar::{Args, Key};
use crate::layer::Common;
use crate::layer::inject::{self, Dep, Inject, Source, Wrapper};
use crate::stack;

const FIELD: [Key; 6] = [
    Key::value("tag"),
    Key::flag("default"),
    Key::value("fallback"),
    Key::value("scope"),
    Key::value("stop"),
    Key::flag("lazy"),
];
const STRUCT: [Key; 2] = [Key::value("constructor"), Key::path("crate")];

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut diag = Diag::default();
    let Some(fields) = fields(input, &mut diag) else { return diag.into_tokens() };
    let (constructor, common) = settings(input, &mut diag);
    let fields: Vec<Built> = fields.iter().filter_map(|f| Built::read(f, &mut diag)).collect();
    if !diag.is_empty() {
        return diag.into_tokens();
    }
    let fallible = fields.iter().any(Built::can_fail);
    let func = function(input, &constructor, &fields, fallible, &common);
    let deps: Vec<Dep> = fields.into_iter().filter_map(|field| field.dep).collect();
    let method = if deps.is_empty() {
        quote!(#func)
    } else {
        let at = Ident::new("inject", input.ident.span());
        let inject = Inject::new(at, deps);
        expand::function(vec![Box::new(inject)], func, common, diag)
    };
    let name = &input.ident;
    let (generics, of, bounds) = input.generics.split_for_impl();
    quote! {
        impl #generics #name #of #bounds {
            #method
        }
    }
}

fn fields<'a>(input: &'a DeriveInput, diag: &mut Diag) -> Option<Vec<&'a Field>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(fields.named.iter().collect()),
            Fields::Unit => return Some(Vec::new()),
            Fields::Unnamed(fields) => {
                diag.error(
                    fields,
                    "an injectable struct has named fields: a constructor names what it takes",
                );
            }
        },
        Data::Enum(data) => {
            diag.error(
                data.enum_token,
                "only a struct can be injectable; an enum does not say which variant to build",
            );
        }
        Data::Union(data) => diag.error(data.union_token, "only a struct can be injectable"),
    }
    None
}

/// `#[injectable(constructor = build, crate = path)]`
fn settings(input: &DeriveInput, diag: &mut Diag) -> (Ident, Common) {
    let mut constructor = Ident::new("new", Span::call_site());
    let mut krate = quote_spanned!(Span::mixed_site()=> ::dyno);
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("injectable")) {
        let tokens = arguments(attr, diag);
        krate = stack::crate_key(&tokens).unwrap_or(krate);
        let args = Args { of: "`#[injectable]`", positional: 0, keys: &STRUCT, open: false };
        for arg in args.parse(tokens, diag) {
            if let Value::Expr(expr) = &arg.value {
                match expr {
                    Expr::Path(path) if path.path.get_ident().is_some() => {
                        constructor = path.path.get_ident().cloned().unwrap_or(constructor);
                    }
                    other => {
                        diag.error(other, "`constructor` is a name, such as `constructor = build`");
                    }
                }
            }
        }
    }
    let mut common = Common::new(krate);
    common.generics = input.generics.params.iter().map(expand::generic_name).collect();
    (constructor, common)
}

/// One field on its way into the constructor.
struct Built {
    name: Ident,
    ty: syn::Type,
    dep: Option<Dep>,
    default: bool,
    wrapper: Wrapper,
}

impl Built {
    fn read(field: &Field, diag: &mut Diag) -> Option<Self> {
        let name = field.ident.clone()?;
        let (wrapper, _) = inject::classify(&field.ty);
        let mut built =
            Self { name: name.clone(), ty: field.ty.clone(), dep: None, default: false, wrapper };
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("inject")) {
            if built.dep.is_some() || built.default {
                diag.error(attr, format!("`{name}` is injected twice"));
                continue;
            }
            let tokens = arguments(attr, diag);
            let args = Args { of: "`#[inject]`", positional: 1, keys: &FIELD, open: false };
            let read = args.parse(tokens, diag);
            let is_default =
                |arg: &crate::grammar::Arg| arg.key.as_ref().is_some_and(|k| k == "default");
            if read.iter().any(is_default) {
                if read.len() > 1 {
                    diag.error(
                        attr,
                        "`default` is `Default::default()`; it goes with nothing else",
                    );
                }
                built.default = true;
                continue;
            }
            let mut dep = Dep::new(name.clone(), Source::ByType);
            inject::options(&mut dep, &read, diag);
            built.dep = Some(dep);
        }
        if built.dep.is_some() && matches!(&field.ty, syn::Type::Reference(_)) {
            diag.error(&field.ty, "a field outlives the call that fills it; take `Arc<T>`, a `T: Clone`, or a `Live<T>`");
        }
        Some(built)
    }

    /// Somebody has to hear that it could not be had.
    fn can_fail(&self) -> bool {
        self.dep.as_ref().is_some_and(|dep| dep.fallback.is_none()) && self.wrapper == Wrapper::None
    }
}

fn arguments(attr: &Attribute, diag: &mut Diag) -> TokenStream {
    match &attr.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => {
            diag.error(pair, "write the arguments in parentheses");
            TokenStream::new()
        }
    }
}

/// `pub fn new(db: Arc<Db>, currency: Currency) -> Result<Self, InjectError>`
fn function(
    input: &DeriveInput,
    constructor: &Ident,
    fields: &[Built],
    fallible: bool,
    common: &Common,
) -> Func {
    let (at, krate) = (Span::mixed_site(), &common.krate);
    let vis = &input.vis;
    let p = quote_spanned!(at=> #krate::__private);
    let output = if fallible {
        quote_spanned!(at=> #p::Result<Self, #krate::InjectError>)
    } else {
        quote_spanned!(at=> Self)
    };
    let params = fields
        .iter()
        .filter(|field| !field.default)
        .map(|Built { name, ty, .. }| quote!(#name: #ty));
    let inits = fields.iter().map(|Built { name, default, .. }| {
        if *default { quote!(#name: #p::Default::default()) } else { quote!(#name) }
    });
    let made = quote!(Self { #(#inits),* });
    let made = if fallible { quote!(#p::Ok(#made)) } else { made };
    let text = format!(" A `{}` with its dependencies.", input.ident);
    let mut doc = format!("{text}\n\n# Errors\nWhen a dependency cannot be had.");
    if !fallible {
        doc = text;
    }
    let func: Func = syn::parse_quote! {
        #[doc = #doc]
        #[allow(clippy::new_without_default, clippy::too_many_arguments, clippy::must_use_candidate)]
        #vis fn #constructor(#(#params),*) -> #output {}
    };
    let body = func.body.as_ref().map(|body| Body {
        brace: body.brace,
        inner_attrs: Vec::new(),
        tokens: made,
    });
    Func { body, ..func }
}
