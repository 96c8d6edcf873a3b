"""A key is made once, read by its owner alone, and a file that is none is said to be none."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.keyfile import key_in
from core.errors import Misconfigured


def test_all_who_make_one_at_once_get_the_same(tmp_path: Path) -> None:
    path = tmp_path / "var" / "x.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: key_in(path), range(8)))
    assert keys == {key_in(path)}
    assert len(keys.pop()) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["x.key"]


@pytest.mark.parametrize("held", ["", "hello", "ab" * 16])
def test_a_file_that_holds_no_key_is_named(tmp_path: Path, held: str) -> None:
    path = tmp_path / "x.key"
    path.write_text(held, encoding="ascii")
    with pytest.raises(Misconfigured) as wrong:
        key_in(path)
    assert wrong.value.mistakes[0].file == str(path)
    assert path.read_text(encoding="ascii") == held
