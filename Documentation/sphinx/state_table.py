# SPDX-License-Identifier: GPL-2.0
#
# Directive "state-table": a table of transitions in C, drawn by Graphviz, so that
# picture and code are one. The table is "[STATE] = { [STEP] = NEXT, ... }, ...".
#
#   .. state-table:: States of a service
#      :file: drivers/vchiq/vchiq_state.c
#      :table: vchiq_steps
#      :states: VCHIQ_SERVICE_
#      :steps: VCHIQ_STEP_
#
# Copyright (C) 2026 vc-media project

import os
import re

from docutils.parsers.rst import directives
from sphinx.ext.graphviz import figure_wrapper, graphviz
from sphinx.util.docutils import SphinxDirective


def transitions(text, states, steps):
    """Triples of state, step and next state, as the table has them."""
    for state, body in re.findall(rf"\[{states}(\w+)\] = \{{(.*?)\n\t\}}", text, re.S):
        for step, following in re.findall(rf"\[{steps}(\w+)\] = (\w+)", body):
            yield state, step, following.removeprefix(states)


def words(name):
    return name.lower().replace("_", " ")


class StateTable(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {name: directives.unchanged_required
                   for name in ("file", "table", "states", "steps")}

    def table(self):
        path = os.path.join(self.env.srcdir, "..", self.options["file"])
        self.env.note_dependency(os.path.abspath(path))
        with open(path, encoding="utf-8") as file:
            found = re.search(rf"\b{self.options['table']}\[.*?\n\}};", file.read(), re.S)
        if not found:
            raise self.error(f"state-table: no {self.options['table']} in {path}")
        return found[0]

    def edges(self):
        edges = {}
        for state, step, following in transitions(self.table(), self.options["states"],
                                                  self.options["steps"]):
            edges.setdefault((state, following), []).append(words(step))
        if not edges:
            raise self.error("state-table: the table is empty")
        return edges

    def run(self):
        lines = ["digraph {", "nodesep=0.5; ranksep=0.55;",
                 'node [shape=box style="filled,rounded" fillcolor="#dbe9f6" fontsize=11];',
                 "edge [fontsize=10 arrowsize=0.7];"]
        for (state, following), steps in self.edges().items():
            label = "\\n".join(f" {step} " for step in steps)
            lines.append(f'"{words(state)}" -> "{words(following)}" [label="{label}"];')
        node = graphviz()
        node["code"] = "\n".join([*lines, "}"])
        node["options"] = {"docname": self.env.docname}
        return [figure_wrapper(self, node, self.arguments[0])]


def setup(app):
    app.add_directive("state-table", StateTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
