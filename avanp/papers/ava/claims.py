"""The claims of the AVA paper, each as comparisons that must all be true.

Nine are conclusions that section 3 draws from Table 3. Two are aims: section 2 (before Eqs. 9 and
15) adds the leaning terms "for improving the accuracy" of the decoder and of the encoder, and
section 3 repeats it where it lists AVA2 and AVA4, but compares neither AVA2 with AVA1 nor AVA4 with
AVA3. The paper does not say how an improvement would be measured; mean BM is our reading.
"""

from avanp.experiments.compare import WORDS, Claim, Compare
from avanp.papers.ava import printed_numbers as paper
from avanp.report.text import short

ABOVE, BELOW, NOT_ABOVE = ">", "<", "<="


def _parts(statistic: str, relation: str, *pairs: tuple[str, str]) -> tuple[Compare, ...]:
    """Return comparisons of a statistic of BM over the rates, beside the paper's Table 3."""
    table = dict(zip(paper.MODELS, paper.TABLE3[statistic], strict=True))
    return tuple(
        Compare("bm", model, relation, other, statistic=statistic, paper=table)  # type: ignore[arg-type]
        for model, other in pairs
    )


def _all_others(statistic: str, relation: str, model: str) -> tuple[Compare, ...]:
    others = (other for other in paper.MODELS if other != model)
    return _parts(statistic, relation, *((model, other) for other in others))


def _claim(id: str, claim: str, parts: tuple[Compare, ...], aim: str = "") -> Claim:
    """Return a claim with the entries of Table 3 that it rests on, or can be seen by.

    `aim` says where the paper has it, if it is no conclusion of section 3.
    """
    by_statistic: dict[str, list[str]] = {}
    for part in parts:
        names = by_statistic.setdefault(part.statistic, [])
        names += [m for m in (part.one, part.other) if m not in names]
    lines = [aim] if aim else []
    for statistic, names in by_statistic.items():
        values = [f"{m} {short(paper.TABLE3[statistic][paper.MODELS.index(m)])}" for m in names]
        lines.append(f"Table 3, {WORDS[statistic]}: {', '.join(values)}")
    return Claim(id, claim, parts, "; ".join(lines))


CLAIMS = (
    _claim("ava5-highest-mean", "AVA5 has the highest mean BM", _all_others("mean", ABOVE, "AVA5")),
    _claim(
        "ava1-ava2-beat-gan",
        "AVA1 and AVA2 have a higher mean BM than GAN",
        _parts("mean", ABOVE, ("AVA1", "GAN"), ("AVA2", "GAN")),
    ),
    _claim("ava3-lowest-mean", "AVA3 has the lowest mean BM", _all_others("mean", BELOW, "AVA3")),
    _claim(
        "ava3-beats-vae",
        "AVA3 is better than VAE: it has a lower mean BM",
        _parts("mean", BELOW, ("AVA3", "VAE")),
    ),
    _claim(
        "maximum-above-gan",
        "AVA2 and AVA5 exceed GAN's maximum",
        _parts("maximum", ABOVE, ("AVA2", "GAN"), ("AVA5", "GAN")),
    ),
    _claim(
        "minimum-below-vae",
        "AVA3 and AVA4 go below VAE's minimum",
        _parts("minimum", BELOW, ("AVA3", "VAE"), ("AVA4", "VAE")),
    ),
    _claim(
        "ava5-stablest",
        "AVA5 is the stablest: its SD is the smallest",
        _all_others("sd", BELOW, "AVA5"),
    ),
    # In the paper's words the SDs of AVA3 and AVA4 are smaller than or equal to VAE's.
    _claim(
        "stabler-than-poles",
        "AVA1 and AVA2 are stabler than GAN, AVA3 and AVA4 no less than VAE",
        _parts("sd", BELOW, ("AVA1", "GAN"), ("AVA2", "GAN"))
        + _parts("sd", NOT_ABOVE, ("AVA3", "VAE"), ("AVA4", "VAE")),
    ),
    # No mean lies above GAN's and below VAE's: each variant is compared on the side that the
    # paper names for it.
    _claim(
        "all-variants-better",
        "All AVA variants are better than GAN (1, 2, 5) and VAE (3, 4)",
        _parts("mean", ABOVE, ("AVA1", "GAN"), ("AVA2", "GAN"), ("AVA5", "GAN"))
        + _parts("mean", BELOW, ("AVA3", "VAE"), ("AVA4", "VAE")),
    ),
    _claim(
        "leaning-decoder",
        "Aim: the leaning term improves the decoder, AVA2 above AVA1",
        _parts("mean", ABOVE, ("AVA2", "AVA1")),
        "An aim of section 2, before Eq. 9 (“for improving the accuracy of the decoder”), no "
        "conclusion of section 3",
    ),
    _claim(
        "leaning-encoder",
        "Aim: the leaning term improves the encoder, AVA4 below AVA3",
        _parts("mean", BELOW, ("AVA4", "AVA3")),
        "An aim of section 2, before Eq. 15 (“for improving the accuracy of encoder”), no "
        "conclusion of section 3",
    ),
)
