fn f(name: &str) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        static __DYNO_CACHE: ::dyno::__private::CacheSite = ::dyno::__private::CacheSite::new(
            &__DYNO_POINT,
            ::dyno::__private::None,
            || {
                ::dyno::__private::CacheSettings::new()
                    .ttl(::core::time::Duration::from_secs(60))
            },
        );
        match ::dyno::__private::CacheSite::look(
            &__DYNO_CACHE,
            ::dyno::__private::lend(name),
            ::dyno::__private::kept(::dyno::__private::keeps!(Result < u8, E >)),
        ) {
            ::dyno::__private::Looked::Hit(__dyno_kept)
            | ::dyno::__private::Looked::Refresh(__dyno_kept, _) => __dyno_kept,
            ::dyno::__private::Looked::Lead(__dyno_lead) => {
                let __dyno_out = ::dyno::__private::call(|| -> Result<u8, E> {
                    ask(name)
                });
                ::dyno::__private::Lead::settle(__dyno_lead, __dyno_out)
            }
        }
    }
}
