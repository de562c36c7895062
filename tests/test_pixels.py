"""Pixels against the committed pictures: equal with the locked versions of the libraries, nearly so with any others."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from conv_anim import catalog, pipeline

OUTPUT = Path(os.environ.get("CONV_ANIM_OUTPUT", Path(__file__).parent.parent / "output"))
"""Where pictures are that the locked versions drew."""
VISIBLE = 8
"""Of 255: a channel that is off by no more is as good as equal."""
MOST = 0.001
"""The part of a frame's pixels that may be off by more, with other versions of Python, matplotlib, Pillow and numpy."""
EVERY = int(os.environ.get("CONV_ANIM_EVERY", "8"))
"""Of the templates; with the locked versions ``make check-figures`` compares all of them, byte for byte."""


def frames(data):
    """The frames of a picture in turn, (height, width, 3), each with its time."""
    with Image.open(BytesIO(data)) as image:
        for frame in ImageSequence.Iterator(image):
            yield np.asarray(frame.convert("RGB")), frame.info.get("duration")


def off(one, other):
    """The part of two frames' pixels that differs visibly."""
    if np.array_equal(one, other):
        return 0
    return (np.abs(one.astype(int) - other).max(axis=2) > VISIBLE).mean()


def committed():
    for template in catalog.templates()[::EVERY]:
        spec = pipeline.load(template.path)
        for name in spec.output or [f"{template.name}.{f}" for f in pipeline.default_formats(spec)]:
            yield pytest.param(spec, OUTPUT / template.topic / name, id=name)


@pytest.mark.skipif(not OUTPUT.is_dir(), reason="the committed pictures are not here")
@pytest.mark.parametrize(("spec", "path"), [*committed()])
def test_pixels_are_those_of_the_committed_picture(spec, path):
    drawn = frames(pipeline.encoded(pipeline.scene(spec), pipeline.format_of(path)))
    for (one, time), (other, its_time) in zip(drawn, frames(path.read_bytes()), strict=True):
        assert time == its_time
        assert off(one, other) <= MOST
