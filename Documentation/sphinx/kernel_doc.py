# SPDX-License-Identifier: GPL-2.0
#
# Directive "kernel-doc": the kernel-doc comments of a file, as the kernel's own
# script turns them into reST.
#
#   .. kernel-doc:: include/linux/videocore/vchiq.h
#      :identifiers: vchiq_bulk vchiq_service_bulk
#
# The name may be a pattern. ":export:" takes the exported functions only. ":namespace: NAME" keeps a
# struct and a function of one name apart, which Sphinx cannot.
#
# Copyright (C) 2026 vc-media project

import glob
import os
import subprocess

import sphinx
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective, switch_source_input

# Debian has the script with what modules are built with.
PLACES = "/usr/lib/linux-kbuild-*/scripts/kernel-doc"


def script():
    found = [os.environ["KERNELDOC"]] if "KERNELDOC" in os.environ else sorted(glob.glob(PLACES))
    return found[0] if found else None


class KernelDoc(SphinxDirective):
    required_arguments = 1
    option_spec = {
        "identifiers": directives.unchanged_required,
        "export": directives.flag,
        "namespace": directives.unchanged_required,
    }

    def selection(self):
        if "export" in self.options:
            return ["-export"]
        return [arg for name in self.options.get("identifiers", "").split()
                for arg in ("-function", name)]

    def sources(self):
        found = sorted(glob.glob(os.path.join(self.env.srcdir, "..", self.arguments[0])))
        if "export" in self.options:
            found = [path for path in found if "EXPORT_SYMBOL" in open(path).read()]
        return found

    def rest_of(self, paths):
        cmd = [script(), "-rst", "-Wall", "-sphinx-version", sphinx.__version__,
               *self.selection(), *paths]
        done = subprocess.run(cmd, capture_output=True, text=True, check=False)
        # Whatever it has to say makes the build fail, as other warnings do.
        if done.returncode or done.stderr.strip() or not done.stdout.strip():
            raise self.error(f"kernel-doc {self.arguments[0]}: {done.stderr or 'nothing found'}")
        return done.stdout

    def run(self):
        text = self.rest_of(self.sources())
        if "namespace" in self.options:
            text = (f".. c:namespace-push:: {self.options['namespace']}\n\n{text}\n\n"
                    ".. c:namespace-pop::\n")
        lines = StringList(text.splitlines(), self.arguments[0])
        section = nodes.section()
        with switch_source_input(self.state, lines):
            self.state.nested_parse(lines, 0, section, match_titles=1)
        return section.children


def setup(app):
    if not script():
        raise RuntimeError(f"no kernel-doc at {PLACES} ($KERNELDOC names another)")
    app.add_directive("kernel-doc", KernelDoc)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
