//! Pipelines of registries: tenants, fall-through, sealing.

use dyno::aspect::Pipeline;
use dyno::fault::AspectErrorKind;
use dyno::registry::{InRegistry, Registry};
use dyno::{Fault, aspect};

use super::block_on;

fn add(n: u32) -> impl Fn(&mut u32) + Send + Sync + 'static {
    move |a| *a += n
}

macro_rules! one {
    ($f:ident, $join:literal) => {
        #[aspect($join)]
        fn $f(a: u32) -> Result<u32, Fault> {
            Ok(a)
        }
    };
}

#[test]
fn each_registry_has_a_pipeline_of_its_own_or_falls_through() -> Result<(), Fault> {
    one!(f, "tenants::own");
    let join = aspect::join("tenants::own");
    join.arguments(add(1))?;
    let acme = Registry::global().child();
    let shop = acme.child();
    assert_eq!((f(0), acme.scope(|| f(0)), shop.scope(|| f(0))), (Ok(1), Ok(1), Ok(1)));

    join.clone().within(&acme).arguments(add(10))?;
    assert_eq!((f(0), acme.scope(|| f(0)), shop.scope(|| f(0))), (Ok(1), Ok(10), Ok(10)));
    // What is in force is what `join` speaks of.
    shop.scope(|| aspect::join("tenants::own").arguments(add(100)))?;
    assert_eq!((f(0), acme.scope(|| f(0)), shop.scope(|| f(0))), (Ok(1), Ok(10), Ok(100)));

    // An empty one is one; without it the parent's shows.
    let of_shop = join.clone().within(&shop);
    of_shop.clear()?;
    assert_eq!(shop.scope(|| f(0)), Ok(0));
    assert!(of_shop.pipeline().is_empty());
    of_shop.unset()?;
    assert_eq!(shop.scope(|| f(0)), Ok(10));
    assert_eq!(of_shop.pipeline().argument_filters(), 1);

    let listed = |registry: &Registry| {
        let all = registry.scope(aspect::joins);
        all.iter().find(|join| join.name == "tenants::own").map(|join| join.argument_filters)
    };
    of_shop.set(Pipeline::new().arguments(add(1)).arguments(add(1)))?;
    assert_eq!((listed(&acme), listed(&shop)), (Some(1), Some(2)));
    Ok(())
}

#[test]
fn a_registry_that_is_no_child_comes_to_the_global_one_at_last() -> Result<(), Fault> {
    one!(f, "tenants::alone");
    aspect::join("tenants::alone").arguments(add(1))?;
    let alone = Registry::new();
    assert_eq!(alone.scope(|| f(0)), Ok(1));
    aspect::join("tenants::alone").within(&alone).arguments(add(2))?;
    assert_eq!((f(0), alone.scope(|| f(0))), (Ok(1), Ok(2)));
    Ok(())
}

#[test]
fn a_pipeline_ends_with_its_registry() -> Result<(), Fault> {
    one!(f, "tenants::gone");
    let tenant = Registry::global().child();
    let join = aspect::join("tenants::gone").within(&tenant);
    let dropped = std::sync::Arc::new(());
    let held = dropped.clone();
    join.arguments(move |a: &mut u32| {
        let _ = &held;
        *a += 1;
    })?;
    assert_eq!((f(0), tenant.scope(|| f(0))), (Ok(0), Ok(1)));
    drop(join);
    drop(tenant);
    assert_eq!(std::sync::Arc::strong_count(&dropped), 1);
    // Where a new registry happens to be at the place of the old one, it has nothing of it.
    for _ in 0..100 {
        assert_eq!(Registry::global().child().scope(|| f(0)), Ok(0));
    }
    Ok(())
}

#[test]
fn a_sealed_registry_changes_no_more() -> Result<(), Fault> {
    one!(f, "tenants::sealed");
    let sealed = Registry::global().child();
    let join = aspect::join("tenants::sealed").within(&sealed);
    let filter = join.arguments(add(1))?;
    sealed.seal();
    for error in [
        join.arguments(add(1)).map(drop),
        join.result(|_: &mut Result<u32, Fault>| ()).map(drop),
        join.set(Pipeline::new()).map(drop),
        join.clear().map(drop),
        join.unset().map(drop),
        filter.remove().map(drop),
    ] {
        let error = error.unwrap_err();
        assert!(matches!(error.kind(), AspectErrorKind::Sealed { .. }), "{error}");
        assert!(error.to_string().contains("set it before `seal()`"), "{error}");
    }
    assert_eq!(sealed.scope(|| f(0)), Ok(1));
    // A child of it is free.
    aspect::join("tenants::sealed").within(&sealed.child()).arguments(add(5))?;
    Ok(())
}

#[aspect("tenants::async")]
async fn waiting(a: u32) -> Result<u32, Fault> {
    std::future::ready(()).await;
    Ok(a)
}
#[test]
fn a_future_in_a_registry_runs_through_its_pipeline() -> Result<(), Fault> {
    let acme = Registry::global().child();
    aspect::join("tenants::async").within(&acme).arguments(add(3))?;
    assert_eq!(block_on(waiting(0)), Ok(0));
    assert_eq!(block_on(waiting(0).in_registry(&acme)), Ok(3));
    Ok(())
}
