//! Uploading what is to be sent.

use serde::Serialize;

use super::{FILM_BYTES_MAX, photos::FORM_ROOM, post};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, Input, Refused},
    },
    model::MessageKind,
};

/// The most bytes of a sound.
pub const SOUND_BYTES_MAX: usize = 10 << 20;

/// What can be uploaded.
const TYPES: &[&str] = &["image", "voice", "video"];

/// Uploads a picture, a sound or a film that is to be sent: a form with the parts `file` and `type`.
#[derive(Debug)]
pub struct UploadMedia;

impl Endpoint for UploadMedia {
    const ROUTE: Route =
        post("/messages/upload", "上传媒体文件").documented().stream_body(FILM_BYTES_MAX + FORM_ROOM);
    type Request = UploadForm;
    type Response = UploadedView;
}

/// What a form says beside its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::UploadForm))]
pub struct UploadForm {
    /// `image`, `voice` or `video`.
    #[cfg_attr(feature = "openapi", schema(rename = "type", value_type = String))]
    pub kind: MessageKind,
}

impl Decode for UploadForm {
    fn decode(input: &Input) -> Result<Self, Refused> {
        // The texts of a form are read as those of a query: none of them says what kind of value it is.
        let kind = input.query().required("type", |node| {
            node.one_of(TYPES, |word| match word {
                "image" => Some(MessageKind::Image),
                "voice" => Some(MessageKind::Voice),
                "video" => Some(MessageKind::Video),
                _ => None,
            })
        });
        Ok(Self { kind: kind? })
    }
}

/// What was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::UploadedView))]
pub struct UploadedView {
    /// Where it is; also what is sent as `media_url`.
    pub url: String,
    /// Where the small picture is that stands for it; null where there is none.
    pub thumbnail: Option<String>,
    /// How wide it is, in pixels; 0 where that is not known.
    pub width: u32,
    /// How high it is, in pixels; 0 where that is not known.
    pub height: u32,
    /// How long it lasts, in whole seconds; 0 where that is not known.
    pub duration: u32,
    /// How many bytes are served.
    pub size: usize,
}
