"""Complex arrays: a fast Fourier transform in stages, a contour integral, self-energies, the Mandelbrot set."""

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def stockham_fft(n, r, k, x, y):
    """The discrete Fourier transform of r^k numbers in k stages, self-sorting (Stockham 1966)."""
    i, j = np.mgrid[0:r, 0:r]
    dft = np.exp(-2.0j * np.pi * i * j / r)
    y[:] = x
    for stage in range(k):
        done, left = r**stage, r ** (k - stage - 1)
        blocks = np.transpose(np.reshape(y, (done, r, left)), axes=(1, 0, 2))
        rows, columns = np.mgrid[0:r, 0:done]
        twiddles = np.empty((r, done, left), dtype=np.complex128)
        angles = np.exp(-2.0j * np.pi * rows * columns / r ** (stage + 1))
        twiddles[:] = np.repeat(np.reshape(angles, (r, done, 1)), left, axis=2)
        turned = np.reshape(blocks, (n,)) * np.reshape(twiddles, (n,))
        y[:] = np.reshape(dft @ np.reshape(turned, (r, n // r)), (n,))


@kernel(lambda n: (2**n, 2, n, numbers(2**n), numbers(2**n, seed=1)), small=3)
def stockham_fft_loss(n, r, k, real, imaginary):
    y = np.zeros(n, dtype=np.complex128)
    stockham_fft(n, r, k, real + 1.0j * imaginary, y)
    return np.sum(np.abs(y) ** 2 * np.arange(n))


def contour_integral(slabs, points, hamiltonian, y):
    """Moments of a resolvent along points of a contour."""
    first = np.zeros((y.shape[0], y.shape[1]), dtype=np.complex128)
    second = np.zeros((y.shape[0], y.shape[1]), dtype=np.complex128)
    for index in range(points.shape[0]):
        z = points[index]
        total = np.zeros((y.shape[0], y.shape[0]), dtype=np.complex128)
        for n in range(slabs + 1):
            total += np.power(z, slabs / 2 - n) * hamiltonian[n]
        if y.shape[0] == y.shape[1]:
            x = np.linalg.inv(total)
        else:
            x = np.linalg.solve(total, y)
        if abs(z) < 1.0:
            x = -x
        first += x
        second += z * x
    return first, second


@kernel(lambda n: (2, numbers(3), numbers(3, seed=1), numbers(3, n, n), numbers(n, 2)), small=3)
def contour_integral_loss(slabs, real, imaginary, hamiltonian, y):
    first, second = contour_integral(slabs, real + 1.0j * imaginary, hamiltonian + 0.0j, y + 0.0j)
    return np.sum(np.abs(first) ** 2) + np.sum(np.abs(second) ** 2)


def scattering_self_energies(neighbours, dh, green, phonons, sigma):
    """Sums of products of Green's functions over atoms, neighbours, energies and directions."""
    for k in range(green.shape[0]):
        for e in range(green.shape[1]):
            for q in range(phonons.shape[0]):
                for w in range(phonons.shape[1]):
                    for i in range(phonons.shape[-2]):
                        for j in range(phonons.shape[-1]):
                            for a in range(neighbours.shape[0]):
                                for b in range(neighbours.shape[1]):
                                    if e - w >= 0:
                                        dhg = green[k, e - w, neighbours[a, b]] @ dh[a, b, i]
                                        dhd = dh[a, b, j] * phonons[q, w, a, b, i, j]
                                        sigma[k, e, a] += dhg @ dhd


@kernel(
    lambda n: (
        np.array([[1, 0], [0, 1]]), numbers(2, 2, 2, n, n), numbers(1, 2, 2, n, n), numbers(1, 2, 2, 2, 2, 2)
    ),
    small=2,
)  # fmt: skip
def scattering_self_energies_loss(neighbours, dh, green, phonons):
    sigma = np.zeros_like(green, dtype=np.complex128)
    scattering_self_energies(neighbours, dh * (1.0 + 0.5j), green * (1.0 - 0.2j), phonons * 1.0j, sigma)
    return np.sum(np.abs(sigma) ** 2)


def mandelbrot(xmin, xmax, ymin, ymax, xn, yn, limit, horizon=2.0):
    """The iterates of z^2 + c over a grid, each up to its escape, and their numbers."""
    x = np.linspace(xmin, xmax, xn)
    y = np.linspace(ymin, ymax, yn)
    c = x + y[:, None] * 1j
    count = np.zeros(c.shape, dtype=np.int64)
    z = np.zeros(c.shape, dtype=np.complex128)
    for n in range(limit):
        inside = np.less(np.abs(z), horizon)
        count[inside] = n
        z[inside] = z[inside] ** 2 + c[inside]
    count[count == limit - 1] = 0
    return z, count


@kernel(lambda n: (-1.51, 0.52, -0.93, 1.01, n, n, 4), small=5)
def mandelbrot_loss(xmin, xmax, ymin, ymax, xn, yn, limit):
    z, count = mandelbrot(xmin, xmax, ymin, ymax, xn, yn, limit)
    return np.sum(np.abs(z) ** 2 / (1.0 + count))
