// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the threads that wait for events, of those who act in their place, and of
 * when polling is worth trying. The firmware is this test: it stores "fired".
 *
 * Copyright (C) 2026 vc-media project
 */

/* The tracepoints belong to the module vchiq. */
#define NOTRACE

#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/iopoll.h>

#include "../vchiq_shared.c"
#include "../vchiq_worker.c"
#include "../vchiq_poll.c"

/* Far more than any hand-over takes. */
#define LIMIT_US	(5 * USEC_PER_SEC)

/**
 * struct worker_test - a connection of which there is nothing but one thread
 * @conn: the connection
 * @ran: told of each run
 * @nr_runs: how many there were
 * @runner: who did the last
 * @is_dull: nobody is interested in the event
 */
struct worker_test {
	struct vchiq_conn conn;
	struct completion ran;
	unsigned int nr_runs;
	struct task_struct *runner;
	bool is_dull;
};

/* Of the parts that the files above need of the connection. */
int vchiq_conn_error(struct vchiq_conn *conn)
{
	return 0;
}

static void worker_test_run(struct vchiq_conn *conn)
{
	struct worker_test *ctx = container_of(conn, struct worker_test, conn);

	ctx->nr_runs++;
	ctx->runner = current;
	complete(&ctx->ran);
}

static bool worker_test_is_wanted(struct vchiq_conn *conn)
{
	return !container_of(conn, struct worker_test, conn)->is_dull;
}

static void worker_test_stop(void *worker)
{
	vchiq_worker_stop(worker);
}

static struct vchiq_remote_event *worker_test_event(struct worker_test *ctx)
{
	return &ctx->conn.zero->slave.trigger;
}

static bool worker_test_is_armed(struct worker_test *ctx)
{
	return READ_ONCE(worker_test_event(ctx)->armed) == cpu_to_le32(1);
}

static void worker_test_fire(struct worker_test *ctx)
{
	WRITE_ONCE(worker_test_event(ctx)->fired, cpu_to_le32(1));
}

/* A thread that sleeps holds its event no more. */
static void worker_test_expect_asleep(struct kunit *test)
{
	struct worker_test *ctx = test->priv;
	struct task_struct *holder;

	KUNIT_ASSERT_EQ(test, read_poll_timeout(READ_ONCE, holder, !holder, 50, LIMIT_US, false,
						ctx->conn.rx.holder), 0);
}

static void worker_test_expect_run_by(struct kunit *test, struct task_struct *task)
{
	const unsigned long limit = usecs_to_jiffies(LIMIT_US);
	struct worker_test *ctx = test->priv;

	KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&ctx->ran, limit), 0);
	KUNIT_EXPECT_PTR_EQ(test, ctx->runner, task);
}

/* The thread has run the once that it does at the start, and sleeps. */
static int vchiq_worker_test_init(struct kunit *test)
{
	struct worker_test *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	struct vchiq_worker *rx;

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	test->priv = ctx;
	init_completion(&ctx->ran);
	ctx->conn.dev = kunit_device_register(test, "vchiq-worker-test");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->conn.dev);
	ctx->conn.zero = kunit_kzalloc(test, sizeof(*ctx->conn.zero), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ctx->conn.zero);

	rx = &ctx->conn.rx;
	vchiq_worker_init(rx, &ctx->conn, VCHIQ_EVENT_TRIGGER, worker_test_run);
	rx->is_wanted = worker_test_is_wanted;
	KUNIT_ASSERT_EQ(test, vchiq_worker_start(rx, "rx"), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, worker_test_stop, rx), 0);
	worker_test_expect_run_by(test, rx->task);
	worker_test_expect_asleep(test);
	return 0;
}

/* -----------------------------------------------------------------------------
 * The thread
 */

static void vchiq_worker_test_arms_to_sleep(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, worker_test_is_armed(test->priv));
}

