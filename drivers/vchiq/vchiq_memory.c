// SPDX-License-Identifier: GPL-2.0
/*
 * Slot memory and what must outlive this driver.
 *
 * The firmware keeps the address of slot zero for as long as it runs. There is
 * no message that takes it back, so the memory must not be freed when the driver
 * is unbound or the module goes: the firmware may write to it at any time. It is
 * therefore kept, with the positions of both sides, and the next probe carries
 * on where this one stopped. What holds on to it is a property of the device
 * tree node, "vc-media,slot-memory", which shows the bus address and size; the
 * rest lies behind the property in the same allocation and is seen by nobody.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vchiq_priv.h"

#define VCHIQ_KEPT_NAME		"vc-media,slot-memory"

static size_t vchiq_fragment_size(const struct vchiq_kept *kept)
{
	return 2 * kept->line_size;
}

void *vchiq_memory_fragment(struct vchiq_kept *kept, unsigned int index)
{
	return (u8 *)kept->cpu + kept->fragments_offset + index * vchiq_fragment_size(kept);
}

/**
 * vchiq_memory_format - make the memory fit for a new connection
 * @kept: the memory
 *
 * The firmware must not use it.
 */
void vchiq_memory_format(struct vchiq_kept *kept)
{
	memset(kept->cpu, 0, kept->size);
	vchiq_shared_fill(kept->cpu, lower_32_bits(kept->dma + kept->fragments_offset));

	kept->is_alive = false;
	vchiq_slots_init(&kept->tx);
	memset(&kept->rx, 0, sizeof(kept->rx));
	kept->rx.recycled = VCHIQ_FW_LAST_SLOT - VCHIQ_FW_FIRST_SLOT + 1;
	bitmap_zero(kept->fragments, VCHIQ_NUM_FRAGMENTS);
	bitmap_zero(kept->ports, VCHIQ_MAX_SERVICES);
}

static struct vchiq_kept *vchiq_memory_alloc(struct vchiq_conn *conn)
{
	struct vchiq_kept *kept;

	kept = kvzalloc(sizeof(*kept), GFP_KERNEL);
	if (!kept)
		return NULL;

	INIT_LIST_HEAD(&kept->parked);
	kept->line_size = conn->line_size;
	kept->fragments_offset = PAGE_ALIGN(VCHIQ_NR_SLOTS * VCHIQ_SLOT_SIZE);
	kept->size = kept->fragments_offset +
		     PAGE_ALIGN(VCHIQ_NUM_FRAGMENTS * vchiq_fragment_size(kept));
	kept->cpu = dma_alloc_coherent(conn->dev, kept->size, &kept->dma, GFP_KERNEL);
	if (!kept->cpu) {
		kvfree(kept);
		return NULL;
	}

	vchiq_memory_format(kept);
	return kept;
}

/*
 * Only a property that we made has its value in our structure; one that came
 * with the device tree is told apart without looking behind it.
 */
static struct vchiq_kept *vchiq_memory_find(struct vchiq_conn *conn)
{
	struct vchiq_kept *kept;
	struct property *prop;

	prop = of_find_property(conn->dev->of_node, VCHIQ_KEPT_NAME, NULL);
	if (!prop)
		return NULL;

	kept = container_of(prop, struct vchiq_kept, prop);
	if (prop->value != kept->value || prop->length != sizeof(kept->value) ||
	    be32_to_cpu(kept->value[2]) != VCHIQ_KEPT_LAYOUT)
		return NULL;

	return kept;
}

/**
 * vchiq_memory_get - find the memory of an earlier probe, or allocate
 * @conn: the connection
 *
 * Return: 0 or -ENOMEM.
 */
int vchiq_memory_get(struct vchiq_conn *conn)
{
	struct vchiq_kept *kept;

	kept = vchiq_memory_find(conn);
	if (!kept)
		kept = vchiq_memory_alloc(conn);
	if (!kept)
		return -ENOMEM;

	conn->kept = kept;
	conn->zero = kept->cpu;
	conn->tx.st = &kept->tx;
	return 0;
}

/**
 * vchiq_memory_put - let go of the memory
 * @conn: the connection
 *
 * It is freed only if the firmware never had it.
 */
void vchiq_memory_put(struct vchiq_conn *conn)
{
	struct vchiq_kept *kept = conn->kept;

	conn->kept = NULL;
	conn->zero = NULL;
	/* Who comes next only holds on to them. */
	list_splice_init(&conn->parked, &kept->parked);
	if (kept->prop.value)
		return;

	dma_free_coherent(conn->dev, kept->size, kept->cpu, kept->dma);
	kvfree(kept);
}

static void vchiq_memory_tell(struct vchiq_kept *kept)
{
	kept->value[0] = cpu_to_be32(lower_32_bits(kept->dma));
}

/**
 * vchiq_memory_given - the firmware has the memory, or may have it
 * @conn: the connection
 *
 * From here on it belongs to the device tree node.
 */
void vchiq_memory_given(struct vchiq_conn *conn)
{
	struct vchiq_kept *kept = conn->kept;

	if (kept->prop.value)
		return;

	strscpy(kept->name, VCHIQ_KEPT_NAME, sizeof(kept->name));
	vchiq_memory_tell(kept);
	kept->value[1] = cpu_to_be32(kept->size);
	kept->value[2] = cpu_to_be32(VCHIQ_KEPT_LAYOUT);
	kept->prop.name = kept->name;
	kept->prop.value = kept->value;
	kept->prop.length = sizeof(kept->value);
	/* Not found again means lost, but never freed under the firmware. */
	if (of_add_property(conn->dev->of_node, &kept->prop))
		dev_warn(conn->dev, "cannot note the slot memory, reloading will need more\n");
}

/**
 * vchiq_memory_renew - memory for a new connection after one broke
 * @conn: the connection; nothing runs
 *
 * A firmware that broke the connection may live, and go on with the memory it has.
 * That is left alone until a new connection is up. What it did not take may be
 * offered again.
 *
 * Return: 0 or -ENOMEM.
 */
int vchiq_memory_renew(struct vchiq_conn *conn)
{
	struct vchiq_kept *kept = conn->kept;
	dma_addr_t dma;
	void *cpu;

	if (kept->old_cpu)
		return 0;

	cpu = dma_alloc_coherent(conn->dev, kept->size, &dma, GFP_KERNEL);
	if (!cpu)
		return -ENOMEM;

	guard(mutex)(&conn->tx.lock);
	kept->old_cpu = kept->cpu;
	kept->old_dma = kept->dma;
	kept->cpu = cpu;
	kept->dma = dma;
	WRITE_ONCE(conn->zero, cpu);
	if (kept->prop.value)
		vchiq_memory_tell(kept);
	return 0;
}

/**
 * vchiq_memory_free_old - the firmware has taken the new memory
 * @conn: the connection, up again
 *
 * Who makes a new connection has forgotten the one before.
 */
void vchiq_memory_free_old(struct vchiq_conn *conn)
{
	struct vchiq_kept *kept = conn->kept;

	/* The handler may be looking at the events. */
	synchronize_irq(conn->irq);
	guard(mutex)(&conn->tx.lock);
	if (kept->old_cpu)
		dma_free_coherent(conn->dev, kept->size, kept->old_cpu, kept->old_dma);
	kept->old_cpu = NULL;
}
