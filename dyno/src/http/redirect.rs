//! Where a request goes, and where an answer sends it on to (RFC 9110, 15.4).
//!
//! Followed here and not by reqwest: that keeps for the second hop what it had left out of the first,
//! so that whoever redirects to itself would get the credentials that were meant for another.

use std::borrow::Cow;

use ::http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION,
    PROXY_AUTHORIZATION, TRANSFER_ENCODING,
};
use ::http::{HeaderMap, HeaderName, Method, StatusCode};
use reqwest::Url;

/// The way of one hop.
pub(super) struct Way<'a> {
    pub(super) method: Cow<'a, Method>,
    pub(super) url: Cow<'a, Url>,
    /// What was to be sent along is.
    pub(super) has_body: bool,
    /// Hops before this one.
    pub(super) hops: usize,
    /// It has left the host that it was meant for.
    is_away: bool,
}

/// Meant for whom the request was made for, and for nobody else.
const SECRET: [HeaderName; 4] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, HOST];
/// Speak of the body.
const OF_BODY: [HeaderName; 4] =
    [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING];

impl<'a> Way<'a> {
    pub(super) fn new(method: &'a Method, url: &'a Url, has_body: bool) -> Self {
        let (method, url) = (Cow::Borrowed(method), Cow::Borrowed(url));
        Self { method, url, has_body, hops: 0, is_away: false }
    }

    /// Where an answer sends it on to, if it does.
    pub(super) fn after(&self, status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        let (method, has_body) = self.method_after(status)?;
        let location = std::str::from_utf8(headers.get(LOCATION)?.as_bytes()).ok()?;
        let mut url = self.url.join(location).ok()?;
        let can_be = matches!(url.scheme(), "http" | "https") && url.has_host();
        let is_elsewhere = url.origin() != self.url.origin();
        if !is_elsewhere && url.username().is_empty() && url.password().is_none() {
            url.set_username(self.url.username()).unwrap_or_default();
            url.set_password(self.url.password()).unwrap_or_default();
        }
        let is_away = self.is_away || is_elsewhere;
        let (method, url) = (Cow::Owned(method), Cow::Owned(url));
        can_be.then_some(Self { method, url, has_body, hops: self.hops + 1, is_away })
    }

    /// A `POST` becomes a `GET` where clients have always made one of it.
    fn method_after(&self, status: StatusCode) -> Option<(Method, bool)> {
        let method = &*self.method;
        match status {
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND if *method == Method::POST => {
                Some((Method::GET, false))
            }
            StatusCode::SEE_OTHER if *method == Method::HEAD => Some((Method::HEAD, false)),
            StatusCode::SEE_OTHER => Some((Method::GET, false)),
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => Some((method.clone(), self.has_body)),
            _ => None,
        }
    }

    /// It is at another host, port or scheme than `before`.
    pub(super) fn is_elsewhere(&self, before: &Self) -> bool {
        self.url.origin() != before.url.origin()
    }

    /// Takes out what does not go along.
    pub(super) fn strip(&self, headers: &mut HeaderMap) {
        let away = self.is_away.then_some(SECRET).into_iter().flatten();
        let bodiless = (self.hops != 0 && !self.has_body).then_some(OF_BODY).into_iter().flatten();
        for name in away.chain(bodiless) {
            headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent_on(method: &Method, status: u16, location: &str) -> Option<(Method, String, bool)> {
        let url = "http://me:pw@host:81/a/b?q".parse().expect("an URL");
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, location.parse().expect("a header"));
        let status = StatusCode::from_u16(status).expect("a status");
        let way = Way::new(method, &url, true).after(status, &headers)?;
        Some((way.method.into_owned(), way.url.to_string(), way.has_body))
    }

    #[test]
    fn a_method_becomes_what_the_status_says() {
        let there = |method: Method, status| sent_on(&method, status, "/c").map(|it| (it.0, it.2));
        for status in [301, 302, 303] {
            assert_eq!(there(Method::POST, status), Some((Method::GET, false)), "{status}");
        }
        assert_eq!(there(Method::PUT, 302), Some((Method::PUT, true)));
        assert_eq!(there(Method::PUT, 303), Some((Method::GET, false)));
        assert_eq!(there(Method::HEAD, 303), Some((Method::HEAD, false)));
        for status in [307, 308] {
            assert_eq!(there(Method::POST, status), Some((Method::POST, true)), "{status}");
        }
        for status in [200, 300, 304, 305, 400] {
            assert_eq!(there(Method::GET, status), None, "{status}");
        }
    }

    #[test]
    fn a_location_may_be_relative() {
        let there = |location| sent_on(&Method::GET, 302, location).map(|it| it.1);
        assert_eq!(there("c").as_deref(), Some("http://me:pw@host:81/a/c"));
        assert_eq!(there("?r").as_deref(), Some("http://me:pw@host:81/a/b?r"));
        assert_eq!(there("http://host:81/c").as_deref(), Some("http://me:pw@host:81/c"));
        assert_eq!(there("//other/c").as_deref(), Some("http://other/c"));
        assert_eq!(there("https://other").as_deref(), Some("https://other/"));
        for none in ["ftp://other/", "mailto:me@other", "http://[", "file:///etc/passwd"] {
            assert_eq!(there(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_secret_stays_behind_for_good() {
        let [first, other, same] = ["http://host/", "http://other/1", "http://other/2"]
            .map(|url| Url::parse(url).expect("an URL"));
        let headers = |to: &Url| {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, to.as_str().parse().expect("a header"));
            headers
        };
        let left = |way: &Way<'_>| {
            let mut headers = HeaderMap::new();
            for name in [AUTHORIZATION, COOKIE, CONTENT_TYPE] {
                headers.insert(name, "a".parse().expect("a header"));
            }
            way.strip(&mut headers);
            headers.len()
        };
        let method = Method::GET;
        let way = Way::new(&method, &first, true);
        let there = way.after(StatusCode::FOUND, &headers(&other)).expect("it is sent on");
        let further = there.after(StatusCode::FOUND, &headers(&same)).expect("it is sent on");
        let back = further.after(StatusCode::SEE_OTHER, &headers(&first)).expect("it is sent on");
        assert_eq!([&way, &there, &further, &back].map(left), [3, 1, 1, 0]);
        assert!(there.is_elsewhere(&way) && !further.is_elsewhere(&there));
        assert_eq!(back.hops, 3);
    }
}
