fn f(name: String) -> u8 {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        let __dyno_join = ::dyno::__private::JoinPoint::new(&__DYNO_POINT);
        (enter)(&__dyno_join);
        let __dyno_out = ::dyno::__private::call(|| -> u8 { ask(name) });
        (leave)(&__dyno_join, &__dyno_out);
        __dyno_out
    }
}
