"""What a camera of a Unity build sends: PNG files one after the other, three channels each."""

import io
import re

import numpy as np

from coterie.adapters.extras import require
from coterie.adapters.unity.protocol import Floats
from coterie.core import WorldError

PNG_BEGINS = b"\x89PNG\r\n\x1a\n"


def unfolded(data: bytes, wanted: int, mapping: tuple[int, ...], name: str) -> Floats:
    """Pictures as [channel, row, column] in 0 to 1, the first `wanted` channels of them.

    Args:
        data: the files.
        wanted: how many channels; one alone is the mean of the first picture's three.
        mapping: where given, for each channel sent the one it belongs to, -1 for none; those alike are averaged.
        name: of the sensor.

    Raises:
        WorldError: no such pictures.
    """
    require("pillow", "unity")
    from PIL import Image

    layers: list[Floats] = []
    begins = [found.start() for found in re.finditer(re.escape(PNG_BEGINS), data)]
    try:
        for place in begins:
            picture = np.asarray(Image.open(io.BytesIO(data[place:])).convert("RGB"), np.float32) / 255.0
            layers.extend(np.moveaxis(picture, -1, 0))
    except Exception as error:  # Pillow raises many kinds for damaged files
        raise WorldError(f"{name}: a picture that cannot be read: {error}") from error
    if not layers:
        raise WorldError(f"{name}: {len(data)} bytes that hold no picture")
    if len({layer.shape for layer in layers}) != 1:
        raise WorldError(f"{name}: pictures of different sizes: {[layer.shape for layer in layers[::3]]}")
    if not mapping and wanted == 1:
        grey: Floats = np.mean(layers[:3], axis=0, keepdims=True, dtype=np.float32)
        return grey
    if not mapping:
        return np.stack(layers[:wanted])
    if len(mapping) != len(layers) or set(mapping) - {-1} != set(range(wanted)):
        raise WorldError(f"{name}: {len(layers)} layers mapped to {mapping}, expected channels 0 to {wanted}")
    merged = [[layer for to, layer in zip(mapping, layers, strict=True) if to == channel] for channel in range(wanted)]
    return np.stack([np.mean(each, axis=0, dtype=np.float32) for each in merged])
