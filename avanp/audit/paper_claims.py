"""The claims of the AVA paper, each as comparisons that must all be true.

Nine are conclusions that section 3 draws from Table 3. Two are aims: section 2 (before Eqs. 9 and
15) adds the leaning terms "for improving the accuracy" of the decoder and of the encoder, and
section 3 repeats it where it lists AVA2 and AVA4, but compares neither AVA2 with AVA1 nor AVA4 with
AVA3. The paper does not say how an improvement would be measured; mean BM is our reading.
"""

from dataclasses import dataclass

from avanp.audit.paired import MARGIN
from avanp.papers.ava import printed_numbers as paper
from avanp.report.text import short

OTHERS = {model: tuple(m for m in paper.MODELS if m != model) for model in paper.MODELS}
WORDS = {"mean": "mean", "maximum": "maximum", "minimum": "minimum", "sd": "SD"}


@dataclass(frozen=True)
class Part:
    """One comparison of a statistic of `model` with that of `other`.

    The statistic is one of Table 3's: ``mean``, ``maximum``, ``minimum`` or ``sd`` of BM over the
    learning rates. The relation is ``above``, ``below``, or ``not above``: smaller or equal.
    """

    statistic: str
    model: str
    relation: str
    other: str

    @property
    def sign(self) -> int:
        """1 where `model` is said to be above, -1 where below or not above."""
        return 1 if self.relation == "above" else -1

    @property
    def strict(self) -> bool:
        """Whether the two are said to differ, so that equal ones speak against the claim."""
        return self.relation != "not above"

    @property
    def margin(self) -> float:
        """What `claimed` must be above: what a table of four digits cannot show is no more."""
        return MARGIN if self.strict else -MARGIN

    def __str__(self) -> str:
        return f"{WORDS[self.statistic]} of {self.model} {self.relation} {self.other}'s"

    def claimed(self, value: float, other: float) -> float:
        """Return the difference that the claim says is above zero."""
        return self.sign * (value - other)

    def published(self) -> float:
        """Return the paper's own difference, from its Table 3, in the direction of the claim."""
        table = paper.TABLE3[self.statistic]
        ours, theirs = (table[paper.MODELS.index(m)] for m in (self.model, self.other))
        return round(self.claimed(ours, theirs), 4)

    def agrees(self) -> bool:
        """Return whether the paper's own Table 3 says so."""
        return self.published() > 0 or (not self.strict and self.published() == 0)


@dataclass(frozen=True)
class Claim:
    """A claim of the paper; it holds where every part does.

    `aim` says where the paper has it, if it is no conclusion of section 3.
    """

    id: str
    claim: str
    parts: tuple[Part, ...]
    aim: str = ""

    @property
    def evidence(self) -> str:
        """The entries of the paper's Table 3 that the claim rests on, or can be seen by."""
        by_statistic: dict[str, list[str]] = {}
        for part in self.parts:
            names = by_statistic.setdefault(part.statistic, [])
            names += [m for m in (part.model, part.other) if m not in names]
        lines = []
        for statistic, names in by_statistic.items():
            values = [f"{m} {short(paper.TABLE3[statistic][paper.MODELS.index(m)])}" for m in names]
            lines.append(f"Table 3, {WORDS[statistic]}: {', '.join(values)}")
        return "; ".join([self.aim, *lines] if self.aim else lines)


def _parts(statistic: str, relation: str, *pairs: tuple[str, str]) -> tuple[Part, ...]:
    return tuple(Part(statistic, model, relation, other) for model, other in pairs)


def _all_others(statistic: str, relation: str, model: str) -> tuple[Part, ...]:
    return _parts(statistic, relation, *((model, other) for other in OTHERS[model]))


CLAIMS = (
    Claim(
        "ava5-highest-mean", "AVA5 has the highest mean BM", _all_others("mean", "above", "AVA5")
    ),
    Claim(
        "ava1-ava2-beat-gan",
        "AVA1 and AVA2 have a higher mean BM than GAN",
        _parts("mean", "above", ("AVA1", "GAN"), ("AVA2", "GAN")),
    ),
    Claim("ava3-lowest-mean", "AVA3 has the lowest mean BM", _all_others("mean", "below", "AVA3")),
    Claim(
        "ava3-beats-vae",
        "AVA3 is better than VAE: it has a lower mean BM",
        _parts("mean", "below", ("AVA3", "VAE")),
    ),
    Claim(
        "maximum-above-gan",
        "AVA2 and AVA5 exceed GAN's maximum",
        _parts("maximum", "above", ("AVA2", "GAN"), ("AVA5", "GAN")),
    ),
    Claim(
        "minimum-below-vae",
        "AVA3 and AVA4 go below VAE's minimum",
        _parts("minimum", "below", ("AVA3", "VAE"), ("AVA4", "VAE")),
    ),
    Claim(
        "ava5-stablest",
        "AVA5 is the stablest: its SD is the smallest",
        _all_others("sd", "below", "AVA5"),
    ),
    # In the paper's words the SDs of AVA3 and AVA4 are smaller than or equal to VAE's.
    Claim(
        "stabler-than-poles",
        "AVA1 and AVA2 are stabler than GAN, AVA3 and AVA4 no less than VAE",
        _parts("sd", "below", ("AVA1", "GAN"), ("AVA2", "GAN"))
        + _parts("sd", "not above", ("AVA3", "VAE"), ("AVA4", "VAE")),
    ),
    # No mean lies above GAN's and below VAE's: each variant is compared on the side that the
    # paper names for it.
    Claim(
        "all-variants-better",
        "All AVA variants are better than GAN (1, 2, 5) and VAE (3, 4)",
        _parts("mean", "above", ("AVA1", "GAN"), ("AVA2", "GAN"), ("AVA5", "GAN"))
        + _parts("mean", "below", ("AVA3", "VAE"), ("AVA4", "VAE")),
    ),
    Claim(
        "leaning-decoder",
        "Aim: the leaning term improves the decoder, AVA2 above AVA1",
        _parts("mean", "above", ("AVA2", "AVA1")),
        "An aim of section 2, before Eq. 9 (“for improving the accuracy of the decoder”), no "
        "conclusion of section 3",
    ),
    Claim(
        "leaning-encoder",
        "Aim: the leaning term improves the encoder, AVA4 below AVA3",
        _parts("mean", "below", ("AVA4", "AVA3")),
        "An aim of section 2, before Eq. 15 (“for improving the accuracy of encoder”), no "
        "conclusion of section 3",
    ),
)
