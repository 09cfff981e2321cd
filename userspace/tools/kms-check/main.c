// SPDX-License-Identifier: GPL-2.0
/*
 * kms-check: what the KMS suites need and modetest does not do: flips with
 * their times, planes compared with a reference of its own.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* A process-wide counter: the exit status is one per process too. */
static unsigned int nr_failed;

bool check(bool ok, const char *name, const char *why, ...)
{
	va_list ap;

	printf("%s %s", ok ? "PASS" : "FAIL", name);
	if (!ok) {
		nr_failed++;
		printf(": ");
		va_start(ap, why);
		vprintf(why, ap);
		va_end(ap);
	}
	putchar('\n');
	fflush(stdout);
	return ok;
}

void note(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

int check_status(void)
{
	return nr_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "flips"))
		return check_flips(argc > 2 ? atoi(argv[2]) : 100);
	if (argc > 1 && !strcmp(argv[1], "planes"))
		return check_planes(argc > 2 ? argv[2] : NULL);
	if (argc > 1 && !strcmp(argv[1], "writeback"))
		return check_writeback();
	fprintf(stderr, "Usage: kms-check flips [N] | planes [PART] | writeback\n"
		"Prints PASS, FAIL and # lines; see tests/guest/kms-*.t.\n");
	return 2;
}
