//! The few requests that come before the socket.

use serde_json::{Value, json};

use super::{Error, Login};

/// Somebody who is logged in.
pub(crate) struct Caller<'a> {
    server: &'a str,
    pub(crate) token: String,
}

/// Posts JSON; the answer's JSON, whatever its status.
async fn post(server: &str, path: &str, token: Option<&str>, body: &Value) -> Result<Value, Error> {
    let mut request = reqwest::Client::builder().no_proxy().build()?.post(format!("http://{server}{path}"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    Ok(request.json(body).send().await?.json().await?)
}

impl<'a> Caller<'a> {
    /// Logs in on rooms.
    pub(crate) async fn rooms(server: &'a str, login: &Login) -> Result<Self, Error> {
        let body = json!({"username": login.user, "password": login.password});
        if login.register {
            // Somebody who is registered already simply logs in.
            post(server, "/register", None, &body).await?;
        }
        let answer = post(server, "/login", None, &body).await?;
        let token = answer["data"]["token"].as_str().ok_or_else(|| said(&answer, "msg"))?;
        Ok(Self { server, token: token.to_owned() })
    }

    /// Logs in on groups.
    pub(crate) async fn groups(server: &'a str, login: &Login) -> Result<Self, Error> {
        if login.register {
            let email = format!("{}@example.com", login.user);
            let body = json!({"username": login.user, "email": email, "password": login.password});
            post(server, "/api/v1/register", None, &body).await?;
        }
        // The field takes user names, too.
        let body = json!({"email": login.user, "password": login.password});
        let answer = post(server, "/api/v1/login", None, &body).await?;
        let token = answer["data"]["token"].as_str().ok_or_else(|| said(&answer, "error"))?;
        Ok(Self { server, token: token.to_owned() })
    }

    /// Makes a room; returns its number.
    pub(crate) async fn create_room(&self, name: &str) -> Result<i64, Error> {
        let body = json!({"name": name, "description": ""});
        let answer = post(self.server, "/api/room/create", Some(&self.token), &body).await?;
        answer["data"]["ID"].as_i64().ok_or_else(|| said(&answer, "msg"))
    }
}

/// Opens the room of a match on Miracle; returns its number.
pub(crate) async fn open_chatroom(server: &str, user: i64, peer: i64, match_id: i64) -> Result<i64, Error> {
    let body = json!({"user_id_1": user, "user_id_2": peer, "match_id": match_id});
    let answer = post(server, "/ChatroomManager/get_or_create_chatroom", None, &body).await?;
    answer["chatroom_id"].as_i64().ok_or_else(|| said(&answer, "detail"))
}

/// What the server said instead.
fn said(answer: &Value, field: &str) -> Error {
    answer[field].as_str().unwrap_or("the server gave no reason").to_owned().into()
}
