"""What the system must have besides Python: WeasyPrint's libraries, fonts, a browser for tests."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from script.local.speech import Refusal, say

MACOS = sys.platform == "darwin"
BREW_LIBRARIES = ["/opt/homebrew/lib", "/usr/local/lib"]
# The library as Linux and macOS name it, and Debian's package.
LIBRARIES = [
    ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib", "libpango-1.0-0"),
    ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0"),
    ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz0b"),
    ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset0"),
    ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig1"),
]
CHROMIUM = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
MACOS_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# Chinese, Japanese and Korean names in PDFs; all other scripts come with the portal.
EAST_ASIAN_FONTS = "fonts-noto-cjk"


def ensure_pdf_libraries() -> None:
    """WeasyPrint finds what it loads; installed where that is allowed, else refused."""
    missing = missing_libraries()
    wanted = list(dict.fromkeys(package for *_names, package in missing))
    if not MACOS and not _has_east_asian_font():
        if wanted or _may_install():
            wanted.append(EAST_ASIAN_FONTS)
        else:
            say(
                "Chinese, Japanese and Korean names will be blank in PDFs until their font is "
                f"installed: sudo apt-get install {EAST_ASIAN_FONTS}"
            )
    if wanted:
        install(wanted, why="WeasyPrint, which makes the PDFs", brew=["pango"])
    if left := missing_libraries():
        names = ", ".join(library for library, *_rest in left)
        raise Refusal(f"WeasyPrint still lacks {names}: install Pango for your system.")


def missing_libraries() -> list[tuple[str, str, str]]:
    return [names for names in LIBRARIES if not _loads(names[1] if MACOS else names[0])]


def ensure_test_programs() -> str:
    """A Chromium and poppler's programs; the path of the browser."""
    browser = find_browser()
    wanted = [] if browser else ["chromium"]
    if not shutil.which("pdftotext"):
        wanted.append("poppler-utils")
    if wanted:
        brew = ["poppler"] if browser else ["--cask", "chromium"]
        install(wanted, why="the browser and PDF tests", brew=brew)
    if found := browser or find_browser():
        return found
    raise Refusal("The browser tests need Chromium: name its program in CHROME.")


def find_browser() -> str | None:
    if named := os.environ.get("CHROME"):
        if not shutil.which(named):
            raise Refusal(f"CHROME names {named}, which is no program that can be run.")
        return shutil.which(named)
    found = (shutil.which(name) for name in [*CHROMIUM, MACOS_CHROME])
    return next((program for program in found if program), None)


def install(packages: Sequence[str], *, why: str, brew: Sequence[str] = ()) -> None:
    """Install system packages where that is allowed without asking; else name the command."""
    if MACOS:
        _run_or_refuse(["brew", "install", *brew], why, allowed=bool(shutil.which("brew") and brew))
        return
    if not shutil.which("apt-get"):
        raise Refusal(
            f"{why} needs system packages that Debian calls {' '.join(packages)}: "
            "install them with your package manager and start again."
        )
    names = " ".join(packages)
    if not _may_install():
        raise Refusal(f"{why} needs system packages: sudo apt-get install {names}")
    say(f"Installing {names} with apt-get, for {why}")
    apt_get = [*_as_root(), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    apt_get += ["-o", "DPkg::Lock::Timeout=300"]
    subprocess.run([*apt_get, "update"], stdout=subprocess.DEVNULL, check=False)
    options = ["install", "-y", "--no-install-recommends"]
    done = subprocess.run([*apt_get, *options, *packages], stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise Refusal(f"This failed, its message is above: sudo apt-get install {names}")


def _run_or_refuse(command: list[str], why: str, *, allowed: bool) -> None:
    if not allowed:
        raise Refusal(f"{why} needs Homebrew's packages: {' '.join(command)}")
    say(f"Running {' '.join(command)}, for {why}")
    if subprocess.run(command, check=False).returncode:
        raise Refusal(f"This failed, its message is above: {' '.join(command)}")


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


def _may_install() -> bool:
    """Whether packages can be installed without asking for a password."""
    if MACOS or not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        return True
    if not shutil.which("sudo"):
        return False
    return not subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode


def _loads(library: str) -> bool:
    places = ["", *(f"{folder}/" for folder in BREW_LIBRARIES if MACOS)]
    for place in places:
        with suppress(OSError):
            ctypes.CDLL(place + library)
            return True
    return False


def _has_east_asian_font() -> bool:
    """Ask fontconfig for a font that holds the Chinese character for "person"."""
    try:
        fontconfig = ctypes.CDLL("libfontconfig.so.1")
    except OSError:
        return False
    fontconfig.FcNameParse.restype = ctypes.c_void_p
    fontconfig.FcObjectSetCreate.restype = ctypes.c_void_p
    fontconfig.FcFontList.restype = ctypes.POINTER(ctypes.c_int)
    fontconfig.FcFontList.argtypes = [ctypes.c_void_p] * 3
    pattern = fontconfig.FcNameParse(b":charset=4eba")
    found = fontconfig.FcFontList(None, pattern, fontconfig.FcObjectSetCreate())
    return bool(found and found[0])
