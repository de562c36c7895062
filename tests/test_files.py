"""What is written: GIF and PNG read back by Pillow, palettes, and files that appear whole or not at all."""

import os
import stat
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from PIL import Image

from conv_anim.export import files, gif, png
from conv_anim.export.palette import COLORS, FAITHFUL, Palette, key, keys, palette

RED, GREEN, BLUE, WHITE = "#ff0000", "#00ff00", "#0000ff", "#ffffff"


def rgb(color):
    return tuple(bytes.fromhex(color[1:]))


def picture(*rows):
    """Rows of colours as opaque RGBA."""
    return np.array([[(*rgb(color), 255) for color in row] for row in rows], np.uint8)


def opaque(values):
    """(height, width, 3) as opaque RGBA."""
    return np.concatenate([values, np.full((*values.shape[:2], 1), 255)], axis=2).astype(np.uint8)


def palette_of(*colors):
    return Palette(np.array(sorted(map(key, colors)), np.uint32))


def animation(frames, *, colors=(RED, GREEN, BLUE, WHITE), loop=0, comment=""):
    """The GIF of frames, opened."""
    timed = (gif.Timed(*frame) for frame in frames)
    data = gif.encode(timed, palette=palette_of(*colors), loop=loop, comment=comment)
    return Image.open(BytesIO(data))


def decoded(image):
    """The frames as RGBA with their times."""
    found = []
    for k in range(image.n_frames):
        image.seek(k)
        found.append((np.asarray(image.convert("RGBA")), image.info["duration"]))
    return found


# GIF


@st.composite
def films(draw):
    """Colours, and frames of them that change here and there, return to what they were, or stay the same."""
    random = np.random.default_rng(draw(st.integers(0, 999)))
    colors = [f"#{n:06x}" for n in random.choice(1 << 24, draw(st.integers(1, 255)), replace=False)]
    height, width = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    table = np.array([(*rgb(color), 255) for color in colors], np.uint8)
    indices = random.integers(0, len(colors), (height, width))
    frames = []
    for _ in range(draw(st.integers(1, 6))):
        changes = draw(st.sampled_from([0, 0.02, 0.3, 1]))
        indices = np.where(random.random((height, width)) < changes, random.integers(0, len(colors)), indices)
        frames.append((table[indices], draw(st.integers(0, 300)) * 10))
    return colors, [frames[k] for k in draw(st.lists(st.integers(0, len(frames) - 1), min_size=1, max_size=9))]


def joined(frames):
    """Equal consecutive frames as one."""
    found = []
    for pixels, time in frames:
        if found and np.array_equal(found[-1][0], pixels):
            found[-1] = (pixels, found[-1][1] + time)
        else:
            found.append((pixels, time))
    return found


def at_least(times):
    """Times of at least two hundredths of a second; what a short one takes more is taken from those after it."""
    end = wanted = 0
    for time in times:
        begun, wanted = end, wanted + time
        end = max(begun + 20, wanted)
        yield end - begun


@drawn(films())
def test_a_gif_shows_the_frames_it_was_made_of(film):
    colors, frames = film
    shown, wanted = decoded(animation(frames, colors=colors)), joined(frames)
    assert [time for _, time in shown] == list(at_least([time for _, time in wanted]))
    for (pixels, _), (original, _) in zip(shown, wanted, strict=True):
        assert np.array_equal(pixels, original)


def test_one_array_painted_anew_for_every_frame():
    pixels = picture([RED, RED])

    def frames():
        for color in (RED, GREEN, BLUE):
            pixels[0, 1, :3] = rgb(color)
            yield pixels, 100

    shown = [frame[0, 1, :3].tolist() for frame, _ in decoded(animation(frames()))]
    assert shown == [list(rgb(color)) for color in (RED, GREEN, BLUE)]


def test_back_and_forth():
    there, back = picture([RED, GREEN, GREEN]), picture([RED, BLUE, GREEN])
    frames = [(there, 100), (back, 200), (there, 300), (back, 400)]
    assert [time for _, time in decoded(animation(frames))] == [100, 200, 300, 400]


