// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_test: a bulk that nobody receives, to see what signals do to the wait,
 * and the clock.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define SIGNAL_BLOCK	16u

static void on_signal(int sig)
{
	static const char text[] = "vchiq_test: signal handled, the wait goes on\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)n;
}

int vt_signal(struct vt *vt)
{
	const struct sigaction action = { .sa_handler = on_signal };
	static uint8_t block[SIGNAL_BLOCK];
	struct vt_service svc = { .hook = NULL };
	int ret = vt_open_echo(vt, &svc);

	if (ret)
		return ret;
	sigaction(SIGUSR1, &action, NULL);
	fprintf(stderr, "vchiq_test: process %d waits for what will not come; "
		"SIGUSR1 is handled, others end it\n", getpid());
	alarm(0);
	ret = vcq_bulk_transmit(svc.svc, block, sizeof(block), VCHIQ_BULK_MODE_BLOCKING, NULL);
	vt_close(&svc);
	/* It did come, or was aborted: both are wrong, as nobody asked for it. */
	return ret ? ret : -EPROTO;
}

int vt_timer(struct vt_report *report, uint32_t iters)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	struct samples reads, naps;
	struct figures figures;
	int ret = samples_init(&reads, iters);

	if (ret)
		return ret;
	ret = samples_init(&naps, iters);
	if (ret)
		goto out;
	for (uint32_t i = 0; i < iters; i++) {
		double begin = now_us(), read = now_us();

		samples_add(&reads, read - begin);
		nanosleep(&nap, NULL);
		samples_add(&naps, now_us() - read);
	}
	figures_set(&figures, &reads, 0, 0, 0);
	vt_report_row(report, "two readings of the clock", 0, iters, &figures);
	figures_set(&figures, &naps, 0, 0, 0);
	vt_report_row(report, "a sleep of 1000 us", 0, iters, &figures);
	samples_fini(&naps);
out:
	samples_fini(&reads);
	return ret;
}
