//! What the operator decides: flags and variables, checked all at once, with defaults that need nothing.

mod flags;
pub mod limits;
mod problems;
mod secrets;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use matchmaking_core::api::route::Surface;

use crate::http::{CorsOrigins, Network, OpenSurfaces, Policy, TrustedProxies};

pub use flags::Flags;
pub use problems::Problems;
pub use secrets::{Secret, load_or_make};

use limits::Limits;
use problems::{Reader, near_misses};

/// The surfaces that `SURFACES` may name.
const SURFACES: [Surface; 5] =
    [Surface::Miracle, Surface::Platform, Surface::Rooms, Surface::Groups, Surface::Assistant];

/// What the configuration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Serving requests.
    Serve,
    /// Anything else, for which it is of no matter who could reach the server.
    Other,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For machines.
    Json,
}

/// Everything that was decided.
#[derive(Debug, Clone)]
pub struct Config {
    /// `BIND_ADDR`
    pub bind_addr: SocketAddr,
    /// `DATA_DIR`
    pub data_dir: PathBuf,
    /// `DATABASE_URL`
    pub database_url: String,
    /// `MEDIA_URL`
    pub media_url: String,
    /// `PUBLIC_BASE_URL`, without a slash at its end
    pub public_base_url: String,
    /// `JWT_SECRET`, if given
    pub jwt_secret: Option<Secret>,
    /// `DATA_KEY`, if given
    pub data_key: Option<Secret>,
    /// `SURFACES`
    pub surfaces: Vec<Surface>,
    /// `SMS_URL`
    pub sms_url: String,
    /// `PAYMENT_GATEWAY`
    pub payment_gateway: String,
    /// `ASSISTANT_URL`; without it the built-in assistant answers
    pub assistant_url: Option<String>,
    /// `ASSISTANT_MODEL`
    pub assistant_model: Option<String>,
    /// `ASSISTANT_API_KEY`
    pub assistant_api_key: Option<Secret>,
    /// `BUS_URL`
    pub bus_url: String,
    /// `TIME_ZONE`
    pub time_zone: chrono_tz::Tz,
    /// `PHOTO_REVIEW`: whether photos are approved without a reviewer
    pub photos_approved_at_once: bool,
    /// `DAILY_LISTS`: whether they are drawn for everyone when their day begins
    pub draws_daily_ahead: bool,
    /// `CONTACT_MASK`
    pub contact_mask: bool,
    /// `RATE_LIMITS`: also lifts the intervals and daily counts of SMS
    pub rate_limits: bool,
    /// `RUST_LOG`
    pub log_filter: String,
    /// `LOG_FORMAT`
    pub log_format: LogFormat,
    /// What concerns requests: bounds, origins, proxies, open surfaces
    pub policy: Policy,
}

