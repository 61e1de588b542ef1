"""AVA1 to AVA5: which discriminators each has, and whether they lean."""

from avanp.ava import variants
from avanp.systems.ava import AVA


class AVA1(AVA):
    """With d on images: Eq. 3, 4."""

    name, variant = "AVA1", variants.AVA1


class AVA2(AVA):
    """AVA1 with the leaning term of Eq. 9, whose gradient is zero."""

    name, variant = "AVA2", variants.AVA2


class AVA3(AVA):
    """With D on codes: Eq. 12 without d, 11."""

    name, variant = "AVA3", variants.AVA3


class AVA4(AVA):
    """AVA3 with the leaning term of Eq. 15, whose gradient is zero."""

    name, variant = "AVA4", variants.AVA4


class AVA5(AVA):
    """With d and D, and both leaning terms: Eq. 12, 9, 15."""

    name, variant = "AVA5", variants.AVA5
