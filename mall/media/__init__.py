"""Media: pictures of the mall - checked, cut to several widths, stored once, served for ever.

hears      -
announces  -
"""

from mall.media.actions import record, remove, set_alt
from mall.media.errands import (
    fetch_image,
    fetch_picture,
    file_of,
    make_picture,
    store_image,
)
from mall.media.queries import asset, assets, listing
from mall.media.rules import (
    Asset,
    NotAnImage,
    Picture,
    ServedFile,
    TooLarge,
    TooManyPixels,
    UploadGone,
    address,
    asset_id_of,
    best_width,
    height_at,
    srcset,
)

__all__ = [
    "Asset",
    "NotAnImage",
    "Picture",
    "ServedFile",
    "TooLarge",
    "TooManyPixels",
    "UploadGone",
    "address",
    "asset",
    "asset_id_of",
    "assets",
    "best_width",
    "fetch_image",
    "fetch_picture",
    "file_of",
    "height_at",
    "listing",
    "make_picture",
    "record",
    "remove",
    "set_alt",
    "srcset",
    "store_image",
]
