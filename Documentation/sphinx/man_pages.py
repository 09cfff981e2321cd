# SPDX-License-Identifier: GPL-2.0
#
# Directive "man-pages": all manual pages of a folder, as mandoc shows them.
#
#   .. man-pages:: man
#
# Copyright (C) 2026 vc-media project

import glob
import os
import subprocess

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


class ManPages(SphinxDirective):
    required_arguments = 1

    def page(self, path):
        stem, number = os.path.basename(path).rsplit(".", 1)
        html = subprocess.run(["mandoc", "-T", "html", "-O", "fragment", path],
                              capture_output=True, text=True, check=True).stdout
        section = nodes.section(ids=[f"man-{stem}"])
        section += nodes.title(text=f"{stem}({number})")
        section += nodes.raw(text=f'<div class="man-page">{html}</div>', format="html")
        self.env.note_dependency(path)
        return section

    def run(self):
        folder = os.path.join(self.env.srcdir, self.arguments[0])
        self.env.note_reread()
        return [self.page(path) for path in sorted(glob.glob(f"{folder}/*.[1-8]"))]


def setup(app):
    app.add_directive("man-pages", ManPages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