static void vchiq_worker_test_runs_when_rung(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	worker_test_fire(ctx);
	vchiq_worker_hear(&ctx->conn.rx);
	worker_test_expect_run_by(test, ctx->conn.rx.task);
	worker_test_expect_asleep(test);
	KUNIT_EXPECT_EQ(test, worker_test_event(ctx)->fired, 0);
	KUNIT_EXPECT_TRUE(test, worker_test_is_armed(ctx));
}

/* A bell of another event wakes nobody. */
static void vchiq_worker_test_sleeps_when_not_meant(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	vchiq_worker_hear(&ctx->conn.rx);
	vchiq_worker_kick(&ctx->conn.rx);
	worker_test_expect_run_by(test, ctx->conn.rx.task);
	worker_test_expect_asleep(test);
	KUNIT_EXPECT_EQ(test, ctx->nr_runs, 2);
}

/* What nobody is interested in is not armed, and no bell is rung for it. */
static void vchiq_worker_test_unwanted_is_not_armed(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	ctx->is_dull = true;
	vchiq_worker_kick(&ctx->conn.rx);
	worker_test_expect_run_by(test, ctx->conn.rx.task);
	worker_test_expect_asleep(test);
	KUNIT_EXPECT_FALSE(test, worker_test_is_armed(ctx));
}

/* -----------------------------------------------------------------------------
 * Acting in its place
 */

static void vchiq_worker_test_borrow_disarms(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	KUNIT_ASSERT_TRUE(test, vchiq_worker_borrow(&ctx->conn.rx));
	KUNIT_EXPECT_FALSE(test, worker_test_is_armed(ctx));
	vchiq_worker_return(&ctx->conn.rx, false);
}

static void vchiq_worker_test_one_borrows(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	KUNIT_ASSERT_TRUE(test, vchiq_worker_borrow(&ctx->conn.rx));
	KUNIT_EXPECT_FALSE(test, vchiq_worker_borrow(&ctx->conn.rx));
	vchiq_worker_return(&ctx->conn.rx, false);
}

static void vchiq_worker_test_borrower_runs(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	KUNIT_ASSERT_TRUE(test, vchiq_worker_borrow(&ctx->conn.rx));
	KUNIT_EXPECT_FALSE(test, vchiq_worker_look(&ctx->conn.rx));
	worker_test_fire(ctx);
	KUNIT_EXPECT_TRUE(test, vchiq_worker_look(&ctx->conn.rx));
	worker_test_expect_run_by(test, current);
	KUNIT_EXPECT_EQ(test, worker_test_event(ctx)->fired, 0);
	vchiq_worker_return(&ctx->conn.rx, false);
}

static void vchiq_worker_test_return_arms(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	KUNIT_ASSERT_TRUE(test, vchiq_worker_borrow(&ctx->conn.rx));
	vchiq_worker_return(&ctx->conn.rx, false);
	KUNIT_EXPECT_TRUE(test, worker_test_is_armed(ctx));
}

/* The firmware saw it unarmed and did not ring. */
static void vchiq_worker_test_return_sees_what_fired(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	KUNIT_ASSERT_TRUE(test, vchiq_worker_borrow(&ctx->conn.rx));
	worker_test_fire(ctx);
	vchiq_worker_return(&ctx->conn.rx, false);
	worker_test_expect_run_by(test, ctx->conn.rx.task);
}

static void vchiq_worker_test_return_hands_kick_over(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	KUNIT_ASSERT_TRUE(test, vchiq_worker_borrow(&ctx->conn.rx));
	vchiq_worker_kick(&ctx->conn.rx);
	vchiq_worker_return(&ctx->conn.rx, true);
	worker_test_expect_run_by(test, ctx->conn.rx.task);
}