def test_colors_between_get_the_nearest_of_the_palette():
    image = animation([(picture([RED, "#f01010", "#101010", "#101020"]), 100)], colors=(RED, "#000000"))
    assert np.array_equal(decoded(image)[0][0], picture([RED, RED, "#000000", "#000000"]))


def test_frames_that_look_the_same_in_the_palette_are_one():
    frames = [(picture([RED, "#010101"]), 100), (picture([RED, "#000000"]), 50), (picture([RED, RED]), 40)]
    assert [time for _, time in decoded(animation(frames, colors=(RED, "#000000")))] == [150, 40]


def test_a_frame_holds_what_changed_and_is_transparent_elsewhere():
    first = picture([RED] * 4, [RED] * 4, [RED] * 4)
    second = first.copy()
    second[1, 1, :3] = rgb(GREEN)
    second[2, 3, :3] = rgb(BLUE)
    found = palette_of(RED, GREEN, BLUE)
    whole, patch = gif.patches([gif.Timed(first, 100), gif.Timed(second, 200)], found)
    assert (whole.x, whole.y, whole.time) == (0, 0, 100)
    assert np.array_equal(whole.indices, found.indices(keys(first)))
    assert gif.TRANSPARENT not in whole.indices
    assert (patch.x, patch.y, patch.time) == (1, 1, 200)
    green, blue = found.indices(keys(picture([GREEN, BLUE])))[0]
    assert patch.indices.tolist() == [[green, 0, 0], [0, 0, blue]]
    image = animation([(first, 100), (second, 200)])
    image.seek(1)
    assert (image.dispose_extent, image.disposal_method) == ((1, 1, 4, 3), 1)


@pytest.mark.parametrize("seed", range(20))
def test_few_unchanged_pixels_between_changed_ones_are_shown_again_and_more_are_transparent(seed):
    random = np.random.default_rng(seed)
    changed = np.repeat(random.random((9, 5)) < 0.4, random.integers(1, 6), axis=1)
    wanted = [all(run) or len(run) <= gif.GAP for run in runs(changed.ravel().tolist()) for _ in run]
    found = gif.bridged(np.flatnonzero(changed), changed.size)
    assert sorted(found.tolist()) == [place for place, shown in enumerate(wanted) if shown]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (40, 1), (120, 201)])
@pytest.mark.parametrize("bits", [2, 5, 8])
def test_the_compiled_part_of_pillow_alone_compresses_as_pillow_does(monkeypatch, shape, bits):
    random = np.random.default_rng(bits)
    indices = np.where(random.random(shape) < 0.5, random.integers(0, 1 << bits, shape), 0).astype(np.uint8)
    wanted = Image.fromarray(indices).tobytes("gif", "L", bits, 0)
    assert gif.directly(indices, bits) == gif.compressed(indices, bits) == wanted
    for error in (ImportError, AttributeError, TypeError):
        monkeypatch.setattr(gif, "directly", lambda *_, error=error: raising(error))
        assert gif.compressed(indices, bits) == wanted


def raising(error):
    raise error


def runs(values):
    """Equal neighbours, by a plain loop."""
    found = []
    for value in values:
        if found and found[-1][0] == value:
            found[-1].append(value)
        else:
            found.append([value])
    return found


@pytest.mark.parametrize(("loop", "repeats"), [(0, 0), (1, None), (2, 1), (5, 4)])
def test_loop_counts_every_showing(loop, repeats):
    frames = [(picture([RED]), 100), (picture([GREEN]), 100)]
    assert animation(frames, loop=loop).info.get("loop") == repeats


@pytest.mark.parametrize(
    ("time", "shown"), [(0, 20), (14, 20), (20, 20), (34, 30), (36, 40), (2000, 2000), (655_350, 655_350)]
)
def test_times_are_whole_centiseconds_and_at_least_two(time, shown):
    assert decoded(animation([(picture([RED]), time)]))[0][1] == shown


