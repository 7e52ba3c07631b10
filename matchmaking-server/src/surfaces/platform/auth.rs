//! Registering, logging in, and what keeps somebody logged in.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{
            DEVICE_TEXT_MAX, LogInRequest, LoggedIn, LoggedInUser, NewUser, RefreshRequest, Refreshed,
            RegisterRequest, Registered, ResetPasswordRequest, SendCodeRequest, SentCode, nickname,
        },
    },
    model::{AccountStatus, Device, account::masked_phone},
    service::{
        Services,
        auth::{CODE_LIFE_SECONDS, Caller, Credential, Registration, SEND_INTERVAL_SECONDS, TokenPair},
        profiles::FileViewer,
        tokens::SESSION_TOKEN_SECONDS,
    },
};

use crate::http::{Asked, Call};

/// The header that stands in for the name of a device.
const DEVICE_HEADER: &str = "x-device-id";

pub(super) async fn send_code(
    services: Arc<Services>,
    call: Call<SendCodeRequest>,
) -> Result<SentCode, Fault> {
    let SendCodeRequest { phone, purpose } = call.request;
    services.auth.send_code(&phone, purpose).await?;
    Ok(SentCode { expire_seconds: CODE_LIFE_SECONDS, send_interval: SEND_INTERVAL_SECONDS })
}

pub(super) async fn register(
    services: Arc<Services>,
    call: Call<RegisterRequest>,
) -> Result<Registered, Fault> {
    let RegisterRequest { phone, code, password, invite_code, device } = call.request;
    let device = with_header(device, &call.asked);
    let masked = masked_phone(&phone);
    let entered = services.auth.register(Registration { phone, code, password, invite_code, device }).await?;
    let TokenPair { access, refresh } = entered.tokens;
    let id = entered.account.get();
    Ok(Registered {
        user_id: id,
        access_token: access,
        refresh_token: refresh,
        expires_in: SESSION_TOKEN_SECONDS,
        user: NewUser {
            id,
            phone: masked,
            status: AccountStatus::Active.code(),
            profile_completion_rate: services.profiles.completion_rate(entered.account).await?,
            created_at: entered.created_at.to_rfc3339(),
        },
    })
}

pub(super) async fn log_in(services: Arc<Services>, call: Call<LogInRequest>) -> Result<LoggedIn, Fault> {
    let LogInRequest { phone, password, code, device } = call.request;
    let device = with_header(device, &call.asked);
    let credential = match (password, code) {
        (Some(password), _) => Credential::Password(password),
        (None, code) => Credential::Code(code.unwrap_or_default()),
    };
    let entered = services.auth.log_in(&phone, credential, device).await?;
    let account = entered.account;
    let (view, level) =
        tokio::try_join!(async { Ok::<_, Fault>(services.profiles.own(account).await?) }, async {
            Ok(services.likes.level(account).await?)
        },)?;
    let link = |key: &str| services.media.link_for(FileViewer::Account(account), key, services.clock.now());
    let TokenPair { access, refresh } = entered.tokens;
    Ok(LoggedIn {
        user_id: account.get(),
        access_token: access,
        refresh_token: refresh,
        expires_in: SESSION_TOKEN_SECONDS,
        is_new_device: entered.is_new_device,
        user: LoggedInUser {
            id: account.get(),
            nickname: nickname(&view.profile),
            avatar_url: view.avatar().map(|photo| link(&photo.files.full)),
            vip_level: level.code(),
            profile_completion_rate: view.completion_rate,
            status: AccountStatus::Active.code(),
        },
    })
}

pub(super) async fn refresh(services: Arc<Services>, call: Call<RefreshRequest>) -> Result<Refreshed, Fault> {
    let TokenPair { access, refresh } = services.auth.refresh(&call.request.refresh_token).await?;
    Ok(Refreshed { access_token: access, refresh_token: refresh, expires_in: SESSION_TOKEN_SECONDS })
}

pub(super) async fn reset_password(
    services: Arc<Services>,
    call: Call<ResetPasswordRequest>,
) -> Result<(), Fault> {
    let ResetPasswordRequest { phone, code, new_password } = call.request;
    Ok(services.auth.reset_password(&phone, &code, &new_password).await?)
}

pub(super) async fn log_out(services: Arc<Services>, call: Call<(), Caller>) -> Result<(), Fault> {
    Ok(services.auth.log_out(call.who).await?)
}

/// A device by the name in the header, where the body has none. A header that is no name is as good as none.
fn with_header(device: Device, asked: &Asked) -> Device {
    let in_header = || asked.header(DEVICE_HEADER).map(str::trim);
    let usable = |name: &&str| !name.is_empty() && name.len() <= DEVICE_TEXT_MAX;
    let device_id = device.device_id.or_else(|| in_header().filter(usable).map(str::to_owned));
    Device { device_id, ..device }
}
