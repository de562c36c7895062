"""Trains the small filter bank of the templates: four 5x5 filters that rebuild patches of a picture from few numbers.

    python tools/train_filters.py templates/pictures/house_224.png templates/pictures/filters.npy

A sparse autoencoder with tied weights, by gradient descent from a fixed seed, in a few seconds. The filters that come
of it are those of every first layer: edges in several directions, bars and spots.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FILTERS, SIDE = 4, 5
PATCHES, STEPS, BATCH, RATE = 20_000, 6_000, 128, 0.02
SPARSE = 0.15
"""How much the size of the codes counts, beside the error."""
DECIMALS = 2


def patches(picture: Array, random: np.random.Generator) -> Array:
    """Patches at random places, each with mean 0 and as strong as the others; flat ones are left out."""
    high, wide = picture.shape
    tops, lefts = random.integers(0, high - SIDE, PATCHES), random.integers(0, wide - SIDE, PATCHES)
    found = np.stack([picture[t : t + SIDE, s : s + SIDE].ravel() for t, s in zip(tops, lefts, strict=True)])
    found -= found.mean(axis=1, keepdims=True)
    strength = np.linalg.norm(found, axis=1)
    strong = strength > np.median(strength)
    return found[strong] / strength[strong, None]


def trained(data: Array, random: np.random.Generator) -> Array:
    """(FILTERS, SIDE · SIDE), each of length 1."""
    weights = random.normal(size=(FILTERS, SIDE * SIDE))
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    for _ in range(STEPS):
        batch = data[random.integers(0, len(data), BATCH)]
        codes = batch @ weights.T
        kept = np.sign(codes) * np.maximum(np.abs(codes) - SPARSE, 0)
        error = kept @ weights - batch
        slope = kept.T @ error + ((error @ weights.T) * (kept != 0)).T @ batch
        weights -= RATE * slope / BATCH * 8
        weights -= weights.mean(axis=1, keepdims=True)
        weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    return weights


def main(picture: Path, target: Path) -> None:
    random = np.random.Generator(np.random.PCG64(15))
    with Image.open(picture) as image:
        grey = np.asarray(image, float)
    weights = trained(patches(grey, random), random).reshape(FILTERS, 1, SIDE, SIDE)
    np.save(target, np.round(weights, DECIMALS))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
