# SPDX-License-Identifier: GPL-2.0
#
# Directive "sequence": who tells whom what, in the order of time, drawn by
# Graphviz.
#
#   .. sequence:: A call
#      :parts: client | receiver | firmware
#
#      client -> firmware: OPEN
#      firmware: looks for the service
#      firmware -> receiver: OPENACK
#      ...: something between the lines
#
# Copyright (C) 2026 vc-media project

import re

from docutils.parsers.rst import directives
from sphinx.errors import ExtensionError
from sphinx.ext.graphviz import figure_wrapper, graphviz
from sphinx.util.docutils import SphinxDirective

COLUMN = 150    # points between two lifelines
ROW = 30
LINE = 13       # more for each further line of a label
WRAP = 30       # characters of a label for each column it spans


def wrap(text, width):
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def quote(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


class Drawing:
    """Nodes and edges with their places, top line first."""

    def __init__(self, parts):
        self.parts = parts
        self.y = 0
        self.out = []

    def x(self, name):
        if name not in self.parts:
            raise ExtensionError(f"sequence: there is no part \"{name}\"")
        return self.parts.index(name) * COLUMN

    def node(self, name, x, y, attributes):
        self.out.append(f'"{name}" [pos="{x},{-y}!" {attributes}];')

    def text(self, x, y, lines, attributes):
        label = "\\n".join(quote(line) for line in lines)
        self.node(f"t{len(self.out)}", x, y, f'label="{label}" {attributes}')

    def arrow(self, source, target, text):
        x1, x2 = self.x(source), self.x(target)
        lines = wrap(text, WRAP * abs(x2 - x1) // COLUMN - 4)
        self.y += ROW + LINE * (len(lines) - 1)
        tail, head = f"a{len(self.out)}", f"b{len(self.out)}"
        self.node(tail, x1, self.y, "shape=point width=0.01")
        self.node(head, x2, self.y, "shape=point width=0.01")
        self.out.append(f'"{tail}" -> "{head}" [arrowsize=0.7 penwidth=1.2];')
        self.text((x1 + x2) / 2, self.y - 9 - 6 * (len(lines) - 1), lines,
                  'shape=plain style=filled fillcolor=white fontsize=10')

    def note(self, name, text):
        lines = wrap(text, WRAP - 4)
        self.y += ROW + 6 + 6 * (len(lines) - 1)
        self.text(self.x(name), self.y, lines,
                  'shape=box style="filled" color="#999999" fillcolor="#fff8dc" '
                  'fontsize=10 margin="0.06,0.03" height=0.1 width=0.1')
        self.y += 2 + 6 * (len(lines) - 1)

    def gap(self, text):
        width = (len(self.parts) - 1) * COLUMN
        lines = wrap(text, WRAP * len(self.parts))
        self.y += ROW + 4
        self.text(width / 2, self.y, lines, 'shape=plain style=filled fillcolor=white '
                  'fontcolor="#555555" fontsize=10')

    def lifelines(self):
        end = self.y + ROW / 2
        lines = []
        for i, name in enumerate(self.parts):
            label = "\\n".join(quote(line) for line in wrap(name, 20))
            lines.append(f'"top{i}" [pos="{i * COLUMN},0!" shape=box style="filled,rounded" '
                         f'fillcolor="#dbe9f6" label="{label}" fontsize=11 margin="0.1,0.05"];')
            lines.append(f'"end{i}" [pos="{i * COLUMN},{-end}!" shape=point width=0.01];')
            lines.append(f'"top{i}" -> "end{i}" [dir=none style=dashed color="#999999"];')
        return lines

    def dot(self):
        # Lifelines first, so that all else lies on top of them.
        return "\n".join(["digraph {", "layout=neato; inputscale=72; splines=line; outputorder=edgesfirst;",
                          *self.lifelines(), *self.out, "}"])


class Sequence(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"parts": directives.unchanged_required}

    def run(self):
        drawing = Drawing([part.strip() for part in self.options["parts"].split("|")])
        drawing.y = 12
        # A line that is indented carries on.
        for step in re.sub(r"\n\s+", " ", "\n".join(self.content)).splitlines():
            head, _, text = step.partition(":")
            if "->" in head:
                drawing.arrow(*(end.strip() for end in head.split("->")), text.strip())
            elif head.strip() == "...":
                drawing.gap(text.strip())
            elif head.strip():
                drawing.note(head.strip(), text.strip())
        node = graphviz()
        node["code"] = drawing.dot()
        node["options"] = {"docname": self.env.docname}
        node["alt"] = "\n".join(self.content)
        return [figure_wrapper(self, node, self.arguments[0])]


def setup(app):
    app.add_directive("sequence", Sequence)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
