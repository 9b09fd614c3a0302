"""Words in pictures: a small built-in type, 5 by 7 pixels a letter, so that labels need no font on the machine."""

from math import ceil

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
INK: Colour = (52, 56, 64)
PAPER: Colour = (252, 250, 245)
LETTER_WIDTH, LETTER_HEIGHT, LINE_HEIGHT = 5, 7, 10
# From the space to ~, five columns of seven bits for each, the top row in the lowest bit.
_TYPE = bytes.fromhex(
    "000000000000005f00000007000700147f147f14242a7f2a12231308646236495522500005030000001c2241000041221c00"
    "14083e081408083e080800503000000808080808006060000020100804023e5149453e00427f400042615149462141454b31"
    "1814127f1027454545393c4a49493001710905033649494936064949291e0036360000005636000008142241001414141414"
    "00412214080201510906324979413e7e1111117e7f494949363e414141227f4141221c7f494949417f090909013e4149497a"
    "7f0808087f00417f41002040413f017f081422417f404040407f020c027f7f0408107f3e4141413e7f090909063e4151215e"
    "7f09192946464949493101017f01013f4040403f1f2040201f3f4038403f631408146307087008076151494543007f414100"
    "02040810200041417f0004020102044040404040000102040020545454787f484444383844444420384444487f3854545418"
    "087e0901020c5252523e7f0804047800447d40002040443d007f1028440000417f40007c041804787c080404783844444438"
    "7c14141408081414187c7c080404084854545420043f4440203c4040207c1c2040201c3c4030403c44281028440c5050503c"
    "4464544c44000836410000007f000000413608001008081008"
)
_LETTERS = np.unpackbits(np.frombuffer(_TYPE, np.uint8).reshape(95, 5, 1), axis=2, bitorder="little")[:, :, :7]
_GLYPHS = np.ascontiguousarray(_LETTERS.transpose(0, 2, 1)).astype(bool)


def stencil(text: str) -> npt.NDArray[np.bool_]:
    """Where the ink of a text goes [row, column]; lines are separated by line breaks, unknown letters are `?`.

    >>> for row in stencil("Hi")[:7]: print("".join(".#"[int(dot)] for dot in row))
    #...#...#..
    #...#......
    #...#..##..
    #####...#..
    #...#...#..
    #...#...#..
    #...#..###.
    """
    lines = text.split("\n")
    advance = LETTER_WIDTH + 1
    width = max(1, advance * max(map(len, lines)) - 1)
    out = np.zeros((LINE_HEIGHT * len(lines) - (LINE_HEIGHT - LETTER_HEIGHT), width), bool)
    for number, letters in enumerate(lines):
        for place, letter in enumerate(letters):
            code = ord(letter) - 32 if " " <= letter <= "~" else ord("?") - 32
            rows = slice(LINE_HEIGHT * number, LINE_HEIGHT * number + LETTER_HEIGHT)
            out[rows, advance * place : advance * place + LETTER_WIDTH] = _GLYPHS[code]
    return out


def wrapped(text: str, letters: int) -> str:
    r"""A text broken into lines of at most so many letters, between words where it can be.

    >>> wrapped("turn left at the red door", 12)
    'turn left at\nthe red door'
    """
    lines = [""]
    for word in text.split():
        while len(word) > letters:
            lines, word = [*lines, word[:letters]], word[letters:]
        grown = f"{lines[-1]} {word}".strip()
        if len(grown) <= letters:
            lines[-1] = grown
        else:
            lines.append(word)
    return "\n".join(line for line in lines if line)


def put(
    rgb: Bytes, text: str, column: float, row: float, size: int = 1, ink: Colour = INK, paper: Colour = PAPER,
    pointer: int = 0,
) -> None:  # fmt: skip
    """Writes a label on a slip of paper into a picture [row, column, 3]; what lies beyond its border is left out.

    Args:
        rgb: the picture; it is changed.
        text: what to write; it may have several lines.
        column: the middle of the slip.
        row: its lower end, or the point its pointer shows at.
        size: pixels that a dot of a letter is wide.
        ink: colour of the letters.
        paper: colour of the slip.
        pointer: length of a pointer below the slip, in pixels; 0: none.
    """
    dots = np.kron(stencil(text), np.ones((size, size), bool))
    edge = 3 * size
    height, width = dots.shape[0] + 2 * edge - size, dots.shape[1] + 2 * edge
    left, bottom = ceil(column - width / 2), ceil(row) - pointer
    slip, strength = np.empty((height + pointer, width, 3)), np.zeros((height + pointer, width))
    slip[:] = paper
    strength[:height] = 0.9
    for corner, inset in enumerate(range(2 * size, 0, -1)):
        for line in (corner, height - 1 - corner):
            strength[line, :inset] = strength[line, width - inset :] = 0.0
    for line in range(pointer):
        half = (pointer - line) // 2
        strength[height + line, width // 2 - half : width // 2 + half + 1] = 0.9
    inked = np.zeros((height + pointer, width), bool)
    inked[edge : edge + dots.shape[0], edge : edge + dots.shape[1]] = dots
    slip[inked] = ink
    strength[inked] = 1.0
    top, right = bottom - height, left + width
    rows = slice(max(0, top), max(0, min(rgb.shape[0], bottom + pointer)))
    columns = slice(max(0, left), max(0, min(rgb.shape[1], right)))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    part = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    amount = strength[part][..., None]
    rgb[rows, columns] = np.rint(rgb[rows, columns] * (1.0 - amount) + slip[part] * amount).astype(np.uint8)
