"""`avanp export`."""

import click

from avanp.commands import options
from avanp.console import Examples, written


@click.command(
    cls=Examples,
    examples=[
        "avanp export runs/vae --format torch --out exported",
        "avanp export runs/vae --format onnx --out exported",
    ],
)
@options.checkpoint
@click.option(
    "--format",
    "form",
    type=click.Choice(["torch", "onnx"]),
    required=True,
    help="torch: model.safetensors, weights in PyTorch's names and layouts, and model.py, which "
    "loads them. onnx: a file for each net.",
)
@click.option("--out", required=True, metavar="DIR", help="A folder for the files.")
def export(checkpoint: str, form: str, out: str) -> None:
    """Write the nets of a trained model for another program.

    Images are then (N, C, H, W), of any N. The encoder of a VAE gives mu and logvar, its decoder
    images; other nets give their bare outputs. ONNX needs the extra `onnx`, PyTorch's weights
    `safetensors`: pip install '.[onnx,safetensors]' in avanp's folder.
    """
    from pathlib import Path

    from avanp.commands.loading import load_any
    from avanp.export.nets import exported
    from avanp.export.onnx_files import write_onnx
    from avanp.export.torch_files import write_torch
    from avanp.files import make_folder
    from avanp.release import VERSION
    from avanp.systems.mixture import kept

    system, _ = load_any(checkpoint)
    nets = exported(system)
    folder = Path(out)
    make_folder(folder)
    # Of a conditional model it has codes without their class: its nets are all.
    mixture = None if getattr(system.config, "labels", 0) else kept(system.state)
    if form == "torch":
        names = write_torch(nets, folder, system.name, VERSION, mixture)
    else:
        names = write_onnx(nets, folder, system.name, VERSION)
    for net in nets:
        click.echo(f"{net.name}: {net.says}, x of {'x'.join(map(str, ('N', *net.shape)))}")
    if mixture is not None and form == "torch":
        click.echo("sample(n) of model.py: codes of the mixture that the model keeps")
    elif mixture is not None:
        click.echo(
            "note: the mixture that new codes are drawn of is left out: --format torch has it"
        )
    written(f"{out}: {', '.join(names)}")
