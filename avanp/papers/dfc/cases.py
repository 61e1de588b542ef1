"""The cases of the DFC-VAE experiment: generators, classifiers with synthetic images, and fits.

* ``g0.5``: a DFC-VAE whose reconstruction has 0.5 of the weight that the perceptual term has;
  ``g0`` is purely perceptual. Three taps, codes of 100. ``rec``: no perceptual term.
* ``paper``: the paper's weights, .5, .5 and 1 of KL; ``perc``: these without the reconstruction.
* ``t5``: as g1, all five taps. ``z128``: as g1, codes of 128. ``sum``: as paper, with the sum over
  features of its program.
* ``clean-400``, ``released-400``, ``thrown-400``: a classifier with 400 synthetic images, by either
  protocol; as released with all of these thrown away.
* ``fit-held``, ``fit-known``: a convolutional net, validated on images it has not seen, and, as in
  the program, on those it is trained on.
"""

from typing import Any

from avanp.data.vgg16 import find_vgg16
from avanp.errors import AvanpError

N_SYN = tuple(range(0, 900, 100))
GAMMAS = ("0", "0.25", "0.5", "1", "2", "4")
LATENTS = ("16", "32", "64", "128", "256")
BASE, TAPS, CODES = "g1", 3, 100
HELD, KNOWN = "fit-held", "fit-known"
FITS = (HELD, KNOWN)
CLEAN, RELEASED, THROWN = "clean", "released", "thrown"
G = tuple(f"g{g}" for g in GAMMAS)
Z = tuple(f"z{z}" for z in LATENTS)
GENERATORS = ("rec", "paper", "perc", *G, "t5", "sum", *Z)
HALF = {"w_rec": 0.5, "w_perc": 0.5, "w_kl": 1.0}  # the paper's weights
TABLE = tuple(
    f"{protocol}-{n}"
    for protocol in (CLEAN, RELEASED, THROWN)
    for n in N_SYN
    if n or protocol != THROWN
)
CASES = (*GENERATORS, *TABLE, *FITS)


def counted(case: str) -> tuple[str, int]:
    """Return the protocol and the number of synthetic images of a case of the table."""
    protocol, n = case.split("-")
    return protocol, int(n)


def features_here() -> str:
    """Return the frozen net that is compared and classified by: VGG16, where it is found."""
    try:
        find_vgg16()
    except AvanpError:
        return "random"
    return "vgg16"


def options_of(case: str) -> dict[str, Any]:
    """Return the options of the DFC-VAE of a case."""
    options: dict[str, Any] = {"features": features_here(), "taps": TAPS, "latent": CODES}
    if case == "rec":
        options["w_perc"] = 0.0
    elif case == "sum":
        options |= {**HALF, "perc_reduction": "sum"}
    elif case in ("paper", "perc"):
        options |= {**HALF, "w_rec": 0.5 * (case == "paper")}
    elif case == "t5":
        options["taps"] = None
    elif case[0] == "z":
        options["latent"] = int(case[1:])
    else:
        options["w_rec"] = float(case[1:])
    return options
