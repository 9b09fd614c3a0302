"""The few distributions that intervals and tests need, without a statistics package."""

import math

Z_95 = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


def beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function: how much of a Beta(a, b) distribution lies below x.

    Source: Press et al., Numerical Recipes (continued fraction, by Lentz's method).

    >>> round(beta_share(0.5, 2, 2), 12)
    0.5
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast only below the mean
        return 1.0 - beta_share(1 - x, b, a)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    tiny = 1e-300
    c, d = 1.0, 1.0 / (1 - (a + b) * x / (a + 1) or tiny)
    fraction = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = fraction
        for term in (even, odd):
            c, d = 1 + term / c or tiny, 1 / (1 + term * d or tiny)
            fraction *= c * d
        if abs(fraction - before) <= 1e-16 * abs(fraction):
            break
    return math.exp(scale) * fraction / a


def t_share(t: float, freedom: float) -> float:
    """How much of Student's t distribution lies below `t`."""
    tail = 0.5 * beta_share(freedom / (freedom + t * t), freedom / 2, 0.5)
    return tail if t < 0 else 1 - tail


def t_quantile(freedom: float, share: float = 0.975) -> float:
    """The value that `share` of Student's t distribution (at least half of it) lies below, by bisection.

    >>> round(t_quantile(9), 4)
    2.2622
    """
    low, high = 0.0, 1.0
    while t_share(high, freedom) < share:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if t_share(middle, freedom) < share else (low, middle)
    return high


def binomial_share(successes: int, count: int, probability: float = 0.5) -> float:
    """The probability of at most so many successes in `count` tries.

    >>> binomial_share(1, 3)
    0.5
    """
    return 1.0 if successes >= count else beta_share(1 - probability, count - successes, successes + 1)
