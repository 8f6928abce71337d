"""Friendly faces for the demo's customers, drawn by ourselves, each different. The same seed gives the same face."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

_UNITS = 256  # the drawing's own coordinates; stored at this many pixels
_FINER = 3  # drawn so much larger and shrunk, which smooths the edges
_CENTRE = 128

Colour = tuple[int, int, int]

_BACKGROUNDS = ("#cfe3f5", "#f7d9c4", "#d5ecd4", "#f5e3b5", "#e2d6f3", "#f6cfd6", "#c9e9e6", "#dfe3ea", "#fbe4ef")
_SKINS = ("#ffe0c7", "#f6cda8", "#ebb98c", "#d79f6e", "#bd8453", "#94603a", "#6f4529", "#f2c9a5")
_HAIRS = ("#1d1a1b", "#2b211e", "#4a2f22", "#6d4426", "#a86b32", "#d9a44e", "#7d2f1d", "#2a2730")
_GREYS = ("#b9b9bd", "#8f8f96", "#dcdcdf")
_CLOTHES = (
    "#3468a8",
    "#b8483d",
    "#3f8a62",
    "#e0a02f",
    "#6c4f9c",
    "#37414f",
    "#d7668c",
    "#2f9a9a",
    "#f3f1ec",
    "#7a5a43",
)
_SHORT = ("crop", "side", "quiff", "curls", "bald", "waves")
_LONG = ("bob", "long", "bun", "ponytail", "fringe", "scarf", "curls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What makes one face. Sizes are in the drawing's units."""

    background: Colour
    skin: Colour
    hair: Colour
    clothes: Colour
    style: str
    collar: str  # "round", "v", "shirt", "suit"
    width: int
    height: int
    jaw: float  # 0 round to 1 square
    eyes: str  # "dots", "round", "smiling"
    eye_gap: int
    eye_colour: Colour
    brow: int
    nose: int
    mouth: str  # "smile", "grin", "calm"
    beard: str  # "", "full", "stubble", "moustache", "goatee"
    glasses: str  # "", "round", "square"
    earrings: bool
    freckles: bool
    lips: Colour


def demo_face(seed: int, *, is_woman: bool) -> bytes:
    """A face as WebP, 256 × 256."""
    canvas = Image.new("RGB", (_UNITS * _FINER, _UNITS * _FINER))
    _Painter(canvas, chosen_face(random.Random(seed), is_woman=is_woman)).paint()
    buffer = io.BytesIO()
    canvas.resize((_UNITS, _UNITS), Image.Resampling.BOX).save(buffer, "WEBP", quality=80, method=2)
    return buffer.getvalue()


def chosen_face(chance: random.Random, *, is_woman: bool) -> Face:
    skin = _colour(chance.choice(_SKINS))
    is_grey = chance.random() < 0.14
    is_fair = sum(skin) > 560
    hairs = _HAIRS if is_fair else _HAIRS[:3]
    beards = ("", "", "", "full", "stubble", "moustache", "goatee")
    return Face(
        background=_colour(chance.choice(_BACKGROUNDS)),
        skin=skin,
        hair=_colour(chance.choice(_GREYS if is_grey else hairs)),
        clothes=_colour(chance.choice(_CLOTHES)),
        style=chance.choice(_LONG if is_woman else _SHORT),
        collar=chance.choice(("round", "v", "shirt", "suit")),
        width=chance.randint(41, 48),
        height=chance.randint(53, 60),
        jaw=chance.uniform(0.0, 0.4) if is_woman else chance.uniform(0.3, 1.0),
        eyes=chance.choice(("dots", "round", "round", "smiling")),
        eye_gap=chance.randint(17, 21),
        eye_colour=_colour(chance.choice(("#3b2a20", "#2b2b33", "#4a6a8a", "#4c6b45") if is_fair else ("#2a1c16",))),
        brow=chance.randint(-3, 3),
        nose=chance.randint(0, 2),
        mouth=chance.choice(("smile", "grin", "smile", "calm")),
        beard="" if is_woman else chance.choice(beards),
        glasses=chance.choice(("", "", "", "round", "square")),
        earrings=is_woman and chance.random() < 0.5,
        freckles=is_fair and chance.random() < 0.15,
        lips=_mixed(skin, (200, 60, 80), 0.55 if is_woman else 0.28),
    )


