//! The dialect of rooms: `{"code": 1, "msg": …, "data": null}` for whatever is refused, at HTTP 200 if it is a matter
//! of the business.

use std::borrow::Cow;

use http::StatusCode;
use matchmaking_core::api::{
    fault::Fault,
    rooms::{DONE, Envelope},
    wire::{FieldError, Problem, Reading},
};
use serde_json::json;

use crate::http::{Asked, Dialect, OtherMedia, Reply};

/// What is said of requests that nobody can read.
pub(super) const BAD_REQUEST: &str = "请求错误";

/// The end of every text that reports a success, before which it says what was done.
const DONE_WORD: &str = "成功";

/// The wording of rooms.
#[derive(Debug, Clone, Copy)]
pub struct Rooms;

impl Dialect for Rooms {
    fn reading(&self) -> Reading {
        Reading::Strict
    }

    fn other_media(&self) -> OtherMedia {
        // Clients that post JSON do not all say so.
        OtherMedia::Parse
    }

    fn fault(&self, fault: &Fault, asked: &Asked) -> Reply {
        let verdict = verdict(fault);
        if let Verdict::Unauthorized(error) = verdict {
            return Reply::json(StatusCode::UNAUTHORIZED, &json!({ "error": error }));
        }
        let status = match verdict {
            Verdict::Status(status, _) => status,
            _ => StatusCode::OK,
        };
        Reply::json(status, &Envelope::refused(&verdict.text(action(asked))))
    }

