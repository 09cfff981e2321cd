// SPDX-License-Identifier: GPL-2.0
/*
 * State and counters of a connection in debugfs.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/seq_file.h>

#include "vchiq_priv.h"

static const char * const vchiq_conn_states[] = {
	[VCHIQ_CONN_DOWN] = "down",
	[VCHIQ_CONN_UP] = "up",
	[VCHIQ_CONN_BROKEN] = "broken",
};

static const char * const vchiq_service_states[] = {
	[VCHIQ_SERVICE_OPENING] = "opening",
	[VCHIQ_SERVICE_OPEN] = "open",
	[VCHIQ_SERVICE_CLOSING] = "closing",
	[VCHIQ_SERVICE_CLOSED] = "closed",
};

static int counters_show(struct seq_file *file, void *data)
{
	const struct vchiq_conn *conn = file->private;
	const struct vchiq_stats *stats = &conn->stats;

	seq_printf(file, "tx_messages %llu\n", READ_ONCE(stats->tx_messages));
	seq_printf(file, "tx_bytes %llu\n", READ_ONCE(stats->tx_bytes));
	seq_printf(file, "tx_slots %llu\n", READ_ONCE(stats->tx_slots));
	seq_printf(file, "tx_stalls %llu\n", READ_ONCE(stats->tx_stalls));
	seq_printf(file, "rx_messages %llu\n", READ_ONCE(stats->rx_messages));
	seq_printf(file, "rx_bytes %llu\n", READ_ONCE(stats->rx_bytes));
	seq_printf(file, "rx_slots %llu\n", READ_ONCE(stats->rx_slots));
	seq_printf(file, "rx_ignored %llu\n", READ_ONCE(stats->rx_ignored));
	seq_printf(file, "bulks %llu\n", READ_ONCE(stats->bulks));
	seq_printf(file, "bulk_bytes %llu\n", READ_ONCE(stats->bulk_bytes));
	seq_printf(file, "bulk_bounced %lld\n", atomic64_read(&stats->bulk_bounced));
	seq_printf(file, "bulks_parked %u\n", READ_ONCE(conn->nr_parked));
	seq_printf(file, "doorbells %lld\n", atomic64_read(&stats->doorbells));
	seq_printf(file, "interrupts %lld\n", atomic64_read(&stats->interrupts));
	seq_printf(file, "timeouts %lld\n", atomic64_read(&stats->timeouts));
	seq_printf(file, "violations %lld\n", atomic64_read(&stats->violations));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static void vchiq_show_conn(struct seq_file *file, struct vchiq_conn *conn)
{
	const struct vchiq_kept *kept = conn->kept;

	seq_printf(file, "connection %s%s%s\n",
		   vchiq_conn_states[READ_ONCE(conn->state)],
		   READ_ONCE(conn->tx.is_paused) ? " paused" : "",
		   READ_ONCE(conn->is_silent) ? " silent" : "");
	seq_printf(file, "memory %pad size %zu version %d\n", &kept->dma, kept->size,
		   vchiq_shared_version(conn->zero));

	guard(mutex)(&conn->tx.lock);
	seq_printf(file, "tx pos %u slots free %u sent %u data %u\n", kept->tx.pos,
		   kept->tx.available - kept->tx.started, (unsigned int)hweight64(kept->tx.sent),
		   (unsigned int)hweight64(kept->tx.data));
	seq_printf(file, "rx pos %u slots recycled %u\n", READ_ONCE(kept->rx.pos),
		   READ_ONCE(kept->rx.recycled));
}

static void vchiq_show_service(struct seq_file *file, struct vchiq_service *svc)
{
	char name[] = {
		svc->fourcc >> 24, svc->fourcc >> 16, svc->fourcc >> 8, svc->fourcc, '\0'
	};

	guard(spinlock)(&svc->conn->lock);
	seq_printf(file, "service %u \"%*pE\" %s%s remote %u version %d bulks tx %u rx %u slots %u\n",
		   svc->port, 4, name, vchiq_service_states[svc->state],
		   svc->is_parked ? " parked" : "", svc->remote_port, svc->peer_version,
		   svc->nr_bulks[VCHIQ_DIR_TX], svc->nr_bulks[VCHIQ_DIR_RX],
		   (unsigned int)hweight64(READ_ONCE(svc->slots)));
}

static int state_show(struct seq_file *file, void *data)
{
	struct vchiq_conn *conn = file->private;
	struct vchiq_service *svc;
	u32 port;

	vchiq_show_conn(file, conn);
	for (port = 0; port < VCHIQ_MAX_SERVICES; port++) {
		svc = vchiq_service_find(conn, port);
		if (!svc)
			continue;
		vchiq_show_service(file, svc);
		vchiq_service_put(svc);
	}

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

void vchiq_debugfs_add(struct vchiq_conn *conn)
{
	char name[64];

	snprintf(name, sizeof(name), "vchiq-%s", dev_name(conn->dev));
	conn->debugfs = debugfs_create_dir(name, NULL);
	debugfs_create_file("state", 0400, conn->debugfs, conn, &state_fops);
	debugfs_create_file("counters", 0400, conn->debugfs, conn, &counters_fops);
}

void vchiq_debugfs_remove(struct vchiq_conn *conn)
{
	debugfs_remove_recursive(conn->debugfs);
}
