"""The phrases of shuffles, by language."""

SHUFFLE_WORDS = {
    "en": {
        "point.channel_shuffle": "One channel of each group in turn: neighbours then come from different groups.",
        "kind.channel_shuffle": "channel shuffle",
        "computes": "moved, one channel of each group in turn",
        "computes.order": "moved, one channel of each group in turn: {order}",
    },
    "zh-TW": {
        "point.channel_shuffle": "每次從各組取一個通道：相鄰的通道來自不同的組。",
        "kind.channel_shuffle": "通道洗牌",
        "computes": "移動，每次從各組取一個通道",
        "computes.order": "移動，每次從各組取一個通道：{order}",
    },
}
PIXEL_WORDS = {
    "en": {
        "point.pixel_shuffle": "Channels become pixels: every number moves, none changes.",
        "kind.pixel_shuffle": "pixel shuffle",
    },
    "zh-TW": {"point.pixel_shuffle": "通道變成像素：每個數都移動，沒有一個改變。", "kind.pixel_shuffle": "像素洗牌"},
}
UNSHUFFLE_WORDS = {
    "en": {
        "point.pixel_unshuffle": "Pixels become channels: every number moves, none changes.",
        "kind.pixel_unshuffle": "pixel unshuffle",
    },
    "zh-TW": {
        "point.pixel_unshuffle": "像素變成通道：每個數都移動，沒有一個改變。",
        "kind.pixel_unshuffle": "像素反洗牌",
    },
}
