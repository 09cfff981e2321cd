// SPDX-License-Identifier: GPL-2.0
/*
 * Screenshots: vcctl asks videocored for a PPM file in the build directory,
 * which guest and host share under two names.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "shot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define GUEST_BUILD	"/vc/build"

static int read_ppm(struct shot *shot, const char *path)
{
	size_t len = (size_t)shot->width * shot->height * 3;
	FILE *file = fopen(path, "rb");
	unsigned int width, height;
	int ret = 0;

	if (!file)
		return -errno;
	if (fscanf(file, "P6 %u %u 255", &width, &height) != 2 || fgetc(file) == EOF ||
	    width != shot->width || height != shot->height) {
		fclose(file);
		return -EBADMSG;
	}
	shot->rgb = malloc(len);
	if (!shot->rgb || fread(shot->rgb, 1, len, file) != len)
		ret = -EIO;
	fclose(file);
	return ret;
}

int shot_take(struct shot *shot, unsigned int width, unsigned int height)
{
	const char *host = getenv("VC_HOST_BUILD");
	char name[64], cmd[512];
	struct timespec now;
	int ret;

	*shot = (struct shot){ .width = width, .height = height };
	if (!host)
		return -ENOENT;
	/* Other guests may be at it; they are not at the same nanosecond. */
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(name, sizeof(name), "kms-check-%d-%ld.ppm", getpid(), now.tv_nsec);
	snprintf(cmd, sizeof(cmd), "vcctl screenshot '%s/%s'", host, name);
	if (system(cmd))
		return -EIO;
	snprintf(cmd, sizeof(cmd), GUEST_BUILD "/%s", name);
	ret = read_ppm(shot, cmd);
	unlink(cmd);
	if (ret)
		shot_free(shot);
	return ret;
}

void shot_free(struct shot *shot)
{
	free(shot->rgb);
	memset(shot, 0, sizeof(*shot));
}

struct colour shot_pixel(const struct shot *shot, unsigned int x, unsigned int y)
{
	const uint8_t *p = shot->rgb + ((size_t)y * shot->width + x) * 3;

	return (struct colour){ p[0], p[1], p[2], 255 };
}
