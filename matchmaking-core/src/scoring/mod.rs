//! Who suits whom, mutually, and why. Pure and synchronous: no store, no clock, no randomness.
//!
//! - [`Features`] is a person as the scorer reads them, checked once.
//! - [`requirements`] decides who may be shown to whom at all: hard filters, on both sides.
//! - A [`Scorer`] says how well two people suit each other; [`ReferenceScorer`] is the documented formula,
//!   and an application may bring its own.
//! - A [`Matcher`] holds everyone who takes part and answers "the best k for this person, now";
//!   [`ColumnarPool`] does so for millions of people, [`ReferencePool`] by looking at everyone.
//! - [`funnel`] says why so few people are left for somebody.
//! - [`pairing`] draws up the rounds of a speed-dating evening, and settles the choices at its end.
//! - [`exposure`] sees to it that not everybody is shown the same few.
//! - [`learning`] is what decisions teach: of single people at once, and of all by fitting the weights.
//! - [`eval`] measures how good predictions are.
//! - [`reasons`] writes the true sentences that both are told.
//!
//! ```
//! use std::sync::Arc;
//! use matchmaking_core::{
//!     clock::Millis,
//!     ids::AccountId,
//!     model::{Language, Person, Profile},
//!     scoring::{Audience, Entry, Matcher, Moment, Query, ReferencePool},
//! };
//!
//! let person = |raw: i64, interests: &[&str]| Person {
//!     id: AccountId::new(raw).expect("a positive number"),
//!     profile: Profile {
//!         interests: interests.iter().map(|name| (*name).to_owned()).collect(),
//!         ..Profile::default()
//!     },
//!     last_active_at: Millis(1_770_000_000_000),
//! };
//! let (me, near, far) = (person(1, &["旅行"]), person(2, &["旅行", "摄影"]), person(3, &["围棋"]));
//!
//! let pool: Arc<dyn Matcher> = Arc::new(ReferencePool::default());
//! for one in [&me, &near, &far] {
//!     pool.upsert(&Entry { person: one, audience: Audience::PLATFORM })?;
//! }
//! let moment = Moment::new(Millis(1_770_000_000_000), chrono_tz::Asia::Shanghai);
//! let best = pool.top(&Query::new(&me, Audience::PLATFORM, 1, moment))?;
//! assert_eq!(best[0].id, near.id);
//!
//! let why = pool.reasons(&me, &near, moment, Language::Zh)?;
//! assert!(why.for_first[0].contains("旅行"));
//! # Ok::<(), matchmaking_core::scoring::ScoringError>(())
//! ```

mod average;
pub mod breakdown;
mod closeness;
pub mod columnar;
pub mod distance;
mod error;
pub mod eval;
pub mod exposure;
mod facts;
pub mod features;
pub mod funnel;
pub mod interests;
pub mod learning;
pub mod pairing;
pub mod pool;
pub mod reasons;
mod reference;
pub mod requirements;
mod sample;
pub mod score;
pub mod weights;
mod wishes;

#[cfg(test)]
mod properties;

pub use breakdown::{Breakdown, Chance, Part, PartKind, Score, Scored, Side};
pub use columnar::ColumnarPool;
pub use error::ScoringError;
pub use features::Features;
pub use learning::{Decision, Learned, Trained, train};
pub use pool::{Audience, Candidate, Entry, Matcher, Moment, Query, Ranked};
pub use reasons::Reasons;
pub use reference::ReferencePool;
pub use score::{ReferenceScorer, Scorer};
pub use weights::{WEIGHTS_VERSION, Weight, Weights};
