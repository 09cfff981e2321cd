/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vchiq_test: what it prints, for people or as JSON.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_TEST_REPORT_H
#define VCHIQ_TEST_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "figures.h"

/**
 * struct vt_report - what was printed so far
 * @json: print JSON
 * @verbose: print details
 * @nr_steps: steps that were judged
 * @nr_rows: lines of figures
 * @nr_failed: steps that went wrong
 */
struct vt_report {
	bool json;
	bool verbose;
	unsigned int nr_steps;
	unsigned int nr_rows;
	unsigned int nr_failed;
};

void vt_report_begin(struct vt_report *report, const char *mode, const char *device);
/* One step: passes if what was got is what was expected. */
void vt_report_step(struct vt_report *report, const char *what, const char *expected,
		    const char *got);
/* One line of the table. */
void vt_report_row(struct vt_report *report, const char *what, uint32_t size, uint64_t rounds,
		   const struct figures *figures);
/* Something failed that is no step of its own. */
void vt_report_error(struct vt_report *report, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Details, if they are wanted. */
void vt_report_detail(struct vt_report *report, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Exit status of the program. */
int vt_report_end(struct vt_report *report);

#endif /* VCHIQ_TEST_REPORT_H */
