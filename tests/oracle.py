"""What the layers compute, from their definitions: plain loops over nested lists, sharing nothing with the package.

A map of values is nested lists, [channel][row][column]…; settings are one number per axis, padding a pair.
"""

from itertools import product


def nested(size, value):
    """Nested lists of a size; ``value`` makes the number of a cell."""
    if not size:
        return value(())
    return [nested(size[1:], lambda rest, k=k: value((k, *rest))) for k in range(size[0])]


def unflat(numbers, size):
    """Numbers in row-major order as nested lists."""
    queue = iter(numbers)
    return nested(size, lambda _: next(queue))


def size_of(values):
    return (len(values), *size_of(values[0])) if isinstance(values, list) else ()


def at(values, cell):
    for k in cell:
        values = values[k]
    return values


def put(values, cell, number):
    at(values, cell[:-1])[cell[-1]] = number


def cells(size):
    return product(*[range(n) for n in size])


def shown(place, size, mode):
    """The input cell that the place on an axis shows, counted from the input's first; None is for a zero."""
    if 0 <= place < size:
        return place
    if mode == "zeros":
        return None
    while not 0 <= place < size:
        if mode == "circular":
            place += size if place < 0 else -size
        elif mode == "replicate":
            place += 1 if place < 0 else -1
        elif mode == "reflect":
            place = -place if place < 0 else 2 * (size - 1) - place
    return place


def padded(channel, padding, mode="zeros"):
    """One channel with its border."""
    size = size_of(channel)

    def value(cell):
        places = [shown(c - p[0], n, mode) for c, p, n in zip(cell, padding, size, strict=True)]
        return 0 if None in places else at(channel, places)

    return nested([n + before + after for n, (before, after) in zip(size, padding, strict=True)], value)


def starts(length, kernel, stride, dilation):
    """Where windows start that lie on a canvas as a whole."""
    found, start = [], 0
    while start + dilation * (kernel - 1) < length:
        found.append(start)
        start += stride
    return found


def hanging_starts(size, padding, kernel, stride, dilation):
    """The same in ceil mode: one window more, if something is left to read and it starts before the padding behind."""
    length = padding[0] + size + padding[1]
    found = starts(length, kernel, stride, dilation)
    start = found[-1] + stride
    left = found[-1] + dilation * (kernel - 1) + 1 < length
    return [*found, start] if left and start < padding[0] + size else found


def convolution(x, weight, *, bias, stride, padding, dilation, groups, mode, flip):
    """Weight is [out][in / groups][kernel]…; flipped, it is convolution in the mathematician's sense."""
    canvas = [padded(channel, padding, mode) for channel in x]
    seen, made = len(weight[0]), len(weight) // groups
    kernel = size_of(weight[0][0])
    grid = [starts(*axis) for axis in zip(size_of(canvas[0]), kernel, stride, dilation, strict=True)]

    def value(cell):
        out, *position = cell
        total = 0 if bias is None else bias[out]
        for channel in range(seen):
            for tap in cells(kernel):
                there = [grid[a][o] + tap[a] * dilation[a] for a, o in enumerate(position)]
                met = [k - 1 - t for k, t in zip(kernel, tap, strict=True)] if flip else tap
                total += at(weight[out][channel], met) * at(canvas[out // made * seen + channel], there)
        return total

    return nested([len(weight), *map(len, grid)], value)


def transposed(x, weight, *, bias, stride, padding, output_padding, dilation, groups):
    """Every input cell stamps the kernel, times itself, onto the output; weight is [in][out / groups][kernel]…."""
    made, seen = len(weight[0]), len(x) // groups
    size, kernel = size_of(x[0]), size_of(weight[0][0])
    whole = [(n - 1) * s + d * (k - 1) + 1 for n, s, d, k in zip(size, stride, dilation, kernel, strict=True)]
    stamped = nested([made * groups, *whole], lambda _: 0)
    for channel, out in product(range(len(x)), range(made)):
        there = channel // seen * made + out
        for cell, tap in product(cells(size), cells(kernel)):
            place = [there, *(c * s + t * d for c, s, t, d in zip(cell, stride, tap, dilation, strict=True))]
            put(stamped, place, at(stamped, place) + at(x[channel], cell) * at(weight[channel][out], tap))

    def value(cell):
        out, *position = cell
        place = [o + before for o, (before, _) in zip(position, padding, strict=True)]
        on = all(p < n for p, n in zip(place, whole, strict=True))
        return (at(stamped[out], place) if on else 0) + (0 if bias is None else bias[out])

    ends = zip(whole, padding, output_padding, strict=True)
    return nested([made * groups, *(n - before - after + more for n, (before, after), more in ends)], value)


def pooled(x, reduced, *, kernel, stride, padding, dilation, ceil_mode):
    """``reduced`` makes a number of a window's input cells, and of how many cells it has that are input or padding."""
    size = size_of(x[0])
    ends = list(zip(size, padding, strict=True))
    if ceil_mode:
        grid = [hanging_starts(n, p, *axis) for (n, p), *axis in zip(ends, kernel, stride, dilation, strict=True)]
    else:
        grid = [starts(p[0] + n + p[1], *axis) for (n, p), *axis in zip(ends, kernel, stride, dilation, strict=True)]

    def value(cell):
        channel, *position = cell
        found, counted = [], 0
        for tap in cells(kernel):
            there = [grid[a][o] + tap[a] * dilation[a] - padding[a][0] for a, o in enumerate(position)]
            if all(0 <= t < n for t, n in zip(there, size, strict=True)):
                found.append(at(x[channel], there))
            counted += all(t < n + p[1] for t, (n, p) in zip(there, ends, strict=True))
        return reduced(found, counted)

    return nested([len(x), *map(len, grid)], value)


def max_pool(x, **settings):
    return pooled(x, lambda found, _: max(found, default=float("-inf")), **settings)


def avg_pool(x, *, count_include_pad, **settings):
    """A window that counts no cell gives 0."""

    def mean(found, counted):
        return sum(found) / max(1, counted if count_include_pad else len(found))

    return pooled(x, mean, **settings)
