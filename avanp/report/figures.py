"""Figure 6 of the paper, and BM against the learning rate, as PNG; needs matplotlib."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from avanp.files import write_whole
from avanp.pictures.plotting import plain
from avanp.report.text import count, short
from avanp.report.verdict import table3_title

PANELS = {
    "mean": "Mean of BM over the rates",
    "maximum": "Maximum of BM over the rates",
    "minimum": "Minimum of BM over the rates",
    "sd": "Standard deviation of BM over the rates",
}
FAMILIES = {
    "With a discriminator of images": ("AVA1", "AVA2", "AVA5", "GAN"),
    "Without one": ("AVA3", "AVA4", "VAE"),
}
# Okabe and Ito's colours, which the colour-blind can tell apart. The lines of a family nearly
# coincide: broad ones first and thin, broken ones upon them keep every line visible.
STYLES: dict[str, tuple[str, float, Any]] = {
    "AVA1": ("#56B4E9", 7.0, "-"),
    "AVA2": ("#E69F00", 4.0, "-"),
    "AVA5": ("#0072B2", 2.2, (0, (4, 2.5))),
    "GAN": ("#000000", 1.4, (0, (1, 2))),
    "AVA3": ("#56B4E9", 7.0, "-"),
    "AVA4": ("#E69F00", 4.0, "-"),
    "VAE": ("#000000", 1.6, (0, (4, 2.5))),
}
OURS = "#56B4E9"


def figures_available() -> bool:
    """Return whether matplotlib is installed (the extra ``plot``)."""
    return find_spec("matplotlib") is not None


@plain()
def figure6(tables: Mapping[str, Any], path: Path, rules: str) -> None:
    """Draw Figure 6: mean, maximum, minimum and SD of BM over the rates, a bar for each model.

    Parameters
    ----------
    tables : dict
        What `avanp.report.tables.build` returns. Where it has the paper's values they stand beside
        ours as outlined bars; whiskers are the SD over seeds.
    path : Path
        The PNG to write.
    rules : str
        The rule set.
    """
    from matplotlib.figure import Figure

    table3 = tables["rules"][rules]["table3"]
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    over = table3_title(tables, rules)
    figure.suptitle(f"As the paper's Figure 6: {over}\n{_subject(tables, rules)}", fontsize=14)
    for axes, (name, title) in zip(figure.subplots(2, 2).flat, PANELS.items(), strict=True):
        _bars(axes, {m: table3[m][name] for m in tables["run"]["models"]})
        axes.set_title(title, loc="left", fontsize=12)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=11)
    _save(figure, path)


def _bars(axes: Any, entries: Mapping[str, Mapping[str, Any]]) -> None:
    compared = any(entry["paper"] is not None for entry in entries.values())
    shift = 0.2 if compared else 0.0
    width = 0.38 if compared else 0.6
    filled = [(i, e) for i, e in enumerate(entries.values()) if e["value"] is not None]
    published = [(i, e["paper"]) for i, e in enumerate(entries.values()) if e["paper"] is not None]
    spread = [(i, e) for i, e in filled if e["sd_over_seeds"] is not None]
    axes.bar(
        [i - shift for i, _ in filled],
        [e["value"] for _, e in filled],
        width,
        color=OURS,
        label="ours (the number)" if compared else "avanp",
    )
    if spread:
        axes.errorbar(
            [i - shift for i, _ in spread],
            [e["value"] for _, e in spread],
            [e["sd_over_seeds"] for _, e in spread],
            fmt="none",
            color="#333333",
            capsize=3,
            label="± SD over seeds",
        )
    if compared:
        axes.bar(
            [i + shift for i, _ in published],
            [theirs for _, theirs in published],
            width,
            fill=False,
            edgecolor="black",
            linewidth=1.2,
            label="the paper's",
        )
    for i, entry in enumerate(entries.values()):
        heights = [(entry["value"] or 0) + (entry["sd_over_seeds"] or 0), entry["paper"] or 0]
        text = "none" if entry["value"] is None else short(entry["value"])
        where = (i, max(heights))
        axes.annotate(text, where, (0, 4), textcoords="offset points", ha="center", fontsize=10)
    axes.margins(y=0.14)
    axes.set_xlim(-0.6, len(entries) - 0.4)
    axes.set_ylim(bottom=0)
    axes.set_xticks(range(len(entries)), list(entries))
    axes.tick_params(labelsize=11)
    axes.spines[["top", "right"]].set_visible(False)


@plain()
def curves(tables: Mapping[str, Any], path: Path, rules: str) -> None:
    """Draw BM against the learning rate: a line for each model, a band of ± SD over seeds.

    Parameters
    ----------
    tables : dict
        What `avanp.report.tables.build` returns. Where it has the paper's values they are small
        circles; a cross on the axis is a rate at which every seed diverged.
    path : Path
        The PNG to write.
    rules : str
        The rule set.
    """
    from matplotlib.figure import Figure

    part = tables["rules"][rules]
    lines = sorted([*part["table1"], *part["table2"]], key=lambda line: line["lr"])
    present = set(tables["run"]["models"])
    families = {title: [m for m in f if m in present] for title, f in FAMILIES.items()}
    families = {title: models for title, models in families.items() if models}
    figure = Figure(figsize=(6.2 * len(families), 5.8), layout="constrained")
    figure.suptitle(f"BM against the learning rate: {_subject(tables, rules)}", fontsize=14)
    panels = figure.subplots(1, len(families), sharey=True, squeeze=False)[0]
    for axes, (title, models) in zip(panels, families.items(), strict=True):
        for model in models:
            _curve(axes, model, lines)
        axes.set_title(f"{title}: {', '.join(models)}", loc="left", fontsize=12)
        axes.set_xlabel("learning rate γ", fontsize=12)
        _rate_axis(axes, [line["lr"] for line in lines])
        if any(cell["paper"] is not None for line in lines for cell in line["cells"].values()):
            axes.plot([], [], "o", color="#666666", markerfacecolor="white", label="the paper's")
        if any(cell["sd"] for line in lines for cell in line["cells"].values()):
            axes.fill_between([], [], [], color="#666666", alpha=0.2, label="± SD over seeds")
        axes.legend(frameon=False, fontsize=11, handlelength=4)
    panels[0].set_ylabel("BM", fontsize=12)
    panels[0].set_ylim(bottom=0)
    _save(figure, path)


def _curve(axes: Any, model: str, lines: Sequence[Mapping[str, Any]]) -> None:
    colour, width, dashes = STYLES[model]
    cells = [(line["lr"], line["cells"][model]) for line in lines]
    rates = [lr for lr, _ in cells]
    means = [_or_nan(cell["mean"]) for _, cell in cells]
    spread = [_or_nan(cell["sd"]) for _, cell in cells]
    low = [mean - sd for mean, sd in zip(means, spread, strict=True)]
    high = [mean + sd for mean, sd in zip(means, spread, strict=True)]
    axes.fill_between(rates, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.plot(rates, means, color=colour, linewidth=width, linestyle=dashes, label=model)
    # A lone rate has no line: a dot shows it.
    if len(rates) == 1:
        axes.plot(rates, means, "o", color=colour, markersize=4 + width)
    published = [(lr, cell["paper"]) for lr, cell in cells if cell["paper"] is not None]
    if published:
        circles = {"color": "none", "markeredgecolor": colour, "markerfacecolor": "white"}
        axes.plot(*zip(*published, strict=True), "o", markersize=4.5, zorder=3, **circles)
    gone = [lr for lr, cell in cells if cell["mean"] is None and cell["diverged"]]
    if gone:
        axes.plot(
            gone, [0] * len(gone), "x", color=colour, clip_on=False, label=f"{model} diverged"
        )


def _rate_axis(axes: Any, rates: Sequence[float]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda lr, _: f"{lr:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(min(rates) / 1.1, max(rates) * 1.1)
    axes.tick_params(labelsize=11)
    axes.grid(color="#dddddd", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _subject(tables: Mapping[str, Any], rules: str) -> str:
    verdict = tables["rules"][rules]["verdict"]
    seeds = count(verdict["seeds_fewest"], verdict["seeds_most"], "seed")
    failed = count(verdict["failed"], verdict["failed"], "run")
    tail = f", {failed} failed" if verdict["failed"] else ""
    return f"rules “{rules}”, data “{tables['run']['data']['name']}”, {seeds}{tail}"


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _save(figure: Any, path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    content = BytesIO()
    # No version of matplotlib in the file: the same tables give the same bytes.
    FigureCanvasAgg(figure).print_png(content, metadata={"Software": None})
    write_whole(path, content.getvalue())
