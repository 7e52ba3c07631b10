//! What goes on beside the requests.

use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::chat::Chat;
use crate::{ports::bus::BusError, realtime::Hub};

/// The tasks of one set of services. Clones share them; when the last one is dropped, they are told to stop.
#[derive(Debug, Clone, Default)]
pub(super) struct Background(Arc<Tasks>);

#[derive(Debug, Default)]
struct Tasks {
    started: OnceCell<()>,
    stop: CancellationToken,
    tracker: TaskTracker,
}

impl Background {
    /// Starts what is not running yet. Nothing is started twice, nor after [`stop`](Self::stop).
    pub(super) async fn start(&self, hub: &Arc<Hub>, chat: &Chat) -> Result<(), BusError> {
        let tasks = &self.0;
        let start = async || {
            if let Some(listening) = hub.listen().await? {
                // The task holds the hub and not the tasks, so that dropping the services ends it.
                tasks.tracker.spawn(listening.run(tasks.stop.clone()));
            }
            self.spawn(chat.clone().note_deliveries());
            Ok(())
        };
        tasks.started.get_or_try_init(start).await.copied()
    }

    /// Runs this beside the requests, until it is done or everything is stopped.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.0.stop.clone();
        self.0.tracker.spawn(async move { stop.run_until_cancelled(work).await });
    }

    /// Stops everything, and returns when it has stopped.
    pub(super) async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tracker.close();
        self.0.tracker.wait().await;
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
