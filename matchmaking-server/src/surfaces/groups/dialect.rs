//! The dialect of groups: `{code, message, data}` for what is done, `{code, message, error}` for what is not.

use std::borrow::Cow;

use http::StatusCode;
use matchmaking_core::api::{
    fault::Fault,
    groups::ErrorBody,
    wire::{FieldError, Problem, Reading},
};

use crate::http::{Asked, Dialect, OtherMedia, Reply};

/// The wording of groups.
#[derive(Debug, Clone, Copy)]
pub struct Groups;

impl Dialect for Groups {
    fn reading(&self) -> Reading {
        Reading::Strict
    }

    fn other_media(&self) -> OtherMedia {
        OtherMedia::Parse
    }

    fn fault(&self, fault: &Fault, _asked: &Asked) -> Reply {
        let (status, body) = worded(fault);
        Reply::json(status, &body)
    }

    fn before(&self, _asked: &Asked, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"code":200,"message":"success","data":"#);
    }

    fn after(&self, _asked: &Asked, out: &mut Vec<u8>) {
        out.push(b'}');
    }
}

/// What is said of a fault, in an answer or in an error frame.
pub(super) fn error_body(fault: &Fault) -> ErrorBody {
    worded(fault).1
}

fn worded(fault: &Fault) -> (StatusCode, ErrorBody) {
    const BAD: (StatusCode, &str) = (StatusCode::BAD_REQUEST, "请求参数错误");
    const UNAUTHORIZED: (StatusCode, &str) = (StatusCode::UNAUTHORIZED, "未授权或 token 无效");
    const FORBIDDEN: (StatusCode, &str) = (StatusCode::FORBIDDEN, "权限不足");
    const UNKNOWN: (StatusCode, &str) = (StatusCode::NOT_FOUND, "资源不存在");
    const FAILED: (StatusCode, &str) = (StatusCode::INTERNAL_SERVER_ERROR, "服务器内部错误");

    let plain = |class, error: &'static str| (class, Cow::Borrowed(error));
    let ((status, message), error): (_, Cow<'static, str>) = match fault {
        Fault::UnknownPath => plain(UNKNOWN, "路径不存在"),
        Fault::MethodNotAllowed => {
            plain((StatusCode::METHOD_NOT_ALLOWED, "请求方法不允许"), "该路径不支持此请求方法")
        }
        Fault::UpgradeRequired => {
            plain((StatusCode::UPGRADE_REQUIRED, "需要升级协议"), "该路径只接受 WebSocket 连接")
        }
        Fault::BodyTooLarge { limit } => {
            ((StatusCode::PAYLOAD_TOO_LARGE, "请求体过大"), format!("请求体不能超过 {limit} 字节").into())
        }
        Fault::BodyTimeout => plain((StatusCode::REQUEST_TIMEOUT, "请求超时"), "请求体未在规定时间内到达"),
        Fault::BodyBroken => plain(BAD, "请求体不完整"),
        Fault::UnsupportedMediaType => {
            plain((StatusCode::UNSUPPORTED_MEDIA_TYPE, "不支持的媒体类型"), "请求体必须是 JSON")
        }
        Fault::Malformed(malformed) => {
            let place = malformed.position;
            (BAD, format!("不是合法的 JSON：第 {place} 个字符之后无法解析").into())
        }
        Fault::Invalid(errors) => (BAD, fields(errors).into()),
        Fault::RateLimited { retry_after } => {
            ((StatusCode::TOO_MANY_REQUESTS, "请求过于频繁"), format!("请在 {retry_after} 秒后重试").into())
        }
        Fault::TooManySockets => {
            plain((StatusCode::SERVICE_UNAVAILABLE, "服务不可用"), "WebSocket 连接数已达上限")
        }
        Fault::NoToken => plain(UNAUTHORIZED, "缺少 token"),
        Fault::BadToken => plain(UNAUTHORIZED, "token 无效"),
        Fault::ExpiredToken => plain(UNAUTHORIZED, "token 已过期"),
        Fault::NoSurfaceKey => plain(UNAUTHORIZED, "API key 缺失或无效"),
        Fault::NotLoopback(_) => plain(FORBIDDEN, "只接受本机请求"),
        Fault::WrongLogin => plain((StatusCode::UNAUTHORIZED, "登录失败"), "邮箱或密码错误"),
        Fault::PhoneTaken => plain(BAD, "phone: 手机号已注册"),
        Fault::UsernameTaken => plain(BAD, "username: 用户名已存在"),
        Fault::EmailTaken => plain(BAD, "email: 邮箱已被注册"),
        Fault::UnknownAccount | Fault::UnknownAccountToSave | Fault::UnknownUser => {
            plain(UNKNOWN, "用户不存在")
        }
        Fault::UnknownMatch => plain(UNKNOWN, "匹配不存在"),
        Fault::UnknownGroup => plain(UNKNOWN, "群组不存在"),
        Fault::UnknownMessage => plain(UNKNOWN, "消息不存在"),
        Fault::NoConversation | Fault::UnknownSession | Fault::UnknownDialogue => {
            plain(UNKNOWN, "会话不存在")
        }
        Fault::NotAMember => plain(FORBIDDEN, "不是群组成员"),
        Fault::NotAllowed => plain(FORBIDDEN, "只有群主可以执行此操作"),
        Fault::RecallTooLate => plain(FORBIDDEN, "发送超过2分钟的消息不能撤回"),
        Fault::AlreadyMember => plain(BAD, "user_id: 该用户已是群组成员"),
        Fault::GroupFull => plain(BAD, "群组成员已达上限"),
        Fault::TooManyGroups => plain(BAD, "加入的群组数量已达上限"),
        Fault::NothingToTakeBack
        | Fault::UnknownReport
        | Fault::UnknownPhoto
        | Fault::UnknownReview
        | Fault::UnknownEvent
        | Fault::UnknownRegistration => plain(UNKNOWN, "资源不存在"),
        Fault::AlreadyDecided
        | Fault::ContactTooEarly
        | Fault::AlbumFull
        | Fault::TooManyBlocks
        | Fault::ReviewPending
        | Fault::EventRefused(_)
        | Fault::BadNotice => plain(BAD, "操作无法完成"),
        Fault::ReplyUnderWay => plain(BAD, "助手正在回复"),
        Fault::Oneself => plain(BAD, "receiver_id: 不能是自己"),
        Fault::AccountLocked => plain(FORBIDDEN, "账号已被锁定"),
        Fault::ProviderFailed { .. } => plain(FAILED, "第三方服务错误"),
        Fault::BadLink => plain(FORBIDDEN, "链接无效或已过期"),
        Fault::Unavailable { .. } => plain(FAILED, "服务暂时不可用，请稍后重试"),
        Fault::Internal { .. } => plain(FAILED, "服务器内部错误"),
    };
    (status, ErrorBody { code: status.as_u16(), message, error: error.into_owned() })
}

