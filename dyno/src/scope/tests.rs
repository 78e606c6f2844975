use super::*;

fn seen() -> Option<u8> {
    find(|item: &Arc<u8>| Some(**item))
}

#[test]
fn guards_may_be_dropped_in_any_order() {
    let outer = push(Arc::new(1_u8));
    let inner = push(Arc::new(2_u8));
    drop(outer);
    assert_eq!(seen(), Some(2));
    drop(inner);
    assert_eq!(seen(), None);
}

#[test]
fn a_scope_travels_and_ends_with_its_guard() {
    let guard = push(Arc::new(7_u8));
    let carried = Scope::current();
    assert_eq!(spawn(seen).join().ok().flatten(), Some(7));
    drop(guard);
    assert_eq!(carried.run(seen), None);
}

#[test]
fn what_a_test_pushes_later_is_seen_by_its_earlier_threads() {
    let test = test("later");
    let carried = Scope::current();
    let pushed = push(Arc::new(9_u8));
    assert_eq!(carried.run(seen), Some(9));
    drop(pushed);
    assert_eq!(carried.run(seen), None);
    drop(test);
    assert_eq!(Scope::current().test(), None);
}
