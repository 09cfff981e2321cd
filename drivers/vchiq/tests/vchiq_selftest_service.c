// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of opening and closing, of use counts and of options.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/array_size.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include <videocore/vchiq-test.h>

#include "vchiq_selftest.h"

/* -----------------------------------------------------------------------------
 * Opening and closing
 */

static int expect_refused(struct selftest *st, u32 fourcc, s16 version)
{
	struct link *link = link_open(st, fourcc, version);

	if (!IS_ERR(link)) {
		link_close(link);
		return -EEXIST;
	}

	return PTR_ERR(link) == -ECONNREFUSED ? 0 : PTR_ERR(link);
}

int test_refuse_unknown(struct selftest *st)
{
	return expect_refused(st, VCHIQ_FOURCC('n', 'o', 'n', 'e'), TEST_VERSION);
}

int test_refuse_version(struct selftest *st)
{
	return expect_refused(st, ECHO_FOURCC, 1) ?: expect_refused(st, ECHO_FOURCC, 9);
}

int test_open_close(struct selftest *st)
{
	struct link *link;
	unsigned int i;
	int ret;

	for (i = 0; i < 200; i++) {
		link = link_open(st, ECHO_FOURCC, TEST_VERSION);
		if (IS_ERR(link))
			return PTR_ERR(link);
		/* Every other one is closed at once, with nothing sent. */
		ret = i % 2 ? link_sync(link) : 0;
		link_close(link);
		if (ret)
			return ret;
	}

	return 0;
}

struct storm {
	struct work_struct work;
	struct selftest *st;
	int ret;
};

static void storm_work(struct work_struct *work)
{
	struct storm *storm = container_of(work, struct storm, work);
	struct link *link;
	unsigned int i;

	for (i = 0; i < 50 && !storm->ret; i++) {
		link = link_open(storm->st, ECHO_FOURCC, TEST_VERSION);
		if (IS_ERR(link)) {
			storm->ret = PTR_ERR(link);
			return;
		}
		storm->ret = link_sync(link);
		link_close(link);
	}
}

int test_storm(struct selftest *st)
{
	struct workqueue_struct *wq = alloc_workqueue("vchiq-storm", WQ_UNBOUND, 0);
	struct storm storms[8] = { };
	unsigned int i;
	int ret = 0;

	if (!wq)
		return -ENOMEM;

	for (i = 0; i < ARRAY_SIZE(storms); i++) {
		storms[i].st = st;
		INIT_WORK_ONSTACK(&storms[i].work, storm_work);
		queue_work(wq, &storms[i].work);
	}
	for (i = 0; i < ARRAY_SIZE(storms); i++) {
		flush_work(&storms[i].work);
		destroy_work_on_stack(&storms[i].work);
		ret = ret ?: storms[i].ret;
	}
	destroy_workqueue(wq);

	return ret;
}

/* -----------------------------------------------------------------------------
 * Use counts and options
 */

static int use_count(struct link *link)
{
	u8 *buf = vmalloc(100);
	struct transfer transfer;
	int ret = 0;

	if (!buf)
		return -ENOMEM;

	transfer_init(&transfer, buf, 100, true);
	if (vchiq_service_unuse(link->svc) || vchiq_service_unuse(link->svc) != -EINVAL)
		ret = -ERANGE;
	else if (vchiq_service_send(link->svc, buf, 4) != -EINVAL ||
		 vchiq_service_bulk(link->svc, &transfer.bulk) != -EINVAL)
		ret = -EACCES;
	else if (vchiq_service_use(link->svc) || echo_once(link, buf, 100))
		ret = -EIO;
	vfree(buf);
	return ret;
}

int test_use_count(struct selftest *st)
{
	return with_link(st, use_count);
}

static int options(struct link *link)
{
	static const struct {
		enum vchiq_option option;
		int value;
		int result;
	} cases[] = {
		{ VCHIQ_OPTION_SLOT_QUOTA, 65535, -EINVAL },
		{ VCHIQ_OPTION_SLOT_QUOTA, -1, -EINVAL },
		{ VCHIQ_OPTION_SLOT_QUOTA, 65534, 0 },
		{ VCHIQ_OPTION_SLOT_QUOTA, 0, 0 },
		{ VCHIQ_OPTION_MESSAGE_QUOTA, 65535, -EINVAL },
		{ VCHIQ_OPTION_MESSAGE_QUOTA, 65534, 0 },
		{ VCHIQ_OPTION_MESSAGE_QUOTA, 0, 0 },
		{ VCHIQ_OPTION_SYNCHRONOUS, 1, -EINVAL },
		{ VCHIQ_OPTION_AUTOCLOSE, 0, 0 },
		{ VCHIQ_OPTION_TRACE, 1, 0 },
		{ VCHIQ_OPTION_TRACE + 1, 1, -EINVAL },
		{ (enum vchiq_option)-1, 1, -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (vchiq_service_set_option(link->svc, cases[i].option, cases[i].value) !=
		    cases[i].result)
			return -(1000 + i);
	}

	return 0;
}

int test_options(struct selftest *st)
{
	return with_link(st, options);
}
