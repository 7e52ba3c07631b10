//! The rows of the matrix.

use serde_json::{Value, json};

use super::scene::{PASSWORD, Scene};

/// One route, what is asked of it, and what comes of it.
pub(super) struct Row {
    pub(super) method: &'static str,
    /// The path as the route table has it.
    pub(super) path: &'static str,
    /// The request; none if it is the path and nothing more.
    pub(super) ask: Option<fn(&Scene) -> Asked>,
    /// What the owner, another member, a stranger and somebody blocked by the owner are answered.
    pub(super) cells: [&'static str; 4],
}

/// A route of which something is asked.
pub(super) const fn row(
    method: &'static str,
    path: &'static str,
    ask: fn(&Scene) -> Asked,
    cells: [&'static str; 4],
) -> Row {
    Row { method, path, ask: Some(ask), cells }
}

/// A route of which its path is asked, and nothing more.
pub(super) const fn plain(method: &'static str, path: &'static str, cells: [&'static str; 4]) -> Row {
    Row { method, path, ask: None, cells }
}

/// A request.
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) body: Option<(&'static str, String)>,
    pub(super) handshake: bool,
}

pub(super) fn at(path: impl Into<String>) -> Asked {
    Asked { path: path.into(), body: None, handshake: false }
}

pub(super) fn with(path: impl Into<String>, body: &Value) -> Asked {
    Asked { body: Some(("application/json", body.to_string())), ..at(path) }
}

pub(super) fn socket(path: &str) -> Asked {
    Asked { handshake: true, ..at(path) }
}

/// An upload of a few bytes.
fn upload(path: &str, room: i64) -> Asked {
    let part = |name: &str, more: &str, value: &str| {
        format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let file = "; filename=\"a.txt\"";
    let body = part("room_id", "", &room.to_string()) + &part("file", file, "text") + "--cut--\r\n";
    Asked { body: Some(("multipart/form-data; boundary=cut", body)), ..at(path) }
}

const UNKNOWN_USER: &str = "404: 用户不存在";
const UNKNOWN_MATCH: &str = "404: Match not found";
const NO_ROOM: &str = "404: 无法创建或获取聊天室";
const NOT_IN_ROOM: &str = "404: 用户不在该聊天室中";

/// Everyone may.
pub(super) const ALL: [&str; 4] = ["ok"; 4];
/// Everyone in the group may; a stranger is forbidden.
const MEMBERS: [&str; 4] = ["ok", "ok", "403", "ok"];
/// The owner may; everyone else is forbidden.
const OWNER: [&str; 4] = ["ok", "403", "403", "403"];

pub(super) const ROWS: &[Row] = &[
    // Miracle: the number in the body is who acts, and no token is looked at.
    plain("GET", "/", ALL),
    row(
        "POST",
        "/UserManagement/create_new_user",
        |scene| {
            with(
                "/UserManagement/create_new_user",
                &json!({"telegram_user_name": "x", "telegram_user_id": scene.telegram, "gender": 1}),
            )
        },
        ALL,
    ),
    row(
        "POST",
        "/UserManagement/edit_user_age",
        |scene| with("/UserManagement/edit_user_age", &json!({"user_id": scene.telegram, "age": 30})),
        ALL,
    ),
    row(
        "POST",
        "/UserManagement/edit_target_gender",
        |scene| {
            with(
                "/UserManagement/edit_target_gender",
                &json!({"user_id": scene.telegram, "target_gender": 3}),
            )
        },
        ALL,
    ),
    row(
        "POST",
        "/UserManagement/edit_summary",
        |scene| with("/UserManagement/edit_summary", &json!({"user_id": scene.telegram, "summary": "x"})),
        ALL,
    ),
    row(
        "POST",
        "/UserManagement/save_to_database",
        |scene| with("/UserManagement/save_to_database", &json!({"user_id": scene.telegram})),
        ALL,
    ),
    row(
        "POST",
        "/UserManagement/get_user_info_with_user_id",
        |scene| with("/UserManagement/get_user_info_with_user_id", &json!({"user_id": scene.telegram})),
        ALL,
    ),
    row(
        "POST",
        "/UserManagement/deactivate_user",
        |scene| with("/UserManagement/deactivate_user", &json!({"user_id": scene.telegram})),
        ALL,
    ),
    row(
        "POST",
        "/MatchManager/create_match",
        |scene| {
            with(
                "/MatchManager/create_match",
                &json!({
"user_id_1": scene.telegram, "user_id_2": scene.partner, "reason_1": "", "reason_2": "", "match_score": 5}),
            )
        },
        ["ok", "ok", "ok", UNKNOWN_USER],
    ),
    row(
        "POST",
        "/MatchManager/get_match_info",
        |scene| {
            with(
                "/MatchManager/get_match_info",
                &json!({"user_id": scene.telegram, "match_id": scene.matched}),
            )
        },
        ["ok", "ok", UNKNOWN_MATCH, UNKNOWN_MATCH],
    ),
    row(
        "POST",
        "/MatchManager/toggle_like",
        |scene| with("/MatchManager/toggle_like", &json!({"match_id": scene.matched})),
        ["ok", "ok", "ok", "not done"],
    ),
    row(
        "POST",
        "/MatchManager/save_to_database",
        |scene| with("/MatchManager/save_to_database", &json!({"match_id": scene.matched})),
        ["ok", "ok", "ok", "not done"],
    ),
    row(
        "POST",
        "/ChatroomManager/get_or_create_chatroom",
        |scene| {
            with(
                "/ChatroomManager/get_or_create_chatroom",
                &json!({
"user_id_1": scene.telegram, "user_id_2": scene.partner, "match_id": scene.matched}),
            )
        },
        ["ok", "ok", NO_ROOM, NO_ROOM],
    ),
    row(
        "POST",
        "/ChatroomManager/get_chat_history",
        |scene| {
            with(
                "/ChatroomManager/get_chat_history",
                &json!({"chatroom_id": scene.chatroom, "user_id": scene.telegram}),
            )
        },
        ["ok", "ok", NOT_IN_ROOM, "ok"],
    ),
    row(
        "POST",
        "/ChatroomManager/save_chatroom_history",
        |scene| with("/ChatroomManager/save_chatroom_history", &json!({"chatroom_id": scene.chatroom})),
        ["ok", "ok", "ok", "not done"],
    ),
    row(
        "POST",
        "/ChatroomManager/send_message",
        |scene| {
            with(
                "/ChatroomManager/send_message",
                &json!({
"chatroom_id": scene.chatroom, "sender_user_id": scene.telegram, "message_content": "x"}),
            )
        },
        ["ok", "ok", "not done", "not done"],
    ),
    row("GET", "/ws/base", |_| socket("/ws/base"), ALL),
    row("GET", "/ws/match", |_| socket("/ws/match"), ALL),
    row("GET", "/ws/message", |_| socket("/ws/message"), ALL),
    // Rooms: business refusals are answered with status 200.
    row(
        "POST",
        "/register",
        |scene| with("/register", &json!({"username": format!("new{}", scene.number), "password": PASSWORD})),
        ALL,
    ),
    row(
        "POST",
        "/login",
        |scene| with("/login", &json!({"username": scene.name, "password": PASSWORD})),
        ALL,
    ),
    row(
        "POST",
        "/api/room/create",
        |_| with("/api/room/create", &json!({"name": "x", "description": ""})),
        ALL,
    ),
    plain("GET", "/api/room/list", ALL),
    row(
        "GET",
        "/api/room/members",
        |scene| at(format!("/api/room/members?room_id={}", scene.group)),
        ["ok", "ok", "获取失败，当前用户不在聊天室中", "ok"],
    ),
    row(
        "POST",
        "/api/room/add_user",
        |scene| {
            with(
                "/api/room/add_user",
                &json!({"room_id": scene.group, "user_id": scene.outsider, "role": "member"}),
            )
        },
        ["ok", "ok", "添加用户到聊天室失败，当前用户不在聊天室中", "ok"],
    ),
    row(
        "DELETE",
        "/api/room/delete",
        |scene| at(format!("/api/room/delete?room_id={}", scene.group)),
        ["ok", "删除失败，没有权限", "删除失败，当前用户不在聊天室中", "删除失败，没有权限"],
    ),
    row(
        "GET",
        "/api/room/info",
        |scene| at(format!("/api/room/info?room_id={}", scene.group)),
        ["ok", "ok", "获取失败，当前用户不在聊天室中", "ok"],
    ),
    row(
        "POST",
        "/api/room/update",
        |scene| with("/api/room/update", &json!({"room_id": scene.group, "name": "y", "description": "z"})),
        ["ok", "更新失败，没有权限", "更新失败，当前用户不在聊天室中", "更新失败，没有权限"],
    ),
    row(
        "POST",
        "/api/room/leave",
        |scene| with("/api/room/leave", &json!({"room_id": scene.group})),
        ["ok", "ok", "退出失败，当前用户不在聊天室中", "ok"],
    ),
    row(
        "POST",
        "/api/message/send",
        |scene| with("/api/message/send", &json!({"room_id": scene.group, "type": "text", "content": "x"})),
        ["ok", "ok", "发送失败，当前用户不在聊天室中", "ok"],
    ),
    row(
        "GET",
        "/api/message/list",
        |scene| at(format!("/api/message/list?room_id={}", scene.group)),
        ["ok", "ok", "历史消息获取失败，当前用户不在聊天室中", "ok"],
    ),
    row(
        "POST",
        "/api/message/list",
        |scene| with("/api/message/list", &json!({"room_id": scene.group})),
        ["ok", "ok", "历史消息获取失败，当前用户不在聊天室中", "ok"],
    ),
    row(
        "POST",
        "/api/message/upload",
        |scene| upload("/api/message/upload", scene.group),
        ["ok", "ok", "上传失败，当前用户不在聊天室中", "ok"],
    ),
    plain("GET", "/api/user/my", ALL),
    row("GET", "/api/message/ws", |_| socket("/api/message/ws"), ALL),
    row("GET", "/ws/join", |_| socket("/ws/join"), ALL),
    // Groups: refusals have the status that they are.
    row(
        "POST",
        "/api/v1/register",
        |scene| {
            with(
                "/api/v1/register",
                &json!({"username": format!("new{}", scene.number), "email": format!("new{}@example.com", scene.number), "password": PASSWORD}),
            )
        },
        ALL,
    ),
    row(
        "POST",
        "/api/v1/login",
        |scene| with("/api/v1/login", &json!({"email": scene.name, "password": PASSWORD})),
        ALL,
    ),
    plain("GET", "/api/v1/user/profile", ALL),
    row("PUT", "/api/v1/user/profile", |_| with("/api/v1/user/profile", &json!({"phone": "1"})), ALL),
    row("GET", "/api/v1/user/search", |scene| at(format!("/api/v1/user/search?q={}", scene.name)), ALL),
    row("GET", "/api/v1/ws", |_| socket("/api/v1/ws"), ALL),
    row(
        "POST",
        "/api/v1/chat/message",
        |scene| {
            with(
                "/api/v1/chat/message",
                &json!({"type": "text", "content": "x", "receiver_id": scene.other().to_string()}),
            )
        },
        ["ok", "ok", "ok", "404"],
    ),
    row(
        "GET",
        "/api/v1/chat/messages",
        |scene| at(format!("/api/v1/chat/messages?group_id={}", scene.group)),
        MEMBERS,
    ),
    plain("GET", "/api/v1/chat/conversations", ALL),
    row("POST", "/api/v1/group", |_| with("/api/v1/group", &json!({"name": "x", "description": ""})), ALL),
    plain("GET", "/api/v1/groups", ALL),
    row("GET", "/api/v1/group/{group_id}", |scene| at(format!("/api/v1/group/{}", scene.group)), MEMBERS),
    row(
        "PUT",
        "/api/v1/group/{group_id}",
        |scene| with(format!("/api/v1/group/{}", scene.group), &json!({"name": "y"})),
        OWNER,
    ),
    row("DELETE", "/api/v1/group/{group_id}", |scene| at(format!("/api/v1/group/{}", scene.group)), OWNER),
    row(
        "GET",
        "/api/v1/group/{group_id}/members",
        |scene| at(format!("/api/v1/group/{}/members", scene.group)),
        MEMBERS,
    ),
    row(
        "POST",
        "/api/v1/group/{group_id}/members",
        |scene| {
            with(
                format!("/api/v1/group/{}/members", scene.group),
                &json!({"user_id": scene.outsider.to_string()}),
            )
        },
        MEMBERS,
    ),
    row(
        "DELETE",
        "/api/v1/group/{group_id}/members/{user_id}",
        |scene| at(format!("/api/v1/group/{}/members/{}", scene.group, scene.other())),
        OWNER,
    ),
];
