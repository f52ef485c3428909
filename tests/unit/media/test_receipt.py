"""Is the receipt one good page, the same bytes every time, and harmless whatever a name holds?"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth

from services.media.receipt import build_receipt
from tests.unit.media.test_receipt_wording import receipt


def page_text(**changes: Any) -> str:
    reader = PdfReader(BytesIO(build_receipt(receipt(**changes))))
    assert len(reader.pages) == 1
    return str(reader.pages[0].extract_text())


def test_the_receipt_is_one_a4_page_with_everything_on_it() -> None:
    reader = PdfReader(BytesIO(build_receipt(receipt())))
    page = reader.pages[0]
    assert len(reader.pages) == 1
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    text = page.extract_text()
    for shown in (
        "Sunrise Yoga",
        "Rua das Flores 12",
        "+351 21 000 0000",
        "No. 2026-000123",
        "Maria João",
        "Vinyasa Yoga",
        "Ana Ribeiro",
        "Thursday, July 23, 2026",
        "Europe/Lisbon",
        "2 × €15.00",
        "€30.00",
        "K7QX-4M2P",
        "Confirmed",
        "Thank you",
    ):
        assert shown in text
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Receipt 2026-000123", "Sunrise Yoga")


def test_the_same_data_gives_the_same_bytes_in_another_process_too() -> None:
    program = (
        "import hashlib, sys\n"
        "from services.media.receipt import build_receipt\n"
        "from shared.messages.media import ReceiptData\n"
        "data = ReceiptData.model_validate_json(sys.stdin.read())\n"
        "print(hashlib.sha256(build_receipt(data)).hexdigest())"
    )
    data = receipt(customer_name="Zoë 山田 مرحبا")
    here = hashlib.sha256(build_receipt(data)).hexdigest()
    assert here == hashlib.sha256(build_receipt(data)).hexdigest()
    there = subprocess.run(
        [sys.executable, "-c", program],
        input=data.model_dump_json(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == here


def test_other_data_gives_other_bytes() -> None:
    assert build_receipt(receipt()) != build_receipt(receipt(number="2026-000124"))


@pytest.mark.parametrize(
    "name",
    [
        "<b>Ana</b> &amp; <font color=red>x</font>",
        "<img src='/etc/passwd'/>",
        "unbalanced </para>",
        "%(title)s {0} \\051 Tj ET",
    ],
)
def test_markup_in_a_name_is_only_ink(name: str) -> None:
    pdf = build_receipt(receipt(customer_name=name))
    assert name in PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert b"/XObject" not in pdf
    assert b"/Annot" not in pdf


def test_long_names_stay_on_the_page_and_end_in_an_ellipsis() -> None:
    long = "W" * 10_000
    text = page_text(
        customer_name=long, business_name=long, service_name=long, business_address=long, number=long
    )
    lines = [line for line in text.splitlines() if "WWW" in line]
    assert len(lines) == 5
    for line in lines:
        assert "…" in line
        assert stringWidth(line, "UsherSans", 9) < 595


@pytest.mark.parametrize("locale", ["en", "pt-PT", "es", "fr", "de", "ja-JP", "ar"])
def test_every_language_gives_one_page(locale: str) -> None:
    assert "K7QX-4M2P" in page_text(locale=locale)


def test_names_in_other_scripts_can_be_read_back() -> None:
    text = page_text(
        customer_name="Олена Ґалаґан", service_name="Γιόγκα", staff_name="山田太郎", locale="ja-JP"
    )
    assert "Олена Ґалаґан" in text
    assert "Γιόγκα" in text
    assert "山田太郎" in text
