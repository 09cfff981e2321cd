# SPDX-License-Identifier: GPL-2.0
#
# How Sphinx makes build/docs/html of these pages; "make docs" runs it.
#
# Copyright (C) 2026 vc-media project

import os
import sys

sys.path.insert(0, os.path.abspath("sphinx"))

project = "vc-media"
copyright = "2026 vc-media project, GPL-2.0"

extensions = ["sphinx.ext.graphviz", "kernel_doc", "man_pages", "sequence", "state_table"]
exclude_patterns = ["sphinx"]
highlight_language = "none"
primary_domain = "c"
# What the kernel's headers say and the C domain does not know.
c_id_attributes = ["__user", "__iomem", "__le16", "__le32", "__printf"]

graphviz_output_format = "svg"
graphviz_dot_args = [
    "-Nfontname=DejaVu Sans", "-Efontname=DejaVu Sans", "-Gfontname=DejaVu Sans",
]

html_theme = "alabaster"
html_theme_options = {
    "description": "The Linux media stack of the VideoCore",
    "fixed_sidebar": True,
    "page_width": "1240px",
    "sidebar_width": "250px",
    "show_powered_by": False,
    "font_family": "sans-serif",
    "head_font_family": "sans-serif",
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["sphinx/static"]
html_css_files = ["vc-media.css"]
