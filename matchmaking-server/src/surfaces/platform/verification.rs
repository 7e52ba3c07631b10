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
    service::{
        Services,
        profiles::{IdentityPapers, ImageSource},
    },
};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{SessionGate, language, profile::word};
use crate::{
    config::limits::PAPERS_AT_ONCE,
    http::{Ctx, Gate as _, Reply, answer},
};

/// After how many seconds there may be room for papers again.
const ROOM_AFTER: u64 = 5;

/// The services, and the room for requests with pictures in them, which are read whole.
#[derive(Debug)]
pub(super) struct Desk {
    services: Arc<Services>,
    room: Semaphore,
}

impl Desk {
    pub(super) fn new(services: &Arc<Services>) -> Arc<Self> {
        Arc::new(Self { services: Arc::clone(services), room: Semaphore::new(PAPERS_AT_ONCE) })
    }

    /// Reads a request of somebody's, once there is room for it.
    async fn read<T: Decode>(&self, ctx: &mut Ctx) -> Result<(AccountId, T, SemaphorePermit<'_>), Fault> {
        let me = SessionGate::new(&self.services).admit(&ctx.asked).await?.account;
        let room = self.room.try_acquire().map_err(|_| Fault::RateLimited { retry_after: ROOM_AFTER })?;
        let request = ctx.input().await?.decode()?;
        Ok((me, request, room))
    }
}

pub(super) async fn verify_identity(desk: Arc<Desk>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let (me, request, _room) = desk.read::<VerifyIdentityRequest>(&mut ctx).await?;
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
    let (me, request, _room) = desk.read::<SubmitPapersRequest>(&mut ctx).await?;
    let SubmitPapersRequest { kind, images } = request;
    let images = images.into_iter().map(ImageSource::new).collect();
    let verify_id = desk.services.profiles.submit_papers(me, kind, images).await?;
    let submitted = SubmittedPapers { verify_id, kind: kind.word(), status: word(ReviewStatus::Pending) };
    answer(&ctx.asked, &submitted)
}
