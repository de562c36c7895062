"""Rules that hold for every picture: nothing is cut off, nothing lies on a text, all can be read, none takes long.

A choice of templates, themes, languages and widths is drawn anew with each run; ``EVERY_PICTURE=1`` tries them all.
"""

import os
from dataclasses import replace
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim import pipeline
from conv_anim.catalog import templates
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.color import contrast
from conv_anim.scene.figure import TooNarrowError
from conv_anim.scene.primitives import Boxes, Lines, Mosaic, Polygons, Text
from conv_anim.scene.style import Style, text_box
from conv_anim.spec.appearance import LANGS
from conv_anim.spec.model import FigureSize
from conv_anim.spec.themes import THEMES

TEMPLATES = {template.name: template for template in templates()}
CHOICES = list(product(sorted(TEMPLATES), sorted(THEMES), LANGS, (None, 320, 560, 760)))
STYLE = Style(THEMES["light"], 1.0, DejaVu())


def seen(scene, k):
    """What is painted in a frame, from the ground up."""
    return [*scene.static, *scene.frames[k].kept, *scene.frames[k].shown]


def inside(point, box, room=0.0):
    (x, y), (left, top, wide, high) = point, box
    return left - room < x < left + wide + room and top - room < y < top + high + room


def covers(item, point):
    """Whether an item hides what lies below a point; slanted shapes do where their frame does."""
    if isinstance(item, Boxes):
        return item.fill is not None and any(inside(point, box) for box in item.boxes)
    if isinstance(item, Polygons):
        return item.fill is not None and any(within(point, ring) for ring in item.rings)
    if isinstance(item, Mosaic):
        (x, y), (across, _), (_, down) = item.corner, item.across, item.down
        return item.upright and inside(point, (x, y, item.columns * across, item.rows * down))
    return False


def within(point, ring):
    """By the even-odd rule."""
    (x, y), found = point, False
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            found = not found
    return found


def middle(text):
    x, y, wide, high = text_box(STYLE, text)
    return x + wide / 2, y + high / 2


def texts_of(items):
    """The texts that can be seen, each with its place in the order of painting."""
    found = [(k, item) for k, item in enumerate(items) if isinstance(item, Text) and item.text.strip()]
    fills = [(k, item) for k, item in enumerate(items) if isinstance(item, Boxes | Polygons | Mosaic)]
    return [(k, text) for k, text in found if not any(j > k and covers(item, middle(text)) for j, item in fills)]


def shrunk(text, by):
    x, y, wide, high = text_box(STYLE, text)
    return x + by, y + by, wide - 2 * by, high - 2 * by


def meet(one, other):
    (a, b, w, h), (c, d, v, g) = one, other
    return min(w, h, v, g) > 0 and a < c + v and c < a + w and b < d + g and d < b + h


def crosses(line, box):
    """Whether some point of a line lies in a box: looked for in steps of a pixel."""
    left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
    for (ax, ay), (bx, by) in pairwise(line):
        if max(ax, bx) <= left or min(ax, bx) >= right or max(ay, by) <= top or min(ay, by) >= bottom:
            continue
        steps = max(1, round(max(abs(bx - ax), abs(by - ay))))
        if any(inside((ax + (bx - ax) * k / steps, ay + (by - ay) * k / steps), box) for k in range(steps + 1)):
            return True
    return False


def struck(items, texts):
    """Texts that a line goes through which nothing hides there."""
    lines = [(k, item) for k, item in enumerate(items) if isinstance(item, Lines)]
    for j, text in texts:
        box, point = shrunk(text, 2.0), middle(text)
        for k, item in lines:
            if any(crosses(line, box) for line in item.lines):
                hidden = any(covers(above, point) for above in items[k + 1 : j])
                if not hidden:
                    yield text.text


def faint(items, texts, background):
    for j, text in texts:
        below = [item for item in items[:j] if covers(item, middle(text))]
        fill = background if not below else getattr(below[-1], "fill", None)
        if fill is not None and contrast(text.color, fill) < 4.4:
            yield text.text, text.color, fill


def faults(scene):
    """What is wrong with a picture, frame by frame at rest."""
    if len(scene.frames) > 150 or sum(scene.time(k) for k in range(len(scene.frames))) > 15_000:
        yield "it takes too long"
    if scene.legible is None and min(item.size for item in scene.static if isinstance(item, Text)) < 8.99:
        yield "some text is too small, and nobody says so"
    for k in sorted({0, scene.rests[0], scene.rests[len(scene.rests) // 2], len(scene.frames) - 1}):
        items = seen(scene, k)
        texts = texts_of(items)
        for _, text in texts:
            x, y, wide, high = text_box(STYLE, text)
            if min(x, y) < -1 or x + wide > scene.width + 1 or y + high > scene.height + 1:
                yield f"frame {k}: '{text.text}' is cut off"
        boxes = [(text.text, shrunk(text, 1.5)) for _, text in texts]
        for (one, here), (other, there) in combinations(boxes, 2):
            if meet(here, there):
                yield f"frame {k}: '{one}' lies on '{other}'"
        yield from (f"frame {k}: a line goes through '{text}'" for text in struck(items, texts))
        yield from (f"frame {k}: {text} cannot be read" for text in faint(items, texts, scene.background))
    if not scene.frames[0].shown and not scene.frames[0].kept and len(scene.frames) > 1:
        yield "the first frame shows nothing"


def told(name, theme, lang, width):
    spec = conv_anim.load(TEMPLATES[name].path)
    theme_ = THEMES[theme]
    size = spec.size if width is None else FigureSize(width)
    panels = tuple(replace(one, theme=theme_, lang=lang) for one in spec.panels)
    try:
        scene = pipeline.scene(replace(spec, theme=theme_, lang=lang, size=size, panels=panels))
    except (TooNarrowError, conv_anim.SpecError) as error:
        # so narrow some figures cannot be, and that is told
        return [] if width == 320 else [str(error)]
    return list(dict.fromkeys(faults(scene)))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_every_template_keeps_the_rules_as_it_is_shown(name, lang):
    assert told(name, "light", lang, None) == []


@settings(max_examples=20)
@given(st.sampled_from(CHOICES))
def test_a_picture_keeps_the_rules(choice):
    assert told(*choice) == []


@pytest.mark.skipif("EVERY_PICTURE" not in os.environ, reason="all of them take an hour: EVERY_PICTURE=1")
@pytest.mark.parametrize("theme", sorted(THEMES))
def test_every_picture_keeps_the_rules(theme):
    found = {choice: wrong for choice in CHOICES if choice[1] == theme and (wrong := told(*choice))}
    assert found == {}
