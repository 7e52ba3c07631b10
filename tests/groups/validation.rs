//! What is wrong with a request is told, all of it, by the names of the fields.

use serde_json::{Value, json};

use super::{BAD, PASSWORD, Person, UNKNOWN};
use crate::support::{Backend, Database, Server, run};

const TO_LONG: usize = 5_001;

#[test]
fn registrations() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let good = json!({"username": "u", "email": "u@x.y", "password": PASSWORD});
        for (field, value, error) in [
            ("username", Value::Null, "缺失"),
            ("username", json!(5), "必须是字符串"),
            ("username", json!(["u"]), "必须是字符串"),
            ("username", json!(""), "不能为空"),
            ("username", json!(" \t"), "不能为空"),
            ("username", json!("a\u{0}b"), "不能包含空字符"),
            ("username", json!("a\u{7}b"), "不能包含控制字符"),
            ("username", json!("缘".repeat(65)), "不能超过 64 个字符"),
            ("email", Value::Null, "缺失"),
            ("email", json!({}), "必须是字符串"),
            ("email", json!(""), "不是有效的邮箱"),
            ("email", json!("u"), "不是有效的邮箱"),
            ("email", json!("@x.y"), "不是有效的邮箱"),
            ("email", json!("u@"), "不是有效的邮箱"),
            ("email", json!("u@x@y"), "不是有效的邮箱"),
            ("email", json!("u u@x.y"), "不是有效的邮箱"),
            ("email", json!("u@x.y\n"), "不是有效的邮箱"),
            ("email", json!(format!("{}@x", "u".repeat(253))), "不是有效的邮箱"),
            ("password", Value::Null, "缺失"),
            ("password", json!(12_345_678), "必须是字符串"),
            ("password", json!(""), "不能少于 8 个字符"),
            ("password", json!("密".repeat(7)), "不能少于 8 个字符"),
            ("password", json!("p".repeat(65)), "不能超过 64 个字符"),
            ("password", json!("12345678\u{0}"), "不能包含空字符"),
            ("phone", json!(139), "必须是字符串"),
            ("phone", json!("1".repeat(33)), "不能超过 32 个字符"),
            ("phone", json!("1\u{0}"), "不能包含空字符"),
        ] {
            let mut body = good.clone();
            body[field] = value.clone();
            let answer = server.post("/api/v1/register", &body).await;
            answer.refuses(400, BAD, &format!("{field}: {error}"));
        }
        let nothing = server.post("/api/v1/register", &json!({})).await;
        nothing.refuses(400, BAD, "username: 缺失; email: 缺失; password: 缺失");
        // Nobody was registered by any of these.
        assert_eq!(server.post("/api/v1/register", &good).await.status, 200);
    });
}

#[test]
fn logins() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for (body, error) in [
            (json!({}), "email: 缺失; password: 缺失"),
            (json!({"email": null, "password": "x"}), "email: 缺失"),
            (json!({"email": 5, "password": false}), "email: 必须是字符串; password: 必须是字符串"),
            (json!({"email": "a\u{0}", "password": "x"}), "email: 不能包含空字符"),
        ] {
            server.post("/api/v1/login", &body).await.refuses(400, BAD, error);
        }
    });
}

#[test]
fn bodies_that_are_no_object() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let group = lin.group_with("g", &[]).await;
        let (members, group) = (format!("/group/{group}/members"), format!("/group/{group}"));
        for (verb, path) in [
            ("POST", "/register"),
            ("POST", "/login"),
            ("PUT", "/user/profile"),
            ("POST", "/chat/message"),
            ("POST", "/group"),
            ("PUT", group.as_str()),
            ("POST", members.as_str()),
        ] {
            for (body, error) in [
                ("", "请求体: 缺失"),
                ("[]", "请求体: 必须是 JSON 对象"),
                ("null", "请求体: 必须是 JSON 对象"),
                ("\"{}\"", "请求体: 必须是 JSON 对象"),
                ("5", "请求体: 必须是 JSON 对象"),
                ("{", "不是合法的 JSON：第 1 个字符之后无法解析"),
                ("{\"缘\": }", "不是合法的 JSON：第 6 个字符之后无法解析"),
                ("username=u", "不是合法的 JSON：第 0 个字符之后无法解析"),
            ] {
                let request =
                    lin.server.http.request(verb.parse().unwrap(), server.url(&format!("/api/v1{path}")));
                let request = request.bearer_auth(&lin.token).body(body);
                crate::support::Answer::of(request).await.refuses(400, BAD, error);
            }
            let deep = "[".repeat(100_000);
            let request =
                lin.server.http.request(verb.parse().unwrap(), server.url(&format!("/api/v1{path}")));
            let answer = crate::support::Answer::of(request.bearer_auth(&lin.token).body(deep)).await;
            assert_eq!((answer.status, &answer.json()["message"]), (400, &json!(BAD)));
        }
    });
}

