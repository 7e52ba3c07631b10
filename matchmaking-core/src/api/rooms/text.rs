//! The texts that clients send: their bounds, and in which words they are refused.

use crate::{
    api::wire::{Node, Problem, Refused},
    text::{TEXT_MAX_CHARS, TextError, check_text},
};

/// The longest user name, in characters.
pub const USERNAME_MAX: usize = 64;
/// The shortest password, in characters.
pub const PASSWORD_MIN: usize = 6;
/// The longest password, in characters.
pub const PASSWORD_MAX: usize = 128;
/// The longest name of a room, in characters.
pub const ROOM_NAME_MAX: usize = 128;
/// The longest description of a room, in characters.
pub const DESCRIPTION_MAX: usize = 1_000;
/// The longest content of a message, in characters.
pub const CONTENT_MAX: usize = TEXT_MAX_CHARS;

/// A kind of text that clients send.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// What it is called in refusals.
    name: &'static str,
    /// The most characters.
    max: usize,
}

pub(super) const USERNAME: Kind = Kind { name: "用户名", max: USERNAME_MAX };
pub(super) const PASSWORD: Kind = Kind { name: "密码", max: PASSWORD_MAX };
pub(super) const ROOM_NAME: Kind = Kind { name: "房间名称", max: ROOM_NAME_MAX };
pub(super) const DESCRIPTION: Kind = Kind { name: "房间描述", max: DESCRIPTION_MAX };
pub(super) const CONTENT: Kind = Kind { name: "消息内容", max: CONTENT_MAX };

impl Kind {
    /// A text within the bounds; it may be empty.
    pub(super) fn read(self, node: Node<'_>) -> Result<String, Refused> {
        let text = self.untouched(node)?;
        match check_text(&text, self.max) {
            Ok(()) => Ok(text),
            Err(TextError::Nul) => Err(self.refuse(node, "包含非法字符")),
            Err(TextError::TooLong(max)) => Err(self.refuse(node, &format!("不能超过{max}个字符"))),
        }
    }

    /// The same, of which something is to be seen.
    pub(super) fn read_not_blank(self, node: Node<'_>) -> Result<String, Refused> {
        let text = self.read(node)?;
        if text.trim().is_empty() { Err(self.refuse(node, "不能为空")) } else { Ok(text) }
    }

    /// A text without any bound, for what is only compared.
    #[expect(clippy::unused_self, reason = "read like the others; which text it is does not matter")]
    pub(super) fn untouched(self, node: Node<'_>) -> Result<String, Refused> {
        node.raw().as_str().map(str::to_owned).ok_or_else(|| node.refuse(Problem::NotText))
    }

    /// Refuses the text in these words.
    pub(super) fn refuse(self, node: Node<'_>, how: &str) -> Refused {
        node.refuse(Problem::value(format!("{}{how}", self.name)))
    }
}
