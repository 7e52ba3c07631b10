use serde_json::{Value, json};

use super::frames::{BadFrame, Command, GREETING, PONG_FRAME, command};
use super::*;
use crate::{
    api::wire::{Decode, FieldError, GivenId, Input, Problem},
    ids::{ConversationId, MessageId},
    model::{MessageKind, Role},
};

fn decoded<T: Decode>(body: Value) -> Result<T, Vec<FieldError>> {
    Input::strict().with_json(body).decode()
}

/// What is wrong with a body, if anything is.
fn problems<T: Decode>(body: Value) -> Vec<(String, Problem)> {
    let errors = decoded::<T>(body).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.field(), error.problem)).collect()
}

fn one(field: &str, problem: Problem) -> Vec<(String, Problem)> {
    vec![(field.to_owned(), problem)]
}

fn room(id: i64) -> GivenId<ConversationId> {
    id.into()
}

#[test]
fn names_and_passwords_have_bounds_when_registering_only() {
    let registration = |name: &str, password: &str| {
        problems::<Registration>(json!({"username": name, "password": password}))
    };
    assert!(registration("用户 1", "123456").is_empty());
    assert!(registration(&"名".repeat(64), &"密".repeat(128)).is_empty());
    for (name, how) in [
        ("", "用户名不能为空"),
        (" \u{3000}", "用户名不能为空"),
        ("a\nb", "用户名包含非法字符"),
        ("a\0b", "用户名包含非法字符"),
        (&"名".repeat(65), "用户名不能超过64个字符"),
    ] {
        assert_eq!(registration(name, "123456"), one("username", Problem::value(how.to_owned())));
    }
    for (password, how) in [
        ("", "密码不能少于6个字符"),
        ("12345", "密码不能少于6个字符"),
        ("密码密码密", "密码不能少于6个字符"),
        (&"1".repeat(129), "密码不能超过128个字符"),
        ("12345\0", "密码包含非法字符"),
    ] {
        assert_eq!(registration("a", password), one("password", Problem::value(how.to_owned())));
    }
    for (name, password) in [("", ""), ("a\0", &"1".repeat(9_999))] {
        assert!(problems::<Credentials>(json!({"username": name, "password": password})).is_empty());
    }
    assert_eq!(problems::<Credentials>(json!({"username": 1})).len(), 2);
    assert!(
        !format!("{:?}", decoded::<Registration>(json!({"username": "u", "password": "secret"})))
            .contains("secret")
    );
}

#[test]
fn a_blank_room_name_is_refused_without_a_reason() {
    for name in ["", " ", "\u{3000}"] {
        assert_eq!(problems::<CreateRoomRequest>(json!({"name": name})), one("name", Problem::TooShort(1)));
        let update = problems::<UpdateRoomRequest>(json!({"room_id": 1, "name": name}));
        assert_eq!(update, one("name", Problem::TooShort(1)));
    }
    assert_eq!(problems::<CreateRoomRequest>(json!({})), one("name", Problem::Missing));
    assert_eq!(problems::<CreateRoomRequest>(json!({"name": null})), one("name", Problem::NotText));
    let made = decoded::<CreateRoomRequest>(json!({"name": "r", "description": null})).unwrap();
    assert_eq!((made.name.as_str(), made.description.as_str()), ("r", ""));
    let stays = UpdateRoomRequest { room_id: room(1), name: None, description: Some(String::new()) };
    assert_eq!(decoded(json!({"room_id": 1, "name": null, "description": ""})), Ok(stays));
}

#[test]
fn a_room_is_named_by_a_number_or_in_the_query_by_a_numeric_text() {
    let in_query = |value: &'static str| {
        Input::strict().with_query([("room_id".into(), value.into())]).decode::<RoomRequest>()
    };
    assert_eq!(in_query("7"), Ok(RoomRequest { room_id: room(7) }));
    // What can be no number of a room is one that no room has.
    for unknown in ["0", "-1", "9007199254740992", "99999999999999999999"] {
        assert_eq!(in_query(unknown).unwrap().room_id.possible(), None);
    }
    for bad in ["", "x", "1.5", "1e3", "1,2"] {
        assert!(in_query(bad).is_err(), "{bad}");
    }
    assert!(Input::strict().decode::<RoomRequest>().is_err());
    assert_eq!(decoded(json!({"room_id": 7})), Ok(RoomRequest { room_id: room(7) }));
    for bad in [json!({"room_id": "7"}), json!({"room_id": true}), json!({"room_id": null}), json!([7])] {
        assert!(decoded::<RoomRequest>(bad).is_err());
    }
}

