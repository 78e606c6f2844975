//! A cycle is told, not waited for.

use super::*;

fn path(error: &dyno::InjectError) -> Vec<String> {
    match error.kind() {
        InjectErrorKind::Cycle(path) => path.iter().map(ToString::to_string).collect(),
        _ => panic!("no cycle: {error}"),
    }
}

#[test]
fn a_cycle_is_told_with_files_and_lines() {
    fn connect() -> Result<u8, dyno::Fault> {
        point!();
        site!(CONFIG: u16 = load);
        Ok(u8::try_from(*CONFIG.get()?).unwrap_or(0))
    }
    fn load() -> Result<u16, String> {
        point!();
        site!(DB: u8 = connect);
        // What the user makes of the error does not hide the cycle.
        DB.get().map(|db| u16::from(*db)).map_err(|_| "no luck".to_owned())
    }
    point!();
    site!(SITE: u8 = connect);
    let path = path(&watched(|| SITE.get().expect_err("a cycle")));
    let [first, second, third] = &path[..] else { panic!("{path:?}") };
    assert!(first.starts_with("connect (") && first.contains("cycles.rs:"), "{path:?}");
    assert!(second.starts_with("load ("), "{path:?}");
    assert_eq!(third, "connect");
}

#[test]
fn two_threads_that_enter_from_both_ends_are_told() {
    static BOTH: Barrier = Barrier::new(2);
    static MEET: AtomicUsize = AtomicUsize::new(2);
    fn meet() {
        if MEET.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok() {
            BOTH.wait();
        }
    }
    fn left() -> Result<u8, dyno::Fault> {
        point!();
        site!(RIGHT: u16 = right);
        meet();
        Ok(u8::try_from(*RIGHT.get()?).unwrap_or(0))
    }
    fn right() -> Result<u16, dyno::Fault> {
        point!();
        site!(LEFT: u8 = left);
        meet();
        Ok(u16::from(*LEFT.get()?))
    }
    point!();
    site!(L: u8 = left);
    site!(R: u16 = right);
    let (l, r) = watched(|| {
        let l = thread::spawn(|| L.get().expect_err("a cycle"));
        let r = thread::spawn(|| R.get().expect_err("a cycle"));
        (l.join().expect("no panic"), r.join().expect("no panic"))
    });
    assert_eq!((path(&l).len(), path(&r).len()), (3, 3));
}

#[test]
fn a_fallback_does_not_hide_a_cycle() {
    fn itself() -> Result<u8, dyno::Fault> {
        point!();
        site!(MYSELF: u8 = itself, with_fallback());
        match MYSELF.get_or() {
            Ok(Ok(it)) => Ok(*it),
            Ok(Err(_)) => Ok(1),
            Err(error) => Err(error.into()),
        }
    }
    point!();
    site!(SITE: u8 = itself);
    assert_eq!(path(&watched(|| SITE.get().expect_err("a cycle"))).len(), 2);
}
