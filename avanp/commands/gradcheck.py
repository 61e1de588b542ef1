"""`avanp gradcheck`."""

import click

from avanp.console import Examples, fail


@click.command(
    cls=Examples,
    examples=["avanp gradcheck", "avanp gradcheck dense AVA5 system-VAEGAN"],
)
@click.argument("names", nargs=-1, metavar="[NAME …]")
@click.option("--list", "list_", is_flag=True, help="Print every NAME, and check nothing.")
def gradcheck(names: tuple[str, ...], list_: bool) -> None:
    """Check every registered derivative numerically, in float64, and print a table.

    Exits with 1 if one fails.
    """
    from avanp.grad.cases import rows
    from avanp.grad.cases import run as check
    from avanp.progress import tell_of_compiling

    if list_:
        click.echo("\n".join(rows()))
        return
    tell_of_compiling()
    reports = check(list(names) or None)
    width = max(24, *(len(report.name) for report in reports))
    click.echo(f"{'name':{width}}{'worst relative error':>22}  pass")
    for report in reports:
        click.echo(f"{report.name:{width}}{report.error:>22.1e}  {'yes' if report.ok else 'NO'}")
    failed = [report.name for report in reports if not report.ok]
    if failed:
        fail(f"{len(failed)} of {len(reports)} derivatives are wrong: {', '.join(failed)}", 1)
