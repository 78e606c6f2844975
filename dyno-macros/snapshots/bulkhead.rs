fn f(name: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    '__dyno_limited: {
        static __DYNO_BULKHEAD: ::dyno::__private::Bulkhead = ::dyno::__private::Bulkhead::of(
            &__DYNO_POINT,
            10,
        );
        let __dyno_place = match ::dyno::__private::Bulkhead::enter(
            ::dyno::__private::Bulkhead::list(&__DYNO_BULKHEAD),
        ) {
            ::dyno::__private::Ok(__dyno_place) => __dyno_place,
            ::dyno::__private::Err(__dyno_refusal) => {
                break '__dyno_limited <Result<
                    u8,
                    E,
                > as ::dyno::__private::Refuse>::refuse(
                    ::dyno::__private::TurnedAway::fault(__dyno_refusal),
                );
            }
        };
        let __dyno_out = ::dyno::__private::call(|| -> Result<u8, E> { ask(name) });
        __dyno_out
    }
}
