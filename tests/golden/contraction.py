import numpy as np

ARGUMENTS = (np.arange(6.0).reshape(2, 3) / 6.0, np.arange(6.0).reshape(3, 2) / 5.0)


def contraction(A, B):
    C = np.einsum("ij,jk->ik", A, B)
    return np.sum(C ** 2)


# adjoint wrt A, B
import numpy as np
from srcdiff.rules.einsum import einsum
from srcdiff.runtime import copy


def contraction_adjoint(A, B, gradient=1.0):
    """Adjoint of `contraction` (contraction.py:6) with respect to A, B."""
    # forward sweep
    C = np.einsum("ij,jk->ik", A, B)

    # reverse sweep
    # line 8: return np.sum(C ** 2)
    C_bar = gradient * 2.0 * C
    # line 7: C = np.einsum("ij,jk->ik", A, B)
    C_parts_bar = einsum("ij,jk->ik", A, B, gradient=C_bar)
    A_bar = C_parts_bar[1]
    B_bar = C_parts_bar[2]
    B_bar = copy(B_bar)
    A_bar = copy(A_bar)
    return A_bar, B_bar