/// Whatever a body says it is, it is read as JSON.
#[test]
fn bodies_of_any_media_type() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        for (place, media_type) in
            ["", "application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded"]
                .iter()
                .enumerate()
        {
            let body = json!({"username": format!("u{place}"), "email": format!("u{place}@x"), "password": PASSWORD});
            let answer = server.post_as("/api/v1/register", media_type, body.to_string()).await;
            assert_eq!(answer.status, 200, "{media_type}: {}", answer.text);
        }
    });
}

#[test]
fn messages() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let group = lin.group_with("g", &[]).await;
        let good = json!({"type": "text", "content": "x", "receiver_id": wu.id});
        for (field, value, error) in [
            ("type", json!("voice"), "type: 必须是 text、image、file 之一"),
            ("type", json!("TEXT"), "type: 必须是 text、image、file 之一"),
            ("type", json!(1), "type: 必须是字符串"),
            ("content", Value::Null, "content: 缺失"),
            ("content", json!(""), "content: 不能为空"),
            ("content", json!(" \n\u{3000}"), "content: 不能为空"),
            ("content", json!(5), "content: 必须是字符串"),
            ("content", json!("a\u{0}b"), "content: 不能包含空字符"),
            ("content", json!("字".repeat(TO_LONG)), "content: 不能超过 5000 个字符"),
            ("receiver_id", Value::Null, "receiver_id: 与 group_id 必须填写其中一个"),
            ("receiver_id", json!(""), "receiver_id: 与 group_id 必须填写其中一个"),
            ("receiver_id", json!([wu.id]), "receiver_id: 必须是字符串"),
            ("receiver_id", json!(true), "receiver_id: 必须是字符串"),
            ("receiver_id", json!(1.5), "receiver_id: 必须是整数"),
            ("receiver_id", json!(lin.id), "receiver_id: 不能是自己"),
            ("group_id", json!(group), "group_id: 与 receiver_id 只能填写其中一个"),
            ("client_message_id", json!(5), "client_message_id: 必须是字符串"),
            ("client_message_id", json!("x".repeat(129)), "client_message_id: 不能超过 128 个字符"),
            ("client_message_id", json!("\u{0}"), "client_message_id: 不能包含空字符"),
        ] {
            let mut body = good.clone();
            body[field] = value;
            lin.send(&body).await.refuses(400, BAD, error);
        }
        let error =
            "type: 必须是 text、image、file 之一; content: 缺失; receiver_id: 与 group_id 必须填写其中一个";
        lin.send(&json!({"type": "x"})).await.refuses(400, BAD, error);
        assert_eq!(lin.with(&wu, "").await["total"], 0);
    });
}

#[test]
fn lists_of_messages() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let group = lin.group_with("g", &[]).await;
        for (query, error) in [
            (String::new(), "receiver_id: 与 group_id 必须填写其中一个"),
            ("receiver_id=&group_id=".to_owned(), "receiver_id: 与 group_id 必须填写其中一个"),
            (format!("receiver_id={}&group_id={group}", wu.id), "group_id: 与 receiver_id 只能填写其中一个"),
            (format!("receiver_id={}", lin.id), "receiver_id: 不能是自己"),
            (format!("group_id={group}&limit=0"), "limit: 不能小于 1"),
            (format!("group_id={group}&limit=101"), "limit: 不能大于 100"),
            (format!("group_id={group}&limit=x"), "limit: 必须是整数"),
            (format!("group_id={group}&limit=1.5"), "limit: 必须是整数"),
            (format!("group_id={group}&offset=-1"), "offset: 不能小于 0"),
            (format!("group_id={group}&limit=-1&offset=x"), "limit: 不能小于 1; offset: 必须是整数"),
        ] {
            lin.get(&format!("/chat/messages?{query}")).await.refuses(400, BAD, error);
        }
        for query in [
            "",
            "&limit=",
            "&limit=1&offset=",
            "&limit=100&offset=9223372036854775807",
            "&offset=99999999999999999999",
        ] {
            let listed = lin.get(&format!("/chat/messages?group_id={group}{query}")).await.data();
            assert_eq!(listed, json!({"messages": [], "total": 0}), "{query}");
        }
    });
}

