//! What is different from dialect to dialect: where the socket is, and how its frames look.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{
    client::IntoClientRequest,
    handshake::client::Request,
    http::{HeaderValue, header::AUTHORIZATION},
};

use super::{
    Error, Talk,
    http::{Caller, open_chatroom},
};

/// A place to talk, entered.
pub(crate) struct Place {
    pub(crate) handshake: Request,
    /// What is sent first.
    pub(crate) greeting: Option<Value>,
    frames: Frames,
}

/// How frames look.
enum Frames {
    Rooms { room: i64, me: String },
    Groups { to: Value },
    Miracle { peer: i64, chatroom: i64 },
}

/// What a frame comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Somebody said something, to be shown.
    Line(String),
    /// The next of one's own messages is stored.
    Stored,
    /// One's own message is not stored, for this reason.
    Refused(String),
    /// Nothing for people.
    Nothing,
}

/// Logs in, and finds the place.
pub(crate) async fn enter(server: &str, talk: Talk) -> Result<Place, Error> {
    match talk {
        Talk::Rooms { login, room, create } => {
            let caller = Caller::rooms(server, &login).await?;
            let room = match (room, create) {
                (_, Some(name)) => caller.create_room(&name).await?,
                (Some(room), None) => room,
                (None, None) => return Err("--room or --create is needed".into()),
            };
            eprintln!("room {room}");
            let handshake = handshake(server, "/api/message/ws", Some(&caller.token))?;
            Ok(Place { handshake, greeting: None, frames: Frames::Rooms { room, me: login.user } })
        }
        Talk::Groups { login, group, person } => {
            let caller = Caller::groups(server, &login).await?;
            let to = match (group, person) {
                (Some(group), _) => json!({"group_id": group.to_string()}),
                (None, Some(person)) => json!({"receiver_id": person.to_string()}),
                (None, None) => return Err("--group or --person is needed".into()),
            };
            let handshake = handshake(server, "/api/v1/ws", Some(&caller.token))?;
            Ok(Place { handshake, greeting: None, frames: Frames::Groups { to } })
        }
        Talk::Miracle { user, peer, match_id } => {
            let chatroom = open_chatroom(server, user, peer, match_id).await?;
            let handshake = handshake(server, "/ws/message", None)?;
            let greeting = Some(json!({"user_id": user}));
            Ok(Place { handshake, greeting, frames: Frames::Miracle { peer, chatroom } })
        }
    }
}

fn handshake(server: &str, path: &str, token: Option<&str>) -> Result<Request, Error> {
    let mut request = format!("ws://{server}{path}").into_client_request()?;
    if let Some(token) = token {
        let value = HeaderValue::from_str(&format!("Bearer {token}"))?;
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    Ok(request)
}

impl Place {
    /// The frame that says this.
    pub(crate) fn say(&self, text: &str) -> Value {
        match &self.frames {
            Frames::Rooms { room, .. } => json!({"room_id": room, "type": "text", "content": text}),
            Frames::Groups { to } => {
                let mut data = to.clone();
                data["type"] = "text".into();
                data["content"] = text.into();
                json!({"type": "message", "data": data})
            }
            Frames::Miracle { peer, chatroom } => {
                json!({"type": "private", "target_user_id": peer, "chatroom_id": chatroom, "content": text})
            }
        }
    }

    /// What a frame of the server comes to.
    pub(crate) fn hear(&self, frame: &Value) -> Heard {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = frame["type"].as_str();
        match (&self.frames, kind) {
            (Frames::Rooms { room, me }, _) => {
                let data = &frame["data"];
                if frame["code"] == 1 {
                    Heard::Refused(text(&frame["msg"]))
                } else if data["room_id"] != *room {
                    Heard::Nothing
                } else if data["sender_name"] == **me {
                    // A client of rooms draws its own message when it comes back.
                    Heard::Stored
                } else {
                    Heard::Line(format!("{}: {}", text(&data["sender_name"]), text(&data["content"])))
                }
            }
            (Frames::Groups { .. }, Some("message_ack")) => Heard::Stored,
            (Frames::Groups { to }, Some("message")) => {
                let data = &frame["data"];
                let here = match to["receiver_id"].as_str() {
                    Some(person) => data["group_id"] == "" && data["sender_id"] == person,
                    None => data["group_id"] == to["group_id"],
                };
                let line = format!("{}: {}", text(&data["sender_id"]), text(&data["content"]));
                if here { Heard::Line(line) } else { Heard::Nothing }
            }
            (Frames::Groups { .. }, Some("error")) => Heard::Refused(text(&frame["data"]["error"])),
            (Frames::Miracle { .. }, Some("message_status")) => match frame["error"].as_str() {
                None => Heard::Stored,
                Some(reason) => Heard::Refused(reason.to_owned()),
            },
            (Frames::Miracle { chatroom, .. }, Some("private_message")) => {
                let line = format!("{}: {}", text(&frame["sender_name"]), text(&frame["content"]));
                if frame["chatroom_id"] == *chatroom { Heard::Line(line) } else { Heard::Nothing }
            }
            (Frames::Miracle { .. }, None) if frame["error"].is_string() => {
                Heard::Refused(text(&frame["error"]))
            }
            _ => Heard::Nothing,
        }
    }
}
