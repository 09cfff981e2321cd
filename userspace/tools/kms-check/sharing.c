// SPDX-License-Identifier: GPL-2.0
/*
 * sharing-check: memory of each allocator with each importer, and both see the
 * same bytes. The VideoCore's view is that of its firmware, by its handle.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <drm_fourcc.h>
#include <linux/dma-buf.h>
#include <linux/videodev2.h>
#include <linux/vc_sm.h>

#include "../check.h"
#include "../sm-client.h"
#include "kms.h"
#include "shot.h"

/* A picture that fits in the one page a udmabuf has in one piece. */
#define SIDE		32u
#define PITCH		(SIDE * 4)
#define BYTES		(SIDE * PITCH)
#define CAMERA		"/dev/video0"
/* So much is asked of the firmware at once. */
#define PEEK		4096u
#define FRAME_MS	10000
/* As many as the camera wants before it starts. */
#define BUFFERS		3

/**
 * struct memory - a buffer and who made it
 * @fd: the dma-buf
 * @bytes: size of the picture in it
 * @pitch: of its lines
 * @sm: /dev/vc_sm
 * @card: allocated by this card, or -1
 * @camera: allocated by this camera, or -1
 */
struct memory {
	int fd;
	size_t bytes;
	uint32_t pitch;
	int sm;
	int card;
	int camera;
};

/* -----------------------------------------------------------------------------
 * The camera
 */

static int camera_open(uint32_t memory)
{
	struct v4l2_requestbuffers req = {
		.count = BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = memory,
	};
	struct v4l2_format fmt = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.fmt.pix = { .width = SIDE, .height = SIDE, .pixelformat = V4L2_PIX_FMT_XBGR32 },
	};
	int fd = open(CAMERA, O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0, CAMERA);
	CHECK(!ioctl(fd, VIDIOC_S_FMT, &fmt), "S_FMT");
	CHECK(fmt.fmt.pix.width == SIDE && fmt.fmt.pix.sizeimage == BYTES, "%ux%u, %u bytes",
	      fmt.fmt.pix.width, fmt.fmt.pix.height, fmt.fmt.pix.sizeimage);
	CHECK(!ioctl(fd, VIDIOC_REQBUFS, &req), "REQBUFS");
	return fd;
}

/* All buffers are the same memory, if it is not the camera's own. */
static void camera_queue(int fd, uint32_t memory, int dmabuf)
{
	for (uint32_t i = 0; i < BUFFERS; i++) {
		struct v4l2_buffer buf = {
			.index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = memory,
		};

		if (memory == V4L2_MEMORY_DMABUF)
			buf.m.fd = dmabuf;
		CHECK(!ioctl(fd, VIDIOC_QBUF, &buf), "QBUF");
	}
}

/* Until buffer 0 has a picture. */
static void camera_take(int fd, uint32_t memory, int dmabuf)
{
	struct v4l2_buffer buf = { .index = BUFFERS };
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	camera_queue(fd, memory, dmabuf);
	CHECK(!ioctl(fd, VIDIOC_STREAMON, &type), "STREAMON");
	while (buf.index) {
		buf = (struct v4l2_buffer){ .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = memory };
		CHECK(poll(&pfd, 1, FRAME_MS) == 1, "no frame");
		CHECK(!ioctl(fd, VIDIOC_DQBUF, &buf), "DQBUF");
		CHECK(!(buf.flags & V4L2_BUF_FLAG_ERROR), "a bad frame");
	}
	CHECK(!ioctl(fd, VIDIOC_STREAMOFF, &type), "STREAMOFF");
}

/* -----------------------------------------------------------------------------
 * Allocators
 */

static void by_vc_sm(struct memory *mem)
{
	mem->fd = sm_alloc_kind(mem->sm, BYTES, 0, NULL);
}

static void by_vc_heap(struct memory *mem)
{
	mem->fd = sm_alloc_kind(mem->sm, BYTES, VC_SM_ALLOC_VC_HEAP, NULL);
}

static void by_display(struct memory *mem)
{
	struct drm_mode_create_dumb dumb = { .width = SIDE, .height = SIDE, .bpp = 32 };

	mem->card = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
	CHECK(mem->card >= 0, "card0");
	CHECK(!drmIoctl(mem->card, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), "CREATE_DUMB");
	mem->pitch = dumb.pitch;
	CHECK(!drmPrimeHandleToFD(mem->card, dumb.handle, DRM_CLOEXEC | DRM_RDWR, &mem->fd),
	      "export");
	/* Nobody else could set a mode. */
	drmDropMaster(mem->card);
}

