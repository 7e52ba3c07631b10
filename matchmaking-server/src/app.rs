//! Putting the parts together: stores, services, routes.

use std::sync::Arc;

use matchmaking_core::{
    api::route::Surface,
    error::StoreError,
    scoring::ColumnarPool,
    service::{Foundation, Services, sealing::DataKey, tokens::TokenKey},
    store::{self, DatabaseUrl},
};

use crate::{
    config::{Config, Secrets},
    http::{Policy, Site, Telemetry},
    ops::{self, Readiness, ReadinessCheck},
    ports::{self, PortFailure},
    surfaces,
    weights::{self, WeightsError},
};

/// Why the parts could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A port cannot be used.
    #[error(transparent)]
    Port(#[from] PortFailure),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The table of weights cannot be used.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// Opens the ports and the store that the configuration names, and everything above them. The secrets are the
/// [`Config::secrets`].
pub async fn open(config: &Config, secrets: &Secrets) -> Result<Arc<Services>, OpenError> {
    let matcher = Arc::new(ColumnarPool::new(weights::load(&config.data_dir)?));
    let token_key = TokenKey::new(secrets.jwt.expose().as_bytes());
    let ports = ports::open(config, &token_key).await?;
    let stores = store::open(&config.database_url.parse::<DatabaseUrl>()?).await?;
    let foundation = Foundation {
        ports,
        matcher,
        time_zone: config.time_zone,
        token_key,
        data_key: DataKey::new(secrets.data.expose().as_bytes()),
        photos_approved_at_once: config.photos_approved_at_once,
        masks_contacts: config.contact_mask,
        draws_daily_ahead: config.draws_daily_ahead,
        limits_codes: config.rate_limits,
        public_base_url: config.public_base_url.clone(),
        ..Foundation::over(stores)
    };
    over(foundation).await
}

/// The services on this foundation, started, while the pool is being filled beside them. Whoever ends the process stops them first,
/// then closes the store.
pub async fn over(foundation: Foundation) -> Result<Arc<Services>, OpenError> {
    let services = Services::new(foundation);
    services.start().await.map_err(|source| PortFailure::unusable("BUS_URL", source))?;
    services.fill_pool_beside();
    services.sweep_media_beside();
    services.run_jobs_beside();
    services.check_sockets_beside();
    Ok(Arc::new(services))
}

/// Everything that is served: these surfaces, and the routes for whoever runs the server.
#[must_use]
pub fn site(services: &Arc<Services>, served: &[Surface], policy: Policy) -> Site {
    let telemetry = Arc::new(Telemetry::new());
    let upkeep = Arc::clone(&services.stores.upkeep);
    let store_answers = ReadinessCheck::new("store", move || {
        let upkeep = Arc::clone(&upkeep);
        async move { upkeep.ping().await.is_ok() }
    });
    let people = services.people.clone();
    let pool_is_filled = ReadinessCheck::new("pool", move || std::future::ready(!people.is_filling()));
    let readiness = Readiness(vec![store_answers, pool_is_filled]);
    let mut routes = ops::mounted(&telemetry, readiness, &surfaces::all_routes());
    // Links to media are shown by several surfaces, and are good whichever are served.
    let of_clients = served.iter().filter(|surface| !matches!(surface, Surface::Media | Surface::Admin));
    // The back office is not one of them: it is there when there is a token for it.
    let back_office = policy.admin_token.is_some().then_some(&Surface::Admin);
    let served = of_clients.chain([&Surface::Media]).chain(back_office);
    for surface in served {
        routes.extend(surfaces::mounted(*surface, services));
    }
    let clock = Arc::clone(&services.clock);
    Site { routes, dialects: surfaces::dialect_of, policy, telemetry, clock }
}

#[cfg(test)]
mod tests {
    use matchmaking_core::service::{accounts::Registration, tokens::TokenKind};

    use super::*;
    use crate::config::{Flags, Purpose};

    #[tokio::test]
    async fn tokens_and_links_outlive_the_process_and_not_the_secret() {
        let dir = tempfile::tempdir().unwrap();
        let flags = |secret: Option<&str>| Flags {
            data_dir: Some(dir.path().display().to_string()),
            public_base_url: Some("https://chat.example.com/".to_owned()),
            jwt_secret: secret.map(str::to_owned),
            ..Flags::default()
        };
        let opened = async |secret| {
            let config = Config::new(&flags(secret), [], Purpose::Serve).unwrap();
            open(&config, &config.secrets().unwrap()).await.unwrap()
        };
        let close = async |services: Arc<Services>| {
            services.stop().await;
            services.stores.upkeep.close().await;
        };

        let services = opened(None).await;
        let new = Registration {
            username: "lin".to_owned(),
            email: None,
            password: "secret".to_owned(),
            contact_phone: None,
        };
        let account = services.accounts.register(new).await.unwrap().account;
        let token = services.tokens.issue(TokenKind::Rooms, account);
        let at = services.clock.now();
        let key = "rooms/1/a.png".parse().unwrap();
        let link = services.media.link(&key, at);
        assert!(link.starts_with("https://chat.example.com/media/rooms/1/a.png?"), "{link}");
        close(services).await;

        let services = opened(None).await;
        assert_eq!(services.accounts.authenticate(TokenKind::Rooms, &token).await.unwrap(), account);
        assert_eq!(services.media.link(&key, at), link);
        close(services).await;

        let services = opened(Some("another secret of more than 32 bytes")).await;
        assert!(services.accounts.authenticate(TokenKind::Rooms, &token).await.is_err());
        assert_ne!(services.media.link(&key, at), link);
        close(services).await;
    }
}
