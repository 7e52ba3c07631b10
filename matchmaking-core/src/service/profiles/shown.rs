//! The pictures of people in lists, as somebody else is shown them.

use std::collections::HashMap;

use super::{FileViewer, Profiles, avatar};
use crate::{
    error::StoreResult,
    ids::AccountId,
    model::{Photo, ReviewStatus},
};

/// Links to the pictures of a person, for one viewer. Without any for whoever has none that passed its review.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShownPictures {
    /// The one that stands for them.
    pub avatar: Option<String>,
    /// All of them, the eldest first.
    pub photos: Vec<String>,
    /// The one that stands for them, so that nobody is recognised.
    pub blurred: Option<String>,
}

impl Profiles {
    /// The pictures of these people for a viewer who is shown the people; those who have none are left out.
    pub async fn pictures(
        &self,
        viewer: AccountId,
        people: &[AccountId],
    ) -> StoreResult<HashMap<AccountId, ShownPictures>> {
        if people.is_empty() {
            return Ok(HashMap::new());
        }
        let mut photos = self.stores.album.photos(people).await?;
        photos.retain(|photo| photo.status == ReviewStatus::Passed);
        let at = self.clock.now();
        let link = |key: &str| self.media.link_for(FileViewer::Account(viewer), key, at);
        let of_one = |photos: &[Photo]| {
            let avatar = avatar(photos);
            let shown = ShownPictures {
                avatar: avatar.map(|photo| link(&photo.files.full)),
                photos: photos.iter().map(|photo| link(&photo.files.full)).collect(),
                blurred: avatar.map(|photo| link(&photo.files.blurred)),
            };
            Some((photos.first()?.account, shown))
        };
        Ok(photos.chunk_by(|one, next| one.account == next.account).filter_map(of_one).collect())
    }
}
