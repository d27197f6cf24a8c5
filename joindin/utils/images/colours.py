"""Conversion of pixels to sRGB, the colour space of images without a profile."""

import io

from PIL import Image, ImageCms

# The exponent of sRGB in the gAMA chunk of PNG.
SRGB_GAMMA = 1 / 2.2

_SRGB = ImageCms.createProfile("sRGB")


def convert_to_srgb(image: Image.Image, icc_profile: bytes | None, gamma: float | None) -> Image.Image:
    """Return the image with the colours that its profile or its gamma describes.

    A profile that is damaged or describes other channels is ignored, as browsers do.
    """
    if image.mode in ("1", "I", "F") or image.mode.startswith("I;"):
        return image
    if icc_profile is not None:
        try:
            return _apply_profile(_expand(image), icc_profile)
        except (ImageCms.PyCMSError, OSError, ValueError):
            return image
    if gamma is not None and abs(gamma - SRGB_GAMMA) > 0.01:
        return _apply_gamma(_expand(image), gamma)
    return image


def _expand(image):
    """Return the image without palette and transparent colour, which a conversion would change."""
    if image.mode in ("P", "PA") or "transparency" in image.info:
        return image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    return image


def _apply_profile(image, icc_profile):
    if image.mode == "LA":
        grey, alpha = image.split()
        return Image.merge("LA", (_apply_profile(grey, icc_profile), alpha))
    converted = ImageCms.profileToProfile(
        image,
        io.BytesIO(icc_profile),
        _SRGB,
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    return converted.convert("L") if image.mode == "L" else converted


def _apply_gamma(image, gamma):
    table = [_encode_srgb((value / 255) ** (1 / gamma)) for value in range(256)]
    bands = [band if name == "A" else band.point(table) for name, band in zip(image.getbands(), image.split())]
    return Image.merge(image.mode, bands)


def _encode_srgb(light):
    """Return the sRGB value of linear light between 0 and 1 (IEC 61966-2-1)."""
    return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))
