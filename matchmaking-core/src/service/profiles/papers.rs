//! What people hand in to be verified: who they are, and papers.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{PictureError, ProfileError, Profiles};
use crate::{
    ids::{AccountId, ReviewId},
    model::{Claim, FileRole, Review, ReviewKind, ReviewStatus, Subject, edit::EditRefusal, id_card},
    service::media::own_key,
    store::{NewReview, SubmitOutcome},
};

/// The most bytes of one picture of papers.
pub const PAPER_BYTES_MAX: usize = 10 << 20;

/// The most bytes of a picture as text: that many in base64, and what stands before it.
const PAPER_TEXT_MAX: usize = PAPER_BYTES_MAX.div_ceil(3) * 4 + 100;

/// A picture as it is handed in: `base64://…`, a `data:` URL, or a link to a file of one's own on this server.
#[derive(Clone, PartialEq, Eq)]
pub struct ImageSource(pub(super) String);

impl ImageSource {
    /// The picture that this text says.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The bytes in the text itself; `None` for a link, and for what is neither.
    fn bytes(&self) -> Option<Bytes> {
        let coded = match self.0.strip_prefix("base64://") {
            Some(coded) => coded,
            None => self.0.strip_prefix("data:")?.split_once(";base64,")?.1,
        };
        if coded.len() > PAPER_TEXT_MAX {
            return None;
        }
        STANDARD.decode(coded.trim_end()).ok().map(Bytes::from)
    }
}

impl fmt::Debug for ImageSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImageSource({} bytes)", self.0.len())
    }
}

/// Who somebody says to be.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityPapers {
    /// The real name.
    pub real_name: String,
    /// The number of the identity card, which [`id_card::parse`](crate::model::id_card::parse) reads.
    pub number: String,
    /// The pictures, each with the name of its field: the card's front and back, and the face.
    pub images: [(&'static str, ImageSource); 3],
}

impl fmt::Debug for IdentityPapers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityPapers").finish_non_exhaustive()
    }
}

/// What is sealed of an identity.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedIdentity {
    pub(super) name: String,
    pub(super) number: String,
}

impl Profiles {
    /// Hands in who a person is. The number and the name are encrypted before they are stored.
    pub async fn submit_identity(
        &self,
        account: AccountId,
        papers: IdentityPapers,
    ) -> Result<ReviewId, ProfileError> {
        let IdentityPapers { real_name, number, images } = papers;
        let today = self.people.today();
        if id_card::parse(&number).is_none_or(|card| card.birth_date > today) {
            return Err(ProfileError::Refused(vec![EditRefusal::NotBornYet]));
        }
        let sealed = SealedIdentity { name: real_name, number };
        let sealed = serde_json::to_string(&sealed).map_err(|_| ProfileError::Sealing)?;
        let sealed = self.data_key.seal(&place(account), &sealed).ok_or(ProfileError::Sealing)?;
        self.check_not_pending(account, ReviewKind::Identity, None).await?;
        let images = images.into_iter().map(|(field, image)| (field.to_owned(), image)).collect();
        self.submit(account, images, |images| Subject::Identity { sealed, images }).await
    }

    /// Hands in papers that show something.
    pub async fn submit_papers(
        &self,
        account: AccountId,
        claim: Claim,
        images: Vec<ImageSource>,
    ) -> Result<ReviewId, ProfileError> {
        self.check_not_pending(account, ReviewKind::Verification, Some(claim)).await?;
        let named = |(number, image)| (format!("images[{number}]"), image);
        let images = images.into_iter().enumerate().map(named).collect();
        self.submit(account, images, |images| Subject::Verification { claim, images }).await
    }

    /// The real name that was verified last, if one was.
    pub(super) fn real_name(&self, submissions: &[Review]) -> Option<String> {
        let passed = submissions.iter().rev().find(|review| {
            review.status == ReviewStatus::Passed && review.subject.kind() == ReviewKind::Identity
        })?;
        self.unsealed(passed).map(|identity| identity.name)
    }

    /// What was sealed of an identity. What cannot be read is told to the log and to nobody else.
    pub(super) fn unsealed(&self, review: &Review) -> Option<SealedIdentity> {
        let Subject::Identity { sealed, .. } = &review.subject else { return None };
        let opened = self.data_key.open(&place(review.account), sealed);
        let identity = opened.and_then(|text| serde_json::from_str(&text).ok());
        if identity.is_none() {
            tracing::error!(
                review = review.id.get(),
                "an identity cannot be read: was it sealed with another key?"
            );
        }
        identity
    }

    /// Refuses what waits already, before anything is done for it. The store decides.
    async fn check_not_pending(
        &self,
        account: AccountId,
        kind: ReviewKind,
        claim: Option<Claim>,
    ) -> Result<(), ProfileError> {
        let submissions = self.stores.reviews.submissions(account).await?;
        let waiting = submissions.iter().find(|review| {
            review.status == ReviewStatus::Pending
                && review.subject.kind() == kind
                && review.subject.claim() == claim
        });
        waiting.map_or(Ok(()), |review| Err(ProfileError::ReviewPending(review.id)))
    }

    async fn submit(
        &self,
        account: AccountId,
        images: Vec<(String, ImageSource)>,
        subject: impl FnOnce(Vec<String>) -> Subject,
    ) -> Result<ReviewId, ProfileError> {
        let mut files = Vec::with_capacity(images.len());
        let mut bad = Vec::new();
        for (field, image) in images {
            match self.paper(account, image).await? {
                Ok(bytes) => files.push((own_key("jpg"), FileRole::Paper, bytes)),
                Err(error) => bad.push((field, error)),
            }
        }
        if !bad.is_empty() {
            return Err(ProfileError::BadPictures(bad));
        }
        let keys = self.put(account, files).await?;
        let at = self.clock.now();
        let new = NewReview { account, subject: subject(keys.clone()), at };
        let outcome = self.stores.reviews.submit_review(new).await?;
        let refusal = match outcome {
            SubmitOutcome::Submitted(review) => return Ok(review.id),
            SubmitOutcome::Pending(waiting) => ProfileError::ReviewPending(waiting),
            SubmitOutcome::UnknownAccount => ProfileError::Unknown,
        };
        self.stores.album.discard_files(&keys, at).await?;
        self.sweep().await?;
        Err(refusal)
    }

    /// A picture of papers, made anew. A link is good only to a file of the person's own.
    async fn paper(
        &self,
        account: AccountId,
        image: ImageSource,
    ) -> Result<Result<Bytes, PictureError>, ProfileError> {
        let bytes = match image.bytes() {
            Some(bytes) => bytes,
            None => match self.linked(account, &image.0).await? {
                Some(bytes) => bytes,
                None => return Ok(Err(PictureError::NotAPicture)),
            },
        };
        Ok(self.pictures.make(bytes, None).await.map(|picture| picture.full))
    }

    async fn linked(&self, account: AccountId, link: &str) -> Result<Option<Bytes>, ProfileError> {
        let Some(key) = self.media.bare(link) else { return Ok(None) };
        let file = self.stores.album.file(key.as_str(), self.clock.now()).await?;
        if file.is_none_or(|file| file.account != account) {
            return Ok(None);
        }
        Ok(self.media.open(&key, None).await?.map(|part| part.bytes))
    }
}

/// Where an identity belongs: to nobody but this account.
fn place(account: AccountId) -> String {
    format!("identity of {account}")
}
