"""What other tools call keys, layers and names: tables for `near_misses`.

Imported only when a spec has a problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def _table(rows: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What each word may mean: the names of the rows that contain it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, words in rows.items():
        for word in words.split():
            found[word] = (*found.get(word, ()), name)
    return found


KEYS = _table({
    # of a layer
    "out_features": "units outputs features outchannels",
    "negative_slope": "alpha slope",
    "cropping": "crop",
    "over": "dim axis",
    "from": "inputs input fedby",
    "kernel_size": "kernel kernels kernelshape ksize k filtersize filter window windowsize windowshape poolsize size",
    "stride": "strides s subsample subsamplelength windowstrides step",
    "padding": "pad pads paddings p autopad bordermode pading zeropadding",
    "padding_mode": "padmode paddingtype bordertype",
    "out_channels": "filters outfeatures features numfilters nfilters nbfilter channelsout outputchannels outchannel "
    "numoutput units cout channels outputs",
    "dilation": "dilationrate dilations rate rhsdilation atrous atrousrate d",
    "groups": "group featuregroupcount numgroups ngroups g",
    "weight": "weights w values kernelvalues kernelweights kernelinitializer kernel",
    "bias": "biases b usebias addbias biasinitializer",
    "flip": "flipkernel flipped mirror",
    "output_padding": "outputpad outpad outputpaddings extra",
    "multiplier": "depthmultiplier channelmultiplier",
    "count_include_pad": "countincludepadding includepad",
    "norm_type": "p norm ord",
    "scale_factor": "scale scales factor zoom upscalefactor",
    "upscale_factor": "factor scale scalefactor blocksize blockshape r upscale",
    "downscale_factor": "factor scale scalefactor blocksize blockshape r downscale",
    "output_size": "outputshape size shape outsize",
    "mode": "interpolation method algorithm",
    "window": "windowsize localwindowsize slidingwindow kernelsize kernel",
    "causal": "iscausal usecausalmask autoregressive mask",
    "heads": "numheads nheads numattentionheads head h",
    "shift": "shiftsize",
    "query": "q wq qproj queries querykernel",
    "key": "k wk kproj keys",
    "value": "v wv vproj values",
    "type": "op optype layertype class classname kind name",
    # of an input
    "size": "shape dim dims dimensions inputsize inputshape insize height rows columns h length",
    "channels": "channel inchannels depth maps features",
    "values": "value data array matrix image picture numbers random file arange seed content",
    # of a spec
    "input": "image x inputs data source",
    "layer": "conv convolution kernel op net network model pool",
    "layers": "network net model sequential stack",
    "title": "name heading header",
    "caption": "text subtitle legend description note footnote",
    "view": "style mode render drawing perspective projection kind layout",
    "theme": "colors color colours colour palette style scheme",
    "animation": "animate animations speed fps duration delay motion frames gif timing",
    "lang": "language locale",
    "output": "out outputs file filename format path save",
    "formula": "equation",
    "cost": "costs flops parameters params macs",
    # of a theme
    "base": "name theme extends inherit",
    "background": "bg back paper canvas",
    "ink": "text fg foreground font fontcolor black",
    "line": "grid edge edges border borders stroke gridcolor",
    "line_width": "linewidth strokewidth lw thickness",
    "overlay": "alpha opacity transparency",
    "current": "highlight active",
    # of an animation
    "step": "duration delay interval frameduration time speed steptime",
    "hold": "pause end wait last",
    "order": "direction sequence",
    "loop": "loops repeat",
    "every": "skip stride nth each",
    "motion": "smooth transition easing",
    "width": "w size pixels px",
    "random": "seed low high uniform normal rand",
    "file": "path filename npy csv png load",
    "kind": "name type view",
    "numbers": "values shownumbers text",
    "cache": "buffer stream streaming kvcache state",
    "chunk": "chunksize chunks hop hopsize frame blocksize piece",
})  # fmt: skip
"""Keys of ours by the words of others, without their underscores."""

MERGE = "merge keys belong to an older YAML: write the keys out; '&name' and '*name' work for single values"
NOTES: dict[str, str] = {
    **dict.fromkeys(
        ("inchannels", "infeatures", "channelsin", "cin", "inputchannels"),
        "what enters says how many channels there are: input: {channels: 3}, or the layer before",
    ),
    **dict.fromkeys(("inputshape", "inputsize", "insize"), "what enters has its size from: input: {size: [5, 5]}"),
    **dict.fromkeys(("outputshape", "outsize", "outputsize"), "the size of the output follows from the other keys"),
    **dict.fromkeys(("activation", "relu"), "an activation is its own layer: - {type: relu}"),
    **dict.fromkeys(("batchnorm", "normalization"), "a norm is its own layer: - {type: batch_norm}"),
    "dropout": "a trained network drops nothing out: leave it out",
    **dict.fromkeys(
        ("dataformat", "dtype", "device", "trainable", "returnindices", "kernelregularizer", "inplace"),
        "it changes nothing in a figure: leave it out",
    ),
    "random": "values: {random: {low: 0, high: 9}} draws numbers",
    "file": "values: {file: numbers.npy} reads numbers; output: figure.gif names the picture",
    "fps": "animation: {step: 500} is the time of a step in milliseconds",
    "height": "the height follows from the width: size: {width: 600}",
    "dpi": "size: {scale: 2} makes the figure twice as large",
    "<<": MERGE,
    "color": "colours are keys of the theme: theme: {base: light, window: '#2f6fb7'}",
}  # fmt: skip
NOTES |= dict.fromkeys(("colors", "colour", "colours", "palette"), NOTES["color"])
"""Words that no single key means, with what to do."""

PLACED = {
    ("input", "width"): "size: [rows, columns] has both",
    ("input", "height"): "size: [rows, columns] has both",
    ("input", "shape"): "size: [rows, columns], and the channels apart: channels: 3",
    ("input", "inputshape"): "size: [rows, columns], and the channels apart: channels: 3",
}
"""Hints for words in one place, by the key that it is in."""

TYPES = _table({
    "conv": "convolution convolutional crosscorrelation correlation cnn dilatedconv atrousconv atrous dilated "
    "causalconv causal groupedconv grouped stridedconv lazyconv standard",
    "conv_transpose": "convtransposed transposedconv transpose transposed deconv deconvolution convtranspose "
    "upconv upconvolution fractionallystridedconv fractional lazyconvtranspose",
    "pointwise": "conv1x1 1x1 1x1conv pointwiseconv",
    "depthwise": "depthwiseconv dwconv",
    "depthwise_separable": "separableconv separable depthwiseseparableconv sepconv xception mobilenet",
    "spatially_separable": "spatialseparable separablekernel",
    "max_pool": "maxpool maxpooling pool pooling",
    "avg_pool": "avgpool averagepool averagepooling avgpooling meanpool mean",
    "global_avg_pool": "globalaveragepool globalaveragepooling globalavgpool gap adaptiveavgpool globalpool",
    "lp_pool": "lppool l2pool normpool",
    "max_unpool": "maxunpool unpool unpooling maxunpooling",
    "upsample": "upsampling resize interpolate interpolation upscale bilinear nearest",
    "channel_shuffle": "channelshuffle shuffle",
    "pixel_shuffle": "pixelshuffle depthtospace subpixel",
    "pixel_unshuffle": "pixelunshuffle spacetodepth",
    "unfold": "im2col unfolding",
    "fold": "col2im folding",
    "add": "sum plus residual skip shortcut elementwiseadd",
    "multiply": "mul product times elementwisemul hadamard",
    "concat": "concatenate cat concatenation join merge",
    "relu": "rectifier rectifiedlinear",
    "leaky_relu": "lrelu",
    "silu": "swish",
    "sigmoid": "logistic",
    "batch_norm": "batchnormalization bn norm",
    "linear": "dense fc fullyconnected gemm matmul",
    "flatten": "reshape view ravel",
    "pad": "zeropad zeropadding reflectionpad replicationpad constantpad padding",
    "crop": "cropping slice",
    "attention": "multiheadattention selfattention mha sdpa scaleddotproductattention localattention attn natten "
    "slidingwindowattention neighborhoodattention windowattention swin transformer",
})  # fmt: skip
"""Types of layers by what PyTorch, Keras, ONNX and papers call them, without underscores and numbers of axes."""

NAMES = _table({
    "light": "white default bright day",
    "dark": "black night",
    "classic": "convarithmetic original dumoulin",
    "print": "bw grey gray greyscale grayscale mono monochrome paper",
    "colorblind": "colourblind okabeito accessible",
    "zh-TW": "zh zhtw zhhant tw chinese traditional hant zhhk",
    "en": "english enus engb",
    "valid": "none no notset zero nopadding",
    "same": "sameupper half",
    "zeros": "zero constant",
    "reflect": "mirror",
    "replicate": "edge nearest border clamp",
    "circular": "wrap periodic cyclic",
    "isometric": "iso plane planes perspective slanted",
    "flat": "2d grid plain top",
    "volume": "3d box boxes block",
    "matrix": "toeplitz sparse table",
    "gemm": "im2col tiles tiled gpu implicit product cutlass",
    "winograd": "lavin f23 minimal",
    "fft": "fourier spectrum frequency transform",
    "sequence": "1d series time timeline",
    "channels": "channel maps rgb",
    "row-major": "row rows raster rowmajor forward default c",
    "column-major": "column columns col columnmajor fortran",
    "reverse": "reversed backward backwards",
    "smooth": "smoothly slide continuous linear gliding glide",
    "step": "steps jump none discrete",
    "gather": "window pull",
    "scatter": "stamp stamps push",
    "bicubic": "cubic",
    "bilinear": "linear",
    "box": "blur mean average avg uniform",
    "gaussian": "gauss",
    "laplacian": "edge edges laplace outline",
    "sobel_x": "sobel",
    "prewitt_x": "prewitt",
    "identity": "delta dirac eye",
    "ones": "one constant",
    "sliding": "local slidingwindow band",
    "neighborhood": "neighbourhood natten na",
    "partitioned": "swin window windows blocks shifted partition",
})  # fmt: skip
"""Names that a key can have by other words, without hyphens."""


NOT_DRAWN = _table({
    "": "layernorm groupnorm instancenorm dropout lstm gru rnn embedding identity"
})  # fmt: skip
"""Layers that other tools have."""
