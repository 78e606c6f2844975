fn f(name: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        match ::dyno::__private::Timed::enter(
            &__DYNO_POINT,
            ::core::time::Duration::from_millis(250),
        ) {
            ::dyno::__private::Ok(__dyno_timed) => {
                let __dyno_out = {
                    static __DYNO_FUSE: ::dyno::__private::Fuse = ::dyno::__private::Fuse::of(
                        &__DYNO_POINT,
                    );
                    let __dyno_entry = ::dyno::__private::Fuse::check(
                        ::dyno::__private::Fuse::list(&__DYNO_FUSE),
                    );
                    match __dyno_entry {
                        ::dyno::__private::Ok(()) => {
                            ::dyno::__private::call(|| -> Result<u8, E> { ask(name) })
                        }
                        ::dyno::__private::Err(__dyno_fault) => {
                            <Result<
                                u8,
                                E,
                            > as ::dyno::__private::Refuse>::refuse(__dyno_fault)
                        }
                    }
                };
                ::dyno::__private::Timed::end(__dyno_timed);
                __dyno_out
            }
            ::dyno::__private::Err(__dyno_fault) => {
                <Result<u8, E> as ::dyno::__private::Refuse>::refuse(__dyno_fault)
            }
        }
    }
}
