/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases of codec-check that are not in main.c.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef CODEC_CHECK_CASES_H
#define CODEC_CHECK_CASES_H

void case_refuses(int argc, char **argv);
void case_sizes(int argc, char **argv);
void case_scattered(int argc, char **argv);
void case_levels(int argc, char **argv);
void case_keys(int argc, char **argv);
void case_dmabuf(int argc, char **argv);
void case_dmabuf_change(int argc, char **argv);
void case_dmabuf_keep(int argc, char **argv);
void case_dmabuf_drain(int argc, char **argv);
void case_dmabuf_encode(int argc, char **argv);

#endif /* CODEC_CHECK_CASES_H */
