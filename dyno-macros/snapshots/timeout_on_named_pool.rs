fn f(name: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        static __DYNO_POOL: ::dyno::__private::SharedPool = ::dyno::__private::SharedPool::new(
            "io",
            || ::dyno::__private::Pool::joining("io").size(10).queue(50),
        );
        match ::dyno::__private::on_named_pool(
            &__DYNO_POINT,
            ::dyno::__private::SharedPool::get(&__DYNO_POOL),
            ::dyno::__private::Some(::core::time::Duration::from_millis(250)),
            move || ::dyno::__private::Ok(
                ::dyno::__private::call(|| -> Result<u8, E> { ask(name) }),
            ),
        ) {
            ::dyno::__private::Ok(__dyno_out) => __dyno_out,
            ::dyno::__private::Err(__dyno_fault) => {
                <Result<u8, E> as ::dyno::__private::Refuse>::refuse(__dyno_fault)
            }
        }
    }
}
