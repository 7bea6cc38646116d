"""The figure of a network: units and weights where its equations have that form, else its arrays."""

from __future__ import annotations

from derivgen.document.blocks import Picture
from derivgen.document.figure_graph import graph_picture
from derivgen.document.figure_layers import Values, layered_picture
from derivgen.document.figure_structure import columns_of
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
    return graph_picture(network, names, values)
