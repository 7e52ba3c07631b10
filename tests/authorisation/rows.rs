//! The rows of the matrix.

use serde_json::{Value, json};

use super::scene::{PASSWORD, Scene};

/// One route, what is asked of it, and what comes of it.
pub(super) struct Row {
    pub(super) method: &'static str,
    /// The path as the route table has it.
    pub(super) path: &'static str,
    pub(super) ask: fn(&Scene) -> Asked,
    /// What the owner, another member, a stranger and somebody blocked by the owner are answered.
    pub(super) cells: [&'static str; 4],
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
    Row { method: "GET", path: "/", ask: |_| at("/"), cells: ALL },
    Row {
        method: "POST",
        path: "/UserManagement/create_new_user",
        ask: |scene| {
            with(
                "/UserManagement/create_new_user",
                &json!({"telegram_user_name": "x", "telegram_user_id": scene.telegram, "gender": 1}),
            )
        },
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/UserManagement/edit_user_age",
        ask: |scene| with("/UserManagement/edit_user_age", &json!({"user_id": scene.telegram, "age": 30})),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/UserManagement/edit_target_gender",
        ask: |scene| {
            with(
                "/UserManagement/edit_target_gender",
                &json!({"user_id": scene.telegram, "target_gender": 3}),
            )
        },
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/UserManagement/edit_summary",
        ask: |scene| {
            with("/UserManagement/edit_summary", &json!({"user_id": scene.telegram, "summary": "x"}))
        },
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/UserManagement/save_to_database",
        ask: |scene| with("/UserManagement/save_to_database", &json!({"user_id": scene.telegram})),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/UserManagement/get_user_info_with_user_id",
        ask: |scene| with("/UserManagement/get_user_info_with_user_id", &json!({"user_id": scene.telegram})),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/UserManagement/deactivate_user",
        ask: |scene| with("/UserManagement/deactivate_user", &json!({"user_id": scene.telegram})),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/MatchManager/create_match",
        ask: |scene| {
            with(
                "/MatchManager/create_match",
                &json!({
"user_id_1": scene.telegram, "user_id_2": scene.partner, "reason_1": "", "reason_2": "", "match_score": 5}),
            )
        },
        cells: ["ok", "ok", "ok", UNKNOWN_USER],
    },
    Row {
        method: "POST",
        path: "/MatchManager/get_match_info",
        ask: |scene| {
            with(
                "/MatchManager/get_match_info",
                &json!({"user_id": scene.telegram, "match_id": scene.matched}),
            )
        },
        cells: ["ok", "ok", UNKNOWN_MATCH, UNKNOWN_MATCH],
    },
    Row {
        method: "POST",
        path: "/MatchManager/toggle_like",
        ask: |scene| with("/MatchManager/toggle_like", &json!({"match_id": scene.matched})),
        cells: ["ok", "ok", "ok", "not done"],
    },
    Row {
        method: "POST",
        path: "/MatchManager/save_to_database",
        ask: |scene| with("/MatchManager/save_to_database", &json!({"match_id": scene.matched})),
        cells: ["ok", "ok", "ok", "not done"],
    },
    Row {
        method: "POST",
        path: "/ChatroomManager/get_or_create_chatroom",
        ask: |scene| {
            with(
                "/ChatroomManager/get_or_create_chatroom",
                &json!({
"user_id_1": scene.telegram, "user_id_2": scene.partner, "match_id": scene.matched}),
            )
        },
        cells: ["ok", "ok", NO_ROOM, NO_ROOM],
    },
    Row {
        method: "POST",
        path: "/ChatroomManager/get_chat_history",
        ask: |scene| {
            with(
                "/ChatroomManager/get_chat_history",
                &json!({"chatroom_id": scene.chatroom, "user_id": scene.telegram}),
            )
        },
        cells: ["ok", "ok", NOT_IN_ROOM, "ok"],
    },
    Row {
        method: "POST",
        path: "/ChatroomManager/save_chatroom_history",
        ask: |scene| with("/ChatroomManager/save_chatroom_history", &json!({"chatroom_id": scene.chatroom})),
        cells: ["ok", "ok", "ok", "not done"],
    },
    Row {
        method: "POST",
        path: "/ChatroomManager/send_message",
        ask: |scene| {
            with(
                "/ChatroomManager/send_message",
                &json!({
"chatroom_id": scene.chatroom, "sender_user_id": scene.telegram, "message_content": "x"}),
            )
        },
        cells: ["ok", "ok", "not done", "not done"],
    },
    Row { method: "GET", path: "/ws/base", ask: |_| socket("/ws/base"), cells: ALL },
    Row { method: "GET", path: "/ws/match", ask: |_| socket("/ws/match"), cells: ALL },
    Row { method: "GET", path: "/ws/message", ask: |_| socket("/ws/message"), cells: ALL },
    // Rooms: business refusals are answered with status 200.
    Row {
        method: "POST",
        path: "/register",
        ask: |scene| {
            with("/register", &json!({"username": format!("new{}", scene.number), "password": PASSWORD}))
        },
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/login",
        ask: |scene| with("/login", &json!({"username": scene.name, "password": PASSWORD})),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/api/room/create",
        ask: |_| with("/api/room/create", &json!({"name": "x", "description": ""})),
        cells: ALL,
    },
    Row { method: "GET", path: "/api/room/list", ask: |_| at("/api/room/list"), cells: ALL },
    Row {
        method: "GET",
        path: "/api/room/members",
        ask: |scene| at(format!("/api/room/members?room_id={}", scene.group)),
        cells: ["ok", "ok", "获取失败，当前用户不在聊天室中", "ok"],
    },
    Row {
        method: "POST",
        path: "/api/room/add_user",
        ask: |scene| {
            with(
                "/api/room/add_user",
                &json!({"room_id": scene.group, "user_id": scene.outsider, "role": "member"}),
            )
        },
        cells: ["ok", "ok", "添加用户到聊天室失败，当前用户不在聊天室中", "ok"],
    },
    Row {
        method: "DELETE",
        path: "/api/room/delete",
        ask: |scene| at(format!("/api/room/delete?room_id={}", scene.group)),
        cells: ["ok", "删除失败，没有权限", "删除失败，当前用户不在聊天室中", "删除失败，没有权限"],
    },
    Row {
        method: "GET",
        path: "/api/room/info",
        ask: |scene| at(format!("/api/room/info?room_id={}", scene.group)),
        cells: ["ok", "ok", "获取失败，当前用户不在聊天室中", "ok"],
    },
    Row {
        method: "POST",
        path: "/api/room/update",
        ask: |scene| {
            with("/api/room/update", &json!({"room_id": scene.group, "name": "y", "description": "z"}))
        },
        cells: ["ok", "更新失败，没有权限", "更新失败，当前用户不在聊天室中", "更新失败，没有权限"],
    },
    Row {
        method: "POST",
        path: "/api/room/leave",
        ask: |scene| with("/api/room/leave", &json!({"room_id": scene.group})),
        cells: ["ok", "ok", "退出失败，当前用户不在聊天室中", "ok"],
    },
    Row {
        method: "POST",
        path: "/api/message/send",
        ask: |scene| {
            with("/api/message/send", &json!({"room_id": scene.group, "type": "text", "content": "x"}))
        },
        cells: ["ok", "ok", "发送失败，当前用户不在聊天室中", "ok"],
    },
    Row {
        method: "GET",
        path: "/api/message/list",
        ask: |scene| at(format!("/api/message/list?room_id={}", scene.group)),
        cells: ["ok", "ok", "历史消息获取失败，当前用户不在聊天室中", "ok"],
    },
    Row {
        method: "POST",
        path: "/api/message/list",
        ask: |scene| with("/api/message/list", &json!({"room_id": scene.group})),
        cells: ["ok", "ok", "历史消息获取失败，当前用户不在聊天室中", "ok"],
    },
    Row {
        method: "POST",
        path: "/api/message/upload",
        ask: |scene| upload("/api/message/upload", scene.group),
        cells: ["ok", "ok", "上传失败，当前用户不在聊天室中", "ok"],
    },
    Row { method: "GET", path: "/api/user/my", ask: |_| at("/api/user/my"), cells: ALL },
    Row { method: "GET", path: "/api/message/ws", ask: |_| socket("/api/message/ws"), cells: ALL },
    Row { method: "GET", path: "/ws/join", ask: |_| socket("/ws/join"), cells: ALL },
    // Groups: refusals have the status that they are.
    Row {
        method: "POST",
        path: "/api/v1/register",
        ask: |scene| {
            with(
                "/api/v1/register",
                &json!({"username": format!("new{}", scene.number), "email": format!("new{}@example.com", scene.number), "password": PASSWORD}),
            )
        },
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/api/v1/login",
        ask: |scene| with("/api/v1/login", &json!({"email": scene.name, "password": PASSWORD})),
        cells: ALL,
    },
    Row { method: "GET", path: "/api/v1/user/profile", ask: |_| at("/api/v1/user/profile"), cells: ALL },
    Row {
        method: "PUT",
        path: "/api/v1/user/profile",
        ask: |_| with("/api/v1/user/profile", &json!({"phone": "1"})),
        cells: ALL,
    },
    Row {
        method: "GET",
        path: "/api/v1/user/search",
        ask: |scene| at(format!("/api/v1/user/search?q={}", scene.name)),
        cells: ALL,
    },
    Row { method: "GET", path: "/api/v1/ws", ask: |_| socket("/api/v1/ws"), cells: ALL },
    Row {
        method: "POST",
        path: "/api/v1/chat/message",
        ask: |scene| {
            with(
                "/api/v1/chat/message",
                &json!({"type": "text", "content": "x", "receiver_id": scene.other().to_string()}),
            )
        },
        cells: ["ok", "ok", "ok", "404"],
    },
    Row {
        method: "GET",
        path: "/api/v1/chat/messages",
        ask: |scene| at(format!("/api/v1/chat/messages?group_id={}", scene.group)),
        cells: MEMBERS,
    },
    Row {
        method: "GET",
        path: "/api/v1/chat/conversations",
        ask: |_| at("/api/v1/chat/conversations"),
        cells: ALL,
    },
    Row {
        method: "POST",
        path: "/api/v1/group",
        ask: |_| with("/api/v1/group", &json!({"name": "x", "description": ""})),
        cells: ALL,
    },
    Row { method: "GET", path: "/api/v1/groups", ask: |_| at("/api/v1/groups"), cells: ALL },
    Row {
        method: "GET",
        path: "/api/v1/group/{group_id}",
        ask: |scene| at(format!("/api/v1/group/{}", scene.group)),
        cells: MEMBERS,
    },
    Row {
        method: "PUT",
        path: "/api/v1/group/{group_id}",
        ask: |scene| with(format!("/api/v1/group/{}", scene.group), &json!({"name": "y"})),
        cells: OWNER,
    },
    Row {
        method: "DELETE",
        path: "/api/v1/group/{group_id}",
        ask: |scene| at(format!("/api/v1/group/{}", scene.group)),
        cells: OWNER,
    },
    Row {
        method: "GET",
        path: "/api/v1/group/{group_id}/members",
        ask: |scene| at(format!("/api/v1/group/{}/members", scene.group)),
        cells: MEMBERS,
    },
    Row {
        method: "POST",
        path: "/api/v1/group/{group_id}/members",
        ask: |scene| {
            with(
                format!("/api/v1/group/{}/members", scene.group),
                &json!({"user_id": scene.outsider.to_string()}),
            )
        },
        cells: MEMBERS,
    },
    Row {
        method: "DELETE",
        path: "/api/v1/group/{group_id}/members/{user_id}",
        ask: |scene| at(format!("/api/v1/group/{}/members/{}", scene.group, scene.other())),
        cells: OWNER,
    },
];
