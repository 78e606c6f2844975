//! What a call needed and did not get.

use dyno::fault::explain::Rule;
use dyno::fault::{AspectErrorKind, InjectErrorKind};
use dyno::{Fault, InjectError, inject};

use crate::{rule, text};

fn no_database() -> Result<String, std::io::Error> {
    Err(std::io::Error::other("no route to host"))
}

#[inject(_db = no_database)]
fn ask(_db: &String) -> Result<(), Fault> {
    Ok(())
}

#[test]
fn a_dependency_that_could_not_be_had() {
    let fault = ask().expect_err("there is none");
    let Rule::Inject { error, .. } = rule(&fault) else { panic!("{fault}") };
    assert!(matches!(error.kind(), InjectErrorKind::Failed(_)));
    assert_eq!(rule(&fault).source_text(), Some(error.to_string()));
    assert_eq!(rule(&fault).retry_after(), error.retry_after());
    let told = text(&fault);
    assert_eq!(told, error.to_string(), "it says itself of whom it speaks");
    assert!(told.contains("ask: parameter `_db`") && told.contains("no route to host"), "{told}");
    assert_eq!(fault.explain().point, *error.function().expect("known"));
    let fault = Fault::from(InjectError::new(InjectErrorKind::ShutDown));
    assert_eq!(fault.explain().point, "inject");
}

#[test]
fn a_filter_that_did_not_let_it_through() {
    #[dyno::aspect("explain-filtered")]
    fn price(cents: u32) -> Result<u32, Fault> {
        Ok(cents)
    }
    let failing = |_: &mut u32| Err::<(), _>(std::io::Error::other("no such price"));
    let _kept = dyno::aspect::join("explain-filtered").arguments(failing).expect("not sealed");
    let fault = price(5).expect_err("its filter fails");
    let Rule::Aspect { error, .. } = rule(&fault) else { panic!("{fault}") };
    assert!(matches!(error.kind(), AspectErrorKind::Failed { .. }));
    assert_eq!(text(&fault), error.to_string(), "it says itself of whom it speaks");
}
