"""The figure of a network: units and weights where its equations have that form, else its arrays."""

from __future__ import annotations

from derivgen.document.blocks import Arrow, Box, Picture
from derivgen.document.figure_layers import Values, layered_picture
from derivgen.document.figure_structure import columns_of
from derivgen.formula.tree import Number, Relation
from derivgen.network.model import Network
from derivgen.notation import Names


def network_picture(network: Network, names: Names, values: Values) -> Picture | None:
    """The picture of a network, at most 440 by 330 points; None where it would be unreadable.

    ``names`` says what things are called, ``values(array, index)`` gives the printed digits of an
    element (None: it has no value to show).  Networks whose equations are weighted sums of units
    are drawn unit by unit, weight by weight; every other network as the graph of its arrays.
    """
    columns = columns_of(network)
    if columns is not None:
        picture = layered_picture(columns, network, names, values)
        if picture is not None:
            return picture
    # a network of layers is drawn without it
    from derivgen.document.figure_graph import graph_picture

    return graph_picture(network, names, values)


def caption_of(picture: Picture) -> str:
    """What a picture of a network shows, in a sentence."""
    if any(isinstance(shape, Box) for shape in picture.shapes):
        shown = "Which quantity is computed from which."
        back = any(isinstance(shape, Arrow) and shape.dashed for shape in picture.shapes)
        return f"{shown} A dashed arrow leads to the next step." if back else shown
    labels = [s.label for s in picture.shapes if isinstance(s, Arrow) and s.label is not None]
    if not labels:
        return "The network."
    told = "values" if any(isinstance(one, Number | Relation) for one in labels) else "names"
    return f"The network, with the {told} of its parameters."
