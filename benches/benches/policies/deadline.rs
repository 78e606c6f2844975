pub(crate) fn run(_: &mut benches::Section) {}
