//! Media by signed links.

use std::ops::Range;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, StatusCode, header};
use matchmaking_core::api::{fault::Fault, media as api};
use matchmaking_core::ports::media::MediaKey;
use matchmaking_core::service::{Services, media::content_type, profiles::FileViewer};

use crate::config::limits::DOWNLOAD_CHUNK;
use crate::http::{Asked, Asking, Ctx, Download, Mounted, Reply, download, raw, with};

/// For how many seconds at most a client keeps a file of a person's, who may be gone or out of sight by then.
const KEPT_SECS_MAX: u64 = 3_600;

/// The surface's routes with their handlers.
#[must_use]
pub fn routes(services: &Arc<Services>) -> Vec<Mounted> {
    vec![raw::<api::GetMedia>(with(services, get))]
}

async fn get(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    let asked = &ctx.asked;
    let key: MediaKey = asked.param("key").unwrap_or_default().parse().map_err(|_| Fault::UnknownPath)?;
    let given = |name| asked.query_value(name).unwrap_or_default();
    let (viewer, good_for) = if services.media.is_personal(&key) {
        let (viewer, good_for) = viewer(&services, asked, &key).await?;
        if !services.profiles.may_open(viewer, &key).await? {
            return Err(Fault::UnknownPath);
        }
        (Some(viewer), good_for)
    } else {
        let good_for = services.media.good_for(&key, &given("expires"), &given("signature"));
        let good_for = good_for.ok_or(Fault::BadLink)?;
        if services.stores.album.is_discarded(key.as_str(), asked.now()).await? {
            return Err(Fault::UnknownPath);
        }
        (None, good_for)
    };
    let size = match services.media.open(&key, Some(0..0)).await? {
        Some(part) => part.size,
        None => return Err(Fault::UnknownPath),
    };
    let etag = HeaderValue::from_str(&format!("\"{key}\"")).map_err(Fault::internal)?;
    let asking = asking(asked, &etag, size);
    if let (Some(viewer), true) = (viewer, begins(&asking)) {
        services.profiles.count_opened(viewer, &key).await?;
    }
    let reply = match asking {
        Asking::Whole => part(services, asked, &key, 0..size).await?,
        Asking::Part(range) => {
            let shown = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
            let mut reply = part(services, asked, &key, range).await?;
            reply.status = StatusCode::PARTIAL_CONTENT;
            reply.header(header::CONTENT_RANGE, HeaderValue::from_str(&shown).map_err(Fault::internal)?)
        }
        Asking::Nothing => {
            let shown = HeaderValue::from_str(&format!("bytes */{size}")).map_err(Fault::internal)?;
            return Ok(Reply::empty(StatusCode::RANGE_NOT_SATISFIABLE).header(header::CONTENT_RANGE, shown));
        }
    };
    // Whatever it is, its owner may take it back.
    let kept_for = format!("private, max-age={}, immutable", good_for.min(KEPT_SECS_MAX));
    let kept_for = HeaderValue::from_str(&kept_for).map_err(Fault::internal)?;
    // What a browser may show by itself; everything else is saved.
    let shown = ["image/", "video/", "audio/"].iter().any(|kind| content_type(&key).starts_with(kind));
    let disposition = HeaderValue::from_static(if shown { "inline" } else { "attachment" });
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    Ok(reply
        .header(header::ETAG, etag)
        .header(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"))
        .header(header::CACHE_CONTROL, kept_for)
        .header(header::CONTENT_DISPOSITION, disposition)
        .header(HeaderName::from_static("content-security-policy"), policy))
}

/// Who wants to see a file of a person's, and for how many seconds it may be kept: whom the link is for, or whose token
/// comes with the request.
async fn viewer(services: &Services, asked: &Asked, key: &MediaKey) -> Result<(FileViewer, u64), Fault> {
    let Some(named) = asked.query_value("viewer") else {
        let token = asked.bearer().ok_or(Fault::BadLink)?;
        let caller = services.auth.authenticate(token).await?;
        return Ok((FileViewer::Account(caller.account), KEPT_SECS_MAX));
    };
    let given = |name| asked.query_value(name).unwrap_or_default();
    let good = services.media.good_for_viewer(key, &named, &given("expires"), &given("signature"));
    let (viewer, good_for) = good.ok_or(Fault::BadLink)?;
    Ok((viewer, good_for.min(KEPT_SECS_MAX)))
}

/// Whether the beginning is asked for, as whoever begins to watch does.
fn begins(asking: &Asking) -> bool {
    match asking {
        Asking::Whole => true,
        Asking::Part(range) => range.start == 0,
        Asking::Nothing => false,
    }
}

/// Which bytes are asked for. What is kept never changes; a client that has a part of something else gets the whole.
fn asking(asked: &Asked, etag: &HeaderValue, size: u64) -> Asking {
    let range = asked.header("range");
    let of_this = asked.headers().get(header::IF_RANGE).is_none_or(|known| known == etag);
    Asking::of(range.filter(|_| of_this), size)
}

/// The bytes of a range, read as the client takes them.
async fn part(
    services: Arc<Services>,
    asked: &Asked,
    key: &MediaKey,
    range: Range<u64>,
) -> Result<Reply, Fault> {
    let length = range.end.saturating_sub(range.start);
    let first = range.start..range.end.min(range.start.saturating_add(DOWNLOAD_CHUNK as u64));
    let read = services.media.open(key, Some(first.clone())).await?.ok_or(Fault::UnknownPath)?;
    if first.end == range.end {
        return Ok(Reply::bytes(StatusCode::OK, content_type(key), read.bytes));
    }
    let (download, reply) = download(content_type(key), length);
    let key = key.clone();
    asked.spawn(async move {
        if download.send(read.bytes).await.is_ok() {
            rest(&services, &key, first.end..range.end, &download).await;
        }
    });
    Ok(reply)
}

/// Sends the bytes of a range, until all are sent or nobody reads them.
async fn rest(services: &Services, key: &MediaKey, mut range: Range<u64>, download: &Download) {
    while !range.is_empty() {
        let next = range.start..range.end.min(range.start.saturating_add(DOWNLOAD_CHUNK as u64));
        range.start = next.end;
        match services.media.open(key, Some(next)).await {
            Ok(Some(part)) => {
                if download.send(part.bytes).await.is_err() {
                    return;
                }
            }
            // Removed meanwhile. The client sees that its download breaks off.
            Ok(None) => return,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a download breaks off");
                return;
            }
        }
    }
}