/// Every wrong field by its name, with what is wrong with it.
fn fields(errors: &[FieldError]) -> String {
    let told = errors.iter().map(|error| {
        let field = error.field();
        let name = if field.is_empty() { "请求体" } else { &field };
        format!("{name}: {}", wording(&error.problem))
    });
    told.collect::<Vec<_>>().join("; ")
}

fn wording(problem: &Problem) -> Cow<'static, str> {
    Cow::Borrowed(match problem {
        Problem::Missing => "缺失",
        Problem::NotInteger | Problem::UnreadableInteger | Problem::Fraction => "必须是整数",
        Problem::NotNumber | Problem::UnreadableNumber => "必须是数字",
        Problem::NotText => "必须是字符串",
        Problem::NotBoolean | Problem::UnreadableBoolean => "必须是布尔值",
        Problem::NotList => "必须是数组",
        Problem::NotObject => "必须是 JSON 对象",
        Problem::TooShort(min) => return format!("不能少于 {min} 个字符").into(),
        Problem::TooLong(max) => return format!("不能超过 {max} 个字符").into(),
        Problem::TooFew(min) => return format!("不能少于 {min} 项").into(),
        Problem::TooMany(max) => return format!("不能超过 {max} 项").into(),
        Problem::AtLeast(min) => return format!("不能小于 {min}").into(),
        Problem::AtMost(max) => return format!("不能大于 {max}").into(),
        Problem::NotOneOf(words) => return format!("必须是 {} 之一", words.join("、")).into(),
        Problem::Nul => "不能包含空字符",
        Problem::Value(reason) => return reason.clone(),
        Problem::Reason { chinese, .. } => chinese,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn every_wrong_field_is_named() {
        let errors = vec![
            FieldError::body("username", Problem::Missing, Value::Null),
            FieldError::body("password", Problem::TooShort(8), json!("x")),
            FieldError::body("type", Problem::NotOneOf(&["text", "image", "file"]), json!("song")),
        ];
        let body = error_body(&Fault::Invalid(errors));
        let error =
            "username: 缺失; password: 不能少于 8 个字符; type: 必须是 text、image、file 之一".to_owned();
        assert_eq!(body, ErrorBody { code: 400, message: "请求参数错误", error });
    }

    #[test]
    fn causes_stay_inside() {
        for fault in
            [Fault::internal("SELECT secret"), Fault::Unavailable { cause: "SELECT secret".to_owned() }]
        {
            let body = error_body(&fault);
            assert_eq!((body.code, body.message), (500, "服务器内部错误"));
            assert!(!body.error.contains("secret"));
        }
    }
}
