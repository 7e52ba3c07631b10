//! The dialect of the platform and of the back office: one envelope for what is done and what is not, with codes whose
//! first three digits are the HTTP status, in Chinese or in English.

use std::{borrow::Cow, io::Write as _};

use http::StatusCode;
use matchmaking_core::api::{
    fault::Fault,
    wire::{FieldError, Problem, Reading},
};
use serde::Serialize;

use crate::http::{Asked, Dialect, OtherMedia, Reply};

/// The wording of the platform.
#[derive(Debug, Clone, Copy)]
pub struct Platform;

/// What an answer without a text of its own says.
const SUCCESS: &str = "success";

impl Dialect for Platform {
    fn reading(&self) -> Reading {
        Reading::Strict
    }

    fn other_media(&self) -> OtherMedia {
        OtherMedia::Refuse
    }

    fn fault(&self, fault: &Fault, asked: &Asked) -> Reply {
        let english = asked.prefers_english();
        let Refusal { code, chinese, english: in_english } = refusal(fault);
        let message = if english { in_english } else { chinese };
        let data = details(fault, english);
        let envelope = Envelope {
            code,
            message,
            data: data.map(|errors| Errors { errors }),
            timestamp: asked.now().0,
            request_id: asked.id().as_str(),
        };
        let status = u16::try_from(code / 100).ok().and_then(|status| StatusCode::from_u16(status).ok());
        Reply::json(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &envelope)
    }

    fn before(&self, asked: &Asked, out: &mut Vec<u8>) {
        let text = asked.listed().and_then(|listed| listed.route.success).unwrap_or(SUCCESS);
        // The texts are constants without anything to escape, and a vector takes whatever is written.
        let _ = write!(out, r#"{{"code":200,"message":"{text}","data":"#);
    }

    fn after(&self, asked: &Asked, out: &mut Vec<u8>) {
        let _ = write!(out, r#","timestamp":{},"request_id":"#, asked.now().0);
        // An identifier is visible ASCII, which may have quotes in it.
        let _ = serde_json::to_writer(&mut *out, asked.id().as_str());
        out.push(b'}');
    }
}

/// What stands around everything that is said.
#[derive(Serialize)]
struct Envelope<'a> {
    code: u32,
    message: &'a str,
    data: Option<Errors>,
    timestamp: i64,
    request_id: &'a str,
}

#[derive(Serialize)]
struct Errors {
    errors: Vec<FieldText>,
}

/// A field and what is wrong with it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct FieldText {
    field: String,
    message: Cow<'static, str>,
}

/// The code of a fault, and its text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refusal {
    code: u32,
    chinese: &'static str,
    english: &'static str,
}

/// The code of a fault and its text, for frames.
pub(super) fn wording(fault: &Fault, english: bool) -> (u32, &'static str) {
    let Refusal { code, chinese, english: in_english } = refusal(fault);
    (code, if english { in_english } else { chinese })
}

fn refusal(fault: &Fault) -> Refusal {
    const fn of(code: u32, chinese: &'static str, english: &'static str) -> Refusal {
        Refusal { code, chinese, english }
    }
    const BAD: Refusal = of(40001, "参数错误", "Invalid parameters");
    const UNKNOWN: Refusal = of(40401, "资源不存在", "Not found");
    const FAILED: Refusal = of(50001, "服务器内部错误", "Internal server error");

    match fault {
        Fault::Invalid(errors) if errors.iter().all(|error| error.problem.is_missing()) => {
            of(40002, "缺少必填参数", "Required parameters are missing")
        }
        Fault::Invalid(_) | Fault::Malformed(_) | Fault::BodyBroken | Fault::Oneself => BAD,
        Fault::NoToken => of(40101, "未授权，缺少Token", "No access token"),
        Fault::NoSurfaceKey => of(40101, "未授权，缺少API Key", "No API key"),
        Fault::ExpiredToken => of(40102, "Token已过期", "The token has expired"),
        Fault::BadToken => of(40103, "Token无效", "The token is not valid"),
        Fault::WrongLogin => of(40104, "手机号或密码错误", "Wrong phone number or password"),
        Fault::NotAllowed | Fault::NotLoopback(_) => of(40301, "权限不足", "Not allowed"),
        Fault::BadLink => of(40301, "链接无效或已过期", "The link is wrong or has expired"),
        Fault::AccountLocked => of(40302, "账号已被锁定", "The account is locked"),
        Fault::UnknownEvent => of(40401, "活动不存在", "No such event"),
        Fault::UnknownRegistration => of(40401, "报名不存在", "No such registration"),
        Fault::EventRefused(refusal) => {
            let (chinese, english) = refusal.texts();
            of(if refusal.is_conflict() { 40901 } else { 40301 }, chinese, english)
        }
        Fault::BadNotice => of(40301, "支付通知签名无效", "The notice is not signed by the gateway"),
        Fault::UnknownPath
        | Fault::UnknownMatch
        | Fault::UnknownGroup
        | Fault::UnknownMessage
        | Fault::UnknownSession
        | Fault::UnknownReport
        | Fault::UnknownReview
        | Fault::NoConversation
        | Fault::UnknownDialogue
        | Fault::NotAMember => UNKNOWN,
        Fault::UnknownAccount | Fault::UnknownAccountToSave | Fault::UnknownUser => {
            of(40401, "用户不存在", "No such user")
        }
        Fault::MethodNotAllowed => of(40501, "请求方法不允许", "Method not allowed"),
        Fault::BodyTimeout => of(40801, "请求超时", "The request took too long"),
        Fault::UsernameTaken => of(40901, "用户名已存在", "The user name is taken"),
        Fault::PhoneTaken => of(40901, "手机号已注册", "The phone number is registered"),
        Fault::EmailTaken => of(40901, "邮箱已被注册", "The e-mail address is taken"),
        Fault::NothingToTakeBack => of(40401, "没有可撤销的操作", "There is nothing to take back"),
        Fault::UnknownPhoto => of(40401, "照片或视频不存在", "No such photo or film"),
        Fault::AlbumFull => of(40901, "相册最多 9 张照片", "The album has nine photos already"),
        Fault::TooManyBlocks => of(40901, "黑名单已满", "Nobody blocks more people than that"),
        Fault::ReviewPending => of(40901, "已有待审核的申请", "A review is pending already"),
        Fault::AlreadyDecided => of(40901, "已经处理过了", "It has been decided already"),
        Fault::RecallTooLate => {
            of(40301, "发送超过2分钟的消息不能撤回", "A message can be taken back for two minutes")
        }
        Fault::ContactTooEarly => of(
            40301,
            "互动3天并发送20条消息后才能解锁联系方式",
            "Contacts are unlocked after 3 days of talking and 20 messages",
        ),
        Fault::ReplyUnderWay => of(40901, "助手正在回复", "A reply is being written"),
        Fault::AlreadyMember | Fault::GroupFull | Fault::TooManyGroups => of(40901, "资源冲突", "Conflict"),
        Fault::BodyTooLarge { .. } => of(41301, "请求体过大", "The body is too large"),
        Fault::UnsupportedMediaType => of(41501, "不支持的媒体类型", "Unsupported media type"),
        Fault::UpgradeRequired => of(42601, "需要升级为WebSocket连接", "A WebSocket handshake is required"),
        Fault::RateLimited { .. } => of(42901, "请求过于频繁", "Too many requests"),
        Fault::TooManySockets => of(50301, "连接数已达上限", "Too many connections"),
        Fault::Unavailable { .. } | Fault::Internal { .. } => FAILED,
        Fault::ProviderFailed { .. } => of(50002, "第三方服务错误", "A service of a third party failed"),
    }
}

