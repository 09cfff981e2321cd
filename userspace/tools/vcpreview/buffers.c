// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers: who allocates them, and how they get to the other side.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vc_sm.h>

#include "vcpreview.h"

/* Of all buffers one is on the screen, one about to be, and two stay with the camera. */
unsigned int vcp_waiting_max(unsigned int buffers)
{
	return buffers > 5 ? buffers - 4 : 1;
}

/* What is on the screen before the first frame. */
static int blacken(struct vcp_buffers *bufs, const struct vcp_format *format,
		   const struct vcp_slot *slot)
{
	void *mem;

	if (slot->mem) {
		vcp_fill_black(format, &bufs->layout, slot->mem);
		return 0;
	}
	mem = mmap(NULL, bufs->layout.size, PROT_READ | PROT_WRITE, MAP_SHARED, slot->dmabuf, 0);
	if (mem == MAP_FAILED)
		return vcp_fail(VCP_NO_BUFFERS, "cannot map a dma-buf: %s", strerror(errno));
	vcp_fill_black(format, &bufs->layout, mem);
	munmap(mem, bufs->layout.size);
	return 0;
}

/* -----------------------------------------------------------------------------
 * /dev/vc_sm
 */

static int alloc_vc_sm(struct vcp_buffers *bufs, const char *device, unsigned int count,
		       size_t size)
{
	int dev = open(device, O_RDWR | O_CLOEXEC);
	int ret = 0;

	if (dev < 0)
		return vcp_fail(VCP_NO_BUFFERS,
				"%s: %s (load module vc_sm, or try --path=expbuf)", device,
				strerror(errno));
	while (!ret && bufs->nr_slots < count) {
		struct vc_sm_alloc alloc = { .size = size, .flags = O_RDWR | O_CLOEXEC };

		snprintf(alloc.name, sizeof(alloc.name), "vcpreview %u", bufs->nr_slots);
		ret = vcp_ioctl(dev, VC_SM_IOC_ALLOC, &alloc);
		if (ret)
			ret = vcp_fail(VCP_NO_BUFFERS,
				       "%s: cannot have %u buffers of %zu bytes: %s", device, count,
				       size, strerror(-ret));
		else
			bufs->slots[bufs->nr_slots++].dmabuf = alloc.fd;
	}
	close(dev);
	return ret;
}

static int create_vc_sm(struct vcp_buffers *bufs, const struct vcp_options *opt,
			struct vcp_camera *cam)
{
	int fds[VCP_BUFFERS_MAX];
	int ret = alloc_vc_sm(bufs, opt->vc_sm, opt->buffers, cam->layout.size);

	if (ret)
		return ret;
	for (unsigned int i = 0; i < bufs->nr_slots; i++)
		fds[i] = bufs->slots[i].dmabuf;
	return vcp_camera_import(cam, bufs->nr_slots, fds);
}

/* -----------------------------------------------------------------------------
 * Buffers of the camera
 */

static int create_expbuf(struct vcp_buffers *bufs, const struct vcp_options *opt,
			 struct vcp_camera *cam)
{
	int ret = vcp_camera_alloc(cam, opt->buffers, false);

	while (!ret && bufs->nr_slots < cam->nr_buffers) {
		ret = vcp_camera_export(cam, bufs->nr_slots, &bufs->slots[bufs->nr_slots].dmabuf);
		if (!ret)
			bufs->nr_slots++;
	}
	return ret;
}

/* The display uses the same memory. */
static int import_all(struct vcp_buffers *bufs, const struct vcp_options *opt,
		      struct vcp_display *dpy)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < bufs->nr_slots; i++) {
		struct vcp_slot *slot = &bufs->slots[i];

		ret = vcp_display_import(dpy, opt->format, &bufs->layout, slot->dmabuf,
					 &slot->handle, &slot->fb_id);
	}
	return ret;
}

/* -----------------------------------------------------------------------------
 * Buffers of both
 */

static int create_copy(struct vcp_buffers *bufs, const struct vcp_options *opt,
		       struct vcp_camera *cam, struct vcp_display *dpy)
{
	/* One on the screen, one about to be, those that wait, one to copy to. */
	unsigned int slots = vcp_waiting_max(opt->buffers) + 3;
	int ret = vcp_camera_alloc(cam, opt->buffers, true);

	while (!ret && dpy && bufs->nr_slots < slots) {
		struct vcp_slot *slot = &bufs->slots[bufs->nr_slots++];

		ret = vcp_display_alloc(dpy, opt->format, &bufs->layout, &slot->handle,
					&slot->fb_id, &slot->mem);
	}
	return ret;
}

/* -----------------------------------------------------------------------------
 * All paths
 */

static int create(struct vcp_buffers *bufs, const struct vcp_options *opt,
		  struct vcp_camera *cam, struct vcp_display *dpy)
{
	int ret;

	if (bufs->path == VCP_PATH_COPY)
		return create_copy(bufs, opt, cam, dpy);
	ret = bufs->path == VCP_PATH_VC_SM ? create_vc_sm(bufs, opt, cam) :
	      create_expbuf(bufs, opt, cam);
	return ret || !dpy ? ret : import_all(bufs, opt, dpy);
}

int vcp_buffers_create(struct vcp_buffers *bufs, const struct vcp_options *opt,
		       struct vcp_camera *cam, struct vcp_display *dpy)
{
	int ret;

	memset(bufs, 0, sizeof(*bufs));
	bufs->path = opt->path;
	bufs->layout = cam->layout;
	for (unsigned int i = 0; i < VCP_BUFFERS_MAX; i++)
		bufs->slots[i].dmabuf = -1;
	ret = create(bufs, opt, cam, dpy);
	if (!ret && dpy)
		ret = blacken(bufs, opt->format, &bufs->slots[0]);
	if (ret)
		vcp_buffers_destroy(bufs, dpy);
	return ret;
}

void vcp_buffers_destroy(struct vcp_buffers *bufs, struct vcp_display *dpy)
{
	for (unsigned int i = 0; i < VCP_BUFFERS_MAX; i++) {
		struct vcp_slot *slot = &bufs->slots[i];

		if (dpy)
			vcp_display_free(dpy, slot->handle, slot->fb_id);
		if (slot->mem)
			munmap(slot->mem, bufs->layout.size);
		if (slot->dmabuf >= 0)
			close(slot->dmabuf);
		*slot = (struct vcp_slot){ .dmabuf = -1 };
	}
	bufs->nr_slots = 0;
}
