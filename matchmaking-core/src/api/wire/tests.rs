use serde_json::json;

use super::*;
use crate::ids::AccountId;

/// What `read` says to `value` in field `x`.
fn read<T>(
    reading: Reading,
    value: impl Into<Value>,
    read: impl FnOnce(Node<'_>) -> Result<T, Refused>,
) -> Result<T, Problem> {
    let input = Input::new(reading).with_json(json!({ "x": value.into() }));
    let result = input.body().and_then(|body| body.required("x", read));
    result.map_err(|_| input.errors.into_inner().remove(0).problem)
}

#[test]
fn every_offending_field_is_told_at_once() {
    struct Wanted;
    impl Decode for Wanted {
        fn decode(input: &Input) -> Result<Self, Refused> {
            let query = input.query().required("limit", |node| node.integer_in(1..=100));
            let body = input.body()?;
            let name = body.required("name", |node| node.text(3));
            let age = body.required("age", |node| node.integer_in(18..=120));
            let tags = body.optional("tags", |node| node.list(9, |tag| tag.text(9)));
            let place = body.required("place", |node| node.object()?.required("city", |node| node.text(9)));
            let _read = (query?, name?, age?, tags?, place?);
            Ok(Self)
        }
    }
    let body = json!({"name": "long", "tags": ["a", 1, "b", null], "place": {}, "unknown": 1});
    let input = Input::lax().with_json(body).with_query([("limit".into(), "0".into())]);
    let errors = input.decode::<Wanted>().err().unwrap();
    let told: Vec<_> = errors.iter().map(|error| (error.field(), error.problem.clone())).collect();
    assert_eq!(
        told,
        [
            ("limit".to_owned(), Problem::AtLeast(1)),
            ("name".to_owned(), Problem::TooLong(3)),
            ("age".to_owned(), Problem::Missing),
            ("tags[1]".to_owned(), Problem::NotText),
            ("tags[3]".to_owned(), Problem::NotText),
            ("place.city".to_owned(), Problem::Missing),
        ]
    );
    assert_eq!(errors[0].location, Location::Query);
    assert_eq!(errors[5].input, json!({}));
}

#[test]
fn a_decoder_that_swallows_an_error_still_refuses() {
    struct Careless;
    impl Decode for Careless {
        fn decode(input: &Input) -> Result<Self, Refused> {
            let _ = input.body()?.required("x", |node| node.integer());
            Ok(Self)
        }
    }
    assert!(Input::strict().with_json(json!({"x": "a"})).decode::<Careless>().is_err());
}

#[test]
fn values_are_read_strictly_or_leniently() {
    use Reading::{Lax, Strict};
    assert_eq!(read(Strict, json!(3), |node| node.integer()), Ok(3));
    assert_eq!(read(Strict, json!("3"), |node| node.integer()), Err(Problem::NotInteger));
    assert_eq!(read(Strict, json!(true), |node| node.integer()), Err(Problem::NotInteger));
    assert_eq!(read(Strict, json!(3.5), |node| node.integer()), Err(Problem::Fraction));
    assert_eq!(read(Lax, json!("3"), |node| node.integer()), Ok(3));
    assert_eq!(read(Lax, json!("x"), |node| node.integer()), Err(Problem::UnreadableInteger));
    assert_eq!(read(Lax, json!(null), |node| node.integer()), Err(Problem::NotInteger));
    assert_eq!(read(Lax, json!(1e300), |node| node.integer_in(0..=9)), Err(Problem::AtMost(9)));
    assert_eq!(read(Lax, json!("1.5"), |node| node.number()), Ok(1.5));
    assert_eq!(read(Lax, json!("inf"), |node| node.number()), Err(Problem::NotNumber));
    assert_eq!(read(Strict, json!("1.5"), |node| node.number()), Err(Problem::NotNumber));
    assert_eq!(read(Lax, json!("on"), |node| node.boolean()), Ok(true));
    assert_eq!(read(Lax, json!(2), |node| node.boolean()), Err(Problem::UnreadableBoolean));
    assert_eq!(read(Strict, json!(1), |node| node.boolean()), Err(Problem::NotBoolean));
    assert_eq!(read(Lax, json!("a\0"), |node| node.text(9)), Err(Problem::Nul));
    assert_eq!(read(Lax, json!(1), |node| node.text(9)), Err(Problem::NotText));
    assert_eq!(read(Lax, json!("a"), |node| node.text_of(2..=9)), Err(Problem::TooShort(2)));
    assert_eq!(read(Lax, json!([1, 2]), |node| node.list(1, |n| n.integer())), Err(Problem::TooMany(1)));
}

#[test]
fn an_impossible_identifier_is_unknown_and_no_error() {
    for raw in [json!(0), json!(-1), json!(1_u64 << 53), json!(u64::MAX), json!(1e40), json!("0")] {
        let given = read(Reading::Lax, raw, |node| node.id::<AccountId>()).unwrap();
        assert_eq!(given.possible(), None);
    }
    let given = read(Reading::Lax, json!("7"), |node| node.id::<AccountId>()).unwrap();
    assert_eq!(given.possible(), AccountId::new(7));
    for text in ["", "x", "+7", " 7", "99999999999999999999"] {
        let given = read(Reading::Strict, json!(text), |node| node.decimal_id::<AccountId>()).unwrap();
        assert_eq!(given.possible(), None, "{text:?}");
    }
}

#[test]
fn null_counts_as_absent_where_it_may() {
    let input = Input::lax().with_json(json!({"a": null, "b": null}));
    let body = input.body().unwrap();
    assert_eq!(body.optional("a", |node| node.integer()), Ok(None));
    assert_eq!(body.or_default("a", 20, |node| node.integer()), Ok(20));
    assert!(body.has("a"));
    assert!(!body.has("c"));
    assert!(body.required_not_null("b", |node| node.integer()).is_err());
    assert_eq!(input.errors.into_inner()[0].problem, Problem::Missing);
}

#[test]
fn bodies_that_are_no_object_are_told_as_such() {
    struct Whole;
    impl Decode for Whole {
        fn decode(input: &Input) -> Result<Self, Refused> {
            input.body().map(|_| Self)
        }
    }
    let problem = |payload| Input::lax().with_payload(payload).decode::<Whole>().err().unwrap().remove(0);
    assert_eq!(problem(Payload::Absent).problem, Problem::Missing);
    assert_eq!(problem(Payload::Json(json!([1]))).problem, Problem::NotObject);
    assert_eq!(problem(Payload::Other("a=b".to_owned())).input, json!("a=b"));
    assert!(Input::lax().body_or_empty().unwrap().map().is_none());
}

#[test]
fn a_hostile_body_makes_no_large_answer() {
    struct Numbers;
    impl Decode for Numbers {
        fn decode(input: &Input) -> Result<Self, Refused> {
            let body = input.body()?;
            body.required("x", |node| node.list(100_000, |n| n.integer())).map(|_| Self)
        }
    }
    let huge = "x".repeat(1 << 16);
    let input = Input::strict().with_json(json!({ "x": vec![huge; 200] }));
    let errors = input.decode::<Numbers>().err().unwrap();
    assert_eq!(errors.len(), Input::ERRORS_MAX);
    assert!(errors.iter().all(|error| error.input.is_null()));
}