static void by_camera(struct memory *mem)
{
	struct v4l2_exportbuffer exp = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .flags = O_RDWR | O_CLOEXEC,
	};

	mem->camera = camera_open(V4L2_MEMORY_MMAP);
	CHECK(!ioctl(mem->camera, VIDIOC_EXPBUF, &exp), "EXPBUF");
	mem->fd = exp.fd;
}

static void by_udmabuf(struct memory *mem)
{
	mem->fd = dmabuf_page();
}

/* Two pages might be neighbours by chance. */
static void by_scattered(struct memory *mem)
{
	mem->fd = dmabuf_scattered((size_t)64 * BYTES);
}

static const struct {
	const char *name;
	void (*make)(struct memory *mem);
} allocators[] = {
	{ "vc_sm", by_vc_sm },
	{ "vc_heap", by_vc_heap },
	{ "dumb", by_display },
	{ "expbuf", by_camera },
	{ "udmabuf", by_udmabuf },
	{ "scattered", by_scattered },
};

static struct memory allocate(int argc, char **argv)
{
	struct memory mem = { .fd = -1, .bytes = BYTES, .pitch = PITCH, .card = -1, .camera = -1 };

	mem.sm = sm_open();
	CHECK(mem.sm >= 0, "/dev/vc_sm");
	for (size_t i = 0; i < sizeof(allocators) / sizeof(allocators[0]); i++) {
		if (argc == 1 && !strcmp(argv[0], allocators[i].name))
			allocators[i].make(&mem);
	}
	CHECK(mem.fd >= 0, "nothing allocated");
	return mem;
}

/* -----------------------------------------------------------------------------
 * Two views
 */

static void fill(int fd, const uint8_t *data, size_t len)
{
	void *map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	CHECK(map != MAP_FAILED, "mmap");
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE), "sync");
	memcpy(map, data, len);
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE), "sync");
	munmap(map, len);
}

static void read_back(int fd, uint8_t *data, size_t len)
{
	void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);

	CHECK(map != MAP_FAILED, "mmap");
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ), "sync");
	memcpy(data, map, len);
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ), "sync");
	munmap(map, len);
}

static uint32_t handle_of(const struct memory *mem)
{
	uint32_t handle = 0;

	CHECK(!sm_import(mem->sm, mem->fd, &handle), "import");
	CHECK(handle, "handle 0");
	return handle;
}

static void both_see(const struct memory *mem, uint32_t handle)
{
	uint8_t ours[BYTES], theirs[BYTES];

	read_back(mem->fd, ours, BYTES);
	for (size_t at = 0; at < BYTES; at += PEEK)
		CHECK(vpu_peek(0, handle, at, &theirs[at], PEEK),
		      "the firmware does not know the handle");
	CHECK(!memcmp(ours, theirs, BYTES), "the firmware sees other memory");
}

/* -----------------------------------------------------------------------------
 * Importers
 */

