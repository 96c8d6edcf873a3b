"""Languages: which one is spoken, and that nothing that people read is left in English."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from adapters.locales import LANGUAGES, negotiate, translator
from core.words import Text
from plantroom.catalogue import QUARANTINE, po_file, texts

CHINESE = re.compile(r"[\u3400-\u9fff]")
SAME_IN_BOTH = {"CSV", "Plantroom"}
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def catalogue(language: str) -> Catalog:
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def said(catalog: Catalog, one: str) -> tuple[str, ...]:
    message = catalog.get(one)
    if message is None:
        return ()
    found = message.string
    return tuple(found) if isinstance(found, (tuple, list)) else (str(found),)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    catalog = catalogue(language)
    missing = sorted(text for text in texts() if not all(said(catalog, text) or ("",)))
    assert missing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_text(language: str) -> None:
    catalog = catalogue(language)
    for one, many in texts().items():
        for translated in said(catalog, one):
            assert placeholders(translated) == placeholders(many or one), one


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_outlives_its_text(language: str) -> None:
    catalog = catalogue(language)
    ids = {m.id[0] if isinstance(m.id, (tuple, list)) else m.id for m in catalog if m.id}
    assert ids - set(texts()) == set()
    assert not catalog.obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_plural_has_as_many_forms_as_the_language(language: str) -> None:
    catalog = catalogue(language)
    for one, many in texts().items():
        if many:
            assert len(said(catalog, one)) == catalog.num_plurals, one


def test_chinese_is_chinese() -> None:
    catalog = catalogue("zh_Hans")
    plain = {
        text for text in texts()
        if text.strip(", ") and not CHINESE.search("".join(said(catalog, text)))
    }  # fmt: skip
    # What consists of placeholders and signs only, and names.
    assert {t for t in plain if re.search("[A-Za-z]", re.sub(r"\{\w+\}", "", t))} <= SAME_IN_BOTH


def test_the_collector_finds_texts_of_every_kind() -> None:
    found = texts()
    assert "Log out" in found, "templates"
    assert found["{n} order"] == "{n} orders", "plurals of templates"
    assert "tomorrow {time}" in found, "code"
    assert "{target} heats and cools at the same time" in found, "cards"
    assert "This is not yours to do." in found, "refusals of orders"
    assert "Log-in or password is wrong." in found, "refusals of the console"
    assert "cooling valve" in found, "roles"
    assert "waiting for parts" in found, "choices of forms"


def test_quarantine_reasons_are_those_of_the_contract(sites_dir: Path) -> None:
    contract = (sites_dir.parent / "docs" / "wire-contract.md").read_text()
    table = contract.split("## Why something is in quarantine", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(QUARANTINE)


@pytest.mark.parametrize(
    ("wishes", "spoken"),
    [
        ((None, None, None), "en"),
        (("zh_Hans", "en", "en"), "zh_Hans"),
        ((None, "zh_Hans", "en"), "zh_Hans"),
        ((None, None, "zh-CN,zh;q=0.9,en;q=0.8"), "zh_Hans"),
        ((None, None, "zh-TW"), "zh_Hans"),
        ((None, None, "de-DE,de;q=0.9,en;q=0.5"), "en"),
        ((None, None, "fr"), "en"),
        (("nonsense", None, "zh"), "zh_Hans"),
    ],
)
def test_the_first_wish_that_we_speak(wishes: tuple[str | None, ...], spoken: str) -> None:
    assert negotiate(*wishes) == spoken


def test_a_language_without_a_catalogue_is_english() -> None:
    assert translator("eo").language == "en"
    assert translator("../../etc").language == "en"


def test_numbers_are_shortened_and_words_are_kept() -> None:
    tr = translator("en")
    text = Text("{a} {b} {c} {d}", {"a": 1234.5678, "b": 12.345, "c": 0.6666, "d": "AHU-1"})
    assert tr.say(text) == "1235 12.3 0.67 AHU-1"


def test_chinese_sentence_with_its_name_and_number() -> None:
    tr = translator("zh_Hans")
    assert tr("{target} is silent", target="冷站网关") == "冷站网关 无数据"
    assert tr.plural("{n} order", "{n} orders", 1) == "1 张工单"
    assert tr.plural("{n} order", "{n} orders", 7) == "7 张工单"
    assert tr.tag == "zh-Hans"


def test_a_percent_sign_is_only_a_sign() -> None:
    assert translator("en")("100 % sure") == "100 % sure"
    assert translator("zh_Hans")("100 % {sure}", sure="x") == "100 % x"


def test_a_name_falls_back_to_english() -> None:
    names = {"en": "Plant room", "zh": "设备机房"}
    assert translator("zh_Hans").name(names) == "设备机房"
    assert translator("zh_Hans").name({"en": "Plant room"}) == "Plant room"
    assert translator("en").name(names) == "Plant room"
