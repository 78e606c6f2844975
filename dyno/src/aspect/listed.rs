//! The join points of the program.

use std::collections::BTreeMap;

use super::JoinPoint;
use super::joined::{find, pipeline, table};
use super::site::sites;
use crate::point::Name;
use crate::registry::Registry;

/// A join point of the program, and what is set for it here.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Joined {
    /// Its name.
    pub name: Name,
    /// How many filters of arguments are in force here.
    pub argument_filters: usize,
    /// How many filters of results are in force here.
    pub result_filters: usize,
    /// The functions that have it: with the feature `warm-up` all of the program, else those that
    /// have been called. None while the pipeline is set before there is a function.
    pub functions: Vec<JoinPoint<'static>>,
}

/// Every join point that a function has or a pipeline is set for, by name.
#[must_use]
pub fn joins() -> Vec<Joined> {
    let registry = Registry::current();
    let mut all: BTreeMap<String, Vec<JoinPoint<'static>>> = BTreeMap::new();
    for site in sites() {
        for join in site.joins() {
            all.entry((*join).to_owned()).or_default().push(site.join_point());
        }
    }
    for (name, named) in table().iter() {
        if named.sites.is_empty() && find(&named.pipelines, Some(&registry)).is_none() {
            continue;
        }
        let functions = all.entry(name.clone()).or_default();
        for site in &named.sites {
            if !functions.iter().any(|known| std::ptr::eq(known.point, site.point)) {
                functions.push(JoinPoint::new(site.point));
            }
        }
    }
    let joined = |(name, mut functions): (String, Vec<JoinPoint<'static>>)| {
        functions.sort_by_key(JoinPoint::name);
        let pipeline = pipeline(&name, &registry);
        let (argument_filters, result_filters) =
            pipeline.map_or((0, 0), |all| (all.argument_filters(), all.result_filters()));
        Joined { name: name.into(), argument_filters, result_filters, functions }
    };
    all.into_iter().map(joined).collect()
}