impl Config {
    /// What the flags mean, or everything that is wrong with them. `set` are the names of all variables of the
    /// environment, among which slips of the pen are looked for.
    pub fn new(
        flags: &Flags,
        set: impl IntoIterator<Item = String>,
        purpose: Purpose,
    ) -> Result<Self, Problems> {
        let mut read = Reader::new(flags);
        let default_addr = SocketAddr::from(([127, 0, 0, 1], 8000));
        let bind_addr = read.value(
            "BIND_ADDR",
            default_addr,
            "an address and a port such as 127.0.0.1:8000 or [::]:8000",
            |text| text.replace("localhost:", "127.0.0.1:").parse().ok(),
        );
        let data_dir = PathBuf::from(read.given("DATA_DIR").unwrap_or("./data"));
        let in_data = |scheme: &str, name: &str| format!("{scheme}://{}", data_dir.join(name).display());
        let database_url = read.url(
            "DATABASE_URL",
            in_data("sqlite", "matchmaking.db"),
            "sqlite://PATH, postgres://USER:PASSWORD@HOST/NAME or memory:",
            &["sqlite://", "sqlite:", "postgres://", "postgresql://", "memory:"],
        );
        let media_url = read.url(
            "MEDIA_URL",
            in_data("file", "media"),
            "file://PATH or s3://BUCKET/PREFIX",
            &["file://", "s3://"],
        );
        let web = &["http://", "https://"];
        let public_base_url =
            read.url("PUBLIC_BASE_URL", format!("http://{bind_addr}"), "an http:// or https:// URL", web);
        let sms_url = read.url(
            "SMS_URL",
            "log:".to_owned(),
            "log:, file:///PATH or an https:// URL",
            &["log:", "file:///", "http://", "https://"],
        );
        let assistant_url = read.url("ASSISTANT_URL", String::new(), "an http:// or https:// URL", web);
        let bus_url =
            read.url("BUS_URL", "local:".to_owned(), "local: or nats://HOST:PORT", &["local:", "nats://"]);
        let jwt_secret = read.secret("JWT_SECRET", 32);
        let data_key = read.secret("DATA_KEY", 32);
        for (variable, secret) in [("JWT_SECRET", &jwt_secret), ("DATA_KEY", &data_key)] {
            if bus_url.starts_with("nats:") && secret.is_none() {
                read.note(format!(
                    "{variable}: not set, but BUS_URL names a bus, and all nodes on it must share the secret"
                ));
            }
        }
        let surfaces = surfaces(&mut read);
        let open_surfaces = open_surfaces(&mut read, bind_addr, &surfaces, purpose);
        let rate_limits = on_or_off(&mut read, "RATE_LIMITS");
        let policy = Policy {
            limits: limits(&mut read, rate_limits),
            cors: read.value(
                "CORS_ORIGINS",
                CorsOrigins::Any,
                "* or a comma list of origins such as https://app.example.com",
                cors_origins,
            ),
            open_surfaces,
            admin_token: read.secret("ADMIN_TOKEN", 1).map(Secret::new),
            trusted_proxies: read.value(
                "TRUSTED_PROXIES",
                TrustedProxies::default(),
                "a comma list of IP addresses and networks such as 10.0.0.0/8",
                |text| {
                    let networks: Result<Vec<Network>, _> = list(text).map(str::parse).collect();
                    networks.ok().map(TrustedProxies)
                },
            ),
        };
        let config = Self {
            bind_addr,
            database_url,
            media_url,
            public_base_url: public_base_url.trim_end_matches('/').to_owned(),
            jwt_secret: jwt_secret.map(Secret::new),
            data_key: data_key.map(Secret::new),
            surfaces,
            sms_url,
            payment_gateway: read.value("PAYMENT_GATEWAY", "sandbox".to_owned(), "sandbox", |text| {
                (text == "sandbox").then(|| text.to_owned())
            }),
            assistant_url: Some(assistant_url).filter(|url| !url.is_empty()),
            assistant_model: read.given("ASSISTANT_MODEL").map(str::to_owned),
            assistant_api_key: read.secret("ASSISTANT_API_KEY", 1).map(Secret::new),
            bus_url,
            time_zone: read.value(
                "TIME_ZONE",
                chrono_tz::Asia::Shanghai,
                "a zone of the IANA database such as Asia/Shanghai",
                |text| text.parse().ok(),
            ),
            draws_daily_ahead: read.value("DAILY_LISTS", false, "asked or ahead", |text| match text {
                "asked" => Some(false),
                "ahead" => Some(true),
                _ => None,
            }),
            photos_approved_at_once: read.value("PHOTO_REVIEW", false, "manual or auto", |text| match text {
                "manual" => Some(false),
                "auto" => Some(true),
                _ => None,
            }),
            contact_mask: on_or_off(&mut read, "CONTACT_MASK"),
            rate_limits,
            log_filter: read.value(
                "RUST_LOG",
                "info".to_owned(),
                "a level or a filter such as info,access=debug",
                |text| tracing_subscriber::EnvFilter::try_new(text).ok().map(|_| text.to_owned()),
            ),
            log_format: read.value("LOG_FORMAT", LogFormat::Pretty, "pretty or json", |text| match text {
                "pretty" => Some(LogFormat::Pretty),
                "json" => Some(LogFormat::Json),
                _ => None,
            }),
            policy,
            data_dir,
        };
        let mut problems = read.into_problems();
        problems.extend(near_misses(set));
        if problems.is_empty() { Ok(config) } else { Err(Problems(problems)) }
    }
}

