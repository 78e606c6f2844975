fn f(name: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    '__dyno_guarded: {
        static __DYNO_BREAKER: ::dyno::__private::Breaker = ::dyno::__private::Breaker::of(
            &__DYNO_POINT,
        );
        let __dyno_permit = match ::dyno::__private::Breaker::enter(
            ::dyno::__private::Breaker::list(&__DYNO_BREAKER),
        ) {
            ::dyno::__private::Ok(__dyno_permit) => __dyno_permit,
            ::dyno::__private::Err(__dyno_refusal) => {
                break '__dyno_guarded <Result<
                    u8,
                    E,
                > as ::dyno::__private::Refuse>::refuse(
                    ::dyno::__private::Refused::fault(__dyno_refusal),
                );
            }
        };
        let __dyno_out = ::dyno::__private::call(|| -> Result<u8, E> { ask(name) });
        let __dyno_failure = <Result<
            u8,
            E,
        > as ::dyno::__private::Outcome>::failure(&__dyno_out);
        let __dyno_tripped = ::dyno::__private::settle!(
            __dyno_permit, ::dyno::__private::verdict(__dyno_failure), __dyno_out,
            __dyno_failure
        );
        if let ::dyno::__private::Some(__dyno_fault) = __dyno_tripped {
            <Result<u8, E> as ::dyno::__private::Refuse>::refuse(__dyno_fault)
        } else {
            __dyno_out
        }
    }
}
