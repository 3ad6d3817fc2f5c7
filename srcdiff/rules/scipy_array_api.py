"""SciPy's helpers for arrays of other libraries: for NumPy's arrays, NumPy itself and a conversion.

They are SciPy's own and not public, and some releases do not have them; functions that call them are public. A call of
`xp_promote` with several arrays, which returns several, is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import constant, linear, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []

try:
    from scipy._lib import _array_api
except ImportError:
    _array_api = None

if hasattr(_array_api, "array_namespace"):
    constant(_array_api.array_namespace, value=np, raises=False)

if hasattr(_array_api, "xp_promote"):

    @linear(_array_api.xp_promote, result="argument", shape="same", converts=("force_floating", "xp"))
    def xp_promote(x: Any, *, force_floating: Any = False, xp: Any = np, gradient: Any) -> Any:
        """x_bar: a conversion to another precision is linear."""
        return unbroadcast(gradient, x)

    @tangent(_array_api.xp_promote)
    def xp_promote_tangent(x: Any, *, force_floating: Any = False, xp: Any = np, x_dot: Any, output: Any) -> Any:
        """The tangent in the precision of the output."""
        return unbroadcast(x_dot, output)
