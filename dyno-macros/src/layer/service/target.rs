//! What is certainly no target: the rules are those by which the program reads them.

use std::net::Ipv6Addr;

use syn::{Expr, ExprArray, Lit, LitStr};

use crate::diag::Diag;

/// Looks at the texts of a list.
pub(super) fn check(list: &ExprArray, diag: &mut Diag) {
    let mut seen: Vec<String> = Vec::new();
    for text in list.elems.iter().filter_map(literal) {
        let said = text.value();
        match wrong(&said) {
            Err(why) => diag.error(
                text,
                format!("`{said}` is no target: {why}; write such as `\"http://10.0.0.1:80\"`"),
            ),
            Ok(place) if seen.contains(&place) => {
                diag.error(text, "this target is given twice; if it can take more than another, say `\"… weight=2\"`");
            }
            Ok(place) => seen.push(place),
        }
    }
}

fn literal(expr: &Expr) -> Option<&LitStr> {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(text) => Some(text),
            _ => None,
        },
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

/// Its place, or why it is none.
fn wrong(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let scheme = scheme.to_ascii_lowercase();
    if scheme.is_empty() || !scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    {
        return Err("its scheme is not one");
    }
    let (place, weight) = rest.split_once(char::is_whitespace).unwrap_or((rest, "weight=1"));
    let weight =
        weight.trim().strip_prefix("weight=").ok_or("what follows it is not `weight=…`")?;
    if !weight.parse::<u32>().is_ok_and(|weight| weight != 0) {
        return Err("its weight is not a whole number of at least 1");
    }
    let place = place.strip_suffix('/').unwrap_or(place);
    if place.contains('@') {
        return Err("it has credentials, which belong to the call");
    }
    if place.contains(['/', '?', '#']) {
        return Err("it has a path, which belongs to the call");
    }
    let (host, port) = split(place);
    check_host(host)?;
    let port = match (port, scheme.as_str()) {
        (Some(port), _) => port.parse::<u16>().ok().filter(|port| *port != 0),
        (None, "http" | "ws") => Some(80),
        (None, "https" | "wss") => Some(443),
        (None, _) => return Err("its scheme has no port of its own, so it needs one"),
    };
    let port = port.ok_or("its port is not in 1 to 65535")?;
    Ok(format!("{scheme}://{}:{port}", host.to_lowercase()))
}

/// Host and port; an IPv6 address has colons of its own.
fn split(place: &str) -> (&str, Option<&str>) {
    let host = place.rfind(']').map_or(0, |end| end + 1);
    match place[host..].find(':') {
        Some(at) => (&place[..host + at], Some(&place[host + at + 1..])),
        None => (place, None),
    }
}

fn check_host(host: &str) -> Result<(), &'static str> {
    let is_name = |c: char| c.is_alphanumeric() || "-._~%".contains(c);
    let inside = host.strip_prefix('[').map(|rest| rest.strip_suffix(']'));
    match inside {
        Some(Some(address)) if address.parse::<Ipv6Addr>().is_ok() => Ok(()),
        Some(_) => Err("its host is not an IPv6 address"),
        None if host.is_empty() => Err("it has no host"),
        None if host.chars().all(is_name) => Ok(()),
        None => Err("its host is not one"),
    }
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn what_the_program_reads_is_let_through() {
        for text in [
            "http://10.0.0.1:80",
            "https://Prices.internal weight=3",
            "10.0.0.1:80",
            "prices",
            " http://a:1/ ",
            "http://[::1]:8080",
            "http://[::1]",
            "grpc://a:50051",
        ] {
            assert!(wrong(text).is_ok(), "{text}: {:?}", wrong(text));
        }
        assert_eq!(wrong("http://A"), wrong("a:80 weight=2"));
    }

    #[test]
    fn what_it_would_panic_at_is_told() {
        for (text, why) in [
            ("http://", "no host"),
            ("", "no host"),
            ("http://:80", "no host"),
            ("ht tp://a:80", "scheme"),
            ("redis://a", "needs one"),
            ("http://a:0", "port"),
            ("http://a:70000", "port"),
            ("http://a:80:90", "port"),
            ("http://a/prices", "path"),
            ("http://me:secret@a", "credentials"),
            ("http://a:80 wait=3", "weight="),
            ("http://a:80 weight=0", "at least 1"),
            ("http://[::g]:80", "IPv6"),
            ("http://::1", "host"),
            ("http://a,http://b", "path"),
        ] {
            let told = wrong(text).expect_err(text);
            assert!(told.contains(why), "{text}: {told}");
        }
    }
}
