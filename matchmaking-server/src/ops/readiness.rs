//! What must be there before requests are sent here.

use std::pin::Pin;
use std::time::Duration;

/// How long one check may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(2);

type Probe = Box<dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// One thing that must be there.
pub struct ReadinessCheck {
    name: &'static str,
    probe: Probe,
}

impl std::fmt::Debug for ReadinessCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ReadinessCheck").field(&self.name).finish()
    }
}

impl ReadinessCheck {
    /// A check by this name, which is told to whoever asks; `probe` says whether the thing is there.
    pub fn new<Fut>(name: &'static str, probe: impl Fn() -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output = bool> + Send + 'static,
    {
        Self { name, probe: Box::new(move || Box::pin(probe())) }
    }
}

/// Everything that must be there.
#[derive(Debug, Default)]
pub struct Readiness(pub Vec<ReadinessCheck>);

impl Readiness {
    /// The first thing that is not there, or not there in time.
    pub async fn missing(&self) -> Option<&'static str> {
        for check in &self.0 {
            if !matches!(tokio::time::timeout(PATIENCE, (check.probe)()).await, Ok(true)) {
                return Some(check.name);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_fails_or_hangs_is_missing() {
        let there = || ReadinessCheck::new("there", || async { true });
        assert_eq!(Readiness(vec![there()]).missing().await, None);
        let gone = ReadinessCheck::new("gone", || async { false });
        assert_eq!(Readiness(vec![there(), gone]).missing().await, Some("gone"));
        let hung = ReadinessCheck::new("hung", || async {
            std::future::pending::<()>().await;
            true
        });
        assert_eq!(Readiness(vec![hung]).missing().await, Some("hung"));
    }
}
