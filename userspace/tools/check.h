/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the small test programs of the guest share: a case is a function that
 * returns, or says what is wrong and ends the program.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef TOOLS_CHECK_H
#define TOOLS_CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check_case {
	const char *name;
	const char *what;
	void (*run)(int argc, char **argv);
};

#define CHECK(cond, ...) \
	do { \
		if (!(cond)) { \
			int check_errno = errno; \
			fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
			fprintf(stderr, __VA_ARGS__); \
			fprintf(stderr, " (errno %d, %s)\n", check_errno, \
				strerror(check_errno)); \
			exit(1); \
		} \
	} while (0)

/* The call fails with the error. */
#define CHECK_FAILS(call, error) \
	do { \
		errno = 0; \
		CHECK((call) < 0 && errno == (error), "%s: not %s", #call, #error); \
	} while (0)

/* Run the case named by argv[1], or list what there is. */
static inline int check_main(int argc, char **argv, const struct check_case *cases,
			     size_t nr)
{
	size_t i;

	for (i = 0; argc > 1 && i < nr; i++) {
		if (strcmp(argv[1], cases[i].name))
			continue;
		cases[i].run(argc - 2, argv + 2);
		return 0;
	}
	fprintf(stderr, "Usage: %s CASE [ARGUMENT...]\n", argv[0]);
	for (i = 0; i < nr; i++)
		fprintf(stderr, "  %-16s %s\n", cases[i].name, cases[i].what);
	return 2;
}

#endif /* TOOLS_CHECK_H */
