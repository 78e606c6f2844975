//! Whom a call may go to.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A scheme, a host and a port, and how much it can take beside the others.
///
/// Its text is an URL without a path: `http://10.0.0.1:80`, `https://prices.internal`,
/// `http://[::1]:8080`. Without a scheme it is `http`; without a port it is that of `http` or
/// `https`. A weight may follow after a space: `http://10.0.0.1:80 weight=3`.
///
/// ```
/// use dyno::balance::Target;
///
/// let target: Target = "https://Prices.internal weight=3".parse().expect("a target");
/// assert_eq!(target.to_string(), "https://prices.internal:443");
/// assert_eq!((target.scheme(), target.host(), target.port()), ("https", "prices.internal", 443));
/// assert_eq!((target.authority(), target.weight()), ("prices.internal:443", 3));
/// ```
///
/// Two of the same scheme, host and port are equal, whatever their weights.
pub struct Target {
    url: Box<str>,
    /// Where the authority begins in it.
    authority: usize,
    port: u16,
    /// Changed while it works.
    weight: AtomicU32,
    resolved_from: Option<Arc<str>>,
}

impl Target {
    /// The target at that scheme and host; a port and a weight are parts of `host` as in its text.
    ///
    /// # Errors
    /// When they are not such.
    pub fn new(scheme: &str, host: &str) -> Result<Self, TargetError> {
        let error = |why| TargetError::new(&format!("{scheme}://{host}"), why);
        Self::read(scheme, host).map_err(error)
    }

    /// The same with this weight: how many calls it can take where another takes one.
    ///
    /// # Panics
    /// When `weight` is 0: remove a target that is to be left out.
    #[must_use]
    pub fn with_weight(self, weight: u32) -> Self {
        assert!(
            weight != 0,
            "balance: the weight of {self} must be at least 1; remove it to leave it out"
        );
        self.set_weight(weight);
        self
    }

    /// The address that `name` was resolved to.
    pub(super) fn at(&self, address: IpAddr) -> Self {
        let host = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        let target = Self::put_together(self.scheme(), &host, self.port, self.weight());
        Self { resolved_from: Some(self.host().into()), ..target }
    }

    fn put_together(scheme: &str, host: &str, port: u16, weight: u32) -> Self {
        let url = format!("{scheme}://{host}:{port}").into();
        let authority = scheme.len() + "://".len();
        Self { url, authority, port, weight: AtomicU32::new(weight), resolved_from: None }
    }

    fn read(scheme: &str, rest: &str) -> Result<Self, &'static str> {
        let (place, weight) = match rest.split_once(char::is_whitespace) {
            Some((place, weight)) => (place, read_weight(weight.trim())?),
            None => (rest, 1),
        };
        let place = place.strip_suffix('/').unwrap_or(place);
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        if scheme.is_empty() || !scheme.chars().all(is_scheme) {
            return Err("its scheme is not one");
        }
        let scheme = scheme.to_ascii_lowercase();
        if place.split('/').next().is_some_and(|place| place.contains('@')) {
            return Err("it has credentials, which belong to the call");
        }
        let (host, port) = split_port(place)?;
        let host = read_host(host)?;
        let port = match (port, scheme.as_str()) {
            (Some(port), _) => port.parse().ok().filter(|port| *port != 0),
            (None, "http" | "ws") => Some(80),
            (None, "https" | "wss") => Some(443),
            (None, _) => return Err("its scheme has no port of its own, so it needs one"),
        };
        let port = port.ok_or("its port is not in 1 to 65535")?;
        Ok(Self::put_together(&scheme, &host, port, weight))
    }

    /// `http`
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.url[..self.authority - "://".len()]
    }

    /// The host alone; an IPv6 address has no brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.authority();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// Its port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Host and port: `10.0.0.1:80`.
    #[must_use]
    #[doc(alias = "netloc")]
    pub fn authority(&self) -> &str {
        &self.url[self.authority..]
    }

    /// All of it: `http://10.0.0.1:80`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many calls it can take where another takes one, at present. Default 1.
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.weight.load(Ordering::Relaxed)
    }

    pub(super) fn set_weight(&self, weight: u32) {
        self.weight.store(weight, Ordering::Relaxed);
    }

    /// The name of which its host is an address, where it was resolved: what a certificate is for.
    #[must_use]
    pub fn resolved_from(&self) -> Option<&str> {
        self.resolved_from.as_deref()
    }
}

