import numpy as np

ARGUMENTS = (1.3, 0.8, np.linspace(0.0, 2.0, 5), np.linspace(1.0, 0.1, 5))


def misfit(a, tau, t, y):
    decay = np.exp(-t / tau)
    r = a * decay - y
    return 0.5 * np.sum(r ** 2)


# adjoint wrt a, tau
import numpy as np
from srcdiff.runtime import unbroadcast


def misfit_adjoint(a, tau, t, y, gradient=1.0):
    """Adjoint of `misfit` (misfit.py:6) with respect to a, tau."""
    # forward sweep
    decay = np.exp(-t / tau)
    r = a * decay - y

    # reverse sweep
    # line 9: return 0.5 * np.sum(r ** 2)
    r_bar = gradient * r
    # line 8: r = a * decay - y
    a_bar = unbroadcast(r_bar * decay, a)
    decay_bar = r_bar * a
    # line 7: decay = np.exp(-t / tau)
    tau_bar = unbroadcast(decay_bar * decay * t / tau ** 2, tau)
    return a_bar, tau_bar
