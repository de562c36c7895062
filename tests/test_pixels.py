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
EVERY = 1 if "CONV_ANIM_OUTPUT" in os.environ else 8
"""Of the templates; here, ``make check-figures`` compares all of them byte for byte."""


def frames(data):
    """The frames of a picture, (height, width, 3), and their times."""
    with Image.open(BytesIO(data)) as image:
        return [
            (np.asarray(frame.convert("RGB")).astype(int), frame.info.get("duration"))
            for frame in ImageSequence.Iterator(image)
        ]


def committed():
    for template in catalog.templates()[::EVERY]:
        spec = pipeline.load(template.path)
        for name in spec.output or [f"{template.name}.{f}" for f in pipeline.default_formats(spec)]:
            yield pytest.param(spec, OUTPUT / template.topic / name, id=name)


@pytest.mark.repository
@pytest.mark.skipif(not OUTPUT.is_dir(), reason="the committed pictures are not here")
@pytest.mark.parametrize(("spec", "path"), [*committed()])
def test_pixels_are_those_of_the_committed_picture(spec, path):
    drawn = frames(pipeline.encoded(pipeline.scene(spec), pipeline.format_of(path)))
    wanted = frames(path.read_bytes())
    assert [time for _, time in drawn] == [time for _, time in wanted]
    off = [
        (np.abs(one - other).max(axis=2) > VISIBLE).mean() for (one, _), (other, _) in zip(drawn, wanted, strict=True)
    ]
    assert max(off) <= MOST