static void with_vpu(int argc, char **argv)
{
	struct memory mem = allocate(argc, argv);
	uint32_t handle = handle_of(&mem);
	uint8_t data[BYTES];

	for (size_t i = 0; i < BYTES; i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	fill(mem.fd, data, BYTES);
	both_see(&mem, handle);
	CHECK(vpu_poke(0, handle, 100, "VideoCore", 9), "poke");
	both_see(&mem, handle);
}

static void with_camera(int argc, char **argv)
{
	struct memory mem = allocate(argc, argv);
	uint8_t before[BYTES], after[BYTES];
	uint32_t handle = 0;

	memset(before, 0x5a, BYTES);
	fill(mem.fd, before, BYTES);
	if (mem.camera >= 0)
		camera_take(mem.camera, V4L2_MEMORY_MMAP, -1);
	else
		camera_take(camera_open(V4L2_MEMORY_DMABUF), V4L2_MEMORY_DMABUF, mem.fd);
	handle = handle_of(&mem);
	both_see(&mem, handle);
	read_back(mem.fd, after, BYTES);
	CHECK(memcmp(before, after, BYTES) != 0, "no picture arrived");
}

static void show(struct kms *kms, const struct memory *mem)
{
	struct kms_fb fb = { .format = DRM_FORMAT_XRGB8888, .width = SIDE, .height = SIDE };
	const struct kms_rect at = { .x = 64, .y = 64, .w = SIDE, .h = SIDE };
	uint32_t handles[4] = { 0 }, pitches[4] = { mem->pitch }, offsets[4] = { 0 };
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	const struct kms_plane *plane = kms_find_plane(kms, DRM_PLANE_TYPE_OVERLAY, 0, fb.format);

	CHECK(req && plane, "no overlay plane");
	CHECK(!drmPrimeFDToHandle(kms->fd, mem->fd, &fb.handle), "import");
	handles[0] = fb.handle;
	CHECK(!drmModeAddFB2(kms->fd, SIDE, SIDE, fb.format, handles, pitches, offsets, &fb.id, 0),
	      "AddFB2");
	kms_set_plane(kms, req, plane->id, &fb, NULL, &at);
	CHECK(!kms_commit(kms, req), "commit");
	drmModeAtomicFree(req);
}

static void poke_colour(const struct memory *mem)
{
	uint32_t handle = handle_of(mem);
	static const uint8_t orange[4] = { 0x20, 0x80, 0xe0, 0xff };
	uint8_t line[PITCH];

	for (size_t i = 0; i < PITCH; i++)
		line[i] = orange[i % 4];
	for (unsigned int y = 0; y < SIDE; y++)
		CHECK(vpu_poke(0, handle, (size_t)y * mem->pitch, line, PITCH), "poke");
}

/* What the VideoCore writes by its handle is what the display scans out. */
static void with_plane(int argc, char **argv)
{
	struct memory mem = allocate(argc, argv);
	struct colour seen;
	struct shot shot;
	struct kms_fb black;
	struct kms kms;

	CHECK(!kms_open(&kms, 1280, 720), "no display");
	CHECK(!kms_fb_create(&kms, &black, DRM_FORMAT_XRGB8888, 1280, 720), "no frame buffer");
	CHECK(!kms_modeset(&kms, &black), "no mode");
	show(&kms, &mem);
	poke_colour(&mem);
	CHECK(!shot_take(&shot, 1280, 720), "no screenshot");
	seen = shot_pixel(&shot, 64 + SIDE / 2, 64 + SIDE / 2);
	CHECK(seen.r == 0xe0 && seen.g == 0x80 && seen.b == 0x20, "the screen shows %d %d %d",
	      (int)seen.r, (int)seen.g, (int)seen.b);
	shot_free(&shot);
	kms_fb_destroy(&kms, &black);
	kms_close(&kms);
}

/* -----------------------------------------------------------------------------
 * A second process, which gets nothing but the descriptor
 */

static void send_fd(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	CHECK(sendmsg(sock, &msg, 0) == 1, "sendmsg");
}

static int receive_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	int fd = -1;

	CHECK(recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) == 1, "recvmsg");
	cmsg = CMSG_FIRSTHDR(&msg);
	CHECK(cmsg && cmsg->cmsg_type == SCM_RIGHTS, "no descriptor came");
	if (cmsg)
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

static int child(int sock)
{
	uint8_t data[BYTES];
	int fd = receive_fd(sock);

	read_back(fd, data, BYTES);
	for (size_t i = 0; i < BYTES; i++) {
		CHECK(data[i] == (uint8_t)(i * 5), "byte %zu is %#x", i, data[i]);
		data[i] ^= 0xff;
	}
	fill(fd, data, BYTES);
	return 0;
}

static void with_process(int argc, char **argv)
{
	struct memory mem = allocate(argc, argv);
	uint8_t data[BYTES];
	int pair[2], status;
	pid_t pid;

	CHECK(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair");
	for (size_t i = 0; i < BYTES; i++)
		data[i] = (uint8_t)(i * 5);
	fill(mem.fd, data, BYTES);
	pid = fork();
	CHECK(pid >= 0, "fork");
	if (!pid)
		_exit(child(pair[1]));
	send_fd(pair[0], mem.fd);
	CHECK(waitpid(pid, &status, 0) == pid && !status, "the other process: %#x", status);
	read_back(mem.fd, data, BYTES);
	for (size_t i = 0; i < BYTES; i++)
		CHECK(data[i] == (uint8_t)((i * 5) ^ 0xff), "byte %zu is %#x", i, data[i]);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "vpu", "handle of the firmware", with_vpu },
		{ "camera", "capture of V4L2", with_camera },
		{ "plane", "overlay of KMS", with_plane },
		{ "process", "descriptor passed on", with_process },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
