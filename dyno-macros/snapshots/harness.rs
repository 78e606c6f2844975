fn f(name: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    ::dyno::__private::call(|| -> Result<u8, E> { ask(name) })
}
