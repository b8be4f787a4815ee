"""What a camera does to a rendered or changed picture on its way to us."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face.pictures import decode


def worn(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A picture uint8 (h, w, 3) RGB as it might arrive: in half of the cases with noise, in half as a JPEG."""
    if rng.random() < 0.5:
        noisy = rgb + rng.normal(0, rng.uniform(1, 6), rgb.shape)
        rgb = np.clip(noisy, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        quality = int(rng.integers(40, 95))
        encoded = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        rgb = decode(encoded.tobytes(), "a rendered picture").rgb
    return rgb
