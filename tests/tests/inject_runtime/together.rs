//! Several cold ones at once.

use super::*;
use dyno::__private::{AnySite, build_together};

#[test]
fn cold_ones_are_built_side_by_side() {
    static MEET: Barrier = Barrier::new(3);
    fn one() -> u8 {
        MEET.wait();
        1
    }
    fn two() -> u16 {
        MEET.wait();
        2
    }
    fn three() -> Result<u32, String> {
        MEET.wait();
        Err("left for get".to_owned())
    }
    point!();
    site!(ONE: u8 = one);
    site!(TWO: u16 = two);
    site!(THREE: u32 = three);
    watched(|| {
        let sites: [&'static dyn AnySite; 3] = [&ONE, &TWO, &THREE];
        build_together(&sites);
    });
    assert!(ONE.is_hot() && TWO.is_hot() && !THREE.is_hot());
    assert!(THREE.get().expect_err("it fails").to_string().contains("left for get"));
}
