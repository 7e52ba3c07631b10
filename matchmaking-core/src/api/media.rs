//! What people sent each other besides text, by signed links: the same for every surface.

use super::route::{Endpoint, Listed, Route, RouteKind, Surface};

/// Every route of this surface.
pub const ROUTES: &[Listed] = &[Listed::of::<GetMedia>()];

/// Serves what a link leads to. The link itself says that its holder may see it, since a picture on a page can carry no
/// token. A single range of bytes may be asked for.
#[derive(Debug)]
pub struct GetMedia;

impl Endpoint for GetMedia {
    const ROUTE: Route =
        Route::get(Surface::Media, "/media/{*key}", "What was uploaded, by a link that this server signed")
            .kind(RouteKind::Raw)
            .query(&["viewer", "expires", "signature"]);
    type Request = ();
    type Response = ();
}