fn read_weight(text: &str) -> Result<u32, &'static str> {
    let weight = text.strip_prefix("weight=").ok_or("what follows it is not `weight=…`")?;
    let weight = weight.parse().ok().filter(|weight| *weight != 0);
    weight.ok_or("its weight is not a whole number of at least 1")
}

fn split_port(place: &str) -> Result<(&str, Option<&str>), &'static str> {
    // An IPv6 address has colons of its own.
    let end = place.rfind(']').map_or(0, |end| end + 1);
    match place[end..].split_once(':') {
        Some((between, port)) if end == 0 || between.is_empty() => {
            Ok((&place[..end + between.len()], Some(port)))
        }
        None if end == 0 || end == place.len() => Ok((place, None)),
        _ => Err("its host is not one"),
    }
}

fn read_host(host: &str) -> Result<String, &'static str> {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(|address| address.parse().ok());
        let address: Ipv6Addr = address.ok_or("its host is not an IPv6 address")?;
        return Ok(format!("[{address}]"));
    }
    if host.is_empty() {
        return Err("it has no host");
    }
    if host.contains('/') {
        return Err("it has a path, which belongs to the call");
    }
    let is_host = |c: char| c.is_alphanumeric() || "-._~%".contains(c);
    if host.chars().all(is_host) { Ok(host.to_lowercase()) } else { Err("its host is not one") }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let trimmed = text.trim();
        let (scheme, rest) = trimmed.split_once("://").unwrap_or(("http", trimmed));
        Self::read(scheme, rest).map_err(|why| TargetError::new(text, why))
    }
}

/// No target is written so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no target: {why}; write `http://10.0.0.1:80`")]
pub struct TargetError {
    text: String,
    why: &'static str,
}

impl TargetError {
    fn new(text: &str, why: &'static str) -> Self {
        // What stands before an `@` may be a password.
        let text = text.rsplit_once('@').map_or_else(
            || text.to_owned(),
            |(before, after)| {
                let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
                let slashes = if scheme.is_empty() { "" } else { "://" };
                format!("{scheme}{slashes}…@{after}")
            },
        );
        Self { text, why }
    }
}

/// What may stand for a target: its text, its scheme and host, an address, a target.
pub trait IntoTarget {
    /// The target.
    ///
    /// # Errors
    /// When it is not one.
    fn into_target(self) -> Result<Target, TargetError>;
}

impl IntoTarget for Target {
    fn into_target(self) -> Result<Target, TargetError> {
        Ok(self)
    }
}

impl IntoTarget for &Target {
    fn into_target(self) -> Result<Target, TargetError> {
        Ok(self.clone())
    }
}

impl IntoTarget for &Arc<Target> {
    fn into_target(self) -> Result<Target, TargetError> {
        Ok(Target::clone(self))
    }
}

impl IntoTarget for &str {
    fn into_target(self) -> Result<Target, TargetError> {
        self.parse()
    }
}

impl IntoTarget for &&str {
    fn into_target(self) -> Result<Target, TargetError> {
        self.parse()
    }
}

impl IntoTarget for String {
    fn into_target(self) -> Result<Target, TargetError> {
        self.parse()
    }
}

impl IntoTarget for &String {
    fn into_target(self) -> Result<Target, TargetError> {
        self.parse()
    }
}

/// Scheme and host.
impl<S: AsRef<str>, H: AsRef<str>> IntoTarget for (S, H) {
    fn into_target(self) -> Result<Target, TargetError> {
        Target::new(self.0.as_ref(), self.1.as_ref())
    }
}

/// By `http`.
impl IntoTarget for SocketAddr {
    fn into_target(self) -> Result<Target, TargetError> {
        self.to_string().parse()
    }
}

impl Clone for Target {
    fn clone(&self) -> Self {
        Self {
            url: self.url.clone(),
            authority: self.authority,
            port: self.port,
            weight: AtomicU32::new(self.weight()),
            resolved_from: self.resolved_from.clone(),
        }
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl Eq for Target {}

impl Hash for Target {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.url.hash(state);
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.url)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({} weight={})", self.url, self.weight())
    }
}
