"""Constant-velocity Kalman filter of many devices at once: (mean, covariance) in, (mean, covariance) out.

State x, y, vx, vy in metres and metres per second (Bar-Shalom, Estimation with Applications, 6.2).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GATE = 9.21
"""99 % of chi-square with two degrees of freedom: fixes farther off are trusted less in proportion."""


def begin(x_m: Floats, y_m: Floats, covariance_m2: Floats, walk_mps: float) -> tuple[Floats, Floats]:
    """State and covariance of new tracks: (n, 4), (n, 4, 4)."""
    mean = np.stack([x_m, y_m, np.zeros_like(x_m), np.zeros_like(x_m)], axis=1)
    covariance = np.zeros((len(x_m), 4, 4))
    covariance[:, :2, :2] = covariance_m2
    covariance[:, [2, 3], [2, 3]] = walk_mps**2 / 2
    return mean, covariance


def predict(mean: Floats, covariance: Floats, elapsed_s: Floats, walk_mps: float) -> tuple[Floats, Floats]:
    """Carry on for ``elapsed_s`` (n,). People change their velocity within about two seconds."""
    fade = np.exp(-elapsed_s / 2.0)
    reach = 2.0 * (1 - fade)
    step = np.zeros((len(mean), 4, 4))
    step[:, [0, 1, 2, 3], [0, 1, 2, 3]] = np.stack([np.ones_like(fade), np.ones_like(fade), fade, fade], 1)
    step[:, [0, 1], [2, 3]] = reach[:, None]
    speed = walk_mps**2 / 2 * (1 - fade**2)
    noise = np.zeros_like(step)
    noise[:, [2, 3], [2, 3]] = speed[:, None]
    noise[:, [0, 1], [0, 1]] = (speed * np.minimum(elapsed_s, 30.0) ** 2 / 3 + 0.02 * elapsed_s)[:, None]
    mean = (step @ mean[:, :, None])[:, :, 0]
    return mean, step @ covariance @ step.transpose(0, 2, 1) + noise


def update(mean: Floats, covariance: Floats, fix: Floats, fix_covariance: Floats) -> tuple[Floats, Floats]:
    """Take fixes (n, 2) with (n, 2, 2); those outside the gate are widened until they lie on it."""
    innovation = fix - mean[:, :2]
    spread = covariance[:, :2, :2] + fix_covariance
    distance = np.einsum("ni,nij,nj->n", innovation, np.linalg.inv(spread), innovation)
    widen = np.maximum(distance / GATE, 1.0)[:, None, None]
    spread = covariance[:, :2, :2] + fix_covariance * widen + covariance[:, :2, :2] * (widen - 1)
    gain = covariance[:, :, :2] @ np.linalg.inv(spread)
    mean = mean + (gain @ innovation[:, :, None])[:, :, 0]
    covariance = covariance - gain @ spread @ gain.transpose(0, 2, 1)
    return mean, (covariance + covariance.transpose(0, 2, 1)) / 2
