/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the supported kernels. Code is written for 7.3; this file
 * alone knows what 6.12 has instead.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VC_COMPAT_H
#define VC_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/version.h>

/* The namespace became a string in 6.13. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define VC_IMPORT_NS(ns)	MODULE_IMPORT_NS(ns)
#else
#define VC_IMPORT_NS(ns)	MODULE_IMPORT_NS(#ns)
#endif

/*
 * videobuf2 releases and retakes the queue's lock by itself since 6.13; before,
 * the driver names helpers that do it.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define VC_VB2_WAIT_OPS \
	.wait_prepare = vb2_ops_wait_prepare, \
	.wait_finish = vb2_ops_wait_finish,
#else
#define VC_VB2_WAIT_OPS
#endif

/* Takes the file since 6.18; before, the caller alone puts the handle into it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define vc_fh_add(handle, file)	((void)(file), v4l2_fh_add(handle))
#define vc_fh_del(handle, file)	((void)(file), v4l2_fh_del(handle))
#else
#define vc_fh_add(handle, file)	v4l2_fh_add(handle, file)
#define vc_fh_del(handle, file)	v4l2_fh_del(handle, file)
#endif

/* Renamed in 6.17. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define system_dfl_wq	system_unbound_wq
#endif

/* In 6.13; before, the function is set by hand. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*fn)(struct hrtimer *timer),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
}
#endif

/* What a generator of test parameters takes: the test, too, since 6.18. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define VC_KUNIT_GEN_PARAMS	const void *prev, char *desc
#else
#define VC_KUNIT_GEN_PARAMS	struct kunit *test, const void *prev, char *desc
#endif

#endif /* VC_COMPAT_H */
