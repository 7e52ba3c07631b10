//! Groups and their members.

use serde::Serialize;

use super::{
    delete, get, post, put,
    values::{WireId, avatar, filled, group_name, id},
};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Refused},
    },
    ids::{AccountId, ConversationId},
    model::{Conversation, Role},
};

/// The most characters of a group's name.
pub const NAME_MAX: usize = 128;
/// The most characters of what is said about a group.
pub const DESCRIPTION_MAX: usize = 1_000;

/// Makes a group.
#[derive(Debug)]
pub struct CreateGroup;

impl Endpoint for CreateGroup {
    const ROUTE: Route = post("/group", "创建群组").documented();
    type Request = CreateGroupRequest;
    type Response = CreatedGroup;
}

/// A group to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::CreateGroupRequest))]
pub struct CreateGroupRequest {
    /// Its name, 1 to 128 characters without control characters.
    pub name: String,
    /// What it is about, at most 1,000 characters; may be absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: String,
    /// Where its picture is, at most 2,048 characters; may be absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub avatar: String,
}

impl Decode for CreateGroupRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let name = body.required_not_null("name", group_name);
        let description = filled(&body, "description", |node| node.text(DESCRIPTION_MAX));
        let avatar = filled(&body, "avatar", avatar);
        Ok(Self {
            name: name?,
            description: description?.unwrap_or_default(),
            avatar: avatar?.unwrap_or_default(),
        })
    }
}

/// A group that was made.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::CreatedGroup))]
pub struct CreatedGroup {
    /// Its identifier.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub group_id: WireId,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Where its picture is, or empty.
    pub avatar: String,
    /// Who made it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub creator_id: WireId,
    /// When.
    pub created_at: String,
}

impl From<Conversation> for CreatedGroup {
    fn from(group: Conversation) -> Self {
        Self {
            group_id: WireId::of(group.id),
            name: group.name,
            description: group.description,
            avatar: group.avatar,
            creator_id: group.creator.map_or(WireId::NONE, WireId::of),
            created_at: group.created_at.to_rfc3339(),
        }
    }
}

/// Lists the groups that one is a member of, oldest first.
#[derive(Debug)]
pub struct ListGroups;

impl Endpoint for ListGroups {
    const ROUTE: Route = get("/groups", "获取我的群组列表");
    type Request = ();
    type Response = Groups;
}

/// The groups that one is a member of.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Groups))]
pub struct Groups {
    /// Oldest first.
    pub groups: Vec<GroupView>,
}

/// What a member may do in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Role))]
pub enum WireRole {
    /// Reads, writes and adds members.
    Member,
    /// A role that rooms gives; here the same as a member.
    Admin,
    /// Also changes the group, removes members, and ends it.
    Owner,
}

impl From<Role> for WireRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Member => Self::Member,
            Role::Admin => Self::Admin,
            Role::Owner => Self::Owner,
        }
    }
}

/// A group as one of its members is shown it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Group))]
pub struct GroupView {
    /// The group.
    #[serde(flatten)]
    pub group: CreatedGroup,
    /// What the one who asks may do in it.
    pub role: WireRole,
}

/// Shows a group.
#[derive(Debug)]
pub struct GetGroup;

impl Endpoint for GetGroup {
    const ROUTE: Route = get("/group/{group_id}", "获取群组信息");
    type Request = GroupRequest;
    type Response = GroupView;
}

/// A request that only names a group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::GroupRequest))]
pub struct GroupRequest {
    /// Which group.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub group_id: GivenId<ConversationId>,
}

impl Decode for GroupRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { group_id: group_in_path(input)? })
    }
}

fn group_in_path(input: &Input) -> Result<GivenId<ConversationId>, Refused> {
    input.path().required("group_id", id)
}

/// Changes a group.
#[derive(Debug)]
pub struct UpdateGroup;

impl Endpoint for UpdateGroup {
    const ROUTE: Route = put("/group/{group_id}", "更新群组信息（群主）");
    type Request = UpdateGroupRequest;
    type Response = GroupView;
}

/// What becomes of a group; what is absent or null stays.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::UpdateGroupRequest))]
pub struct UpdateGroupRequest {
    /// Which group.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub group_id: GivenId<ConversationId>,
    /// Its name, 1 to 128 characters without control characters.
    pub name: Option<String>,
    /// What it is about, at most 1,000 characters; empty clears it.
    pub description: Option<String>,
    /// Where its picture is, at most 2,048 characters; empty clears it.
    pub avatar: Option<String>,
}