/// The secrets that a server works with.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Signs tokens.
    pub jwt: Secret,
    /// Encrypts identity data.
    pub data: Secret,
}

impl Config {
    /// The secrets: those given, else those kept in `DATA_DIR`, which are made at the first start.
    pub fn secrets(&self) -> std::io::Result<Secrets> {
        let kept = |given: &Option<Secret>, name: &str| match given {
            Some(secret) => Ok(secret.clone()),
            None => load_or_make(&self.data_dir, name),
        };
        Ok(Secrets { jwt: kept(&self.jwt_secret, "jwt_secret")?, data: kept(&self.data_key, "data_key")? })
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn surfaces(read: &mut Reader<'_>) -> Vec<Surface> {
    let accepted = "a comma list of miracle, platform, rooms, groups and assistant";
    read.value("SURFACES", SURFACES.to_vec(), accepted, |text| {
        let named: Option<Vec<Surface>> =
            list(text).map(|name| SURFACES.into_iter().find(|surface| surface.name() == name)).collect();
        let mut named = named?;
        named.sort();
        named.dedup();
        (!named.is_empty()).then_some(named)
    })
}

fn open_surfaces(
    read: &mut Reader<'_>,
    bind_addr: SocketAddr,
    surfaces: &[Surface],
    purpose: Purpose,
) -> OpenSurfaces {
    let key = read.secret("OPEN_SURFACE_KEY", 1);
    let allowed = read.value("ALLOW_OPEN_SURFACES", false, "true or false", |text| match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    });
    let open: Vec<_> = surfaces.iter().filter(|surface| surface.is_open()).map(|s| s.name()).collect();
    match key {
        Some(key) => OpenSurfaces::Key(key),
        None if allowed => OpenSurfaces::Allowed,
        None => {
            let reachable = !bind_addr.ip().to_canonical().is_loopback() && !open.is_empty();
            if reachable && purpose == Purpose::Serve {
                read.note(format!(
                    "BIND_ADDR: {bind_addr} is reachable from elsewhere, and {} know no authentication; set \
                     OPEN_SURFACE_KEY to a key that their clients send, or ALLOW_OPEN_SURFACES=true if a trusted \
                     gateway stands in front, or take them out of SURFACES",
                    open.join(" and ")
                ));
            }
            OpenSurfaces::Loopback
        }
    }
}

fn on_or_off(read: &mut Reader<'_>, variable: &str) -> bool {
    read.value(variable, true, "on or off", |text| match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    })
}

fn limits(read: &mut Reader<'_>, rate_limits: bool) -> Limits {
    let mut limits = Limits::default();
    let whole = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0);
    limits.connections = read.value("MAX_CONNECTIONS", limits.connections, "a whole number above 0", whole);
    limits.sockets = read.value("MAX_SOCKETS", limits.sockets, "a whole number above 0", whole);
    limits.shutdown_grace = read.value(
        "SHUTDOWN_GRACE_SECS",
        limits.shutdown_grace,
        "a whole number of seconds, at most 3600",
        |text| text.parse().ok().filter(|seconds| *seconds <= 3_600).map(Duration::from_secs),
    );
    if !rate_limits {
        limits.address_rate = None;
        limits.account_rate = None;
    }
    limits
}

/// `*`, or origins as browsers write them: a scheme and a host, and no path.
fn cors_origins(text: &str) -> Option<CorsOrigins> {
    if text == "*" {
        return Some(CorsOrigins::Any);
    }
    let origins: Option<Vec<String>> = list(text)
        .map(|origin| {
            let origin = origin.trim_end_matches('/');
            let (_, host) = origin.split_once("://")?;
            (!host.is_empty() && !host.contains('/')).then(|| origin.to_owned())
        })
        .collect();
    origins.filter(|origins| !origins.is_empty()).map(CorsOrigins::Only)
}

#[cfg(test)]
mod tests;
