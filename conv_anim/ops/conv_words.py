"""The phrases of convolutions, by language."""

WORDS = {
    "en": {
        "kind.conv": "convolution",
        "kind.correlation": "cross-correlation",
        "kind.true": "true convolution",
        "kind.dilated": "dilated convolution",
        "kind.causal": "causal convolution",
        "kind.causal.dilated": "dilated causal convolution",
        "kind.grouped": "grouped convolution",
        "kind.depthwise": "depthwise convolution",
        "kind.pointwise": "pointwise convolution",
        "kind.pointwise.grouped": "grouped pointwise convolution",
    },
    "zh-TW": {
        "kind.conv": "卷積",
        "kind.correlation": "互相關",
        "kind.true": "數學定義的卷積",
        "kind.dilated": "空洞卷積",
        "kind.causal": "因果卷積",
        "kind.causal.dilated": "因果空洞卷積",
        "kind.grouped": "分組卷積",
        "kind.depthwise": "深度卷積",
        "kind.pointwise": "逐點卷積",
        "kind.pointwise.grouped": "分組逐點卷積",
    },
}
