//! Solving small systems of linear equations.

/// Solves `a·x = b` for a symmetric positive definite `a`, by Cholesky's method in place; `None` when it is not.
pub(super) fn solve<const N: usize>(mut a: [[f64; N]; N], mut b: [f64; N]) -> Option<[f64; N]> {
    decompose(&mut a)?;
    substitute(&a, &mut b);
    Some(b)
}

/// The inverse of a symmetric positive definite matrix; `None` when it is not.
pub(super) fn invert<const N: usize>(mut a: [[f64; N]; N]) -> Option<[[f64; N]; N]> {
    decompose(&mut a)?;
    let mut inverse = [[0.0; N]; N];
    for (at, column) in inverse.iter_mut().enumerate() {
        column[at] = 1.0;
        substitute(&a, column);
    }
    // The inverse is symmetric, so that columns are rows.
    Some(inverse)
}

/// Replaces the lower triangle with that of Cholesky's factor.
fn decompose<const N: usize>(a: &mut [[f64; N]; N]) -> Option<()> {
    for row in 0..N {
        for column in 0..=row {
            let dot: f64 = (0..column).map(|k| a[row][k] * a[column][k]).sum();
            let rest = a[row][column] - dot;
            if row == column {
                if rest <= 0.0 || !rest.is_finite() {
                    return None;
                }
                a[row][row] = rest.sqrt();
            } else {
                a[row][column] = rest / a[column][column];
            }
        }
    }
    Some(())
}

/// Solves with a decomposed matrix.
fn substitute<const N: usize>(factor: &[[f64; N]; N], b: &mut [f64; N]) {
    for row in 0..N {
        let dot: f64 = (0..row).map(|k| factor[row][k] * b[k]).sum();
        b[row] = (b[row] - dot) / factor[row][row];
    }
    for row in (0..N).rev() {
        let dot: f64 = (row + 1..N).map(|k| factor[k][row] * b[k]).sum();
        b[row] = (b[row] - dot) / factor[row][row];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solutions_solve() {
        let a = [[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 2.0]];
        let x = solve(a, [1.0, 2.0, 3.0]).unwrap();
        let inverse = invert(a).unwrap();
        for row in 0..3 {
            let back: f64 = (0..3).map(|k| a[row][k] * x[k]).sum();
            assert!((back - (row as f64 + 1.0)).abs() < 1e-12);
            let same: f64 = (0..3).map(|k| inverse[row][k] * (k as f64 + 1.0)).sum();
            assert!((same - x[row]).abs() < 1e-12);
        }
    }

    #[test]
    fn what_has_no_solution_has_none() {
        assert_eq!(solve([[0.0]], [1.0]), None);
        assert_eq!(solve([[1.0, 2.0], [2.0, 1.0]], [1.0, 1.0]), None);
        assert_eq!(invert([[f64::NAN]]), None);
    }
}
