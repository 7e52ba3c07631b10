//! Who is in a room.

use serde::Serialize;

use super::{get, post, text};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Problem, Refused},
    },
    ids::{AccountId, ConversationId},
    model::Role,
};

/// The word for a role.
#[must_use]
pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Admin => "admin",
        Role::Owner => "owner",
    }
}

/// Lists the members of a room, in the order in which they joined.
#[derive(Debug)]
pub struct ListMembers;

impl Endpoint for ListMembers {
    const ROUTE: Route = get("/api/room/members", "查看房间中的用户").success("获取成功").documented();
    type Request = super::RoomRequest;
    type Response = Vec<RoomMember>;
}

/// A member of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = rooms::RoomMember))]
pub struct RoomMember {
    /// The account's number.
    #[serde(rename = "ID")]
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub id: AccountId,
    /// When the account was made, RFC 3339 in the server's time zone.
    #[serde(rename = "CreatedAt")]
    pub created_at: String,
    /// When what it tells about its owner changed last, likewise.
    #[serde(rename = "UpdatedAt")]
    pub updated_at: String,
    /// Always null: an account that was deleted is in no room.
    #[serde(rename = "DeletedAt")]
    pub deleted_at: (),
    /// Its name.
    pub username: String,
    /// `owner`, `admin` or `member`.
    pub role: &'static str,
}

/// Adds somebody to a room.
#[derive(Debug)]
pub struct AddUser;

impl Endpoint for AddUser {
    const ROUTE: Route =
        post("/api/room/add_user", "添加其他人到房间").success("添加用户到聊天室成功").documented();
    type Request = AddUserRequest;
    type Response = ();
}

/// Whom to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// The account with this number.
    ById(GivenId<AccountId>),
    /// The account with this name.
    ByName(String),
}

/// Somebody to be added to a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddUserRequest {
    /// To which room.
    pub room_id: GivenId<ConversationId>,
    /// Whom.
    pub user: Invited,
    /// As what.
    pub role: Role,
}

impl Decode for AddUserRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let room = body.required("room_id", |node| node.id());
        let id = body.optional("user_id", |node| node.integer());
        let name = body.optional("user_name", |node| text::USERNAME.untouched(node));
        let role = body.or_default("role", Role::Member, |node| {
            let word = node.raw().as_str().ok_or_else(|| node.refuse(Problem::NotText))?;
            match word {
                // Clients whose languages have no absent texts send an empty one.
                "" | "member" => Ok(Role::Member),
                "admin" => Ok(Role::Admin),
                "owner" => Ok(Role::Owner),
                _ => Err(node.refuse(Problem::value("角色错误"))),
            }
        });
        let (id, name) = (id?, name?.filter(|name| !name.is_empty()));
        let user = match (id, name) {
            // Such clients send a 0 for the number that they do not know, too.
            (None | Some(0), Some(name)) => Invited::ByName(name),
            (Some(id), _) => Invited::ById(id.into()),
            (None, None) => return Err(body.missing("user_id")),
        };
        Ok(Self { room_id: room?, user, role: role? })
    }
}

#[cfg(feature = "openapi")]
mod described {
    //! What is decoded into one field comes as one of two.

    use utoipa::{
        PartialSchema, ToSchema,
        openapi::{RefOr, schema::Schema},
    };

    /// The body as it is sent.
    #[derive(ToSchema)]
    #[schema(as = rooms::AddUserRequest)]
    #[expect(dead_code, reason = "only its description is used")]
    struct AddUserBody {
        /// To which room.
        room_id: i64,
        /// Whom, by number; this or `user_name`.
        user_id: Option<i64>,
        /// Whom, by name; counts when there is no `user_id`, or when that is 0.
        user_name: Option<String>,
        /// `member` (also without it), `admin` or `owner`; only an owner gives the last two.
        role: Option<String>,
    }

    impl PartialSchema for super::AddUserRequest {
        fn schema() -> RefOr<Schema> {
            AddUserBody::schema()
        }
    }

    impl ToSchema for super::AddUserRequest {
        fn name() -> std::borrow::Cow<'static, str> {
            AddUserBody::name()
        }
    }
}