/// Every field that is missing or wrong, with what is wrong with it.
fn details(fault: &Fault, english: bool) -> Option<Vec<FieldText>> {
    const BODY: &str = "body";
    match fault {
        Fault::Invalid(errors) => Some(errors.iter().map(|error| field(error, english)).collect()),
        Fault::Malformed(malformed) => {
            let place = malformed.position;
            let message = if english {
                format!("not JSON from character {place} on")
            } else {
                format!("第 {place} 个字符之后不是合法的 JSON")
            };
            Some(vec![FieldText { field: BODY.to_owned(), message: message.into() }])
        }
        _ => None,
    }
}

fn field(error: &FieldError, english: bool) -> FieldText {
    let field = error.field();
    let field = if field.is_empty() { "body".to_owned() } else { field };
    let message = if english { in_english(&error.problem) } else { in_chinese(&error.problem) };
    FieldText { field, message }
}

fn in_chinese(problem: &Problem) -> Cow<'static, str> {
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
        Problem::Reason { chinese, .. } => chinese,
        Problem::Value(reason) => return reason.clone(),
    })
}

fn in_english(problem: &Problem) -> Cow<'static, str> {
    Cow::Borrowed(match problem {
        Problem::Missing => "missing",
        Problem::NotInteger | Problem::UnreadableInteger | Problem::Fraction => "must be an integer",
        Problem::NotNumber | Problem::UnreadableNumber => "must be a number",
        Problem::NotText => "must be a string",
        Problem::NotBoolean | Problem::UnreadableBoolean => "must be a boolean",
        Problem::NotList => "must be an array",
        Problem::NotObject => "must be a JSON object",
        Problem::TooShort(min) => return format!("must have at least {min} characters").into(),
        Problem::TooLong(max) => return format!("must have at most {max} characters").into(),
        Problem::TooFew(min) => return format!("must have at least {min} items").into(),
        Problem::TooMany(max) => return format!("must have at most {max} items").into(),
        Problem::AtLeast(min) => return format!("must be at least {min}").into(),
        Problem::AtMost(max) => return format!("must be at most {max}").into(),
        Problem::NotOneOf(words) => return format!("must be one of {}", words.join(", ")).into(),
        Problem::Nul => "must not contain a null character",
        Problem::Reason { english, .. } => english,
        // Reasons of the services' own are written for this surface's readers.
        Problem::Value(reason) => return reason.clone(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_code_tells_missing_from_wrong() {
        let missing = || FieldError::body("phone", Problem::Missing, Value::Null);
        let wrong = || FieldError::body("age", Problem::AtLeast(18), json!(7));
        assert_eq!(refusal(&Fault::Invalid(vec![missing()])).code, 40002);
        assert_eq!(refusal(&Fault::Invalid(vec![missing(), wrong()])).code, 40001);
        let told = details(&Fault::Invalid(vec![missing(), wrong()]), false).unwrap();
        assert_eq!(told[0], FieldText { field: "phone".to_owned(), message: "缺失".into() });
        assert_eq!(told[1].message, "不能小于 18");
        assert_eq!(details(&Fault::field(wrong()), true).unwrap()[0].message, "must be at least 18");
    }

    #[test]
    fn causes_stay_inside() {
        let cause = || "SELECT secret".to_owned();
        for (fault, code) in [
            (Fault::Internal { cause: cause() }, 50001),
            (Fault::Unavailable { cause: cause() }, 50001),
            (Fault::ProviderFailed { cause: cause() }, 50002),
        ] {
            assert_eq!((refusal(&fault).code, details(&fault, true)), (code, None));
        }
    }
}