#[test]
fn somebody_is_added_by_number_or_by_name() {
    let added = |body: Value| decoded::<AddUserRequest>(body).map(|request| (request.user, request.role));
    let by_id = |id: i64| Invited::ById(id.into());
    let by_name = |name: &str| Invited::ByName(name.to_owned());
    for (body, expected) in [
        (json!({"room_id": 5, "user_id": 3, "role": "member"}), (by_id(3), Role::Member)),
        (json!({"room_id": 5, "user_id": 3}), (by_id(3), Role::Member)),
        (json!({"room_id": 5, "user_id": 3, "user_name": "a", "role": "owner"}), (by_id(3), Role::Owner)),
        (json!({"room_id": 5, "user_name": "a", "role": "admin"}), (by_name("a"), Role::Admin)),
        (json!({"room_id": 5, "user_id": 0, "user_name": "a", "role": ""}), (by_name("a"), Role::Member)),
        (
            json!({"room_id": 5, "user_id": null, "user_name": "a", "role": null}),
            (by_name("a"), Role::Member),
        ),
        (json!({"room_id": 5, "user_id": 0, "user_name": ""}), (by_id(0), Role::Member)),
        (json!({"room_id": 5, "user_id": -3, "user_name": "a"}), (by_id(-3), Role::Member)),
    ] {
        assert_eq!(added(body.clone()), Ok(expected), "{body}");
    }
    for body in [
        json!({"room_id": 5}),
        json!({"room_id": 5, "user_name": ""}),
        json!({"room_id": 5, "user_id": "3"}),
        json!({"room_id": 5, "user_name": 3}),
        json!({"user_id": 3}),
        json!({"room_id": 5, "user_id": 3, "role": 1}),
    ] {
        assert!(added(body.clone()).is_err(), "{body}");
    }
    let role = problems::<AddUserRequest>(json!({"room_id": 5, "user_id": 3, "role": "king"}));
    assert_eq!(role, one("role", Problem::value("角色错误")));
}

#[test]
fn a_message_has_a_kind_and_a_content() {
    let message =
        |kind, content: &str| SendMessageRequest { room_id: room(1), kind, content: content.to_owned() };
    for (word, kind) in [
        ("text", MessageKind::Text),
        ("image", MessageKind::Image),
        ("file", MessageKind::File),
        ("video", MessageKind::Video),
    ] {
        let read = decoded(json!({"room_id": 1, "type": word, "content": " hi "}));
        assert_eq!(read, Ok(message(kind, " hi ")));
        assert_eq!(name_of(kind), word);
    }
    assert_eq!(decoded(json!({"room_id": 1, "content": "hi"})), Ok(message(MessageKind::Text, "hi")));
    let long = "长".repeat(5_000);
    assert!(problems::<SendMessageRequest>(json!({"room_id": 1, "content": long})).is_empty());
    for (content, problem) in [
        (json!(""), Problem::value("消息内容不能为空")),
        (json!(" \n\u{3000}"), Problem::value("消息内容不能为空")),
        (json!(format!("{long}!")), Problem::value("消息内容不能超过5000个字符")),
        (json!("a\0"), Problem::value("消息内容包含非法字符")),
        (json!(5), Problem::NotText),
        (json!({"file_url": "x"}), Problem::NotText),
        (json!(null), Problem::NotText),
    ] {
        let body = json!({"room_id": 1, "type": "text", "content": content});
        assert_eq!(problems::<SendMessageRequest>(body), one("content", problem));
    }
    for kind in ["voice", "TEXT", "", "system", "ping"] {
        let body = json!({"room_id": 1, "type": kind, "content": "hi"});
        assert_eq!(problems::<SendMessageRequest>(body), one("type", Problem::value("消息类型错误")));
    }
    assert_eq!(name_of(MessageKind::Voice), "text");
}

