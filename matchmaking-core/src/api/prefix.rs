//! Whose dialect answers on a path that no route matches.

use super::route::Surface;

/// The surface in whose words an unmatched path, or a wrong method on it, is refused.
///
/// Routes that match speak their own dialect; this rule is only for what is left.
#[must_use]
pub fn surface_of(path: &str) -> Surface {
    if below(path, "/admin/v1").is_some() {
        return Surface::Admin;
    }
    if let Some(rest) = below(path, "/api/v1") {
        return below_api_v1(rest);
    }
    if below(path, "/chat-api-svc/api/v1").is_some() {
        return Surface::Assistant;
    }
    // The base path of the platform carries its version; another version is refused in the same words.
    if below(path, "/v1").is_some() || below(path, "/v2").is_some() {
        return Surface::Platform;
    }
    if below(path, "/media").is_some() {
        return Surface::Media;
    }
    let rooms = ["/api/room", "/api/message", "/api/user", "/register", "/login", "/ws/join"];
    if rooms.iter().any(|prefix| below(path, prefix).is_some()) {
        return Surface::Rooms;
    }
    Surface::Miracle
}

/// What follows `prefix` in `path`, if the prefix ends where a segment does.
fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(prefix)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
}

fn below_api_v1(rest: &str) -> Surface {
    let (first, deeper) = match rest.split_once('/') {
        Some((first, _)) => (first, true),
        None => (rest, false),
    };
    match first {
        "register" | "login" | "group" | "groups" | "ws" => Surface::Groups,
        // `user/` and `chat/` with something behind them: `/api/v1/chat` itself is the assistant's.
        "user" | "chat" if deeper => Surface::Groups,
        "users" | "conversations" | "chat" | "purechat" => Surface::Assistant,
        _ => Surface::Miracle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unmatched_paths_belong_to_the_dialect_of_their_prefix() {
        for (path, surface) in [
            ("/", Surface::Miracle),
            ("/nope", Surface::Miracle),
            ("/UserManagement/nope", Surface::Miracle),
            ("/ws/nope", Surface::Miracle),
            ("/v1", Surface::Platform),
            ("/v1/nope", Surface::Platform),
            ("/v2/profile", Surface::Platform),
            ("/v10/profile", Surface::Miracle),
            ("/media", Surface::Media),
            ("/mediax", Surface::Miracle),
            ("/admin/v1/nope", Surface::Admin),
            ("/api/room/nope", Surface::Rooms),
            ("/api/message", Surface::Rooms),
            ("/register/x", Surface::Rooms),
            ("/login", Surface::Rooms),
            ("/api/v1/register", Surface::Groups),
            ("/api/v1/login", Surface::Groups),
            ("/api/v1/user/nope", Surface::Groups),
            ("/api/v1/chat/nope", Surface::Groups),
            ("/api/v1/group", Surface::Groups),
            ("/api/v1/group/1/nope", Surface::Groups),
            ("/api/v1/groups", Surface::Groups),
            ("/api/v1/ws", Surface::Groups),
            ("/api/v1/users/1/nope", Surface::Assistant),
            ("/api/v1/chat", Surface::Assistant),
            ("/api/v1/nope", Surface::Miracle),
            ("/api/v1", Surface::Miracle),
        ] {
            assert_eq!(surface_of(path), surface, "{path}");
        }
    }
}
