//! What tells who one is, and so is told nowhere.

use ::http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use ::http::{HeaderName, HeaderValue};
use reqwest::Url;

/// An URL as it may be told: without credentials, and of the query only the names.
pub(super) fn told(url: &Url) -> Box<str> {
    let mut told = url.clone();
    told.set_username("").unwrap_or_default();
    told.set_password(None).unwrap_or_default();
    told.set_fragment(None);
    if url.query().is_some() {
        told.set_query(None);
        return format!("{told}?{}", names(url.query().unwrap_or_default())).into();
    }
    told.as_str().into()
}

/// As they were written: decoded they might be anything. What has no name may be all value.
fn names(query: &str) -> String {
    let told =
        |pair: &str| pair.split_once('=').map_or("…".into(), |(name, _)| format!("{name}=…"));
    let names: Vec<_> = query.split('&').map(told).collect();
    names.join("&")
}

/// The same of what may be no URL.
pub(super) fn told_text(text: &str) -> String {
    if let Ok(url) = text.parse::<Url>() {
        if url.has_host() {
            return told(&url).into();
        }
    }
    // Whatever is before the last of these may be of a password.
    let (before, after) = match text.rsplit_once('@') {
        Some((before, after)) => (Some(before), after),
        None => (None, text),
    };
    let after = after.split(['?', '#']).next().unwrap_or_default();
    let Some(before) = before else { return after.to_owned() };
    let scheme = before.split_once("//").map_or("", |(scheme, _)| scheme);
    format!("{scheme}//…@{after}")
}

/// What tells who one is is not shown.
pub(super) fn hide(name: &HeaderName, value: &mut HeaderValue) {
    if *name == AUTHORIZATION || *name == PROXY_AUTHORIZATION || *name == COOKIE {
        value.set_sensitive(true);
    }
}

/// The same of a value by itself.
pub(super) fn hidden(name: &HeaderName, mut value: HeaderValue) -> HeaderValue {
    hide(name, &mut value);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_not_told() {
        let url = |text: &str| told(&text.parse().expect("an URL")).into_string();
        assert_eq!(
            url("http://me:secret@host:81/a?token=abc&q=b%20c#d"),
            "http://host:81/a?token=…&q=…"
        );
        assert_eq!(url("http://host/a"), "http://host/a");
        assert_eq!(url("http://host/?a%0Ab=1&s3cret&c="), "http://host/?a%0Ab=…&…&c=…");
        for text in ["http://me:pa?ss@host/", "http://me:s3#cret@x@host/?a", "me:s3cret#x@host/"] {
            let told = told_text(text);
            assert!(told.ends_with("//…@host/"), "{told}");
        }
    }
}
