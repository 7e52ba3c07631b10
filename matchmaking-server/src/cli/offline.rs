//! What subcommands work on: the stores at `DATABASE_URL`, without a server.

use std::sync::Arc;

use matchmaking_core::{
    clock::{Clock, SystemClock},
    scoring::{ColumnarPool, Matcher},
    service::{Foundation, Services, enrolment::Enrolment},
    store::{self, Stores},
};

use super::Failure;
use crate::{config::Config, weights};

/// Services over opened stores, with a pool that is empty until it is filled.
pub(super) struct Offline {
    pub(super) services: Services,
    pub(super) matcher: Arc<dyn Matcher>,
    clock: Arc<dyn Clock>,
}

impl Offline {
    /// Brings people in.
    pub(super) fn enrolment(&self) -> Enrolment {
        let Services { stores, people, .. } = &self.services;
        Enrolment::new(stores.clone(), people.clone(), Arc::clone(&self.clock))
    }
}

/// Opens the stores, brings their schema up to date, does the work, and closes them, whatever came of it.
pub(super) fn with_services<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Offline) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_stores(config, async |stores| {
        let weights = weights::load(&config.data_dir).map_err(|error| Failure::Other(error.to_string()))?;
        let matcher: Arc<dyn Matcher> = Arc::new(ColumnarPool::new(weights));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let services = Services::new(Foundation {
            matcher: Arc::clone(&matcher),
            clock: Arc::clone(&clock),
            time_zone: config.time_zone,
            ..Foundation::over(stores.clone())
        });
        let offline = Offline { services, matcher, clock };
        work(&offline).await
    })
}

/// The same with no more than the stores.
pub(super) fn with_stores<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Stores) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if config.database_url == "memory:" {
        let why = "DATABASE_URL: memory: keeps nothing between two programs; name a file or a server";
        return Err(Failure::Other(why.to_owned()));
    }
    block_on(async {
        let stores = store::open(&config.database_url.parse()?).await?;
        let done = work(&stores).await;
        stores.upkeep.close().await;
        done
    })
}

/// Does what needs a runtime.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Failure::System)?.block_on(work)
}
