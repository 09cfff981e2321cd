/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/vc_sm_faulty for the test programs: see vc_sm_faulty.h.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef TOOLS_FAULTY_CLIENT_H
#define TOOLS_FAULTY_CLIENT_H

#include <vc_sm_faulty.h>

#define FAULTY_TEXT	96

int faulty_device(void);
int faulty_create(int mode);
void faulty_signal(int fd);
/* What there is of its buffers, in @text of FAULTY_TEXT bytes. */
void faulty_left(char *text);
/* Fails unless everything has been undone. Releases come a little later. */
void faulty_expect_nothing_left(void);

#endif /* TOOLS_FAULTY_CLIENT_H */
