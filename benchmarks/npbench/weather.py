"""Two kernels of weather models: implicit vertical advection and limited horizontal diffusion."""

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def vertical_advection(tendency, wind, velocity, position, stage, timestep):
    """Implicit vertical transport: a tridiagonal system for each column, eliminated and substituted back."""
    columns, rows, levels = wind.shape
    upper = np.empty((columns, rows, levels))
    rhs = np.empty((columns, rows, levels))
    for k in range(levels):
        diagonal = 1.0 / timestep * np.ones((columns, rows))
        explicit = position[:, :, k] / timestep + tendency[:, :, k] + stage[:, :, k]
        lower = np.zeros((columns, rows))
        if k > 0:
            below = 0.25 * (velocity[1:, :, k] + velocity[:-1, :, k])
            lower = -0.6 * below
            diagonal = diagonal + 0.6 * below
            explicit = explicit - 0.4 * below * (wind[:, :, k - 1] - wind[:, :, k])
        if k < levels - 1:
            above = 0.25 * (velocity[1:, :, k + 1] + velocity[:-1, :, k + 1])
            upper[:, :, k] = 0.6 * above
            diagonal = diagonal - 0.6 * above
            explicit = explicit + 0.4 * above * (wind[:, :, k + 1] - wind[:, :, k])
        else:
            upper[:, :, k] = 0.0
        if k > 0:
            pivot = 1.0 / (diagonal - upper[:, :, k - 1] * lower)
            rhs[:, :, k] = (explicit - rhs[:, :, k - 1] * lower) * pivot
        else:
            pivot = 1.0 / diagonal
            rhs[:, :, k] = explicit * pivot
        upper[:, :, k] *= pivot
    data = None
    for k in range(levels - 1, -1, -1):
        data = rhs[:, :, k] if k == levels - 1 else rhs[:, :, k] - upper[:, :, k] * data
        tendency[:, :, k] = (data - position[:, :, k]) / timestep


@kernel(
    lambda n: (
        numbers(n, n, 4), numbers(n, n, 4, seed=1), numbers(n + 1, n, 4, seed=2), numbers(n, n, 4, seed=3),
        numbers(n, n, 4, seed=4), 0.3,
    ),
    small=2,
)  # fmt: skip
def vertical_advection_loss(tendency, wind, velocity, position, stage, timestep):
    vertical_advection(tendency, wind, velocity, position, stage, timestep)
    return np.sum(tendency**2)


def horizontal_diffusion(field, out, coefficient):
    """A fourth-order smoothing whose fluxes are limited not to point up the gradient."""
    n, m = out.shape[0], out.shape[1]
    laplacian = 4.0 * field[1 : n + 3, 1 : m + 3, :] - (
        field[2 : n + 4, 1 : m + 3, :] + field[:n + 2, 1 : m + 3, :]
        + field[1 : n + 3, 2 : m + 4, :] + field[1 : n + 3, : m + 2, :]
    )  # fmt: skip
    flux = laplacian[1:, 1 : m + 1, :] - laplacian[:-1, 1 : m + 1, :]
    against = flux * (field[2 : n + 3, 2 : m + 2, :] - field[1 : n + 2, 2 : m + 2, :]) > 0
    flux_x = np.where(against, 0.0, flux)
    flux = laplacian[1 : n + 1, 1:, :] - laplacian[1 : n + 1, :-1, :]
    against = flux * (field[2 : n + 2, 2 : m + 3, :] - field[2 : n + 2, 1 : m + 2, :]) > 0
    flux_y = np.where(against, 0.0, flux)
    out[:] = field[2 : n + 2, 2 : m + 2, :] - coefficient * (
        flux_x[1:, :, :] - flux_x[:-1, :, :] + flux_y[:, 1:, :] - flux_y[:, :-1, :]
    )


@kernel(lambda n: (numbers(n + 4, n + 4, 2), np.zeros((n, n, 2)), 0.05 * numbers(n, n, 2)), small=3)
def horizontal_diffusion_loss(field, out, coefficient):
    horizontal_diffusion(field, out, coefficient)
    return np.sum(out**2)
