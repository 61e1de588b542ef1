"""A model for ONNX: a file for each net."""

from pathlib import Path

from avanp.errors import AvanpError, extra
from avanp.export.nets import Exported
from avanp.export.onnx_graph import Graph
from avanp.files import write_whole

OPSET = 17


def write_onnx(nets: list[Exported], folder: Path, title: str, version: str) -> list[str]:
    """Write NET.onnx for each net into a folder; return their names.

    Parameters
    ----------
    nets : list of Exported
        In the order in which they are named.
    folder : Path
        Must be there.
    title : str
        What the files say they are of.
    version : str
        Of avanp, for the files to say.
    """
    try:
        import onnx
    except ImportError:
        raise AvanpError(f"an export to ONNX needs onnx: {extra('onnx')}") from None
    from onnx import TensorProto, helper

    names = []
    for net in nets:
        graph = Graph()
        for step in net.steps:
            graph.add(step)
        for name, last in net.outputs.items():
            if name != last:
                graph.node("Identity", [last], name)
        axes = ["N", *([None] * (net.rank - 1))]
        inside = helper.make_graph(
            graph.nodes,
            net.name,
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *net.shape])],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, axes) for n in net.outputs],
            graph.constants,
            doc_string=f"{title}: {net.says}",
        )
        model = helper.make_model(
            inside,
            producer_name="avanp",
            producer_version=version,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=8,
        )
        onnx.checker.check_model(model)
        names.append(f"{net.name}.onnx")
        write_whole(folder / names[-1], model.SerializeToString())
    return names
