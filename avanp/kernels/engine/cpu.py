"""The vector unit that Numba compiles for: the host's, or what NUMBA_CPU_NAME asks for."""

from functools import cache
from typing import NamedTuple

import llvmlite.binding as llvm
from numba.core import config

# One fused multiply-add of 16 floats: what it becomes tells the registers.
PROBE = """
declare <16 x float> @llvm.fmuladd.v16f32(<16 x float>, <16 x float>, <16 x float>)
define <16 x float> @probe(<16 x float> %a, <16 x float> %b, <16 x float> %c) {
  %d = call <16 x float> @llvm.fmuladd.v16f32(<16 x float> %a, <16 x float> %b, <16 x float> %c)
  ret <16 x float> %d
}
"""


def compiles() -> bool:
    """Return whether Numba compiles here: the tile is instructions, which Python cannot run."""
    return not config.DISABLE_JIT  # type: ignore[attr-defined]


class Tile(NamedTuple):
    """The register tile of a micro-kernel: `rows` of 2 vectors of `lanes` floats."""

    lanes: int
    rows: int

    @property
    def columns(self) -> int:
        """Columns of C that one tile covers."""
        return 2 * self.lanes


@cache
def tile() -> Tile:
    """Return the largest tile whose sums, with a row of B, stay in registers."""
    assembly = _machine().emit_assembly(llvm.parse_assembly(PROBE))
    if "zmm" in assembly:  # 32 registers of 16 floats
        return Tile(16, 14)
    if "ymm" in assembly:  # 16 registers of 8
        return Tile(8, 6)
    return Tile(4, 6 if "fmla" in assembly else 4)


def _machine() -> llvm.TargetMachine:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    cpu = getattr(config, "CPU_NAME", None)
    features = getattr(config, "CPU_FEATURES", None)
    if features is None:
        features = "" if cpu else llvm.get_host_cpu_features().flatten()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=cpu or llvm.get_host_cpu_name(), features=features
    )
