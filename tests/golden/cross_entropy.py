import numpy as np

ARGUMENTS = (np.arange(6.0).reshape(3, 2) / 6.0, np.arange(12.0).reshape(4, 3) / 7.0, np.eye(2)[[0, 1, 1, 0]])


def cross_entropy(W, X, Y):
    z = X @ W
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(np.sum(Y * logp, axis=1))


# value and adjoint wrt W
import numpy as np
from srcdiff.rules.products import matmul_x2
from srcdiff.runtime import expand, unbroadcast


def cross_entropy_value_and_adjoint(W, X, Y, gradient=1.0):
    """Adjoint of `cross_entropy` (cross_entropy.py:6) with respect to W."""
    # forward sweep
    z = X @ W
    z_max = np.max(z, axis=1, keepdims=True)
    z_2 = z - z_max
    logp_exp = np.exp(z_2)
    logp_sum = np.sum(logp_exp, axis=1, keepdims=True)
    logp = z_2 - np.log(logp_sum)
    output_mul = Y * logp
    output_sum = np.sum(output_mul, axis=1)
    output = -np.mean(output_sum)

    # reverse sweep
    # line 10: return -np.mean(np.sum(Y * logp, axis=1))
    logp_bar = expand(expand(-gradient / np.size(output_sum), output_sum), output_mul, 1) * Y
    # line 9: logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    z_2_bar = unbroadcast(logp_bar, z_2)
    z_2_bar += expand(unbroadcast(-logp_bar / logp_sum, logp_sum), logp_exp, 1, True) * logp_exp
    # line 8: z = z - np.max(z, axis=1, keepdims=True)
    z_bar = unbroadcast(z_2_bar, z)
    z_max_chosen = z == expand(z_max, z, 1, True)
    z_bar += (
        expand(
            unbroadcast(-z_2_bar, z_max) / np.sum(z_max_chosen, axis=1, keepdims=True), z, 1, True
        )
        * z_max_chosen
    )
    # line 7: z = X @ W
    W_bar = matmul_x2(X, W, gradient=z_bar)
    return output, W_bar
