fn f(name: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        static __DYNO_HARNESS: ::dyno::__private::Harness = ::dyno::__private::Harness::new(
            &__DYNO_POINT,
        );
        let __dyno_end = ::dyno::__private::caught(|| ::dyno::__private::call(|| -> Result<
            u8,
            E,
        > { ask(name) }));
        match __dyno_end {
            ::dyno::__private::Ok(__dyno_out) => {
                ::dyno::__private::looked!(
                    & __DYNO_HARNESS, & __dyno_out, & ::dyno::__private::no_fields,
                    ::dyno::__private::None
                );
                __dyno_out
            }
            ::dyno::__private::Err(__dyno_panic) => {
                ::dyno::__private::Harness::panicked(
                    &__DYNO_HARNESS,
                    __dyno_panic,
                    &::dyno::__private::no_fields,
                    ::dyno::__private::None,
                )
            }
        }
    }
}
