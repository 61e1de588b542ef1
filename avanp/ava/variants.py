"""The seven models of the paper: which nets and which terms each has."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """Which nets and terms a model has; `what` says it in words.

    ``d`` is the decoder's discriminator (Eq. 7), ``D`` the encoder's (Eq. 13); ``lean_d`` and
    ``lean_D`` add the leaning terms of Eq. 10 and Eq. 16.
    """

    name: str
    what: str
    encoder: bool = True
    d: bool = False
    lean_d: bool = False
    D: bool = False
    lean_D: bool = False


VAE = Variant("VAE", "Eq. 1.")
GAN = Variant("GAN", "Eq. 2.", encoder=False, d=True)
AVA1 = Variant("AVA1", "The decoder's discriminator d; Eq. 5, 6, 7.", d=True)
AVA2 = Variant("AVA2", "AVA1 with the leaning term of Eq. 10.", d=True, lean_d=True)
AVA3 = Variant("AVA3", "The encoder's discriminator D; Eq. 5, 13, 14.", D=True)
AVA4 = Variant("AVA4", "AVA3 with the leaning term of Eq. 16.", D=True, lean_D=True)
AVA5 = Variant("AVA5", "d and D, both leaning.", d=True, lean_d=True, D=True, lean_D=True)
