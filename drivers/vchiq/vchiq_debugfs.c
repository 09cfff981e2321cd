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
	seq_printf(file, "rx_ignored %lld\n", atomic64_read(&stats->rx_ignored));
	seq_printf(file, "sync_tx %llu\n", READ_ONCE(stats->sync_tx));
	seq_printf(file, "sync_rx %llu\n", READ_ONCE(stats->sync_rx));
	seq_printf(file, "bulks %llu\n", READ_ONCE(stats->bulks));
	seq_printf(file, "bulk_bytes %llu\n", READ_ONCE(stats->bulk_bytes));
	seq_printf(file, "bulk_bounced %lld\n", atomic64_read(&stats->bulk_bounced));
	seq_printf(file, "bulks_parked %u\n", READ_ONCE(conn->nr_parked));
	seq_printf(file, "doorbells %lld\n", atomic64_read(&stats->doorbells));
	seq_printf(file, "interrupts %lld\n", atomic64_read(&stats->interrupts));
	seq_printf(file, "timeouts %lld\n", atomic64_read(&stats->timeouts));
	seq_printf(file, "probes %llu\n", READ_ONCE(stats->probes));
	seq_printf(file, "reconnects %llu\n", READ_ONCE(stats->reconnects));
	seq_printf(file, "violations %lld\n", atomic64_read(&stats->violations));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static void vchiq_show_conn(struct seq_file *file, struct vchiq_conn *conn)
{
	const struct vchiq_kept *kept = conn->kept;

	seq_printf(file, "connection %s%s remote use %u\n",
		   vchiq_conn_state_name(READ_ONCE(conn->state)),
		   READ_ONCE(conn->tx.pause) != VCHIQ_PAUSE_NONE ? " paused" : "",
		   READ_ONCE(conn->remote_use));

	guard(mutex)(&conn->tx.lock);
	seq_printf(file, "memory %pad size %zu version %d\n", &kept->dma, kept->size,
		   vchiq_shared_version(conn->zero));
	seq_printf(file, "tx pos %u slots free %u sent %u data %u waiting %u answers %u\n",
		   kept->tx.pos, kept->tx.available - kept->tx.started,
		   (unsigned int)hweight64(kept->tx.sent), kept->tx.nr_data,
		   conn->tx.nr_waiting, conn->tx.nr_answers);
	seq_printf(file, "rx pos %u slots recycled %u\n", READ_ONCE(kept->rx.pos),
		   READ_ONCE(kept->rx.recycled));
}

static void vchiq_show_traffic(struct seq_file *file, struct vchiq_service *svc)
{
	const struct vchiq_service_stats *stats = &svc->stats;

	seq_printf(file, "  tx %llu messages %llu bytes %llu stalls, rx %llu messages %llu bytes\n",
		   READ_ONCE(stats->tx_messages), READ_ONCE(stats->tx_bytes),
		   READ_ONCE(stats->tx_stalls), READ_ONCE(stats->rx_messages),
		   READ_ONCE(stats->rx_bytes));
	seq_printf(file, "  bulks tx %llu of %llu bytes, rx %llu of %llu bytes, aborted %llu\n",
		   READ_ONCE(stats->bulks[VCHIQ_DIR_TX]),
		   READ_ONCE(stats->bulk_bytes[VCHIQ_DIR_TX]),
		   READ_ONCE(stats->bulks[VCHIQ_DIR_RX]),
		   READ_ONCE(stats->bulk_bytes[VCHIQ_DIR_RX]), READ_ONCE(stats->bulk_aborts));
}

static void vchiq_show_service(struct seq_file *file, struct vchiq_service *svc)
{
	const struct vchiq_port_use *use = &svc->conn->kept->tx.ports[svc->port];
	char name[] = {
		svc->fourcc >> 24, svc->fourcc >> 16, svc->fourcc >> 8, svc->fourcc, '\0'
	};

	scoped_guard(spinlock, &svc->conn->lock) {
		seq_printf(file, "service %u \"%*pE\" %s%s remote %u version %d client %u use %u bulks tx %u rx %u\n",
			   svc->port, 4, name, vchiq_state_name(svc->state),
			   svc->is_parked ? " parked" : "", svc->remote_port,
			   svc->peer_version, svc->client_id, svc->use_count,
			   svc->nr_bulks[VCHIQ_DIR_TX], svc->nr_bulks[VCHIQ_DIR_RX]);
	}
	seq_printf(file, "  quota slots %u of %u messages %u of %u\n",
		   READ_ONCE(use->slots), READ_ONCE(svc->quota.slots),
		   READ_ONCE(use->messages), READ_ONCE(svc->quota.messages));
	vchiq_show_traffic(file, svc);
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
	vchiq_cdev_debugfs_add(conn);
}

void vchiq_debugfs_remove(struct vchiq_conn *conn)
{
	debugfs_remove_recursive(conn->debugfs);
}
