//! Media in a bucket: S3, and what speaks its protocol.

use std::{fmt, ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use matchmaking_core::ports::media::{MEDIA_BYTES_MAX, MediaError, MediaKey, MediaPart, MediaStore};
use object_store::{
    ClientOptions, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    path::Path,
};

/// How long a connection to the bucket may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long one try of a request may take, with what it carries.
const TRY_TIMEOUT: Duration = Duration::from_secs(30);

/// How often a try that failed is repeated.
const RETRIES: usize = 3;

/// After how long a request is not tried again.
const RETRY_UNTIL: Duration = Duration::from_secs(30);

/// What is written and removed at the start, to learn whether the bucket can be used.
const PROBE: &str = "matchmaking-probe";

/// Keeps media as objects of a bucket, below a prefix.
#[derive(Clone)]
pub struct ObjectMedia {
    bucket: Arc<dyn ObjectStore>,
    prefix: Path,
}

impl fmt::Debug for ObjectMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectMedia").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl ObjectMedia {
    /// The media of `BUCKET/PREFIX`, where the prefix may be left out. Where the bucket is and who may use it is read
    /// from the environment, as all programs for S3 do (`AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, …).
    /// An object is written and removed, so that a bucket that cannot be used is told at once.
    pub async fn open(place: &str) -> Result<Self, MediaError> {
        Self::with(AmazonS3Builder::from_env(), place).await
    }

    async fn with(builder: AmazonS3Builder, place: &str) -> Result<Self, MediaError> {
        let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
        if name.is_empty() {
            return Err(MediaError::Unavailable("no bucket is named".into()));
        }
        // What may be plain HTTP is the environment's to say, and setting the options as a whole would unsay it.
        let is_plain =
            builder.get_config_value(&AmazonS3ConfigKey::Client(object_store::ClientConfigKey::AllowHttp));
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECT_TIMEOUT)
            .with_timeout(TRY_TIMEOUT)
            .with_allow_http(is_plain.is_some_and(|is_plain| is_plain == "true"));
        let retry =
            RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_UNTIL, ..RetryConfig::default() };
        let bucket = builder
            .with_bucket_name(name)
            .with_client_options(client)
            .with_retry(retry)
            // Not everything that speaks S3 knows how to remove many at once, and one is removed at a time here.
            .with_config(AmazonS3ConfigKey::DisableBulkDelete, "true")
            .build()
            .map_err(unavailable)?;
        let media = Self {
            bucket: Arc::new(bucket),
            prefix: Path::parse(prefix).map_err(|error| unavailable(error.into()))?,
        };
        let probe = media.prefix.clone().join(PROBE);
        media.bucket.put(&probe, Bytes::new().into()).await.map_err(unavailable)?;
        media.bucket.delete(&probe).await.map_err(unavailable)?;
        Ok(media)
    }

    fn path(&self, key: &MediaKey) -> Path {
        key.as_str().split('/').fold(self.prefix.clone(), Path::join)
    }

    /// How many bytes a key has, if it has something.
    async fn size(&self, path: &Path) -> Result<Option<u64>, MediaError> {
        present(self.bucket.head(path).await).map(|head| head.map(|head| head.size))
    }
}

#[async_trait]
impl MediaStore for ObjectMedia {
    async fn put(&self, key: &MediaKey, bytes: Bytes) -> Result<(), MediaError> {
        if bytes.len() > MEDIA_BYTES_MAX {
            return Err(MediaError::TooLarge { bytes: bytes.len() });
        }
        self.bucket.put(&self.path(key), bytes.into()).await.map(drop).map_err(unavailable)
    }

    async fn get(&self, key: &MediaKey, range: Option<Range<u64>>) -> Result<Option<MediaPart>, MediaError> {
        let path = self.path(key);
        let nothing = |size: Option<u64>| size.map(|size| MediaPart { bytes: Bytes::new(), size });
        let range = match range {
            None => None,
            // Of a range without bytes, S3 makes an error.
            Some(range) if range.is_empty() => return self.size(&path).await.map(nothing),
            Some(range) => Some(range),
        };
        let start = range.as_ref().map_or(0, |range| range.start);
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let got = match self.bucket.get_opts(&path, options).await {
            Ok(got) => got,
            Err(Error::NotFound { .. }) => return Ok(None),
            // So it does of one that begins after the end, and does not tell it from other errors.
            Err(error) if start > 0 => match self.size(&path).await? {
                Some(size) if start < size => return Err(unavailable(error)),
                size => return Ok(nothing(size)),
            },
            Err(error) => return Err(unavailable(error)),
        };
        let size = got.meta.size;
        Ok(Some(MediaPart { bytes: got.bytes().await.map_err(unavailable)?, size }))
    }

    async fn delete(&self, key: &MediaKey) -> Result<bool, MediaError> {
        let path = self.path(key);
        if self.size(&path).await?.is_none() {
            return Ok(false);
        }
        present(self.bucket.delete(&path).await).map(|deleted| deleted.is_some())
    }
}

