//! Requests that go to the target that a balancer has chosen.

use std::mem;

use http::header::HOST;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Request, Uri};

use crate::balance::Target;

/// A request that can be sent to a target: that of `http`, and with the feature `http` that of
/// `reqwest`.
///
/// ```
/// use dyno::tower::Directs;
/// use http::Request;
///
/// let mut request = Request::builder().uri("/price?sku=1").body(()).unwrap();
/// assert!(request.direct(&"http://10.0.0.1:8080".parse().unwrap()));
/// assert_eq!(request.uri(), "http://10.0.0.1:8080/price?sku=1");
/// ```
pub trait Directs {
    /// Gives it the scheme, the host and the port of the target; path and query stay. `false` where its
    /// kind of request cannot name such a target.
    fn direct(&mut self, target: &Target) -> bool;
}

impl<B> Directs for Request<B> {
    fn direct(&mut self, target: &Target) -> bool {
        let mut parts = mem::take(self.uri_mut()).into_parts();
        let (Ok(scheme), Ok(authority)) =
            (target.scheme().parse::<Scheme>(), target.authority().parse::<Authority>())
        else {
            return false;
        };
        (parts.scheme, parts.authority) = (Some(scheme), Some(authority));
        parts.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
        let Ok(uri) = Uri::from_parts(parts) else { return false };
        *self.uri_mut() = uri;
        name(self.headers_mut(), target);
        true
    }
}

#[cfg(feature = "http")]
impl Directs for reqwest::Request {
    fn direct(&mut self, target: &Target) -> bool {
        let Ok(mut there) = reqwest::Url::parse(target.url()) else { return false };
        there.set_path(self.url().path());
        there.set_query(self.url().query());
        *self.url_mut() = there;
        name(self.headers_mut(), target);
        true
    }
}

/// Of an address the name is meant that it was resolved from.
fn name(headers: &mut HeaderMap, target: &Target) {
    let Some(named) = target.resolved_from() else { return };
    if let Ok(name) = HeaderValue::try_from(format!("{named}:{}", target.port())) {
        headers.entry(HOST).or_insert(name);
    }
}
