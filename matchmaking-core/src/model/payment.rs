//! Paying.

/// Through what a person pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentChannel {
    /// WeChat Pay.
    Wechat,
    /// Alipay.
    Alipay,
}

impl PaymentChannel {
    /// The name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wechat => "wechat",
            Self::Alipay => "alipay",
        }
    }

    /// The channel with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Wechat, Self::Alipay].into_iter().find(|channel| channel.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_have_their_names() {
        for channel in [PaymentChannel::Wechat, PaymentChannel::Alipay] {
            assert_eq!(PaymentChannel::from_code(channel.code()), Some(channel));
        }
        assert_eq!(PaymentChannel::from_code("cash"), None);
    }
}
