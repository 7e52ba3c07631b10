//! Pictures that people upload: what they are by their bytes, decoded within bounds, and made anew, so that nothing is
//! kept of a file but what is to be seen.

use std::{io::Cursor, sync::Arc};

use bytes::Bytes;
use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgb, RgbImage,
    codecs::jpeg::JpegEncoder, imageops::FilterType,
};
use tokio::sync::Semaphore;

use crate::service::heavy::heavy;

/// The most pixels of a picture.
pub const PIXELS_MAX: u64 = 40_000_000;

/// The most bytes that decoding one picture may ask for: that of [`PIXELS_MAX`] with four bytes a pixel, and half as much
/// again.
const DECODING_BYTES_MAX: u64 = 6 * PIXELS_MAX;

/// How many pixels are decoded at once by the whole process. Whoever comes beyond waits for their turn.
const PIXELS_AT_ONCE: u64 = 2 * PIXELS_MAX;

/// How many pixels one permit stands for.
const PERMIT_PIXELS: u64 = 100_000;

/// The longer side of a picture as it is served, in pixels. Larger ones are made smaller.
pub const SIDE_MAX: u32 = 4_096;

/// The longer side of a thumbnail, in pixels.
pub const THUMBNAIL_SIDE: u32 = 320;

/// How many spots a blurred picture has along its longer side: too few to recognise anybody.
const BLURRED_SPOTS: u32 = 10;

/// How far the spots run into each other, in pixels of the thumbnail.
const BLUR_SIGMA: f32 = 12.0;

/// The quality of what is encoded, of 100.
const QUALITY: u8 = 85;

/// A part of a picture, in pixels from its upper left corner, as it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// Its left edge.
    pub x: i64,
    /// Its upper edge.
    pub y: i64,
    /// How wide it is.
    pub width: i64,
    /// How high it is.
    pub height: i64,
}

/// A picture made anew, as JPEG, in three forms.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// The picture.
    pub full: Bytes,
    /// How wide that is, in pixels.
    pub width: u32,
    /// How high that is, in pixels.
    pub height: u32,
    /// The small one.
    pub thumbnail: Bytes,
    /// The small one in which nobody is recognised.
    pub blurred: Bytes,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Picture").field("bytes", &self.full.len()).finish_non_exhaustive()
    }
}

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It is no JPEG, PNG or WebP, or breaks off.
    #[error("not a picture")]
    NotAPicture,
    /// It has more than [`PIXELS_MAX`] pixels.
    #[error("too many pixels")]
    TooManyPixels,
    /// The part that was asked for is outside of it.
    #[error("nothing is left of the picture")]
    NothingLeft,
}

/// Makes pictures anew, some at a time. Clones share the bound.
#[derive(Debug, Clone)]
pub struct Pictures(Arc<Semaphore>);

impl Default for Pictures {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new((PIXELS_AT_ONCE / PERMIT_PIXELS) as usize)))
    }
}

impl Pictures {
    /// Makes a picture of these bytes, or of a part of it.
    pub async fn make(&self, bytes: Bytes, crop: Option<Crop>) -> Result<Picture, PictureError> {
        let pixels = pixels(&bytes)?;
        let wanted = u32::try_from(pixels.div_ceil(PERMIT_PIXELS)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.0).acquire_many_owned(wanted).await;
        let made = heavy(move || {
            let _permit = permit;
            make(&bytes, crop)
        });
        // A decoder that panics has met a file that is none.
        made.await.unwrap_or(Err(PictureError::NotAPicture))
    }
}

/// How many pixels a picture says it has, if that is not too many.
fn pixels(bytes: &[u8]) -> Result<u64, PictureError> {
    let (width, height) = decoder(bytes)?.dimensions();
    match u64::from(width) * u64::from(height) {
        0 => Err(PictureError::NotAPicture),
        1..=PIXELS_MAX => Ok(u64::from(width) * u64::from(height)),
        _ => Err(PictureError::TooManyPixels),
    }
}

fn decoder(bytes: &[u8]) -> Result<impl image::ImageDecoder, PictureError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|_| PictureError::NotAPicture)?;
    let known = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];
    if !reader.format().is_some_and(|format| known.contains(&format)) {
        return Err(PictureError::NotAPicture);
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(DECODING_BYTES_MAX);
    reader.limits(limits);
    reader.into_decoder().map_err(|_| PictureError::NotAPicture)
}

