//! The graph and what is wrong with it.

use super::*;

#[test]
fn captives_and_unbound_tags_are_told_together() {
    fn tenant() -> u8 {
        1
    }
    fn holder() -> u16 {
        point!();
        site!(TENANT: u8 = tenant, per_registry);
        u16::from(*TENANT.get().expect("it is built"))
    }
    point!();
    site!(HOLDER: u16 = holder);
    static UNBOUND: Site<u64> =
        Site::new(&POINT, "db", "tag(\"primry\")", || Slot::tagged(Some("primry")));
    dyno::__private::register! { &UNBOUND }
    dyno::Registry::global().set("primary", Arc::new(1_u64)).expect("not sealed");
    let error = dyno::graph().check().expect_err("two problems");
    let mine: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    let mine: Vec<&String> = mine.iter().filter(|it| it.contains("captives_and_unbound")).collect();
    let [captive, unbound] = &mine[..] else { panic!("{mine:#?}") };
    assert!(captive.contains("holder: parameter `it`"), "{captive}");
    assert!(captive.contains("scope program would hold one of scope registry"), "{captive}");
    assert!(unbound.contains("did you mean \"primary\""), "{unbound}");
    assert_eq!(*HOLDER.get().expect("it is built"), 1);
    let dot = dyno::graph().to_dot();
    assert!(dot.contains("holder"), "{dot}");
}

#[test]
fn the_sites_of_an_async_provider_are_its_own() {
    async fn rates() -> Result<u16, dyno::Fault> {
        point!();
        site!(BASE: u8 = base);
        Ok(u16::from(*BASE.get_async().await?))
    }
    fn base() -> u8 {
        1
    }
    point!();
    site!(RATES: u16 = rates, of_async);
    assert!(!RATES.is_hot());
    let graph = dyno::graph();
    let mine = |path: &str| path.contains("the_sites_of_an_async_provider_are_its_own");
    let edges: Vec<(&str, Vec<&str>)> =
        graph.nodes().filter(|(name, needs)| mine(name) && !needs.is_empty()).collect();
    let ends = |path: &str, end: &str| path.ends_with(end);
    assert!(
        edges.iter().any(|(name, needs)| ends(name, "::rates") && ends(needs[0], "::base")),
        "{edges:#?}"
    );
    assert!(edges.iter().all(|(name, _)| !name.contains("{{closure}}")), "{edges:#?}");
}
