fn f(sku: &str) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        let __dyno_out = ::dyno::__private::call(|| -> Result<u8, E> { ask(sku) });
        let __dyno_verdict = match <Result<
            u8,
            E,
        > as ::dyno::__private::Outcome>::failure(&__dyno_out) {
            ::dyno::__private::None => ::dyno::__private::Verdict::Success,
            #[allow(
                unused_variables,
                unreachable_patterns,
                clippy::all,
                clippy::pedantic
            )]
            ::dyno::__private::Some(__dyno_failure) => {
                match *__dyno_failure {
                    E::Down => ::dyno::__private::Verdict::Failure,
                    _ => ::dyno::__private::Verdict::Ignored,
                }
            }
        };
        if ::dyno::__private::Verdict::is_failure(__dyno_verdict) {
            match <Result<u8, E> as ::dyno::__private::Outcome>::split(__dyno_out) {
                ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                ::dyno::__private::Err(__dyno_error) => {
                    ::dyno::__private::fell_back(&__DYNO_POINT, false);
                    ::dyno::__private::stood_in::<
                        Result<u8, E>,
                    >(
                        &__DYNO_POINT,
                        {
                            let __dyno_out: Result<u8, E> = cached(sku);
                            ::dyno::__private::both!(
                                Result < u8, E >, __dyno_out, ::dyno::__private::Ok:: < _,
                                ::dyno::__private::Fault > (__dyno_error)
                            )
                        },
                    )
                }
            }
        } else {
            __dyno_out
        }
    }
}