/* Who is back soon leaves it unarmed; when he is not, what fired is seen all the same. */
static void vchiq_worker_test_left_is_seen_later(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	KUNIT_ASSERT_TRUE(test, vchiq_worker_borrow(&ctx->conn.rx));
	vchiq_worker_return(&ctx->conn.rx, true);
	worker_test_fire(ctx);
	worker_test_expect_run_by(test, ctx->conn.rx.task);
	worker_test_expect_asleep(test);
	KUNIT_EXPECT_TRUE(test, worker_test_is_armed(ctx));
}

static void vchiq_worker_test_stopped_is_not_lent(struct kunit *test)
{
	struct worker_test *ctx = test->priv;

	vchiq_worker_stop(&ctx->conn.rx);
	KUNIT_EXPECT_FALSE(test, vchiq_worker_borrow(&ctx->conn.rx));
}

/* -----------------------------------------------------------------------------
 * Polling
 */

static bool worker_test_has_run(void *arg)
{
	struct worker_test *ctx = arg;

	return ctx->nr_runs > 1;
}

static bool worker_test_never(void *arg)
{
	return false;
}

static void vchiq_worker_test_poll_receives(struct kunit *test)
{
	struct worker_test *ctx = test->priv;
	struct vchiq_luck luck = { };

	worker_test_fire(ctx);
	vchiq_poll(&ctx->conn, &luck, worker_test_has_run, ctx);
	worker_test_expect_run_by(test, current);
	KUNIT_EXPECT_EQ(test, luck.score, 2);
}

static void vchiq_worker_test_poll_in_vain_arms(struct kunit *test)
{
	struct worker_test *ctx = test->priv;
	struct vchiq_luck luck = { .score = 1 };

	vchiq_poll(&ctx->conn, &luck, worker_test_never, NULL);
	KUNIT_EXPECT_EQ(test, luck.score, 0);
	KUNIT_EXPECT_TRUE(test, worker_test_is_armed(ctx));
}

/* What is there already is no reason to look. */
static void vchiq_worker_test_poll_needs_reason(struct kunit *test)
{
	struct worker_test *ctx = test->priv;
	struct vchiq_luck luck = { .score = 1 };

	ctx->nr_runs = 2;
	worker_test_fire(ctx);
	vchiq_poll(&ctx->conn, &luck, worker_test_has_run, ctx);
	KUNIT_EXPECT_EQ(test, ctx->nr_runs, 2);
	KUNIT_EXPECT_EQ(test, luck.score, 1);
}

static void vchiq_worker_test_without_luck_now_and_then(struct kunit *test)
{
	struct vchiq_luck luck = { };
	unsigned int i, tried = 0;

	for (i = 0; i < 10 * VCHIQ_POLL_RETRY; i++)
		tried += vchiq_luck_holds(&luck);
	KUNIT_EXPECT_EQ(test, tried, 10);
}

static void vchiq_worker_test_luck_has_an_end(struct kunit *test)
{
	struct vchiq_luck luck = { };
	unsigned int i;

	for (i = 0; i < 100; i++)
		vchiq_luck_count(&luck, true);
	KUNIT_EXPECT_EQ(test, luck.score, VCHIQ_LUCK_MAX);
	for (i = 0; i < 100; i++)
		vchiq_luck_count(&luck, false);
	KUNIT_EXPECT_EQ(test, luck.score, 0);
}

/* However long this takes, the message before is taken for one of just now. */
static ktime_t worker_test_just_now(void)
{
	return ktime_add(ktime_get(), NSEC_PER_SEC);
}

static void worker_test_ask(struct worker_test *ctx, struct vchiq_luck *luck, unsigned int nr)
{
	while (nr--) {
		luck->asked = worker_test_just_now();
		vchiq_poll_asked(&ctx->conn, luck);
	}
}

static void vchiq_worker_test_run_looks(struct kunit *test)
{
	struct worker_test *ctx = test->priv;
	struct vchiq_luck luck = { .score = 1 };

	worker_test_fire(ctx);
	worker_test_ask(ctx, &luck, VCHIQ_POLL_RUN_LOOK - 1);
	KUNIT_EXPECT_EQ(test, ctx->nr_runs, 1);
	worker_test_ask(ctx, &luck, 1);
	worker_test_expect_run_by(test, current);
}

