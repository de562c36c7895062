"""WebP without loss: every pixel as it is painted.

The container is written here (RFC 9649, section 2.7), because Pillow's writer holds all frames and searches each of
them several times for what changed; the compression (VP8L) is Pillow's.
"""

from __future__ import annotations

from io import BytesIO
from itertools import chain
from struct import pack
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from PIL import Image

from conv_anim.export.moving import EVEN, changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.export.moving import Change
    from conv_anim.scene.primitives import Scene

EFFORT, METHOD = 75, 1
"""Measured: a slower method takes twice the time and saves nothing."""
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">{}</rdf:Description></rdf:RDF></x:xmpmeta>"""
WORD = '<dc:{0}><rdf:Alt><rdf:li xml:lang="x-default">{1}</rdf:li></rdf:Alt></dc:{0}>'
MOVES, TOLD, CLEAR = 0x02, 0x04, 0x10
"""What a file has: frames, XMP, pixels that one sees through."""
OVER, INSTEAD = 0, 2
"""A frame is laid over what was there, or takes its place."""
LONGEST = 0xFF_FFFF
"""Milliseconds: the longest duration that the format can hold."""
FIRST = 12
"""Where the chunks of a file begin: after RIFF, its size, and WEBP."""


def picture(drawn: Scene) -> bytes:
    """A scene as a WebP, its title and description as XMP; of one frame, a still one."""
    out = BytesIO()
    out.write(bytes(FIRST))
    for part in chunks(drawn):
        out.write(part)
    size = out.tell() - 8
    out.seek(0)
    out.write(b"RIFF" + pack("<I", size) + b"WEBP")
    return out.getvalue()


def chunks(drawn: Scene) -> Iterator[bytes]:
    """All that a file holds, in turn."""
    blending = INSTEAD if drawn.transparent else OVER
    found = changes(drawn)
    first, second = next(found), next(found, None)
    has = TOLD | (CLEAR if second or drawn.transparent else 0) | (MOVES if second else 0)
    yield chunk(b"VP8X", bytes([has, 0, 0, 0]) + sized(drawn.width - 1, drawn.height - 1))
    if second is None:
        yield compressed(first, drawn)
    else:
        yield chunk(b"ANIM", bytes(4) + pack("<H", drawn.loop))
        for change in chain((first, second), found):
            yield chunk(b"ANMF", head(change, blending) + compressed(change, drawn))
    yield chunk(b"XMP ", words(drawn.title, drawn.description))


def head(change: Change, blending: int) -> bytes:
    """What a frame says before its picture: where it goes, how large it is, and for how long."""
    height, width = change.pixels.shape[:2]
    time = min(change.time, LONGEST)
    return sized(change.x // EVEN, change.y // EVEN, width - 1, height - 1, time) + bytes([blending])


def sized(*numbers: int) -> bytes:
    """Numbers of three bytes each."""
    return b"".join(pack("<I", number)[:3] for number in numbers)


def compressed(change: Change, drawn: Scene) -> bytes:
    """A frame's picture as a VP8L chunk; the first one is opaque, unless one sees through the scene's ground."""
    image, out = Image.fromarray(change.pixels), BytesIO()
    opaque = change.first and not drawn.transparent
    (image.convert("RGB") if opaque else image).save(out, "WEBP", lossless=True, quality=EFFORT, method=METHOD)
    return out.getvalue()[FIRST:]


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a RIFF file, filled up to an even length."""
    return name + pack("<I", len(data)) + data + bytes(len(data) % 2)


def words(title: str, description: str) -> bytes:
    """What a picture says about itself, as XMP (ISO 16684-1)."""
    said = (WORD.format(name, escape(text)) for name, text in (("title", title), ("description", description)) if text)
    return XMP.format("".join(said)).encode()
