//! The dialect of miracle and assistant: `{"detail": …}`, as FastAPI words it.

use std::borrow::Cow;

use http::StatusCode;
use matchmaking_core::api::fault::Fault;
use matchmaking_core::api::wire::{FieldError, Location, Problem, Reading, Segment};
use serde_json::{Value, json};

use crate::http::{Asked, Dialect, OtherMedia, Reply};

/// The wording of FastAPI and pydantic.
#[derive(Debug, Clone, Copy)]
pub struct FastApi;

impl Dialect for FastApi {
    fn reading(&self) -> Reading {
        Reading::Lax
    }

    fn other_media(&self) -> OtherMedia {
        OtherMedia::Text
    }

    fn fault(&self, fault: &Fault, _asked: &Asked) -> Reply {
        let (status, detail) = detail(fault);
        Reply::json(status, &json!({ "detail": detail }))
    }
}

fn detail(fault: &Fault) -> (StatusCode, Value) {
    let text = |status: StatusCode, text: &str| (status, Value::from(text));
    match fault {
        Fault::UnknownPath
        | Fault::UnknownGroup
        | Fault::UnknownMessage
        | Fault::NothingToTakeBack
        | Fault::UnknownReport
        | Fault::UnknownEvent
        | Fault::UnknownRegistration
        | Fault::UnknownPhoto
        | Fault::UnknownReview => text(StatusCode::NOT_FOUND, "Not Found"),
        Fault::MethodNotAllowed => text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"),
        Fault::UpgradeRequired => text(StatusCode::UPGRADE_REQUIRED, "Upgrade Required"),
        Fault::BodyTooLarge { .. } => text(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
        Fault::BodyTimeout => text(StatusCode::REQUEST_TIMEOUT, "Request Timeout"),
        Fault::BodyBroken => text(StatusCode::BAD_REQUEST, "There was an error parsing the body"),
        Fault::UnsupportedMediaType => text(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type"),
        Fault::Malformed(malformed) => {
            let error = json!({
                "type": "json_invalid",
                "loc": ["body", malformed.position],
                "msg": "JSON decode error",
                "input": {},
            });
            (StatusCode::UNPROCESSABLE_ENTITY, json!([error]))
        }
        Fault::Invalid(errors) => {
            (StatusCode::UNPROCESSABLE_ENTITY, errors.iter().map(field_error).collect())
        }
        Fault::RateLimited { .. } => text(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
        Fault::TooManySockets => text(StatusCode::SERVICE_UNAVAILABLE, "Too many sockets are open"),
        Fault::NoToken => text(StatusCode::UNAUTHORIZED, "Not authenticated"),
        Fault::BadToken | Fault::ExpiredToken => {
            text(StatusCode::UNAUTHORIZED, "Could not validate credentials")
        }
        Fault::NoSurfaceKey => text(StatusCode::UNAUTHORIZED, "Invalid or missing API key"),
        Fault::NotLoopback(why) => {
            let detail = format!("This API answers local requests only: {why}");
            (StatusCode::FORBIDDEN, Value::from(detail))
        }
        // The texts begin with a status of their own, which clients search for, whatever the answer's is.
        Fault::UnknownAccount => text(StatusCode::BAD_REQUEST, "404: 用户不存在"),
        Fault::UnknownAccountToSave => text(StatusCode::BAD_REQUEST, "404: 要保存的用户在内存中不存在"),
        Fault::UnknownMatch => text(StatusCode::BAD_REQUEST, "404: Match not found"),
        Fault::UnknownUser => text(StatusCode::NOT_FOUND, "User not found"),
        Fault::UnknownDialogue => text(StatusCode::NOT_FOUND, "Conversation not found"),
        Fault::ReplyUnderWay => text(StatusCode::CONFLICT, "A reply is already being generated"),
        Fault::NotAllowed | Fault::RecallTooLate => text(StatusCode::FORBIDDEN, "Forbidden"),
        Fault::AlreadyMember
        | Fault::GroupFull
        | Fault::TooManyGroups
        | Fault::AlreadyDecided
        | Fault::ContactTooEarly
        | Fault::EventRefused(_)
        | Fault::BadNotice
        | Fault::AlbumFull
        | Fault::TooManyBlocks
        | Fault::ReviewPending
        | Fault::Oneself => text(StatusCode::BAD_REQUEST, "Bad Request"),
        Fault::NoConversation => text(StatusCode::BAD_REQUEST, "404: 无法创建或获取聊天室"),
        Fault::NotAMember => text(StatusCode::BAD_REQUEST, "404: 用户不在该聊天室中"),
        Fault::PhoneTaken => text(StatusCode::BAD_REQUEST, "Phone already registered"),
        Fault::UnknownSession => text(StatusCode::NOT_FOUND, "Session not found"),
        Fault::UsernameTaken => text(StatusCode::BAD_REQUEST, "Username already registered"),
        Fault::EmailTaken => text(StatusCode::BAD_REQUEST, "Email already registered"),
        Fault::WrongLogin => text(StatusCode::UNAUTHORIZED, "Incorrect username or password"),
        Fault::AccountLocked => text(StatusCode::FORBIDDEN, "The account is locked"),
        Fault::ProviderFailed { .. } => text(StatusCode::BAD_GATEWAY, "Bad Gateway"),
        Fault::BadLink => text(StatusCode::FORBIDDEN, "The link is wrong or has expired"),
        Fault::Unavailable { .. } => text(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        Fault::Internal { .. } => text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

fn field_error(error: &FieldError) -> Value {
    let (kind, message) = wording(&error.problem);
    let part = match error.location {
        Location::Body => "body",
        Location::Query => "query",
        Location::Path => "path",
    };
    let steps = error.path.iter().map(|segment| match segment {
        Segment::Name(name) => Value::from(name.as_str()),
        Segment::Index(index) => Value::from(*index),
    });
    let loc: Vec<Value> = std::iter::once(Value::from(part)).chain(steps).collect();
    json!({"type": kind, "loc": loc, "msg": message, "input": error.input})
}

/// pydantic's name for a problem, and its text. The contract's errors have no `ctx`, which repeats the text's values.
fn wording(problem: &Problem) -> (&'static str, Cow<'static, str>) {
    let plain = |kind, text: &'static str| (kind, Cow::Borrowed(text));
    let counted = |kind, text: String| (kind, Cow::Owned(text));
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    match problem {
        Problem::Missing => plain("missing", "Field required"),
        Problem::NotInteger => plain("int_type", "Input should be a valid integer"),
        Problem::UnreadableInteger => {
            plain("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
        }
        Problem::Fraction => {
            plain("int_from_float", "Input should be a valid integer, got a number with a fractional part")
        }
        Problem::NotNumber => plain("float_type", "Input should be a valid number"),
        Problem::UnreadableNumber => {
            plain("float_parsing", "Input should be a valid number, unable to parse string as a number")
        }
        Problem::NotText => plain("string_type", "Input should be a valid string"),
        Problem::NotBoolean => plain("bool_type", "Input should be a valid boolean"),
        Problem::UnreadableBoolean => {
            plain("bool_parsing", "Input should be a valid boolean, unable to interpret input")
        }
        Problem::NotList => plain("list_type", "Input should be a valid list"),
        Problem::NotObject => plain(
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from",
        ),
        Problem::TooShort(min) => counted(
            "string_too_short",
            format!("String should have at least {min} character{}", plural(*min)),
        ),
        Problem::TooLong(max) => {
            counted("string_too_long", format!("String should have at most {max} character{}", plural(*max)))
        }
        Problem::TooFew(min) => counted(
            "too_short",
            format!("List should have at least {min} item{} after validation", plural(*min)),
        ),
        Problem::TooMany(max) => counted(
            "too_long",
            format!("List should have at most {max} item{} after validation", plural(*max)),
        ),
        Problem::AtLeast(min) => {
            counted("greater_than_equal", format!("Input should be greater than or equal to {min}"))
        }
        Problem::AtMost(max) => {
            counted("less_than_equal", format!("Input should be less than or equal to {max}"))
        }
        Problem::NotOneOf(words) => {
            let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            let expected = match quoted.split_last() {
                Some((last, [])) => last.clone(),
                Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
                None => String::new(),
            };
            let text = format!("Input should be {expected}");
            counted("literal_error", text)
        }
        Problem::Nul => value_error("the text contains a NUL character"),
        Problem::Value(reason) => value_error(reason),
        Problem::Reason { chinese, .. } => value_error(chinese),
    }
}

fn value_error(reason: &str) -> (&'static str, Cow<'static, str>) {
    ("value_error", Cow::Owned(format!("Value error, {reason}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_refused_in_pydantics_words() {
        let error = FieldError {
            location: Location::Body,
            path: vec![Segment::Name("tags".to_owned()), Segment::Index(2)],
            problem: Problem::UnreadableInteger,
            input: json!("x"),
        };
        assert_eq!(
            field_error(&error),
            json!({
                "type": "int_parsing",
                "loc": ["body", "tags", 2],
                "msg": "Input should be a valid integer, unable to parse string as an integer",
                "input": "x",
            })
        );
        let (kind, text) = wording(&Problem::value("性别必须是 1、2、3 中的一个值"));
        assert_eq!((kind, text.as_ref()), ("value_error", "Value error, 性别必须是 1、2、3 中的一个值"));
        let (_, text) = wording(&Problem::NotOneOf(&["a", "b", "c"]));
        assert_eq!(text, "Input should be 'a', 'b' or 'c'");
    }

    #[test]
    fn causes_stay_inside() {
        let (status, detail) = detail(&Fault::internal("SELECT secret"));
        assert_eq!((status, detail), (StatusCode::INTERNAL_SERVER_ERROR, json!("Internal Server Error")));
    }
}
