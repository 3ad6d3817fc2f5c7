"""Integers, booleans, complex numbers, single precision; conversions; numbers where arrays were expected."""

import numpy as np

from tests.corpus.registry import numbers, program

SINGLE = numbers(4).astype(np.float32)
COMPLEX = numbers(3) + 1j * numbers(3, seed=5)


@program(args=(numbers(4), np.array([1, 2, 3, 4]), 3))
def integers_mixed_in(x, k, n):
    y = x * k
    y = y**n / (k + n)
    return np.sum(y) + float(n) * x[k[0]]


@program(args=(2.7, 5))
def integer_arithmetic(x, n):
    a = n // 2
    b = n % 3
    c = -(n**2) + (n << 1)
    return x * a + x**b * c + int(x) * x


@program(args=(numbers(4),))
def integer_buffer_beside(x):
    counts = np.zeros(4, dtype=int)
    total = 0.0
    for i in range(4):
        counts[i % 2] += 1
        total = total + x[i] * counts[i % 2]
    return total * total


@program(args=(numbers(3),), refused=r"integer|int")
def stored_in_an_integer_array(x):
    """The primal truncates: the gradient is zero where it is stored."""
    a = np.zeros(3, dtype=int)
    a[:] = 3.0 * x
    return np.sum(a * x)


@program(args=(numbers(4),))
def booleans_as_numbers(x):
    mask = x > 0.9
    return np.sum(x * mask) * mask.sum() + (x[0] > 0.1) * x[1] + np.mean(x[mask])


@program(args=(numbers(4),))
def rounding_is_constant(x):
    return np.sum(np.floor(x * 3.3) * x) + np.sum(np.sign(x - 0.93) * x**2) + round(x[0] * 7.0) * x[1]


@program(args=(SINGLE,))
def single_precision(x):
    return np.sum(np.sin(x) * x)


@program(args=(SINGLE, numbers(4)))
def single_promoted_to_double(x, y):
    return np.sum(x * y) * np.mean(x)


@program(args=(SINGLE, 0.7))
def single_array_and_python_number(x, c):
    y = x * c
    y /= c + 1.0
    return np.sum(y * y)


@program(args=(np.float32(0.8), numbers(3)))
def single_scalar(c, x):
    return np.sum(c * x) * c


@program(args=(np.float64(0.8), np.float64(0.7)))
def numpy_scalars(x, y):
    return x**y * np.float64(2.0) + y.item() * x.real


@program(args=(numbers(4).astype(np.float32),), oracle=lambda x: np.sum(x**3))
def converted_to_double_and_back(x):
    y = x.astype(np.float64) ** 2
    return np.sum(y.astype(np.float32) * x)


@program(args=(numbers(3),))
def promoted_to_complex_inside(x):
    z = x + 1j * x**2
    return np.sum((z * np.conj(z)).real) + np.sum(np.abs(z)) + np.sum(np.angle(z))


@program(args=(COMPLEX,))
def complex_argument(z):
    w = np.exp(z) * z
    return np.sum(np.abs(w) ** 2) + np.sum(z.real * z.imag)


@program(args=(COMPLEX,))
def complex_holomorphic(z):
    return np.sin(z) * z[::-1] + z**3


@program(args=(0.8 + 0.3j, 0.7))
def complex_number_and_real(z, x):
    w = z * x + x * x
    return abs(w) ** 2 + (w * w).imag


@program(args=(COMPLEX, numbers(3)))
def complex_array_written(z, x):
    w = z.copy()
    w[0] = x[0] * w[1]
    w *= x
    w[1:] += np.conj(w[:-1])
    return np.sum(w * np.conj(w)).real


@program(args=(numbers(8),))
def spectrum(x):
    f = np.fft.fft(x)
    power = np.abs(f) ** 2
    return np.sum(power * np.arange(8.0)) + np.fft.ifft(f * f).real[1]


@program(args=(numbers(3),))
def python_float_conversions(x):
    a = float(x[0])
    b = float(np.sum(x))
    c = np.float64(a) * b
    return a * b + c * int(3)


@program(args=(numbers(3), 2))
def array_to_integer_powers(x, n):
    return np.sum(x**n) + np.sum(x**-1) + np.sum(x**0) + np.sum(x**0.5) + np.sum(n**x)


@program(args=(0.8, 0.7))
def number_and_zero_rank(x, y):
    a = np.array(x)
    b = np.asarray(y) * a
    return a * b + b.sum() + np.squeeze(b) + a.reshape(1)[0]


@program(args=([1, 2.5, 3],))
def list_with_integers_in_it(items):
    return items[0] * items[1] + items[2] * items[1] ** 2


@program(args=(numbers(3), "scale", None, [1, 2]))
def non_floating_arguments(x, name, nothing, indices):
    y = x[indices] * (2.0 if name == "scale" else 1.0)
    return np.sum(y * y) if nothing is None else 0.0


@program(args=(0.8,))
def constants_of_every_kind(x):
    return x * np.pi + x * 1e-3 + x * 0x10 + x * True - (-x) + +x + x * 1_000 + np.e**x


@program(args=(numbers(4),))
def statistics(x):
    return np.mean(x) * np.var(x) + np.std(x) + np.median(x) + np.ptp(x) + np.percentile(x, 30.0)


@program(args=(numbers(3), numbers(3, seed=1)))
def power_of_arrays(x, y):
    return np.sum(x**y) + np.sum((-x) ** 2) + np.sum((x - 2.0) ** 3)
