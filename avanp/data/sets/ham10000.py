"""`ham10000`: skin lesions in four classes; several images may show one lesion."""

import os

from avanp.data.card import Card
from avanp.data.find import candidates, missing
from avanp.data.images import ImageSet
from avanp.data.readers.labels import check_links, read_label_table
from avanp.data.reading import read_files
from avanp.data.size import Size
from avanp.errors import AvanpError

TABLES = ("metadata.csv", "HAM10000_metadata.csv")
SHA256 = "4ae4d45c6375796857b82046a1833bdef03bdbe263ada80988b3f53b1c0d65b7"

CARD = Card(
    name="ham10000",
    what="dermatoscopic photographs of lesions, four classes",
    origin="Tschandl et al. 2018, doi:10.7910/DVN/DBW86T, reduced to 200x150",
    licence="CC BY-NC-SA 4.0",
    count=3726,
    width=200,
    height=150,
    resizes=True,
    channels=3,
    pixel_sha256="c81f1fca98d9f851e216c8a59a9cc2d9203955302055ca215e1291c4d5606229",
    label_sha256="047a1fc92d411afd988e1fc216bb2498d559fe6dad1b485cdf8dbf04910f86a5",
    files={"metadata.csv": SHA256},
    folders=("HAM10000",),
    images="images",
    tables=TABLES,
    by_hand="get metadata.csv and images/*.jpg from doi:10.7910/DVN/DBW86T, and import them",
)


def ham10000(size: Size | None = None) -> ImageSet:
    """Return the images that ``metadata.csv`` lists, RGB, resized to `size` if given.

    `labels` are the column ``dx``, `groups` the column ``lesion_id``.
    """
    for folder in candidates(CARD):
        for table in TABLES:
            path = os.path.join(folder, table)
            if not os.path.isfile(path):
                continue
            rows = read_label_table(
                path, file="image_id", label="dx", group="lesion_id", suffix=".jpg"
            )
            if rows.groups is None:
                raise AvanpError(f"{path!r} has no column 'lesion_id', so parts cannot be made")
            place = os.path.join(folder, CARD.images)
            check_links(place, rows.files)
            return ImageSet(
                CARD.name,
                read_files(place, rows.files, size),
                rows.files,
                folder,
                labels=rows.labels,
                classes=rows.classes,
                groups=rows.groups,
            )
    raise missing(CARD)
