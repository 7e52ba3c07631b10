//! Adding and removing photos and the film.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{
            AddPhotoForm, AddedPhoto, CropData, FILM_BYTES_MAX, PICTURE_BYTES_MAX, RemovePhotoRequest,
        },
        wire::{FieldError, Input, Problem},
    },
    model::ReviewStatus,
    service::{
        Services,
        auth::Caller,
        profiles::{Crop, NewPicture},
    },
};
use serde_json::Value;

use super::{
    language,
    places::Desk,
    profile::{Links, word},
};
use crate::http::{Call, Ctx, Reply, answer};

pub(super) async fn add(desk: Arc<Desk>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let (Caller { account: me, .. }, _place) = desk.admit(&mut ctx).await?;
    let services = &desk.services;
    let form = ctx.form("file", PICTURE_BYTES_MAX).await?;
    let texts = form.texts().map(|(name, text)| (name.into(), text.into()));
    let fields = Input::strict().with_query(texts).decode();
    let (AddPhotoForm { kind, is_primary, crop_data }, file) = with_file(fields, form.file)?;
    let crop = crop_data.map(|CropData { x, y, width, height }| Crop { x, y, width, height });
    let new = NewPicture { bytes: file.bytes.clone(), kind, is_primary, crop };
    let photo = services.profiles.add_photo(me, new).await?;
    let links = Links { services, viewer: me, at: ctx.asked.now() };
    let language = language(&ctx.asked);
    let tips = match photo.status {
        ReviewStatus::Pending => {
            language.pick("照片已上传，正在审核中", "The photo is uploaded and being reviewed")
        }
        ReviewStatus::Passed | ReviewStatus::Rejected => language.pick("照片已上传", "The photo is uploaded"),
    };
    let added = AddedPhoto {
        photo_id: photo.id,
        url: links.to(&photo.files.full),
        thumbnail: links.to(&photo.files.thumbnail),
        status: word(photo.status),
        tips,
    };
    answer(&ctx.asked, &added)
}

pub(super) async fn remove(
    services: Arc<Services>,
    call: Call<RemovePhotoRequest, Caller>,
) -> Result<(), Fault> {
    let photo = call.request.photo_id.possible().ok_or(Fault::UnknownPhoto)?;
    Ok(services.profiles.remove_photo(call.who.account, photo).await?)
}

pub(super) async fn set_video(desk: Arc<Desk>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let (Caller { account: me, .. }, _place) = desk.admit(&mut ctx).await?;
    let services = &desk.services;
    let file = ctx.form("file", FILM_BYTES_MAX).await?.file.ok_or_else(no_file)?;
    services.profiles.set_video(me, file.bytes.clone(), None).await?;
    let video = services.profiles.own(me).await?.video.ok_or(Fault::UnknownPhoto)?;
    let links = Links { services, viewer: me, at: ctx.asked.now() };
    answer(&ctx.asked, &links.video(&video, true))
}

pub(super) async fn remove_video(services: Arc<Services>, call: Call<(), Caller>) -> Result<(), Fault> {
    Ok(services.profiles.remove_video(call.who.account).await?)
}

/// The fields of a form and its file, or everything that is wrong or missing.
pub(super) fn with_file<T, F>(fields: Result<T, Vec<FieldError>>, file: Option<F>) -> Result<(T, F), Fault> {
    match (fields, file) {
        (Ok(fields), Some(file)) => Ok((fields, file)),
        (fields, file) => {
            let mut wrong = fields.err().unwrap_or_default();
            wrong.extend(file.is_none().then(missing_file));
            Err(Fault::Invalid(wrong))
        }
    }
}

fn no_file() -> Fault {
    Fault::field(missing_file())
}

fn missing_file() -> FieldError {
    FieldError::body("file", Problem::Missing, Value::Null)
}
