"""Single-precision functions that vectorise inside kernels; coefficients of the Cephes library (Moshier 1992)."""

import numpy as np

from sim.market.compiled import Lane, formula

f = np.float32
LN2 = f(0.693147181)
LOG2E = f(1.44269504)


@formula
def ln(x: Lane) -> Lane:
    """Return the natural logarithm of a positive float32, to about one unit in the last place."""
    bits = np.float32(x).view(np.int32)
    e = (bits - np.int32(0x3F3504F3)) >> np.int32(23)
    z = np.int32(bits - (e << np.int32(23))).view(np.float32) - f(1)
    z2 = z * z
    y = f(7.0376836292e-2)
    y = y * z + f(-1.1514610310e-1)
    y = y * z + f(1.1676998740e-1)
    y = y * z + f(-1.2420140846e-1)
    y = y * z + f(1.4249322787e-1)
    y = y * z + f(-1.6668057665e-1)
    y = y * z + f(2.0000714765e-1)
    y = y * z + f(-2.4999993993e-1)
    y = y * z + f(3.3333331174e-1)
    return f(e) * LN2 + (y * (z * z2) - f(0.5) * z2 + z)


@formula
def exp(x: Lane) -> Lane:
    """Return e to the power of a float32 between -87 and 88 (clamped), to about two units in the last place."""
    x = min(max(f(x), f(-87)), f(88))
    n = np.float32(np.int32(x * LOG2E + f(256.5))) - f(256)
    r = x - n * f(0.693359375)
    r = r + n * f(2.12194440e-4)
    y = f(1.9875691500e-4)
    y = y * r + f(1.3981999507e-3)
    y = y * r + f(8.3334519073e-3)
    y = y * r + f(4.1665795894e-2)
    y = y * r + f(1.6666665459e-1)
    y = y * r + f(5.0000001201e-1)
    y = y * (r * r) + (r + f(1))
    return np.float32(y) * np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)


@formula
def cos_turn(t: Lane) -> Lane:
    """Return the cosine of `t` turns, `t` in [0, 1], to about 1e-7."""
    x = (abs(f(t) - f(0.5)) - f(0.25)) * f(6.28318531)
    x2 = x * x
    y = f(-2.379443375666e-8)  # least squares of sin on (-pi/2, pi/2), weighted for absolute error
    y = y * x2 + f(2.751883665109e-6)
    y = y * x2 + f(-1.984070239410e-4)
    y = y * x2 + f(8.333329259399e-3)
    y = y * x2 + f(-1.666666654122e-1)
    return (y * x2) * x + x


@formula
def sigmoid(x: Lane) -> Lane:
    """Return the logistic function of a float32."""
    return f(1) / (f(1) + exp(-f(x)))


@formula
def tanh(x: Lane) -> Lane:
    """Return the hyperbolic tangent of a float32."""
    return f(1) - f(2) / (exp(f(2) * f(x)) + f(1))


@formula
def normal(first: Lane, second: Lane) -> Lane:
    """Return a standard normal from two uniforms in (0, 1) (Box & Muller 1958)."""
    return np.sqrt(f(-2) * ln(first)) * cos_turn(second)


@formula
def gumbel(u: Lane) -> Lane:
    """Return a standard Gumbel from a uniform in (0, 1)."""
    return -ln(-ln(u))