static void vchiq_worker_test_run_without_luck(struct kunit *test)
{
	struct worker_test *ctx = test->priv;
	struct vchiq_luck luck = { };

	worker_test_ask(ctx, &luck, 4 * VCHIQ_POLL_RUN_LOOK);
	KUNIT_EXPECT_TRUE(test, worker_test_is_armed(ctx));
}

/* Messages with time between them are no run. */
static void vchiq_worker_test_single_messages(struct kunit *test)
{
	struct worker_test *ctx = test->priv;
	struct vchiq_luck luck = { .score = 1 };
	unsigned int i;

	for (i = 0; i < 4 * VCHIQ_POLL_RUN_LOOK; i++) {
		luck.asked = ktime_sub_us(ktime_get(), VCHIQ_POLL_RUN_US);
		vchiq_poll_asked(&ctx->conn, &luck);
	}
	KUNIT_EXPECT_TRUE(test, worker_test_is_armed(ctx));
}

static void vchiq_worker_test_quick_answer(struct kunit *test)
{
	struct vchiq_luck luck = { .asked = worker_test_just_now() };

	vchiq_poll_answered(&luck);
	KUNIT_EXPECT_EQ(test, luck.score, 2);
}

static void vchiq_worker_test_old_answer(struct kunit *test)
{
	struct vchiq_luck luck = { .asked = ktime_sub_us(ktime_get(), VCHIQ_POLL_MAX_US) };

	vchiq_poll_answered(&luck);
	KUNIT_EXPECT_EQ(test, luck.score, 0);
}

static struct kunit_case vchiq_worker_cases[] = {
	KUNIT_CASE(vchiq_worker_test_arms_to_sleep),
	KUNIT_CASE(vchiq_worker_test_runs_when_rung),
	KUNIT_CASE(vchiq_worker_test_sleeps_when_not_meant),
	KUNIT_CASE(vchiq_worker_test_unwanted_is_not_armed),
	KUNIT_CASE(vchiq_worker_test_borrow_disarms),
	KUNIT_CASE(vchiq_worker_test_one_borrows),
	KUNIT_CASE(vchiq_worker_test_borrower_runs),
	KUNIT_CASE(vchiq_worker_test_return_arms),
	KUNIT_CASE(vchiq_worker_test_return_sees_what_fired),
	KUNIT_CASE(vchiq_worker_test_return_hands_kick_over),
	KUNIT_CASE(vchiq_worker_test_left_is_seen_later),
	KUNIT_CASE(vchiq_worker_test_stopped_is_not_lent),
	KUNIT_CASE(vchiq_worker_test_poll_receives),
	KUNIT_CASE(vchiq_worker_test_poll_in_vain_arms),
	KUNIT_CASE(vchiq_worker_test_poll_needs_reason),
	KUNIT_CASE(vchiq_worker_test_without_luck_now_and_then),
	KUNIT_CASE(vchiq_worker_test_luck_has_an_end),
	KUNIT_CASE(vchiq_worker_test_run_looks),
	KUNIT_CASE(vchiq_worker_test_run_without_luck),
	KUNIT_CASE(vchiq_worker_test_single_messages),
	KUNIT_CASE(vchiq_worker_test_quick_answer),
	KUNIT_CASE(vchiq_worker_test_old_answer),
	{}
};

static struct kunit_suite vchiq_worker_suite = {
	.name = "vchiq_worker",
	.init = vchiq_worker_test_init,
	.test_cases = vchiq_worker_cases,
};

kunit_test_suite(vchiq_worker_suite);

MODULE_DESCRIPTION("KUnit tests of VCHIQ's threads and of polling");
MODULE_LICENSE("GPL");
