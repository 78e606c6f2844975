fn f(name: String) -> u8 {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        ::dyno::__private::advised!(
            __dyno_advised = ::dyno::__private::AdviceSite::new(& __DYNO_POINT, & []),
            name
        );
        let __dyno_out = ::dyno::__private::advise(
            &mut __dyno_advised,
            || ::dyno::__private::call(|| -> u8 { ask(name) }),
        );
        ::dyno::__private::advised_end!(__dyno_advised, & __dyno_out);
        __dyno_out
    }
}
