// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_test: what it prints, for people or as JSON.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

static void put_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < ' ')
			printf("\\u%04x", *text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void put_pair(const char *key, const char *value)
{
	printf("\"%s\": ", key);
	put_string(value);
}

/* Before each entry of the list of results but the first. */
static void put_comma(const struct vt_report *report)
{
	fputs(report->nr_steps + report->nr_rows ? ",\n  { " : "\n  { ", stdout);
}

void vt_report_begin(struct vt_report *report, const char *mode, const char *device)
{
	if (!report->json)
		return;
	fputs("{ ", stdout);
	put_pair("mode", mode);
	fputs(", ", stdout);
	put_pair("device", device);
	fputs(", \"results\": [", stdout);
}

static void step_json(struct vt_report *report, const char *what, const char *expected,
		      const char *got, bool passed)
{
	put_comma(report);
	put_pair("step", what);
	fputs(", ", stdout);
	put_pair("expected", expected);
	fputs(", ", stdout);
	put_pair("got", got);
	printf(", \"passed\": %s }", passed ? "true" : "false");
}

static void step_text(struct vt_report *report, const char *what, const char *expected,
		      const char *got, bool passed)
{
	if (!report->nr_steps)
		printf("%-6s  %-46s  %-34s  %s\n", "result", "step", "expected", "got");
	printf("%-6s  %-46s  %-34s  %s\n", passed ? "pass" : "FAIL", what, expected, got);
}

void vt_report_step(struct vt_report *report, const char *what, const char *expected,
		    const char *got)
{
	bool passed = !strcmp(expected, got);

	(report->json ? step_json : step_text)(report, what, expected, got, passed);
	report->nr_steps++;
	report->nr_failed += !passed;
	fflush(stdout);
}

static void row_json(struct vt_report *report, const char *what, uint32_t size,
		     uint64_t rounds, const struct figures *f)
{
	put_comma(report);
	put_pair("test", what);
	printf(", \"size\": %u, \"iterations\": %llu, ", size, (unsigned long long)rounds);
	printf("\"min_us\": %.2f, \"p50_us\": %.2f, ", f->min_us, f->p50_us);
	printf("\"p99_us\": %.2f, \"mb_per_s\": %.3f, ", f->p99_us, f->mb_per_s);
	printf("\"per_s\": %.1f }", f->per_s);
}

static void row_text(struct vt_report *report, const char *what, uint32_t size,
		     uint64_t rounds, const struct figures *f)
{
	if (!report->nr_rows)
		printf("%-34s %8s %7s %9s %9s %9s %9s %10s\n", "test", "size", "rounds",
		       "min us", "p50 us", "p99 us", "MB/s", "messages/s");
	printf("%-34s %8u %7llu %9.1f %9.1f %9.1f %9.2f %10.0f\n", what, size,
	       (unsigned long long)rounds, f->min_us, f->p50_us, f->p99_us, f->mb_per_s,
	       f->per_s);
}

void vt_report_row(struct vt_report *report, const char *what, uint32_t size, uint64_t rounds,
		   const struct figures *figures)
{
	(report->json ? row_json : row_text)(report, what, size, rounds, figures);
	report->nr_rows++;
	fflush(stdout);
}

void vt_report_error(struct vt_report *report, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "vchiq_test: ");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	report->nr_failed++;
}

void vt_report_detail(struct vt_report *report, const char *fmt, ...)
{
	va_list args;

	if (!report->verbose)
		return;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

int vt_report_end(struct vt_report *report)
{
	if (report->json)
		printf("\n], \"steps\": %u, \"failed\": %u }\n", report->nr_steps,
		       report->nr_failed);
	else if (report->nr_steps)
		printf("%u of %u steps passed\n", report->nr_steps - report->nr_failed,
		       report->nr_steps);
	return report->nr_failed ? 1 : 0;
}
