"""Pictures come out upright, without what was written into them; bombs are refused."""

import importlib
import time
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from tests.hostile import png_of
from tests.papers import (
    PIXEL,
    clean,
    picture,
    refused,
)

FILM = b"\0\0\0\x18ftypmp42" + b"film" * 50
# What phones hang behind a photo: a film, a second picture, a maker's notes.
TRAILERS = [
    b"\0" * 40,
    b"MotionPhoto_Data" + FILM,
    picture("JPEG", size=(8, 8)),
    b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1700000000000SEFHk\0\0\0\x01\0\0\0SEFT",
]


@pytest.mark.parametrize("trailer", TRAILERS)
@pytest.mark.parametrize("progressive", [False, True])
def test_what_a_phone_hangs_behind_a_photo_is_left_out(trailer, progressive):
    photo = picture("JPEG", progressive=progressive)

    assert clean(photo + trailer, "IMG_2041.jpg").content == clean(photo, "IMG_2041.jpg").content


def test_what_a_screenshot_left_behind_is_left_out():
    shot = picture("PNG")

    assert clean(shot + shot[60:], "shot.png").content == clean(shot, "shot.png").content


def test_a_photo_says_no_longer_where_it_was_taken():
    exif = Image.Exif()
    exif[0x010F] = "Camera of Amara"
    exif.get_ifd(0x8825).update({1: "N", 2: (6.0, 27.0, 0.0), 3: "E", 4: (3.0, 23.0, 0.0)})
    sent = picture("JPEG", exif=exif, comment=b"my ward")
    assert b"Camera of Amara" in sent

    file = clean(sent, "tb.jpg")

    with Image.open(BytesIO(file.content)) as again:
        assert dict(again.getexif()) == {}
        assert "comment" not in again.info
    assert b"Camera of Amara" not in file.content


def test_a_picture_says_no_longer_what_was_written_into_it():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "javascript:alert(1)")
    notes.add_itxt("XML:com.adobe.xmp", "my ward")

    file = clean(picture("PNG", pnginfo=notes), "tb.png")

    assert b"javascript" not in file.content
    assert b"my ward" not in file.content


@pytest.mark.parametrize("side", [30_000, 60_000, 200_000])
def test_a_flood_of_pixels_is_refused_at_once(side):
    bomb = png_of(side, side)
    assert len(bomb) < 120_000
    began = time.process_time()

    assert refused(bomb, "bomb.png").code in {"pixels", "image"}
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "a.png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "a.jpg"),
        (b"\xff\xd8\xff\xd9", "a.jpg"),
        (picture("PNG")[:60], "a.png"),
        (picture("JPEG", size=(300, 300))[:700], "a.jpg"),
        (png_of(4000, 4000)[:-40], "a.png"),
    ],
)
def test_a_damaged_picture_is_refused(content, name):
    importlib.import_module("weasyprint")  # loading it makes Pillow lenient for the whole process

    assert refused(content, name).code == "image"


def test_a_photo_is_taken():
    file = clean(picture("JPEG"), "tb.jpeg")

    with Image.open(BytesIO(file.content)) as again:
        assert (again.format, again.size) == ("JPEG", (60, 40))
        assert all(abs(a - b) < 4 for a, b in zip(again.getpixel((5, 5)), PIXEL, strict=True))
    assert (file.content_type, file.pages) == ("image/jpeg", 1)


def test_a_picture_keeps_what_shines_through():
    file = clean(picture("PNG", "RGBA"), "tb.png")

    with Image.open(BytesIO(file.content)) as again:
        assert (again.format, again.getpixel((5, 5))) == ("PNG", (*PIXEL, 120))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_pictures_of_other_colours_are_taken(mode):
    out = BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (8, 8)).save(out, kind)

    assert clean(out.getvalue(), f"tb.{kind.lower()}").size


def test_a_photo_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6

    with Image.open(BytesIO(clean(picture("JPEG", exif=exif), "tb.jpg").content)) as again:
        assert again.size == (40, 60)
        assert 0x0112 not in again.getexif()


def test_a_wide_photo_is_made_smaller_and_stays_sharp_enough():
    with Image.open(BytesIO(clean(picture("JPEG", size=(8000, 6000)), "tb.jpg").content)) as again:
        assert max(again.size) in range(3000, 4097)


def test_a_scan_with_sixteen_bits_keeps_its_grey():
    out = BytesIO()
    Image.new("I;16", (8, 8), 40_000).save(out, "PNG")

    with Image.open(BytesIO(clean(out.getvalue(), "tb.png").content)) as again:
        assert again.getpixel((3, 3)) == 40_000 // 256
