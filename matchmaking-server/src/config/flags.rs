//! The flags and variables, as texts. What they mean is found out later, all at once.

use clap::Args;

/// Declares the flags with their variables, and the list of the variables' names.
macro_rules! flags {
    ($($(#[doc = $doc:literal])+ $field:ident, $variable:literal;)+) => {
        /// Flag over variable over default. An empty text counts as unset.
        #[derive(Debug, Clone, Default, Args)]
        pub struct Flags {
            $(
                $(#[doc = $doc])+
                #[arg(long, env = $variable, hide_env_values = true, global = true, value_name = "VALUE")]
                // Under a heading of their own: they would hide the options of a subcommand.
                #[arg(help_heading = "Configuration")]
                pub $field: Option<String>,
            )+
        }

        impl Flags {
            /// The names of all variables.
            pub const VARIABLES: &'static [&'static str] = &[$($variable),+];

            /// The value that was given for a variable, if any.
            #[must_use]
            pub fn given(&self, variable: &str) -> Option<&str> {
                match variable {
                    $($variable => self.$field.as_deref(),)+
                    _ => None,
                }
                .map(str::trim)
                .filter(|value| !value.is_empty())
            }
        }
    };
}

flags! {
    /// Where to listen [default: 127.0.0.1:8000]
    bind_addr, "BIND_ADDR";
    /// Where database, media and secrets live [default: ./data]
    data_dir, "DATA_DIR";
    /// The store: sqlite://PATH, postgres://… or memory: [default: sqlite://$DATA_DIR/matchmaking.db]
    database_url, "DATABASE_URL";
    /// Where media live: file://PATH or s3://bucket/prefix [default: file://$DATA_DIR/media]
    media_url, "MEDIA_URL";
    /// The prefix of issued media URLs [default: from BIND_ADDR]
    public_base_url, "PUBLIC_BASE_URL";
    /// Signs tokens; at least 32 bytes [default: generated once into DATA_DIR]
    jwt_secret, "JWT_SECRET";
    /// Encrypts identity data; at least 32 bytes [default: generated once into DATA_DIR]
    data_key, "DATA_KEY";
    /// The most connections; further ones are refused [default: 10000]
    max_connections, "MAX_CONNECTIONS";
    /// The most WebSockets; further ones are refused [default: 50000]
    max_sockets, "MAX_SOCKETS";
    /// The token of the back office [default: none, and no back office]
    admin_token, "ADMIN_TOKEN";
    /// The APIs to serve, a comma list [default: miracle,platform,rooms,groups,assistant]
    surfaces, "SURFACES";
    /// The key without which miracle and assistant refuse [default: none]
    open_surface_key, "OPEN_SURFACE_KEY";
    /// true: a trusted gateway stands in front of miracle and assistant [default: false]
    allow_open_surfaces, "ALLOW_OPEN_SURFACES";
    /// Where SMS go: log:, file:///path or https://… (a signed webhook) [default: log:]
    sms_url, "SMS_URL";
    /// The payment gateway: sandbox [default: sandbox]
    payment_gateway, "PAYMENT_GATEWAY";
    /// The base URL of an OpenAI-compatible server [default: the built-in assistant]
    assistant_url, "ASSISTANT_URL";
    /// The model that it is asked for
    assistant_model, "ASSISTANT_MODEL";
    /// The key that it wants
    assistant_api_key, "ASSISTANT_API_KEY";
    /// The bus between nodes: local: or nats://… [default: local:]
    bus_url, "BUS_URL";
    /// The zone of days and events [default: Asia/Shanghai]
    time_zone, "TIME_ZONE";
    /// asked or ahead: whether daily lists are drawn when somebody asks, or for everyone when the day begins [default: asked]
    daily_lists, "DAILY_LISTS";
    /// manual or auto: whether photos wait for a reviewer [default: manual]
    photo_review, "PHOTO_REVIEW";
    /// on or off: whether contact details in messages are masked [default: on]
    contact_mask, "CONTACT_MASK";
    /// on, or off for load tests only [default: on]
    rate_limits, "RATE_LIMITS";
    /// The proxies whose X-Forwarded-For is believed: a comma list of addresses and networks [default: none]
    trusted_proxies, "TRUSTED_PROXIES";
    /// The origins whose pages may call: * or a comma list [default: *]
    cors_origins, "CORS_ORIGINS";
    /// What is logged; access=debug adds a line a request [default: info]
    rust_log, "RUST_LOG";
    /// pretty or json [default: pretty]
    log_format, "LOG_FORMAT";
    /// How long requests may go on after SIGTERM, in seconds [default: 10]
    shutdown_grace_secs, "SHUTDOWN_GRACE_SECS";
}