impl Decode for UpdateGroupRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let group = group_in_path(input);
        let body = input.body()?;
        let name = body.optional("name", group_name);
        let description = body.optional("description", |node| node.text(DESCRIPTION_MAX));
        let avatar = body.optional("avatar", avatar);
        Ok(Self { group_id: group?, name: name?, description: description?, avatar: avatar? })
    }
}

/// Ends a group.
#[derive(Debug)]
pub struct DeleteGroup;

impl Endpoint for DeleteGroup {
    const ROUTE: Route = delete("/group/{group_id}", "解散群组（群主）");
    type Request = GroupRequest;
    type Response = DeletedGroup;
}

/// A group that was ended.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::DeletedGroup))]
pub struct DeletedGroup {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub group_id: WireId,
}

/// Lists the members of a group, in the order in which they joined.
#[derive(Debug)]
pub struct ListMembers;

impl Endpoint for ListMembers {
    const ROUTE: Route = get("/group/{group_id}/members", "获取群成员列表");
    type Request = GroupRequest;
    type Response = Members;
}

/// The members of a group.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Members))]
pub struct Members {
    /// In the order in which they joined.
    pub members: Vec<MemberView>,
}

/// A member of a group.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Member))]
pub struct MemberView {
    /// Who.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: WireId,
    /// Their name.
    pub username: String,
    /// Where their picture is, or empty.
    pub avatar: String,
    /// What they may do.
    pub role: WireRole,
    /// When they joined.
    pub joined_at: String,
}

/// Adds a member to a group.
#[derive(Debug)]
pub struct AddMember;

impl Endpoint for AddMember {
    const ROUTE: Route = post("/group/{group_id}/members", "添加群成员");
    type Request = AddMemberRequest;
    type Response = Membership;
}

/// A member to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::AddMemberRequest))]
pub struct AddMemberRequest {
    /// To which group.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub group_id: GivenId<ConversationId>,
    /// Whom.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: GivenId<AccountId>,
}

impl Decode for AddMemberRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let group = group_in_path(input);
        let user = input.body()?.required_not_null("user_id", id);
        Ok(Self { group_id: group?, user_id: user? })
    }
}

/// Removes a member from a group, or leaves it.
#[derive(Debug)]
pub struct RemoveMember;

impl Endpoint for RemoveMember {
    const ROUTE: Route = delete("/group/{group_id}/members/{user_id}", "移除群成员（群主）或退出群组");
    type Request = MemberRequest;
    type Response = Membership;
}

/// A request that names a member.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::MemberRequest))]
pub struct MemberRequest {
    /// Of which group.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub group_id: GivenId<ConversationId>,
    /// Whom.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: GivenId<AccountId>,
}

impl Decode for MemberRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let group = group_in_path(input);
        let user = input.path().required("user_id", id);
        Ok(Self { group_id: group?, user_id: user? })
    }
}

/// Whose part in which group changed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = groups::Membership))]
pub struct Membership {
    /// In which group.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub group_id: WireId,
    /// Whose.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub user_id: WireId,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::wire::FieldError;

    #[test]
    fn a_group_needs_a_name_and_nothing_else() {
        let decode = |body| Input::strict().with_json(body).decode::<CreateGroupRequest>();
        let group =
            CreateGroupRequest {
                name: "爬山".to_owned(), description: String::new(), avatar: String::new()
            };
        assert_eq!(decode(json!({"name": "爬山"})), Ok(group.clone()));
        assert_eq!(decode(json!({"name": "爬山", "description": null, "avatar": ""})), Ok(group));
        for wrong in [json!(""), json!(" \n"), json!("a\nb"), json!(null), json!(5), json!("x".repeat(129))] {
            assert!(decode(json!({"name": wrong})).is_err(), "{wrong}");
        }
        let errors = decode(json!({"description": 5, "avatar": []})).unwrap_err();
        assert_eq!(
            errors.iter().map(FieldError::field).collect::<Vec<_>>(),
            ["name", "description", "avatar"]
        );
    }

    #[test]
    fn a_path_that_names_nothing_names_an_unknown_group() {
        let decode = |group: &'static str| {
            let input = Input::strict().with_path([("group_id".into(), group.into())]);
            input.decode::<GroupRequest>().unwrap().group_id.possible().map(ConversationId::get)
        };
        assert_eq!(decode("12"), Some(12));
        for unknown in ["x", "0", "-1", "1.5", "缘", "99999999999999999999"] {
            assert_eq!(decode(unknown), None);
        }
    }
}
