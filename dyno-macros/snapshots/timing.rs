async fn f(name: &str) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    (async {
        if false {
            return ::dyno::__private::never::<Result<u8, E>>();
        }
        ask(name).await
    })
        .await
}
