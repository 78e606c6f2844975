//! What whole URLs begin with.
//!
//! A client mostly asks one host over and over. Where an URL begins as the first one did, only what
//! follows is parsed: by the rules of URLs a path that is relative to the host comes to the same.

use std::str::FromStr;
use std::sync::OnceLock;

use reqwest::Url;

/// Scheme and host of the first URL.
#[derive(Default)]
pub(super) struct Origin(OnceLock<First>);

struct First {
    /// `http://inventory:8000`
    text: Box<str>,
    root: Url,
}

impl Origin {
    /// The URL that `text` is.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn parse(&self, text: &str) -> Result<Url, <Url as FromStr>::Err> {
        match self.0.get() {
            Some(First { text: begin, root }) => match text.strip_prefix(&**begin) {
                Some(path) if is_path(path) => root.join(path),
                _ => text.parse(),
            },
            None => self.first(text),
        }
    }

    #[cold]
    fn first(&self, text: &str) -> Result<Url, <Url as FromStr>::Err> {
        let url: Url = text.parse()?;
        // Credentials among it are sent with what they are given for and nothing else.
        let begin = format!("{}://{}", url.scheme(), url.authority());
        let is_plain = matches!(url.scheme(), "http" | "https") && !begin.contains('@');
        if is_plain && text.strip_prefix(&*begin).is_some_and(is_path) {
            let root = begin.parse()?;
            self.0.get_or_init(|| First { text: begin.into(), root });
        }
        Ok(url)
    }
}

/// A path, with or without a query, that cannot be taken for a host; blanks might be left out.
fn is_path(text: &str) -> bool {
    let names_a_host = text.starts_with("//") || text.starts_with("/\\");
    text.starts_with('/') && !names_a_host && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_url_that_begins_as_the_first_is_what_it_is() {
        let rest = [
            "",
            "/",
            "/a/../b?c=d#e",
            "//evil/a",
            "/\\evil",
            "/\t/evil",
            "\\evil",
            "?q",
            "#f",
            "0/a",
            ":81/a",
            ".evil/",
            "@evil/",
            "/a b",
            "/a ",
            "/ä?ö",
            "/%2e%2e/%zz",
            "/a//b\\c",
            "/[x]|\"<>`{}",
        ];
        for first in
            ["http://host:80", "http://host:8", "https://host", "http://127.0.0.1:8", "http://me@h"]
        {
            let origin = Origin::default();
            origin.parse(&format!("{first}/first")).expect("an URL");
            for rest in rest {
                let text = format!("{first}{rest}");
                assert_eq!(origin.parse(&text), text.parse(), "{text}");
            }
            assert_eq!(origin.parse("http://other/a"), "http://other/a".parse());
            assert!(origin.parse("/a").is_err());
        }
    }

    #[test]
    fn the_first_is_known_by_how_it_is_written() {
        let is_known = |text: &str| {
            let origin = Origin::default();
            let _url = origin.parse(text);
            origin.0.get().map(|first| first.text.to_string())
        };
        assert_eq!(is_known("http://host:8000/a").as_deref(), Some("http://host:8000"));
        for text in
            ["http://host:80/a", "HTTP://host/a", "http://me:secret@host/", "ftp://host/", "/a"]
        {
            assert_eq!(is_known(text), None, "{text}");
        }
    }
}
