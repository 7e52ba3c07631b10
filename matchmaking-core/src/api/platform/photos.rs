//! Photos and the film of a profile.

use serde::Serialize;

use super::{delete, post};
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, Fields, GivenId, Input, Node, Problem, Refused, parse_json},
    },
    ids::PhotoId,
    model::PhotoKind,
};

/// The most bytes of a picture.
pub const PICTURE_BYTES_MAX: usize = 10 << 20;

/// The most bytes of a film.
pub const FILM_BYTES_MAX: usize = 50 << 20;

/// How much longer a form may be than its file.
pub(super) const FORM_ROOM: usize = 64 << 10;

/// The most characters of `crop_data`.
const CROP_CHARS_MAX: usize = 500;

/// Adds a photo: a form with the parts `file`, `type`, `is_primary` and `crop_data`.
#[derive(Debug)]
pub struct AddPhoto;

impl Endpoint for AddPhoto {
    const ROUTE: Route =
        post("/profile/photos", "上传照片").documented().stream_body(PICTURE_BYTES_MAX + FORM_ROOM);
    type Request = AddPhotoForm;
    type Response = AddedPhoto;
}

/// What a form says beside its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::AddPhotoForm))]
pub struct AddPhotoForm {
    /// `avatar` or `life`; `life` where it is absent.
    #[cfg_attr(feature = "openapi", schema(rename = "type", value_type = Option<String>))]
    pub kind: PhotoKind,
    /// Whether it is to stand for its person; false where it is absent.
    pub is_primary: bool,
    /// Which part of the picture is meant, as JSON `{"x", "y", "width", "height"}`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub crop_data: Option<CropData>,
}

/// A part of a picture, in pixels from its upper left corner, as it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CropData {
    /// Its left edge.
    pub x: i64,
    /// Its upper edge.
    pub y: i64,
    /// How wide it is.
    pub width: i64,
    /// How high it is.
    pub height: i64,
}

impl Decode for AddPhotoForm {
    fn decode(input: &Input) -> Result<Self, Refused> {
        // The texts of a form are read as those of a query: none of them says what kind of value it is.
        let form = input.query();
        let kind = given(&form, "type", |node| node.one_of(PhotoKind::WORDS, PhotoKind::from_word));
        let is_primary = given(&form, "is_primary", |node| node.boolean());
        let crop_data = given(&form, "crop_data", crop);
        Ok(Self {
            kind: kind?.unwrap_or(PhotoKind::Life),
            is_primary: is_primary?.unwrap_or(false),
            crop_data: crop_data?,
        })
    }
}

/// A part of a form; an empty one says nothing.
fn given<T>(
    form: &Fields<'_>,
    name: &str,
    read: impl FnOnce(Node<'_>) -> Result<T, Refused>,
) -> Result<Option<T>, Refused> {
    form.optional(name, |node| if node.raw() == "" { Ok(None) } else { read(node).map(Some) })
        .map(Option::flatten)
}

/// Four numbers in JSON. Cropping tools send fractions of pixels.
fn crop(node: Node<'_>) -> Result<CropData, Refused> {
    let problem = || Problem::Reason {
        chinese: "必须是包含 x、y、width、height 的 JSON 对象",
        english: "must be a JSON object with x, y, width and height",
    };
    let text = node.str(CROP_CHARS_MAX)?;
    let document = parse_json(text.as_bytes()).map_err(|_| node.refuse(problem()))?;
    let number = |name: &str| {
        let number =
            document.get(name).and_then(serde_json::Value::as_f64).filter(|number| number.is_finite());
        // The cast saturates.
        number.map(|number| number.round() as i64).ok_or_else(|| node.refuse(problem()))
    };
    Ok(CropData { x: number("x")?, y: number("y")?, width: number("width")?, height: number("height")? })
}

/// A photo that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::AddedPhoto))]
pub struct AddedPhoto {
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub photo_id: PhotoId,
    /// The picture.
    pub url: String,
    /// The small one.
    pub thumbnail: String,
    /// How far its review is: `PENDING`, or `PASSED` where nobody reviews.
    pub status: &'static str,
    /// What to tell its person.
    pub tips: &'static str,
}

/// Removes a photo.
#[derive(Debug)]
pub struct RemovePhoto;

impl Endpoint for RemovePhoto {
    const ROUTE: Route =
        delete("/profile/photos/{photo_id}", "删除照片").documented().success("照片删除成功");
    type Request = RemovePhotoRequest;
    type Response = ();
}

/// Which photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RemovePhotoRequest))]
pub struct RemovePhotoRequest {
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub photo_id: GivenId<PhotoId>,
}

impl Decode for RemovePhotoRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        Ok(Self { photo_id: input.path().required("photo_id", |node| node.decimal_id())? })
    }
}

/// Sets the film: a form with the part `file`.
#[derive(Debug)]
pub struct SetVideo;

impl Endpoint for SetVideo {
    const ROUTE: Route = post("/profile/video", "上传介绍视频").stream_body(FILM_BYTES_MAX + FORM_ROOM);
    type Request = ();
    type Response = super::VideoShown;
}

/// Removes the film.
#[derive(Debug)]
pub struct RemoveVideo;

impl Endpoint for RemoveVideo {
    const ROUTE: Route = delete("/profile/video", "删除介绍视频");
    type Request = ();
    type Response = ();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::FieldError;

    fn read(pairs: &[(&'static str, &'static str)]) -> Result<AddPhotoForm, Vec<String>> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let read = Input::strict().with_query(pairs).decode::<AddPhotoForm>();
        read.map_err(|errors| errors.iter().map(FieldError::field).collect())
    }

    #[test]
    fn forms_are_read_as_texts() {
        let form = read(&[
            ("type", "avatar"),
            ("is_primary", "true"),
            ("crop_data", r#"{"x": 0, "y": -1.5, "width": 300, "height": 400}"#),
        ]);
        let crop = CropData { x: 0, y: -2, width: 300, height: 400 };
        let expected = AddPhotoForm { kind: PhotoKind::Avatar, is_primary: true, crop_data: Some(crop) };
        assert_eq!(form, Ok(expected));
        let plain = AddPhotoForm { kind: PhotoKind::Life, is_primary: false, crop_data: None };
        assert_eq!(read(&[]), Ok(plain));
        assert_eq!(read(&[("type", ""), ("is_primary", ""), ("crop_data", "")]), Ok(plain));
        let wrong = read(&[("type", "selfie"), ("is_primary", "maybe"), ("crop_data", "{}")]);
        assert_eq!(wrong.unwrap_err(), ["type", "is_primary", "crop_data"]);
        assert!(read(&[("crop_data", "[1")]).is_err());
    }
}
