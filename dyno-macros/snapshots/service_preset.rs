#[allow(clippy::needless_pass_by_value)]
async fn f(host: &str) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        let __dyno_service = ::dyno::__private::Service::of_function(
            ::dyno::__private::Service::list(&PRICING),
        );
        {
            let __dyno_end = ::dyno::__private::limited_if(
                    &__DYNO_POINT,
                    ::dyno::__private::Service::outer_limit(__dyno_service),
                    ::dyno::__private::pin!(
                        async { { let __dyno_counted =
                        ::dyno::__private::Option::map(::dyno::__private::Service::metrics(__dyno_service),
                        ::dyno::__private::Metrics::start); let __dyno_out = { let
                        __dyno_future = ::dyno::__private::pin!(async { { use
                        ::dyno::__private:: { EndsFailing as _, EndsPlain as _ }; let
                        __dyno_end : ::dyno::__private::Result < _,
                        ::dyno::__private::Fault > = '__dyno_refused_4 : {
                        ::dyno::__private::Ok({ let __dyno_harness =
                        ::dyno::__private::Service::harness(__dyno_service); let
                        __dyno_end = '__dyno_refused_5 : { ::dyno::__private::Ok:: < _,
                        ::dyno::__private::Fault > ({ let __dyno_end =
                        ::dyno::__private::limited_whole(& __DYNO_POINT,
                        ::dyno::__private::Service::limit(__dyno_service),
                        ::dyno::__private::pin!(async { '__dyno_refused_6 : {
                        ::dyno::__private::Ok:: < _, ::dyno::__private::Fault > ({ if let
                        ::dyno::__private::Err(__dyno_refusal) =
                        ::dyno::__private::Service::enter_rate_async(__dyno_service).
                        await { break
                        '__dyno_refused_6::dyno::__private::Err(::dyno::__private::TurnedAway::fault(__dyno_refusal));
                        } { let __dyno_key = ::dyno::__private::Call::draw(); { let
                        __dyno_tried = ::dyno::__private::Tried::new(); { let mut
                        __dyno_attempts =
                        ::dyno::__private::Service::attempts_async(__dyno_service, &
                        __DYNO_POINT); loop { let mut __dyno_late = false; let __dyno_end
                        : ::dyno::__private::Result < _, ::dyno::__private::Fault > =
                        '__dyno_refused_7 : { ::dyno::__private::Ok({ let __dyno_number =
                        ::dyno::__private::Attempts::number(& __dyno_attempts); { if let
                        ::dyno::__private::Some(__dyno_resolving) =
                        ::dyno::__private::Service::unresolved(__dyno_service) { if let
                        ::dyno::__private::Err(__dyno_fault) = __dyno_resolving. await {
                        break '__dyno_refused_7::dyno::__private::Err(__dyno_fault) } }
                        let __dyno_pick = match
                        ::dyno::__private::Service::pick(__dyno_service, & __dyno_tried)
                        { ::dyno::__private::Ok(__dyno_pick) => __dyno_pick,
                        ::dyno::__private::Err(__dyno_fault) => break
                        '__dyno_refused_7::dyno::__private::Err(__dyno_fault), }; let
                        __dyno_entry =
                        ::dyno::__private::Service::enter_breaker(__dyno_service); let
                        __dyno_permit = match
                        ::dyno::__private::Result::map_err(__dyno_entry,
                        ::dyno::__private::Refused::fault) {
                        ::dyno::__private::Ok(__dyno_permit) => __dyno_permit,
                        ::dyno::__private::Err(__dyno_fault) => break
                        '__dyno_refused_7::dyno::__private::Err(__dyno_fault), }; let
                        __dyno_target = ::dyno::__private::Option::map(__dyno_pick
                        .as_ref(), | __dyno_pick | {
                        ::dyno::__private::Arc::clone(::dyno::__private::Pick::target(__dyno_pick))
                        }); let __dyno_out = { let __dyno_place = match
                        ::dyno::__private::Service::enter_bulkhead_async(__dyno_service,
                        ::dyno::__private::Option::map(__dyno_pick.as_ref(), |
                        __dyno_pick | & * *
                        ::dyno::__private::Pick::target(__dyno_pick))). await {
                        ::dyno::__private::Ok(__dyno_place) => __dyno_place,
                        ::dyno::__private::Err(__dyno_fault) => break
                        '__dyno_refused_7::dyno::__private::Err(__dyno_fault), }; let
                        __dyno_out = { let __dyno_end = ::dyno::__private::attempted(&
                        __DYNO_POINT,
                        ::dyno::__private::Service::attempt_limit(__dyno_service),
                        ::dyno::__private::pin!(async { { let __dyno_call = &
                        ::dyno::__private::Call::new(& __DYNO_POINT, __dyno_key,
                        __dyno_number, __dyno_target); let call : & Call = __dyno_call;
                        ::dyno::__private::pinned(::dyno::__private::Attempts::is_again(&
                        __dyno_attempts), ::dyno::__private::pin!(async { if false {
                        return ::dyno::__private::never:: < Result < u8, E > > (); }
                        the_body(call, host). await })). await } })). await; match
                        ::dyno::__private::Late::ended(__dyno_end) {
                        ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                        ::dyno::__private::Err(__dyno_fault) => { __dyno_late |=
                        ::dyno::__private::Fault::is_timed_out(& __dyno_fault); if
                        ::dyno::__private::Fault::is_timed_out(& __dyno_fault) { < Result
                        < u8, E > as ::dyno::__private::Refuse > ::refuse(__dyno_fault) }
                        else { break
                        '__dyno_refused_7::dyno::__private::Err(__dyno_fault) } }, } };
                        __dyno_out }; let __dyno_failure = < Result < u8, E > as
                        ::dyno::__private::Outcome > ::failure(& __dyno_out); let
                        __dyno_verdict = ::dyno::__private::verdict(__dyno_failure); let
                        mut __dyno_tripped = ::dyno::__private::None; if let
                        ::dyno::__private::Some(__dyno_permit) = __dyno_permit {
                        __dyno_tripped = ::dyno::__private::settle!(__dyno_permit,
                        __dyno_verdict, __dyno_out, __dyno_failure); } if let
                        ::dyno::__private::Some(__dyno_pick) = __dyno_pick {
                        __dyno_tripped = ::dyno::__private::settled!(__dyno_pick,
                        __dyno_verdict, __dyno_out, __dyno_failure); } if let
                        ::dyno::__private::Some(__dyno_fault) = __dyno_tripped { break
                        '__dyno_refused_7::dyno::__private::Err(__dyno_fault) } else {
                        __dyno_out } } }) }; let __dyno_out = match __dyno_end {
                        ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                        ::dyno::__private::Err(__dyno_fault) => { match
                        ::dyno::__private::Service::after_refusal(__dyno_service, & mut
                        __dyno_attempts, & __dyno_fault) { ::dyno::__private::None =>
                        break '__dyno_refused_6::dyno::__private::Err(__dyno_fault),
                        ::dyno::__private::Some(__dyno_pause) => {
                        ::dyno::__private::drop(__dyno_fault);
                        ::dyno::__private::Pause::sleep(__dyno_pause). await; continue; }
                        } } }; let __dyno_verdict = ::dyno::__private::verdict(< Result <
                        u8, E > as ::dyno::__private::Outcome > ::failure(& __dyno_out));
                        match ::dyno::__private::Attempts::after(& mut __dyno_attempts,
                        __dyno_verdict, __dyno_out, | __dyno_out | {
                        ::dyno::__private::Asks::or_left_alone(::dyno::__private::Asks::late(__dyno_late,
                        || ::dyno::__private::asks!(< Result < u8, E > as
                        ::dyno::__private::Outcome > ::failure(__dyno_out))),
                        ::dyno::__private::left_alone!(__dyno_out)) }) {
                        ::dyno::__private::Next::Done(__dyno_out) => break __dyno_out,
                        ::dyno::__private::Next::More(__dyno_out, __dyno_pause) => {
                        ::dyno::__private::give_up(__dyno_out);
                        ::dyno::__private::Pause::sleep(__dyno_pause). await } } } } } }
                        }) } })). await; match ::dyno::__private::Late::told(__dyno_end)
                        { ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                        ::dyno::__private::Err(__dyno_fault) => break
                        '__dyno_refused_5::dyno::__private::Err(__dyno_fault), } }) };
                        match __dyno_end { ::dyno::__private::Ok(__dyno_out) => { if let
                        ::dyno::__private::Some(__dyno_harness) = __dyno_harness {
                        ::dyno::__private::looked!(__dyno_harness, & __dyno_out, &
                        ::dyno::__private::no_fields, ::dyno::__private::None); }
                        __dyno_out } ::dyno::__private::Err(__dyno_fault) => { if let
                        ::dyno::__private::Some(__dyno_harness) = __dyno_harness {
                        ::dyno::__private::Harness::refused(__dyno_harness, &
                        __dyno_fault, & ::dyno::__private::no_fields,
                        ::dyno::__private::None); } break
                        '__dyno_refused_4::dyno::__private::Err(__dyno_fault) } } }) };
                        match (& ::dyno::__private::Ends:: < Result < u8, E > > ::new())
                        .why(__dyno_end) { ::dyno::__private::Ok(__dyno_out) =>
                        __dyno_out, ::dyno::__private::Err(__dyno_why) => {
                        ::dyno::__private::fell_back(& __DYNO_POINT,
                        ::dyno::__private::Result::is_err(& __dyno_why)); let __dyno_out
                        : Result < u8, E > = Ok(1); (& ::dyno::__private::Ends:: < Result
                        < u8, E > > ::new()).stood_in(& __DYNO_POINT,
                        ::dyno::__private::both!(Result < u8, E >, __dyno_out,
                        __dyno_why)) } } } }); let __dyno_out = if
                        ::dyno::__private::Service::is_timed(__dyno_service) { let mut
                        __dyno_span = ::dyno::__private::SpanAsync::begin(&
                        __DYNO_POINT); let __dyno_out =
                        ::dyno::__private::SpanAsync::run(& mut __dyno_span,
                        __dyno_future). await; ::dyno::__private::drop(__dyno_span);
                        __dyno_out } else { __dyno_future. await }; __dyno_out }; if let
                        ::dyno::__private::Some(__dyno_counted) = __dyno_counted { let
                        __dyno_failure = { use ::dyno::__private:: { LookFailing as _,
                        LookPlain as _ }; (& ::dyno::__private::Look(& __dyno_out))
                        .failure() }; ::dyno::__private::counted!(__dyno_counted,
                        ::dyno::__private::verdict(__dyno_failure), __dyno_failure); }
                        __dyno_out } }
                    ),
                )
                .await;
            match ::dyno::__private::Late::ended(__dyno_end) {
                ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                ::dyno::__private::Err(__dyno_fault) => {
                    <Result<u8, E> as ::dyno::__private::Refuse>::refuse(__dyno_fault)
                }
            }
        }
    }
}
