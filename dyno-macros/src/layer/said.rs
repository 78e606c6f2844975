//! How messages speak of an attribute, or of the key of `#[service]` that stands for it.

use syn::Ident;

/// `#[retry]`, or the `retry(…)` of a service.
#[derive(Clone)]
pub(crate) struct Said {
    name: String,
    in_service: bool,
}

impl Said {
    pub(super) fn new(at: &Ident, in_service: bool) -> Self {
        Self { name: at.to_string(), in_service }
    }

    /// `` `#[retry]` ``, `` `retry(…)` ``
    pub(crate) fn quoted(&self) -> String {
        let Self { name, in_service } = self;
        if *in_service { format!("`{name}(…)`") } else { format!("`#[{name}]`") }
    }

    /// `` `#[retry(3)]` ``, `` `retry(3)` ``
    pub(crate) fn with(&self, args: &str) -> String {
        let Self { name, in_service } = self;
        if *in_service { format!("`{name}({args})`") } else { format!("`#[{name}({args})]`") }
    }

    /// How it is left out: `` drop the attribute ``, `` drop `retry` ``
    pub(crate) fn drop(&self) -> String {
        let Self { name, in_service } = self;
        if *in_service { format!("drop `{name}`") } else { "drop the attribute".to_owned() }
    }

    /// The attribute in which it is written: `` `#[retry]` ``, `` `#[service]` ``.
    pub(crate) fn attribute(&self) -> String {
        if self.in_service { "`#[service]`".to_owned() } else { self.quoted() }
    }
}

#[cfg(test)]
mod tests {
    use super::Said;

    #[test]
    fn a_key_of_a_service_goes_by_its_own_name() {
        let at: syn::Ident = syn::parse_str("retry").unwrap();
        let said = |in_service| {
            let said = Said::new(&at, in_service);
            [said.quoted(), said.with("3"), said.attribute(), said.drop()].join(" ")
        };
        assert_eq!(said(false), "`#[retry]` `#[retry(3)]` `#[retry]` drop the attribute");
        assert_eq!(said(true), "`retry(…)` `retry(3)` `#[service]` drop `retry`");
    }
}
