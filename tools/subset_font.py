"""Cuts the Chinese font that figures need out of Noto Sans TC: the characters of our own texts, in two weights.

    npm pack @expo-google-fonts/noto-sans-tc
    python tools/subset_font.py expo-google-fonts-noto-sans-tc-*.tgz

Needs fontTools, which comes with matplotlib. The licence (SIL OFL) is put beside the fonts.
"""

from __future__ import annotations

import sys
import tarfile
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from conv_anim.scene.wording.phrases import zh_tw
from conv_anim.spec.backward import TITLES
from conv_anim.spec.op_types import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "conv_anim" / "painting" / "data"
WEIGHTS = {"NotoSansTC-Regular-subset.ttf": "400Regular", "NotoSansTC-Bold-subset.ttf": "700Bold"}
"""What is made, and the weight in the package."""
MORE = "，。、；：？！「」『』（）《》〈〉【】～％"
"""Punctuation that texts of users have."""
LECTURE = (
    "膨脹擴張群組運算模型學習訓練梯度殘差編碼解碼注意力機制例題說明習題答案對照觀察什麼為何如何老師課程第章節單元"
    "神經網路人工智慧機器視覺影像圖片照片語音文字訊號資料數據集批次損失函數激活優化器正則化歸一化標準化反向傳播前"
    "特徵提取分類偵測辨識分割生成對抗變換編譯結構層級深淺寬窄高低大小長短快慢多少新舊左右上下前後內外中間東西"
    "一二三四五六七八九十百千萬零個次倍率比例圖表公式定義定理證明練習範例問題討論結果結論比較優點缺點注意重點"
    "我你他她它們的了是不在有和與或及且而但因所以若則即就都也還再又只能會可要將被把讓使從到向往由於之其此這那"
    "紅橙黃綠藍靛紫黑白灰亮暗色彩橫直斜行列格點線面邊角框窗口視野局部全域隨機平均最大最小總和乘法加法減除"
)
"""Words that teachers write on a figure."""


def texts() -> Iterator[str]:
    """All that is drawn, or may be, in our own figures."""
    yield from zh_tw.PHRASES.values()
    yield from TITLES["zh-TW"].values()
    others = (
        "attention_words",
        "pull_words",
        "gradient_windows",
        "conv_transpose_gradients",
        "pool_gradients",
        "masking",
        "deform_words",
        "kernel_points",
    )
    for module in dict.fromkeys((*BUILT_IN.values(), "points", *others)):
        for words in vars(import_module(f"conv_anim.ops.{module}")).values():
            yield from words.get("zh-TW", {}).values() if isinstance(words, dict) else ()
    for path in [*(ROOT / "templates").rglob("*.yaml"), *(ROOT / "docs").glob("*.zh-TW.md")]:
        yield path.read_text(encoding="utf-8")
    yield MORE
    yield LECTURE


def characters() -> str:
    """Those of Chinese writing; the others are in DejaVu Sans."""
    found = {character for text in texts() for character in text}
    return "".join(sorted(c for c in found if east_asian_width(c) in {"W", "F"}))


def subset(font: bytes, wanted: str) -> bytes:
    """A font with the wanted characters only, without hints and layout rules; the same bytes every time."""
    options = Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[0, 1, 2, 13, 14])
    made = TTFont(BytesIO(font), recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(text=wanted)
    subsetter.subset(made)
    written = BytesIO()
    made.save(written)
    return written.getvalue()


def main(package: Path) -> None:
    wanted = characters()
    with tarfile.open(package) as archive:
        for name, weight in WEIGHTS.items():
            font = archive.extractfile(f"package/{weight}/NotoSansTC_{weight}.ttf")
            assert font is not None
            made = subset(font.read(), wanted)
            (DATA / name).write_bytes(made)
            sys.stdout.write(f"{name}: {len(wanted)} characters, {len(made) // 1024} kB\n")
        licence = archive.extractfile("package/LICENSE_FONT")
        assert licence is not None
        (DATA / "NotoSansTC-OFL.txt").write_bytes(licence.read())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
