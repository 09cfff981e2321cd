/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/vc_sm_faulty: dma-bufs of four pages whose exporter fails, and devices that
 * cannot reach much.
 *
 * VC_SM_FAULTY_CREATE takes a mode and returns a descriptor; VC_SM_FAULTY_SIGNAL
 * takes that descriptor. VC_SM_FAULTY_IMPORT_... take a descriptor of any dma-buf and
 * return 0 if that kind of device could map it, VC_SM_FAULTY_VMAP if the kernel could.
 * Reading the device tells what there is.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VC_SM_FAULTY_H
#define VC_SM_FAULTY_H

#include <linux/ioctl.h>

#define VC_SM_FAULTY_CREATE	_IO(0xD8, 64)
#define VC_SM_FAULTY_SIGNAL	_IO(0xD8, 65)
/* A device without DMA, one that reaches 16 MiB, one that reaches 4 GiB. */
#define VC_SM_FAULTY_IMPORT_NONE	_IO(0xD8, 66)
#define VC_SM_FAULTY_IMPORT_NARROW	_IO(0xD8, 67)
#define VC_SM_FAULTY_IMPORT_WIDE	_IO(0xD8, 68)
/* The kernel maps it, or the errno why it could not. */
#define VC_SM_FAULTY_VMAP	_IO(0xD8, 69)

#define VC_SM_FAULTY_PAGES	4

enum {
	VC_SM_FAULTY_SPLIT,	/* one piece, in a list of four: nothing is wrong */
	VC_SM_FAULTY_BARE,	/* the same, without any optional operation */
	VC_SM_FAULTY_FENCE,	/* the same, with a fence that is not signalled */
	VC_SM_FAULTY_ATTACH,	/* attach fails with EPERM */
	VC_SM_FAULTY_MAP,	/* map fails with ENXIO */
	VC_SM_FAULTY_SCATTERED,	/* four pieces */
	VC_SM_FAULTY_OUTSIDE,	/* an address above 4 GiB */
	VC_SM_FAULTY_SHORT,	/* the list ends before the buffer does */
	VC_SM_FAULTY_EMPTY,	/* an empty list */
	VC_SM_FAULTY_SLOW,	/* nothing is wrong, but unmap takes its time */
	VC_SM_FAULTY_NR_MODES,
};

#endif /* VC_SM_FAULTY_H */
