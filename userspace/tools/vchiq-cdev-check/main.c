// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq-cdev-check: every ioctl of /dev/vchiq with right and wrong input. Prints
 * TAP; each case is a process of its own.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <getopt.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

#define SKIPPED		77
/* Against hanging; a slow machine does not need it. */
#define CASE_TIMEOUT_S	60

static const struct test_case *const groups[] = {
	arg_cases, message_cases, bulk_cases, server_cases, end_cases,
};

#define NR_GROUPS (sizeof(groups) / sizeof(groups[0]))

struct options {
	bool stock;
	bool dead;
	const char *only;
};

void skip(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("# ");
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
	fflush(stdout);
	_exit(SKIPPED);
}

/* Its exit status, 128 + the signal that ended it. */
static int run_case(const struct test_case *test)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(CASE_TIMEOUT_S);
		test->run();
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void report(int n, const char *name, int status)
{
	if (status == SKIPPED)
		printf("ok %d - %s # SKIP\n", n, name);
	else if (status)
		printf("not ok %d - %s\n# status %d\n", n, name, status);
	else
		printf("ok %d - %s\n", n, name);
}

static int run_group(const struct test_case *test, const struct options *options, int *n)
{
	int failed = 0, status;

	for (; test->name; test++) {
		if ((options->stock && test->scope != STOCK) ||
		    (options->only && strcmp(options->only, test->name) != 0))
			continue;
		status = run_case(test);
		report(++*n, test->name, status);
		failed += status && status != SKIPPED;
	}
	return failed;
}

static void print_usage(FILE *to)
{
	fprintf(to, "Usage: vchiq-cdev-check [OPTION...]\n"
		    "Checks every ioctl of /dev/vchiq and prints TAP. Exit status: 0 passed,\n"
		    "1 failed, 2 wrong usage.\n\n"
		    "  --stock      only what the kernel's own driver does too\n"
		    "  --dead       end the firmware, and check what then goes on\n"
		    "  --only=CASE  that case\n"
		    "  --help       this text\n"
		    "  --version    version\n");
}

static int run_all(const struct options *options)
{
	int failed = 0, n = 0;

	if (options->dead)
		failed = run_group(dead_cases, options, &n);
	for (size_t i = 0; !options->dead && i < NR_GROUPS; i++)
		failed += run_group(groups[i], options, &n);
	printf("1..%d\n", n);
	return failed || !n;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "stock", no_argument, NULL, 's' },
		{ "dead", no_argument, NULL, 'd' },
		{ "only", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct options options = { 0 };
	int opt;

	while ((opt = getopt_long(argc, argv, "sdo:hV", long_options, NULL)) != -1) {
		switch (opt) {
		case 's':
			options.stock = true;
			break;
		case 'd':
			options.dead = true;
			break;
		case 'o':
			options.only = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return 0;
		case 'V':
			puts("vchiq-cdev-check " VC_VERSION);
			return 0;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	return run_all(&options);
}
