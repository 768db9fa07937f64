"""The Equal Earth projection: areas keep their proportions, so a country looks as large as it is.

B. Šavrič, T. Patterson, B. Jenny: The Equal Earth map projection. International Journal of Geographical Information
Science 33(3), 2019, 454-465, equations 1-3 (a sphere of radius 1).
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
M = sqrt(3) / 2


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """(x, y), y upwards, of a point in degrees: x within ±2.7066, y within ±1.3173."""
    theta = asin(M * sin(radians(latitude)))
    t2 = theta * theta
    t6 = t2 * t2 * t2
    x = radians(longitude) * cos(theta) / (M * (A1 + 3 * A2 * t2 + t6 * (7 * A3 + 9 * A4 * t2)))
    return x, theta * (A1 + A2 * t2 + t6 * (A3 + A4 * t2))
