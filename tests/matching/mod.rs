//! Recommendations, likes, matches, safety and the back office of the platform over the wire.

mod ahead;
mod back_office;
mod funnel;
mod interactions;
mod likes;
mod matches;
pub(crate) mod people;
mod recommendations;
mod safety;
