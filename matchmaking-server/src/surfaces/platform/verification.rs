//! Handing in who one is, and papers.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{SubmitPapersRequest, SubmittedIdentity, SubmittedPapers, VerifyIdentityRequest},
        wire::Decode,
    },
    ids::AccountId,
    model::ReviewStatus,
    service::profiles::{IdentityPapers, ImageSource},
};

use super::{
    language,
    places::{Desk, Place},
    profile::word,
};
use crate::http::{Ctx, Reply, answer};

/// Reads a request with pictures in it.
async fn read<T: Decode>(desk: &Desk, ctx: &mut Ctx) -> Result<(AccountId, T, Place), Fault> {
    let (caller, place) = desk.admit_with_body(ctx).await?;
    Ok((caller.account, ctx.input().await?.decode()?, place))
}

pub(super) async fn verify_identity(desk: Arc<Desk>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let (me, request, _place) = read::<VerifyIdentityRequest>(&desk, &mut ctx).await?;
    let VerifyIdentityRequest { real_name, id_card_number, id_card_front, id_card_back, face_photo } =
        request;
    let images =
        [("id_card_front", id_card_front), ("id_card_back", id_card_back), ("face_photo", face_photo)];
    let papers = IdentityPapers {
        real_name,
        number: id_card_number,
        images: images.map(|(field, image)| (field, ImageSource::new(image))),
    };
    let verify_id = desk.services.profiles.submit_identity(me, papers).await?;
    let language = language(&ctx.asked);
    let submitted = SubmittedIdentity {
        verify_id,
        status: word(ReviewStatus::Pending),
        estimated_time: language.pick("24小时内完成审核", "Reviewed within 24 hours"),
        tips: language
            .pick("请保持手机畅通，审核结果将通过短信通知", "You will be told the result by text message"),
    };
    answer(&ctx.asked, &submitted)
}

pub(super) async fn submit_papers(desk: Arc<Desk>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let (me, request, _place) = read::<SubmitPapersRequest>(&desk, &mut ctx).await?;
    let SubmitPapersRequest { kind, images } = request;
    let images = images.into_iter().map(ImageSource::new).collect();
    let verify_id = desk.services.profiles.submit_papers(me, kind, images).await?;
    let submitted = SubmittedPapers { verify_id, kind: kind.word(), status: word(ReviewStatus::Pending) };
    answer(&ctx.asked, &submitted)
}
