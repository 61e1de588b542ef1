"""The arrays of a checkpoint, put where they belong: into nets, state and optimisers."""

from avanp.errors import AvanpError
from avanp.layers.base import Array
from avanp.nets.earlier import dropped_biases
from avanp.systems.base import System


def fill(own: dict[str, Array], others: dict[str, Array], what: str) -> None:
    """Write arrays into a system's own of the same names; `what` they are is for the message."""
    check_fits(own, others, what)
    for key, array in own.items():
        array[...] = others[key]


def check_fits(own: dict[str, Array], others: dict[str, Array], what: str) -> None:
    """Raise an `AvanpError` unless names, shapes and dtypes of arrays are those of `own`."""
    missing = [key for key in own if key not in others]
    extra = [key for key in others if key not in own]
    if missing or extra:
        key, how = (missing[0], "lacks") if missing else (extra[0], "has")
        raise AvanpError(f"it {how} {what} {key!r}: they are of another architecture")
    for key, array in own.items():
        other = others[key]
        if other.shape != array.shape or other.dtype != array.dtype:
            raise AvanpError(
                f"{what} {key!r} are {other.dtype}{list(other.shape)}, not "
                f"{array.dtype}{list(array.shape)}: they are of another architecture"
            )


def restore_optimisers(system: System, arrays: dict[str, Array]) -> None:
    """Give each net's optimiser its state, of arrays named "net/key"."""
    states: dict[str, dict[str, Array]] = {net: {} for net in system.nets}
    for name, array in arrays.items():
        net, _, key = name.partition("/")
        if net not in states:
            raise AvanpError(f"it has an optimiser of {net!r}, a net that is not there")
        if key.partition(".")[2] in dropped_biases(system.nets[net]):
            continue
        weights = system.nets[net].params.get(key.partition(".")[2])
        scalar = key in ("lr", "steps") and array.shape == ()
        if not scalar and (weights is None or weights.shape != array.shape):
            raise AvanpError(f"the optimiser's {name!r} fits no weight of the net")
        states[net][key] = array
    for net, state in states.items():
        system.optimisers[net].load_state_dict(state)