    fn before(&self, asked: &Asked, out: &mut Vec<u8>) {
        let text = asked.listed().and_then(|listed| listed.route.success).unwrap_or_default();
        // The texts are those of the table of routes, in which nothing needs to be escaped.
        out.extend_from_slice(format!(r#"{{"code":{DONE},"msg":"{text}","data":"#).as_bytes());
    }

    fn after(&self, _asked: &Asked, out: &mut Vec<u8>) {
        out.push(b'}');
    }
}

/// What a request is about to do, as its refusal says it: `注册`.
fn action(asked: &Asked) -> Option<&'static str> {
    asked.listed()?.route.success?.strip_suffix(DONE_WORD)
}

/// What is said of a fault in a frame.
pub(super) fn frame_text(action: &'static str, fault: &Fault) -> String {
    verdict(fault).text(Some(action))
}

/// How a fault is answered.
enum Verdict<'a> {
    /// With 401 and these words, at which clients log out.
    Unauthorized(&'static str),
    /// With a status of its own, and this as the reason.
    Status(StatusCode, &'static str),
    /// As a refusal, with this as the reason; without one where the document has none.
    Refused(Option<Cow<'a, str>>),
    /// As a refusal, in exactly these words.
    Exactly(&'static str),
}

impl Verdict<'_> {
    /// The whole text: `注册失败，请求错误`.
    fn text(&self, action: Option<&str>) -> String {
        let reason = match self {
            Self::Exactly(text) | Self::Unauthorized(text) => return (*text).to_owned(),
            Self::Status(_, reason) => Some(*reason),
            Self::Refused(reason) => reason.as_deref(),
        };
        match (action, reason) {
            (Some(action), Some(reason)) => format!("{action}失败，{reason}"),
            (Some(action), None) => format!("{action}失败"),
            (None, reason) => reason.unwrap_or(BAD_REQUEST).to_owned(),
        }
    }
}

fn verdict(fault: &Fault) -> Verdict<'_> {
    use Verdict::{Exactly, Status, Unauthorized};
    let refused = |reason: &'static str| Verdict::Refused(Some(Cow::Borrowed(reason)));
    match fault {
        Fault::NoToken => Unauthorized("请先登录"),
        Fault::BadToken => Unauthorized("token无效"),
        Fault::ExpiredToken => Unauthorized("token已过期"),
        Fault::NoSurfaceKey => Unauthorized("API key无效"),
        Fault::NotLoopback(_) => Status(StatusCode::FORBIDDEN, "没有权限"),
        Fault::UnknownPath => Status(StatusCode::NOT_FOUND, "接口不存在"),
        Fault::MethodNotAllowed => Status(StatusCode::METHOD_NOT_ALLOWED, "请求方法错误"),
        Fault::UpgradeRequired => Status(StatusCode::UPGRADE_REQUIRED, "需要WebSocket连接"),
        Fault::BodyTooLarge { .. } => Status(StatusCode::PAYLOAD_TOO_LARGE, "请求内容过大"),
        Fault::BodyTimeout => Status(StatusCode::REQUEST_TIMEOUT, "请求超时"),
        Fault::UnsupportedMediaType => Status(StatusCode::UNSUPPORTED_MEDIA_TYPE, "请求类型错误"),
        Fault::RateLimited { .. } => Status(StatusCode::TOO_MANY_REQUESTS, "请求过于频繁，请稍后再试"),
        Fault::TooManySockets => Status(StatusCode::SERVICE_UNAVAILABLE, "连接过多，请稍后再试"),
        Fault::Unavailable { .. } => Status(StatusCode::SERVICE_UNAVAILABLE, "服务暂不可用，请稍后再试"),
        Fault::Internal { .. } => Status(StatusCode::INTERNAL_SERVER_ERROR, "服务器错误"),
        // A form that is none is told like this, too; who has broken off reads nothing anyway.
        Fault::Malformed(_) | Fault::BodyBroken => refused(BAD_REQUEST),
        Fault::Invalid(errors) => Verdict::Refused(reason(errors)),
        Fault::UnknownAccount | Fault::UnknownAccountToSave | Fault::UnknownUser => refused("用户不存在"),
        Fault::UnknownMatch => refused("匹配不存在"),
        Fault::NoConversation | Fault::UnknownGroup | Fault::UnknownDialogue => refused("聊天室不存在"),
        Fault::ReplyUnderWay => refused("助手正在回复"),
        Fault::NotAMember => refused("当前用户不在聊天室中"),
        Fault::UnknownMessage => refused("消息不存在"),
        Fault::NotAllowed => refused("没有权限"),
        Fault::RecallTooLate => refused("发送超过2分钟的消息不能撤回"),
        Fault::AlreadyMember => refused("用户已在聊天室中"),
        Fault::GroupFull => refused("聊天室人数已满"),
        Fault::NothingToTakeBack
        | Fault::UnknownReport
        | Fault::UnknownPhoto
        | Fault::UnknownReview
        | Fault::UnknownEvent
        | Fault::UnknownRegistration => refused("资源不存在"),
        Fault::AlreadyDecided
        | Fault::ContactTooEarly
        | Fault::AlbumFull
        | Fault::TooManyBlocks
        | Fault::ReviewPending
        | Fault::EventRefused(_)
        | Fault::BadNotice => refused("操作无法完成"),
        Fault::TooManyGroups => refused("加入的聊天室过多"),
        Fault::PhoneTaken => Exactly("手机号已注册"),
        Fault::UnknownSession => Exactly("会话不存在"),
        Fault::UsernameTaken => Exactly("用户名已存在"),
        Fault::EmailTaken => refused("邮箱已存在"),
        Fault::WrongLogin => Exactly("用户名或密码错误"),
        Fault::AccountLocked => Exactly("账号已被锁定"),
        Fault::ProviderFailed { .. } => Status(StatusCode::BAD_GATEWAY, "第三方服务错误"),
        Fault::BadLink => Status(StatusCode::FORBIDDEN, "链接无效或已过期"),
        Fault::Oneself => refused("不能对自己进行此操作"),
    }
}

/// What is wrong with a request: that it cannot be read, or else the first rule that a field breaks, in its own words.
fn reason(errors: &[FieldError]) -> Option<Cow<'_, str>> {
    let rule = |error: &FieldError| {
        matches!(error.problem, Problem::Value(_) | Problem::Reason { .. } | Problem::TooShort(_))
    };
    if !errors.iter().all(rule) {
        return Some(Cow::Borrowed(BAD_REQUEST));
    }
    errors.iter().find_map(|error| match &error.problem {
        Problem::Value(reason) => Some(Cow::Borrowed(reason.as_ref())),
        Problem::Reason { chinese, .. } => Some(Cow::Borrowed(*chinese)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn text(fault: &Fault) -> String {
        verdict(fault).text(Some("创建"))
    }

    fn invalid(problems: impl IntoIterator<Item = Problem>) -> Fault {
        let error = |problem| FieldError::body("x", problem, Value::Null);
        Fault::Invalid(problems.into_iter().map(error).collect())
    }

    #[test]
    fn refusals_say_what_failed_and_why() {
        let rule = || Problem::value("名称过长");
        assert_eq!(text(&invalid([rule()])), "创建失败，名称过长");
        assert_eq!(text(&invalid([Problem::TooShort(1)])), "创建失败");
        assert_eq!(text(&invalid([Problem::TooShort(1), rule()])), "创建失败，名称过长");
        assert_eq!(text(&invalid([rule(), Problem::Missing])), "创建失败，请求错误");
        assert_eq!(text(&invalid([Problem::NotText])), "创建失败，请求错误");
        assert_eq!(text(&Fault::AlreadyMember), "创建失败，用户已在聊天室中");
        assert_eq!(verdict(&Fault::UnknownPath).text(None), "接口不存在");
    }

    #[test]
    fn causes_stay_inside() {
        assert_eq!(text(&Fault::internal("SELECT secret")), "创建失败，服务器错误");
    }
}
