//! What the compiler says when an attribute is wrong: one case a diagnostic, under `tests/ui`.
//!
//! `TRYBUILD=overwrite cargo test -p dyno-tests --test ui` writes what it says now; read it before
//! it is committed.

#[test]
fn every_mistake_is_told() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/grammar/*.rs");
    cases.compile_fail("ui/policies/*.rs");
    cases.compile_fail("ui/inject/*.rs");
    cases.compile_fail("ui/types/*.rs");
}