/// Whether a JPEG stops before its end, which its decoder would make up for with grey. No other marker comes after the
/// one that ends the last scan; a picture within the picture has its own, before.
fn breaks_off(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|two| two == marker);
    bytes.starts_with(&[0xFF, 0xD8]) && last([0xFF, 0xD9]) < last([0xFF, 0xDA])
}

fn make(bytes: &[u8], crop: Option<Crop>) -> Result<Picture, PictureError> {
    if breaks_off(bytes) {
        return Err(PictureError::NotAPicture);
    }
    let mut decoder = decoder(bytes)?;
    let orientation = decoder.orientation().map_err(|_| PictureError::NotAPicture)?;
    let mut seen = DynamicImage::from_decoder(decoder).map_err(|_| PictureError::NotAPicture)?;
    seen.apply_orientation(orientation);
    if let Some(crop) = crop {
        seen = cut(&seen, crop).ok_or(PictureError::NothingLeft)?;
    }
    let full = DynamicImage::ImageRgb8(flat(fitting(seen, SIDE_MAX)));
    let thumbnail = fitting(full.clone(), THUMBNAIL_SIDE);
    let (width, height) = (thumbnail.width(), thumbnail.height());
    let spots = fitting(thumbnail.clone(), BLURRED_SPOTS);
    let blurred = spots.resize_exact(width, height, FilterType::Triangle).fast_blur(BLUR_SIGMA);
    Ok(Picture {
        width: full.width(),
        height: full.height(),
        full: encoded(&full)?,
        thumbnail: encoded(&thumbnail)?,
        blurred: encoded(&blurred)?,
    })
}

/// The part of a picture, as far as it is inside.
fn cut(seen: &DynamicImage, crop: Crop) -> Option<DynamicImage> {
    let part = |start: i64, length: i64, whole: u32| {
        let end = start.saturating_add(length).clamp(0, i64::from(whole));
        let start = start.clamp(0, i64::from(whole));
        let length = u32::try_from(end - start).ok().filter(|length| *length > 0)?;
        Some((u32::try_from(start).ok()?, length))
    };
    let (x, width) = part(crop.x, crop.width, seen.width())?;
    let (y, height) = part(crop.y, crop.height, seen.height())?;
    Some(seen.crop_imm(x, y, width, height))
}

/// The picture, made smaller if its longer side is longer than this.
fn fitting(picture: DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side { picture } else { picture.thumbnail(side, side) }
}

/// The picture without what can be seen through: on white.
fn flat(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(u16::from);
        let on_white = |colour: u16| ((colour * alpha + 255 * (255 - alpha)) / 255) as u8;
        Rgb([on_white(red), on_white(green), on_white(blue)])
    })
}

