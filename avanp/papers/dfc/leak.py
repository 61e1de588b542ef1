"""How much of the held-out part the paper's notebook trained on, by indices alone.

The notebook lists a folder of images, class after class and in each by name, shuffles the list by
a seed and holds the last 30 % out. It does so twice: for validation and test before the synthetic
images are copied into the minority's folder, and for training afterwards. The second list is
longer, so the same seed shuffles it otherwise, and images that were held out are trained on.

Program: alif-munim/dermatoscopic-vae, ham_classifier.ipynb (commit a4c395c); what shuffles there
is `RandomState(seed).shuffle` of Keras's `image_dataset_from_directory`.
"""

from collections.abc import Mapping

import numpy as np

# The images of the study, in the folder's order, and the notebook's settings.
COUNTS = {"bcc": 514, "bkl": 1099, "mel": 200, "nv": 1000}
MINORITY = "mel"
HELD_OUT = 0.3
BATCH = 48
TEST = 432  # nine batches: the first half of the held-out part's, rounded down
SEED = 42

Image = tuple[str, int]


def listed(
    counts: Mapping[str, int], n_syn: int, seed: int, *, minority: str = MINORITY
) -> list[Image]:
    """Return the images as the notebook lists and shuffles them: (class, number) each.

    Parameters
    ----------
    counts : mapping of str to int
        Real images by class, in the folder's order.
    n_syn : int
        Synthetic images of the minority, class "synthetic". Their names, ``0.jpg`` …, come before
        those of real ones.
    seed : int
    minority : str
        The class whose folder has them.
    """
    images: list[Image] = []
    for name, count in counts.items():
        if name == minority:
            images += [("synthetic", i) for i in range(n_syn)]
        images += [(name, i) for i in range(count)]
    # NumPy's shuffle of a list depends on its length alone.
    order = list(range(len(images)))
    np.random.RandomState(seed).shuffle(order)
    return [images[i] for i in order]


def divided(images: list[Image], share: float = HELD_OUT) -> tuple[list[Image], list[Image]]:
    """Return what is trained on, and the last `share` of the list, which is held out."""
    held = int(share * len(images))
    return images[: len(images) - held], images[len(images) - held :]


def tested(held: list[Image]) -> list[Image]:
    """Return what of the held-out part is tested on: half of its batches; all, where it is one."""
    return held[: BATCH * (-(-len(held) // BATCH) // 2) or None]


def overlap(
    n_syn: int,
    seed: int = SEED,
    *,
    counts: Mapping[str, int] = COUNTS,
    first: int | None = None,
    minority: str = MINORITY,
) -> dict[str, float]:
    """Return by class the share of held-out images that are trained on; nan where there are none.

    Parameters
    ----------
    n_syn : int
        Synthetic images that are copied in between the two listings.
    seed : int
        Of both.
    counts : mapping of str to int
        As for `listed`.
    first : int, optional
        Look at so many of the held-out images alone: `TEST` are the notebook's test part.
    minority : str
        As for `listed`.
    """
    _, held = divided(listed(counts, 0, seed, minority=minority))
    trained = set(divided(listed(counts, n_syn, seed, minority=minority))[0])
    shares = {}
    for name in counts:
        own = [image for image in held[:first] if image[0] == name]
        seen = sum(image in trained for image in own)
        shares[name] = seen / len(own) if own else float("nan")
    return shares


def synthetic_trained(
    n_syn: int,
    seed: int = SEED,
    *,
    counts: Mapping[str, int] = COUNTS,
    minority: str = MINORITY,
) -> int:
    """Return how many of the synthetic images are trained on; the rest is held out too.

    Parameters
    ----------
    n_syn : int
        Images added.
    seed : int
        Of the permutation.
    counts : mapping of str to int
        Images of each class.
    minority : str
        The class that gets them.
    """
    trained, _ = divided(listed(counts, n_syn, seed, minority=minority))
    return sum(name == "synthetic" for name, _ in trained)
