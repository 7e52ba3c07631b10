//! The authorisation matrix: every route × who asks, with the expected answer in each cell.
//!
//! The rows are checked against the route tables: a route without a row fails, as does a row without a route. What a
//! request without a good token gets is not written in the rows: it follows from the route's [`Auth`]. The frames of the
//! platform's socket have [rows of their own](frames).

mod assistant;
mod events;
mod frames;
mod pairing;
mod rows;
mod scene;

use std::collections::{BTreeMap, BTreeSet};

use matchmaking_core::api::route::{Auth, Listed, Surface};
use matchmaking_server::surfaces;

use crate::support::{Database, Options, Server, on_every_store};
use rows::{ROWS, Row};
use scene::{ADMIN_TOKEN, Outcome, Persona, Scene};

/// The surfaces that have rows. One that is built later adds its own.
const SURFACES: [Surface; 6] = [
    Surface::Miracle,
    Surface::Rooms,
    Surface::Groups,
    Surface::Assistant,
    Surface::Platform,
    Surface::Admin,
];

/// Every row.
fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(pairing::ROWS).chain(assistant::ROWS).chain(events::ROWS)
}

/// Every method and path of these surfaces, by their first mount, with the route.
fn listed() -> BTreeMap<(&'static str, String), Listed> {
    let routes = surfaces::all_routes().into_iter();
    let routes = routes.filter(|listed| SURFACES.contains(&listed.route.surface));
    let place = |listed: &Listed| Some((listed.route.method.as_str(), listed.route.paths().next()?));
    routes.filter_map(|listed| Some((place(&listed)?, listed))).collect()
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let listed: BTreeSet<_> = listed().into_keys().collect();
    let rows: Vec<_> = rows().map(|row| (row.method, row.path.to_owned())).collect();
    let distinct: BTreeSet<_> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), distinct.len(), "a route has two rows");
    assert_eq!(distinct.difference(&listed).collect::<Vec<_>>(), Vec::<&_>::new(), "rows without a route");
    assert_eq!(listed.difference(&distinct).collect::<Vec<_>>(), Vec::<&_>::new(), "routes without a row");
}

/// What a persona is to be answered on a route.
fn expected(row: &Row, auth: Auth, persona: Persona) -> Outcome {
    let cell = |column: usize| Outcome(row.cells[column].to_owned());
    match persona {
        // No account opens the back office.
        Persona::Owner | Persona::Member | Persona::Stranger | Persona::Blocked if auth == Auth::Admin => {
            Outcome("401".to_owned())
        }
        Persona::Owner => cell(0),
        Persona::Member => cell(1),
        Persona::Stranger => cell(2),
        Persona::Blocked => cell(3),
        Persona::Administrator if auth == Auth::Admin => cell(0),
        Persona::Locked if matches!(auth, Auth::Bearer | Auth::BearerOrQuery | Auth::OptionalBearer) => {
            Outcome("403".to_owned())
        }
        Persona::Anonymous
        | Persona::Expired
        | Persona::Foreign
        | Persona::Refresh
        | Persona::Locked
        | Persona::Deleted
        | Persona::Administrator => match auth {
            Auth::Open => cell(0),
            // Guests may; a bad token is refused all the same.
            Auth::OptionalBearer if persona == Persona::Anonymous => cell(0),
            Auth::Bearer | Auth::BearerOrQuery | Auth::OptionalBearer | Auth::Admin => {
                Outcome("401".to_owned())
            }
        },
    }
}

on_every_store!(everyone_is_answered_as_the_matrix_says);

async fn everyone_is_answered_as_the_matrix_says(database: Database) {
    let server = Server::start_with(&database, Options::default().back_office(ADMIN_TOKEN)).await;
    let listed = listed();
    let mut wrong = Vec::new();
    for row in rows() {
        let route = listed[&(row.method, row.path.to_owned())].route;
        for persona in Persona::of(route.surface) {
            // Each with people, a group and a match of their own: what one does must not be what the next one finds.
            let scene = Scene::set(&server, route.surface, persona).await;
            let outcome = scene.ask(&server, row).await;
            let expected = expected(row, route.auth, persona);
            if outcome != expected {
                wrong.push(format!(
                    "{} {} {persona:?}: {:?}, not {:?}",
                    row.method, row.path, outcome.0, expected.0
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
