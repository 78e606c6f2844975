//! Functions with `unsafe` about them keep it, once.

#![deny(warnings, unsafe_op_in_unsafe_fn)]
#![allow(improper_ctypes_definitions)]

use dyno::{breaker, retry};

#[retry(2)]
#[breaker]
unsafe fn reads(pointer: *const u8) -> Result<u8, String> {
    // SAFETY: the caller hands in a valid pointer.
    Ok(unsafe { *pointer })
}

#[breaker]
#[unsafe(no_mangle)]
extern "C" fn dyno_tests_exported(x: u8) -> Option<u8> {
    Some(x)
}

#[retry(2)]
unsafe extern "C" fn foreign(x: u8) -> Option<u8> {
    Some(x)
}

#[test]
fn they_work() {
    let x = 7_u8;
    // SAFETY: `x` is alive.
    assert_eq!(unsafe { reads(&x) }, Ok(7));
    assert_eq!(dyno_tests_exported(1), Some(1));
    // SAFETY: it has no conditions.
    assert_eq!(unsafe { foreign(2) }, Some(2));
}
