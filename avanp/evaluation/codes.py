"""Codes of images in a file."""

import csv
import io
from pathlib import Path

import numpy as np

from avanp.data.images import ImageSet
from avanp.files import write_whole
from avanp.pictures.save import save_arrays


def write_codes(path: Path, images: ImageSet, mu: np.ndarray, logvar: np.ndarray) -> None:
    """Write mu and logvar, each (N, latent), with the images' names and labels.

    ``.npz``: mu, logvar, names, and labels and classes where there are any. ``.csv``: a heading and
    a row for each image, name, label, mu0 …, logvar0 …; the label is the name of the class.
    """
    # Bytes of another encoding, which UTF-8 has no place for, become question marks.
    names = np.array([str(name).encode(errors="replace").decode() for name in images.names])
    if path.suffix.lower() == ".npz":
        labels = {}
        if images.labels is not None:
            labels = {"labels": images.labels, "classes": np.array(images.classes)}
        save_arrays(path, mu=mu, logvar=logvar, names=names, **labels)
        return
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    heads = [f"{kind}{i}" for kind in ("mu", "logvar") for i in range(mu.shape[1])]
    table.writerow(["name", "label", *heads])
    for i, name in enumerate(names):
        label = "" if images.labels is None else images.classes[images.labels[i]]
        # The fewest digits that give the same float32 again.
        table.writerow([name, label, *(str(v) for v in (*mu[i], *logvar[i]))])
    write_whole(path, text.getvalue().encode("utf-8"))
