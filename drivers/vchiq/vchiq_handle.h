/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handles of services, as programs know them: an index into the table of their
 * file, and above it a number that no other service of the device has had for long.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_HANDLE_H
#define VCHIQ_HANDLE_H

#include <linux/atomic.h>
#include <linux/lockdep.h>
#include <linux/xarray.h>

#include <videocore/vchiq.h>

#define VCHIQ_HANDLE_SHIFT		12
#define VCHIQ_HANDLE_INDEX(handle)	((handle) & (VCHIQ_MAX_SERVICES - 1))

/**
 * vchiq_handle_reserve - a handle, and the place in the table that it stands for
 * @table: table of a file
 * @sequence: last number given
 * @handle: set to the handle, which is never 0
 *
 * Nothing is found in that place before it is stored there, which needs no memory.
 *
 * Return: 0, -EBUSY when the table is full, -ENOMEM.
 */
static inline int vchiq_handle_reserve(struct xarray *table, atomic_t *sequence, u32 *handle)
{
	u32 upper, index;
	int ret;

	ret = xa_alloc(table, &index, NULL, XA_LIMIT(0, VCHIQ_MAX_SERVICES - 1), GFP_KERNEL);
	if (ret)
		return ret;

	do {
		upper = (u32)atomic_inc_return(sequence) << VCHIQ_HANDLE_SHIFT;
	} while (!upper);
	*handle = upper | index;
	return 0;
}

/**
 * vchiq_handle_load - what lies in the place of a handle
 * @table: table of a file, locked
 * @handle: any number
 *
 * Return: what was stored there, maybe under another handle, or NULL.
 */
static inline void *vchiq_handle_load(struct xarray *table, u32 handle)
{
	lockdep_assert_held(&table->xa_lock);

	return xa_load(table, VCHIQ_HANDLE_INDEX(handle));
}

#endif /* VCHIQ_HANDLE_H */
