//! Putting the parts together: stores, services, routes.

use std::sync::Arc;

use chrono_tz::Tz;
use matchmaking_core::{
    api::route::Surface,
    clock::{Clock, SystemClock},
    error::StoreResult,
    scoring::ReferencePool,
    service::Services,
    store::{self, DatabaseUrl, Stores},
};

use crate::{
    config::Config,
    http::{Policy, Site, Telemetry},
    ops::{self, Readiness, ReadinessCheck},
    surfaces,
};

/// Opens the store that the configuration names, and everything above it.
pub async fn open(config: &Config) -> StoreResult<Arc<Services>> {
    let stores = store::open(&config.database_url.parse::<DatabaseUrl>()?).await?;
    over(stores, Arc::new(SystemClock), config.time_zone).await
}

/// The services over these stores, with everyone in the pool.
pub async fn over(stores: Stores, clock: Arc<dyn Clock>, time_zone: Tz) -> StoreResult<Arc<Services>> {
    let services = Services::new(stores, Arc::new(ReferencePool::default()), clock, time_zone);
    let people = services.fill_pool().await?;
    tracing::debug!(people, "the pool is filled");
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
    let readiness = Readiness(vec![store_answers]);
    let mut routes = ops::mounted(&telemetry, readiness, &surfaces::all_routes());
    for surface in served {
        routes.extend(surfaces::mounted(*surface, services));
    }
    Site { routes, dialects: surfaces::dialect_of, policy, telemetry }
}