class _Painter:
    def __init__(self, canvas: Image.Image, face: Face) -> None:
        self.draw = ImageDraw.Draw(canvas)
        self.face = face
        self.top, self.bottom = 116 - face.height, 116 + face.height
        self.left, self.right = _CENTRE - face.width, _CENTRE + face.width
        self.shade = _mixed(face.skin, (120, 50, 30), 0.22)
        self.line = _mixed(face.skin, (60, 25, 15), 0.55)

    def paint(self) -> None:
        self._backdrop()
        self._hair_behind()
        self._body()
        self._head()
        self._beard()
        self._features()
        self._hair_in_front()
        self._glasses()

    def _oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        self.draw.ellipse([v * _FINER for v in (x - rx, y - ry, x + rx, y + ry)], fill=colour)

    def _box(self, x0: float, y0: float, x1: float, y1: float, radius: float, colour: Colour) -> None:
        self.draw.rounded_rectangle([v * _FINER for v in (x0, y0, x1, y1)], radius * _FINER, fill=colour)

    def _shape(self, points: list[tuple[float, float]], colour: Colour) -> None:
        self.draw.polygon([(x * _FINER, y * _FINER) for x, y in points], fill=colour)

    def _arc(self, box: tuple[float, float, float, float], start: int, end: int, colour: Colour, width: float) -> None:
        self.draw.arc([v * _FINER for v in box], start, end, fill=colour, width=round(width * _FINER))

    def _slice(self, box: tuple[float, float, float, float], start: int, end: int, colour: Colour) -> None:
        self.draw.chord([v * _FINER for v in box], start, end, fill=colour)

    def _backdrop(self) -> None:
        face = self.face
        self._box(0, 0, _UNITS, _UNITS, 0, face.background)
        self._oval(_CENTRE, 150, 116, 116, _mixed(face.background, (255, 255, 255), 0.35))

    def _hair_behind(self) -> None:
        style, hair = self.face.style, self.face.hair
        behind = _mixed(hair, (0, 0, 0), 0.18)
        if style == "long":
            self._box(self.left - 13, self.top - 6, self.right + 13, 226, 46, behind)
        elif style in ("bob", "fringe"):
            self._box(self.left - 12, self.top - 6, self.right + 12, 172, 42, behind)
        elif style == "bun":
            self._oval(_CENTRE, self.top - 13, 23, 21, hair)
        elif style == "ponytail":
            self._oval(self.right + 9, 128, 17, 56, behind)
        elif style == "curls":
            for x, y in ((-46, -30), (46, -30), (-52, -4), (52, -4), (-48, 20), (48, 20)):
                self._oval(_CENTRE + x, 104 + y, 17, 17, behind)

    def _body(self) -> None:
        face = self.face
        if face.style == "scarf":
            self._box(_CENTRE - 66, 150, _CENTRE + 66, 280, 46, _mixed(face.hair, face.clothes, 0.75))
        self._box(40, 194, 216, 320, 54, face.clothes)
        self._box(_CENTRE - 19, 148, _CENTRE + 19, 214, 17, self.shade)
        {"round": self._round_collar, "v": self._v_collar, "shirt": self._shirt, "suit": self._suit}[face.collar]()

    def _round_collar(self) -> None:
        self._slice((_CENTRE - 30, 178, _CENTRE + 30, 222), 0, 180, self.shade)

    def _v_collar(self) -> None:
        self._shape([(_CENTRE - 26, 194), (_CENTRE + 26, 194), (_CENTRE, 236)], self.shade)

    def _shirt(self) -> None:
        collar = _mixed(self.face.clothes, (255, 255, 255), 0.4)
        self._shape([(_CENTRE - 20, 194), (_CENTRE + 20, 194), (_CENTRE, 216)], self.shade)
        self._shape([(_CENTRE - 24, 190), (_CENTRE, 217), (_CENTRE - 22, 234), (_CENTRE - 40, 200)], collar)
        self._shape([(_CENTRE + 24, 190), (_CENTRE, 217), (_CENTRE + 22, 234), (_CENTRE + 40, 200)], collar)

    def _suit(self) -> None:
        dark = _mixed(self.face.clothes, (20, 24, 34), 0.72)
        self._box(40, 194, 216, 320, 54, dark)
        self._shape([(_CENTRE - 25, 193), (_CENTRE + 25, 193), (_CENTRE, 262)], (248, 248, 250))
        self._shape([(_CENTRE - 18, 192), (_CENTRE + 18, 192), (_CENTRE, 210)], self.shade)
        self._shape([(_CENTRE - 6, 212), (_CENTRE + 6, 212), (_CENTRE + 8, 250), (_CENTRE - 8, 250)], self.face.clothes)

    def _head(self) -> None:
        face = self.face
        for side in (-1, 1):
            self._oval(_CENTRE + side * face.width, 120, 9, 13, face.skin)
            self._oval(_CENTRE + side * face.width, 121, 4, 7, self.shade)
            if face.earrings:
                self._oval(_CENTRE + side * (face.width + 2), 136, 3.6, 3.6, (238, 196, 80))
        self._oval(_CENTRE, 116, face.width, face.height, face.skin)
        jaw = 22 + 12 * (1 - face.jaw)
        self._box(self.left + 1, 104, self.right - 1, self.bottom - 2 - 5 * (1 - face.jaw), jaw, face.skin)

    def _beard(self) -> None:
        face = self.face
        if face.beard in ("full", "stubble"):
            colour = face.hair if face.beard == "full" else _mixed(face.skin, face.hair, 0.25)
            box = (self.left, 88, self.right, self.bottom + (6 if face.beard == "full" else 0))
            self._slice(box, 6, 174, colour)
            self._oval(_CENTRE, 122, face.width - 9, 21, face.skin)
        if face.beard in ("full", "moustache", "goatee"):
            self._slice((_CENTRE - 19, 135, _CENTRE + 19, 159), 180, 360, face.hair)
        if face.beard == "goatee":
            self._box(_CENTRE - 12, 158, _CENTRE + 12, self.bottom + 3, 11, face.hair)

    def _features(self) -> None:
        face = self.face
        blush = _mixed(face.skin, (235, 100, 90), 0.25)
        for side in (-1, 1):
            self._eye(_CENTRE + side * face.eye_gap)
            if face.beard != "full":
                self._oval(_CENTRE + side * 28, 137, 8, 5.5, blush)
            if face.freckles:
                for x, y in ((20, 131), (26, 134), (31, 130)):
                    self._oval(_CENTRE + side * x, y, 1.3, 1.3, self.shade)
        self._nose()
        self._mouth()

    def _eye(self, x: float) -> None:
        face, y = self.face, 114
        brow = _mixed(face.hair, self.line, 0.3) if sum(face.hair) < 500 else face.hair
        lift = face.brow / 2
        self._arc((x - 11, 95 - lift, x + 11, 113 - lift), 205, 335, brow, 3.4)
        if face.eyes == "smiling":
            self._arc((x - 8, y - 5, x + 8, y + 9), 190, 350, face.eye_colour, 3.4)
            return
        if face.eyes == "round":
            self._oval(x, y, 8.2, 6.4, (255, 255, 255))
        self._oval(x, y, 4.9, 5.4, face.eye_colour)
        self._oval(x + 1.6, y - 1.9, 1.6, 1.6, (255, 255, 255))

    def _nose(self) -> None:
        if self.face.nose == 0:
            self._arc((_CENTRE - 6, 122, _CENTRE + 6, 134), 20, 160, self.line, 2.6)
        elif self.face.nose == 1:
            self._oval(_CENTRE, 130, 6, 4, self.shade)
        else:
            self._arc((_CENTRE - 9, 114, _CENTRE + 5, 134), 330, 100, self.line, 2.4)

    def _mouth(self) -> None:
        face = self.face
        if face.mouth == "grin":
            self._slice((_CENTRE - 15, 132, _CENTRE + 15, 161), 8, 172, (135, 45, 52))
            self._slice((_CENTRE - 12, 135, _CENTRE + 12, 154), 12, 168, (255, 255, 255))
        elif face.mouth == "smile":
            self._arc((_CENTRE - 14, 130, _CENTRE + 14, 156), 22, 158, _mixed(face.lips, (120, 30, 40), 0.35), 3.6)
        else:
            self._box(_CENTRE - 9, 149, _CENTRE + 9, 153.5, 2.2, _mixed(face.lips, (120, 30, 40), 0.2))

    def _hair_in_front(self) -> None:
        cap = (self.left - 5, self.top - 9, self.right + 5, self.top + 73)
        painters = {
            "crop": lambda: self._slice((cap[0] + 2, cap[1] + 3, cap[2] - 2, cap[3] - 12), 188, 352, self.face.hair),
            "bald": lambda: None,
            "side": lambda: self._parted(cap, -1),
            "quiff": lambda: self._quiff(cap),
            "waves": lambda: self._tufts(cap, 7, 13),
            "curls": lambda: self._tufts(cap, 9, 15),
            "bob": lambda: self._parted(cap, 1),
            "long": lambda: self._parted(cap, -1),
            "bun": lambda: self._parted(cap, 0),
            "ponytail": lambda: self._parted(cap, 1),
            "fringe": lambda: self._fringe(cap),
            "scarf": lambda: self._scarf(),
        }
        painters[self.face.style]()

    def _parted(self, cap: tuple[float, float, float, float], side: int) -> None:
        hair, middle = self.face.hair, _CENTRE + side * 16
        self._slice(cap, 194, 346, hair)
        for x in (self.left - 4, self.right + 4):
            self._shape([(middle, self.top), (middle, self.top + 14), (x, 112), (x, self.top + 22)], hair)

    def _quiff(self, cap: tuple[float, float, float, float]) -> None:
        self._slice((cap[0] + 2, cap[1] + 2, cap[2] - 2, cap[3] - 10), 190, 350, self.face.hair)
        for share, rise in ((-0.5, 2), (-0.1, -3), (0.35, -2)):
            self._oval(_CENTRE + share * self.face.width, self.top + rise, 21, 12, self.face.hair)

    def _tufts(self, cap: tuple[float, float, float, float], count: int, size: float) -> None:
        self._slice((cap[0] + 3, cap[1] + 4, cap[2] - 3, cap[3] - 16), 188, 352, self.face.hair)
        for index in range(count):
            share = index / (count - 1) * 2 - 1
            self._oval(_CENTRE + share * self.face.width, self.top + 6 + 22 * share * share, size, size, self.face.hair)

    def _fringe(self, cap: tuple[float, float, float, float]) -> None:
        self._slice(cap, 180, 360, self.face.hair)
        self._box(self.left - 4, self.top + 20, self.right + 4, self.top + 37, 8, self.face.hair)

    def _scarf(self) -> None:
        cloth = _mixed(self.face.hair, self.face.clothes, 0.75)
        box = [v * _FINER for v in (self.left - 12, self.top - 12, self.right + 12, self.bottom + 16)]
        self.draw.ellipse(box, outline=cloth, width=21 * _FINER)
        self._arc(
            (self.left - 1, self.top + 2, self.right + 1, self.bottom + 3), 200, 340, _mixed(cloth, (0, 0, 0), 0.15), 2
        )

    def _glasses(self) -> None:
        frame = (45, 48, 58)
        if not self.face.glasses:
            return
        for side in (-1, 1):
            x = _CENTRE + side * self.face.eye_gap
            hinge, ear = sorted((x + side * 13, _CENTRE + side * self.face.width))
            box = [v * _FINER for v in (x - 13.5, 102, x + 13.5, 127)]
            radius = (13 if self.face.glasses == "round" else 5) * _FINER
            self.draw.rounded_rectangle(box, radius, outline=frame, width=round(2.4 * _FINER))
            self._box(hinge, 111, ear, 113.5, 1, frame)
        gap = self.face.eye_gap - 13
        self._box(_CENTRE - gap, 111, _CENTRE + gap, 113.5, 1, frame)


def _colour(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
