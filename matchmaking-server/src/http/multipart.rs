//! Forms with a file (`multipart/form-data`), read within bounds as they arrive.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::header;
use matchmaking_core::api::fault::Fault;
use multer::{Field, Multipart};

use super::body::RequestBody;
use super::request::Ctx;
use crate::config::limits::{FILE_NAME_CHARS_MAX, FORM_HEAD_MAX, FORM_PARTS_MAX, FORM_TEXT_MAX};

/// A form that was read.
#[derive(Debug)]
pub struct Form {
    texts: Vec<(String, String)>,
    /// The file, if there was one.
    pub file: Option<FormFile>,
}

/// A file of a form.
#[derive(Debug)]
pub struct FormFile {
    /// The name that it had where it comes from, without folders and without control characters; may be empty.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Form {
    /// The first text of this name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// The texts in their order.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

impl Ctx {
    /// Reads a form whose file is in the part `file`, of at most `file_max` bytes. Texts have at most
    /// [`FORM_TEXT_MAX`] bytes each, and there are at most [`FORM_PARTS_MAX`] parts; other files, and further ones of the
    /// same name, are passed over. Faults: no form, a form that breaks off, too large a part or too many of them, and
    /// those of reading the body.
    pub async fn form(&mut self, file: &str, file_max: usize) -> Result<Form, Fault> {
        let boundary =
            self.header(header::CONTENT_TYPE.as_str()).and_then(|kind| multer::parse_boundary(kind).ok());
        let form = match boundary {
            Some(boundary) => read(&mut self.body, boundary, file, file_max).await,
            None => Err(Fault::UnsupportedMediaType),
        };
        if form.is_err() {
            self.body.drain().await;
        }
        form
    }
}

async fn read(body: &mut RequestBody, boundary: String, file: &str, file_max: usize) -> Result<Form, Fault> {
    // The parser keeps what it is given until it has seen a boundary or the end of a head. So it is given one chunk at a
    // time, and not more than this without coming to either.
    let unused = AtomicUsize::new(0);
    let chunks = stream::try_unfold(body, |body| async {
        tokio::task::yield_now().await;
        let Some(chunk) = body.chunk().await? else { return Ok(None) };
        if unused.fetch_add(chunk.len(), Ordering::Relaxed) > FORM_HEAD_MAX {
            return Err(Fault::BodyBroken);
        }
        Ok(Some((chunk, body)))
    });
    let mut parts = Multipart::new(chunks, boundary);
    let mut form = Form { texts: Vec::new(), file: None };
    let mut count = 0;
    while let Some(part) = parts.next_field().await.map_err(fault)? {
        unused.store(0, Ordering::Relaxed);
        count += 1;
        if count > FORM_PARTS_MAX {
            return Err(Fault::BodyTooLarge { limit: FORM_PARTS_MAX * FORM_TEXT_MAX });
        }
        let name = part.name().unwrap_or_default().to_owned();
        if name == file && form.file.is_none() {
            let name = plain_name(part.file_name().unwrap_or_default());
            form.file = Some(FormFile { name, bytes: whole(part, file_max, &unused).await? });
        } else if name == file || part.file_name().is_some() {
            pass_over(part, &unused).await?;
        } else {
            let text = whole(part, FORM_TEXT_MAX, &unused).await?;
            form.texts.push((name, String::from_utf8_lossy(&text).into_owned()));
        }
    }
    Ok(form)
}

/// A part in memory, of at most `limit` bytes.
async fn whole(mut part: Field<'_>, limit: usize, unused: &AtomicUsize) -> Result<Bytes, Fault> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = part.chunk().await.map_err(fault)? {
        unused.store(0, Ordering::Relaxed);
        if bytes.len() + chunk.len() > limit {
            return Err(Fault::BodyTooLarge { limit });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

async fn pass_over(mut part: Field<'_>, unused: &AtomicUsize) -> Result<(), Fault> {
    while part.chunk().await.map_err(fault)?.is_some() {
        unused.store(0, Ordering::Relaxed);
    }
    Ok(())
}

/// What went wrong: what the body says itself, else that it is no form.
fn fault(error: multer::Error) -> Fault {
    match error {
        multer::Error::StreamReadFailed(cause) => cause.downcast().map_or(Fault::BodyBroken, |fault| *fault),
        _ => Fault::BodyBroken,
    }
}

/// A file's name without folders, control characters and excess.
fn plain_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(FILE_NAME_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_lead_nowhere() {
        for (name, plain) in [
            ("a.png", "a.png"),
            ("照片 1.png", "照片 1.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\lin\\a.png", "a.png"),
            ("a\0b\r\n.png", "ab.png"),
            ("..", ".."),
            ("", ""),
            ("/", ""),
        ] {
            assert_eq!(plain_name(name), plain, "{name:?}");
        }
        assert_eq!(plain_name(&"林".repeat(1_000)).chars().count(), FILE_NAME_CHARS_MAX);
    }
}
