"""The losses of Nguyen et al. 2024, by their numbers, of the terms that a step measured."""

from avanp.systems.base import Terms


def eq1(terms: Terms) -> float:
    """Eq. 1: l_VAE = 1/2 ||x - x'||² + KL(N(mu, Sigma) | N(0, I))."""
    return terms["reconstruction"] + terms["kl"]


def eq3(terms: Terms) -> float:
    """Eq. 3: l_AVA = l_VAE + log(1 - d(x'))."""
    return eq1(terms) + terms["fool_discriminator"]


def eq4(terms: Terms) -> float:
    """Eq. 4: b_AVA = log d(x) + log(1 - d(x'))."""
    return terms["discriminator_gain"]


def eq9(terms: Terms) -> float:
    """Eq. 9: b_AVA leaning to the decoder = Eq. 4 - 1/2 ||x - x'||²."""
    return eq4(terms) - terms["lean_discriminator"]


def eq11(terms: Terms) -> float:
    """Eq. 11: B_AVA = log D(mu(x)) + log(1 - D(mu(x')))."""
    return terms["code_discriminator_gain"]


def eq12(terms: Terms) -> float:
    """Eq. 12: l_AVA = Eq. 3 + log(1 - D(mu(x'))); without d (AVA3, AVA4), Eq. 1 + it."""
    return (eq3(terms) if "fool_discriminator" in terms else eq1(terms)) + terms[
        "fool_code_discriminator"
    ]


def eq15(terms: Terms) -> float:
    """Eq. 15: B_AVA leaning to the encoder = Eq. 11 - 1/2 ||mu(x) - mu(x')||²."""
    return eq11(terms) - terms["lean_code_discriminator"]