/// What can be no identifier is unknown, as is what nobody has.
#[test]
fn identifiers() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let wu = Person::join(&server, "wu").await;
        let group = lin.group_with("g", &[&wu]).await;
        let nobody = [
            "999",
            "0",
            "-1",
            "+1",
            "1.0",
            "x",
            "%20",
            "%F0%9F%98%80",
            "9007199254740992",
            "99999999999999999999",
            "%00",
        ];
        for raw in nobody {
            let id = percent_encoding(raw);
            for (id, kind, error) in [(&id, "receiver_id", "用户不存在"), (&id, "group_id", "群组不存在")]
            {
                let send = lin.send(&json!({"type": "text", "content": "x", kind: id})).await;
                send.refuses(404, UNKNOWN, error);
                lin.get(&format!("/chat/messages?{kind}={raw}")).await.refuses(404, UNKNOWN, error);
            }
            for answer in [
                lin.get(&format!("/group/{raw}")).await,
                lin.put(&format!("/group/{raw}"), &json!({"name": "n"})).await,
                lin.delete(&format!("/group/{raw}")).await,
                lin.get(&format!("/group/{raw}/members")).await,
                lin.post(&format!("/group/{raw}/members"), &json!({"user_id": wu.id})).await,
                lin.delete(&format!("/group/{raw}/members/{}", wu.id)).await,
            ] {
                answer.refuses(404, UNKNOWN, "群组不存在");
            }
            for answer in [
                lin.post(&format!("/group/{group}/members"), &json!({"user_id": id})).await,
                lin.delete(&format!("/group/{group}/members/{raw}")).await,
            ] {
                answer.refuses(404, UNKNOWN, "用户不存在");
            }
        }
        // Numbers are identifiers, too.
        let number: i64 = wu.id.parse().unwrap();
        let said = lin.send(&json!({"type": "text", "content": "x", "receiver_id": number})).await.data();
        assert_eq!(said["receiver_id"], wu.id);
        let group: i64 = group.parse().unwrap();
        let said = lin.send(&json!({"type": "text", "content": "x", "group_id": group})).await.data();
        assert_eq!(said["group_id"], group.to_string());
    });
}

/// What a percent-encoded text says.
fn percent_encoding(raw: &str) -> String {
    match raw {
        "%20" => " ".to_owned(),
        "%F0%9F%98%80" => "😀".to_owned(),
        "%00" => "\0".to_owned(),
        plain => plain.to_owned(),
    }
}

#[test]
fn groups_and_members() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let group = lin.group_with("g", &[]).await;
        for (body, error) in [
            (json!({}), "name: 缺失"),
            (json!({"name": null}), "name: 缺失"),
            (json!({"name": ""}), "name: 不能为空"),
            (json!({"name": " \u{3000}"}), "name: 不能为空"),
            (json!({"name": "a\tb"}), "name: 不能包含控制字符"),
            (json!({"name": "a\u{0}b"}), "name: 不能包含空字符"),
            (json!({"name": "群".repeat(129)}), "name: 不能超过 128 个字符"),
            (
                json!({"name": 5, "description": 5, "avatar": 5}),
                "name: 必须是字符串; description: 必须是字符串; avatar: 必须是字符串",
            ),
            (json!({"name": "n", "description": "d".repeat(1_001)}), "description: 不能超过 1000 个字符"),
            (json!({"name": "n", "avatar": "a".repeat(2_049)}), "avatar: 不能超过 2048 个字符"),
            (json!({"name": "n", "description": "\u{0}"}), "description: 不能包含空字符"),
        ] {
            lin.post("/group", &body).await.refuses(400, BAD, error);
            if body["name"] != Value::Null {
                lin.put(&format!("/group/{group}"), &body).await.refuses(400, BAD, error);
            }
        }
        assert_eq!(lin.get(&format!("/group/{group}")).await.data()["name"], "g");
        let members = format!("/group/{group}/members");
        for (body, error) in [
            (json!({}), "user_id: 缺失"),
            (json!({"user_id": null}), "user_id: 缺失"),
            (json!({"user_id": ["1"]}), "user_id: 必须是字符串"),
            (json!({"user_id": lin.id}), "user_id: 该用户已是群组成员"),
        ] {
            lin.post(&members, &body).await.refuses(400, BAD, error);
        }
        let (name, description, avatar) = ("群".repeat(128), "说\n".repeat(500), "a".repeat(2_048));
        let longest = json!({"name": name, "description": description, "avatar": avatar});
        let made = lin.post("/group", &longest).await.data();
        for field in ["name", "description", "avatar"] {
            assert_eq!(made[field], longest[field]);
        }
    });
}

#[test]
fn searches() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        for (query, error) in [
            ("", "q: 缺失"),
            ("?q=", "q: 不能为空"),
            ("?q=%20", "q: 不能为空"),
            ("?q=%00", "q: 不能包含空字符"),
        ] {
            lin.get(&format!("/user/search{query}")).await.refuses(400, BAD, error);
        }
        let long = format!("/user/search?q={}", "x".repeat(255));
        lin.get(&long).await.refuses(400, BAD, "q: 不能超过 254 个字符");
    });
}
