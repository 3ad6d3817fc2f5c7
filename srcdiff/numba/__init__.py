"""Derivatives that Numba compiles: imported only where something is compiled.

overloads    what the helpers of `runtime` are in compiled code
compiling    a generated module through `numba.njit`, function by function
caching      where `cache=True` keeps what was compiled from generated text
dispatch     derivatives called from jitted functions
"""
