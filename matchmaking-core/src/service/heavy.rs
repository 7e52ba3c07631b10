//! Work that keeps a processor busy for long, on threads that stand behind those which answer requests: a flood of logins
//! or of pictures takes what the others leave.

use std::thread;

use tokio::sync::{Semaphore, oneshot};

/// How much of such work a process does at once; what comes beyond waits.
pub(super) const HEAVY_AT_ONCE: usize = 64;

/// By how much such a thread stands behind the others: a niceness, which the system counts up to 19. By 10 it gets about
/// a tenth of what another thread gets that wants the same processor.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

static PLACES: Semaphore = Semaphore::const_new(HEAVY_AT_ONCE);

/// The work ended without a result: it panicked, or the system had no thread for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("heavy work came to nothing")]
pub(super) struct Abandoned;

/// Does this work. It goes on to its end, even if nobody waits for it any more.
pub(super) async fn heavy<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Abandoned> {
    let place = PLACES.acquire().await.map_err(|_| Abandoned)?;
    let (done, result) = oneshot::channel();
    // A thread of its own, and not one of the runtime's: what has been put behind can't be put back, except by root. To
    // start it is nothing beside the work.
    let started = thread::Builder::new().name("heavy".to_owned()).spawn(move || {
        let _place = place;
        stand_behind();
        // Who went away does not want to know.
        let _ = done.send(work());
    });
    started.map_err(|_| Abandoned)?;
    result.await.map_err(|_| Abandoned)
}

/// Puts this thread, and those that it starts, behind the others. Only Linux has priorities of single threads here;
/// elsewhere, or if it is not allowed, the thread stays where it is, which costs speed and nothing else.
fn stand_behind() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICENESS);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn heavy_work_comes_to_its_result_or_is_abandoned() {
        assert_eq!(heavy(|| 6 * 7).await, Ok(42));
        assert_eq!(heavy(|| -> u8 { panic!("a decoder gives up") }).await, Err(Abandoned));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn only_its_own_thread_stands_behind() {
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let before = niceness();
        assert_eq!(heavy(niceness).await, Ok((before + NICENESS).min(19)));
        assert_eq!(niceness(), before);
    }
}
