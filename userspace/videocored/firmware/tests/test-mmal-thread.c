// SPDX-License-Identifier: GPL-2.0
/*
 * The camera's thread: nothing is written to a buffer that has gone back.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <videocore/mmal-encodings.h>

#include "camera-engine.h"
#include "mmal-host.h"

#define BLOCK_LEN	(640 * 480 * 3 / 2)

enum { VIDEO = 3 };

static sem_t rendering;		/* a picture is being drawn */
static sem_t may_finish;	/* it may be finished */
static sem_t posted;		/* the firmware thread has something to do */

/* Draws, stops in the middle, and draws on. */
static int render_slowly(struct vc_image *dst)
{
	memset(dst->plane[0], 1, 100);
	sem_post(&rendering);
	sem_wait(&may_finish);
	memset(dst->plane[0] + 100, 2, 100);
	return 0;
}

static int render_fast(struct vc_image *dst)
{
	memset(dst->plane[0], 3, 100);
	return 0;
}

static void on_post(void)
{
	sem_post(&posted);
}

static int setup(void **state)
{
	sem_init(&rendering, 0, 0);
	sem_init(&may_finish, 0, 0);
	sem_init(&posted, 0, 0);
	mmal_host_start(0);
	/* Far ahead: the thread sleeps once it has asked for the next frame. */
	mmal_host_set_time(1000000000000000000ull);
	mmal_host_post_hook = on_post;
	mmal_host_render_hook = render_slowly;
	return 0;
}

static int teardown(void **state)
{
	mmal_host_stop();
	return 0;
}

static uint32_t streaming(uint32_t nr_buffers, uint32_t handle)
{
	uint32_t camera = mmal_host_create("ril.camera");

	mmal_host_component(MMAL_MSG_COMPONENT_ENABLE, camera);
	mmal_host_set_u32(camera, VIDEO, MMAL_PARAM_ZERO_COPY, 1);
	assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 1, MMAL_ENCODING_NV12,
					      640, 480, NULL), 0);
	assert_int_equal(mmal_host_action(camera, VIDEO, MMAL_ACTION_ENABLE, 3, BLOCK_LEN), 0);
	for (uint32_t i = 0; i < nr_buffers; i++) {
		struct mmal_msg_buffer buf = mmal_host_buffer(camera, VIDEO, i, handle, BLOCK_LEN);

		mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 0, &buf, sizeof(buf));
	}
	mmal_host_set_u32(camera, VIDEO, MMAL_PARAM_CAPTURE, 1);
	return camera;
}

static bool is_asleep(pid_t tid)
{
	char path[64], state = '?';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: not readable", path);
	assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
	fclose(file);
	return state == 'S';
}

/* Lets the picture be finished as soon as the thread *arg waits for that. */
static void *finish_when_awaited(void *arg)
{
	const pid_t *tid = arg;

	while (!is_asleep(*tid))
		sched_yield();
	sem_post(&may_finish);
	return NULL;
}

static void disable_waits_for_the_writer(void **state)
{
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	uint32_t camera = streaming(2, handle);
	struct mmal_msg_port_action_port msg = {
		.component_handle = camera, .port_handle = VIDEO, .action = MMAL_ACTION_DISABLE,
	};
	uint8_t *ram = mmal_host_ram();
	struct mmal_msg_buffer buf;
	pid_t tid = gettid();
	pthread_t thread;

	sem_wait(&rendering);
	assert_int_equal(ram[0], 1);
	assert_int_equal(ram[100], 0);
	pthread_create(&thread, NULL, finish_when_awaited, &tid);
	mmal_host_send(MMAL_MSG_PORT_ACTION, 5, &msg, sizeof(msg));
	/* All has been written, and both are back. */
	assert_int_equal(ram[100], 2);
	mmal_host_returned(&buf);
	assert_int_equal(buf.drvbuf.client_context, 0);
	assert_int_equal(buf.header.length, BLOCK_LEN);
	mmal_host_returned(&buf);
	assert_int_equal(buf.header.length, 0);
	assert_int_equal(mmal_host_status(MMAL_MSG_PORT_ACTION, 5), 0);
	pthread_join(thread, NULL);
}

static void close_waits_for_the_writer(void **state)
{
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	uint8_t *ram = mmal_host_ram();
	pid_t tid = gettid();
	pthread_t thread;

	streaming(3, handle);
	sem_wait(&rendering);
	pthread_create(&thread, NULL, finish_when_awaited, &tid);
	mmal_host_close();
	assert_int_equal(ram[100], 2);
	assert_int_equal(mmal_host_block_refs(handle), 0);
	pthread_join(thread, NULL);
	/* Nobody is left who could write. */
	memset(ram, 0, 4096);
	mmal_host_run_posts();
	assert_int_equal(ram[0], 0);
	assert_int_equal(sem_trywait(&rendering), -1);
}

static void frames_come_by_themselves(void **state)
{
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	mmal_host_render_hook = render_fast;
	streaming(1, handle);
	sem_wait(&posted);
	mmal_host_run_posts();
	assert_int_equal(mmal_host_returned(&buf), 0);
	assert_int_equal(mmal_host_ram()[0], 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(disable_waits_for_the_writer),
		TEST(close_waits_for_the_writer),
		TEST(frames_come_by_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
