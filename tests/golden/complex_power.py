import numpy as np

ARGUMENTS = (np.array([0.5, 1.5, -0.7, 0.2]), 0.3)


def complex_power(x, phase: float):
    z = np.fft.fft(x) * np.exp(1j * phase)
    return np.sum(z.real ** 2)


# adjoint wrt x, phase
import numpy as np
from srcdiff.runtime import unbroadcast


def complex_power_adjoint(x, phase: float, gradient=1.0):
    """Adjoint of `complex_power` (complex_power.py:6) with respect to x, phase."""
    # forward sweep
    z_fft = np.fft.fft(x)
    z_exp = np.exp(1j * phase)
    z = z_fft * z_exp

    # reverse sweep
    # line 8: return np.sum(z.real ** 2)
    z_bar = gradient * 2.0 * z.real
    # line 7: z = np.fft.fft(x) * np.exp(1j * phase)
    phase_bar = unbroadcast(-z_bar * np.conj(z_fft) * np.conj(z_exp) * 1j, phase)
    x_bar = unbroadcast(np.fft.ifft(z_bar * np.conj(z_exp), axis=-1, norm="forward"), x)
    return x_bar, phase_bar