fn present<T>(result: Result<T, Error>) -> Result<Option<T>, MediaError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(unavailable(error)),
    }
}

fn unavailable(error: Error) -> MediaError {
    MediaError::Unavailable(error.into())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, net::SocketAddr, sync::Mutex};

    use http::{Method, Response, StatusCode, header};
    use matchmaking_core::ports::media::conformance;
    use warp::Filter as _;

    use super::*;

    /// As much of S3 as one writer and one reader need: objects under their whole path, ranges, and an answer to
    /// nobody without a signature.
    #[derive(Clone, Default)]
    struct Bucket(Arc<Mutex<BTreeMap<String, Bytes>>>);

    impl Bucket {
        async fn serve(&self) -> SocketAddr {
            let bucket = self.clone();
            let answer = warp::method()
                .and(warp::path::full())
                .and(warp::header::optional::<String>("authorization"))
                .and(warp::header::optional::<String>("range"))
                .and(warp::body::bytes())
                .map(
                    move |method,
                          path: warp::path::FullPath,
                          signature: Option<String>,
                          range: Option<String>,
                          body| {
                        if signature.is_some_and(|signature| {
                            signature.starts_with("AWS4-HMAC-SHA256 Credential=key/")
                        }) {
                            bucket.answer(&method, path.as_str(), range.as_deref(), body)
                        } else {
                            reply(StatusCode::FORBIDDEN, Bytes::new())
                        }
                    },
                );
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(warp::serve(answer).incoming(listener).run());
            address
        }

        fn answer(&self, method: &Method, path: &str, range: Option<&str>, body: Bytes) -> Response<Bytes> {
            let mut objects = self.0.lock().unwrap();
            if method == Method::PUT {
                objects.insert(path.to_owned(), body);
                return reply(StatusCode::OK, Bytes::new());
            }
            if method == Method::DELETE {
                objects.remove(path);
                return reply(StatusCode::NO_CONTENT, Bytes::new());
            }
            let Some(object) = objects.get(path) else { return reply(StatusCode::NOT_FOUND, Bytes::new()) };
            let Some((start, end)) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
            else {
                return reply(StatusCode::OK, object.clone());
            };
            let start: usize = start.parse().unwrap();
            if start >= object.len() {
                return reply(StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new());
            }
            let end =
                end.parse::<usize>().map_or(object.len(), |last| object.len().min(last.saturating_add(1)));
            let mut part = reply(StatusCode::PARTIAL_CONTENT, object.slice(start..end));
            let told = format!("bytes {start}-{}/{}", end - 1, object.len());
            part.headers_mut().insert(header::CONTENT_RANGE, told.parse().unwrap());
            part
        }
    }

    fn reply(status: StatusCode, body: Bytes) -> Response<Bytes> {
        let length = body.len();
        Response::builder()
            .status(status)
            .header(header::ETAG, "\"1\"")
            .header(header::LAST_MODIFIED, "Thu, 05 Feb 2026 10:30:00 GMT")
            .header(header::CONTENT_LENGTH, length)
            .body(body)
            .unwrap()
    }

    fn builder(address: SocketAddr, key: &str) -> AmazonS3Builder {
        AmazonS3Builder::new()
            .with_endpoint(format!("http://{address}"))
            .with_allow_http(true)
            .with_region("cn-east-1")
            .with_access_key_id(key)
            .with_secret_access_key("secret")
    }

    #[tokio::test]
    async fn a_bucket_keeps_the_contract_of_media_below_its_prefix() {
        let bucket = Bucket::default();
        let address = bucket.serve().await;
        for place in ["bucket/some/prefix", "bucket"] {
            let media = ObjectMedia::with(builder(address, "key"), place).await.unwrap();
            conformance::keeps_its_contract(&media).await;
            media.put(&"a/b".parse().unwrap(), Bytes::from_static(b"x")).await.unwrap();
        }
        let names: Vec<_> = bucket.0.lock().unwrap().keys().cloned().collect();
        let kept: Vec<_> = names.iter().filter(|name| name.ends_with("a/b")).collect();
        assert_eq!(kept, ["/bucket/a/b", "/bucket/some/prefix/a/b"]);
        assert!(!names.iter().any(|name| name.contains(PROBE)));
    }

    #[tokio::test]
    async fn a_bucket_that_cannot_be_used_is_told_at_the_start() {
        let address = Bucket::default().serve().await;
        let refused = ObjectMedia::with(builder(address, "another"), "bucket").await;
        assert!(matches!(refused, Err(MediaError::Unavailable(_))), "{refused:?}");
        let refused = ObjectMedia::with(builder(address, "key"), "").await;
        assert!(matches!(refused, Err(MediaError::Unavailable(_))), "{refused:?}");
    }
}
