fn f(name: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        let __dyno_out = ::dyno::__private::call(|| -> Result<u8, E> { ask(name) });
        match <Result<u8, E> as ::dyno::__private::Outcome>::split(__dyno_out) {
            ::dyno::__private::Ok(__dyno_out) => __dyno_out,
            ::dyno::__private::Err(__dyno_error) => {
                ::dyno::__private::fell_back(&__DYNO_POINT, false);
                ::dyno::__private::stood_in::<
                    Result<u8, E>,
                >(
                    &__DYNO_POINT,
                    ::dyno::__private::with::<_, Result<u8, E>>(__dyno_error, |_| Ok(1)),
                )
            }
        }
    }
}