fn encoded(picture: &DynamicImage) -> Result<Bytes, PictureError> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    picture.write_with_encoder(encoder).map_err(|_| PictureError::NotAPicture)?;
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture whose left half is red and whose right half is blue.
    fn flag(width: u32, height: u32, format: ImageFormat) -> Bytes {
        let picture =
            RgbImage::from_fn(
                width,
                height,
                |x, _| {
                    if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) }
                },
            );
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).unwrap();
        bytes.into_inner().into()
    }

    fn seen(bytes: &Bytes) -> RgbImage {
        assert_eq!(image::guess_format(bytes).unwrap(), ImageFormat::Jpeg);
        image::load_from_memory(bytes).unwrap().into_rgb8()
    }

    #[tokio::test]
    async fn a_jpeg_that_breaks_off_is_no_picture() {
        let whole = flag(400, 300, ImageFormat::Jpeg);
        for part in [2, whole.len() / 10, whole.len() / 2, whole.len() - 2] {
            let made = Pictures::default().make(whole.slice(..part), None).await;
            assert!(matches!(made, Err(PictureError::NotAPicture)), "{part}");
        }
        let followed = [&whole[..], b"something"].concat().into();
        assert!(Pictures::default().make(followed, None).await.is_ok());
    }

    #[tokio::test]
    async fn pictures_of_three_kinds_are_made_anew() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let made = Pictures::default().make(flag(640, 480, format), None).await.unwrap();
            assert_eq!(seen(&made.full).dimensions(), (640, 480));
            assert_eq!(seen(&made.thumbnail).dimensions(), (320, 240));
            assert_eq!(seen(&made.blurred).dimensions(), (320, 240));
            assert!(seen(&made.full).get_pixel(10, 10).0[0] > 200);
        }
        let small = Pictures::default().make(flag(1, 1, ImageFormat::Png), None).await.unwrap();
        assert_eq!(seen(&small.thumbnail).dimensions(), (1, 1));
        let long = Pictures::default().make(flag(5_000, 10, ImageFormat::Png), None).await.unwrap();
        assert_eq!(seen(&long.full).dimensions(), (SIDE_MAX, 8));
    }

    #[tokio::test]
    async fn a_part_is_cut_to_the_picture() {
        let crop = |x, y, width, height| Some(Crop { x, y, width, height });
        let make = async |crop| Pictures::default().make(flag(200, 100, ImageFormat::Png), crop).await;
        let right = seen(&make(crop(150, -10, 500, 60)).await.unwrap().full);
        assert_eq!(right.dimensions(), (50, 50));
        assert!(right.get_pixel(5, 5).0[2] > 200);
        for nothing in [
            crop(200, 0, 10, 10),
            crop(0, 0, 0, 10),
            crop(-20, 0, 10, 10),
            crop(0, 0, -5, 10),
            crop(i64::MAX, 0, i64::MAX, 1),
            crop(i64::MIN, 0, i64::MIN, 1),
        ] {
            assert_eq!(make(nothing).await, Err(PictureError::NothingLeft), "{nothing:?}");
        }
    }

    /// A JPEG with an EXIF block that says where it was taken, and that it lies on its side.
    #[tokio::test]
    async fn what_a_camera_wrote_is_not_kept_and_its_turn_is_applied() {
        let plain = flag(64, 32, ImageFormat::Jpeg);
        let mut exif =
            b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0SECRETPLACE".to_vec();
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let mut bytes = plain[..2].to_vec();
        bytes.extend([0xff, 0xe1]);
        bytes.extend(length);
        bytes.append(&mut exif);
        bytes.extend(&plain[2..]);
        let made = Pictures::default().make(bytes.into(), None).await.unwrap();
        assert_eq!(seen(&made.full).dimensions(), (32, 64));
        assert!(!made.full.windows(6).any(|window| window == b"SECRET"));
    }

    #[tokio::test]
    async fn what_is_no_picture_is_refused() {
        let whole = flag(64, 64, ImageFormat::Png);
        let gif: &[u8] =
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
        for bytes in [b"".as_slice(), b"hello", gif, b"\xff\xd8\xff\xe0", &whole[..60], &[0; 4_096]] {
            let made = Pictures::default().make(Bytes::copy_from_slice(bytes), None).await;
            assert_eq!(made, Err(PictureError::NotAPicture));
        }
    }

    /// A small file that says it has a billion pixels is not even begun.
    #[tokio::test]
    async fn a_bomb_is_not_decoded() {
        let mut bomb = flag(1, 1, ImageFormat::Png).to_vec();
        bomb[16..24].copy_from_slice(&[0, 0, 0x7f, 0xff, 0, 0, 0x7f, 0xff]);
        // The checksum of the head that was changed.
        let mut crc = !0_u32;
        for byte in &bomb[12..29] {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        bomb[29..33].copy_from_slice(&(!crc).to_be_bytes());
        let made = Pictures::default().make(bomb.into(), None).await;
        assert_eq!(made, Err(PictureError::TooManyPixels));
    }

    #[tokio::test]
    async fn what_is_seen_through_is_white() {
        let clear = image::RgbaImage::from_pixel(8, 8, image::Rgba([0, 0, 0, 0]));
        let mut bytes = Cursor::new(Vec::new());
        clear.write_to(&mut bytes, ImageFormat::Png).unwrap();
        let made = Pictures::default().make(bytes.into_inner().into(), None).await.unwrap();
        assert!(seen(&made.full).get_pixel(4, 4).0.iter().all(|colour| *colour > 250));
    }
}
