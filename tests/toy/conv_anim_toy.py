"""A view, a theme and a format for conv-anim, in a package of its own."""

from dataclasses import dataclass, replace
from io import BytesIO

from conv_anim.scene.hit_regions import HitRegion, Turn
from conv_anim.scene.layout import animated
from conv_anim.scene.primitives import Boxes, Frame, corners
from conv_anim.scene.steps import Steps
from conv_anim.spec.formats import Cost, Format
from conv_anim.spec.kinds import Whole
from conv_anim.spec.records import Field
from conv_anim.spec.themes import THEMES
from conv_anim.spec.views import ViewKind

TALL = Field("tall", Whole(1, 100), "Height of a bar for each unit of its number, in pixels.", default=8, example=4)


@dataclass(frozen=True)
class Bars:
    """A bar for every output, as high as its number."""

    trace: object
    style: object

    @property
    def steps(self):
        return Steps(self.trace.output.shape, self.trace.spec.animation)

    def box(self, place):
        high = self.trace.spec.view["tall"] * self.trace.output[0, place].item() * self.style.scale
        return place * self.style.cell, self.height - high, self.style.cell - 2, high

    @property
    def width(self):
        return self.trace.output.size * self.style.cell

    @property
    def height(self):
        return self.trace.spec.view["tall"] * self.trace.output.max().item() * self.style.scale

    def static(self):
        return ()

    def frame(self, k):
        done = tuple(self.box(place) for _, place in self.steps.passed(k))
        now = (self.box(self.steps.cell(k)[1]),)
        output = self.style.colors.output
        return Frame((Boxes(done, output),) if done else (), (Boxes(now, self.style.at_work(output)),))

    def hit_regions(self):
        return [HitRegion("output", (0, place), corners(self.box(place))) for place in range(self.trace.output.size)]

    def turn(self, k):
        return Turn(1, self.steps.cell(k))


def bars(trace, style):
    view = Bars(trace, style)
    return animated(view, view.width, view.height, baseline=view.height)


def refuses(input_, nodes):
    ends = nodes[-1].op.ends
    if len(nodes) > 1 or len(ends.out_size) != 1 or ends.out_channels > 1:
        return "shows one output channel of one layer along one axis"
    return None


VIEW = ViewKind("bars", "A bar for every output.", bars, (TALL,), refuses=refuses)
LIGHT = THEMES["light"]
THEME = replace(
    LIGHT,
    name="sunset",
    description="warm colours on cream",
    colors=replace(LIGHT.colors, background="#fff7e8", input="#ffd0a8", output="#f7b7a3", window="#c2410c"),
)


def bmp(scene):
    """The last frame, pixel by pixel."""
    from PIL import Image

    from conv_anim.painting.agg import frames

    (pixels,) = frames(scene, [len(scene.frames) - 1])
    out = BytesIO()
    Image.fromarray(pixels).convert("RGB").save(out, "BMP")
    return out.getvalue()


FORMAT = Format("bmp", bmp, cost=Cost(pixel=20), all_frames=False, layouts=True, media="image/bmp", image=True)
