//! How a surface words what the kit has to say.

use matchmaking_core::api::fault::Fault;
use matchmaking_core::api::wire::Reading;

use super::reply::Reply;
use super::request::Asked;

/// What becomes of a body that says it is something else than JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherMedia {
    /// It is parsed as JSON all the same.
    Parse,
    /// It is handed to the decoder as a text, which refuses it.
    Text,
    /// It is refused with [`Fault::UnsupportedMediaType`].
    Refuse,
}

/// The wording of one surface. Implementations hold no state.
pub trait Dialect: std::fmt::Debug + Send + Sync + 'static {
    /// How integers and booleans are read from JSON.
    fn reading(&self) -> Reading;

    /// What becomes of bodies that are not sent as JSON.
    fn other_media(&self) -> OtherMedia;

    /// The answer to a fault: one exhaustive `match`. `Allow`, `Retry-After`, `Upgrade` and
    /// `WWW-Authenticate` are the kit's to add.
    fn fault(&self, fault: &Fault, asked: &Asked) -> Reply;

    /// Writes what stands before the data of a success.
    fn before(&self, _asked: &Asked, _out: &mut Vec<u8>) {}

    /// Writes what stands after the data of a success.
    fn after(&self, _asked: &Asked, _out: &mut Vec<u8>) {}
}
