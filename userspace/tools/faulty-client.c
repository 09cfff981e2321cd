// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vc_sm_faulty for the test programs.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "faulty-client.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"

#define PATIENCE_MS	10000
#define STEP_MS		10

int faulty_device(void)
{
	static int device = -1;

	if (device < 0)
		device = open("/dev/vc_sm_faulty", O_RDONLY | O_CLOEXEC);
	CHECK(device >= 0, "open /dev/vc_sm_faulty");
	return device;
}

int faulty_create(int mode)
{
	int fd = ioctl(faulty_device(), VC_SM_FAULTY_CREATE, mode);

	CHECK(fd >= 0, "a buffer of mode %d", mode);
	return fd;
}

void faulty_signal(int fd)
{
	CHECK(!ioctl(faulty_device(), VC_SM_FAULTY_SIGNAL, fd), "signal a fence");
}

void faulty_left(char *text)
{
	ssize_t n = pread(faulty_device(), text, FAULTY_TEXT - 1, 0);

	CHECK(n > 0, "read /dev/vc_sm_faulty");
	text[n] = '\0';
}

void faulty_expect_nothing_left(void)
{
	char text[FAULTY_TEXT];

	for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		faulty_left(text);
		if (!strcmp(text, "buffers 0 attachments 0 mappings 0 fences 0\n"))
			return;
		usleep(STEP_MS * 1000);
	}
	CHECK(0, "left: %s", text);
}
