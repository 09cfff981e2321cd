/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Results of checks: one line each, for the suite that runs this program.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef KMS_CHECK_CHECK_H
#define KMS_CHECK_CHECK_H

#include <stdbool.h>

/* "PASS name", or "FAIL name: why". Returns @ok. */
bool check(bool ok, const char *name, const char *why, ...)
	__attribute__((format(printf, 3, 4)));
/* "# text" */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Exit status of the program: 0 if nothing failed. */
int check_status(void);

int check_flips(int nr_flips);
int check_planes(const char *only);
int check_writeback(void);

#endif /* KMS_CHECK_CHECK_H */
