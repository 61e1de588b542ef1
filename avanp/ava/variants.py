"""The seven models of the paper: which nets and which terms each has."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """Which nets and terms a model has.

    ``d`` is the decoder's discriminator (Eq. 7), ``D`` the encoder's (Eq. 13); ``lean_d`` and
    ``lean_D`` add the leaning terms of Eq. 10 and Eq. 16.
    """

    name: str
    encoder: bool = True
    d: bool = False
    lean_d: bool = False
    D: bool = False
    lean_D: bool = False


VAE = Variant("VAE")
GAN = Variant("GAN", encoder=False, d=True)
AVA1 = Variant("AVA1", d=True)
AVA2 = Variant("AVA2", d=True, lean_d=True)
AVA3 = Variant("AVA3", D=True)
AVA4 = Variant("AVA4", D=True, lean_D=True)
AVA5 = Variant("AVA5", d=True, lean_d=True, D=True, lean_D=True)
