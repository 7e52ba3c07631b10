//! `UserManagement`.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        miracle::{
            CreateNewUserRequest, CreateNewUserResponse, Done, EditSummaryRequest, EditTargetGenderRequest,
            EditUserAgeRequest, SaveUserRequest, TargetGender, UserInfo, UserRequest, WireGender,
        },
    },
    service::{Services, telegram::TelegramError},
};

use super::{acting_user, unknown_as};
use crate::http::Call;

const DONE: Done = Done { success: true };

pub(super) async fn create(
    services: Arc<Services>,
    call: Call<CreateNewUserRequest>,
) -> Result<CreateNewUserResponse, Fault> {
    let CreateNewUserRequest { telegram_user_name, telegram_user_id, gender } = call.request;
    call.asked.charge_account(-telegram_user_id.get())?;
    services.telegram.create(telegram_user_id, &telegram_user_name, gender.0).await?;
    Ok(CreateNewUserResponse { success: true, user_id: telegram_user_id })
}

pub(super) async fn edit_age(services: Arc<Services>, call: Call<EditUserAgeRequest>) -> Result<Done, Fault> {
    let EditUserAgeRequest { user_id, age } = call.request;
    let user = acting_user(&call.asked, user_id)?;
    let today = services.people.today();
    services.telegram.edit(user, |profile| profile.state_age(age, today)).await?;
    Ok(DONE)
}

pub(super) async fn edit_target_gender(
    services: Arc<Services>,
    call: Call<EditTargetGenderRequest>,
) -> Result<Done, Fault> {
    let EditTargetGenderRequest { user_id, target_gender } = call.request;
    let user = acting_user(&call.asked, user_id)?;
    services.telegram.edit(user, |profile| profile.requirements.genders = Some(target_gender.0)).await?;
    Ok(DONE)
}

pub(super) async fn edit_summary(
    services: Arc<Services>,
    call: Call<EditSummaryRequest>,
) -> Result<Done, Fault> {
    let EditSummaryRequest { user_id, summary } = call.request;
    let user = acting_user(&call.asked, user_id)?;
    services.telegram.edit(user, |profile| profile.introduction = Some(summary.clone())).await?;
    Ok(DONE)
}

/// Everything is stored when it is answered, so there is nothing left to do but to say so.
pub(super) async fn save(services: Arc<Services>, call: Call<SaveUserRequest>) -> Result<Done, Fault> {
    if let Some(id) = call.request.user_id {
        let user = id.possible().ok_or(Fault::UnknownAccountToSave)?;
        services.telegram.account(user).await.map_err(unknown_as(Fault::UnknownAccountToSave))?;
    }
    Ok(DONE)
}

pub(super) async fn info(services: Arc<Services>, call: Call<UserRequest>) -> Result<UserInfo, Fault> {
    let id = acting_user(&call.asked, call.request.user_id)?;
    let user = services.telegram.find(id).await?;
    let matches = services.matchmaking.of(user.account).await?;
    let age = user.profile.age_on(services.people.today());
    Ok(UserInfo {
        user_id: id,
        telegram_user_name: user.profile.nickname.unwrap_or_default(),
        telegram_id: id,
        gender: user.profile.gender.map(|gender| WireGender(gender).number()),
        age,
        target_gender: user.profile.requirements.genders.map(|genders| TargetGender(genders).number()),
        user_personality_trait: user.profile.introduction,
        match_ids: matches.iter().map(|view| view.matched.id.get()).collect(),
    })
}

/// An unknown user is no fault here: there is nobody to be seen.
pub(super) async fn deactivate(services: Arc<Services>, call: Call<UserRequest>) -> Result<Done, Fault> {
    let Some(user) = call.request.user_id.possible() else { return Ok(Done { success: false }) };
    call.asked.charge_account(-user.get())?;
    match services.telegram.deactivate(user).await {
        Ok(()) => Ok(DONE),
        Err(TelegramError::Unknown) => Ok(Done { success: false }),
        Err(TelegramError::Store(error)) => Err(error.into()),
    }
}
