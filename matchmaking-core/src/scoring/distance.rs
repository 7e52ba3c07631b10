//! How far apart two people are, without telling where they are.
//!
//! Positions are snapped to the centres of a grid of about 1 km before anything is computed from them, so
//! that nobody can be located by asking for distances from several places: all that leaks is the grid cell.

use crate::model::profile::Position;

/// Mean radius of the earth in kilometres (IUGG).
pub(super) const EARTH_RADIUS_KM: f64 = 6_371.008_8;

/// Height of a grid cell in degrees of latitude: 1.11 km.
const CELL_DEGREES: f64 = 0.01;

/// A cell of the grid. It is the most that the engine knows about where someone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Snapped {
    /// Cells north of the equator, from −9,000 to 9,000.
    pub(super) row: i16,
    /// Cells east of Greenwich, of about a kilometre's width in this row.
    pub(super) column: i16,
}

impl Snapped {
    /// The cell that holds this position; `None` for a position that is not on the earth (not
    /// finite, or outside ±90° and ±180°).
    #[must_use]
    pub fn new(position: Position) -> Option<Self> {
        let Position { latitude, longitude } = position;
        let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        if !on_earth {
            return None;
        }
        let row = (latitude / CELL_DEGREES).floor() as i16;
        let column = (longitude / width(latitude_of(row))).floor() as i16;
        Some(Self { row, column })
    }

    /// The centre of the cell: degrees north and degrees east.
    #[must_use]
    pub fn centre(self) -> (f64, f64) {
        let latitude = latitude_of(self.row);
        (latitude, ((f64::from(self.column) + 0.5) * width(latitude)).clamp(-180.0, 180.0))
    }

    /// Great-circle distance in kilometres between the centres of two cells (haversine). The same both ways.
    #[must_use]
    pub fn km_to(self, other: Self) -> f64 {
        let at = |(latitude, longitude): (f64, f64)| Position { latitude, longitude };
        exact_km(at(self.centre()), at(other.centre()))
    }
}

/// Great-circle distance in kilometres between two positions as they are (haversine): of a place that everyone knows,
/// never between people.
#[must_use]
pub fn exact_km(one: Position, other: Position) -> f64 {
    let half = |a: f64, b: f64| ((a - b).to_radians() / 2.0).sin().powi(2);
    let along = half(one.latitude, other.latitude);
    let across = half(one.longitude, other.longitude);
    let cosines = one.latitude.to_radians().cos() * other.latitude.to_radians().cos();
    let h = (along + cosines * across).clamp(0.0, 1.0);
    2.0 * EARTH_RADIUS_KM * h.sqrt().asin()
}

/// The latitude of the centres of this row of cells.
fn latitude_of(row: i16) -> f64 {
    ((f64::from(row) + 0.5) * CELL_DEGREES).clamp(-90.0, 90.0)
}

/// The width of a cell in degrees of longitude. A degree shrinks with the cosine of the latitude; cells are
/// widened accordingly, so that they are about 1 km wide everywhere. The floor keeps the poles from dividing by
/// nothing.
fn width(latitude: f64) -> f64 {
    CELL_DEGREES / latitude.to_radians().cos().max(0.01)
}

/// Kilometres between two positions, both snapped first, to one decimal. `None` when either is unknown or not
/// on the earth.
#[must_use]
pub fn km_between(one: Option<Position>, other: Option<Position>) -> Option<f64> {
    let km = Snapped::new(one?)?.km_to(Snapped::new(other?)?);
    Some((km * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: f64, longitude: f64) -> Position {
        Position { latitude, longitude }
    }

    #[test]
    fn known_distances_come_out() {
        let shanghai = at(31.2304, 121.4737);
        let beijing = at(39.9042, 116.4074);
        let km = km_between(Some(shanghai), Some(beijing)).unwrap();
        assert!((km - 1067.0).abs() < 3.0, "{km}");
        let antipodes = km_between(Some(at(0.0, 0.0)), Some(at(0.0, 180.0))).unwrap();
        assert!((antipodes - 20015.0).abs() < 5.0, "{antipodes}");
    }

    #[test]
    fn a_move_within_the_cell_changes_nothing() {
        let far = Some(at(31.0, 121.0));
        let before = km_between(Some(at(31.2311, 121.4711)), far);
        let after = km_between(Some(at(31.2319, 121.4719)), far);
        assert_eq!(before, after);
        assert_eq!(km_between(Some(at(31.2311, 121.4711)), Some(at(31.2319, 121.4719))), Some(0.0));
    }

    #[test]
    fn cells_are_about_a_kilometre_wide_at_every_latitude() {
        for latitude in [-60.0, 0.0, 31.0, 45.0, 70.0] {
            let width = CELL_DEGREES / f64::to_radians(latitude).cos();
            let km = Snapped::new(at(latitude, 20.0))
                .unwrap()
                .km_to(Snapped::new(at(latitude, 20.0 + width)).unwrap());
            assert!((0.9..1.4).contains(&km), "{latitude}: {km}");
        }
    }

    #[test]
    fn what_is_not_on_the_earth_has_no_distance() {
        let here = Some(at(0.0, 0.0));
        for bad in [at(f64::NAN, 0.0), at(0.0, f64::INFINITY), at(90.1, 0.0), at(0.0, -180.5)] {
            assert_eq!(km_between(Some(bad), here), None);
        }
        assert_eq!(km_between(None, here), None);
        assert!(km_between(Some(at(90.0, 180.0)), Some(at(-90.0, -180.0))).unwrap().is_finite());
    }
}
