fn f(name: &str) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        ::dyno::__private::advised!(
            __dyno_advised = ::dyno::__private::AdviceSite::new(& __DYNO_POINT, &
            ["shop::price"]), name
        );
        let __dyno_out = ::dyno::__private::advise(
            &mut __dyno_advised,
            || {
                let mut __dyno_name = ::dyno::__private::None;
                match ::dyno::__private::filtered!(
                    ::dyno::__private::JoinSite::new("shop::price", & __DYNO_POINT),
                    Result < u8, E >, ::dyno::__private::Lent::new(name, & mut
                    __dyno_name), refuse
                ) {
                    ::dyno::__private::Ok((__dyno_filters, name)) => {
                        ::dyno::__private::Refusing::result(
                            __dyno_filters,
                            ::dyno::__private::call(|| -> Result<u8, E> { ask(name) }),
                        )
                    }
                    ::dyno::__private::Err(__dyno_out) => __dyno_out,
                }
            },
        );
        ::dyno::__private::advised_end!(__dyno_advised, & __dyno_out);
        __dyno_out
    }
}
