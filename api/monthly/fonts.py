"""A font with Chinese characters, found on this machine: documents embed what they use of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import Refused

_ASK_S = 10.0
_PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
"""Where distributions put one, for machines without fontconfig."""
_SIMPLIFIED = 2
"""Face of simplified Chinese in Noto Sans CJK; other collections begin with theirs."""
_KINDS = (".ttf", ".otf", ".ttc", ".otc")


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font's file."""

    path: Path
    number: int


@cache
def chinese() -> Face:
    """The face to write reports with.

    Raises:
        Refused: There is none, with what to install.
    """
    for face in (*_asked(), *_known()):
        if face.path.suffix.lower() in _KINDS and face.path.is_file():
            return face
    raise Refused(
        "A document needs a font with Chinese characters, and none is installed: install the "
        "package fonts-noto-cjk, or take the report as a page or a workbook."
    )


def _asked() -> Iterator[Face]:
    """What fontconfig would take."""
    match = shutil.which("fc-match")
    if match is None:
        return
    asked = [match, "--format", "%{file}\n%{index}\n%{lang}", "Noto Sans CJK SC:lang=zh-cn"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=_ASK_S, check=False)  # noqa: S603 - fixed words
    except (OSError, subprocess.TimeoutExpired):
        return
    path, _, rest = said.stdout.partition("\n")
    number, _, languages = rest.partition("\n")
    # It always answers something: only a face that has the language helps.
    if "zh-cn" in languages.split("|") and number.isdigit():
        yield Face(Path(path), int(number) & 0xFFFF)


def _known() -> Iterator[Face]:
    for place in map(Path, _PLACES):
        yield Face(place, _SIMPLIFIED if "NotoSansCJK" in place.name else 0)