def test_a_time_is_at_most_what_a_gif_can_say():
    assert decoded(animation([(picture([RED]), 400_000), (picture([RED]), 400_000)]))[0][1] == 655_350


@pytest.mark.parametrize("comment", ["a", "x" * 255, "y" * 256, "核 3×3 " * 100], ids=lambda text: str(len(text)))
def test_comments(comment):
    assert animation([(picture([RED]), 100)], comment=comment).info["comment"].decode() == comment


def test_no_comment():
    data = gif.encode([gif.Timed(picture([RED]), 100)], palette=palette_of(RED), loop=0, comment="")
    assert b"!\xfe" not in data


def test_nothing_to_show():
    assert list(gif.patches([], palette_of(RED))) == []


def test_one_pixel():
    image = animation([(picture([GREEN]), 100)], colors=(GREEN,))
    assert (image.size, image.n_frames) == ((1, 1), 1)
    assert np.array_equal(decoded(image)[0][0], picture([GREEN]))


@pytest.mark.parametrize("count", [1, 3, 4, 63, 64, 255])
def test_large_pictures_of_few_and_of_many_colors(count):
    random = np.random.default_rng(count)
    colors = [f"#{n:06x}" for n in range(0, count * 65_000, 65_000)]
    table = np.array([(*rgb(color), 255) for color in colors], np.uint8)
    frames = [(table[random.integers(0, count, (150, 211))], 100) for _ in range(2)]
    for (pixels, _), (original, _) in zip(decoded(animation(frames, colors=colors)), joined(frames), strict=True):
        assert np.array_equal(pixels, original)


# Palette


def blended(count, seed=0):
    """A picture of so many different colours."""
    chosen = np.random.default_rng(seed).choice(1 << 24, count, replace=False)
    return opaque(np.stack([chosen >> 16, chosen >> 8 & 255, chosen & 255], axis=-1)[None])


def colors_of(found, pixels):
    """The colours that the palette gives to pixels, as a GIF's reader sees them."""
    table = np.frombuffer(found.data, np.uint8).reshape(-1, 3)
    return table[found.indices(keys(pixels))]


@pytest.mark.parametrize("flat", [(RED, "#123456", "#fefefe", "#010203"), tuple(f"#{n:06x}" for n in range(9, 200))])
@pytest.mark.parametrize("count", [0, 5, 64, 700])
def test_flat_colors_are_exact_whatever_else_there_is(flat, count):
    samples = [blended(count)] if count else []
    found = palette([*samples, picture(flat)], flat)
    assert np.array_equal(colors_of(found, picture(flat)), picture(flat)[..., :3])
    assert len(found.colors) <= max(1 + len(flat), min(COLORS, 1 + len(flat) + count))


def test_a_few_blended_colors_are_exact():
    pixels = blended(12)
    assert np.array_equal(colors_of(palette([pixels], [RED, GREEN]), pixels), pixels[..., :3])


def test_a_rare_color_far_from_the_others_gets_its_own():
    """Though a thousand others outnumber it, whose reds are nearly the same."""
    pixels = np.concatenate(
        [picture([f"#{200 + n % 8:02x}0000" for n in range(1000)]), picture(["#0000f0"] * 5)], axis=1
    )
    found = colors_of(palette([pixels], [RED, GREEN]), picture(["#0000f0"]))
    assert np.array_equal(found, picture(["#0000f0"])[..., :3])


def test_blended_colors_get_the_nearest_of_the_palette():
    pixels = blended(700)
    found = palette([pixels], [RED, GREEN])
    table = np.frombuffer(found.data, np.uint8).reshape(-1, 3)[1 : len(found.colors)].astype(int)
    distance = ((table - pixels[0, :, None, :3].astype(int)) ** 2).sum(axis=2)
    chosen = found.indices(keys(pixels))[0]
    assert np.array_equal(distance[np.arange(700), chosen - 1], distance.min(axis=1))


