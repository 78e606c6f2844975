//! Limits that contradict one another.

use syn::Expr;

use super::given::{Given, Policy};
use crate::diag::Diag;
use crate::grammar::value;

/// Of limits within one another, outermost first: the one outside would always end what is inside.
pub(super) fn check(given: &Given, diag: &mut Diag) {
    let value = |name: &str| given.policy(name).and_then(Policy::first);
    let expected = given.expected_in.as_ref().map(|(_, value)| value.clone());
    let limits: [(&str, Option<Expr>); 4] = [
        ("deadline", value("deadline")),
        ("timeout", value("timeout")),
        ("attempt_timeout", value("attempt_timeout")),
        ("expected_in", expected),
    ];
    let nanos = |limit: Option<&Expr>| limit.and_then(|limit| value::literal(limit, "").ok()?);
    let mut outer: Option<(&str, u64)> = None;
    for (name, limit) in limits {
        let (Some(expr), Some(time)) = (&limit, nanos(limit.as_ref())) else { continue };
        if let Some((by, _)) = outer.filter(|(_, most)| time >= *most && time != 0) {
            diag.error(expr, format!("`{by}` ends before `{name}` does, which can do nothing; make `{name}` shorter than `{by}`"));
        }
        outer = Some((name, time));
    }
}
