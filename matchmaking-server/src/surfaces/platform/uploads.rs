//! Uploading what is to be sent.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{FILM_BYTES_MAX, PICTURE_BYTES_MAX, SOUND_BYTES_MAX, UploadForm, UploadedView},
        wire::Input,
    },
    model::MessageKind,
    service::{auth::Caller, profiles::FileViewer},
};

use super::{photos::with_file, places::Desk};
use crate::http::{Ctx, Reply, answer};

pub(super) async fn upload(desk: Arc<Desk>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let (Caller { account: me, .. }, _place) = desk.admit(&mut ctx).await?;
    let services = &desk.services;
    // What it is may be said behind the file, so that the largest is read of any.
    let form = ctx.form("file", FILM_BYTES_MAX).await?;
    let texts = form.texts().map(|(name, text)| (name.into(), text.into()));
    let fields = Input::strict().with_query(texts).decode();
    let (UploadForm { kind }, file) = with_file(fields, form.file)?;
    let limit = match kind {
        MessageKind::Image => PICTURE_BYTES_MAX,
        MessageKind::Voice => SOUND_BYTES_MAX,
        _ => FILM_BYTES_MAX,
    };
    if file.bytes.len() > limit {
        return Err(Fault::BodyTooLarge { limit });
    }
    let kept = services.uploads.keep(me, kind, file.bytes.clone()).await?;
    let link = |key: &String| services.media.link_for(FileViewer::Account(me), key, ctx.asked.now());
    let details = kept.details;
    let uploaded = UploadedView {
        url: details.media.as_ref().map(link).unwrap_or_default(),
        thumbnail: details.thumbnail.as_ref().map(link),
        width: details.width.unwrap_or(0),
        height: details.height.unwrap_or(0),
        duration: details.duration_secs.unwrap_or(0),
        size: kept.bytes,
    };
    answer(&ctx.asked, &uploaded)
}
