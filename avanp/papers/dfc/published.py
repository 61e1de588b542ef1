"""The numbers that the DFC-VAE paper prints: Fig. 15, by synthetic images."""

COLUMNS = ("precision", "recall", "score", "macro_f1", "weighted_f1")
FIG_15 = {
    0: (0.42, 0.30, 0.35, 0.73, 0.83),
    100: (0.33, 0.85, 0.48, 0.76, 0.84),
    200: (0.63, 0.81, 0.71, 0.83, 0.87),
    300: (0.70, 0.52, 0.60, 0.80, 0.86),
    400: (0.75, 0.66, 0.71, 0.86, 0.90),
    500: (0.66, 0.51, 0.58, 0.76, 0.83),
    600: (0.65, 0.85, 0.74, 0.84, 0.88),
    700: (0.62, 0.78, 0.69, 0.81, 0.86),
    800: (0.76, 0.81, 0.79, 0.84, 0.87),
}


def printed(column: str) -> dict[str, float]:
    """Return a column by case: the paper's rows are those of the as-released protocol."""
    place = COLUMNS.index(column)
    return {f"released-{n}": row[place] for n, row in FIG_15.items()}