#[test]
fn messages_are_asked_for_in_the_query_in_the_body_or_in_both() {
    let asked = |query: &[(&'static str, &'static str)], body: Option<Value>| {
        let pairs = query.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let input = Input::strict().with_query(pairs);
        let input = match body {
            Some(body) => input.with_json(body),
            None => input,
        };
        let read = input.decode::<ListMessagesRequest>();
        read.map(|request| {
            (request.room_id.possible().map(ConversationId::get), request.last_message_id, request.limit)
        })
    };
    let before = |id| Before::Message(MessageId::new(id).unwrap());
    assert_eq!(asked(&[("room_id", "1")], None), Ok((Some(1), Before::End, 20)));
    assert_eq!(asked(&[], Some(json!({"room_id": 1}))), Ok((Some(1), Before::End, 20)));
    let all = [("room_id", "1"), ("last_message_id", "9"), ("limit", "5")];
    assert_eq!(asked(&all, None), Ok((Some(1), before(9), 5)));
    let some = json!({"room_id": 2, "last_message_id": null, "limit": 7});
    assert_eq!(asked(&all, Some(some)), Ok((Some(2), before(9), 7)));
    // What is wrong in the query is of no matter where the body has it.
    let bad = [("room_id", "x"), ("limit", "5")];
    assert_eq!(asked(&bad, Some(json!({"room_id": 2}))), Ok((Some(2), Before::End, 5)));
    for (query, body) in [
        (&[][..], None),
        (&[("room_id", "x")], None),
        (&[("room_id", "1"), ("limit", "x")], None),
        (&[("room_id", "1"), ("last_message_id", "")], None),
        (&[("room_id", "1")], Some(json!([]))),
        (&[("room_id", "1")], Some(json!(null))),
        (&[("room_id", "1")], Some(json!({"limit": "5"}))),
        (&[], Some(json!({"room_id": "1"}))),
        (&[], Some(json!({"room_id": 1.5}))),
    ] {
        assert!(asked(query, body.clone()).is_err(), "{query:?} {body:?}");
    }
    for (given, limit) in [(0, 20), (1, 1), (100, 100), (101, 100), (i64::MAX, 100), (-1, 1), (i64::MIN, 1)] {
        assert_eq!(
            asked(&[], Some(json!({"room_id": 1, "limit": given}))),
            Ok((Some(1), Before::End, limit))
        );
    }
    for (given, begins) in [
        (0, Before::End),
        (-1, Before::Beginning),
        (i64::MAX, Before::End),
        (1 << 53, Before::End),
        (1, before(1)),
    ] {
        let body = json!({"room_id": 1, "last_message_id": given});
        assert_eq!(asked(&[], Some(body)), Ok((Some(1), begins, 20)));
    }
}

#[test]
fn frames_are_pings_or_messages() {
    assert_eq!(command(r#"{"type": "ping"}"#), Ok(Command::Ping));
    assert_eq!(command(r#"{"type": "ping", "room_id": "x"}"#), Ok(Command::Ping));
    let message =
        SendMessageRequest { room_id: room(1), kind: MessageKind::Text, content: "hello".to_owned() };
    let sample = r#"{"room_id": 1, "type": "text", "content": "hello"}"#;
    assert_eq!(command(sample), Ok(Command::Send(message)));
    for text in ["", "x", "{", "[]", "null", "7", "\"ping\"", "{\"type\": \"ping\"} {}"] {
        assert_eq!(command(text), Err(BadFrame::NotObject), "{text}");
    }
    for text in ["{}", r#"{"type": 5}"#, r#"{"type": "pong", "room_id": 1, "content": "x"}"#] {
        assert!(matches!(command(text), Err(BadFrame::Message(_))), "{text}");
    }
}

#[test]
fn envelopes_are_written_in_the_documents_order() {
    let written = |envelope| serde_json::to_string(&envelope).unwrap();
    assert_eq!(written(GREETING), r#"{"code":0,"msg":"连接成功","data":null}"#);
    assert_eq!(written(PONG_FRAME), r#"{"code":2,"msg":"ok","data":null}"#);
    assert_eq!(written(Envelope::refused("请求错误")), r#"{"code":1,"msg":"请求错误","data":null}"#);
    let info = RoomAndRole {
        room: Room {
            id: ConversationId::new(1).unwrap(),
            created_at: "c".to_owned(),
            updated_at: "u".to_owned(),
            deleted_at: (),
            name: "room1".to_owned(),
            description: "test room".to_owned(),
        },
        role: role_name(Role::Owner),
    };
    let expected = concat!(
        r#"{"ID":1,"CreatedAt":"c","UpdatedAt":"u","DeletedAt":null,"#,
        r#""name":"room1","description":"test room","role":"owner"}"#
    );
    assert_eq!(serde_json::to_string(&info).unwrap(), expected);
}

/// The texts are read off the table, so every route that writes an envelope has one, and it is one of success.
#[test]
fn every_route_has_a_text_of_success_but_the_sockets() {
    for listed in ROUTES {
        let is_socket = listed.route.kind == crate::api::route::RouteKind::Socket;
        let text = listed.route.success.unwrap_or_default();
        assert_eq!(text.ends_with("成功"), !is_socket, "{}", listed.route.path);
    }
}
