"""The numbers that the AVA paper publishes: Tables 1-3, as printed."""

CITATION = (
    "L. Nguyen, H. I. Abdalla, A. A. Amer: Adversarial Variational Autoencoders to Extend and "
    "Improve Generative Model. AI, Computer Science and Robotics Technology 3(1), 2024. "
    "https://doi.org/10.5772/acrt.20240003"
)

MODELS = ("AVA1", "AVA2", "AVA3", "AVA4", "AVA5", "VAE", "GAN")

# Tables 1 (rates from 1.0 to 0.1) and 2 (from 0.09 to 0.01): BM, columns in the order of MODELS.
BM = {
    1.0: (0.2298, 0.2301, 0.0642, 0.0766, 0.2301, 0.0583, 0.2298),
    0.9: (0.2307, 0.2294, 0.0546, 0.0594, 0.2293, 0.0681, 0.2283),
    0.8: (0.2309, 0.2316, 0.0596, 0.0546, 0.2301, 0.0587, 0.2311),
    0.7: (0.2316, 0.2305, 0.0629, 0.0631, 0.2305, 0.0665, 0.2311),
    0.6: (0.2309, 0.2317, 0.0555, 0.0657, 0.2318, 0.0623, 0.2315),
    0.5: (0.2318, 0.2319, 0.0591, 0.0598, 0.2313, 0.0610, 0.2311),
    0.4: (0.2322, 0.2329, 0.0629, 0.0732, 0.2322, 0.0568, 0.2312),
    0.3: (0.2318, 0.2321, 0.0741, 0.0655, 0.2326, 0.0651, 0.2325),
    0.2: (0.2300, 0.2312, 0.0740, 0.0929, 0.2302, 0.0735, 0.2315),
    0.1: (0.2103, 0.2105, 0.1230, 0.1217, 0.2114, 0.1238, 0.2107),
    0.09: (0.2038, 0.2015, 0.1319, 0.1328, 0.2026, 0.1338, 0.2031),
    0.08: (0.1924, 0.1938, 0.1417, 0.1446, 0.1978, 0.1435, 0.1916),
    0.07: (0.1842, 0.1826, 0.1566, 0.1574, 0.1834, 0.1555, 0.1818),
    0.06: (0.1685, 0.1772, 0.1662, 0.1659, 0.1785, 0.1676, 0.1699),
    0.05: (0.1664, 0.1617, 0.1792, 0.1785, 0.1621, 0.1805, 0.1628),
    0.04: (0.1675, 0.1655, 0.1918, 0.1906, 0.1662, 0.1924, 0.1665),
    0.03: (0.1845, 0.1832, 0.2017, 0.2014, 0.1855, 0.2021, 0.1857),
    0.02: (0.2047, 0.2032, 0.2098, 0.2098, 0.2028, 0.2099, 0.2046),
    0.01: (0.2147, 0.2146, 0.2147, 0.2147, 0.2146, 0.2147, 0.2148),
}

LEARNING_RATES = tuple(BM)

# Table 3, per statistic over the 19 rates: columns in the order of MODELS; SD with n-1.
TABLE3 = {
    "mean": (0.2093, 0.2092, 0.1202, 0.1225, 0.2096, 0.1207, 0.2089),
    "maximum": (0.2322, 0.2329, 0.2147, 0.2147, 0.2326, 0.2147, 0.2325),
    "minimum": (0.1664, 0.1617, 0.0546, 0.0546, 0.1621, 0.0568, 0.1628),
    "sd": (0.0249, 0.0251, 0.0606, 0.0586, 0.0244, 0.0606, 0.0252),
}

# The author's own second run of his program against the published tables.
SECOND_RUN_RMS = 0.0043


def same_rate(lr: float) -> float:
    """Return `lr` to ten significant digits, so that 0.1 + 0.2 and 0.3 are one rate."""
    return float(f"{lr:.10g}")


def published(model: str, lr: float) -> float | None:
    """Return the BM of Table 1 or 2 of a model and a rate, or None where there is none."""
    row = BM.get(same_rate(lr))
    return row[MODELS.index(model)] if row and model in MODELS else None


def published_table3(model: str, statistic: str) -> float | None:
    """Return the entry of Table 3: `statistic` is ``mean``, ``maximum``, ``minimum`` or ``sd``."""
    return TABLE3[statistic][MODELS.index(model)] if model in MODELS else None