def test_blended_colors_are_merged_as_far_as_they_stay_faithful():
    """200 greys, each within some levels of what it was."""
    ramp = opaque(np.repeat(np.arange(20, 220)[None, :, None], 3, axis=2))
    found = palette([ramp], [RED])
    off = np.abs(colors_of(found, ramp).astype(int) - ramp[..., :3])
    assert np.sqrt(np.mean(off**2)) <= FAITHFUL
    assert off.max() <= 2 * FAITHFUL + 4
    assert len(found.colors) < 40


FULL = [f"#{n:06x}" for n in range(0xA00000, 0xA00000 + COLORS - 3)]
"""So many flat colours that with one more there is room for a single other."""


def test_a_merged_color_is_the_mean_of_the_pixels_it_stands_for():
    found = palette([picture(["#101010"] * 3 + ["#202020"])], [RED, *FULL])
    assert np.array_equal(colors_of(found, picture(["#101010", "#202020"])), picture(["#141414"] * 2)[..., :3])


def test_a_merged_color_that_is_flat_takes_no_second_place():
    found = palette([picture(["#090909", "#0b0b0b"])], ["#0a0a0a", *FULL])
    assert len(found.colors) == COLORS - 1


def test_colors_that_were_in_no_sample():
    found = palette([picture([RED])], [RED, BLUE])
    assert np.array_equal(colors_of(found, picture(["#ee0000", "#2222dd"])), picture([RED, BLUE])[..., :3])


@pytest.mark.parametrize(("colors", "bits"), [(1, 2), (3, 2), (4, 3), (7, 3), (8, 4), (63, 6), (64, 7), (255, 8)])
def test_bits_hold_the_colors_and_the_transparent_one(colors, bits):
    found = palette_of(*[f"#{n:06x}" for n in range(colors)])
    assert (found.bits, len(found.data)) == (bits, 3 * 2**bits)


def test_keys_are_of_colors():
    assert keys(picture([RED, "#123456"])).tolist() == [[key(RED), key("#123456")]]
    assert key("#123456") == 0x563412


def test_the_same_frames_make_the_same_palette():
    one, other = (palette([blended(700)], [RED, GREEN]).data for _ in range(2))
    assert one == other


# PNG


def test_a_png_has_every_pixel_and_says_what_it_shows():
    pixels = blended(200)
    image = Image.open(BytesIO(png.encode(pixels, title="卷積", description="3×3")))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), pixels[..., :3])
    assert image.text == {"Title": "卷積", "Description": "3×3"}
    assert Image.open(BytesIO(png.encode(pixels, title="", description=""))).text == {}


# Files


def test_writing(tmp_path):
    path = tmp_path / "new" / "folder" / "a.gif"
    files.write(path, b"one")
    files.write(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("fault", [OSError("disk full"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_fault_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step, fault):
    path = tmp_path / "a.gif"
    path.write_bytes(b"old")

    def fail(*_):
        raise fault

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(fault)):
        files.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way(tmp_path):
    (tmp_path / "a.gif").mkdir()
    with pytest.raises(OSError, match=r"a\.gif"):
        files.write(tmp_path / "a.gif", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path, mask):
    before = os.umask(mask)
    try:
        files.write(tmp_path / "a.gif", b"new")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "a.gif") == 0o666 & ~mask


def test_a_file_keeps_its_mode(tmp_path):
    path = tmp_path / "a.gif"
    path.write_bytes(b"old")
    path.chmod(0o604)
    files.write(path, b"new")
    assert mode_of(path) == 0o604


@pytest.mark.parametrize("name", ["a" * 251 + ".gif", "卷" * 83 + ".gif"], ids=["latin", "chinese"])
def test_the_longest_names_that_a_file_can_have(tmp_path, name):
    files.write(tmp_path / name, b"new")
    assert [path.name for path in tmp_path.iterdir()] == [name]
