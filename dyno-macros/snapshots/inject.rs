fn f(id: u8) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    static __DYNO_DB: ::dyno::__private::Site<Db> = ::dyno::__private::Site::new(
        &__DYNO_POINT,
        "db",
        "connect",
        || ::dyno::__private::Slot::<Db>::of(connect).slot,
    );
    ::dyno::__private::register! {
        & __DYNO_DB
    }
    ::dyno::__private::carries::<
        Result<u8, E>,
        Db,
        _,
    >(|| ::dyno::__private::Slot::<Db>::of(connect));
    let __dyno_db = match ::dyno::__private::Site::get(&__DYNO_DB) {
        ::dyno::__private::Ok(__dyno_value) => __dyno_value,
        ::dyno::__private::Err(__dyno_error) => {
            return {
                use ::dyno::__private::{AbortCarry as _, AbortPanic as _};
                (&::dyno::__private::Abort::<Result<u8, E>>::new()).abort(__dyno_error)
            };
        }
    };
    let db: &Db = ::dyno::__private::Deref::deref(&__dyno_db);
    #[allow(clippy::diverging_sub_expression)]
    let __dyno_out: Result<u8, E> = { db.get(id) };
    #[allow(unreachable_code, unused_braces)] { __dyno_out }
}
