//! By what people are known and let in, as requests have it.

use crate::{
    api::wire::{Fields, Node, Problem, Refused},
    model::{
        Device,
        account::{
            EMAIL_MAX_BYTES, PASSWORD_CHARS, USERNAME_MAX_CHARS, is_email, is_password, is_phone, is_username,
        },
    },
    text::TEXT_MAX_CHARS,
};

/// The most characters of each text that a client says about its device.
pub const DEVICE_TEXT_MAX: usize = 128;

/// What is wrong with a value, in both languages.
const fn wrong(chinese: &'static str, english: &'static str) -> Problem {
    Problem::Reason { chinese, english }
}

/// A mobile number of mainland China.
pub(super) fn phone(node: Node<'_>) -> Result<String, Refused> {
    let phone = node.text(TEXT_MAX_CHARS)?;
    node.check(is_phone(&phone), wrong("手机号格式不正确", "is no mobile number of mainland China"))?;
    Ok(phone)
}

/// A new password.
pub(super) fn new_password(node: Node<'_>) -> Result<String, Refused> {
    let password = node.text_of(PASSWORD_CHARS)?;
    node.check(
        is_password(&password),
        wrong("密码必须同时包含字母和数字", "must have a letter and a digit"),
    )?;
    Ok(password)
}

/// A password or a code that somebody shows. One that cannot be the right one is a wrong one, not a wrong field.
pub(super) fn shown(node: Node<'_>) -> Result<String, Refused> {
    node.text(usize::MAX)
}

/// A user name.
pub(super) fn username(node: Node<'_>) -> Result<String, Refused> {
    let name = node.text(USERNAME_MAX_CHARS)?;
    node.check(
        is_username(&name),
        wrong("用户名不能为空白，也不能包含控制字符", "must not be blank or have control characters"),
    )?;
    Ok(name)
}

/// An e-mail address.
pub(super) fn email(node: Node<'_>) -> Result<String, Refused> {
    let address = node.text(EMAIL_MAX_BYTES)?;
    node.check(is_email(&address), wrong("邮箱格式不正确", "is no e-mail address"))?;
    Ok(address)
}

/// What a client says about its device, all of which may be absent. A text with nothing in it counts as absent.
pub(super) fn device(body: &Fields<'_>) -> Result<Device, Refused> {
    let device = body.optional("device_info", |node| {
        let fields = node.object()?;
        let text = |name| fields.optional(name, |node| node.text(DEVICE_TEXT_MAX));
        let device_id = text("device_id");
        let device_type = text("device_type");
        let device_model = text("device_model");
        let os_version = text("os_version");
        let app_version = text("app_version");
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Ok(Device {
            device_id: filled(device_id?),
            device_type: filled(device_type?),
            device_model: filled(device_model?),
            os_version: filled(os_version?),
            app_version: filled(app_version?),
        })
    });
    Ok(device?.unwrap_or_default())
}

/// What a client says about its device, for the documentation.
#[cfg(feature = "openapi")]
#[derive(Debug, utoipa::ToSchema)]
#[schema(as = platform::DeviceInfo)]
#[expect(dead_code, reason = "it describes what the decoder reads")]
pub(super) struct DeviceInfo {
    /// The name by which the client knows the device; the header `X-Device-ID` stands in for it.
    device_id: Option<String>,
    /// Its kind, such as `ios`.
    device_type: Option<String>,
    /// Its model.
    device_model: Option<String>,
    /// The version of its system.
    os_version: Option<String>,
    /// The version of the client.
    app_version: Option<String>,
}
